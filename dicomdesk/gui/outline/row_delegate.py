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
_SHORT = 200
"""Pixels of text that is no sentence."""
_LINES_APART = 4
"""Pixels that two lines in a row leave above and below."""
_MOST_MEASURED = 4000
"""Texts of which the width is remembered."""

_Index = QModelIndex | QPersistentModelIndex
_TONE_OF_WEIGHT = {Weight.STRONG: Tone.PLAIN, Weight.PLAIN: Tone.PLAIN, Weight.QUIET: Tone.QUIET}


class RowDelegate(QStyledItemDelegate):
    """Paints cells; selection, lines and focus are the view's.

    A cell is painted some hundred times a second while something goes on: what depends on the view only is asked of it
    once for each time it is painted, and text is measured once as long as it stays the same.
    """

    def __init__(self, theme: Theme, columns: Sequence[Column]) -> None:
        super().__init__(theme)
        self._theme = theme
        self._is_right = [column.is_number for column in columns]
        self._insets: list[tuple[int, int]] = []
        """Of each column, left and right: in line with the view's margins."""
        self._places: list[tuple[int, int, int]] = []
        """Columns that are painted, each with where it begins and its width."""
        self._tree = 0
        """Column of the tree."""
        self._ratio = 1.0
        self._fonts: dict[bool, _Lettering] = {}
        """By whether it is bold."""

    def begin(self, view: QTreeView, area: QRect | None = None) -> None:
        """Paint cells of a view from now on, in ``area`` or all."""
        self._ratio = view.devicePixelRatioF()
        font = view.font()
        if not self._fonts or self._fonts[False].font != font:
            self._fonts = {False: _Lettering(font), True: _Lettering(bold_font(font))}
        header = view.header()
        self._tree = max(view.treePosition(), 0)
        tree = self._tree if view.rootIsDecorated() else -1
        shown = [column for column in range(len(self._is_right)) if not header.isSectionHidden(column)]
        last = shown[-1] if shown else -1
        self._insets = [
            (_left_inset(column, is_tree=column == tree), MARGIN if column >= last else PADDING)
            for column in range(len(self._is_right))
        ]
        placed = [(column, header.sectionViewportPosition(column), header.sectionSize(column)) for column in shown]
        self._places = [
            each for each in placed if area is None or (each[1] <= area.right() and each[1] + each[2] > area.left())
        ]

    def paint_row(self, painter: QPainter, row: QRect, node: Node, indentation: int) -> QRect | None:
        """Paint all cells of a row; return where its arrow belongs, None where that is not to be painted.

        It is the same as to have each painted by ``paint``, with a fraction of the calls between Qt and Python.
        """
        arrow = None
        for column, left, width in self._places:
            begin, end = self._insets[column]
            if column == self._tree:
                arrow = QRect(left, row.top(), indentation, row.height())
                begin += indentation
            place = QRect(left + begin, row.top(), width - begin - end, row.height())
            self._paint_cell(painter, place, node, column)
        return arrow

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(40, row_height(option.fontMetrics))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        node = index.data(NODE_ROLE)  # one call through Qt per cell: the rest is asked of the node itself
        if isinstance(node, Node):
            column = index.column()
            self._paint_cell(painter, self._content_rect(option, column), node, column)

    def _paint_cell(self, painter: QPainter, rect: QRect, node: Node, column: int) -> None:
        mark = node.mark(column)
        progress = node.progress(column)
        is_right = self._is_right[column]
        if progress is not None:
            self._paint_progress(painter, rect, progress, node.shares(column) or ((progress, _bar_tone(mark)),))
        elif mark is not None and mark.word:
            self._paint_text(painter, self._paint_icon(painter, rect, mark), mark.word, mark.tone, is_right=is_right)
        elif (parts := node.parts(column)) is not None:
            self._paint_pieces(painter, self._paint_icon(painter, rect, mark) if mark else rect, parts)
        elif text := node.text(column):
            self._paint_text(painter, rect, text, Tone.PLAIN, is_right=is_right)

    def _content_rect(self, option: QStyleOptionViewItem, column: int) -> QRect:
        """Where the content of a cell stands; the column of the tree has the arrow at its left already."""
        if not self._insets and isinstance(option.widget, QTreeView):
            self.begin(option.widget)
        left, right = self._insets[column]
        return option.rect.adjusted(left, 0, -right, 0)

    def _paint_text(
        self,
        painter: QPainter,
        rect: QRect,
        text: str,
        tone: Tone,
        *,
        is_right: bool = False,
        is_bold: bool = False,
    ) -> None:
        letters = self._fonts[is_bold]
        room = rect.width()
        shown, width = letters.fitted(text, room)
        painter.setFont(letters.font)
        painter.setPen(self._theme.colour(tone))
        left = rect.left() + (room - width if is_right else 0)
        painter.drawText(left, rect.top() + (rect.height() + letters.rise + 1) // 2, shown)

    def _paint_icon(self, painter: QPainter, rect: QRect, mark: Mark) -> QRect:
        """Paint the icon of a mark, if it has one; the room that is left for words."""
        if not mark.icon:
            return rect
        top = rect.top() + (rect.height() - ROW_ICON) // 2
        painter.drawPixmap(rect.left(), top, self._theme.pixmap(mark.icon, mark.tone, ROW_ICON, self._ratio))
        return rect.adjusted(ROW_ICON + 6, 0, 0, 0)

    def _paint_pieces(self, painter: QPainter, rect: QRect, parts: tuple[Part, ...]) -> None:
        """Paint a name with what else there is to say of it: below it in a row that is high enough, else beside it."""
        room = (rect.height() - _LINES_APART) // 2
        if len(parts) < 2 or parts[0].weight is not Weight.STRONG or room < self._fonts[True].height:
            self._paint_parts(painter, rect, parts)
            return
        middle = rect.center().y() + 1
        self._paint_parts(painter, QRect(rect.left(), middle - room, rect.width(), room), parts[:1])
        self._paint_parts(painter, QRect(rect.left(), middle, rect.width(), room), parts[1:])

    def _paint_parts(self, painter: QPainter, rect: QRect, parts: tuple[Part, ...]) -> None:
        left = rect.left()
        for part in parts:
            room = rect.right() + 1 - left
            if room < 2 * GRID:
                return
            is_bold = part.weight is Weight.STRONG
            width = self._fonts[is_bold].width(part.text)
            is_sentence = width > _SHORT and room > _SHORT // 2
            if part.weight is Weight.QUIET and width + 2 > room and left > rect.left() and not is_sentence:
                return  # the beginning of a date or an address says less than nothing
            place = QRect(left, rect.top(), room, rect.height())
            self._paint_text(painter, place, part.text, _TONE_OF_WEIGHT[part.weight], is_bold=is_bold)
            left += width + _PART_GAP

    def _paint_progress(
        self, painter: QPainter, rect: QRect, progress: float, shares: tuple[tuple[float, Tone], ...]
    ) -> None:
        width = rect.width() - _PERCENT_WIDTH
        top = rect.center().y() - _BAR_HEIGHT / 2 + 0.5
        place = QRectF(rect.left(), top, width, _BAR_HEIGHT)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_shares(painter, place, [(share, self._theme.colour(tone)) for share, tone in shares], self._track())
        painter.restore()
        self._paint_text(painter, rect, f"{int(progress * 100)} %", Tone.QUIET, is_right=True)

    def _track(self) -> QColor:
        return QColor(self._theme.tokens.track)


class _Lettering:
    """A font, and texts that were measured in it."""

    def __init__(self, font: QFont) -> None:
        self.font = font
        self._metrics = QFontMetrics(font)
        self.height = self._metrics.height()
        self.rise = self._metrics.ascent() - self._metrics.descent()
        """By how much more letters rise above their line than they go below it."""
        self._widths: dict[str, int] = {}
        self._elided: dict[tuple[str, int], str] = {}

    def width(self, text: str) -> int:
        """Return the width of a text."""
        known = self._widths.get(text)
        if known is None:
            if len(self._widths) >= _MOST_MEASURED:
                self._widths.clear()
            known = self._widths[text] = self._metrics.horizontalAdvance(text)
        return known

    def fitted(self, text: str, room: int) -> tuple[str, int]:
        """Return as much of a text as there is room for, and its width."""
        width = self.width(text)
        if width <= room:
            return text, width
        elided = self._elided.get((text, room))
        if elided is None:
            if len(self._elided) >= _MOST_MEASURED:
                self._elided.clear()
            elided = self._elided[text, room] = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        return elided, self.width(elided)


def _left_inset(column: int, *, is_tree: bool) -> int:
    if column == 0:
        return MARGIN // 2 if is_tree else MARGIN
    return 0 if is_tree else PADDING


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
