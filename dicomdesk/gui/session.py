"""Jobs of the window: begun, polled and ended here; views ask and listen."""

import asyncio
import gc
import logging
import sys
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from dicomdesk.engine.events import ItemStarted
from dicomdesk.engine.receive.book.arrival_book import ArrivalBook
from dicomdesk.errors import DicomdeskError, HostLostError
from dicomdesk.gui.event_bridge import Bridge, Channel
from dicomdesk.gui.outbox.access import OutboxAccess, sum_of
from dicomdesk.gui.problems.book import ProblemBook
from dicomdesk.gui.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Callable

    from dicomdesk.engine.check.echo import EchoResult
    from dicomdesk.engine.check.requests import EchoRequest
    from dicomdesk.engine.engine import Engine
    from dicomdesk.engine.events import Event
    from dicomdesk.engine.host.engine_host import HostedJob
    from dicomdesk.engine.job import AnyJob, JobRequest
    from dicomdesk.engine.receive.receive import ReceiveJob
    from dicomdesk.engine.receive.request import ReceiveRequest
    from dicomdesk.engine.stats import Progress
    from dicomdesk.gui.host.access import HostAccess

TICK_MS = 100
SECOND_MS = 1000
CALM_AFTER_TICKS = 20
TURN_S = 0.0001
"""How long a thread of Python may keep the Qt thread waiting each time. With Python's own 5 ms a window that shares
its process with three busy associations answers after tenths of a second: each call into Qt hands over.
"""
ORDERLY_S = 5.0
"""How long jobs may take to end in order when the window closes; then they are aborted."""
ABORT_S = 5.0

FactT = TypeVar("FactT")
JobT = TypeVar("JobT", bound="AnyJob")
ResultT = TypeVar("ResultT")
BegunT = TypeVar("BegunT", bound="_BegunJob")

HOST = "host"
"""Row of the problem that the process which receives has ended by itself."""
SILENCE = "silence"
"""Row of the problem that the engine's process does not answer."""
JOURNAL = "journal"
"""Row of the problem that the journal is not written."""

_log = logging.getLogger(__name__)


class _BegunJob(Protocol):
    """A job of this process or of another."""

    id: str

    def cancel(self) -> None:
        """See ``Job``."""
        ...

    def progress(self) -> "Progress":
        """See ``Job``."""
        ...


class _EndingJob(Protocol[ResultT]):
    id: str

    @property
    def done(self) -> "Future[ResultT]":
        """Resolves when the job is over."""
        ...


class Session(QObject):
    """Runs the Outbox, at most one receive job at a time, and any number of others. For the Qt thread."""

    changed = Signal()
    """A job began, was asked to end, or ended."""
    ticked = Signal()
    """Time to show gauges: every 100 ms while something goes on, once a second when all has been calm for a while."""
    second_passed = Signal()

    def __init__(
        self,
        engine: "Engine",
        bridge: Bridge,
        tasks: Tasks,
        parent: QObject | None = None,
        *,
        has_host: bool = False,
    ) -> None:
        """With ``has_host`` what is received is received by a process of its own."""
        super().__init__(parent)
        self._engine = engine
        self._bridge = bridge
        self._tasks = tasks
        self._is_closing = False
        self._beginning: set[asyncio.Future[None]] = set()
        """One for each job that the engine is asked for and has not begun."""
        self._jobs: dict[str, _BegunJob] = {}
        """Jobs that run, by id."""
        self._receive_id = ""
        self._listening_port = 0
        self._is_stopping_receive = False
        self._overhearing: list[Callable[[Event], None]] = []
        self.retrieving: set[object] = set()
        """Retrieves that run, whoever began them."""
        self.problems = ProblemBook(self)
        """What asks for attention in any view."""
        self.sent = bridge.channel()
        """Events of send jobs, and what the Outbox reports."""
        self.received = bridge.channel()
        """Events of receive jobs."""
        self.echoed = bridge.channel()
        """Events of echoes."""
        self.checked = bridge.channel()
        """Events of connection checks and pre-flights, of all together."""
        sys.setswitchinterval(TURN_S)
        self._calm_ticks = 0
        self.readings = 0
        """Scans that go on."""
        self.host = self._make_host() if has_host else None
        """What receives and sends, where that is a process of its own."""
        self.outbox = OutboxAccess(engine, self.sent, tasks, self, host=self.host.host if self.host else None)
        """What sends."""
        self.outbox.changed.connect(self.changed)
        self.outbox.troubled.connect(self._on_journal_troubled)
        self.book = ArrivalBook() if self.host is None else self.host.book
        """Where receive jobs count what arrives."""
        if self.host is not None:
            self.host.host.heard = self._tell_overhearing
        self._timers: list[QTimer] = []
        for interval_ms, signal in ((TICK_MS, self.ticked), (SECOND_MS, self.second_passed)):
            timer = QTimer(self)
            timer.setInterval(interval_ms)
            timer.timeout.connect(signal)
            timer.start()
            self._timers.append(timer)
        self._timers[0].timeout.connect(self._grow_calm)
        for stir in (bridge.given, tasks.begun, self.changed):
            stir.connect(self._stir)

    def _make_host(self) -> "HostAccess":
        from dicomdesk.gui.host.access import HostAccess  # noqa: PLC0415 - only where there is one

        host = HostAccess(self.received, self._tasks, self)
        self.second_passed.connect(host.look_after)
        host.silent.connect(self._on_silent)
        return host

    @property
    def is_sending(self) -> bool:
        """Whether something is being sent."""
        return self.outbox.is_running

    @property
    def listening_port(self) -> int:
        """The port, 0 while nobody listens."""
        return self._listening_port

    @property
    def is_stopping_receive(self) -> bool:
        """Whether the listener was asked to stop and waits for associations to end."""
        return self._is_stopping_receive

    @property
    def is_receiving(self) -> bool:
        """Whether a receive job listens."""
        return self._receive_id in self._jobs

    @property
    def is_busy(self) -> bool:
        """Whether closing the window now would break something off."""
        receiving = self.receive_progress()
        return self.is_sending or bool(self.retrieving) or (receiving is not None and receiving.associations > 0)

    def send_progress(self) -> "Progress | None":
        """Gauges of what is being sent, to all peers together; None while nothing is."""
        return sum_of(list(self.outbox.progress().values()))

    def receive_progress(self) -> "Progress | None":
        """Gauges of the receive job, None while there is none."""
        return self._progress(self._receive_id)

    @property
    def open_associations(self) -> int:
        """Count of associations of jobs that are open now."""
        jobs = [job.progress() for job in self._jobs.values()]
        return sum(each.associations for each in (*jobs, *self.outbox.progress().values()))

    async def listen(self, request: "ReceiveRequest") -> None:
        """Listen until stopped; DicomdeskError when that cannot be begun.

        Where the process that receives ends by itself, another is begun and listens on the same port, unless that
        happens again and again.
        """
        shelf = self.problems.shelf("receive")
        shelf.mend(HOST)
        while (lost := await self._listen_once(request)) is not None:
            if self._is_closing:
                return
            if self.host is None or self.host.host.is_hopeless:
                raise lost[0]
            request = replace(request, port=lost[1])
            words = self.tr(
                "{reason}. Another one listens again on port {port}; what was acknowledged is in the folder."
            )
            shelf.report(HOST, self.tr("Receiving was interrupted"), words.format(reason=lost[0], port=lost[1]))

    async def _listen_once(self, request: "ReceiveRequest") -> tuple[HostLostError, int] | None:
        """Listen until stopped; where the process is lost before, return why, and the port."""
        job = await self._begin_receiving(request)
        self._receive_id, self._listening_port = job.id, job.port
        self.changed.emit()
        try:
            result = await self.result_of(job)
            if isinstance(result.error, HostLostError) and not self._is_stopping_receive:
                return result.error, job.port
            if result.error is not None:
                raise result.error
            return None
        finally:
            self._receive_id, self._listening_port = "", 0
            self._is_stopping_receive = False
            self.changed.emit()

    async def _begin_receiving(self, request: "ReceiveRequest") -> "ReceiveJob | HostedJob":
        host = self.host
        if host is not None:
            return await self._begin(lambda: host.host.submit(request, self.received.sink))
        request = replace(request, book=self.book, commitments=self.outbox.reports)
        return await self.begin(request, self._take_received)

    async def overhear(self, take: "Callable[[Event], None]") -> "Callable[[], None]":
        """Have ``take`` told what receive jobs report, on other threads, at once; the function returned ends that."""
        self._overhearing = [*self._overhearing, take]
        host = self.host
        if host is not None:
            await self._tasks.run(host.host.hear)

        def forget() -> None:
            self._overhearing = [each for each in self._overhearing if each is not take]
            if host is not None and not self._overhearing:
                host.host.hear_no_more()

        return forget

    async def revive(self) -> bool:
        """Have the engine's process begun again, where it has ended; whether that makes sense."""
        if self.host is None or self._is_closing or self.host.host.is_hopeless:
            return False
        await self._tasks.run(self.host.host.begin)
        return True

    def catch_up(self) -> None:
        """Return when whoever overhears was told all that receive jobs have reported; for threads that may wait."""
        if self.host is not None:
            self.host.host.catch_up()

    def _tell_overhearing(self, event: "Event") -> None:
        for take in self._overhearing:
            take(event)

    def _take_received(self, event: "Event") -> None:
        self._tell_overhearing(event)
        if not isinstance(event, ItemStarted):  # no view shows what may end within the millisecond
            self.received.sink(event)

    def stop_listening(self) -> None:
        """First call: let associations end. Second call: abort them."""
        if self.is_receiving:
            self._is_stopping_receive = True
            self._cancel(self._receive_id)
            self.changed.emit()

    async def echo(self, request: "EchoRequest") -> "EchoResult":
        """Ask a peer for a C-ECHO and return what came of it."""
        return await self.result_of(await self.begin(request, self.echoed.sink))

    def channel(self) -> Channel:
        """Return a channel for the events of jobs that nobody else is told of."""
        return self._bridge.channel()

    def watch(self) -> Channel:
        """Return a channel for the events of one check or pre-flight; ``checked`` tells of them too."""
        channel = self._bridge.channel()
        channel.arrived.connect(self.checked.arrived)
        return channel

    async def result_of(self, job: "_EndingJob[ResultT]") -> ResultT:
        """Return what came of a job, when all that it reported has been delivered."""
        try:
            return await asyncio.wrap_future(job.done)
        finally:
            await self._bridge.settle()
            self._jobs.pop(job.id, None)

    async def shut_down(self) -> None:
        """Refuse jobs, cancel, await, drain: all that must happen before the loop is left. Once."""
        if self._is_closing:
            return
        self._is_closing = True
        if self._beginning:
            await asyncio.wait(self._beginning)
        self.outbox.refuse()
        await self.outbox.settle()
        closing = asyncio.ensure_future(self._tasks.run(self._end_jobs))
        _, late = await asyncio.wait((closing,), timeout=ORDERLY_S)
        if late:
            await self._tasks.run(self._abort_jobs)
            await asyncio.wait(late, timeout=ABORT_S)
        closing.cancel()
        await self._tasks.run(self.outbox.let_go)
        self._bridge.close()
        for timer in self._timers:
            timer.stop()

    async def begin(self, request: "JobRequest[FactT, JobT]", sink: "Callable[[FactT], None]") -> JobT:
        """Have the engine begin a job, which ``shut_down`` then knows of; see ``result_of``.

        DicomdeskError where the job cannot begin, and while closing.
        """
        return await self._begin(lambda: self._engine.submit(request, sink))

    async def _begin(self, submit: "Callable[[], BegunT]") -> BegunT:
        if self._is_closing:
            raise DicomdeskError(self.tr("The window is closing."))
        begun = self._tasks.promise()
        self._beginning.add(begun)
        try:
            job = await self._tasks.run(submit)
            self._jobs[job.id] = job
            return job
        finally:
            self._beginning.discard(begun)
            begun.set_result(None)

    def _on_silent(self, words: str) -> None:
        shelf = self.problems.shelf("")
        if words:
            shelf.report(SILENCE, self.tr("The engine does not answer"), words)
        else:
            shelf.mend(SILENCE)

    def _on_journal_troubled(self, words: str) -> None:
        shelf = self.problems.shelf("")
        if words:
            shelf.report(JOURNAL, self.tr("What is in the queue may not be kept"), words)
        else:
            shelf.mend(JOURNAL)

    def _grow_calm(self) -> None:
        """Tick seldom where nobody has begun, reported or moved anything for a while: it costs what is shown."""
        receiving = self.receive_progress()
        is_busy = self._jobs.keys() - {self._receive_id} or (receiving is not None and receiving.associations > 0)
        is_sending = self.outbox.is_running or self.readings > 0
        self._calm_ticks = 0 if is_busy or is_sending or self._beginning else self._calm_ticks + 1
        if self._calm_ticks == CALM_AFTER_TICKS:
            self._timers[0].setInterval(SECOND_MS)
            if gc.get_count()[1]:  # something has been going on since the last time
                from dicomdesk.engine.host.spare_memory import give_back_memory  # noqa: PLC0415 - the window is painted before

                give_back_memory()  # here, and not in the middle of a transfer or on a thread that is not Qt's

    def _stir(self) -> None:
        if self._calm_ticks >= CALM_AFTER_TICKS:
            self._timers[0].setInterval(TICK_MS)
        self._calm_ticks = 0

    def _end_jobs(self) -> None:
        self.outbox.end()
        self._engine.close()
        if self.host is not None:
            self.host.host.close()

    def _abort_jobs(self) -> None:
        self._engine.close(abort=True, waits=False)
        if self.host is not None:
            self.host.host.abort()

    def _progress(self, job_id: str) -> "Progress | None":
        job = self._jobs.get(job_id)
        return job.progress() if job is not None else None

    def _cancel(self, job_id: str) -> None:
        job = self._jobs.get(job_id)
        if job is not None:
            self._tasks.start(self._tasks.run(job.cancel))
