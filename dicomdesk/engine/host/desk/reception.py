"""Receiving in the engine's process: begins and ends receive jobs, and tells what they do a few times a second."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import Event, JobOutcome
from dicomdesk.engine.host.desk.condenser import Condenser, KeptMessage
from dicomdesk.engine.host.desk.teller import Teller
from dicomdesk.engine.host.news import JobResult, ReceptionNews
from dicomdesk.engine.receive.book.arrival_book import ArrivalBook
from dicomdesk.engine.receive.book.book_news import NewsReader
from dicomdesk.engine.receive.book.completeness import CountSource
from dicomdesk.engine.receive.book.day_totals import TotalsFile
from dicomdesk.engine.receive.book.deleting import Deletion, delete_received
from dicomdesk.engine.receive.book.records import BookedFile
from dicomdesk.engine.receive.listening_job import ReceiveResult
from dicomdesk.engine.receive.receive import ReceiveJob
from dicomdesk.engine.receive.request import ReceiveRequest, ReportDesk
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import DicomdeskError

__all__ = ["Reception"]

_MOST_RECORDS = 500
"""Studies and series that are told at once; the rest is told next."""
_KEEP_TOTALS_EVERY_S = 30.0


class Reception:
    """Receives for another process. ``tell_news`` is for the teller's thread, all else may be called from any."""

    def __init__(self, engine: Engine, teller: Teller, tell: Callable[[object], None], reports: ReportDesk) -> None:
        """``tell`` may wait for the other process; it is called on the teller's thread alone."""
        self._engine = engine
        self._tell = tell
        self._reports = reports
        self.book = ArrivalBook()
        self._condenser: Condenser[Event] = Condenser()
        self._teller = teller
        self._reader = NewsReader(self.book, teller.want)
        self._jobs: dict[str, ReceiveJob] = {}
        self._gauges: dict[str, Progress] = {}
        """As they were told last."""
        self._totals: TotalsFile | None = None
        self._keep_at = time.monotonic() + _KEEP_TOTALS_EVERY_S
        self.take_also: Callable[[Event], None] = lambda _event: None
        """Told every fact as it is, on the threads of the jobs."""
        self.listens_on: Callable[[int], None] = lambda _port: None
        """Told the port that a job listens on, before it is told of anything else; 0 where none does any more."""

    # -- asked for by the other process

    def listen(self, request: ReceiveRequest) -> tuple[str, int]:
        """Begin a receive job; return its id and the port."""
        request = replace(request, book=self.book, commitments=self._reports)
        job = self._engine.submit(request, self._take)
        self._jobs[job.id] = job
        self._tell_port()
        job.done.add_done_callback(lambda _done: self._on_done())
        return job.id, job.port

    def cancel(self, job_id: str) -> None:
        """See ``Job.cancel``."""
        job = self._jobs.get(job_id)
        if job is not None:
            job.cancel()

    def hear(self) -> None:
        """Tell every fact as it is, besides the sums."""
        self._condenser.hear(is_heard=True)

    def hear_no_more(self) -> None:
        """Tell sums alone."""
        self._condenser.hear(is_heard=False)

    def messages(self, job_id: str, association: int, after: int) -> tuple[int, tuple[KeptMessage, ...]]:
        """See ``Condenser.messages``."""
        return self._condenser.messages(job_id, association, after)

    def files(self, study_uid: str, series_uid: str | None) -> list[BookedFile]:
        """See ``ArrivalBook.files``."""
        return self.book.files(study_uid, series_uid)

    def latest_files(self, study_uid: str, series_uid: str, start: int, most: int) -> list[BookedFile]:
        """See ``ArrivalBook.latest_files``."""
        study = self.book.find(study_uid)
        series = study.series.get(series_uid) if study is not None else None
        return self.book.latest_files(series, start, most) if series is not None else []

    def expect(self, study_uid: str, count: int | None, source: CountSource) -> bool:
        """See ``ArrivalBook.expect``."""
        return self.book.expect(study_uid, count, source)

    def forget(self, study_uid: str) -> None:
        """See ``ArrivalBook.forget``."""
        self.book.forget(study_uid)

    def delete(self, study_uid: str, series_uid: str | None, instance_uids: frozenset[str] | None) -> Deletion:
        """See ``delete_received``."""
        return delete_received(self.book, study_uid, series_uid, instance_uids)

    def keep_totals(self, path: Path) -> None:
        """Go on with the totals of the day that a file has, and keep them there."""
        self._totals = TotalsFile(path)
        self._totals.load(self.book)

    def save_totals(self) -> None:
        """Keep the totals of the day now."""
        if self._totals is not None:
            self._totals.save(self.book)

    # -- on the teller's thread

    def tell_news(self) -> bool:
        """Tell what is new; whether gauges change although nothing is reported."""
        over = [job for job in self._jobs.values() if job.done.done()]
        facts, heard = self._condenser.read(), self._condenser.read_heard()
        book = self._reader.read(_MOST_RECORDS)
        gauges = {job.id: job.progress() for job in self._jobs.values()}
        if facts or heard or book is not None or gauges != self._gauges:
            self._gauges = gauges
            self._tell(ReceptionNews(book=book, facts=facts, gauges=gauges, heard=heard))
        for job in over:
            del self._jobs[job.id]
            self._tell(JobResult(job_id=job.id, result=_result_of(job)))
        if time.monotonic() > self._keep_at:
            self._keep_at = time.monotonic() + _KEEP_TOTALS_EVERY_S
            self.save_totals()
        if book is not None and len(book.records) >= _MOST_RECORDS:
            return True
        return any(each.associations or each.bytes_per_s or each.items_per_s for each in gauges.values())

    # -- on any thread

    def _on_done(self) -> None:
        self._tell_port()
        self._teller.hurry()

    def _tell_port(self) -> None:
        jobs = list(self._jobs.values())
        self.listens_on(next((job.port for job in jobs if not job.done.done()), 0))

    def _take(self, event: Event) -> None:
        self.take_also(event)
        if self._condenser.take(event):
            self._teller.hurry()
        else:
            self._teller.want()


def _result_of(job: ReceiveJob) -> ReceiveResult:
    """Of a job that is over."""
    error = job.done.exception()
    if error is None:
        return job.done.result()
    return ReceiveResult(outcome=JobOutcome.FAILED, error=DicomdeskError(f"internal error: {error!r}"))
