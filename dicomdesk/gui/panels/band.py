"""A band of the window: plain background and a line above."""

from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame

from dicomdesk.gui.theme import Theme


class Band(QFrame):
    """Frame that paints itself in the theme's colours."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.tokens.background))
        painter.setPen(QColor(self._theme.tokens.border))
        painter.drawLine(self.rect().topLeft(), self.rect().topRight())
