"""Received studies and series: rows over the records of an arrival book, which a receive job fills.

What is counted is counted in the book. Where a job counts in no book, its events are counted in that of the model.
"""

from collections.abc import Collection, Iterable

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
from dicomdesk.engine.receive.book.records import BookedFile, BookedStudy
from dicomdesk.gui import wording
from dicomdesk.gui.models.received_nodes import TITLE, AskPage, ReceivedGroup, ReceivedSeries, ReceivedStudy
from dicomdesk.gui.outline.model import Outline
from dicomdesk.gui.problems.book import ProblemShelf, loose_shelf

_UNCOUNTED = {ItemOutcome.REFUSED: ArrivalKind.REFUSED, ItemOutcome.FAILED: ArrivalKind.LOST}


def _say(text: str) -> str:
    return QCoreApplication.translate("received_studies", text)


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
