"""Rows with a picture before their first words."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QStyleOptionViewItem

from dicomdesk.gui.outline.model import Column, Node
from dicomdesk.gui.outline.row_delegate import RowDelegate
from dicomdesk.gui.receive.thumbnails import ROW_SIDE
from dicomdesk.gui.theme import GRID, Theme, Tone

_CORNER = 4
_HEIGHT = ROW_SIDE + GRID

Painted = tuple[QPixmap | None, str]
"""A picture, and the word that stands for one that is missing."""


class PictureDelegate(RowDelegate):
    """Paints cells, and in the first column a picture or what stands for it."""

    def __init__(self, theme: Theme, columns: Sequence[Column], picture_of: Callable[[Node], Painted]) -> None:
        super().__init__(theme, columns)
        self._picture_of = picture_of

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(size.width(), max(size.height(), _HEIGHT))

    def _paint_cell(self, painter: QPainter, rect: QRect, node: Node, column: int) -> None:
        if column:
            super()._paint_cell(painter, rect, node, column)
            return
        super()._paint_cell(painter, rect.adjusted(ROW_SIDE + GRID, 0, 0, 0), node, column)
        top = rect.top() + (rect.height() - ROW_SIDE) // 2
        self._paint_picture(painter, QRect(rect.left(), top, ROW_SIDE, ROW_SIDE), *self._picture_of(node))

    def _paint_picture(self, painter: QPainter, place: QRect, pixmap: QPixmap | None, word: str) -> None:
        paint_picture(painter, self._theme, place, pixmap, word)


def paint_picture(painter: QPainter, theme: Theme, place: QRect, pixmap: QPixmap | None, word: str) -> None:
    """Paint a picture in the middle of a place with round corners, or a word on a quiet ground where there is none."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = QPainterPath()
    path.addRoundedRect(QRectF(place), _CORNER, _CORNER)
    if pixmap is None:
        painter.fillPath(path, QColor(theme.tokens.track))
        font = painter.font()
        font.setPointSizeF(max(6.0, font.pointSizeF() * 0.8))
        painter.setFont(font)
        painter.setPen(theme.colour(Tone.QUIET))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, word)
    else:
        painter.fillPath(path, QColor("#000000"))
        painter.setClipPath(path)
        size = pixmap.deviceIndependentSize().toSize()
        left = place.left() + (place.width() - size.width()) // 2
        painter.drawPixmap(left, place.top() + (place.height() - size.height()) // 2, pixmap)
    painter.restore()
