"""Rules in the engine's process: what is received is sent on where both are done, and what rules do is told."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, cast

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import Event, JobFinished, JobStarted
from dicomdesk.engine.host.desk.reception import Reception
from dicomdesk.engine.host.desk.sending import Sending
from dicomdesk.engine.host.desk.teller import Teller
from dicomdesk.engine.host.news import RuleNews
from dicomdesk.errors import DicomdeskError, HostLostError

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from dicomdesk.engine.outbox.facts import OutboxFact
    from dicomdesk.engine.peers.known_peer import KnownPeer
    from dicomdesk.engine.routing.facts import RuleFact
    from dicomdesk.engine.routing.route_job import RouteJob, RouteResult
    from dicomdesk.engine.rules.rule import RuleSet

__all__ = ["Routing"]

_MOST_FACTS = 20_000
"""That wait to be told; of more the earliest are lost, which stand in the history of their rules."""
_READS = frozenset({"judge", "doings", "last_done"})


class Routing:
    """Carries rules out for another process. ``tell_news`` is for the teller's thread, all else for any."""

    def __init__(self, teller: Teller, tell: Callable[[object], None], reception: Reception, sending: Sending) -> None:
        """``tell`` may wait for the other process; it is called on the teller's thread alone."""
        self._engine = Engine()
        self._teller = teller
        self._tell = tell
        self._sending = sending
        self._beginning = threading.Lock()
        self._job: RouteJob | None = None
        self._port = 0
        self._peers: dict[str, KnownPeer] = {}
        self._facts: deque[RuleFact] = deque(maxlen=_MOST_FACTS)
        self._result: RouteResult | None = None
        """How the job ended, until that is told."""
        reception.take_also = self._note_received
        reception.listens_on = self._note_port
        sending.take_also = self._note_sent

    # -- asked for by the other process

    def carry_out_rules(self, rules: "RuleSet", peers: "Iterable[KnownPeer]", received_folder: "Path | None") -> None:
        """Carry rules out from now on; the Outbox has to be open."""
        from dicomdesk.engine.routing.route_job import RouteRequest  # noqa: PLC0415 - where there are rules

        self.know_peers(peers)
        request = RouteRequest(
            rules=rules,
            journal=self._sending.journal,
            outbox=self._sending.outbox,
            find_peer=lambda name: self._peers.get(name.strip().casefold()),
            received_folder=received_folder,
        )
        with self._beginning:
            if self._job is not None:
                self._job.set_rules(rules)
                return
            try:
                job = self._engine.submit(request, self._take)
            except RuntimeError as error:
                raise HostLostError("The engine is closed") from error
            job.own_port = self._port
            self._job = job
        job.done.add_done_callback(self._on_done)

    def set_rules(self, rules: "RuleSet") -> None:
        """See ``RouteJob``."""
        if self._job is not None:
            self._job.set_rules(rules)

    def know_peers(self, peers: "Iterable[KnownPeer]") -> None:
        """These are the peers of the address book."""
        self._peers = {peer.key: peer for peer in peers}
        if self._job is not None:
            self._job.look()

    def ask_rules(self, name: str, values: tuple[object, ...]) -> object:
        """Ask the book of what rules did by the name of a method that reads."""
        job = self._job
        if job is None or name not in _READS:
            raise DicomdeskError(f"internal error: no rules tell {name}")
        found = cast(Callable[..., object], getattr(job.book, name))(*values)
        return list(found) if isinstance(found, Iterator) else found

    def end_rules(self, *, abort: bool = False) -> None:
        """Carry nothing out any more; before the Outbox is closed. Waits for that, unless it is to ``abort``."""
        self._engine.close(abort=abort, waits=not abort)

    # -- on the teller's thread

    def tell_news(self) -> bool:
        """Tell what is new; there is more only where somebody asks for it."""
        facts = tuple(self._facts.popleft() for _ in range(len(self._facts)))
        with self._beginning:
            result, self._result = self._result, None
        if facts or result is not None:
            self._tell(RuleNews(facts=facts, result=result))
        return False

    # -- on any thread

    def _take(self, fact: "RuleFact") -> None:
        from dicomdesk.engine.routing.facts import FileHandled  # noqa: PLC0415 - where there are rules

        if isinstance(fact, JobStarted | JobFinished):
            return
        is_plain = isinstance(fact, FileHandled) and not fact.problem
        if not (is_plain and self._facts):  # of files that went as they should it is enough to know that some did
            self._facts.append(fact)
        self._teller.want()

    def _on_done(self, done: "Future[RouteResult]") -> None:
        with self._beginning:
            self._job, self._result = None, done.result()
        self._teller.hurry()

    def _note_received(self, event: Event) -> None:
        job = self._job
        if job is not None:
            job.note_received(event)

    def _note_sent(self, fact: "OutboxFact | Event") -> None:
        job = self._job
        if job is not None:
            job.note_sent(fact)

    def _note_port(self, port: int) -> None:
        self._port = port
        job = self._job
        if job is not None:
            job.own_port = port
