"""The heading of a panel: an icon and a title, in the tone of what they say."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from dicomdesk.gui.theme import GRID, SIDEBAR_ICON, Theme, Tone, title_font
from dicomdesk.gui.wording import plain_tip


class Heading(QHBoxLayout):
    """Icon and title; buttons may follow. Both follow the theme."""

    def __init__(self, theme: Theme, panel: QWidget) -> None:
        """``panel`` has the font."""
        super().__init__()
        self._theme = theme
        self._panel = panel
        self._icon = QLabel()
        self._icon.setFixedSize(SIDEBAR_ICON, SIDEBAR_ICON)
        self._title = _Title(panel)
        self._said: tuple[str, Tone, Tone] | None = None
        """The icon, its tone and that of the title, where something was said."""
        self.setSpacing(GRID)
        self.addWidget(self._icon)
        self.addWidget(self._title, 1)
        theme.changed.connect(self._draw)

    def say(self, title: str, icon: str, tone: Tone, title_tone: Tone | None = None) -> None:
        """Show a title; it has the tone of the icon unless it has its own."""
        self._said = (icon, tone, title_tone or tone)
        self._draw()
        self._icon.setVisible(bool(title))
        self._title.say(title)
        self._panel.setAccessibleName(title)

    def title(self) -> str:
        """The title, whole."""
        return self._title.whole

    def _draw(self) -> None:
        if self._said is not None:
            icon, tone, title_tone = self._said
            ratio = self._panel.devicePixelRatioF()
            self._icon.setPixmap(self._theme.pixmap(icon, tone, SIDEBAR_ICON, ratio))
            self._title.show_colour(self._theme.colour(title_tone).name())


def loud_or_plain(tone: Tone) -> Tone:
    """Return the tone of a title that is coloured only where something has come out."""
    return tone if tone in {Tone.BAD, Tone.GOOD, Tone.WARNING} else Tone.PLAIN


class PlainLabel(QLabel):
    """Text as it is, which can be selected and copied."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)


class _Title(PlainLabel):
    """One line; where it is too long for its room, the tip has all of it."""

    def __init__(self, panel: QWidget) -> None:
        super().__init__()
        self.whole = ""
        self._colour = ""
        self.setFont(title_font(panel.font()))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def say(self, text: str) -> None:
        if text != self.whole:
            self.whole = text
            self._fit()

    def show_colour(self, name: str) -> None:
        """A style sheet costs milliseconds: it is set where it changes."""
        if name != self._colour:
            self._colour = name
            self.setStyleSheet(f"color: {name};")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        shown = self.fontMetrics().elidedText(self.whole, Qt.TextElideMode.ElideRight, self.width())
        if shown != self.text():
            self.setText(shown)
        self.setToolTip(plain_tip("" if shown == self.whole else self.whole))
