"""The icon in the tray of the desktop: what goes on, notices when something has ended, and where the window goes."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon, QWidget

from dicomdesk.gui.panels.status_strip import Figures
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.gui.wording import count_text, plain_tip, plural

_SIZES = (16, 22, 24, 32, 48)
_SHOWN_MS = 10_000

Look = tuple[Tone | None, str]
"""Colour of the dot, and the words."""


class Tray(QObject):
    """Shows an icon where the desktop has a tray and the user wants it; else notices mark the window's entry in the
    task bar. For the Qt thread.
    """

    show_wanted = Signal()
    """The window is to be shown, or hidden where it is shown."""

    def __init__(self, theme: Theme, window: QWidget, offers: Callable[[], Sequence[QAction]]) -> None:
        """``offers`` returns what the menu has; asked each time it is opened."""
        super().__init__(window)
        self._theme = theme
        self._window = window
        self._offers = offers
        self._icon: QSystemTrayIcon | None = None
        self._menu: QMenu | None = None
        self._look: Look = (None, "dicomdesk")
        self.told: list[tuple[str, str]] = []
        """Title and text of notices that were shown."""
        theme.changed.connect(self._draw)

    @property
    def is_there(self) -> bool:
        """Whether the icon can be seen: a window that is hidden can be shown again by it."""
        return self._icon is not None and self._icon.isVisible() and QSystemTrayIcon.isSystemTrayAvailable()

    def prefer(self, *, is_wanted: bool) -> None:
        """Show the icon, or do not; where there is no tray nothing is shown."""
        if is_wanted and self._icon is None and QSystemTrayIcon.isSystemTrayAvailable():
            self._make()
        elif not is_wanted and self._icon is not None:
            self._icon.hide()
            self._icon.deleteLater()
            self._icon = None

    def show_figures(self, figures: Figures, *, is_sending: bool) -> None:
        """Show what goes on; the same again costs nothing."""
        look = look_of(figures, is_sending=is_sending)
        if look != self._look:
            self._look = look
            self._draw()

    def tell(self, title: str, text: str) -> None:
        """Tell of something that has ended while nobody looks at the window."""
        if self._window.isActiveWindow():
            return
        self.told.append((title, text))
        QApplication.alert(self._window)
        if self._icon is not None and QSystemTrayIcon.supportsMessages():
            self._icon.showMessage(title, text, self._theme.icon("dicomdesk"), _SHOWN_MS)

    def end(self) -> None:
        """Take the icon away."""
        self.prefer(is_wanted=False)

    def _make(self) -> None:
        self._icon = QSystemTrayIcon(self)
        self._menu = QMenu(self._window)
        self._menu.aboutToShow.connect(self._fill)
        self._fill()
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._on_activated)
        self._icon.messageClicked.connect(self.show_wanted)
        self._draw()
        self._icon.show()

    def _fill(self) -> None:
        if self._menu is not None:
            self._menu.clear()
            show = self._menu.addAction(self.tr("&Show or hide the window"), self.show_wanted.emit)
            self._menu.setDefaultAction(show)
            self._menu.addSeparator()
            self._menu.addActions(list(self._offers()))

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in {QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick}:
            self.show_wanted.emit()

    def _draw(self) -> None:
        if self._icon is not None:
            tone, words = self._look
            self._icon.setIcon(drawn_icon(self._theme, tone))
            self._icon.setToolTip(plain_tip(words))


def look_of(figures: Figures, *, is_sending: bool) -> Look:
    """Return how the icon looks, and its words: problems before what is sent, that before what is listened for."""
    parts = ["dicomdesk"]
    tone: Tone | None = None
    if figures.listening_as:
        tone = Tone.GOOD
        parts.append(QApplication.translate("tray", "listening as {name}").format(name=figures.listening_as))
    if is_sending:
        tone = Tone.ACTIVE
        told = QApplication.translate("tray", "sending, {count} left")
        parts.append(told.format(count=count_text(figures.queue)))
    if figures.problems:
        tone = Tone.BAD
        one, many = (QApplication.translate("tray", each) for each in ("{count} problem", "{count} problems"))
        parts.append(plural(figures.problems, one, many))
    return tone, ", ".join(parts)


def drawn_icon(theme: Theme, tone: Tone | None) -> QIcon:
    """Return the program's icon with a dot in a tone, or without; the dot stands out from any ground."""
    icon = QIcon()
    for size in _SIZES:
        pixmap = QPixmap(theme.pixmap("dicomdesk", Tone.ACTIVE, size))
        if tone is not None:
            radius = size * 0.22
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(Qt.GlobalColor.white), max(size / 16, 1)))
            painter.setBrush(theme.colour(tone))
            painter.drawEllipse(QPointF(size - radius - 1, size - radius - 1), radius, radius)
            painter.end()
        icon.addPixmap(pixmap)
    return icon
