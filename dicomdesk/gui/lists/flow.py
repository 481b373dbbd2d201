"""Flow of one list, without widgets: read, worked off, stopped, taken up again, reported."""

import threading
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal

from dicomdesk.dicom.lists.columns import Columns, find_columns
from dicomdesk.dicom.lists.entries import ListEntries, read_entries
from dicomdesk.dicom.lists.rows import Rows
from dicomdesk.dicom.lists.table import read_table
from dicomdesk.engine.events import (
    AssociationAborted,
    AssociationAccepted,
    AssociationFailed,
    AssociationReleased,
    AssociationRequested,
    Event,
    Notice,
)
from dicomdesk.engine.lists.facts import LineEnded, LineStarted, ListFact, ListPaused, ListResumed
from dicomdesk.engine.lists.report import write_list_report
from dicomdesk.engine.lists.results import LineResult, LineState, ListOutcome, count_states
from dicomdesk.engine.lists.state_file import KeptList
from dicomdesk.engine.retrieve.request import RunningListener
from dicomdesk.errors import DicomdeskError, ListStateError, SettingsError, StorageError
from dicomdesk.gui.event_bridge import Arrival
from dicomdesk.gui.lists.kept import Kept, forget_old, new_state_file
from dicomdesk.gui.lists.line_nodes import LineNode, line_columns
from dicomdesk.gui.lists.wishes import Aim, KeptWish, ListWish, write_kept_wish
from dicomdesk.gui.models.found_entities import AskedPeer
from dicomdesk.gui.outline.model import OutlineModel
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.human import error_text
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from dicomdesk.engine.lists.list_job import ListJob

__all__ = ["LentListener", "ListFlow", "ListenerLender", "Reading"]

_ASSOCIATION_EVENTS = (
    AssociationRequested,
    AssociationAccepted,
    AssociationFailed,
    AssociationReleased,
    AssociationAborted,
)
_FEW_LINES = 3
"""Too few to tell how long others take."""
_LONG_S = 120
_SHOWN = (LineStarted, LineEnded, ListPaused, ListResumed, Notice, *_ASSOCIATION_EVENTS)


class LentListener(Protocol):
    """A listener of this machine that takes what a C-MOVE brings."""

    @property
    def ae_title(self) -> str:
        """That the peer is to send to."""

    @property
    def running(self) -> RunningListener:
        """Where it listens."""


class ListenerLender(Protocol):
    """Who lends the one listener of this machine."""

    def acquire(self, folder: Path, waits: Callable[[str], object], /) -> Awaitable[LentListener]:
        """Lend it, storing into the folder; raises DicomdeskError."""

    def release(self) -> None:
        """It is not needed any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a list is to be read; what is "" or None is found out."""

    column: int | None = None
    """From 0."""
    key: str = ""
    has_header: bool | None = None
    fill_to: int = 0


class ListFlow(QObject):
    """Owns the rows of one list. For the Qt thread."""

    changed = Signal()
    """It was read, begun, or has ended; or it waits."""
    line_begun = Signal(object)
    """The ``LineNode`` that is under way now."""

    def __init__(
        self, session: Session, tasks: Tasks, lender: ListenerLender | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._lender = lender
        self.model = OutlineModel(line_columns(), self)
        self.name = ""
        """Of the list file."""
        self.rows: Rows | None = None
        """None for a list that was taken up again: its lines are known, not the file."""
        self.entries: ListEntries | None = None
        self.column_names: tuple[str, ...] = ()
        self.nodes: list[LineNode] = []
        self.state_path: Path | None = None
        """Once it was begun."""
        self.kept_peer = ""
        """Of the state file."""
        self.error = ""
        """Why it ended early, or cannot be read."""
        self.waiting_for = ""
        """That nothing is asked at the moment, and when it goes on."""
        self.waiting_reason = ""
        self._active_s, self._since_s = 0.0, 0.0
        """How long this run has worked, and since when it works; 0 while it waits."""
        self._done_before = 0
        self.is_running = False
        self.is_stopping = False
        self.is_over = False
        """Whether a run has ended."""
        self._counts = dict.fromkeys(LineState, 0)
        self._job: ListJob | None = None
        self._lock = threading.Lock()
        self._early: list[Event] = []
        """What the listener has told before the job was known."""
        self._channel = session.channel()
        self._channel.arrived.connect(self.take)
        session.ticked.connect(self.model.flush)

    # -- reading

    async def read(self, path: str, reading: Reading) -> None:
        """Read a file and show its lines; what is wrong with it is ``error``."""
        self.name, self.error = Path(path).name, ""
        try:
            self.rows = (await self._tasks.run(read_table, path)).rows
        except DicomdeskError as error:
            self.rows, self.entries, self.error = None, None, str(error)
            self._show(())
            self.changed.emit()
            return
        await self.understand(reading)

    async def understand(self, reading: Reading) -> None:
        """Read the lines of the file otherwise."""
        if self.rows is None or self.is_running:
            return
        try:
            self.entries = await self._tasks.run(_understand, self.rows, reading)
            self.error = ""
            self.column_names = self.entries.columns.names
            digits = self.entries.lost_zeros_to
            self._show([LineNode(entry, digits=digits) for entry in self.entries.entries])
        except SettingsError as error:
            self.entries, self.error = None, str(error)
            self._show(())
        self.changed.emit()

    def take_up(self, kept: Kept) -> None:
        """Show a list that was begun before."""
        self.name, self.column_names = kept.wish.name, kept.wish.columns
        self.rows, self.entries, self.error = None, None, ""
        self.state_path, self.kept_peer = kept.path, kept.list.peer
        self._show(_nodes_of(kept.list))
        self.changed.emit()

    @property
    def columns(self) -> Columns | None:
        """How the file is understood."""
        return self.entries.columns if self.entries is not None else None

    # -- working

    def begin(self, asked: AskedPeer, wish: ListWish) -> None:
        """Begin, or go on."""
        if not self.is_running and self.nodes:
            self.is_running, self.is_stopping, self.error = True, False, ""
            self._session.retrieving.add(self)
            self._active_s, self._since_s, self._done_before = 0.0, 0.0, self.done
            self._tasks.start(self._carry_out(asked, wish))
            self.changed.emit()

    def stop(self) -> None:
        """First call: have the peer end what is under way (C-CANCEL), and stop in order. Second call: break off."""
        if self.is_running:
            self.is_stopping = True
            if self._job is not None:
                self._tasks.start(self._tasks.run(self._job.cancel))
            self.changed.emit()

    async def _carry_out(self, asked: AskedPeer, wish: ListWish) -> None:
        is_lent = False
        forget: Callable[[], None] | None = None
        try:
            listener = None
            if wish.aim is Aim.FETCH:
                folder = await self._tasks.run(_make_folder, wish.folder)
                if wish.by_move and self._lender is not None:
                    lent = await self._lender.acquire(folder, self._wait_for)
                    is_lent = True
                    listener = (lent.ae_title, lent.running)
                    forget = await self._session.overhear(self._note_arrival)
            await self._work(asked, wish, listener)
        except DicomdeskError as error:
            self.error = str(error)
        finally:
            if forget is not None:
                forget()
            if is_lent and self._lender is not None:
                self._lender.release()
            self._session.retrieving.discard(self)
            self._job = None
            self._early.clear()
            self.is_running, self.is_stopping, self.is_over = False, False, True
            self.waiting_for = self.waiting_reason = ""
            for node in self.nodes:
                self._mark(node, is_under_way=False)
            self.changed.emit()

    async def _work(self, asked: AskedPeer, wish: ListWish, listener: tuple[str, RunningListener] | None) -> None:
        if self.state_path is None:
            self.state_path = await self._tasks.run(_new_state_file, self.name)
            self.kept_peer = str(asked.peer)
        about = write_kept_wish(KeptWish(name=self.name, columns=self.column_names, wish=wish))
        entries = [node.entry for node in self.nodes]
        request = wish.request(asked, entries, self.state_path, about=about, listener=listener)
        sink = self._channel.sink
        job = await self._session.begin(request, lambda fact: sink(fact) if isinstance(fact, _SHOWN) else None)
        with self._lock:
            self._job = job
            for event in self._early:
                job.note_arrival(event)
            self._early.clear()
        if self.is_stopping:
            await self._tasks.run(job.cancel)
        outcome: ListOutcome = await self._session.result_of(job)
        self.error = str(outcome.error) if outcome.error is not None else ""

    # -- facts

    def take(self, arrivals: list[Arrival[ListFact]]) -> None:
        """Take note of a batch of facts."""
        others = []
        for arrival in arrivals:
            if isinstance(arrival.event, _ASSOCIATION_EVENTS):
                others.append(arrival)
            else:
                self._apply(arrival.event)
        if others:
            self._session.checked.arrived.emit(others)

    def _apply(self, fact: ListFact) -> None:
        match fact:
            case LineStarted(number=number):
                self.waiting_for = self.waiting_reason = ""
                self._since_s = self._since_s or time.monotonic()
                self._mark(self.nodes[number - 1], is_under_way=True)
                self.line_begun.emit(self.nodes[number - 1])
            case LineEnded(result=result):
                self._show_result(result)
            case ListResumed(results=results):
                for result in results:
                    self._show_result(result)
            case ListPaused(until=until, reason=reason):
                self._rest()
                self.waiting_reason = reason
                said = self.tr("Waiting until {time}") if _is_long(until) else self.tr("Trying again at {time}")
                self._wait_for(said.format(time=f"{until:%H:%M}" if _is_long(until) else f"{until:%H:%M:%S}"))
            case Notice(text=text):
                self.waiting_for = text
                self.changed.emit()
            case _:
                pass

    def _wait_for(self, reason: str) -> None:
        self.waiting_for = reason
        self.changed.emit()

    def _show_result(self, result: LineResult) -> None:
        node = self.nodes[result.number - 1]
        self._counts[node.result.state] -= 1
        self._counts[result.state] += 1
        node.result = result
        node.is_under_way = False
        self.model.touch(node)

    def _mark(self, node: LineNode, *, is_under_way: bool) -> None:
        if node.is_under_way is not is_under_way:
            node.is_under_way = is_under_way
            self.model.touch(node)

    def _note_arrival(self, event: Event) -> None:
        """What the listener of this machine tells, which takes what C-MOVEs bring; any thread."""
        with self._lock:
            if self._job is None:
                self._early.append(event)
            else:
                self._job.note_arrival(event)

    # -- what there is

    def counts(self) -> dict[LineState, int]:
        """How many lines there are in each state."""
        return dict(self._counts)

    @property
    def done(self) -> int:
        """How many lines have a result."""
        return len(self.nodes) - self._counts[LineState.WAITING]

    def seconds_left(self) -> float | None:
        """How long the rest takes by what the lines of this run took, pauses for the night not counted."""
        lines = self.done - self._done_before
        if lines < _FEW_LINES:
            return None
        active_s = self._active_s + (time.monotonic() - self._since_s if self._since_s else 0.0)
        return active_s / lines * self._counts[LineState.WAITING]

    def _rest(self) -> None:
        if self._since_s:
            self._active_s += time.monotonic() - self._since_s
        self._since_s = 0.0

    def fetched(self) -> tuple[int, float]:
        """Bytes that have come in this run, and per second now."""
        if self._job is None:
            return 0, 0.0
        progress = self._job.progress()
        return progress.bytes_done, progress.bytes_per_s

    async def write_report(self, path: str) -> None:
        """Write what has come of all lines; raises ReportError."""
        entries, results = [node.entry for node in self.nodes], [node.result for node in self.nodes]
        await self._tasks.run(write_list_report, path, self.column_names, entries, results)

    def _show(self, nodes: "list[LineNode] | tuple[()]") -> None:
        self.nodes = list(nodes)
        self._counts = count_states(node.result for node in self.nodes)
        self.model.replace(self.nodes)


def _is_long(until: datetime) -> bool:
    return (until - datetime.now().astimezone()).total_seconds() > _LONG_S


def _understand(rows: Rows, reading: Reading) -> ListEntries:
    columns = find_columns(
        rows,
        columns=() if reading.column is None else (str(reading.column + 1),),
        keys=(reading.key,) if reading.key else (),
        has_header=reading.has_header,
    )
    return read_entries(rows, columns, fill_to=reading.fill_to)


def _nodes_of(kept: KeptList) -> list[LineNode]:
    nodes = [LineNode(entry) for entry in kept.entries]
    for number, result in kept.results.items():
        if 0 < number <= len(nodes):
            nodes[number - 1].result = result
    return nodes


def _new_state_file(name: str) -> Path:
    try:
        forget_old()
        return new_state_file(name, datetime.now().astimezone())
    except OSError as error:
        raise ListStateError(f"What comes of the list cannot be kept: {error_text(error, names_file=False)}") from error


def _make_folder(folder: str) -> Path:
    path = Path(folder).expanduser()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"The folder {folder} cannot be made: {error_text(error, names_file=False)}") from error
    return path
