"""Access of the window to the Outbox: everything that may wait happens on a worker thread."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from PySide6.QtCore import QObject, Signal

from dicomdesk.engine.commit.report_relay import ReportRelay
from dicomdesk.engine.outbox.errands import Destination
from dicomdesk.engine.outbox.facts import ErrandAdded, ErrandChanged, ErrandRemoved, OutboxFact, RunEnded, RunStarted
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import DicomdeskError, HostLostError, SettingsError
from dicomdesk.gui.event_bridge import Arrival, Channel
from dicomdesk.gui.tasks import Tasks
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from dicomdesk.engine.engine import Engine
    from dicomdesk.engine.events import Event
    from dicomdesk.engine.host.engine_host import EngineHost
    from dicomdesk.engine.host.news import JournalState
    from dicomdesk.engine.journal.journal import Journal
    from dicomdesk.engine.journal.records import SettingValue
    from dicomdesk.engine.outbox.errands import Resolve
    from dicomdesk.engine.outbox.outbox import Outbox

__all__ = ["OutboxAccess", "sum_of"]

ResultT = TypeVar("ResultT")

_LOOKS_AFTER_ASKING = 3
"""Once a second: what was asked for is written a moment later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxLost:
    """The process that the Outbox was in has ended by itself."""

    words: str


class OutboxAccess(QObject):
    """Opens, asks and closes the Outbox. All methods are for the Qt thread, but ``end``."""

    opened = Signal()
    """The errands of the journal are there."""
    changed = Signal()
    """A run began or ended."""
    noticed = Signal(str)
    """What a user should know of the journal, a sentence; once for each."""
    troubled = Signal(str)
    """What keeps the journal from being written now, a sentence; "" when that is over."""

    def __init__(
        self,
        engine: "Engine",
        channel: Channel,
        tasks: Tasks,
        parent: QObject | None = None,
        *,
        host: "EngineHost | None" = None,
    ) -> None:
        """``channel`` carries facts and the events of runs. With a ``host`` the Outbox is in that process."""
        super().__init__(parent)
        self._host = host
        if host is not None:
            host.told_sending = channel.sink
            host.resolve = self._resolve
            host.lost = lambda words: channel.sink(OutboxLost(words=words))
        self._known: set[int] = set()
        """Errands that are in the Outbox, where it may be lost."""
        self._engine = engine
        self._channel = channel
        self._tasks = tasks
        self._opening: asyncio.Future[None] | None = None
        self._outbox: Outbox | None = None
        self._journal: Journal | None = None
        self._is_closing = self._is_kept = False
        self._looks = _LOOKS_AFTER_ASKING
        """How often it is still to be looked at the journal of another process."""
        self._trouble = ""
        self._is_looking = False
        self._fault = ""
        """Why there is no journal on the disk, a sentence."""
        self._told: set[str] = set()
        self.resolve: Resolve = _nobody_resolves
        """Turns peers' names into destinations, on the Outbox's thread."""
        self.reports = ReportRelay()
        """Takes reports on storage commitment for the Outbox, from when it is open."""
        self.runs: dict[str, RunStarted] = {}
        """Runs that go on, by job."""
        channel.arrived.connect(self._on_arrived)

    @property
    def is_running(self) -> bool:
        """Whether something is being sent."""
        return bool(self.runs)

    @property
    def is_open(self) -> bool:
        """Whether the errands of the journal are there."""
        return self._outbox is not None

    @property
    def is_opening(self) -> bool:
        """Whether the journal is about to be opened."""
        return self._opening is not None and not self._opening.done()

    def begin(self, path: Path | None, *, resumes: bool = True, after: "Awaitable[None] | None" = None) -> None:
        """Open the journal at a path, None for one in memory, without waiting; ``resumes`` lets what waits go on.

        It is opened when ``after`` is over; who asks before that waits.
        """
        if self._opening is None and not self._is_closing:
            self._opening = asyncio.Future()
            self._is_kept = path is not None
            self._tasks.start(self._open(path, self._opening, resumes=resumes, after=after))

    async def ask(self, function: "Callable[[Outbox, Journal], ResultT]") -> ResultT:
        """Call a function with Outbox and journal on a worker thread when they are open; return what it returns."""
        if self._opening is None:
            self.begin(None)
        if self._opening is None:
            raise DicomdeskError(self.tr("The window is closing."))
        await asyncio.shield(self._opening)
        self._looks = _LOOKS_AFTER_ASKING
        outbox, journal = self._outbox, self._journal
        if outbox is None or journal is None:
            raise DicomdeskError(self.tr("The window is closing."))
        return await self._tasks.run(lambda: function(outbox, journal))

    def tell(self, function: "Callable[[Outbox], object]") -> None:
        """Call a function with the Outbox on a worker thread, some time soon."""

        async def call() -> None:
            await self.ask(lambda outbox, _journal: function(outbox))

        self._tasks.start(call())

    def progress(self) -> Mapping[str, Progress]:
        """Return the gauges of the runs, by job."""
        if self._host is not None:
            return self._host.runs if self.runs else {}
        return self._outbox.progress() if self._outbox is not None and self.runs else {}

    def look_at_journal(self) -> None:
        """Tell of trouble that the journal has got into since; for now and then."""
        journal = self._journal
        if self._host is not None and journal is not None:
            is_due = self.runs or self._looks or self._trouble  # where nothing is done, nothing is kept
            if is_due and not self._is_looking:
                self._is_looking = True
                self._looks = max(0, self._looks - 1)
                self._tasks.start(self._look_at_far_journal(self._host), is_routine=True)
        elif journal is not None:
            self._tell(self._fault, journal.notice, journal.trouble)
            self._note_trouble(self._fault or journal.trouble)

    async def _look_at_far_journal(self, host: "EngineHost") -> None:
        try:
            state = cast("JournalState", await self._tasks.run(host.ask, "journal_state"))
            self._fault = state.fault
            self._tell(*state)
            self._note_trouble(state.fault or state.trouble)
        except HostLostError:
            pass  # the next one tells
        finally:
            self._is_looking = False

    def _note_trouble(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            self.troubled.emit(trouble)

    def _tell(self, *texts: str) -> None:
        for text in texts:
            if text and text not in self._told:
                self._told.add(text)
                self.noticed.emit(text)

    def refuse(self) -> None:
        """Begin nothing any more."""
        self._is_closing = True

    async def settle(self) -> None:
        """Wait until the journal is open, where it is being opened."""
        if self._opening is not None:
            await asyncio.shield(self._opening)

    def end(self, *, abort: bool = False) -> None:
        """End what is under way and wait for that; what has not ended stays in the journal. For any thread."""
        self.reports.desk = None
        if self._host is not None:
            with suppress(HostLostError):
                self._host.ask("break_off" if abort else "end_sending")
        elif self._outbox is not None:
            self._outbox.close(abort=abort)

    def let_go(self) -> None:
        """Close the journal, after ``end``. Waits; any thread."""
        if self._journal is not None and self._host is None:
            self._journal.close()

    async def _open(
        self,
        path: Path | None,
        opening: "asyncio.Future[None]",
        *,
        resumes: bool,
        after: "Awaitable[None] | None",
    ) -> None:
        try:
            if after is not None:
                await after
            if self._host is not None:
                await self._tasks.run(self._open_far, self._host, path, resumes)
            else:
                journal, outbox = await self._tasks.run(lambda: self._make(path, resumes=resumes))
                self._journal, self._outbox = journal, outbox
                self.reports.desk = outbox.transactions
        finally:
            opening.set_result(None)
        self.opened.emit()
        self.look_at_journal()

    def _open_far(self, host: "EngineHost", path: Path | None, resumes: bool) -> None:  # noqa: FBT001 - by ``run``
        from dicomdesk.engine.host.far_outbox import far_journal, far_outbox  # noqa: PLC0415 - only where there is one

        host.at_begin("open_outbox", path, resumes)
        host.begin()
        self._journal, self._outbox = far_journal(host), far_outbox(host)

    async def _open_again(self, words: str) -> None:
        """The process is gone: what is in the journal goes on in another, what was in memory alone is lost."""
        host = self._host
        if host is None or self._outbox is None or self._is_closing:
            return
        if host.is_hopeless:
            self._tell(self.tr("{reason}, again and again. Begin the program anew to send.").format(reason=words))
            return
        if self._fault or not self._is_kept:
            for errand_id in self._known:
                self._channel.sink(ErrandRemoved(errand_id=errand_id))
            self._tell(self.tr("{reason}. What was queued is lost, as it was not kept.").format(reason=words))
        await self._tasks.run(host.begin)
        for errand in await self.ask(lambda outbox, _journal: outbox.errands()):
            self._channel.sink(ErrandChanged(errand=errand))

    def _make(self, path: Path | None, *, resumes: bool) -> "tuple[Journal, Outbox]":
        from dicomdesk.engine.journal.memory_journal import MemoryJournal  # noqa: PLC0415 - the window is painted before
        from dicomdesk.engine.outbox.outbox import Outbox  # noqa: PLC0415 - the window is painted before

        journal: Journal = MemoryJournal()
        if path is not None:
            from dicomdesk.engine.journal.sqlite_journal import SqliteJournal  # noqa: PLC0415 - sqlite3 is loaded only where it is used

            try:
                journal = SqliteJournal(str(path), is_own_place=True)
            except DicomdeskError as error:
                self._fault = f"{error}. What is queued lasts until the window closes."
        return journal, Outbox(self._engine, journal, self._channel.sink, self._resolve, resumes=resumes)

    def _resolve(self, peer: str, settings: "Mapping[str, SettingValue]") -> Destination:
        return self.resolve(peer, settings)

    def _on_arrived(self, arrivals: "Sequence[Arrival[OutboxFact | Event]]") -> None:
        has_changed = False
        for arrival in arrivals:
            fact = arrival.event
            if isinstance(fact, OutboxLost):
                self._tasks.start(self._open_again(fact.words))
            elif isinstance(fact, ErrandAdded):
                self._known.add(fact.errand.id)
            elif isinstance(fact, ErrandRemoved):
                self._known.discard(fact.errand_id)
            elif isinstance(fact, RunStarted):
                self.runs[fact.job_id] = fact
                has_changed = True
            elif isinstance(fact, RunEnded):
                self.runs.pop(fact.job_id, None)
                has_changed = True
        if has_changed:
            self.changed.emit()


def sum_of(gauges: "Sequence[Progress]") -> Progress | None:
    """Return several jobs' gauges as one, None where there is none."""
    if not gauges:
        return None
    bytes_per_s = sum(each.bytes_per_s for each in gauges)
    left = sum(each.bytes_total - each.bytes_done for each in gauges)
    return Progress(
        items_total=sum(each.items_total for each in gauges),
        items_done=sum(each.items_done for each in gauges),
        bytes_total=sum(each.bytes_total for each in gauges),
        bytes_done=sum(each.bytes_done for each in gauges),
        bytes_per_s=bytes_per_s,
        items_per_s=sum(each.items_per_s for each in gauges),
        seconds_left=left / bytes_per_s if bytes_per_s > 0 else None,
        associations=sum(each.associations for each in gauges),
    )


def _nobody_resolves(peer: str, _settings: "Mapping[str, SettingValue]") -> Destination:
    raise SettingsError(f"Nobody knows the peer {peer}")
