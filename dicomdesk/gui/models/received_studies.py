"""Received studies and series: rows over the records of an arrival book, which a receive job fills.

What is counted is counted in the book. Where a job counts in no book, its events are counted in that of the model.
"""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import ClassVar

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.engine.events import (
    ArrivalKind,
    AssociationAborted,
    AssociationAccepted,
    AssociationReleased,
    Event,
    ItemFinished,
    ItemOutcome,
    StudySender,
)
from dicomdesk.engine.facts.arrivals import ReceptionSum, StudySum
from dicomdesk.engine.receive.book.arrival_book import ArrivalBook, Arrived
from dicomdesk.engine.receive.book.book_news import BookLost, BookNews, StudyNews
from dicomdesk.engine.receive.book.completeness import CompletenessState
from dicomdesk.engine.receive.book.records import BookedFile, BookedSeries, BookedStudy
from dicomdesk.gui import wording
from dicomdesk.gui.models.study_words import NO_HEADER, SeriesWords, StudyWords
from dicomdesk.gui.outline.model import Column, Mark, Node, Outline, Part, Weight, joined, mark_of
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.problems.book import ProblemShelf, loose_shelf

TITLE, MODALITY, SERIES, INSTANCES, SIZE, FROM, ARRIVED, STATE, RATE = range(9)

QUIET_AFTER_S = 3.0
"""An open association that brings nothing for so long is called quiet."""
RATE_SPAN_S = 2.0
MOST_ROWS_AT_ONCE = 100
_UNCOUNTED = {ItemOutcome.REFUSED: ArrivalKind.REFUSED, ItemOutcome.FAILED: ArrivalKind.LOST}


def _say(text: str) -> str:
    return QCoreApplication.translate("received_studies", text)


def receive_columns() -> tuple[Column, ...]:
    """Return the columns of the received studies, in the order of their numbers."""
    return (
        Column(title=_say("Patient / study / series"), width=300),
        Column(title=_say("Modality"), width=80, yields=4),
        Column(title=_say("Series"), width=60, is_number=True, yields=2),
        Column(title=_say("Instances"), width=160, is_number=True),
        Column(title=_say("Size"), width=66, is_number=True, yields=3),
        Column(title=_say("From"), width=168),
        Column(title=_say("Arrived"), width=92, is_number=True, is_fixed=True),
        Column(title=_say("State"), width=140),
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


class ReceivedStudies:
    """Rows of an arrival book; an ``Outline`` is told of those that come, change or go. For the Qt thread."""

    def __init__(
        self,
        outline: Outline,
        problems: ProblemShelf | None = None,
        book: ArrivalBook | None = None,
        ask_page: AskPage | None = None,
    ) -> None:
        """Studies of which something was not stored are reported to ``problems``.

        ``ask_page`` where the book has to ask for its files; see ``ReceivedSeries``.
        """
        self._outline = outline
        self._ask_page = ask_page
        self._emptying: set[ReceivedStudy] = set()
        """Studies of which files were deleted, where the book is told of it later."""
        self._problems = problems or loose_shelf()
        self.book = ArrivalBook() if book is None else book
        """Where receive jobs are to count, too."""
        self._studies: dict[str, ReceivedStudy] = {}
        self._brought: dict[tuple[str, int], dict[str, ReceivedStudy]] = {}
        """Studies that each open association has brought."""
        self._open: dict[str, ReceivedStudy] = {}
        """Studies whose rows may say that they arrive."""
        self._troubled: set[ReceivedStudy] = set()
        """Studies with problems."""
        self._dropped = 0
        self._found = 0

    @property
    def arriving(self) -> int:
        """How many studies somebody is sending now."""
        return sum(study.is_open for study in self._open.values())

    @property
    def troubled(self) -> int:
        """How many studies have problems, or are not complete."""
        studies = self._studies.values()
        return sum(
            each in self._troubled or (each.record.expected is not None and each.has_trouble) for each in studies
        )

    @property
    def moving(self) -> Iterable[ReceivedStudy]:
        """Studies that have an open association, or had one a moment ago."""
        return self._open.values()

    def __len__(self) -> int:
        return len(self._studies)

    def look_again(self, study: ReceivedStudy) -> None:
        """Something of a study is known that was not told by an event."""
        self._touch(study)

    @property
    def studies(self) -> Iterable[ReceivedStudy]:
        """All studies, in the order of arrival."""
        return self._studies.values()

    @property
    def instances(self) -> int:
        """Distinct instances of all studies."""
        return self.book.here

    @property
    def problems(self) -> int:
        """Instances that were not stored and have not come since."""
        return self.book.missing

    def files(self, node: ReceivedGroup) -> list[BookedFile]:
        """Files of a study or a series, in the order of arrival of their instances."""
        record = node.record
        if isinstance(record, BookedStudy):
            return self.book.files(record.uid)
        return self.book.files(record.study.uid, record.uid)

    def apply(self, event: Event | BookNews | BookLost | ReceptionSum, at: float) -> None:
        """Take note of what a receive job reports."""
        match event:
            case BookNews():
                self._show_news(event)
            case BookLost():
                for study in list(self._studies.values()):
                    self._problems.mend(study)
                    self._remove(study)
            case ReceptionSum():
                for each in event.studies:
                    self._on_sum(event.job_id, each, at)
            case AssociationAccepted(job_id=job_id, association=association, negotiation=negotiation):
                self._brought[job_id, association] = {}
                sender = StudySender(
                    calling_ae_title=negotiation.calling_ae_title,
                    called_ae_title=negotiation.called_ae_title,
                    host=negotiation.peer_host,
                    address=negotiation.peer_address,
                )
                self.book.opened((job_id, association), sender)
            case AssociationReleased(job_id=job_id, association=association):
                self._close((job_id, association))
            case AssociationAborted(job_id=job_id, association=association):
                self._close((job_id, association))
            case ItemFinished():
                self._on_item(event, at)
            case _:
                pass

    def measure(self, now: float) -> None:
        """Bring rates and silences up to date; called about once a second."""
        for study in self._open.values():
            self._touch(study, now)
        if self._found != self.book.found_files:
            self._found = self.book.found_files
            self._show_found()
        if self._dropped != self.book.dropped_studies:
            self._dropped = self.book.dropped_studies
            for study in [each for each in self._studies.values() if each.record.is_dropped]:
                self._remove(study)

    def clear_finished(self) -> None:
        """Take away all studies that nobody is sending any more; files stay where they are."""
        for uid, study in list(self._studies.items()):
            if not study.is_open:
                self.book.forget(uid)
                self._problems.mend(study)
                self._remove(study)

    def _show_found(self) -> None:
        """Show the studies that were found in the folder, and what was found of others."""
        for record in self.book.studies():
            study = self._studies.get(record.uid)
            is_known = study is not None and study.record is record and len(study.series) == len(record.series)
            if is_known and study is not None:
                if record.earlier:
                    self._outline.touch(study)
                continue
            study = self._study_of(record.uid)
            for uid in list(record.series) if study is not None else ():
                if study is not None:
                    self._series_of(study, uid)

    def settle(self, study: ReceivedStudy, gone: Collection[str]) -> None:
        """Bring rows up to date after files were deleted: a study or series of which nothing is here any more goes.

        ``gone`` are the instances of which no file is left.
        """
        if self._ask_page is not None:
            self._emptying.add(study)
        if not study.instances and not study.is_open:
            self.book.forget(study.record.uid)
            self._problems.mend(study)
            self._remove(study)
            return
        for uid, series in list(study.series.items()):
            if not series.instances:
                del study.series[uid]
                self._outline.remove(series)
                continue
            for gone_uid in [each for each in gone if each in series.known]:
                self._outline.remove(series.known.pop(gone_uid))
        self._touch(study)

    def show_page(self, series: ReceivedSeries, files: Iterable[BookedFile]) -> None:
        """Show files that were asked for; see ``AskPage``."""
        rows = series.rows_of(files)
        if series.parent is not None:
            self._outline.insert(series, rows)

    def _show_news(self, news: BookNews) -> None:
        """The book is another: show what has come, or gone, or is known now."""
        for record in news.records:
            uid = record.uid if isinstance(record, StudyNews) else record.study_uid
            study = self._study_of(uid)
            if study is None:
                continue
            if study.record.is_dropped:
                self._problems.mend(study)
                self._remove(study)
            elif not isinstance(record, StudyNews):
                series = self._series_of(study, record.uid)
                if series is not None:
                    self._outline.touch(series)
            else:
                self._outline.touch(study)
        for study in [each for each in self._emptying if not each.problems]:
            self.settle(study, ())

    def _on_sum(self, job_id: str, told: StudySum, at: float) -> None:
        study = self._study_of(told.study_instance_uid)
        if study is None:
            return
        for association in told.associations:
            self._note_brought((job_id, association), study)
        for uid, size_bytes in told.series:
            study.take(size_bytes, at)
            series = study.series.get(uid)
            if series is not None:
                series.take(size_bytes, at)
        self._tell_problem(study, told.reason if told.is_troubled else None, at)

    def _on_item(self, event: ItemFinished, at: float) -> None:
        if event.arrival is None:
            self._count(event, at)
        study = self._study_of(event.header.study_instance_uid if event.header is not None else "")
        if study is None:
            return
        self._note_brought((event.job_id, event.association), study)
        size_bytes = event.size_bytes if event.path else 0
        study.take(size_bytes, at)
        is_trouble = event.outcome in _UNCOUNTED and event.arrival is not ArrivalKind.REFUSED_AGAIN
        self._tell_problem(study, event.reason if is_trouble else None, at)
        series = self._series_of(study, event.header.series_instance_uid) if event.header is not None else None
        if series is not None:
            series.take(size_bytes, at)
            self._outline.touch(series)
        self._outline.touch(study)

    def _note_brought(self, association: tuple[str, int], study: ReceivedStudy) -> None:
        """An association that is open has brought something of a study."""
        brought, uid = self._brought.get(association), study.record.uid
        if brought is not None and uid not in brought:
            brought[uid] = self._open[uid] = study

    def _tell_problem(self, study: ReceivedStudy, reason: str | None, at: float) -> None:
        """Report what is missing of a study, for a reason where it is one more, or that nothing is any more."""
        if not study.problems:
            if study.has_problem:
                study.has_problem = False
                self._troubled.discard(study)
                self._problems.mend(study)
        elif reason is not None:
            study.has_problem = True
            self._troubled.add(study)
            words = wording.plural(
                study.problems, _say("{count} instance not stored"), _say("{count} instances not stored")
            )
            self._problems.report(study, study.text(TITLE), f"{words}: {human.printable(reason)}", at)

    def _count(self, event: ItemFinished, at: float) -> None:
        """Count an event that its job counts nowhere."""
        header = event.header
        uid = header.media_sop_instance_uid or header.sop_instance_uid if header is not None else ""
        arrived = Arrived(
            sop_instance_uid=uid or f"{event.job_id} {event.index}",
            header=header,
            association=(event.job_id, event.association),
            path=event.path.replace("\\", "/"),
            size_bytes=event.size_bytes,
            wanted=_UNCOUNTED.get(event.outcome, ArrivalKind.NEW),
            reason=event.reason,
        )
        self.book.take(arrived, at)

    def _study_of(self, uid: str) -> ReceivedStudy | None:
        study, record = self._studies.get(uid), self.book.find(uid)
        if record is None or (study is not None and study.record is record):
            return study
        if study is not None:  # the book began it anew
            self._remove(study)
        study = self._studies[uid] = ReceivedStudy(record)
        self._outline.insert(None, [study])
        return study

    def _series_of(self, study: ReceivedStudy, uid: str) -> ReceivedSeries | None:
        series, record = study.series.get(uid), study.record.series.get(uid)
        if series is None and record is not None:
            series = study.series[uid] = ReceivedSeries(record, self.book, self._ask_page)
            self._outline.insert(study, [series])
            study.words.add_modality(series.words.modality)
        return series

    def _remove(self, study: ReceivedStudy) -> None:
        self._studies.pop(study.record.uid, None)
        self._open.pop(study.record.uid, None)
        self._troubled.discard(study)
        self._emptying.discard(study)
        self._outline.remove(study)

    def _touch(self, study: ReceivedStudy, now: float | None = None) -> None:
        for group in (study, *study.series.values()):
            if now is not None:
                group.measure(now)
            else:
                group.rate = 0.0
            self._outline.touch(group)

    def _close(self, key: tuple[str, int]) -> None:
        self.book.closed(key)
        for uid, study in self._brought.pop(key, {}).items():
            if not study.is_open and self._open.get(uid) is study:
                del self._open[uid]
                self._touch(study)
