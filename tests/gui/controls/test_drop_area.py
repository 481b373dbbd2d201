from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from dicomdesk.gui.controls.drop_area import DropArea, dropped_paths
from dicomdesk.gui.theme import Theme

COPY = Qt.DropAction.CopyAction
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
