"""Retrieves what a line has found, by a retrieve job of its own, without what is here already."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import field, replace

from dicomdesk.engine.events import Event, ItemFinished, ItemOutcome, ItemStarted, JobFinished, JobOutcome, JobStarted
from dicomdesk.engine.job import JobControl, ThreadStarter
from dicomdesk.engine.lists.results import LineResult, LineState
from dicomdesk.engine.query.request import Identifier
from dicomdesk.engine.reach.commons import Commons
from dicomdesk.engine.receive.request import Storage, StorageMode
from dicomdesk.engine.retrieve.facts import RetrieveFact, RetrieveSink
from dicomdesk.engine.retrieve.outcome import RetrieveOutcome
from dicomdesk.engine.retrieve.remaining import find_present
from dicomdesk.engine.retrieve.request import ExpectedInstance, RetrieveMethod, RetrieveRequest
from dicomdesk.engine.retrieve.retrieve import RetrieveJob
from dicomdesk.engine.stats import Progress
from dicomdesk.human import count_text
from dicomdesk.records import dataclass

__all__ = ["LineFetcher", "StoredHere", "describe_fetch", "storages_of"]


@dataclass
class StoredHere:
    """SOP Instance UIDs of what is stored where the instances go; for all threads of a job."""

    _uids: set[str] = field(default_factory=set)
    _open: dict[tuple[str, int, int], str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, uids: Iterable[str]) -> None:
        """These are here."""
        with self._lock:
            self._uids.update(uids)

    def take(self, fact: object) -> None:
        """Note what a fact tells of an instance."""
        match fact:
            case ItemStarted():
                with self._lock:
                    self._open[fact.job_id, fact.association, fact.index] = fact.sop_instance_uid
            case ItemFinished():
                with self._lock:
                    uid = self._open.pop((fact.job_id, fact.association, fact.index), "")
                    if uid and fact.outcome in {ItemOutcome.STORED, ItemOutcome.WARNING}:
                        self._uids.add(uid)
            case _:
                pass

    def among(self, expected: Iterable[ExpectedInstance]) -> frozenset[str]:
        """Those of these instances that are here."""
        with self._lock:
            return frozenset(one.sop_instance_uid for one in expected if one.sop_instance_uid in self._uids)


def storages_of(request: RetrieveRequest) -> list[Storage]:
    """Where instances are stored that come to this machine."""
    is_got = request.method is not RetrieveMethod.MOVE or request.running_listener is not None
    own = [request.storage] if is_got else []
    return [*own, request.listener.storage] if request.listener is not None else own


class LineFetcher:
    """Retrieves for all lines of a list job; any thread."""

    def __init__(
        self, template: RetrieveRequest, control: JobControl, report: RetrieveSink, start_thread: ThreadStarter
    ) -> None:
        self._template = template
        self._control = control
        self._report = report
        self._start_thread = start_thread
        self._here = StoredHere()
        self._commons: Commons | None = None
        self._running: dict[str, RetrieveJob] = {}
        self._bytes_done = 0
        self._lock = threading.Lock()
        self._turns = threading.Lock() if template.listener is not None else nullcontext()
        """One listener cannot tell for whom something comes."""

    def share(self, commons: Commons) -> None:
        """Take what the jobs of an engine share."""
        self._commons = commons

    def note_arrival(self, event: Event) -> None:
        """Count a fact of a listener that runs already; any thread, in their order."""
        self._here.take(event)
        with self._lock:
            running = list(self._running.values())
        for job in running:
            job.note_arrival(event)

    def look_around(self) -> None:
        """Find out what is here already, by the names of files; raises nothing."""
        for storage in storages_of(self._template):
            if storage.mode is not StorageMode.IGNORE:
                self._here.add(find_present(storage))

    def fetch(
        self, identifiers: tuple[Identifier, ...], expected: tuple[ExpectedInstance, ...], *, takes_again: bool = False
    ) -> RetrieveOutcome | None:
        """Retrieve; None where the list job was cancelled before it came to anything. Raises LocalError.

        With ``takes_again`` what is here is asked for too: more is said to exist than is known by its UID.
        """
        request = replace(
            self._template,
            identifiers=identifiers,
            expected=expected,
            present=frozenset() if takes_again else self._here.among(expected),
            asks_first=False,
            resumes=False,
        )
        with self._turns:
            if self._control.is_stopping:
                return None
            job = request.make_job(self._take, self._start_thread)
            if self._commons is not None:
                job.share(self._commons)
            job.open()
            with (
                self._registered(job),
                self._control.stopping_with(job.cancel),
                self._control.aborting_with(job.cancel),
            ):
                job.run()
            return job.done.result()

    def progress(self) -> Progress:
        """How much has come, and how many associations stand for it."""
        with self._lock:
            running = list(self._running.values())
            done = self._bytes_done
        parts = [job.progress() for job in running]
        return Progress(
            bytes_done=done + sum(part.bytes_done for part in parts),
            bytes_per_s=sum(part.bytes_per_s for part in parts),
            associations=sum(part.associations for part in parts),
        )

    @contextmanager
    def _registered(self, job: RetrieveJob) -> Iterator[None]:
        with self._lock:
            self._running[job.id] = job
        try:
            yield
        finally:
            moved = job.progress().bytes_done
            with self._lock:
                del self._running[job.id]
                self._bytes_done += moved

    def _take(self, fact: RetrieveFact) -> None:
        self._here.take(fact)
        if not isinstance(fact, JobStarted | JobFinished):  # those of the list job are the only ones
            self._report(fact)


def describe_fetch(result: LineResult, outcome: RetrieveOutcome) -> LineResult:
    """The result of a line once its retrieve has ended; ``result`` is that of its query.

    Where it is known what there is, what counts is whether it is here, whatever the peer says; else what the peer says.
    """
    announced, reported = outcome.announced, outcome.reported
    if outcome.stored is not None and announced is not None:
        stored, missing = announced - len(outcome.missing), len(outcome.missing)
        is_whole = not missing
    else:
        stored = outcome.stored if outcome.stored is not None else reported.completed + reported.warning
        missing = max(reported.failed, (announced or 0) - stored)
        is_ended = outcome.outcome is JobOutcome.COMPLETED and not any(end.status for end in outcome.ended)
        is_whole = is_ended and not missing and stored > 0
    state = LineState.FETCHED if is_whole else LineState.INCOMPLETE if stored else LineState.FAILED
    return replace(
        result,
        state=state,
        announced=announced,
        stored=stored,
        missing=missing,
        reason=result.reason if is_whole else _reason(outcome, missing),
    )


def _reason(outcome: RetrieveOutcome, missing: int) -> str:
    if outcome.diagnoses:
        return outcome.diagnoses[0].text
    if outcome.error is not None:
        return str(outcome.error)
    return f"{count_text(missing, 'instance')} did not come" if missing else "Nothing came"
