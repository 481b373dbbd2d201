import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.gui.controls.drop_area import DropArea, dropped_paths
from dicomdesk.gui.dialogs.listener import ListenerDialog
from dicomdesk.gui.dialogs.peer import PeerDialog
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.security.credentials import Credentials
from dicomdesk.gui.security.security_store import ListenerSecurity
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme

COPY = Qt.DropAction.CopyAction
MOVE = Qt.DropAction.MoveAction
LINK = Qt.DropAction.LinkAction
LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def files() -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/data/a b"), QUrl("https://example.org/x"), QUrl.fromLocalFile("/data/c")])
    return data


def test_only_paths_of_this_machine_are_taken() -> None:
    assert dropped_paths(files()) == ["/data/a b", "/data/c"]
    assert dropped_paths(QMimeData()) == []


def test_drop_is_told_and_the_veil_shows_meanwhile(theme: Theme, qtbot: QtBot) -> None:
    area = DropArea(theme)
    qtbot.addWidget(area)
    area.addWidget(QLabel("page"))
    area.show()
    told: list[list[str]] = []
    area.dropped.connect(told.append)
    data = files()
    empty = area.grab().toImage()
    area.dragEnterEvent(QDragEnterEvent(QPoint(5, 5), COPY, data, LEFT, NONE))
    assert area.grab().toImage() != empty
    area.dragLeaveEvent(QDragLeaveEvent())
    assert area.grab().toImage() == empty
    area.dropEvent(QDropEvent(QPointF(5, 5), COPY, data, LEFT, NONE))
    assert told == [["/data/a b", "/data/c"]]


def answer(widget: QWidget, actions: Qt.DropAction) -> tuple[bool, Qt.DropAction]:
    """Drop files as a file manager does that wants to move them; return the answer to the drop."""
    data, shift = files(), Qt.KeyboardModifier.ShiftModifier
    data.setText("/data/a b")
    enter = QDragEnterEvent(QPoint(5, 5), actions, data, LEFT, shift)
    QApplication.sendEvent(widget, enter)
    if not enter.isAccepted():
        return False, Qt.DropAction.IgnoreAction
    move = QDragMoveEvent(QPoint(6, 6), actions, data, LEFT, shift)
    QApplication.sendEvent(widget, move)
    assert move.dropAction() == enter.dropAction()
    drop = QDropEvent(QPointF(6, 6), actions, data, LEFT, shift)
    assert drop.proposedAction() == (MOVE if MOVE & actions else actions)
    QApplication.sendEvent(widget, drop)
    return drop.isAccepted(), drop.dropAction()


@pytest.mark.parametrize(
    ("actions", "answered"),
    [(COPY | MOVE, COPY), (COPY | MOVE | LINK, COPY), (COPY, COPY), (LINK | MOVE, LINK), (MOVE, None)],
)
def test_files_are_never_moved_off_by_a_drop(
    theme: Theme, qtbot: QtBot, actions: Qt.DropAction, answered: Qt.DropAction | None
) -> None:
    area = DropArea(theme)
    qtbot.addWidget(area)
    area.show()
    told: list[list[str]] = []
    area.dropped.connect(told.append)
    is_accepted, action = answer(area, actions)
    assert is_accepted is (answered is not None)
    assert told == ([["/data/a b", "/data/c"]] if answered else [])
    if answered:
        assert action == answered


def test_whatever_of_the_window_takes_a_drop_leaves_the_originals(window: MainWindow, qtbot: QtBot) -> None:
    taken: set[str] = set()
    for view in range(window.views.count()):
        window.sidebar.choose(view)
        for widget in window.findChildren(QWidget):
            if widget.isVisible() and widget.acceptDrops():
                is_accepted, action = answer(widget, COPY | MOVE)
                if is_accepted:
                    assert action == COPY, (widget, widget.accessibleName())
                    taken.add(type(widget).__name__)
    assert {"DropArea", "Field", "SearchLine"} <= taken


def test_text_entries_of_dialogs_leave_the_originals(theme: Theme, tasks: Tasks, qtbot: QtBot) -> None:
    peer = PeerDialog(theme, tasks, Credentials(tasks), KnownPeer(name="A", ae_title="A", host="h", port=104))
    listener = ListenerDialog(theme, tasks, Credentials(tasks), ListenerSecurity())
    taken: set[str] = set()
    for dialog in (peer, listener):
        qtbot.addWidget(dialog)
        dialog.show()
        for widget in dialog.findChildren(QWidget):
            entry = widget.parentWidget() if isinstance(widget.parentWidget(), QPlainTextEdit) else widget
            if widget.acceptDrops() and isinstance(entry, QLineEdit | QPlainTextEdit):
                is_accepted, action = answer(widget, COPY | MOVE)
                if is_accepted:
                    assert action == COPY, (entry, entry.accessibleName())
                    taken.add(type(entry).__name__)
    assert {"Field", "TextLine", "Notes"} <= taken
