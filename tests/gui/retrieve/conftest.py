"""Fixtures of retrieving: the part of the window, shown, with a folder of the test's own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.retrieve.part import RetrievePart
from tests.helpers.dcmtk.programs import free_port


@pytest.fixture(autouse=True)
def _state_of_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def part(window: MainWindow, tmp_path: Path) -> Iterator[RetrievePart]:
    """The part below the results; the listener would take a port of its own."""
    window.sidebar.choose(2)
    window.receive.port.setText(str(free_port()))
    window.retrieve.bar.folder.setText(str(tmp_path / "in"))
    yield window.retrieve
    for node in window.retrieve.flow.nodes:
        window.retrieve.flow.cancel(node)
        window.retrieve.flow.cancel(node)


WaitUntil = Callable[[Callable[[], bool]], None]
