"""Page of an empty view: its purpose, and the first thing to do."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from dicomdesk.gui.theme import GRID, MARGIN, Theme, Tone, title_font

_ICON = 40
_WIDEST_TEXT = 460


class EmptyState(QWidget):
    """Icon, heading, a sentence, buttons; with a dashed frame where things can be dropped."""

    def __init__(self, theme: Theme, icon_name: str, *, takes_drops: bool = False) -> None:
        super().__init__()
        self._theme = theme
        self._icon_name = icon_name
        self._takes_drops = takes_drops
        self._icon = QLabel()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = QLabel()
        self._title.setFont(title_font(self.font()))
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setFixedWidth(_WIDEST_TEXT)
        self._text.setForegroundRole(self.foregroundRole())
        for label in (self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._actions = QHBoxLayout()
        self._actions.setSpacing(GRID)
        layout = QVBoxLayout(self)
        layout.setSpacing(GRID)
        layout.addStretch(2)
        layout.addWidget(self._icon)
        layout.addSpacing(GRID)
        layout.addWidget(self._title)
        layout.addWidget(self._text, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(GRID)
        layout.addLayout(self._actions)
        layout.addStretch(3)
        theme.changed.connect(self._draw)
        self._draw()

    def set_words(self, title: str, text: str) -> None:
        """Say what the view is for."""
        self._title.setText(title)
        self._text.setText(text)
        self._text.setMinimumHeight(self._text.heightForWidth(_WIDEST_TEXT))
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)

    def set_option(self, option: QWidget) -> None:
        """Offer a choice below the buttons."""
        layout = self.layout()
        if isinstance(layout, QVBoxLayout):
            layout.insertWidget(layout.count() - 1, option, 0, Qt.AlignmentFlag.AlignHCenter)

    def set_buttons(self, buttons: Sequence[QPushButton | QWidget]) -> None:
        """Offer the first actions, side by side in the middle."""
        self._actions.addStretch(1)
        for button in buttons:
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            self._actions.addWidget(button)
        self._actions.addStretch(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(self._theme.tokens.surface))
        if self._takes_drops:
            painter.setPen(QPen(QColor(self._theme.tokens.handle), 1.5, Qt.PenStyle.DashLine))
            inner = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
            painter.drawRoundedRect(inner, 10, 10)

    def _draw(self) -> None:
        pixmap = self._theme.pixmap(self._icon_name, Tone.ACTIVE, _ICON, self.devicePixelRatioF())
        self._icon.setPixmap(pixmap)
        self._text.setStyleSheet(f"color: {self._theme.tokens.muted};")
        self.update()
