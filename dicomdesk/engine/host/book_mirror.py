"""The arrival book of the engine's process as it was told last: its studies and their numbers, without their files."""

from typing import cast

from dicomdesk.engine.facts.reception import ArrivalKind
from dicomdesk.engine.host.engine_host import EngineHost
from dicomdesk.engine.receive.book.arrival_book import ArrivalBook
from dicomdesk.engine.receive.book.book_news import BookNews, SeriesNews, StudyNews, write_series, write_study
from dicomdesk.engine.receive.book.completeness import CountSource, better_count
from dicomdesk.engine.receive.book.day_totals import DayTotals
from dicomdesk.engine.receive.book.deleting import Deletion
from dicomdesk.engine.receive.book.records import BookedFile, BookedSeries, BookedStudy

__all__ = ["BookMirror"]


class BookMirror(ArrivalBook):
    """A book that is told what it has, and counts nothing itself.

    For one thread; ``files``, ``latest_files`` and ``delete`` ask the process, may wait, and are for any.
    """

    __slots__ = ("_first_paths", "_here", "_host", "_mirrored", "_today")

    def __init__(self, host: EngineHost) -> None:
        super().__init__()
        self._host = host
        self._mirrored: dict[str, BookedStudy] = {}
        self._first_paths: dict[tuple[str, str], str] = {}
        self._here = 0
        self._today = DayTotals(day="")

    @property
    def here(self) -> int:
        """See ``ArrivalBook``."""
        return self._here

    @property
    def today(self) -> DayTotals:
        """See ``ArrivalBook``."""
        return self._today

    def studies(self) -> list[BookedStudy]:
        """See ``ArrivalBook``; in the order in which they were told first."""
        return list(self._mirrored.values())

    def find(self, study_instance_uid: str) -> BookedStudy | None:
        """See ``ArrivalBook``."""
        return self._mirrored.get(study_instance_uid)

    def first_path(self, series: BookedSeries) -> str:
        """See ``ArrivalBook``."""
        return self._first_paths.get((series.study.uid, series.uid), "")

    def take_news(self, news: BookNews) -> None:
        """Bring everything up to date."""
        for record in news.records:
            if isinstance(record, StudyNews):
                self._take_study(record)
            else:
                self._take_series(record)
        self.counts = dict(zip(ArrivalKind, news.counts, strict=True))
        self.missing, self._here, self.size_bytes = news.missing, news.here, news.size_bytes
        self.found_files, self.dropped_studies = news.found_files, news.dropped_studies
        self.folders, self._today = list(news.folders), news.today

    def clear(self) -> None:
        """The process is gone, with what it knew; the totals of the day stay until others are told."""
        for study in self._mirrored.values():
            study.is_dropped, study.open_associations = True, 0
        self._mirrored.clear()
        self._first_paths.clear()
        self._here = self.missing = self.found_files = 0

    def expect(self, study_instance_uid: str, count: int | None, source: CountSource) -> bool:
        """See ``ArrivalBook``."""
        self._host.post("expect", study_instance_uid, count, source)
        study = self._mirrored.get(study_instance_uid)
        if study is not None:  # as the process will tell
            study.expected, study.expected_from = better_count((study.expected, study.expected_from), (count, source))
        return study is not None

    def forget(self, study_instance_uid: str) -> None:
        """See ``ArrivalBook``."""
        self._host.post("forget", study_instance_uid)
        self._drop_mirrored(study_instance_uid)

    def files(self, study_instance_uid: str, series_instance_uid: str | None = None) -> list[BookedFile]:
        """See ``ArrivalBook``; raises HostLostError."""
        return cast(list[BookedFile], self._host.ask("files", study_instance_uid, series_instance_uid))

    def latest_files(self, series: BookedSeries, start: int, most: int) -> list[BookedFile]:
        """See ``ArrivalBook``; raises HostLostError."""
        found = self._host.ask("latest_files", series.study.uid, series.uid, start, most)
        return cast(list[BookedFile], found)

    def delete(
        self,
        study_instance_uid: str,
        series_instance_uid: str | None = None,
        sop_instance_uids: frozenset[str] | None = None,
    ) -> Deletion:
        """See ``delete_received``; raises HostLostError besides."""
        found = self._host.ask("delete", study_instance_uid, series_instance_uid, sop_instance_uids)
        return cast(Deletion, found)

    def _take_study(self, news: StudyNews) -> None:
        if news.is_dropped:
            self._drop_mirrored(news.uid)
            return
        study = self._mirrored.get(news.uid)
        if study is None:
            study = self._mirrored[news.uid] = BookedStudy(news.header)
            study.uid = news.uid
        write_study(news, study)

    def _take_series(self, news: SeriesNews) -> None:
        study = self._mirrored.get(news.study_uid)
        if study is None:
            return
        series = study.series.get(news.uid)
        if series is None:
            series = study.series[news.uid] = BookedSeries(study, news.header)
            series.uid = news.uid
        write_series(news, series)
        self._first_paths[news.study_uid, news.uid] = news.first_path

    def _drop_mirrored(self, uid: str) -> None:
        study = self._mirrored.pop(uid, None)
        for series_uid in study.series if study is not None else ():
            self._first_paths.pop((uid, series_uid), None)
        if study is not None:
            study.is_dropped = True
