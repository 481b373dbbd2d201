"""The sidebar: one icon and word per view, with a quiet badge that counts."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QFrame

from dicomdesk.gui import wording
from dicomdesk.gui.controls.painted_button import PaintedButton
from dicomdesk.gui.layouts import column_of
from dicomdesk.gui.theme import CORNER, GRID, SIDEBAR_ICON, SIDEBAR_WIDTH, Theme, Tokens, Tone, bold_font
from dicomdesk.gui.wording import plain_tip

_HEIGHT = 36
_INSET = 12
_NARROW = SIDEBAR_ICON + 2 * _INSET
"""Width of a button without its word."""
_DOT = 8
_GAP = 10
"""Between the icon and the word."""
_USUAL_COUNT, _COUNT_EDGES = "99", 12


class ViewButton(PaintedButton):
    """Button that opens a view."""

    def __init__(self, theme: Theme, icon_name: str, word: str) -> None:
        super().__init__(theme, word)
        self._icon_name = icon_name
        self._count = 0
        self._is_alarming = False
        self._has_word = True
        self.setAccessibleName(word)

    def set_badge(self, count: int, *, is_alarming: bool = False) -> None:
        """Show a count, 0 for none."""
        if (count, is_alarming) != (self._count, self._is_alarming):
            self._count, self._is_alarming = count, is_alarming
            name = self.tr("{view}, {count}").format(view=self.text(), count=count) if count else self.text()
            self.setAccessibleName(name)
            self.update()

    def show_word(self, *, is_shown: bool) -> None:
        """Show the word beside the icon, and the count; else a dot tells that there is a count."""
        self._has_word = is_shown
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = max(SIDEBAR_WIDTH - 2 * GRID, self._room_of_word()) if self._has_word else _NARROW
        return QSize(width, max(_HEIGHT, self.fontMetrics().height() + 2 * GRID))

    def _room_of_word(self) -> int:
        """For the word as it is when it is chosen, and a usual count."""
        words = QFontMetrics(bold_font(self.font())).horizontalAdvance(self.text())
        count = self.fontMetrics().horizontalAdvance(_USUAL_COUNT) + _COUNT_EDGES
        return _INSET + SIDEBAR_ICON + _GAP + words + GRID + count + GRID

    def paint(self, painter: QPainter, tokens: Tokens) -> None:
        rect = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(tokens.accent), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
        fill = tokens.selection if self.isChecked() else tokens.track if self.underMouse() else tokens.background
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(rect, CORNER, CORNER)
        tone = Tone.ACTIVE if self.isChecked() else Tone.QUIET
        top = (self.height() - SIDEBAR_ICON) // 2
        pixmap = self._theme.pixmap(self._icon_name, tone, SIDEBAR_ICON, self.devicePixelRatioF())
        painter.drawPixmap(_INSET, top, pixmap)
        if self._has_word:
            self._paint_word(painter)
        if self._count:
            paint_count = self._paint_badge if self._has_word else self._paint_dot
            paint_count(painter, tokens)

    def _paint_word(self, painter: QPainter) -> None:
        painter.setFont(bold_font(self.font()) if self.isChecked() else self.font())
        painter.setPen(self._theme.colour(Tone.ACTIVE if self.isChecked() else Tone.PLAIN))
        words = self.rect().adjusted(_INSET + SIDEBAR_ICON + _GAP, 0, -_INSET, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())

    def _paint_dot(self, painter: QPainter, _tokens: Tokens) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour(Tone.BAD if self._is_alarming else Tone.QUIET))
        painter.drawEllipse(QRectF(self.width() - _DOT - 4, 4, _DOT, _DOT))

    def _paint_badge(self, painter: QPainter, tokens: Tokens) -> None:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() - 1)
        text = wording.count_text(self._count)
        metrics = QFontMetrics(font)
        width = max(metrics.horizontalAdvance(text) + _COUNT_EDGES, 20)
        place = QRectF(self.width() - width - GRID, (self.height() - 18) / 2, width, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.surface if self.isChecked() else tokens.track))
        painter.drawRoundedRect(place, 9, 9)
        painter.setFont(font)
        painter.setPen(self._theme.colour(Tone.BAD if self._is_alarming else Tone.QUIET))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)


class Sidebar(QFrame):
    """Buttons of all views, one of which is open."""

    chosen = Signal(int)
    """Number of the view."""

    def __init__(self, theme: Theme, views: Sequence[tuple[str, str]], foot: ViewButton | None = None) -> None:
        """``views`` are icon name and word of each view; ``foot`` stands at the bottom, and opens none."""
        super().__init__()
        self._theme = theme
        self._group = QButtonGroup(self)
        self._buttons = [ViewButton(theme, icon_name, word) for icon_name, word in views]
        self._all = [*self._buttons, *([foot] if foot is not None else [])]
        column_of(*self._buttons, 1, *self._all[len(views) :], inside=self, margins=(GRID, 12, GRID, GRID), spacing=4)
        for number, button in enumerate(self._buttons):
            self._group.addButton(button, number)
        self.show_words(is_shown=True)
        self._group.idClicked.connect(self.chosen)
        theme.changed.connect(self.update)

    def show_words(self, *, is_shown: bool) -> None:
        """Show a word with each icon; without, the sidebar is as narrow as its icons."""
        for button in self._all:
            button.show_word(is_shown=is_shown)
        self.setFixedWidth(max(button.sizeHint().width() for button in self._all) + 2 * GRID)

    def show_keys(self, number: int, keys: str) -> None:
        """Tell which keys open a view, "" for none."""
        button = self._buttons[number]
        button.setToolTip(plain_tip(f"{button.text()}  ({keys})" if keys else button.text()))

    def choose(self, number: int) -> None:
        """Open a view as a click does."""
        self._buttons[number].click()

    def set_badge(self, number: int, count: int, *, is_alarming: bool = False) -> None:
        """Show a count beside a view, 0 for none."""
        self._buttons[number].set_badge(count, is_alarming=is_alarming)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.tokens.background))
        painter.setPen(QColor(self._theme.tokens.border))
        painter.drawLine(self.rect().topRight(), self.rect().bottomRight())
