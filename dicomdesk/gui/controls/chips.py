"""A row of filter chips: exactly one is chosen; each has a word and a count."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QWidget

from dicomdesk.gui import wording
from dicomdesk.gui.controls.painted_button import PaintedButton
from dicomdesk.gui.layouts import row_of
from dicomdesk.gui.theme import GRID, Theme, Tokens, Tone, bold_font

_HEIGHT = 26
_PADDING, _TIGHT_PADDING = 11, 6
"""On each side of the words; the second where room is short."""
_GAP = 6


class Chip(PaintedButton):
    """One chip: round ends, a word, a count."""

    def __init__(self, theme: Theme, word: str, tone: Tone = Tone.PLAIN) -> None:
        super().__init__(theme, word)
        self._tone = tone
        self._count: int | None = 0
        self._padding = _PADDING
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_count(0)

    def set_count(self, count: int | None) -> None:
        """Show a count, None for none."""
        if count != self._count or not self.accessibleName():
            self._count = count
            named = self.tr("{word}: {count}").format(word=self.text(), count=count)
            self.setAccessibleName(self.text() if count is None else named)
            self.updateGeometry()
            self.update()

    @property
    def counts_nothing(self) -> bool:
        """Whether there is nothing behind it."""
        return self._count == 0

    def set_tight(self, *, is_tight: bool) -> None:
        """Leave less room beside the words, or the usual."""
        padding = _TIGHT_PADDING if is_tight else _PADDING
        if padding != self._padding:
            self._padding = padding
            self.updateGeometry()

    def usual_width(self) -> int:
        """Return how wide it is where there is room."""
        return self.sizeHint().width() + 2 * (_PADDING - self._padding)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(bold_font(self.font()))
        words = metrics.horizontalAdvance(self.text())
        count = metrics.horizontalAdvance(self._count_text())
        gap = _GAP if count else 0
        return QSize(words + gap + count + 2 * self._padding, max(_HEIGHT, metrics.height() + GRID))

    def paint(self, painter: QPainter, tokens: Tokens) -> None:
        rect = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        is_filled = self.isChecked() or self.underMouse()
        painter.setBrush(QColor(tokens.selection if is_filled else tokens.surface))
        edge = tokens.accent if self.isChecked() or self.hasFocus() else tokens.border
        painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() else 1))
        painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        tone = Tone.QUIET if self._count == 0 else self._tone
        self._paint_words(painter, Tone.ACTIVE if self.isChecked() and tone is not Tone.BAD else tone)

    def _paint_words(self, painter: QPainter, tone: Tone) -> None:
        font = bold_font(self.font()) if self.isChecked() else self.font()
        metrics = QFontMetrics(font)
        count = self._count_text()
        gap = _GAP if count else 0
        width = metrics.horizontalAdvance(self.text()) + gap + metrics.horizontalAdvance(count)
        left = (self.width() - width) // 2
        centre = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.setFont(font)
        painter.setPen(self._theme.colour(tone))
        painter.drawText(self.rect().adjusted(left, 0, 0, 0), centre, self.text())
        if tone is Tone.PLAIN:
            painter.setPen(self._theme.colour(Tone.QUIET))
        left += metrics.horizontalAdvance(self.text()) + _GAP
        painter.drawText(self.rect().adjusted(left, 0, 0, 0), centre, count)

    def _count_text(self) -> str:
        return "" if self._count is None else wording.count_text(self._count)


class ChipRow(QWidget):
    """The filter chips of a view."""

    chosen = Signal(int)
    """Number of the chip."""

    def __init__(self, theme: Theme, chips: Sequence[tuple[str, Tone]]) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self._chips = [Chip(theme, word, tone) for word, tone in chips]
        row_of(*self._chips, inside=self, spacing=GRID - 2)
        for number, chip in enumerate(self._chips):
            self._group.addButton(chip, number)
        self._chips[0].setChecked(True)
        self._group.idClicked.connect(self.chosen)
        theme.changed.connect(self.update)

    def set_counts(self, counts: Sequence[int | None]) -> None:
        """Show a count on each chip, in their order; None for none."""
        for chip, count in zip(self._chips, counts, strict=True):
            chip.set_count(count)

    def fit(self, room: int) -> None:
        """Leave out chips that count nothing, the last first, until the others have room; the one chosen stays.

        Where that is not enough, the others leave less room beside their words.
        """
        layout = self.layout()
        gap = layout.spacing() if layout is not None else 0
        widths = [chip.usual_width() + gap for chip in self._chips]
        total = sum(widths) - gap
        for chip, width in zip(reversed(self._chips), reversed(widths), strict=True):
            is_left_out = total > room and chip.counts_nothing and not chip.isChecked()
            total -= width if is_left_out else 0
            if chip.isHidden() is not is_left_out:
                chip.setVisible(not is_left_out)
        for chip in self._chips:
            chip.set_tight(is_tight=total > room)

    def choose(self, number: int) -> None:
        """Choose a chip as a click does."""
        self._chips[number].click()
