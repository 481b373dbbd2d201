"""The line that warns of a full disk before anything fails."""

from enum import Enum

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from dicomdesk import human
from dicomdesk.gui.controls.buttons import plain_button
from dicomdesk.gui.layouts import row_of
from dicomdesk.gui.panels.short_label import ShortLabel
from dicomdesk.gui.theme import MARGIN, ROW_ICON, Theme, Tone

__all__ = ["LITTLE_BYTES", "NONE_BYTES", "DiskLevel", "DiskWarning", "disk_level", "disk_text"]

LITTLE_BYTES = 5_000_000_000
"""Below this much free disk a warning is due."""
NONE_BYTES = 500_000_000
"""Below this much receiving is about to fail."""
_SOON_S = 900.0
"""So is a warning where the disk would be full in that time, at the rate of now."""
_HEIGHT = 36


class DiskLevel(Enum):
    """How urgent it is."""

    ENOUGH = "enough"
    LITTLE = "little"
    NONE = "none"


def _say(text: str) -> str:
    return QCoreApplication.translate("disk_warning", text)


def disk_level(free_bytes: int | None, bytes_per_s: float) -> DiskLevel:
    """Decide by what is free, and by how soon it will not be; what is not known is enough."""
    if free_bytes is None:
        return DiskLevel.ENOUGH
    if free_bytes < NONE_BYTES:
        return DiskLevel.NONE
    is_soon = bytes_per_s > 0 and free_bytes / bytes_per_s < _SOON_S
    return DiskLevel.LITTLE if free_bytes < LITTLE_BYTES or is_soon else DiskLevel.ENOUGH


def disk_text(free_bytes: int, bytes_per_s: float, folder: str) -> str:
    """Return what there is to be said, and what to do."""
    left = ""
    if bytes_per_s > 0:
        minutes = int(free_bytes / bytes_per_s / 60)
        left = _say(", enough for {minutes} min at the rate of now").format(minutes=minutes)
        if not minutes:
            left = _say(", enough for less than a minute at the rate of now")
    said = _say("{size} free on the disk of {folder}{left}.").format(
        size=human.size_text(free_bytes), folder=human.printable(folder), left=left
    )
    if free_bytes < NONE_BYTES:
        advice = _say("Make room now: what does not fit is refused, and its sender told so.")
    else:
        advice = _say("Make room, or choose another folder, before it is full.")
    return f"{said} {advice}"


class DiskWarning(QWidget):
    """Shown while the disk is nearly full; takes no room else."""

    folder_wanted = Signal()
    """The folder is to be shown."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.level = DiskLevel.ENOUGH
        self._icon = QLabel()
        self._icon.setFixedSize(ROW_ICON, ROW_ICON)
        self._words = ShortLabel()
        self._words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._words.setMinimumWidth(100)
        button = plain_button(theme, self.tr("Open folder"), "folder", self.folder_wanted.emit)
        row_of(self._icon, (self._words, 1), button, inside=self, margins=(MARGIN, 2, MARGIN, 2))
        self.setMinimumHeight(_HEIGHT)
        theme.changed.connect(self._draw)
        self.hide()

    def show_disk(self, free_bytes: int | None, bytes_per_s: float, folder: str) -> None:
        """Say how it is; the same again costs nothing."""
        self.level = disk_level(free_bytes, bytes_per_s)
        self.setVisible(self.level is not DiskLevel.ENOUGH)
        if self.level is not DiskLevel.ENOUGH and free_bytes is not None:
            self._words.say(disk_text(free_bytes, bytes_per_s, folder))
            self.setAccessibleName(self._words.whole())
            self._draw()

    def text(self) -> str:
        """What is said, "" for nothing."""
        return self._words.whole() if self.level is not DiskLevel.ENOUGH else ""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.tokens.background))
        painter.fillRect(0, 0, 3, self.height(), self._theme.colour(self._tone()))
        painter.setPen(QColor(self._theme.tokens.border))
        painter.drawLine(self.rect().topLeft(), self.rect().topRight())

    def _tone(self) -> Tone:
        return Tone.BAD if self.level is DiskLevel.NONE else Tone.WARNING

    def _draw(self) -> None:
        colour = self._theme.colour(self._tone()).name()
        self._words.setStyleSheet(f"color: {colour};")
        self._icon.setPixmap(self._theme.pixmap("warning", self._tone(), ROW_ICON, self.devicePixelRatioF()))
        self.update()
