"""The thread of an Outbox: begins runs where a peer is free and something waits for it, and judges how they end."""

import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from dicomdesk.dicom.instance import InputSelection
from dicomdesk.engine.delivery.delivery import SendResult
from dicomdesk.engine.delivery.ledger import Answer
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import Event, ItemOutcome, JobOutcome, NotSentCause
from dicomdesk.engine.job import ThreadStarter, new_job_id
from dicomdesk.engine.journal.records import (
    ErrandState,
    InstanceNote,
    InstanceState,
)
from dicomdesk.engine.outbox.decisions import RunVerdict, judge_run
from dicomdesk.engine.outbox.errand_book import ErrandBook
from dicomdesk.engine.outbox.errands import Destination, OutboxLimits, Resolve
from dicomdesk.engine.outbox.facts import InstanceBegan, InstanceEnded, PeerFree, PeerPaused, RunEnded, RunStarted
from dicomdesk.engine.outbox.line import Line, LiveErrand
from dicomdesk.engine.outbox.run import Ending, Part, Run, RunRequest
from dicomdesk.engine.reach.commons import Commons
from dicomdesk.engine.send.planned_send import SendJob
from dicomdesk.engine.send.retry import backoff_s
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import AssociationRejectedError, DicomdeskError, LocalError, SettingsError

__all__ = ["Dispatcher"]

_log = logging.getLogger(__name__)

_UNRESOLVED_S = 60.0
"""Until a peer that is not in the address book is looked for again, unless somebody says before that it has changed."""

_STATES = {outcome: InstanceState(outcome.value) for outcome in ItemOutcome}
_NEVER_REACHED = NotSentCause.NOT_REACHED
_OPEN = frozenset({InstanceState.WAITING, InstanceState.UNDER_WAY})


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
        self._is_over = False
        self._given_up: deque[tuple[int, str]] = deque()
        """Ids and reasons of errands that had enough tries."""

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
                self.step()
        finally:
            with self._changed:
                self._is_closing = self._is_over = True
                self._changed.notify_all()

    def step(self) -> None:
        """Do what is to be done now, one thing of each kind; on the thread."""
        with self._changed:
            self._wake_due(self._book.now_s())
        self._book.tell()
        self._end_given_up()
        self._begin_next()
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
            runs = [(line.run, line.job) for line in self._book.lines.values() if line.run is not None]
            for run, _ in runs:
                assert run is not None
                run.is_breaking_off |= abort
        for _, job in runs:
            for _ in range(2 if abort and job is not None else 1):
                if job is not None:
                    job.cancel()
        with self._changed:
            self._changed.wait_for(
                lambda: self._is_over and not any(line.is_taken for line in self._book.lines.values())
            )
        self._book.tell()

    def take_out(self, errands: Sequence[LiveErrand]) -> list[SendJob]:
        """Take what waits of errands out of their runs; under the lock.

        Returns the jobs that have nothing left: to be cancelled, without the lock.
        """
        lines: set[Line] = set()
        for errand in errands:
            part = errand.part
            if part is not None and not part.is_out:
                part.is_out = True
                lines.add(errand.line)
                if part.is_over:
                    self.is_over(part)
        return [
            line.job
            for line in lines
            if line.run is not None
            and line.job is not None
            and all(part.is_out or not part.waiting for part in line.run.parts)
        ]

    # -- choosing, on the thread

    def _wait_for_work(self) -> bool:
        """Wait until there is something to do or to tell; False at the end."""
        with self._changed:
            while not self._is_closing:
                now_s = self._book.now_s()
                self._wake_due(now_s)
                if self._book.has_facts or self._given_up or self._choose(now_s) is not None:
                    return True
                next_s = self._next_s(now_s)
                self._changed.wait(None if next_s is None else max(0.0, next_s - now_s))
        return False

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
            run = Run(parts, self._book.lock, self)
            line.run = run if parts else None
            line.is_taken = bool(parts) and not self._is_closing
            if not line.is_taken:
                self._let_go(line)
                return
        self._submit(line, run, destination)

    def _load(self, errands: list[LiveErrand]) -> dict[int, Part]:
        loaded: dict[int, Part] = {}
        for errand in errands:
            try:
                records = self._book.journal.instances(errand.id, states=_OPEN)
            except KeyError:  # removed meanwhile
                continue
            loaded[errand.id] = Part(errand.id, ((each.number, each.found, each.attempts) for each in records))
        return loaded

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
            job = self._engine.submit(request, self._pass_on)
        except Exception as error:  # noqa: BLE001 - closed, or a fault of this program: nothing is lost by it
            is_expected = isinstance(error, RuntimeError | DicomdeskError)
            _log.log(logging.DEBUG if is_expected else logging.ERROR, "a run could not be begun: %r", error)
            with self._changed:
                self._is_closing |= isinstance(error, RuntimeError)
            self._end(line, run, None, DicomdeskError(str(error)))
            return
        job.done.add_done_callback(partial(self._has_ended_run, line, run))

    def _has_made(self, line: Line, run: Run, job: SendJob) -> None:
        with self._changed:
            line.job = job
            ids = tuple(part.errand_id for part in run.parts)
            self._book.fact(RunStarted(job_id=job.id, peer=line.peer, errand_ids=ids))
        self._book.tell()

    def _pass_on(self, event: Event) -> None:
        self._book.fact(event)
        self._book.tell()

    # -- while a run goes on, under the lock, on its threads; see ``RunBooks``

    def has_claimed(self, part: Part) -> None:
        """See ``RunBooks``."""
        errand = self._book.errands[part.errand_id]
        if errand.record.state is ErrandState.WAITING:
            self._book.change(errand, ErrandState.RUNNING)

    def has_begun(self, part: Part, number: int, attempt: int) -> None:
        """See ``RunBooks``."""
        errand = self._book.errands[part.errand_id]
        errand.move(InstanceState.WAITING, InstanceState.UNDER_WAY)
        self._book.journal.note(errand.id, number, InstanceNote(InstanceState.UNDER_WAY, attempt))
        self._book.fact(InstanceBegan(errand_id=errand.id, number=number, attempt=attempt))

    def has_ended(self, part: Part, ending: Ending) -> None:
        """See ``RunBooks``."""
        errand, answer = self._book.errands[part.errand_id], ending.answer
        if answer.status is not None:
            errand.line.failures = 0
            if errand.record.tries:
                errand.record = replace(errand.record, tries=0)
        was = InstanceState.WAITING if answer.not_sent_cause is not None else InstanceState.UNDER_WAY
        self._note(errand, ending, was, _STATES[answer.outcome])

    def has_failed(self, part: Part, ending: Ending) -> None:
        """See ``RunBooks``."""
        errand = self._book.errands[part.errand_id]
        errand.is_suspect = True
        self._note(errand, ending, InstanceState.UNDER_WAY, InstanceState.WAITING)

    def _note(self, errand: LiveErrand, ending: Ending, was: InstanceState, state: InstanceState) -> None:
        number, found, answer, attempts = ending
        errand.move(was, state)
        note = InstanceNote(state, attempts, answer.status, answer.reason, answer.not_sent_cause)
        self._book.journal.note(errand.id, number, note)
        self._book.fact(
            InstanceEnded(
                errand_id=errand.id,
                number=number,
                path=found.name,
                sop_instance_uid=found.header.sop_instance_uid,
                state=state,
                status=answer.status,
                reason=answer.reason,
                attempts=attempts,
            )
        )

    def is_over(self, part: Part) -> None:
        """See ``RunBooks``."""
        errand = self._book.errands[part.errand_id]
        if errand.part is not part:
            return
        errand.part = None
        state = errand.record.state
        if errand.is_leaving:
            self._book.remove(errand)
        elif not errand.unfinished and state is not ErrandState.CANCELLED:
            self._book.change(errand, ErrandState.DONE, tries=0)
        elif state in {ErrandState.RUNNING, ErrandState.WAITING}:
            if part.has_failed and not part.is_out:
                self._try_later(errand, part.reason)
            else:
                self._book.change(errand, ErrandState.WAITING)
        else:
            self._book.has_changed(errand)
        self._changed.notify_all()

    def tell(self) -> None:
        """See ``RunBooks``."""
        self._book.tell()

    # -- the end of a run

    def _has_ended_run(self, line: Line, run: Run, done: "Future[SendResult]") -> None:
        fault = done.exception()
        if fault is not None:
            self._end(line, run, None, DicomdeskError(f"internal error: {fault!r}"))
        else:
            result = done.result()
            self._end(line, run, result, result.error)

    def _end(self, line: Line, run: Run, result: SendResult | None, error: DicomdeskError | None) -> None:
        with self._changed:
            left = [part for part in run.parts if self._holds(part)]
            is_cancelled = self._is_closing or (result is not None and result.outcome is JobOutcome.CANCELLED)
            verdict = judge_run(error, is_cancelled=is_cancelled, has_moved=run.has_moved)
            if verdict is RunVerdict.LATER:
                self._pause(line, str(error or "the run came to nothing"), attempts=1)
            for part in left:
                if verdict is RunVerdict.NEVER:
                    self._give_up(run, part, str(error))
                self._book.errands[part.errand_id].part = None
                self._go_back(line, part, verdict)
            if line.job is not None:
                advice = str(getattr(error, "advice", ""))
                reason = str(error or "")
                ended = RunEnded(
                    job_id=line.job.id,
                    peer=line.peer,
                    reason=reason,
                    advice=advice,
                    is_rejected=isinstance(error, AssociationRejectedError),
                )
                self._book.fact(ended)
            self._let_go(line)
        self._book.tell()

    def _holds(self, part: Part) -> bool:
        errand = self._book.errands.get(part.errand_id)
        return errand is not None and errand.part is part

    def _go_back(self, line: Line, part: Part, verdict: RunVerdict) -> None:
        """Let an errand wait, or end, of which the run has left something."""
        errand = self._book.errands[part.errand_id]
        if errand.is_leaving:
            self._book.remove(errand)
        elif errand.record.state not in {ErrandState.RUNNING, ErrandState.WAITING}:
            self._book.has_changed(errand)
        elif verdict is RunVerdict.LATER:
            self._try_later(errand, line.reason, pause_s=max(0.0, line.free_at_s - self._book.now_s()))
        else:
            self._book.settle(errand)

    def _give_up(self, run: Run, part: Part, reason: str) -> None:
        errand = self._book.errands[part.errand_id]
        answer = Answer(ItemOutcome.NOT_SENT, None, reason, _NEVER_REACHED)
        for number, found, attempts in run.left(part):
            ending = Ending(number, found, answer, attempts)
            self._note(errand, ending, InstanceState.WAITING, InstanceState.NOT_SENT)

    def _try_later(self, errand: LiveErrand, reason: str, pause_s: float | None = None) -> None:
        """Let an errand wait for its next try, or give it up where it had enough of them."""
        tries = errand.record.tries + 1
        if tries >= self._limits.tries:
            self._given_up.append((errand.id, f"given up after {tries} tries: {reason}"))
            self._book.change(errand, ErrandState.RETRYING, reason=reason)
            return
        if pause_s is None:
            pause_s = backoff_s(tries, jitter=_jitter(), longest_s=self._limits.longest_pause_s)
        self._book.change(errand, ErrandState.RETRYING, reason=reason, pause_s=pause_s, tries=tries)

    def _end_given_up(self) -> None:
        """End what had enough tries; on the thread, since the journal is read."""
        while self._given_up:
            errand_id, reason = self._given_up.popleft()
            try:
                records = self._book.journal.instances(errand_id, states=_OPEN)
            except (KeyError, LocalError):  # gone; or not to be read now, and given up after another try
                records = ()
            with self._changed:
                errand = self._book.errands.get(errand_id)
                if errand is None or errand.record.state is not ErrandState.RETRYING or errand.due_at_s is not None:
                    continue
                if not records:
                    self._book.change(errand, ErrandState.RETRYING, reason=reason, pause_s=_UNRESOLVED_S)
                    continue
                for record in records:
                    outcome = ItemOutcome.FAILED if record.attempts else ItemOutcome.NOT_SENT
                    answer = Answer(outcome, record.status, reason, None if record.attempts else _NEVER_REACHED)
                    ending = Ending(record.number, record.found, answer, record.attempts)
                    self._note(errand, ending, InstanceState.WAITING, _STATES[outcome])
                self._book.change(errand, ErrandState.DONE, reason=reason)

    def _pause(self, line: Line, reason: str, *, attempts: int) -> None:
        line.failures += attempts
        seconds = backoff_s(max(1, line.failures), jitter=_jitter(), longest_s=self._limits.longest_pause_s)
        self._pause_for(line, seconds, reason)

    def _pause_for(self, line: Line, seconds: float, reason: str) -> None:
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        line.pause(self._book.now_s() + seconds, until, reason)
        self._book.fact(PeerPaused(peer=line.peer, until=until, reason=reason))

    def _put_off(self, line: Line, reason: str) -> None:
        """Begin nothing for a peer that is not to be found, for a while."""
        with self._changed:
            self._pause_for(line, _UNRESOLVED_S, reason)
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


def _jitter() -> float:
    return os.urandom(1)[0] / 255
