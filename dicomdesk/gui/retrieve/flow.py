"""Flow of retrieves, without widgets: jobs begun, measured, cancelled, and begun again for what is missing."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from dicomdesk.engine.events import Event
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.receive.book.completeness import CountSource
from dicomdesk.engine.retrieve.facts import RetrieveFact, RetrieveMethodChosen, RetrieveWaiting
from dicomdesk.engine.retrieve.messages import message_of
from dicomdesk.engine.retrieve.outcome import DiagnosisKind, RetrieveOutcome
from dicomdesk.engine.retrieve.request import WAYS, RetrieveMethod, RetrieveRequest
from dicomdesk.errors import CancelledError, DicomdeskError, PortInUseError
from dicomdesk.gui.event_bridge import Arrival
from dicomdesk.gui.models.found_entities import AskedPeer
from dicomdesk.gui.outline.model import OutlineModel
from dicomdesk.gui.retrieve.errand import Errand, OpenListener
from dicomdesk.gui.retrieve.here.already import HereAlready
from dicomdesk.gui.retrieve.job_nodes import STATE, TITLE, JobNode, Stage, job_columns
from dicomdesk.gui.retrieve.listening import Ear, ListenerSource, SharedListener
from dicomdesk.gui.retrieve.words import tell
from dicomdesk.gui.security.peer_store import PeerStore
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.human import error_text

if TYPE_CHECKING:
    from dicomdesk.engine.retrieve.retrieve import RetrieveJob

_TICKS_A_LOOK = 3
"""How seldom figures are drawn: painting waits for the threads that receive."""
_TROUBLED = frozenset({Stage.INCOMPLETE, Stage.FAILED})
_MOVE, _GET = RetrieveMethod.MOVE, RetrieveMethod.GET


class RetrieveFlow(QObject):
    """Begins retrieves, and owns their rows. For the Qt thread."""

    changed = Signal()
    """A job began, went on or ended."""
    measured = Signal()
    """Rows have other figures."""
    ended = Signal(object)
    """A ``JobNode`` is over."""

    def __init__(
        self,
        session: Session,
        tasks: Tasks,
        source: ListenerSource,
        here: HereAlready,
        peers: PeerStore,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self.here = here
        self._peers = peers
        self.listener = SharedListener(session, tasks, source, self)
        self.model = OutlineModel(job_columns(), self)
        self._shelf = session.problems.shelf("query")
        self._ticks = 0
        self._jobs: dict[JobNode, RetrieveJob] = {}
        """Jobs that run."""
        self._takes: dict[str, frozenset[RetrieveMethod]] = {}
        """What peers were found to take, where it is not both."""
        self._channel = session.channel()
        self._channel.arrived.connect(self.take)
        session.ticked.connect(self._on_tick)

    @property
    def nodes(self) -> list[JobNode]:
        """All retrieves, in their order."""
        return [node for node in self.model.root.children if isinstance(node, JobNode)]

    @property
    def running(self) -> int:
        """How many are not over."""
        return sum(not node.is_over for node in self.nodes)

    @property
    def bytes_per_s(self) -> float:
        """Of what comes by C-GET; what a listener takes is told with it."""
        return sum(node.rate for node in self._jobs if node.method is _GET)

    @property
    def problems(self) -> int:
        """How many ended without everything."""
        return sum(node.stage in _TROUBLED for node in self.nodes)

    def begin(self, errands: Sequence[Errand]) -> list[JobNode]:
        """Begin a job for each errand and return the rows; for one that is under way already its row."""
        rows = []
        for errand in errands:
            node = self.under_way(errand)
            if node is None:
                node = JobNode(errand)
                self.model.insert(None, [node])
                self._tasks.start(self._carry_out(node))
            rows.append(node)
        self.changed.emit()
        return rows

    def under_way(self, errand: Errand) -> JobNode | None:
        """Return the row of a retrieve of the same entities from the same peer to the same place, None for none."""
        same = (errand.asked.peer, errand.entities, errand.target)
        rows = (node for node in self.nodes if not node.is_over)
        return next(
            (node for node in rows if (node.errand.asked.peer, node.errand.entities, node.errand.target) == same), None
        )

    def cancel(self, node: JobNode) -> None:
        """First call: have the peer stop (C-CANCEL) and end in order. Second call: abort."""
        if node.is_over:
            return
        node.is_cancel_wanted = True
        node.stage = Stage.STOPPING
        self.model.touch(node)
        job = self._jobs.get(node)
        if job is not None:
            self._tasks.start(self._tasks.run(job.cancel))
        else:
            self.listener.look_again()
        self.changed.emit()

    def retry(self, node: JobNode, *, method: RetrieveMethod | None = None, asked: AskedPeer | None = None) -> JobNode:
        """Fetch what is missing, by another method or from another peer where that is given; return the new row."""
        errand = replace(node.errand, takes_again=False, method=method or node.errand.method)
        if asked is not None:
            errand = replace(errand, asked=asked)
        self._drop(node)
        return self.begin([errand])[0]

    def clear_finished(self) -> None:
        """Take all that are over off the list."""
        for node in self.nodes:
            self._drop(node)
        self.changed.emit()

    def _drop(self, node: JobNode) -> None:
        if node.is_over and node in self.nodes:
            self._shelf.mend(node)
            self.model.remove(node)

    # -- one job

    async def _carry_out(self, node: JobNode) -> None:
        errand = node.errand
        try:
            if errand.target.is_here:
                await self._tasks.run(_make_folder, errand.target.folder)
                for uid, count in errand.counts_by_study.items():
                    self._session.book.expect(uid, count, CountSource.RETRIEVE)
            present = await self._present(node)
            await self._in_turn(node, present)
        except PortInUseError as error:
            node.fail(f"{error}. {self._port_advice()}")
        except (DicomdeskError, OSError) as error:
            node.fail(error_text(error))
        finally:
            self._session.retrieving.discard(node)
            if errand.target.is_here:
                self.here.refresh()
            else:
                self.here.archive.forget()  # it may have been sent there
            if node.stage in _TROUBLED:
                self._shelf.report(node, node.text(TITLE), ". ".join((node.text(STATE), *tell(node).lines)))
            self.model.touch(node)
            self.model.flush()
            self.changed.emit()
            self.ended.emit(node)

    async def _in_turn(self, node: JobNode, present: frozenset[str]) -> None:
        """By the method that is asked for or known to be possible; by the other one where the peer takes only that."""
        errand = node.errand
        name = str(errand.asked.peer)
        supported = self._takes.get(name)
        known = self._known(errand)
        prefers_move = supported == frozenset((_MOVE,)) or (known is not None and known.retrieve_method is _MOVE)
        only_move = errand.method is RetrieveMethod.AUTOMATIC and prefers_move
        needs_listener = errand.target.is_here and (errand.method is _MOVE or only_move)
        outcome = await self._once(node, present, needs_listener=needs_listener, supported=supported)
        is_left_to_us = errand.method is RetrieveMethod.AUTOMATIC and errand.target.is_here
        if is_left_to_us and not needs_listener and outcome is not None and _takes_only_moves(outcome):
            self._takes[name] = frozenset((_MOVE,))
            outcome = await self._once(node, present, needs_listener=True, supported=self._takes[name])
        if outcome is None:
            node.stage, node.note = Stage.CANCELLED, ""
        else:
            node.end(outcome, node.standing)

    async def _once(
        self,
        node: JobNode,
        present: frozenset[str],
        *,
        needs_listener: bool,
        supported: frozenset[RetrieveMethod] | None,
    ) -> RetrieveOutcome | None:
        errand = node.errand
        if not needs_listener:
            listener = self._running_listener(errand)
            return await self._job(node, present, listener, supported)
        try:
            listener = await self.listener.acquire(
                errand.target.folder, lambda note: self._wait(node, note), lambda: not node.is_cancel_wanted
            )
        except CancelledError:
            return None
        try:
            return await self._job(node, present, listener, supported)
        finally:
            self.listener.release()

    def _running_listener(self, errand: Errand) -> OpenListener | None:
        """The listener that runs anyway, where it stores into the folder that is wanted."""
        listener = self.listener.running() if errand.target.is_here and errand.method is not _GET else None
        return listener if listener is not None and listener.folder == errand.target.folder else None

    async def _job(
        self,
        node: JobNode,
        present: frozenset[str],
        listener: OpenListener | None,
        supported: frozenset[RetrieveMethod] | None,
    ) -> RetrieveOutcome | None:
        if node.is_cancel_wanted:
            return None
        request = self._with_book(
            node.errand.request(node.errand.method, present=present, listener=listener, supported=supported),
            node.errand,
        )
        ear = Ear()
        forget = await self._session.overhear(ear.take) if listener is not None else None
        try:
            job = await self._session.begin(request, self._sink(node))
            self._jobs[node] = job
            node.stage = Stage.RUNNING
            self._session.retrieving.add(node)
            if listener is not None:
                ear.give_to(job)
            if node.is_cancel_wanted:
                await self._tasks.run(job.cancel)
            self.changed.emit()
            outcome = await self._session.result_of(job)
            node.standing = job.standing()
            return outcome
        finally:
            self._jobs.pop(node, None)
            if forget is not None:
                forget()

    async def _present(self, node: JobNode) -> frozenset[str]:
        """What is here already of what is wanted, and so is not asked for."""
        errand = node.errand
        if errand.takes_again or not errand.target.is_here:
            return frozenset()
        await self.here.watch(errand.target.folder)
        present = self.here.present(errand.entities)
        node.before = len(present)
        return present

    def _known(self, errand: Errand) -> KnownPeer | None:
        """What the address book has of the peer."""
        peer = errand.asked.peer
        return self._peers.book.find_address(peer.ae_title, peer.host, peer.port)

    def _with_book(self, request: RetrieveRequest, errand: Errand) -> RetrieveRequest:
        """What the address book says of the peer holds: preferred method, our name there, associations at once."""
        known = self._known(errand)
        if known is None:
            return request
        at_once = known.associations or request.at_once
        return replace(
            request,
            preferred=known.retrieve_method if known.retrieve_method in WAYS else None,
            destination=known.move_destination
            if request.is_to_here and known.move_destination
            else request.destination,
            at_once=at_once,
            parallel=max(1, min(known.associations or 1, len(request.identifiers))),
        )

    def _port_advice(self) -> str:
        return self.tr(
            "Retrieve by C-GET, which needs no port here, or choose in Receive another port that the peer knows"
        )

    def _wait(self, node: JobNode, note: str) -> None:
        node.note = note
        self.model.touch(node)
        self.changed.emit()

    def _sink(self, node: JobNode) -> Callable[[RetrieveFact], None]:
        """A sink for the job's threads; views are told what concerns associations, the row what was chosen."""
        channel_sink = self._channel.sink

        def take(fact: RetrieveFact) -> None:
            if isinstance(fact, RetrieveMethodChosen | RetrieveWaiting):
                channel_sink((node, fact))
            elif isinstance(fact, Event) or message_of(fact) is not None:
                channel_sink(fact)

        return take

    def take(self, arrivals: list[Arrival[object]]) -> None:
        """Take note of a batch of facts."""
        others = []
        for arrival in arrivals:
            if isinstance(arrival.event, tuple):
                self._take_choice(*arrival.event)
            else:
                others.append(arrival)
        if others:
            self._session.checked.arrived.emit(others)

    def _take_choice(self, node: JobNode, fact: object) -> None:
        match fact:
            case RetrieveMethodChosen(method=method, reason=reason):
                node.method, node.reason, node.note = method, reason, ""
            case RetrieveWaiting(peer=peer, bound=bound):
                one = self.tr("Waiting: {peer} has the one association that it is given at once")
                many = self.tr("Waiting: {peer} has all {count} associations that it is given at once")
                node.note = (one if bound == 1 else many).format(peer=peer, count=bound)
            case _:
                return
        self.model.touch(node)
        self.changed.emit()

    def _on_tick(self) -> None:
        self._ticks += 1
        if self._jobs and self._ticks % _TICKS_A_LOOK == 0:
            for node, job in self._jobs.items():
                node.measure(job.standing())
                self.model.touch(node)
            self.measured.emit()
        self.model.flush()


def _takes_only_moves(outcome: RetrieveOutcome) -> bool:
    """Whether the peer takes no C-GET, but C-MOVE."""
    refused = (one for one in outcome.diagnoses if one.kind is DiagnosisKind.METHOD_NOT_SUPPORTED)
    return any(one.other is _MOVE for one in refused)


def _make_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
