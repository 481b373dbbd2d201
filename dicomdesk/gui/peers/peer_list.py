"""The list of the Peers view: several rows can be selected, and dragged to where they belong."""

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractItemView

from dicomdesk.gui.outline.model import Node, OutlineModel
from dicomdesk.gui.outline.view import OutlineView
from dicomdesk.gui.peers.rows import GroupRow, PeerRow
from dicomdesk.gui.theme import Theme

MIME_TYPE = "application/x-dicomdesk-peers"


class PeerList(OutlineView):
    """Tells what is dropped where; keys: Alt+Up and Alt+Down move, Delete removes, F2 edits."""

    moved = Signal(object, bool)
    """What is selected was dropped at a ``Node``: above it, or (True) below or into it; None is the end."""
    step_wanted = Signal(int)
    """Move what is selected up (-1) or down (1)."""
    removal_wanted = Signal()
    edit_wanted = Signal()

    def __init__(self, theme: Theme, model: OutlineModel) -> None:
        super().__init__(theme, model, selects_many=True)
        self._list_theme = theme
        self._line: QRect | None = None
        """Where a drop would put it."""
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)

    def is_in_order(self) -> bool:
        """Whether the rows stand as in the book, not sorted by a column."""
        return self.header().sortIndicatorSection() < 0

    def startDrag(self, _actions: Qt.DropAction) -> None:
        if not self.selected_nodes() or not self.is_in_order():
            return
        data = QMimeData()
        data.setData(MIME_TYPE, b"selected")
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.exec(Qt.DropAction.MoveAction)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.source() is self and event.mimeData().hasFormat(MIME_TYPE):
            event.acceptProposedAction()
        else:
            event.ignore()  # the area around takes files

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if event.source() is not self:
            event.ignore()
            return
        _, _, self._line = self._target(event.position().toPoint())
        self.viewport().update()
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._line = None
        self.viewport().update()

    def dropEvent(self, event: QDropEvent) -> None:
        if event.source() is self:
            event.acceptProposedAction()
            self.drop_at(event.position().toPoint())

    def drop_at(self, place: QPoint) -> None:
        """Drop what is selected at a place of the list."""
        node, is_below, _ = self._target(place)
        self._line = None
        self.viewport().update()
        self.moved.emit(node, is_below)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        wanted: dict[Qt.Key, Callable[[], None]] = {
            Qt.Key.Key_Delete: self.removal_wanted.emit,
            Qt.Key.Key_F2: self.edit_wanted.emit,
        }
        key = Qt.Key(event.key())
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and key in steps:
            self.step_wanted.emit(steps[key])
        elif key in wanted:
            wanted[key]()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._line is not None:
            painter = QPainter(self.viewport())
            painter.setPen(QPen(QColor(self._list_theme.tokens.accent), 2))
            if self._line.height() > 2:
                painter.drawRect(self._line.adjusted(1, 1, -1, -1))
            else:
                painter.drawLine(self._line.topLeft(), self._line.topRight())

    def _target(self, place: QPoint) -> tuple[Node | None, bool, QRect | None]:
        """The row that something would be put above or below, and where that is shown."""
        index = self.indexAt(place)
        node = self.node_of(index)
        if node is None:
            return None, True, None
        row = self.visualRect(index)
        row.setLeft(0)
        row.setRight(self.viewport().width())
        is_below = place.y() > row.center().y()
        if isinstance(node, GroupRow) and is_below:
            return node, True, row
        if isinstance(node, PeerRow | GroupRow):
            top = row.bottom() if is_below else row.top()
            return node, is_below, QRect(0, top, row.width(), 1)
        return None, True, None
