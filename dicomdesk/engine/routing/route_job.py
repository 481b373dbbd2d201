"""The job that carries rules out: it is told what is received and what the outbox has done, and looks at folders."""

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import field
from datetime import datetime
from pathlib import Path

from dicomdesk.engine.events import (
    AssociationAborted,
    AssociationFailed,
    AssociationReceived,
    AssociationReleased,
    Event,
    ItemFinished,
    ItemOutcome,
    JobFinished,
    JobOutcome,
)
from dicomdesk.engine.job import EventRelay, Job, ThreadStarter, new_job_id
from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.outbox.facts import ErrandChanged, InstanceCommitted, OutboxFact
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.routing.facts import RuleFact, RuleSink
from dicomdesk.engine.routing.route_book import RouteBook
from dicomdesk.engine.routing.router import Clock, Outgoing, Router, is_of_rule
from dicomdesk.engine.routing.targets import TargetFinder
from dicomdesk.engine.rules.conditions import NOBODY, Sender
from dicomdesk.engine.rules.rule import RuleSet
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import CancelledError, DicomdeskError
from dicomdesk.records import dataclass

__all__ = ["RouteJob", "RouteRequest", "RouteResult"]

LOCAL_CLOCK = Clock(monotonic_s=time.monotonic, now=lambda: datetime.now().astimezone())


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteResult:
    """How the job ended."""

    outcome: JobOutcome
    error: DicomdeskError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRequest:
    """Carry out rules until cancelled."""

    rules: RuleSet
    journal: Journal
    outbox: Outgoing
    """Of the same journal."""
    find_peer: Callable[[str], KnownPeer | None]
    """The peer of a name; called on the job's thread."""
    received_folder: Path | None = None
    """Where instances are received; None for nowhere."""
    clock: Clock = field(default=LOCAL_CLOCK)

    def make_job(self, sink: RuleSink, start_thread: ThreadStarter, /) -> "RouteJob":
        """See ``JobRequest``."""
        del start_thread  # it has no further threads
        return RouteJob(self, sink)


class RouteJob(Job[RouteResult]):
    """Carries rules out. Built by the engine.

    Whoever has the listener and the outbox passes on what they report, to ``note_received`` and ``note_sent``; on any
    thread, in their order per association and errand.
    """

    _report: EventRelay[RuleFact]

    def __init__(self, request: RouteRequest, sink: RuleSink) -> None:
        super().__init__(new_job_id("route"), sink)
        self.own_port = 0
        """Where we listen, so that nothing is sent to ourselves; 0 for nowhere."""
        self._request = request
        self._condition = threading.Condition()
        self._asked: deque[Callable[[Router], None]] = deque()
        self._senders: dict[tuple[str, int], Sender] = {}
        self._book = RouteBook(request.journal)
        self._targets = TargetFinder(self._find_peer, lambda: self.own_port)
        self._peers = {peer.key: peer for peer in request.rules.peers}
        self._routed = 0
        self._committed: set[int] = set()
        """Errands whose commitments are to be looked at."""

    @property
    def book(self) -> RouteBook:
        """What rules have done; what reads may be called from any thread that may wait."""
        return self._book

    def note_received(self, event: Event) -> None:
        """Take note of what a listener reports."""
        match event:
            case AssociationReceived():
                sender = Sender(event.calling_ae_title, event.called_ae_title, event.peer_address)
                self._senders[event.job_id, event.association] = sender
                self._book.note_sender(sender)
            case AssociationReleased() | AssociationAborted() | AssociationFailed():
                self._senders.pop((event.job_id, event.association), None)
            case ItemFinished():
                self._note_item(event)
            case _:
                pass

    def note_sent(self, fact: OutboxFact | Event) -> None:
        """Take note of what the outbox reports."""
        if isinstance(fact, ErrandChanged) and fact.errand.is_ended and is_of_rule(fact.errand):
            errand_id = fact.errand.id
            self._ask(lambda router: router.errand_ended(errand_id))
        elif isinstance(fact, InstanceCommitted) and fact.errand_id not in self._committed:
            self._committed.add(fact.errand_id)
            self._ask(lambda router: self._note_commitment(router, fact.errand_id))

    def set_rules(self, rules: RuleSet) -> None:
        """Work by these rules from now on; any thread."""
        self._ask(lambda router: self._change(router, rules))

    def look(self) -> None:
        """Look again at once, since the address book or the clock may be another; any thread."""
        self._ask(lambda _router: None)

    def progress(self) -> Progress:
        """How many instances were received for the rules."""
        return Progress(items_done=self._routed)

    # -- on the job's thread

    def _work(self) -> RouteResult:
        folder = self._request.received_folder
        router = Router(
            self._request.rules,
            self._book,
            self._request.outbox,
            self._targets.find,
            self._report,
            clock=self._request.clock,
        )
        moving = self._control.require_going_on
        with self._control.stopping_with(self._wake):
            try:
                router.start("" if folder is None else os.path.abspath(folder), moving)
                while not self._control.is_stopping:
                    self._answer(router)
                    self._wait(router.turn(moving))
            except CancelledError:
                pass  # what was not dealt with is found again
        return RouteResult(outcome=JobOutcome.COMPLETED)

    def _answer(self, router: Router) -> None:
        while True:
            with self._condition:
                if not self._asked:
                    return
                ask = self._asked.popleft()
            ask(router)

    def _wait(self, seconds: float) -> None:
        with self._condition:
            if not self._asked and not self._control.is_stopping:
                self._condition.wait(seconds)

    def _change(self, router: Router, rules: RuleSet) -> None:
        self._peers = {peer.key: peer for peer in rules.peers}
        router.set_rules(rules)

    def _note_commitment(self, router: Router, errand_id: int) -> None:
        """One look for all instances of an errand of which the peer has spoken meanwhile."""
        self._committed.discard(errand_id)
        router.errand_committed(errand_id)

    def _find_peer(self, name: str) -> KnownPeer | None:
        return self._peers.get(name.casefold()) or self._request.find_peer(name)

    # -- on any thread

    def _note_item(self, event: ItemFinished) -> None:
        if event.outcome is not ItemOutcome.STORED or not event.path or event.header is None:
            return
        self._routed += 1
        sender = self._senders.get((event.job_id, event.association), NOBODY)
        path, study_uid = os.path.abspath(event.path), event.header.study_instance_uid
        self._ask(lambda router: router.arrived(path, study_uid, sender))

    def _ask(self, ask: Callable[[Router], None]) -> None:
        with self._condition:
            self._asked.append(ask)
            if len(self._asked) == 1:
                self._condition.notify_all()

    def _wake(self) -> None:
        with self._condition:
            self._condition.notify_all()

    def _after_fault(self, error: DicomdeskError) -> RouteResult:
        return RouteResult(outcome=JobOutcome.FAILED, error=error)

    def _finished(self, result: RouteResult) -> JobFinished:
        error = "" if result.error is None else str(result.error)
        return JobFinished(job_id=self.id, outcome=result.outcome, counts={}, error=error)
