"""The line that warns of a full disk before anything fails."""

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from dicomdesk import human
from dicomdesk.engine.facts.reception import StorageChanged, StorageState
from dicomdesk.gui import wording
from dicomdesk.gui.controls.buttons import plain_button
from dicomdesk.gui.layouts import row_of
from dicomdesk.gui.panels.heading import PlainLabel
from dicomdesk.gui.theme import MARGIN, ROW_ICON, Theme, Tone

__all__ = ["LITTLE_BYTES", "DiskWarning", "disk_text"]

LITTLE_BYTES = 2_000_000_000
"""Below this much free disk a warning is due while nobody listens; a listener has its own threshold."""
_HEIGHT = 40
"""For two lines, and for the button."""
_BAD = frozenset({StorageState.FULL, StorageState.GONE, StorageState.READ_ONLY})


def _say(text: str) -> str:
    return QCoreApplication.translate("disk_warning", text)


def disk_text(free_bytes: int | None, folder: str, storage: StorageChanged | None) -> str:
    """Return what there is to be said and done, "" for nothing; ``storage`` is what the listener tells last."""
    if storage is not None:
        if storage.state is StorageState.OK:
            return ""
        said = wording.sentence(wording.capitalised(storage.text))
        return human.printable(f"{said} {wording.sentence(wording.capitalised(storage.advice))}".strip())
    if free_bytes is None or free_bytes >= LITTLE_BYTES:
        return ""
    return _say("{size} free on the disk of {folder}. Make room, or choose another folder.").format(
        size=human.size_text(free_bytes), folder=human.printable(folder)
    )


class DiskWarning(QWidget):
    """Shown while the disk is nearly full; takes no room else."""

    folder_wanted = Signal()
    """The folder is to be shown."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.text = ""
        """What is said, "" for nothing."""
        self._is_bad = False
        self._icon = QLabel()
        self._icon.setFixedSize(ROW_ICON, ROW_ICON)
        self._words = PlainLabel()
        self._words.setWordWrap(True)
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        button = plain_button(theme, self.tr("Open folder"), "folder", self.folder_wanted.emit)
        row_of(self._icon, (self._words, 1), button, inside=self, margins=(MARGIN, 2, MARGIN, 2))
        self.setFixedHeight(max(_HEIGHT, 2 * self.fontMetrics().lineSpacing() + 8))
        theme.changed.connect(self._draw)
        self.hide()

    def show_disk(self, free_bytes: int | None, folder: str, storage: StorageChanged | None) -> None:
        """Say how it is, see ``disk_text``; the same again costs nothing."""
        text = disk_text(free_bytes, folder, storage)
        is_bad = storage is not None and storage.state in _BAD
        if (text, is_bad) != (self.text, self._is_bad):
            self.text, self._is_bad = text, is_bad
            self.setVisible(bool(text))
            self._words.setText(text)
            self._words.setToolTip(wording.plain_tip(text))
            self.setAccessibleName(text)
            self._draw()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.tokens.background))
        painter.fillRect(0, 0, 3, self.height(), self._theme.colour(self._tone()))
        painter.setPen(QColor(self._theme.tokens.border))
        painter.drawLine(self.rect().topLeft(), self.rect().topRight())

    def _tone(self) -> Tone:
        return Tone.BAD if self._is_bad else Tone.WARNING

    def _draw(self) -> None:
        colour = self._theme.colour(self._tone()).name()
        self._words.setStyleSheet(f"color: {colour};")
        self._icon.setPixmap(self._theme.pixmap("warning", self._tone(), ROW_ICON, self.devicePixelRatioF()))
        self.update()
