"""Painting of the cells of a list: text in pieces, marks, progress."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTreeView

from dicomdesk.gui.outline.model import NODE_ROLE, Column, Mark, Node, Part, Weight
from dicomdesk.gui.theme import GRID, MARGIN, ROW_HEIGHT, ROW_ICON, Theme, Tone, bold_font

PADDING = 8
_BAR_HEIGHT = 6
_PERCENT_WIDTH = 48
_PART_GAP = 12

_Index = QModelIndex | QPersistentModelIndex
_TONE_OF_WEIGHT = {Weight.STRONG: Tone.PLAIN, Weight.PLAIN: Tone.PLAIN, Weight.QUIET: Tone.QUIET}


class RowDelegate(QStyledItemDelegate):
    """Paints cells; selection, lines and focus are the view's."""

    def __init__(self, theme: Theme, columns: Sequence[Column]) -> None:
        super().__init__(theme)
        self._theme = theme
        middle = Qt.AlignmentFlag.AlignVCenter
        sides = [Qt.AlignmentFlag.AlignRight if c.is_number else Qt.AlignmentFlag.AlignLeft for c in columns]
        self._alignments = [side | middle for side in sides]

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(40, row_height(option.fontMetrics))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        node = index.data(NODE_ROLE)  # one call through Qt per cell: the rest is asked of the node itself
        if not isinstance(node, Node):
            return
        column = index.column()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_cell(painter, self._content_rect(option, column), option.font, node, column)
        painter.restore()

    def _paint_cell(self, painter: QPainter, rect: QRect, font: QFont, node: Node, column: int) -> None:
        mark = node.mark(column)
        progress = node.progress(column)
        if progress is not None:
            self._paint_progress(painter, rect, font, progress, node.shares(column) or ((progress, _bar_tone(mark)),))
        elif mark is not None and mark.word:
            self._paint_mark(painter, rect, font, mark, self._alignments[column])
        elif (parts := node.parts(column)) is not None:
            self._paint_parts(painter, self._paint_icon(painter, rect, mark) if mark else rect, font, parts)
        elif text := node.text(column):
            self._paint_text(painter, rect, font, text, Tone.PLAIN, self._alignments[column])

    def _content_rect(self, option: QStyleOptionViewItem, column: int) -> QRect:
        """In line with the view's margins; the column of the tree has the arrow at its left already."""
        view = option.widget
        is_tree = isinstance(view, QTreeView) and view.rootIsDecorated() and column == max(view.treePosition(), 0)
        left = MARGIN // 2 if column == 0 and is_tree else MARGIN if column == 0 else 0 if is_tree else PADDING
        is_last = isinstance(view, QTreeView) and is_last_shown(view.header(), column)
        return option.rect.adjusted(left, 0, -(MARGIN if is_last else PADDING), 0)

    def _paint_text(
        self, painter: QPainter, rect: QRect, font: QFont, text: str, tone: Tone, alignment: Qt.AlignmentFlag
    ) -> None:
        painter.setFont(font)
        painter.setPen(self._theme.colour(tone))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, alignment | Qt.TextFlag.TextSingleLine, shown)

    def _paint_mark(self, painter: QPainter, rect: QRect, font: QFont, mark: Mark, alignment: Qt.AlignmentFlag) -> None:
        words = self._paint_icon(painter, rect, mark)
        self._paint_text(painter, words, font, mark.word, mark.tone, alignment)

    def _paint_icon(self, painter: QPainter, rect: QRect, mark: Mark) -> QRect:
        """Paint the icon of a mark, if it has one; the room that is left for words."""
        if not mark.icon:
            return rect
        top = rect.top() + (rect.height() - ROW_ICON) // 2
        device = painter.device()
        ratio = device.devicePixelRatioF() if device is not None else 1.0
        painter.drawPixmap(rect.left(), top, self._theme.pixmap(mark.icon, mark.tone, ROW_ICON, ratio))
        return rect.adjusted(ROW_ICON + 6, 0, 0, 0)

    def _paint_parts(self, painter: QPainter, rect: QRect, font: QFont, parts: tuple[Part, ...]) -> None:
        left = rect.left()
        for part in parts:
            room = rect.right() + 1 - left
            if room < 2 * GRID:
                return
            part_font = bold_font(font) if part.weight is Weight.STRONG else font
            width = QFontMetrics(part_font).horizontalAdvance(part.text)
            if part.weight is Weight.QUIET and width + 2 > room and left > rect.left():
                return  # the beginning of a date or an address says less than nothing
            place = QRect(left, rect.top(), room, rect.height())
            tone = _TONE_OF_WEIGHT[part.weight]
            align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            self._paint_text(painter, place, part_font, part.text, tone, align)
            left += width + _PART_GAP

    def _paint_progress(
        self, painter: QPainter, rect: QRect, font: QFont, progress: float, shares: tuple[tuple[float, Tone], ...]
    ) -> None:
        width = rect.width() - _PERCENT_WIDTH
        top = rect.center().y() - _BAR_HEIGHT / 2 + 0.5
        place = QRectF(rect.left(), top, width, _BAR_HEIGHT)
        paint_shares(painter, place, [(share, self._theme.colour(tone)) for share, tone in shares], self._track())
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self._paint_text(painter, rect, font, f"{int(progress * 100)} %", Tone.QUIET, align)

    def _track(self) -> QColor:
        return QColor(self._theme.tokens.track)


def _bar_tone(mark: Mark | None) -> Tone:
    return Tone.ACTIVE if mark is None or mark.tone is Tone.QUIET else mark.tone


def paint_bar(painter: QPainter, rect: QRectF, share: float, track: QColor, colour: QColor) -> None:
    """Paint a rounded bar that is filled by ``share``, 0.0 to 1.0."""
    paint_shares(painter, rect, [(max(share, rect.height() / max(rect.width(), 1.0)), colour)], track)


def paint_shares(painter: QPainter, rect: QRectF, shares: Sequence[tuple[float, QColor]], track: QColor) -> None:
    """Paint a rounded bar that is filled by shares of 0.0 to 1.0, one after the other; none that is there vanishes."""
    radius = rect.height() / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(track)
    painter.drawRoundedRect(rect, radius, radius)
    outline = QPainterPath()
    outline.addRoundedRect(rect, radius, radius)
    painter.save()
    painter.setClipPath(outline)
    left = rect.left()
    for share, colour in shares:
        if share > 0 and left < rect.right():
            width = min(max(rect.width() * share, radius), rect.right() - left)
            painter.fillRect(QRectF(left, rect.top(), width, rect.height()), colour)
            left += width
    painter.restore()


def is_last_shown(header: QHeaderView, column: int) -> bool:
    """Whether no column right of this one is shown."""
    return all(header.isSectionHidden(other) for other in range(column + 1, header.count()))


def row_height(metrics: QFontMetrics) -> int:
    """Height of a row, in device-independent pixels: 28, or more where the font asks for it."""
    return max(ROW_HEIGHT, metrics.height() + GRID)
