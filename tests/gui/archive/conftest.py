"""Archives on the disk that the Archive view looks at."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dicomdesk.gui.archive.pane import ArchivePane
from dicomdesk.gui.main_window import MainWindow
from tests.helpers.archives.served_archives import Running, encoded, running

WaitUntil = Callable[[Callable[[], bool]], None]


@pytest.fixture
def served(tmp_path: Path, announce_log: Callable[[str], None]) -> Iterator[Running]:
    """Two patients under one Study Instance UID, one of whom has no ID, and a study more."""
    announce_log("Stored, but")
    with running(tmp_path / "area") as archive:
        archive.put(encoded("1.1", name="Doe^Jane"), encoded("1.2", name="Doe^Jane"))
        archive.put(encoded("1.3", name="Roe^Rich", patient=""), status=0xB000)
        archive.put(encoded("2.1", "1.2.4", "1.2.4.5", patient="P2", name="Doe^John"))
        yield archive


@pytest.fixture
def pane(window: MainWindow, served: Running, tmp_path: Path, wait_until: WaitUntil) -> ArchivePane:
    """The view of that archive, shown, with its rows."""
    window.open_view("archive")
    window.archive.choice.open(str(tmp_path / "area"))
    wait_until(lambda: window.archive.access.is_open and not window.archive.found.is_asking)
    return window.archive
