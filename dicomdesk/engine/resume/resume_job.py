"""Takes up what a journal has not finished, and ends when nothing more comes of it now."""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, cast

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import ItemOutcome, JobFinished, JobOutcome, JobStarted
from dicomdesk.engine.job import EventRelay, Job, ResultT, new_job_id
from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.journal.records import TAKEN, Commitment, ErrandRecord, ErrandState, InstanceState
from dicomdesk.engine.lists.request import ListRequest
from dicomdesk.engine.outbox.errands import Errand, OutboxLimits, Resolve, wish_of
from dicomdesk.engine.outbox.facts import OutboxFact, PeerPaused
from dicomdesk.engine.outbox.outbox import Outbox
from dicomdesk.engine.request_documents import read_request
from dicomdesk.engine.resume.errand_requests import find_what_was_not_found
from dicomdesk.engine.resume.facts import ResumeFact, ResumeSink, WorkEnded, WorkStarted
from dicomdesk.engine.resume.kept_work import (
    KeptWork,
    WorkState,
    drop_own_state_file,
    end_work,
    kept_works,
    state_of,
)
from dicomdesk.engine.retrieve.request import RetrieveRequest
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import CancelledError, DicomdeskError, LocalError, SettingsError
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from dicomdesk.engine.job import ThreadStarter

__all__ = ["ResumeJob", "ResumeRequest", "ResumeResult"]

_OPEN = frozenset({InstanceState.WAITING, InstanceState.UNDER_WAY})
_ENDLESS = 1_000_000_000
_LOOK_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeResult:
    """What came of a journal that was taken up."""

    outcome: JobOutcome
    counts: Mapping[InstanceState, int]
    """Instances of the errands that were to be sent, by their state now."""
    uncommitted: int
    """Instances that the peer has and was to commit to, and has not."""
    works: tuple[tuple[KeptWork, WorkState, str], ...]
    """Retrieves and lists that were taken up, how each stands and what came of it."""
    error: DicomdeskError | None = None
    """Why it ended early."""

    @property
    def left(self) -> int:
        """Instances that are still to be sent."""
        return sum(self.counts.get(state, 0) for state in _OPEN)

    @property
    def is_all_well(self) -> bool:
        """Whether peers have all that was to be sent, and all that was to be fetched is here."""
        is_sent = all(state in TAKEN for state, count in self.counts.items() if count)
        return is_sent and all(state is WorkState.DONE for _, state, _ in self.works) and self.error is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeRequest:
    """Take up what a journal has not finished."""

    journal: Journal = field(repr=False)
    resolve: Resolve = field(repr=False)
    errand_ids: frozenset[int] = frozenset()
    """Only these, and no other work; empty for all."""
    retries: int = 2
    """How often a peer is tried again, before what is for it is left for another time."""
    peers_at_once: int = 4
    instance_attempts: int = 6
    """How often an instance is begun at most, over all runs."""
    tries_failed_again: bool = False
    """Whether what was refused or could not be sent is tried once more."""

    def make_job(self, sink: ResumeSink, start_thread: "ThreadStarter", /) -> "ResumeJob":
        """See ``JobRequest``."""
        del start_thread  # the jobs that it begins have an engine of their own
        return ResumeJob(self, sink)


class ResumeJob(Job[ResumeResult]):
    """Sends what waits through an Outbox, then does one kept retrieve or list after the other."""

    _report: EventRelay[ResumeFact]

    def __init__(self, request: ResumeRequest, sink: ResumeSink) -> None:
        super().__init__(new_job_id("resume"), sink)
        self._request = request
        self._journal = request.journal
        self._changed = threading.Condition()
        self._pauses: Counter[str] = Counter()
        """Of each peer, one after the other."""
        self._errand_ids: frozenset[int] = frozenset()
        """Of the errands that are taken up."""
        self._progress: Callable[[], Progress] = Progress

    def progress(self) -> Progress:
        """How far it is."""
        return self._progress()

    # -- work, on the job's thread

    def _work(self) -> ResumeResult:
        find_what_was_not_found(self._journal, self._control.require_going_on)
        works: list[tuple[KeptWork, WorkState, str]] = []
        try:
            self._send()
            for work in () if self._request.errand_ids else kept_works(self._journal):
                if work.state is WorkState.OPEN and not self._control.is_stopping:
                    works.append((work, *self._carry_out(work)))  # noqa: PERF401 - what came is there when one raises
        except CancelledError:
            pass
        return self._result(tuple(works), None)

    def _result(self, works: tuple[tuple[KeptWork, WorkState, str], ...], error: DicomdeskError | None) -> ResumeResult:
        counts: Counter[InstanceState] = Counter()
        uncommitted = 0
        for errand_id in self._errand_ids:
            counts.update(self._journal.counts(errand_id))
            uncommitted += _uncommitted(self._journal, errand_id)
        outcome = JobOutcome.FAILED if error is not None else JobOutcome.COMPLETED
        if self._control.is_stopping:
            outcome = JobOutcome.CANCELLED
        return ResumeResult(outcome=outcome, counts=dict(counts), uncommitted=uncommitted, works=works, error=error)

    def _after_fault(self, error: DicomdeskError) -> ResumeResult:
        try:
            return self._result((), error)
        except LocalError:  # nothing can be read any more
            return ResumeResult(outcome=JobOutcome.FAILED, counts={}, uncommitted=0, works=(), error=error)

    def _finished(self, result: ResumeResult) -> JobFinished:
        counts = {outcome: result.counts.get(InstanceState(outcome.value), 0) for outcome in ItemOutcome}
        return JobFinished(job_id=self.id, outcome=result.outcome, counts=counts, error=str(result.error or ""))

    # -- sending

    def _send(self) -> None:
        limits = OutboxLimits(
            peers_at_once=self._request.peers_at_once,
            instance_attempts=self._request.instance_attempts,
            tries=_ENDLESS,
        )
        with Engine() as engine:
            self._wait_no_more()
            chosen = self._request.errand_ids
            journal = cast("Journal", _Chosen(self._journal, chosen)) if chosen else self._journal
            outbox = Outbox(engine, journal, self._take, self._request.resolve, limits=limits)
            try:
                self._progress = lambda: _sum(outbox.progress().values())
                self._take_up(outbox)
                with self._control.stopping_with(self._wake), self._changed:
                    self._changed.wait_for(lambda: self._control.is_stopping or self._is_over(outbox))
                    while outbox.is_committing and not self._control.is_stopping:
                        self._changed.wait(_LOOK_S)  # that a peer says nothing is no fact
            finally:
                with self._control.aborting_with(lambda: outbox.abort(self._errand_ids)):
                    outbox.close()

    def _wait_no_more(self) -> None:
        """Have tried now, and counted anew, what waits for a next try."""
        for errand in self._journal.errands():
            if errand.state is ErrandState.RETRYING:
                self._journal.change(replace(errand, state=ErrandState.WAITING, next_try_at=None, tries=0))

    def _take_up(self, outbox: Outbox) -> None:
        """Let go what is wanted of what is held, and what has failed where that is tried again."""
        errands = outbox.errands()
        again = [errand.id for errand in errands if self._request.tries_failed_again and self._has_failed(errand)]
        wanted = self._request.errand_ids
        waiting = [each.id for each in errands if not each.is_ended and (wanted or each.state is not ErrandState.HELD)]
        asked = [each.id for each in errands if each.state is ErrandState.DONE and _is_to_be_asked(self._journal, each)]
        self._errand_ids = frozenset((*waiting, *again, *asked))
        outbox.retry(again)
        outbox.release(wanted)

    @staticmethod
    def _has_failed(errand: Errand) -> bool:
        return errand.state is ErrandState.DONE and errand.stored < errand.total

    def _is_over(self, outbox: Outbox) -> bool:
        """Whether nothing more comes of what is to be sent, as things are."""
        left = [errand for errand in outbox.errands() if errand.id in self._errand_ids and not errand.is_ended]
        return all(self._is_left(errand) for errand in left)

    def _is_left(self, errand: Errand) -> bool:
        if errand.state is ErrandState.HELD:
            return True
        return errand.state is ErrandState.RETRYING and (
            self._pauses[errand.record.peer] > self._request.retries or errand.record.tries > self._request.retries
        )

    def _take(self, fact: "OutboxFact | object") -> None:
        """Pass a fact of the Outbox on, and look whether all is over; on its threads."""
        if isinstance(fact, PeerPaused):
            with self._changed:
                self._pauses[fact.peer] += 1
        if not isinstance(fact, JobStarted | JobFinished):
            self._report(fact)  # type: ignore[arg-type] # a fact of an Outbox, or of one of its runs
        self._wake()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    # -- retrieves and lists

    def _carry_out(self, work: KeptWork) -> tuple[WorkState, str]:
        self._report(WorkStarted(key=work.key, title=work.title))
        try:
            state, text = self._do(work)
        except (SettingsError, LocalError) as error:
            state, text = WorkState.OPEN, str(error)
        end_work(self._journal, work.key, state, text)
        drop_own_state_file(self._journal, work.key)
        self._report(WorkEnded(key=work.key, state=state, text=text))
        return state, text

    def _do(self, work: KeptWork) -> tuple[WorkState, str]:
        read = read_request(work.request)
        if read.missing_secrets:
            raise SettingsError(f"It wants a secret that is not kept: {', '.join(read.missing_secrets)}")
        request = read.request
        with Engine() as engine:
            if isinstance(request, ListRequest):
                listed = self._wait_for(engine.submit(request, self._pass_on))
                return state_of(listed), listed.text
            if isinstance(request, RetrieveRequest):
                rest = replace(request, resumes=True, asks_first=True, storage_sop_classes=())
                fetched = self._wait_for(engine.submit(rest, self._pass_on))
                return state_of(fetched), fetched.text
        raise SettingsError(f"{work.key} is neither a retrieve nor a list")

    def _wait_for(self, job: Job[ResultT]) -> ResultT:
        self._progress = job.progress
        with self._control.stopping_with(job.cancel), self._control.aborting_with(job.cancel):
            return job.done.result()

    def _pass_on(self, fact: ResumeFact) -> None:
        if not isinstance(fact, JobStarted | JobFinished):
            self._report(fact)


class _Chosen:
    """A journal of which only some errands are seen."""

    def __init__(self, journal: Journal, errand_ids: frozenset[int]) -> None:
        self._journal = journal
        self._errand_ids = errand_ids

    def __getattr__(self, name: str) -> object:
        return getattr(self._journal, name)

    def errands(self) -> list[ErrandRecord]:
        """See ``Journal``."""
        return [errand for errand in self._journal.errands() if errand.id in self._errand_ids]


def _sum(each: Collection[Progress]) -> Progress:
    """How far several jobs are together."""
    return Progress(
        items_total=sum(one.items_total for one in each),
        items_done=sum(one.items_done for one in each),
        bytes_total=sum(one.bytes_total for one in each),
        bytes_done=sum(one.bytes_done for one in each),
        bytes_per_s=sum(one.bytes_per_s for one in each),
        items_per_s=sum(one.items_per_s for one in each),
        associations=sum(one.associations for one in each),
    )


def _uncommitted(journal: Journal, errand_id: int) -> int:
    """How many instances of an errand the peer has, was to commit to and has not."""
    if wish_of(journal.errand(errand_id).settings) is None:
        return 0
    return sum(each.commitment is not Commitment.COMMITTED for each in journal.instances(errand_id, states=TAKEN))


def _is_to_be_asked(journal: Journal, errand: Errand) -> bool:
    """Whether the peer has something of an errand that it was to be asked for, and was not."""
    if wish_of(errand.record.settings) is None:
        return False
    return any(each.commitment is Commitment.NOT_ASKED for each in journal.instances(errand.id, states=TAKEN))
