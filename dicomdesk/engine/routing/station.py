"""A station: it receives, watches and sends on by rules until it is told to stop; what ``dicomdesk route`` runs.

It ends in order: nobody is let in any more, what is received is finished, then what is being sent. What waits, waits in
the journal and on the disk.
"""

from collections.abc import Callable
from dataclasses import field, replace

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import Event, JobFinished, JobOutcome, JobStarted
from dicomdesk.engine.job import EventRelay, Job, ThreadStarter, new_job_id
from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.outbox.errands import OutboxLimits, Resolve
from dicomdesk.engine.outbox.facts import OutboxFact
from dicomdesk.engine.outbox.outbox import Outbox
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.receive.receive import ReceiveJob
from dicomdesk.engine.receive.request import ReceiveRequest
from dicomdesk.engine.routing.facts import RuleFact
from dicomdesk.engine.routing.route_job import RouteJob, RouteRequest, RouteResult
from dicomdesk.engine.rules.rule import RuleSet
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import DicomdeskError, LocalError
from dicomdesk.records import dataclass

__all__ = ["StationFact", "StationJob", "StationRequest"]

StationFact = RuleFact | OutboxFact


@dataclass(frozen=True, slots=True, kw_only=True)
class StationRequest:
    """Carry out rules until cancelled, with a listener and an outbox of its own."""

    rules: RuleSet
    journal: Journal
    """Its owner closes it."""
    find_peer: Callable[[str], KnownPeer | None]
    resolve: Resolve
    receive: ReceiveRequest | None = None
    """None: only folders are watched."""
    limits: OutboxLimits = field(default_factory=OutboxLimits)

    def make_job(self, sink: Callable[[StationFact], None], start_thread: ThreadStarter, /) -> "StationJob":
        """See ``JobRequest``."""
        del start_thread  # its jobs have an engine of their own
        return StationJob(self, sink)


class StationJob(Job[RouteResult]):
    """A station. Built and opened by the engine."""

    _report: EventRelay[StationFact]

    def __init__(self, request: StationRequest, sink: Callable[[StationFact], None]) -> None:
        super().__init__(new_job_id("station"), sink)
        self._request = request
        self._engine = Engine()
        self._receiving: ReceiveJob | None = None
        self._routing: RouteJob | None = None
        self._outbox: Outbox | None = None

    @property
    def port(self) -> int:
        """Where it listens; 0 for nowhere."""
        return 0 if self._receiving is None else self._receiving.port

    def open(self) -> None:
        """Begin to route and then to listen; raises what ``Engine.submit`` raises."""
        request, received = self._request, self._request.receive
        try:
            self._outbox = Outbox(
                self._engine, request.journal, self._note_sent, request.resolve, limits=request.limits
            )
            self._routing = self._engine.submit(
                RouteRequest(
                    rules=request.rules,
                    journal=request.journal,
                    outbox=self._outbox,
                    find_peer=request.find_peer,
                    received_folder=None if received is None else received.storage.folder,
                ),
                self._pass_on,
            )
            if received is not None:
                received = replace(received, commitments=self._outbox.transactions)
                self._receiving = self._engine.submit(received, self._note_received)
                self._routing.own_port = self._receiving.port
        except BaseException:
            self.withdraw()
            raise

    def withdraw(self) -> None:
        """Take back ``open``."""
        if self._outbox is not None:
            self._outbox.close(abort=True)
        self._engine.close(abort=True)

    def progress(self) -> Progress:
        """How much was received; what is sent has facts of its own."""
        return Progress() if self._receiving is None else self._receiving.progress()

    def _work(self) -> RouteResult:
        assert self._routing is not None
        routing = self._routing
        routing.done.add_done_callback(lambda _done: self._control.cancel() if self._is_running() else None)
        self._control.wait_for_stop()
        with self._control.aborting_with(self._abort):
            if self._receiving is not None:
                self._receiving.cancel()
                self._receiving.done.result()
            routing.cancel()
            result = routing.done.result()
            if self._outbox is not None:
                self._outbox.close()
            self._engine.close()
        self._request.journal.flush()
        return result

    def _is_running(self) -> bool:
        return not self._control.is_stopping

    def _abort(self) -> None:
        if self._receiving is not None:
            self._receiving.cancel()
            self._receiving.cancel()
        if self._outbox is not None:
            self._outbox.close(abort=True)

    def _after_fault(self, error: DicomdeskError) -> RouteResult:
        self._engine.close(abort=True, waits=isinstance(error, LocalError))
        return RouteResult(outcome=JobOutcome.FAILED, error=error)

    def _finished(self, result: RouteResult) -> JobFinished:
        error = "" if result.error is None else str(result.error)
        return JobFinished(job_id=self.id, outcome=result.outcome, counts={}, error=error)

    # -- on the threads of its jobs

    def _note_received(self, event: Event) -> None:
        if self._routing is not None:
            self._routing.note_received(event)
        self._pass_on(event)

    def _note_sent(self, fact: OutboxFact | Event) -> None:
        if self._routing is not None:
            self._routing.note_sent(fact)
        self._pass_on(fact)

    def _pass_on(self, fact: StationFact) -> None:
        if not isinstance(fact, JobStarted | JobFinished):  # of its parts, which are nobody's business
            self._report(fact)
