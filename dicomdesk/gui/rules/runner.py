"""Has the engine carry out the rules of the window: over its listener, its Outbox and its address book.

Where the engine is in a process of its own they are carried out there, and little is told of them.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from dicomdesk.engine.rules.rule import FilesAtRest
from dicomdesk.errors import DicomdeskError, HostLostError
from dicomdesk.gui.event_bridge import Arrival
from dicomdesk.gui.rules.store import RuleStore
from dicomdesk.gui.security.peer_store import PeerStore
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.human import printable

if TYPE_CHECKING:
    from dicomdesk.engine.events import Event
    from dicomdesk.engine.host.far_rules import FarRules
    from dicomdesk.engine.outbox.facts import OutboxFact
    from dicomdesk.engine.peers.known_peer import KnownPeer
    from dicomdesk.engine.routing.facts import RuleFact
    from dicomdesk.engine.routing.route_book import Doing, LastDone
    from dicomdesk.engine.routing.route_job import RouteJob, RouteResult
    from dicomdesk.engine.rules.candidates import Candidate
    from dicomdesk.engine.rules.deciding import Verdict

__all__ = ["RuleRunner"]

_MOST_FILES_TOLD = 50


class RuleRunner(QObject):
    """Begins the job once there are rules, and keeps what it tells. For the Qt thread."""

    changed = Signal()
    """What rules did last, or what troubles them, is another."""
    told = Signal(str)
    """Something happened, a sentence."""

    def __init__(
        self,
        session: Session,
        tasks: Tasks,
        store: RuleStore,
        peers: PeerStore,
        received_folder: Callable[[], str],
        view_key: str,
    ) -> None:
        super().__init__()
        self._session = session
        self._tasks = tasks
        self._store = store
        self._peers = peers
        self._received_folder = received_folder
        self._problems = session.problems.shelf(view_key)
        self._known: dict[str, KnownPeer] = {}
        self._job: RouteJob | FarRules | None = None
        self._near: RouteJob | None = None
        """The job, where it is in this process: it is told what is received and sent."""
        self._far: FarRules | None = None
        """The job, where it is in another: it is told of the peers that rules name."""
        self._told_peers: tuple[KnownPeer, ...] = ()
        self._is_beginning = False
        self._is_stale = True
        self._files_told = 0
        self.last: dict[str, LastDone | None] = {}
        """What rules did last, by their keys."""
        self.troubles: dict[str, str] = {}
        """What is told as trouble, by what it is about."""
        self._channel = session.channel()
        self._channel.arrived.connect(self._on_facts)
        session.sent.arrived.connect(self._on_sent)
        session.changed.connect(self._tell_port)
        session.second_passed.connect(self._on_second)
        store.changed.connect(self._on_rules)
        peers.changed.connect(self._on_peers)
        self._note_peers()

    @property
    def is_running(self) -> bool:
        """Whether rules are carried out."""
        return self._job is not None

    def find_peer(self, name: str) -> "KnownPeer | None":
        """The peer of a name; for any thread."""
        return self._known.get(name.strip().casefold())

    def judge(self, target_key: str, candidate: "Candidate") -> "Verdict":
        """Whether an instance was sent on to a peer before; for a thread that may wait."""
        from dicomdesk.engine.rules.deciding import Verdict  # noqa: PLC0415 - where there are rules

        job = self._job
        return Verdict.SENT if job is None else job.book.judge(target_key, candidate)

    def trouble_of(self, key: str) -> str:
        """What keeps a rule from its work; "" for nothing."""
        rule = next((rule for rule in self._store.rules.rules if rule.key == key), None)
        if rule is None:
            return ""
        folder = rule.trigger.folder if isinstance(rule.trigger, FilesAtRest) else ""
        about = [folder, *map(str, rule.destinations)]
        known = [self.troubles[each] for each in about if each in self.troubles]
        unknown = [
            self.tr('No peer is called "{name}": add it in Peers, or edit the rule.').format(name=printable(each.name))
            for each in rule.destinations
            if each.peer is None and self.find_peer(each.name) is None and self._own_peer(each.name) is None
        ]
        return " ".join([*known, *unknown][:2])

    async def doings(self, name: str) -> "list[Doing]":
        """What a rule did, the latest first."""
        job = self._job
        if job is None:
            return []
        found = await self._tasks.run(lambda: list(job.book.doings(name)))
        return found[::-1]

    def _own_peer(self, name: str) -> "KnownPeer | None":
        return next((peer for peer in self._store.rules.peers if peer.key == name.casefold()), None)

    # -- the job

    def _on_rules(self) -> None:
        if self._job is not None:
            self._tell_peers()
            self._job.set_rules(self._store.rules)
        elif self._store.rules.rules and not self._is_beginning:
            self._is_beginning = True
            self._tasks.start(self._carry_out())
        self._is_stale = True
        self.changed.emit()

    async def _carry_out(self) -> None:
        is_lost = False
        try:
            result = await (self._carry_out_far() if self._session.host is not None else self._carry_out_here())
            is_lost = isinstance(result.error, HostLostError)
        except HostLostError:
            is_lost = True
        except DicomdeskError:
            pass  # the window is closing
        finally:
            self._job = self._near = self._far = None
            self._is_beginning = False
        if is_lost and await self._session.revive():  # what was not dealt with is found again
            self._on_rules()

    async def _carry_out_far(self) -> "RouteResult":
        from dicomdesk.engine.host.far_rules import FarRules  # noqa: PLC0415 - where there are rules

        assert self._session.host is not None
        await self._session.outbox.ask(lambda _outbox, _journal: None)  # it is open
        job = FarRules(self._session.host.host, self._channel.sink)
        self._told_peers = self._named_peers()
        await self._tasks.run(job.begin, self._store.rules, self._told_peers, self._folder())
        self._job = self._far = job
        self._has_begun(job)
        return await asyncio.wrap_future(job.done)

    async def _carry_out_here(self) -> "RouteResult":
        from dicomdesk.engine.routing.route_job import RouteRequest  # noqa: PLC0415 - where there are rules

        outbox, journal = await self._session.outbox.ask(lambda outbox, journal: (outbox, journal))
        request = RouteRequest(
            rules=self._store.rules,
            journal=journal,
            outbox=outbox,
            find_peer=self.find_peer,
            received_folder=self._folder(),
        )
        job = await self._session.begin(request, self._channel.sink)
        self._job = self._near = job
        forget = await self._session.overhear(job.note_received)
        try:
            self._tell_port()
            self._has_begun(job)
            return await self._session.result_of(job)
        finally:
            forget()

    def _has_begun(self, job: "RouteJob | FarRules") -> None:
        self._tell_peers()
        job.set_rules(self._store.rules)  # both may be others by now
        self.changed.emit()

    def _folder(self) -> Path | None:
        folder = self._received_folder()
        return Path(os.path.expanduser(folder)) if folder else None

    def _tell_port(self) -> None:
        if self._near is not None:
            self._near.own_port = self._session.listening_port

    def _note_peers(self) -> None:
        self._known = {peer.key: peer for peer in self._peers.book.peers}

    def _on_peers(self) -> None:
        self._note_peers()
        if self._near is not None:
            self._near.look()
        self._tell_peers()
        self.changed.emit()

    def _named_peers(self) -> "tuple[KnownPeer, ...]":
        """Return the peers of the address book that rules name: it may have thousands, and tells of each check."""
        names = {each.name for rule in self._store.rules.rules for each in rule.destinations if each.peer is None}
        found = (self.find_peer(name) for name in sorted(names))
        return tuple(replace(peer, last_check=None) for peer in found if peer is not None)

    def _tell_peers(self) -> None:
        if self._far is not None and (peers := self._named_peers()) != self._told_peers:
            self._told_peers = peers
            self._far.know_peers(peers)

    # -- what it tells

    def _on_sent(self, arrivals: "Sequence[Arrival[OutboxFact | Event]]") -> None:
        if self._near is not None:
            for arrival in arrivals:
                self._near.note_sent(arrival.event)

    def _on_facts(self, arrivals: "Sequence[Arrival[RuleFact]]") -> None:
        for arrival in arrivals:
            self._take(arrival.event)
        self._is_stale = True

    def _take(self, fact: "RuleFact") -> None:
        from dicomdesk.engine.routing.facts import (  # noqa: PLC0415 - where there are rules
            FileHandled,
            FileUnusable,
            RulesMended,
            RulesTroubled,
            SendingEnded,
        )

        match fact:
            case RulesTroubled(about=about, text=text):
                self.troubles[about] = text
                self._problems.report(about, printable(about), text)
                self.changed.emit()
            case RulesMended(about=about):
                self.troubles.pop(about, None)
                self._problems.mend(about)
                self.changed.emit()
            case SendingEnded(failed=failed, errand_id=errand_id) if failed:
                title = self.tr("Rule {name}").format(name=printable(fact.rule))
                words = self.tr("{count} not stored by {peer}: {reason}").format(
                    count=failed, peer=printable(fact.destination), reason=fact.reason
                )
                self._problems.report((fact.rule.casefold(), errand_id), title, words)
            case SendingEnded(errand_id=errand_id):
                self._problems.mend((fact.rule.casefold(), errand_id))
            case FileHandled(path=path, problem=problem) if problem:
                self._tell_file(path, self.tr("It was sent, and stays where it is: {problem}").format(problem=problem))
            case FileUnusable(path=path, reason=reason):
                self._tell_file(path, self.tr("No rule can send it: {problem}").format(problem=reason))
            case _:
                pass

    def _tell_file(self, path: str, words: str) -> None:
        self.told.emit(f"{printable(path)}: {words}")
        if self._files_told < _MOST_FILES_TOLD:  # a folder of other files is no list of problems
            self._files_told += 1
            self._problems.report(("file", path), printable(Path(path).name), words)

    def _on_second(self) -> None:
        if self._is_stale and self._job is not None:
            self._is_stale = False
            self._tasks.start(self._read_last())

    async def _read_last(self) -> None:
        job, rules = self._job, self._store.rules.rules
        if job is not None:
            with suppress(HostLostError):  # the next one tells
                self.last = await self._tasks.run(lambda: {rule.key: job.book.last_done(rule) for rule in rules})
            self.changed.emit()
