"""The thread of an Outbox: begins runs where a peer is free and something waits for it, and judges how they end."""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from functools import partial

from dicomdesk.dicom.instance import FoundInstance, InputSelection
from dicomdesk.engine.commit.deletion import take_stamp
from dicomdesk.engine.delivery.delivery import SendResult
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import Event, JobOutcome
from dicomdesk.engine.job import ThreadStarter, new_job_id
from dicomdesk.engine.journal.records import (
    ErrandState,
)
from dicomdesk.engine.outbox.accounts import OPEN_STATES, UNRESOLVED_S, Accounts
from dicomdesk.engine.outbox.commitments import Commitments
from dicomdesk.engine.outbox.errand_book import ErrandBook
from dicomdesk.engine.outbox.errands import Destination, OutboxLimits, Resolve, wish_of
from dicomdesk.engine.outbox.facts import PeerFree, RunStarted
from dicomdesk.engine.outbox.line import Line, LiveErrand
from dicomdesk.engine.outbox.run import STAMPS, Part, Run, RunRequest, stamp_key
from dicomdesk.engine.reach.commons import Commons
from dicomdesk.engine.send.planned_send import SendJob
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import DicomdeskError, LocalError, SettingsError
from dicomdesk.records import dataclass

__all__ = ["Dispatcher"]

_log = logging.getLogger(__name__)

_AFTER_FAULT_S = 1.0
_NOTES_S = 0.03
"""Between two looks at what has happened in runs: what it costs then waits for no peer."""


class Dispatcher:
    """The one thread that begins runs; a job of the engine to which it belongs, so that nothing of it outlives that."""

    def __init__(self, engine: Engine, book: ErrandBook, resolve: Resolve, limits: OutboxLimits) -> None:
        self.id = new_job_id("outbox")
        self._engine = engine
        self._book = book
        self._resolve = resolve
        self._limits = limits
        self._changed = threading.Condition(book.lock)
        self._is_closing = False
        self._is_aborting = False
        self._is_over = False
        self._accounts = Accounts(book, limits)
        self.commitments = Commitments(engine, book, resolve, self.wake)
        self._looked_at_s = 0.0
        """When the notes of runs were taken last."""

    # -- a job of the engine

    def share(self, commons: Commons) -> None:
        """See ``AnyJob``."""

    def open(self) -> None:
        """See ``AnyJob``."""

    def withdraw(self) -> None:
        """See ``AnyJob``."""

    def progress(self) -> Progress:
        """See ``AnyJob``."""
        return Progress()

    def cancel(self) -> None:
        """Begin nothing more."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()

    def run(self) -> None:
        """Begin runs until the end."""
        try:
            while self._wait_for_work():
                try:
                    self.step()
                except Exception:  # noqa: BLE001 - top level of a worker: what waits for other peers must go on
                    _log.exception("the outbox failed at a step by a fault of this program")
                    with self._changed:
                        self._changed.wait_for(lambda: self._is_closing, _AFTER_FAULT_S)
        finally:
            with self._changed:
                self._is_closing = self._is_over = True
                self._changed.notify_all()

    def step(self) -> None:
        """Do what is to be done now, one thing of each kind; on the thread."""
        with self._changed:
            self._looked_at_s = self._book.now_s()
            self._wake_due(self._looked_at_s)
        self.take_notes()
        self._accounts.end_given_up()
        self.commitments.step()
        self._begin_next()
        self._book.tell()

    def take_notes(self) -> None:
        """Take what has happened in all runs, and tell it."""
        with self._changed:
            for line in self._book.lines.values():
                self._accounts.take_notes(line)
        self._book.tell()

    # -- for the Outbox

    @property
    def longest_pause_s(self) -> float:
        """The longest time between two tries."""
        return self._limits.longest_pause_s

    def wake(self) -> None:
        """Look again at what may go; under the lock."""
        self._changed.notify_all()

    def close(self, *, abort: bool) -> None:
        """End the runs and the thread; wait for them."""
        self.cancel()
        with self._changed:
            self._is_aborting |= abort
            jobs = [job for line in self._book.lines.values() for job in self._to_cancel(line)]
        self.commitments.cancel(abort=abort)
        for job in jobs:
            job.cancel()
        with self._changed:
            self._changed.wait_for(
                lambda: (
                    self._is_over
                    and not self.commitments.is_busy
                    and not any(line.is_taken for line in self._book.lines.values())
                )
            )
        self._book.tell()

    def _to_cancel(self, line: Line) -> list[SendJob]:
        """Return the job of a run as often as it is still to be cancelled, as the Outbox ends."""
        run, job = line.run, line.job
        if run is None or not self._is_closing:
            return []
        run.is_breaking_off |= self._is_aborting
        if job is None:  # not made yet: it is cancelled then
            return []
        missing = 1 + self._is_aborting - run.cancels
        run.cancels += max(missing, 0)
        return [job] * missing

    def take_out(self, errands: Sequence[LiveErrand]) -> list[SendJob]:
        """Take what waits of errands out of their runs; under the lock.

        Returns the jobs that have nothing left: to be cancelled, without the lock.
        """
        lines: set[Line] = set()
        for errand in errands:
            part, run = errand.part, errand.line.run
            if part is not None and run is not None and not part.is_out:
                part.is_out = True
                run.watched.add(part)
                run.open_parts.discard(part)
                lines.add(errand.line)
        for line in lines:
            self._accounts.take_notes(line)
        return [line.job for line in lines if line.run is not None and line.job is not None and not line.run.open_parts]

    # -- choosing, on the thread

    def _wait_for_work(self) -> bool:
        """Wait until there is something to do or to tell; False at the end."""
        with self._changed:
            while not self._is_closing:
                now_s = self._book.now_s()
                self._wake_due(now_s)
                if self._is_due(now_s):
                    return True
                next_s = self._next_s(now_s)
                self._changed.wait(None if next_s is None else max(0.0, next_s - now_s))
        return False

    def _is_due(self, now_s: float) -> bool:
        lines = self._book.lines.values()
        has_work = self._accounts.has_given_up or self.commitments.has_work
        if self._book.has_facts or has_work or self._choose(now_s) is not None:
            return True
        if now_s < self._looked_at_s + _NOTES_S:
            return False
        return any(line.run is not None and (line.run.has_notes or line.run.watched) for line in lines)

    def _wake_due(self, now_s: float) -> None:
        for due_at_s, errand_id in self._book.timers.due(now_s):
            errand = self._book.errands.get(errand_id)
            if errand is not None and errand.due_at_s == due_at_s and errand.record.state is ErrandState.RETRYING:
                self._book.change(errand, ErrandState.WAITING)
        for line in self._book.lines.values():
            if line.until is not None and line.free_at_s <= now_s:
                line.free()
                self._book.fact(PeerFree(peer=line.peer))

    def _choose(self, now_s: float) -> Line | None:
        """Return the peer that is to be sent to next."""
        lines = self._book.lines.values()
        if sum(line.is_taken for line in lines) >= self._limits.peers_at_once:
            return None
        free = [line for line in lines if len(line.ready) and not line.is_taken and line.free_at_s <= now_s]
        return min(free, key=lambda each: each.ready.first() or (0.0, 0), default=None)

    def _gather(self, line: Line) -> list[LiveErrand]:
        """Return the errands that may share a run: the first ones with the settings of the first."""
        gathered: list[LiveErrand] = []
        instances = 0
        for errand_id in line.ready:
            errand = self._book.errands[errand_id]
            if gathered and (
                instances >= self._limits.run_instances or errand.record.settings != gathered[0].record.settings
            ):
                break
            gathered.append(errand)
            instances += errand.unfinished
        return gathered

    def _next_s(self, now_s: float) -> float | None:
        times = [line.free_at_s for line in self._book.lines.values() if line.free_at_s > now_s]
        timer_s = self._book.timers.next_s()
        if any(line.run is not None for line in self._book.lines.values()):
            times.append(max(self._looked_at_s, now_s) + _NOTES_S)
        return min([*times, *([] if timer_s is None else [timer_s])], default=None)

    # -- beginning a run, on the thread

    def _begin_next(self) -> None:
        with self._changed:
            line = None if self._is_closing else self._choose(self._book.now_s())
            if line is None:
                return
            line.is_taken = True
            errands = self._gather(line)
        self._begin(line, errands)

    def _begin(self, line: Line, errands: list[LiveErrand]) -> None:
        try:
            destination = self._resolve(line.peer, errands[0].record.settings)
            loaded = self._load(errands)
        except (SettingsError, LocalError) as error:
            self._put_off(line, str(error))
            return
        except Exception as error:  # noqa: BLE001 - who resolves is not ours: its faults must not end the thread
            _log.exception("what is to be sent, or where to, could not be found out")
            self._put_off(line, f"internal error: {error!r}")
            return
        with self._changed:
            parts = self._attach(line, errands, loaded)
            run = Run(parts)
            line.run = run if parts else None
            line.is_taken = bool(parts) and not self._is_closing
            if not line.is_taken:
                self._let_go(line)
                return
        self._book.journal.flush()  # after a kill it goes on, and not what nobody had sent yet
        self._submit(line, run, destination)

    def _load(self, errands: list[LiveErrand]) -> dict[int, Part]:
        loaded: dict[int, Part] = {}
        for errand in errands:
            with self._changed:
                fresh = self._book.take_fresh(errand.id)
            if fresh is not None:
                instances = ((number, found, 0) for number, found in enumerate(fresh))
                loaded[errand.id] = Part(errand.id, instances, self._stamping(errand))
                continue
            try:
                records = self._book.journal.instances(errand.id, states=OPEN_STATES)
            except KeyError:  # removed meanwhile
                continue
            listed = ((each.number, each.found, each.attempts) for each in records)
            loaded[errand.id] = Part(errand.id, listed, self._stamping(errand))
        return loaded

    def _stamping(self, errand: LiveErrand) -> Callable[[int, FoundInstance], None] | None:
        """Return what keeps the state of a file before it is read, where it is to be deleted some time."""
        wish, keep = wish_of(errand.record.settings), self._book.journal.keep
        if wish is None or not wish.deletes:
            return None
        return lambda number, found: keep(STAMPS, stamp_key(errand.id, number), take_stamp(found))

    def _attach(self, line: Line, errands: list[LiveErrand], loaded: dict[int, Part]) -> list[Part]:
        """Return what still may go; what was held, moved to another line or removed meanwhile stays away."""
        parts: list[Part] = []
        for errand in sorted(errands, key=lambda each: (each.is_suspect, each.place)):
            part = loaded.get(errand.id)
            may_go = errand.record.state is ErrandState.WAITING and errand.part is None and errand.line is line
            if part is None or not may_go or errand.id not in self._book.errands:
                continue
            errand.line.ready.discard(errand.place)
            if not part.numbers:  # nothing waits: should the counts ever be wrong, it must not come round for ever
                self._book.change(errand, ErrandState.DONE)
                continue
            errand.part = part
            parts.append(part)
        return parts

    def _submit(self, line: Line, run: Run, destination: Destination) -> None:
        found = run.found()
        send = replace(
            destination.request,
            inputs=InputSelection(paths=(), format=destination.request.inputs.format),
            found=found,
            halt_on_error=False,
            multiple_associations=True,
            parallel=max(1, destination.associations or 1),
            retries=0,
        )
        keeper = line.keeper if destination.associations is None else None
        request = _AnnouncedRun(
            request=RunRequest(send=send, run=run, keeper=keeper), made=partial(self._has_made, line, run)
        )
        try:
            job = self._engine.submit(request, self._book.sink)
        except Exception as error:  # noqa: BLE001 - closed, or a fault of this program: nothing is lost by it
            is_expected = isinstance(error, RuntimeError | DicomdeskError)
            _log.log(logging.DEBUG if is_expected else logging.ERROR, "a run could not be begun: %r", error)
            with self._changed:
                self._is_closing |= isinstance(error, RuntimeError)
            self._end(line, None, DicomdeskError(str(error)))
            return
        job.done.add_done_callback(partial(self._has_ended, line))
        with self._changed:
            jobs = self._to_cancel(line) if line.job is job else []
        for each in jobs:  # the end came while it was being made
            each.cancel()

    def _has_made(self, line: Line, run: Run, job: SendJob) -> None:
        with self._changed:
            line.job = job
            ids = tuple(part.errand_id for part in run.parts)
            self._book.fact(RunStarted(job_id=job.id, peer=line.peer, errand_ids=ids))
        self._book.tell()

    # -- the end of a run

    def _has_ended(self, line: Line, done: "Future[SendResult]") -> None:
        fault = done.exception()
        if fault is not None:
            self._end(line, None, DicomdeskError(f"internal error: {fault!r}"))
        else:
            result = done.result()
            self._end(line, result, result.error)

    def _end(self, line: Line, result: SendResult | None, error: DicomdeskError | None) -> None:
        with self._changed:
            is_cancelled = self._is_closing or (result is not None and result.outcome is JobOutcome.CANCELLED)
            self._accounts.end(line, error, is_cancelled=is_cancelled)
            self._let_go(line)
        self._book.tell()

    def _put_off(self, line: Line, reason: str) -> None:
        """Begin nothing for a peer that is not to be found, for a while."""
        with self._changed:
            self._accounts.pause(line, UNRESOLVED_S, reason)
            self._let_go(line)
        self._book.tell()

    def _let_go(self, line: Line) -> None:
        line.run, line.job, line.is_taken = None, None, False
        self._changed.notify_all()


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatcherRequest:
    """Begin runs until the engine is closed."""

    dispatcher: Dispatcher

    def make_job(self, sink: Callable[[Event], None], start_thread: ThreadStarter, /) -> Dispatcher:  # noqa: ARG002 - of the protocol
        """See ``JobRequest``."""
        return self.dispatcher


@dataclass(frozen=True, slots=True, kw_only=True)
class _AnnouncedRun:
    """A run whose job is known before it begins."""

    request: RunRequest
    made: Callable[[SendJob], None]

    def make_job(self, sink: Callable[[Event], None], start_thread: ThreadStarter, /) -> SendJob:
        """See ``JobRequest``."""
        job = self.request.make_job(sink, start_thread)
        self.made(job)
        return job
