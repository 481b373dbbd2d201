"""The Query/Retrieve view, open, and questions to a peer that are answered."""

from collections.abc import Callable

import pytest

from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.query.pane import QueryPane
from tests.helpers.archives.served_archives import ARCHIVE, Running

WaitUntil = Callable[[Callable[[], bool]], None]


@pytest.fixture
def pane(window: MainWindow) -> QueryPane:
    """The view, open."""
    window.sidebar.choose(window.views.indexOf(window.query))
    return window.query


def answered(pane: QueryPane, wait_until: WaitUntil) -> None:
    """Wait until everything that was asked is answered."""
    wait_until(lambda: bool(pane.flow.askings) and not pane.flow.is_loading)


def ask(pane: QueryPane, archive: Running, wait_until: WaitUntil) -> None:
    """Ask an archive what the form says."""
    pane.header.peer_entry.called.setText(ARCHIVE)
    pane.header.peer_entry.port.setText(str(archive.port))
    before = pane.flow.askings
    pane.ask()
    wait_until(lambda: pane.flow.askings is not before and not pane.flow.is_loading)


def names(pane: QueryPane) -> list[str]:
    """What is listed."""
    return sorted(node.text(0) for node in pane.flow.model.root.children)
