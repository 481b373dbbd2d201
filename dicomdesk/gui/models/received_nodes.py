"""Rows of received studies, series and instances, over the records of an arrival book."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.engine.events import (
    StudySender,
)
from dicomdesk.engine.receive.book.arrival_book import ArrivalBook
from dicomdesk.engine.receive.book.completeness import CompletenessState
from dicomdesk.engine.receive.book.records import BookedFile, BookedSeries, BookedStudy
from dicomdesk.gui import wording
from dicomdesk.gui.models.study_words import NO_HEADER, SeriesWords, StudyWords
from dicomdesk.gui.outline.model import Column, Mark, Node, Part, Weight, joined, mark_of
from dicomdesk.gui.outline.states import ItemState

TITLE, MODALITY, SERIES, INSTANCES, SIZE, FROM, ARRIVED, STATE, RATE = range(9)

QUIET_AFTER_S = 3.0
"""An open association that brings nothing for so long is called quiet."""
RATE_SPAN_S = 2.0
MOST_ROWS_AT_ONCE = 100


def _say(text: str) -> str:
    return QCoreApplication.translate("received_nodes", text)


def receive_columns() -> tuple[Column, ...]:
    """Return the columns of the received studies, in the order of their numbers."""
    return (
        Column(title=_say("Patient / study / series"), width=300),
        Column(title=_say("Modality"), width=80, yields=4),
        Column(title=_say("Series"), width=60, is_number=True, yields=2),
        Column(title=_say("Instances"), width=150, is_number=True),
        Column(title=_say("Size"), width=66, is_number=True, yields=3),
        Column(title=_say("From"), width=168, grows=2),
        Column(title=_say("Arrived"), width=92, is_number=True, is_fixed=True),
        Column(title=_say("State"), width=140, grows=1),
        Column(title=_say("Rate"), width=84, is_number=True, yields=1),
    )


def arrived_text(at: float, now: float | None = None) -> str:
    """Return the time of day for today, "11-29 14:03" for another day of this year, the date before; "" for never."""
    if not at:
        return ""
    when, today = time.localtime(at), time.localtime(now)
    if when[:3] == today[:3]:
        return time.strftime("%H:%M:%S", when)
    return time.strftime("%m-%d %H:%M" if when[0] == today[0] else "%Y-%m-%d", when)


class ReceivedGroup(Node):
    """Group of received instances: a study or a series, with the numbers of its record."""

    __slots__ = ("bytes_mark", "marked_at", "now", "rate", "received_bytes", "record")

    record: BookedStudy | BookedSeries

    def __init__(self, record: BookedStudy | BookedSeries) -> None:
        super().__init__()
        self.record = record
        self.now = 0.0
        self.rate = 0.0
        self.received_bytes = 0
        """Of all that came, as often as it came."""
        self.bytes_mark = 0
        self.marked_at = 0.0

    @property
    def instances(self) -> int:
        """Distinct instances that are here."""
        return self.record.here

    @property
    def again(self) -> int:
        """Arrivals of instances that were here."""
        return self.record.again

    @property
    def problems(self) -> int:
        """Instances that were not stored and have not come since."""
        return self.record.missing

    @property
    def size_bytes(self) -> int:
        """Bytes of data sets, of each instance once."""
        return self.record.size_bytes

    @property
    def first_at(self) -> float:
        """Time of the first arrival, seconds since the epoch."""
        return self.record.first_at

    @property
    def last_at(self) -> float:
        """Time of the last arrival, seconds since the epoch."""
        return self.record.last_at

    @property
    def is_open(self) -> bool:
        """Whether an association that brought something of the study is open."""
        record = self.record
        return record.is_open if isinstance(record, BookedStudy) else record.study.is_open

    @property
    def state(self) -> ItemState:
        """The state that people must know of first."""
        if self.is_open:
            return ItemState.QUIET if self.now - self.last_at >= QUIET_AFTER_S else ItemState.RECEIVING
        if self.problems:
            return ItemState.REFUSED
        is_incomplete = self.record.completeness.state is CompletenessState.INCOMPLETE
        return ItemState.WARNING if is_incomplete else ItemState.STORED

    @property
    def has_trouble(self) -> bool:
        """Whether something of it was not stored, or is missing."""
        return self.problems > 0 or self.state is ItemState.WARNING

    def state_text(self) -> str:
        """The word for the state, with how long or how many."""
        state = self.state
        if state is ItemState.QUIET:
            return _say("Quiet for {time}").format(
                time=wording.elapsed_text(int(self.now - self.last_at)).replace(".0", "")
            )
        if state is ItemState.REFUSED:
            return _say("{count} not stored").format(count=wording.count_text(self.problems))
        if state is ItemState.WARNING:
            return _say("{count} missing").format(count=wording.count_text(self.record.completeness.missing))
        if self.record.completeness.state is CompletenessState.COMPLETE:
            return _say("Complete")
        return mark_of(state).word

    def counts_text(self) -> str:
        """Return such as "60 here, 40 again"; "60 of 100 here" where it is known how many there are."""
        here, expected = wording.count_text(self.instances), self.record.expected
        words = [_say("{count} here").format(count=here)]
        if expected is not None:
            words = [_say("{count} of {expected} here").format(count=here, expected=wording.count_text(expected))]
        if self.again:
            words.append(_say("{count} again").format(count=wording.count_text(self.again)))
        if self.problems:
            words.append(_say("{count} not stored").format(count=wording.count_text(self.problems)))
        return ", ".join(words)

    def short_counts_text(self) -> str:
        """Return the same for a column: the number alone where there is nothing else to be said."""
        here, expected = wording.count_text(self.instances), self.record.expected
        if not self.again:
            return here if expected is None else self.counts_text()
        again = wording.count_text(self.again)
        if expected is None:
            return _say("{here} here, {again} again").format(here=here, again=again)
        return _say("{here} of {expected}, {again} again").format(
            here=here, expected=wording.count_text(expected), again=again
        )

    def take(self, size_bytes: int, at: float) -> None:
        """Take note that something came, so many bytes that were stored; it is counted already."""
        self.now = at
        if not self.marked_at:
            self.marked_at = at
        self.received_bytes += size_bytes

    def measure(self, now: float) -> None:
        """Bring rate and silence up to date."""
        self.now = now
        if now - self.marked_at >= RATE_SPAN_S:
            self.rate = (self.received_bytes - self.bytes_mark) / (now - self.marked_at)
            self.bytes_mark, self.marked_at = self.received_bytes, now

    def text(self, column: int) -> str:
        if column == INSTANCES:
            return self.short_counts_text()
        if column == SIZE:
            return human.size_text(self.size_bytes)
        if column == ARRIVED:
            return arrived_text(self.first_at)
        if column == STATE:
            return self.state_text()
        if column == RATE:
            return human.rate_text(self.rate) if self.state is ItemState.RECEIVING and self.rate > 0 else ""
        return ""

    def sort_value(self, column: int) -> str | float:
        if column == ARRIVED:  # asked for twice for each comparison: no detours
            return self.record.first_at
        if column == INSTANCES:
            return float(self.record.here)
        if column == SIZE:
            return float(self.record.size_bytes)
        return self.rate if column == RATE else self.text(column).casefold()

    def mark(self, column: int) -> Mark | None:
        return mark_of(self.state, self.state_text()) if column == STATE else None

    def tip(self, column: int) -> str:
        if column == ARRIVED and self.last_at > self.first_at:
            first, last = arrived_text(self.first_at), arrived_text(self.last_at)
            return _say("First at {first}, last at {last}").format(first=first, last=last)
        return self.counts_text() if column == INSTANCES else ""


class ReceivedStudy(ReceivedGroup):
    """A study that arrives or has arrived."""

    __slots__ = ("has_problem", "record", "series", "words")

    opens: ClassVar[bool] = True
    record: BookedStudy

    def __init__(self, record: BookedStudy) -> None:
        super().__init__(record)
        self.words = StudyWords(record.header)
        self.has_problem = False
        """Whether what is missing of it was reported."""
        self.series: dict[str, ReceivedSeries] = {}

    @property
    def senders(self) -> Sequence[StudySender]:
        """Who brought something of it, in the order of their first."""
        return tuple(self.record.senders)

    @property
    def calling_ae_title(self) -> str:
        """Of the sender that came last into the list, for people."""
        return human.printable(self.senders[-1].calling_ae_title) if self.record.senders else ""

    @property
    def peer_host(self) -> str:
        """Of the sender that came last into the list, for people."""
        return human.printable(self.senders[-1].host) if self.record.senders else ""

    @property
    def folder(self) -> str:
        """Where its latest file was written."""
        return self.record.folder

    @property
    def reasons(self) -> list[str]:
        """Why instances were not stored; as many as are kept."""
        return self.record.reasons

    def text(self, column: int) -> str:
        if column in {TITLE, FROM}:
            return joined(self.parts(column) or ())
        if column == MODALITY:
            return self.words.modality_text()
        return wording.count_text(len(self.series)) if column == SERIES else super().text(column)

    def sort_value(self, column: int) -> str | float:
        if column == TITLE:
            return self.words.title_key()
        return float(len(self.series)) if column == SERIES else super().sort_value(column)

    def parts(self, column: int) -> tuple[Part, ...] | None:
        if column == FROM:
            count = len(self.record.senders) - 1
            more = wording.plural(count, _say("and {count} more"), _say("and {count} more")) if count > 0 else ""
            parts = (Part(self.calling_ae_title), Part(more, Weight.QUIET), Part(self.peer_host, Weight.QUIET))
            return tuple(part for part in parts if part.text)
        return self.words.parts() if column == TITLE else None

    def tip(self, column: int) -> str:
        return self.text(column) if column in {TITLE, FROM} else super().tip(column)


class ReceivedSeries(ReceivedGroup):
    """A series that arrives or has arrived; below it its instances, made when it is opened."""

    __slots__ = ("_ask_page", "_book", "_is_asking", "known", "record", "words")

    opens: ClassVar[bool] = True
    record: BookedSeries

    def __init__(
        self, record: BookedSeries, book: ArrivalBook | None = None, ask_page: "AskPage | None" = None
    ) -> None:
        """``book`` knows the files of the record; ``ask_page`` where they have to be asked for and come later."""
        super().__init__(record)
        self.words = SeriesWords(record.header or NO_HEADER)
        self.known: dict[str, ReceivedInstance] = {}
        """Rows of instances, by SOP Instance UID."""
        self._book = book
        self._ask_page = ask_page
        self._is_asking = False

    def unfetched(self) -> int:
        is_known = self._book is not None and not self.record.study.is_summed_up
        return max(0, self.record.here - len(self.children)) if is_known else 0

    def fetch(self, most: int) -> Sequence[Node]:
        """Make the rows of further instances, few at a time: whoever looks scrolls."""
        if self._book is None:
            return []
        start, most = len(self.children), min(most, MOST_ROWS_AT_ONCE)
        if self._ask_page is None:
            return self.rows_of(self._book.latest_files(self.record, start, most))
        if not self._is_asking:
            self._is_asking = True
            self._ask_page(self, start, most)
        return []

    def rows_of(self, files: Iterable[BookedFile]) -> Sequence[Node]:
        """Make the rows of files that have none yet."""
        self._is_asking = False
        made = []
        for file in files:
            if file.sop_instance_uid not in self.known:
                made.append(ReceivedInstance(file))
                self.known[file.sop_instance_uid] = made[-1]
        return made

    def first_path(self) -> str:
        """Path of its first instance, "" where none is known."""
        return self._book.first_path(self.record) if self._book is not None else ""

    def text(self, column: int) -> str:
        if column == TITLE:
            return joined(self.words.parts())
        return self.words.modality if column == MODALITY else super().text(column)

    def sort_value(self, column: int) -> str | float:
        return 0.0 if column == SERIES else super().sort_value(column)

    def parts(self, column: int) -> tuple[Part, ...] | None:
        return self.words.parts() if column == TITLE else None


class ReceivedInstance(Node):
    """One instance that is here."""

    __slots__ = ("file",)

    def __init__(self, file: BookedFile) -> None:
        super().__init__()
        self.file = file
        """Its latest file."""

    def text(self, column: int) -> str:
        if column == TITLE:
            name = self.file.path.replace("\\", "/").rpartition("/")[2]
            return human.printable(name or self.file.sop_instance_uid)
        if column == INSTANCES and self.file.times > 1:
            return _say("came {count} times").format(count=wording.count_text(self.file.times))
        if column == STATE:
            return mark_of(ItemState.STORED).word
        return ""

    def sort_value(self, column: int) -> str | float:
        if column in {SERIES, INSTANCES, SIZE, ARRIVED, RATE}:
            return float(self.file.times) if column == INSTANCES else 0.0
        return self.text(column).casefold()

    def parts(self, column: int) -> tuple[Part, ...] | None:
        return (Part(self.text(TITLE)),) if column == TITLE else None

    def mark(self, column: int) -> Mark | None:
        return mark_of(ItemState.STORED) if column == STATE else None

    def tip(self, column: int) -> str:
        return human.printable(self.file.path) if column == TITLE else ""


AskPage = Callable[[ReceivedSeries, int, int], None]
"""Has files of a series asked for, from a place on and at most so many; see ``ReceivedStudies.show_page``."""
