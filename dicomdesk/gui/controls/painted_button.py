"""A button that can be checked and paints itself; it is drawn anew when the pointer comes."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton

from dicomdesk.gui.theme import Theme, Tokens


class PaintedButton(QAbstractButton):
    """Button without Qt's looks; subclasses give its size and paint it."""

    def __init__(self, theme: Theme, word: str) -> None:
        super().__init__()
        self._theme = theme
        self.setText(word)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def paint(self, painter: QPainter, tokens: Tokens) -> None:
        """Paint everything, with smooth edges."""
        raise NotImplementedError

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint(painter, self._theme.tokens)
