"""An association from begin to end as one line: when something was said, what failed, where there was silence."""

from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dicomdesk.engine.events import ItemOutcome
from dicomdesk.gui import wording
from dicomdesk.gui.models.association_log import AssociationRecord, Message
from dicomdesk.gui.theme import GRID, Theme, Tone

__all__ = ["Pause", "Timeline", "is_problem", "longest_pause", "marks_of"]

_TRACK = 18
"""Height of the line with its marks."""
_MARK = 2
"""Width of a mark; there are as many as there is room for."""
_SHORTEST_TOLD_S = 0.05


class Pause(NamedTuple):
    """A time in which nothing was said."""

    after_s: float
    """Since the association began."""
    lasted_s: float


def longest_pause(record: AssociationRecord) -> Pause:
    """Return the longest time between messages, or the begin or the end and the one next to it."""
    start = record.started_at
    end = start + _shown_s(record)
    longest, before = Pause(0.0, 0.0), start
    for at in [*(min(max(message.at, start), end) for message in record.messages), end]:
        if at - before > longest.lasted_s:
            longest = Pause(before - start, at - before)
        before = max(at, before)
    return longest


def marks_of(record: AssociationRecord, places: int) -> list[bool | None]:
    """Return for each of so many places, from begin to end, whether a problem was met there; None for no message."""
    marks: list[bool | None] = [None] * max(places, 1)
    lasted_s = max(_shown_s(record), 1e-9)
    for message in record.messages:
        place = int((message.at - record.started_at) / lasted_s * len(marks))
        place = min(max(place, 0), len(marks) - 1)
        marks[place] = bool(marks[place]) or is_problem(message)
    return marks


def _shown_s(record: AssociationRecord) -> float:
    """Seconds until its end; of one that is open until now, or until the last message where that is later."""
    last = record.messages[-1].at - record.started_at if record.messages else 0.0
    return max(record.lasted_s, last)


def is_problem(message: Message) -> bool:
    """Whether a message asks for attention: not stored, or answered with a failure or a warning."""
    if message.outcome is not None:
        return message.outcome is not ItemOutcome.STORED
    return message.status is not None and message.status not in (0x0000, 0xFF00, 0xFF01, 0xFE00)


class Timeline(QWidget):
    """Shows one ``AssociationRecord``; says the same in words, which also are its accessible description."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._record: AssociationRecord | None = None
        self._shown: tuple[object, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(self.sizeHint().height())
        self.setAccessibleName(self.tr("Timeline"))
        theme.changed.connect(self.update)

    def show_record(self, record: AssociationRecord | None) -> None:
        """Show an association, or bring what is shown up to date."""
        shown = (record, record.state, record.message_count, len(record.messages)) if record is not None else ()
        if shown == self._shown:
            return
        self._record, self._shown = record, shown
        self.setVisible(record is not None and bool(record.messages))
        self.setAccessibleDescription(self.words())
        self.setToolTip(wording.plain_tip(self.words()))
        self.update()

    def words(self) -> str:
        """Return what the line shows: how long it lasted, the longest pause, how many problems."""
        record = self._record
        if record is None or not record.messages:
            return ""
        parts = []
        pause = longest_pause(record)
        if pause.lasted_s >= _SHORTEST_TOLD_S:
            words = self.tr("longest pause {pause} s, {after} s after the start")
            parts.append(words.format(pause=f"{pause.lasted_s:.2f}", after=f"{pause.after_s:.2f}"))
        count = sum(is_problem(message) for message in record.messages)
        if count:
            parts.append(wording.plural(count, self.tr("{count} problem"), self.tr("{count} problems")))
        return ", ".join(parts)

    def sizeHint(self) -> QSize:
        return QSize(10 * GRID, _TRACK + self.fontMetrics().height() + GRID)

    def paintEvent(self, event: QPaintEvent) -> None:
        record = self._record
        if record is None or not record.messages:
            return
        painter = QPainter(self)
        track = QRectF(0, 0, self.width(), _TRACK)
        painter.fillRect(track, QColor(self._theme.tokens.border))
        places = max(int(track.width() // _MARK), 1)
        for place, is_bad in enumerate(marks_of(record, places)):
            if is_bad is not None:
                colour = self._theme.colour(Tone.BAD if is_bad else Tone.GOOD)
                painter.fillRect(QRectF(place * track.width() / places, 0, _MARK, _TRACK), colour)
        line = QRectF(0, _TRACK + GRID / 2, self.width(), self.fontMetrics().height())
        painter.setPen(self._theme.colour(Tone.QUIET))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft, "0 s")
        painter.drawText(line, Qt.AlignmentFlag.AlignRight, f"{_shown_s(record):.2f} s")
        painter.drawText(line, Qt.AlignmentFlag.AlignHCenter, self.words())
