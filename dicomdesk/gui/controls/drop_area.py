"""Area that files, folders, DICOMDIRs and ZIP archives can be dropped on."""

from PySide6.QtCore import QMimeData, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QStackedWidget, QWidget

from dicomdesk.gui.theme import GRID, Theme, Tone, title_font


class DropArea(QStackedWidget):
    """A stack of pages that can be dropped on."""

    dropped = Signal(object)
    """Paths of this machine, as text."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._veil = _Veil(theme, self)
        self._veil.hide()
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_paths(event.mimeData()) and take_copy(event):
            self._veil.setGeometry(self.rect())
            self._veil.raise_()
            self._veil.show()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        take_copy(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._veil.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._veil.hide()
        paths = dropped_paths(event.mimeData())
        if paths and take_copy(event):
            self.dropped.emit(paths)


class _Veil(QWidget):
    """Veil over the pages while something is held above them."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(tokens.selection)
        veil.setAlpha(225)
        painter.fillRect(self.rect(), veil)
        painter.setPen(QPen(QColor(tokens.accent), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(GRID, GRID, -GRID, -GRID), 10, 10)
        painter.setFont(title_font(self.font()))
        painter.setPen(self._theme.colour(Tone.ACTIVE))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.tr("Let go to add to the list"))


def take_copy(event: QDropEvent) -> bool:
    """Answer a drag or drop so that its source keeps the originals; False, and refused, where it would only move them.

    A source whose proposal to move is accepted may delete its files as soon as they were dropped.
    """
    for action in (Qt.DropAction.CopyAction, Qt.DropAction.LinkAction):
        if action & event.possibleActions():
            event.setDropAction(action)
            event.accept()
            return True
    event.ignore()
    return False


def dropped_paths(data: QMimeData) -> list[str]:
    """Return the paths of this machine among what is dropped."""
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile() and url.toLocalFile()]
