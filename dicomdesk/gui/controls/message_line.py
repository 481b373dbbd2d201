"""A sentence with an icon below entry fields: what is wrong, or that all is well."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from dicomdesk.gui.layouts import row_of
from dicomdesk.gui.theme import ROW_ICON, Theme, Tone
from dicomdesk.gui.wording import plain_tip


class MessageLine(QWidget):
    """A message of up to two lines, whose room is always kept so that nothing jumps."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._icon_name = ""
        self._tone = Tone.PLAIN
        self._icon = QLabel()
        self._icon.setFixedSize(ROW_ICON, ROW_ICON)
        self._words = QLabel()
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._words.setAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._words.setFixedHeight(2 * self.fontMetrics().lineSpacing() + 2)
        row_of(self._icon, (self._words, 1), inside=self)
        theme.changed.connect(self._draw)

    def say(self, text: str, icon_name: str = "info", tone: Tone = Tone.QUIET) -> None:
        """Show a sentence; "" shows nothing."""
        self._icon_name, self._tone = icon_name if text else "", tone
        self._words.setText(text)
        self._words.setToolTip(plain_tip(text))
        self.setAccessibleName(text)
        self._draw()

    def text(self) -> str:
        """The sentence."""
        return self._words.text()

    def tone(self) -> Tone:
        """The tone of the sentence."""
        return self._tone

    def _draw(self) -> None:
        self._words.setStyleSheet(f"color: {self._theme.colour(self._tone).name()};")
        if self._icon_name:
            ratio = self.devicePixelRatioF()
            self._icon.setPixmap(self._theme.pixmap(self._icon_name, self._tone, ROW_ICON, ratio))
        else:
            self._icon.clear()
