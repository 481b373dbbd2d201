"""The list of the Send view: rows can be moved by keys and by dragging, and dragged to a peer."""

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

from dicomdesk.gui.outline.model import OutlineModel
from dicomdesk.gui.outline.windowed_view import WindowedView
from dicomdesk.gui.sending.nodes import StudyNode
from dicomdesk.gui.sending.queue import SendQueue, studies_of
from dicomdesk.gui.theme import Theme

MIME_TYPE = "application/x-dicomdesk-studies"
"""Of rows that are dragged; only this program knows which."""


class SendView(WindowedView):
    """Tells what is wanted. Keys: Delete takes off the list, Alt+Up and Alt+Down move, Alt+Home sends first."""

    removal_wanted = Signal()
    step_wanted = Signal(int)
    """Move what is selected up (-1) or down (1)."""
    first_wanted = Signal()
    """Send what is selected first."""
    moved = Signal(object)
    """What is selected was dropped before a ``StudyNode``; None is the end."""

    def __init__(self, theme: Theme, model: OutlineModel, queue: SendQueue) -> None:
        super().__init__(theme, model, queue)
        self._queue_theme = theme
        self._line: QRect | None = None
        """Where a drop would put it."""
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)

    def is_in_order(self) -> bool:
        """Whether the rows stand as they go, not sorted by a column."""
        return self.header().sortIndicatorSection() < 0

    def startDrag(self, _actions: Qt.DropAction) -> None:
        if not studies_of(self.selected_nodes()):
            return
        data = QMimeData()
        data.setData(MIME_TYPE, b"selected")
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.exec(Qt.DropAction.MoveAction | Qt.DropAction.CopyAction)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.source() is self and self.is_in_order():
            event.acceptProposedAction()
        else:
            event.ignore()  # the area around takes files

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if event.source() is not self or not self.is_in_order():
            event.ignore()
            return
        _, self._line = self._target(event.position().toPoint())
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
        before, _ = self._target(place)
        self._line = None
        self.viewport().update()
        self.moved.emit(before)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        wanted: dict[tuple[bool, int], Callable[[], None]] = {
            (True, int(Qt.Key.Key_Up)): lambda: self.step_wanted.emit(-1),
            (True, int(Qt.Key.Key_Down)): lambda: self.step_wanted.emit(1),
            (True, int(Qt.Key.Key_Home)): self.first_wanted.emit,
            (False, int(Qt.Key.Key_Delete)): self.removal_wanted.emit,
        }
        run = wanted.get((is_alt, event.key()))
        if run is not None:
            run()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._line is not None:
            painter = QPainter(self.viewport())
            painter.setPen(QPen(QColor(self._queue_theme.tokens.accent), 2))
            painter.drawLine(self._line.topLeft(), self._line.topRight())

    def _target(self, place: QPoint) -> tuple[StudyNode | None, QRect | None]:
        """The study that something would be put before, None for the end, and where that is shown."""
        index = self.indexAt(place)
        found = studies_of([node] if (node := self.node_of(index)) is not None else [])
        if not found:
            return None, None
        study = found[0]
        row = self.visualRect(index)
        is_below = place.y() > row.center().y() or node is not study
        line = QRect(0, row.bottom() if is_below else row.top(), self.viewport().width(), 1)
        if not is_below:
            return study, line
        siblings = study.parent.children if study.parent is not None else [study]
        after = siblings[study.row + 1] if study.row + 1 < len(siblings) else None
        return (after if isinstance(after, StudyNode) else None), line
