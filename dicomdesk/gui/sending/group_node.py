"""A group of instances in the send queue, a study or a series, and the columns in which all rows of it stand."""

from collections import Counter
from typing import ClassVar

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.gui import wording
from dicomdesk.gui.outline.model import Column, Mark, Node, mark_of
from dicomdesk.gui.outline.states import PROBLEMS, ItemState
from dicomdesk.gui.theme import Tone

__all__ = [
    "DATE",
    "LEFT",
    "MODALITY",
    "PEER",
    "PROGRESS",
    "RATE",
    "SIZE",
    "STATE",
    "STORED",
    "TITLE",
    "GroupNode",
    "send_columns",
]

TITLE, DATE, PEER, MODALITY, STORED, SIZE, STATE, PROGRESS, RATE, LEFT = range(10)

_LOUDEST_FIRST = (
    ItemState.SENDING,
    ItemState.REFUSED,
    ItemState.FAILED,
    ItemState.NOT_SENT,
    ItemState.WAITING,
    ItemState.WARNING,
    ItemState.STORED,
)


def _say(text: str) -> str:
    return QCoreApplication.translate("send_nodes", text)


def send_columns() -> tuple[Column, ...]:
    """Return the columns of the send queue, in the order of their numbers."""
    return (
        Column(title=_say("Patient / study / series"), width=260),
        Column(title=_say("Date"), width=92, yields=5),
        Column(title=_say("To"), width=96, grows=1),
        Column(title=_say("Modality"), width=80, yields=1),
        Column(title=_say("Stored"), width=92, is_number=True),
        Column(title=_say("Size"), width=70, is_number=True, yields=4),
        Column(title=_say("State"), width=134, grows=1),
        Column(title=_say("Progress"), width=104, grows=1),
        Column(title=_say("Rate"), width=76, is_number=True, yields=2),
        Column(title=_say("Left"), width=56, is_number=True, yields=3),
    )


class GroupNode(Node):
    """Group of instances, a study or a series: its counts are kept up to date by the queue."""

    __slots__ = ("bytes_done", "bytes_on_wire", "counts", "is_active", "rate", "size_bytes", "total")

    opens: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[ItemState] = Counter()
        self.total = 0
        self.size_bytes = 0
        self.bytes_done = 0
        self.bytes_on_wire = 0
        """Of instances that are under way now."""
        self.rate = 0.0
        """Bytes per second, 0 where nothing is sent."""
        self.is_active = False
        """Whether something was under way a moment ago: keeps the state steady between two instances."""

    @property
    def state(self) -> ItemState:
        """The state that people must know of first."""
        counts = self.counts
        if self.is_active and counts.get(ItemState.WAITING):
            return ItemState.SENDING
        return next((state for state in _LOUDEST_FIRST if counts.get(state)), ItemState.WAITING)

    @property
    def ended(self) -> int:
        """Instances that are over, however they ended."""
        counts = self.counts  # asked for some thousand times a second
        return self.total - counts.get(ItemState.WAITING, 0) - counts.get(ItemState.SENDING, 0)

    @property
    def stored(self) -> int:
        """Instances that the peer has."""
        return self.counts.get(ItemState.STORED, 0) + self.counts.get(ItemState.WARNING, 0)

    @property
    def problems(self) -> int:
        """Instances that ask for attention."""
        counts = self.counts
        refused, failed = counts.get(ItemState.REFUSED, 0), counts.get(ItemState.FAILED, 0)
        return refused + failed + counts.get(ItemState.NOT_SENT, 0)

    @property
    def seconds_left(self) -> float | None:
        """At the present rate; None where nothing is sent."""
        left = self.size_bytes - self.bytes_done - self.bytes_on_wire
        return left / self.rate if self.rate > 0 and left >= 0 else None

    def state_text(self) -> str:
        """The word for the state, with a count where it is not true for all."""
        state = self.state
        count = self.counts[state]
        word = mark_of(state).word
        if state in PROBLEMS and count < self.problems:
            return _say("{count} problems").format(count=wording.count_text(self.problems))
        if state in {ItemState.SENDING, ItemState.WAITING} or count in {0, self.total}:
            return word
        return f"{word} {wording.count_text(count)}"

    def counted_text(self) -> str:
        """Return "4 of 12 stored, 2 failed, 6 waiting"."""
        shown = ((self.problems, _say("{count} not stored")), (self.total - self.ended, _say("{count} waiting")))
        whole = _say("{stored} of {total} stored").format(
            stored=wording.count_text(self.stored), total=wording.count_text(self.total)
        )
        return ", ".join([whole, *(words.format(count=wording.count_text(count)) for count, words in shown if count)])

    def text(self, column: int) -> str:
        if column == STORED:
            stored, total = wording.count_text(self.stored), wording.count_text(self.total)
            return _say("{stored} of {total}").format(stored=stored, total=total)
        if column == SIZE:
            return human.size_text(self.size_bytes) if self.size_bytes else ""
        if column == STATE:
            return self.state_text()
        if column == PROGRESS:
            share = self.progress(PROGRESS)
            return "" if share is None else f"{int(share * 100)} %"
        if column == RATE:
            return human.rate_text(self.rate) if self.rate > 0 else ""
        if column == LEFT:
            left = self.seconds_left
            return "" if left is None else human.duration_text(left)
        return ""

    def spoken(self, column: int) -> str:
        return self.counted_text() if column == STORED else super().spoken(column)

    def tip(self, column: int) -> str:
        return self.counted_text() if column in {STORED, PROGRESS} else ""

    def sort_value(self, column: int) -> str | float:
        return _group_sort_value(self, column)

    def mark(self, column: int) -> Mark | None:
        return mark_of(self.state, self.state_text()) if column == STATE else None

    def progress(self, column: int) -> float | None:
        if column != PROGRESS or not (self.ended or self.bytes_on_wire):
            return None
        if self.ended >= self.total or not self.size_bytes:
            return self.stored / self.total
        return min((self.stored_bytes() + self.bytes_on_wire) / self.size_bytes, 0.999)

    def shares(self, column: int) -> tuple[tuple[float, Tone], ...]:
        share = self.progress(column)
        if share is None or not self.total:
            return ()
        tone = Tone.GOOD if self.ended >= self.total else Tone.ACTIVE
        return ((share, tone), (self.problems / self.total, Tone.BAD))

    def stored_bytes(self) -> int:
        """Return how many bytes the peer has, as far as is known."""
        problems = self.problems
        return round(self.bytes_done * self.stored / (self.stored + problems)) if problems else self.bytes_done


def _group_sort_value(node: GroupNode, column: int) -> str | float:
    if column == STORED:
        return node.stored / node.total if node.total else 0.0
    if column == SIZE:
        return float(node.size_bytes)
    if column == PROGRESS:
        return node.progress(PROGRESS) or 0.0
    if column == RATE:
        return node.rate
    if column == LEFT:
        return float("inf") if node.seconds_left is None else node.seconds_left
    return node.text(column).casefold()
