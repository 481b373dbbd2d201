"""An engine whose runs a test takes step by step, in its own thread: what an Outbox does is then the same each time."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from dicomdesk.engine.delivery.delivery import SendFailure, SendResult
from dicomdesk.engine.delivery.ledger import Answer
from dicomdesk.engine.delivery.report import Report
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import Event, ItemOutcome, JobOutcome, NotSentCause
from dicomdesk.engine.outbox.dispatcher import Dispatcher
from dicomdesk.engine.outbox.run import Run
from dicomdesk.engine.send.planned_send import SendJob
from dicomdesk.errors import DicomdeskError
from tests.helpers.jobs.recorder import no_threads

if TYPE_CHECKING:
    from dicomdesk.engine.job import AnyJob, JobRequest

UNREACHED = Answer(ItemOutcome.NOT_SENT, None, "over", NotSentCause.NOT_REACHED)


class ScriptedRun:
    """A run whose job does what it is told, in the order in which a job would."""

    def __init__(self, job: SendJob, run: Run, peer: str) -> None:
        self.job, self.run, self.peer = job, run, peer
        self.queue = list(range(len(run.found())))
        self.in_hand: list[int] = []
        """Claimed and begun."""
        run.add(run.found())

    def claim(self) -> int | None:
        """Take the next that may go; None where nothing does."""
        while self.queue:
            index = self.queue.pop(0)
            if self.run.claim(index):
                return index
        return None

    def begin(self) -> int | None:
        """Begin the next one."""
        index = self.claim()
        if index is not None:
            self.run.begin(index)
            self.in_hand.append(index)
        return index

    def give_back(self) -> None:
        """Claim one, and return it."""
        index = self.claim()
        if index is not None:
            self.queue.insert(0, index)
            self.run.give_back(index)

    def end(self, error: DicomdeskError | None = None) -> None:
        """Be over, as a job is that has ended, was cancelled, or has failed."""
        for index in self.in_hand:
            lost = Answer(ItemOutcome.FAILED, None, "the association was lost")
            self.run.put_back(index, lost)
        for index in self.run.unfinished():
            self.run.finish(index, UNREACHED)
        outcome = JobOutcome.COMPLETED if error is None else JobOutcome.FAILED
        if self.job._control.is_stopping:
            outcome, error = JobOutcome.CANCELLED, None
        report = Report(
            peer_host="",
            peer_port=1,
            calling_ae_title="",
            called_ae_title="",
            associations=1,
            contexts_proposed=1,
            items=(),
        )
        failure = None if error is None else SendFailure.ASSOCIATION
        self.job.done.set_result(SendResult(outcome=outcome, failure=failure, error=error, report=report))


class ScriptedEngine:
    """Takes an Outbox and its runs, and starts no thread."""

    def __init__(self) -> None:
        self.dispatcher: Dispatcher | None = None
        self.runs: list[ScriptedRun] = []
        self.is_closed = False

    def as_engine(self) -> Engine:
        """Return it as an Outbox wants one."""
        return cast("Engine", self)

    def submit(self, request: "JobRequest[Event, AnyJob]", sink: Callable[[Event], None]) -> object:
        """As an engine; a run waits for its steps."""
        if self.is_closed:
            raise RuntimeError("the engine is closed")
        job = request.make_job(sink, no_threads)
        if isinstance(job, Dispatcher):
            self.dispatcher = job
        else:
            assert isinstance(job, SendJob)
            run = job._transfer._ledger
            assert isinstance(run, Run)
            self.runs.append(ScriptedRun(job, run, job._request.peer.ae_title))
        return job

    def take_notes(self) -> None:
        """Let the Outbox know what has happened in its runs."""
        assert self.dispatcher is not None
        self.dispatcher.take_notes()

    def step(self) -> None:
        """Let the Outbox do all that it can do now."""
        assert self.dispatcher is not None
        for _ in range(8):
            self.dispatcher.step()
