"""The line at the bottom of the window: listener, associations, rates, queue, disk, problems."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QPushButton

from dicomdesk import human
from dicomdesk.gui import wording
from dicomdesk.gui.layouts import row_of
from dicomdesk.gui.panels.band import Band
from dicomdesk.gui.theme import MARGIN, ROW_ICON, Theme, Tone
from dicomdesk.records import dataclass

_HEIGHT = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Content of the line."""

    listening_as: str = ""
    """"AE:port", or "" while nobody listens."""
    associations: int = 0
    up_bytes_per_s: float = 0.0
    down_bytes_per_s: float = 0.0
    queue: int = 0
    free_bytes: int | None = None
    """On the disk of the folder for what is received; None while nobody knows."""
    problems: int = 0


class StatusStrip(Band):
    """Shows ``Figures``."""

    problems_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._figures: Figures | None = None
        self.setFixedHeight(max(_HEIGHT, self.fontMetrics().height() + 12))
        self._dot = QLabel()
        self._dot.setFixedSize(ROW_ICON, ROW_ICON)
        self._labels = [QLabel() for _ in range(6)]
        self._problems = QPushButton()
        self._problems.setFlat(True)
        self._problems.clicked.connect(self.problems_wanted)
        layout = row_of(self._dot, inside=self, margins=(MARGIN, 0, MARGIN, 0), spacing=6)
        for label in self._labels:
            label.setTextFormat(Qt.TextFormat.PlainText)
            layout.addWidget(label)
            layout.addSpacing(MARGIN)
        layout.addStretch(1)
        layout.addWidget(self._problems)
        theme.changed.connect(self._draw)
        self.show_figures(Figures())

    def show_figures(self, figures: Figures) -> None:
        """Show other figures; the same again cost nothing."""
        if figures != self._figures:
            self._figures = figures
            self._draw()

    def _draw(self) -> None:
        figures = self._figures or Figures()
        is_listening = bool(figures.listening_as)
        name, tone = ("listening", Tone.GOOD) if is_listening else ("not-listening", Tone.QUIET)
        self._dot.setPixmap(self._theme.pixmap(name, tone, ROW_ICON, self.devicePixelRatioF()))
        listener = self.tr("Listening as {name}").format(name=figures.listening_as)
        free = "" if figures.free_bytes is None else human.size_text(figures.free_bytes)
        texts = (
            listener if is_listening else self.tr("Not listening"),
            wording.plural(figures.associations, self.tr("{count} association"), self.tr("{count} associations")),
            self.tr("Up {rate}").format(rate=human.rate_text(figures.up_bytes_per_s)),
            self.tr("Down {rate}").format(rate=human.rate_text(figures.down_bytes_per_s)),
            self.tr("Queue {count}").format(count=wording.count_text(figures.queue)),
            self.tr("{size} free").format(size=free) if free else "",
        )
        is_loud = (
            is_listening,
            figures.associations > 0,
            figures.up_bytes_per_s > 0,
            figures.down_bytes_per_s > 0,
            figures.queue > 0,
            True,
        )
        for label, text, loud in zip(self._labels, texts, is_loud, strict=True):
            label.setText(text)
            label.setForegroundRole(QPalette.ColorRole.WindowText if loud else QPalette.ColorRole.PlaceholderText)
        self._problems.setText(
            wording.plural(figures.problems, self.tr("{count} problem"), self.tr("{count} problems"))
        )
        self._problems.setVisible(figures.problems > 0)
        colour = self._theme.tokens.failed
        self._problems.setStyleSheet(
            f"QPushButton {{ color: {colour}; border: none; font-weight: 600; background: transparent; }}"
        )
