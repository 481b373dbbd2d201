"""What has changed in an arrival book, as values that another process can be told."""

from collections.abc import Callable
from typing import NamedTuple

from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.engine.facts.reception import ArrivalKind, StudySender
from dicomdesk.engine.receive.book.arrival_book import ArrivalBook
from dicomdesk.engine.receive.book.completeness import CountSource
from dicomdesk.engine.receive.book.day_totals import DayTotals
from dicomdesk.engine.receive.book.records import BookedSeries, BookedStudy
from dicomdesk.records import dataclass

__all__ = ["BookLost", "BookNews", "NewsReader", "SeriesNews", "StudyNews", "write_series", "write_study"]

_KINDS = tuple(ArrivalKind)


class StudyNews(NamedTuple):
    """A study as it is now; see ``BookedStudy``."""

    uid: str
    header: InstanceHeader | None
    """None also where it was told before."""
    counts: tuple[int, ...]
    """Of each ``ArrivalKind``, in their order."""
    missing: int
    here: int
    earlier: int
    replaced_by_others: int
    size_bytes: int
    senders: tuple[tuple[StudySender, int], ...]
    more_senders: int
    first_at: float
    last_at: float
    latest_path: str
    reasons: tuple[str, ...]
    open_associations: int
    expected: int | None
    expected_from: CountSource
    is_summed_up: bool
    is_dropped: bool


class SeriesNews(NamedTuple):
    """A series as it is now; see ``BookedSeries``."""

    study_uid: str
    uid: str
    header: InstanceHeader | None
    """None also where it was told before."""
    counts: tuple[int, ...]
    missing: int
    here: int
    expected: int | None
    size_bytes: int
    first_at: float
    last_at: float
    first_path: str
    """Of its first instance, "" where none was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookNews:
    """What is other than it was told before, and the totals."""

    records: tuple[StudyNews | SeriesNews, ...]
    """A study stands before its series."""
    counts: tuple[int, ...]
    missing: int
    here: int
    size_bytes: int
    found_files: int
    dropped_studies: int
    folders: tuple[str, ...]
    today: DayTotals


@dataclass(frozen=True, slots=True, kw_only=True)
class BookLost:
    """The book is gone, with the process that it was in; another begins with what lies in the folder."""


class NewsReader:
    """Reads what has changed in a book. For one thread."""

    def __init__(self, book: ArrivalBook, wake: Callable[[], None]) -> None:
        """``wake`` is called on any thread when there is something to be read, and is quick."""
        self._book = book
        self._told: set[BookedStudy | BookedSeries] = set()
        """Those whose headers were told."""
        book.watch(wake)

    def read(self, most: int) -> BookNews | None:
        """Return what has changed, of so many studies and series at most; None for nothing."""
        changed = self._book.changes(most)
        if not changed:
            return None
        found = dict.fromkeys(each if isinstance(each, BookedStudy) else each.study for each in changed)
        # That one is dropped is told once, and before another one of its UID.
        studies = [each for each in found if each.is_dropped and each in self._told]
        studies += [each for each in found if not each.is_dropped]
        series = [each for each in changed if isinstance(each, BookedSeries) and not each.study.is_dropped]
        book = self._book
        news = BookNews(
            records=(*map(self._study, studies), *map(self._series, series)),
            counts=_counts(book.counts),
            missing=book.missing,
            here=book.here,
            size_bytes=book.size_bytes,
            found_files=book.found_files,
            dropped_studies=book.dropped_studies,
            folders=tuple(book.folders),
            today=book.today,
        )
        gone = {each for each in studies if each.is_dropped}
        if gone:
            self._told = {each for each in self._told if _study_of(each) not in gone}
        return news

    def _study(self, study: BookedStudy) -> StudyNews:
        return StudyNews(
            uid=study.uid,
            header=self._header(study),
            counts=_counts(study.counts),
            missing=study.missing,
            here=study.here,
            earlier=study.earlier,
            replaced_by_others=study.replaced_by_others,
            size_bytes=study.size_bytes,
            senders=tuple(study.senders.items()),
            more_senders=study.more_senders,
            first_at=study.first_at,
            last_at=study.last_at,
            latest_path=study.latest_path,
            reasons=tuple(study.reasons),
            open_associations=study.open_associations,
            expected=study.expected,
            expected_from=study.expected_from,
            is_summed_up=study.is_summed_up,
            is_dropped=study.is_dropped,
        )

    def _series(self, series: BookedSeries) -> SeriesNews:
        return SeriesNews(
            study_uid=series.study.uid,
            uid=series.uid,
            header=self._header(series),
            counts=_counts(series.counts),
            missing=series.missing,
            here=series.here,
            expected=series.expected,
            size_bytes=series.size_bytes,
            first_at=series.first_at,
            last_at=series.last_at,
            first_path=self._book.first_path(series),
        )

    def _header(self, record: BookedStudy | BookedSeries) -> InstanceHeader | None:
        if record in self._told:
            return None
        self._told.add(record)
        return record.header


def write_study(news: StudyNews, study: BookedStudy) -> None:
    """Bring a record up to date with what is told of it."""
    study.counts = dict(zip(_KINDS, news.counts, strict=True))
    study.senders = dict(news.senders)
    study.reasons = list(news.reasons)
    for name in _STUDY_NUMBERS:
        setattr(study, name, getattr(news, name))


def write_series(news: SeriesNews, series: BookedSeries) -> None:
    """Bring a record up to date with what is told of it."""
    series.counts = dict(zip(_KINDS, news.counts, strict=True))
    for name in _SERIES_NUMBERS:
        setattr(series, name, getattr(news, name))


_STUDY_NUMBERS = (
    "missing", "here", "earlier", "replaced_by_others", "size_bytes", "more_senders", "first_at", "last_at",
    "latest_path", "open_associations", "expected", "expected_from", "is_summed_up", "is_dropped",
)  # fmt: skip
_SERIES_NUMBERS = ("missing", "here", "expected", "size_bytes", "first_at", "last_at")


def _counts(counts: dict[ArrivalKind, int]) -> tuple[int, ...]:
    return tuple(counts[kind] for kind in _KINDS)


def _study_of(record: BookedStudy | BookedSeries) -> BookedStudy:
    return record if isinstance(record, BookedStudy) else record.study
