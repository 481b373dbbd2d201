"""The head of a list: quiet words, a sort arrow beside them, edges in line with the view's margins."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QHeaderView

from dicomdesk.gui.outline.row_delegate import PADDING, is_last_shown, row_height
from dicomdesk.gui.theme import HEADER_HEIGHT, MARGIN, Theme, Tone, bold_font

_ARROW = 10
_USUAL_FIGURES_WIDTH = 86
"""Of ten figures in the font that column widths were chosen with."""


class OutlineHeader(QHeaderView):
    """Header that paints itself, and sorts when clicked."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._theme = theme
        self.setSectionsClickable(True)
        self.setSectionsMovable(False)
        self.setStretchLastSection(False)
        self.setMinimumSectionSize(40)
        self.setSortIndicatorShown(True)
        self.setSortIndicatorClearable(True)
        self.setHighlightSections(False)
        self.setFixedHeight(max(HEADER_HEIGHT, row_height(self.fontMetrics())))
        theme.changed.connect(self.viewport().update)

    def fitting_width(self, title: str, width: int) -> int:
        """Return the width of a section: ``width`` for a font whose figures are 8 pixels wide, and the title fits."""
        metrics = QFontMetrics(bold_font(self.font()))
        scaled = round(width * metrics.horizontalAdvance("0123456789") / _USUAL_FIGURES_WIDTH)
        return max(width, scaled, metrics.horizontalAdvance(title) + 2 * PADDING + _ARROW)

    def paintSection(self, painter: QPainter, rect: QRect, logical_index: int) -> None:
        painter.save()
        tokens = self._theme.tokens
        painter.fillRect(rect, QColor(tokens.surface))
        painter.setPen(QColor(tokens.border))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        model = self.model()
        text = str(model.headerData(logical_index, Qt.Orientation.Horizontal) or "")
        found = model.headerData(logical_index, Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole)
        is_right = bool(Qt.AlignmentFlag(found or Qt.AlignmentFlag.AlignLeft) & Qt.AlignmentFlag.AlignRight)
        is_sorted = self.isSortIndicatorShown() and self.sortIndicatorSection() == logical_index
        self._paint_words(painter, padded(rect, self, logical_index), text, is_right=is_right, is_sorted=is_sorted)
        painter.restore()

    def _paint_words(self, painter: QPainter, rect: QRect, text: str, *, is_right: bool, is_sorted: bool) -> None:
        font = bold_font(self.font())
        metrics = QFontMetrics(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        side = Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft
        painter.setFont(font)
        painter.setPen(self._theme.colour(Tone.PLAIN if is_sorted else Tone.QUIET))
        painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter, shown)
        if is_sorted:
            name = "sort-up" if self.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder else "sort-down"
            width = metrics.horizontalAdvance(shown)
            left = rect.right() - width - _ARROW - 3 if is_right else rect.left() + width + 4
            top = rect.top() + (rect.height() - _ARROW) // 2
            painter.drawPixmap(left, top, self._theme.pixmap(name, Tone.PLAIN, _ARROW, self.devicePixelRatioF()))


def padded(rect: QRect, header: QHeaderView, column: int) -> QRect:
    """Return where the content of a section may stand: in line with the view's margins at both edges."""
    right = MARGIN if is_last_shown(header, column) else PADDING
    return rect.adjusted(MARGIN if column == 0 else PADDING, 0, -right, 0)
