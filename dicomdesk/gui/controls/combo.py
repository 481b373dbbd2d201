"""A choice of few, drawn with the theme's own arrow."""

from collections.abc import Sequence

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox

from dicomdesk.gui.theme import Theme, Tone

_ARROW = 12


class Combo(QComboBox):
    """A combo box without an edit line."""

    def __init__(self, theme: Theme, words: Sequence[str]) -> None:
        super().__init__()
        self._theme = theme
        self.addItems(list(words))
        self.setMaxVisibleItems(max(len(words), self.maxVisibleItems()))  # the screen bounds it
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        pixmap = self._theme.pixmap("chevron-down", Tone.QUIET, _ARROW, self.devicePixelRatioF())
        painter.drawPixmap(self.width() - _ARROW - 8, (self.height() - _ARROW) // 2, pixmap)
