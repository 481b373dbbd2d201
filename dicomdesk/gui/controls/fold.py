"""A part of a dialog that can be folded: its heading says in a few words what is in it."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from dicomdesk.gui.controls.painted_button import PaintedButton
from dicomdesk.gui.layouts import column_of
from dicomdesk.gui.theme import CORNER, GRID, Theme, Tokens, Tone, bold_font
from dicomdesk.gui.wording import plain_tip

LABEL_WIDTH = 168
"""Of the quiet words before fields in a dialog, pixels."""
FOLD_INSET = 20
"""How far the content of a fold stands in."""
_HEIGHT = 40
_CHEVRON = 12


class FoldHeading(PaintedButton):
    """The line that opens and closes a fold; shows its word and a summary of its content."""

    def __init__(self, theme: Theme, word: str) -> None:
        super().__init__(theme, word)
        self._summary = ""
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.toggled.connect(lambda _is_open: self._name())
        theme.changed.connect(self.update)
        self._name()

    def show_summary(self, summary: str) -> None:
        """Say what is in the fold."""
        if summary != self._summary:
            self._summary = summary
            self._name()
            self.update()

    def summary(self) -> str:
        """The summary of the content."""
        return self._summary

    def _name(self) -> None:
        self.setAccessibleName(f"{self.text()}: {self._summary}" if self._summary else self.text())
        self.setAccessibleDescription(self.tr("open") if self.isChecked() else self.tr("folded"))
        self.setToolTip(plain_tip(self._summary))

    def sizeHint(self) -> QSize:
        return QSize(360, max(_HEIGHT, self.fontMetrics().height() + 2 * GRID))

    def paint(self, painter: QPainter, tokens: Tokens) -> None:
        painter.fillRect(QRect(0, 0, self.width(), 1), QColor(tokens.border))
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 3, -1, -3), CORNER, CORNER)
        name = "chevron-down" if self.isChecked() else "chevron-right"
        tone = Tone.ACTIVE if self.underMouse() else Tone.QUIET
        top = (self.height() - _CHEVRON) // 2
        painter.drawPixmap(4, top, self._theme.pixmap(name, tone, _CHEVRON, self.devicePixelRatioF()))
        font = bold_font(self.font())
        painter.setFont(font)
        painter.setPen(self._theme.colour(Tone.PLAIN))
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(self.rect().adjusted(FOLD_INSET, 0, 0, 0), middle, self.text())
        left = max(LABEL_WIDTH + GRID, FOLD_INSET + QFontMetrics(font).horizontalAdvance(self.text()) + 2 * GRID)
        painter.setFont(self.font())
        painter.setPen(self._theme.colour(Tone.QUIET))
        room = self.width() - left - GRID
        shown = self.fontMetrics().elidedText(self._summary, Qt.TextElideMode.ElideRight, room)
        painter.drawText(self.rect().adjusted(left, 0, -GRID, 0), middle, shown)


class Fold(QWidget):
    """A heading and the content that it opens."""

    toggled = Signal(bool)

    def __init__(self, theme: Theme, word: str, content: QWidget) -> None:
        super().__init__()
        self.heading = FoldHeading(theme, word)
        self.content = content
        content.hide()
        self.heading.toggled.connect(self._on_toggled)
        column_of(self.heading, column_of(content, margins=(FOLD_INSET, 0, 0, 0)), inside=self)

    def open(self, *, is_open: bool = True) -> None:
        """Open or close it."""
        self.heading.setChecked(is_open)

    def is_open(self) -> bool:
        """Whether its content is shown."""
        return self.heading.isChecked()

    def _on_toggled(self, is_open: bool) -> None:  # noqa: FBT001 - Qt calls it with the state alone
        self.content.setVisible(is_open)
        self.toggled.emit(is_open)


def open_one_at_a_time(*folds: Fold) -> None:
    """Close the others when one is opened, so that a dialog stays as low as it can."""
    for fold in folds:
        others = [other for other in folds if other is not fold]

        def _close_others(is_open: bool, others: list[Fold] = others) -> None:  # noqa: FBT001 - a slot
            if is_open:
                for other in others:
                    other.open(is_open=False)

        fold.toggled.connect(_close_others)
