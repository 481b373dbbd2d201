"""Queue that brings a job's events, and the stages of its end after a signal, to the main thread.

Workers put events into a queue and go on; the main thread takes them out in batches, at most 50 times a second where
there are many, so that a fast transfer is not slowed by its own reporting. Only the main thread writes.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from dicomdesk.cli.signals import Cancellable, EndStage, SignalWatch, stage_text
from dicomdesk.engine.events import JobFinished
from dicomdesk.supervisor import STOPPING, tell_supervisor

Fact = TypeVar("Fact")
"""What a job reports: events of the engine, ``JobFinished`` the last."""

_BATCH_S = 0.02
"""How long events gather before they are looked at, where many come."""
_BRIEF_S = 0.001
"""The same where few came before: what comes first is shown at once."""
_MANY = 8


def never() -> None:
    """Return no time: nothing becomes due."""


class EventPump(Generic[Fact]):
    """Queue from a job's threads to the main thread. ``sink`` is for the job, ``run`` for the main thread."""

    def __init__(
        self,
        wants: Callable[[Fact], bool],
        *,
        say: Callable[[str], None] | None = None,
        verb: str = "cancelling",
        most_waiting: int | None = None,
        ending: Callable[[Callable[[EndStage, bool], None]], SignalWatch] = SignalWatch,
    ) -> None:
        """Take the events that ``wants`` says, called on the job's threads; ``JobFinished`` is always taken.

        ``say`` is told on the main thread what signals do; ``verb`` is what the first does. ``most_waiting`` is for
        jobs whose sink may block: so many events wait to be shown at most, and with them those who report more, unless
        signals end the job by force: the rest is left out then.
        """
        self._wants = wants
        self._say = say
        self._verb = verb
        self._queue: SimpleQueue[Fact | str] = SimpleQueue()
        self._places = _Places(most_waiting) if most_waiting is not None else None
        self._urgent: SimpleQueue[None] = SimpleQueue()
        self._gather_s = _BRIEF_S
        self._ending = ending(self._tell_stage)

    @property
    def last_signal(self) -> int:
        """Number of the signal that came last, 0 for none."""
        return self._ending.last_signal

    def on_hang_up(self, call: Callable[[], None]) -> None:
        """Have SIGHUP call this, on another thread, in the place of ending; before signals are caught."""
        self._ending.hang_up = call

    @property
    def has_abandoned(self) -> bool:
        """Whether threads of the job may be left that do not come back: they are not to be waited for."""
        return self._ending.stage >= EndStage.ABANDONED

    def sink(self, event: Fact) -> None:
        """Take an event; called on the job's threads."""
        is_last = isinstance(event, JobFinished)
        if is_last or self._wants(event):
            if self._places is not None and not is_last and not self._places.take(self._hurry):
                return
            self._queue.put(event)
        if is_last:
            self._hurry()

    def catching_signals(self) -> AbstractContextManager[None]:
        """Inside, signals end what ``run`` shows instead of the process; see ``SignalWatch``."""
        return self._ending.catching()

    def run(
        self,
        job: Cancellable,
        show: Callable[[Sequence[Fact]], None],
        *,
        tick: Callable[[], None] | None = None,
        tick_s: float = 1.0,
        due_s: Callable[[], float | None] = never,
    ) -> None:
        """Show events until the job has finished, with a call of ``tick`` every ``tick_s`` where there is one.

        ``show`` is called with nothing, too, when ``due_s`` says, by the monotonic clock. Where signals are caught,
        they end the job.
        """
        self._ending.serve(job)
        next_tick_s = time.monotonic() + tick_s
        while True:
            due = due_s()
            deadlines = [deadline for deadline in (next_tick_s if tick else None, due) if deadline is not None]
            batch, is_finished = self._next_batch(min(deadlines, default=None))
            self._gather_s = _BATCH_S if len(batch) >= _MANY else _BRIEF_S
            if batch or (due is not None and time.monotonic() >= due):
                show(batch)
                self._free_places(len(batch) - is_finished)
            if is_finished:
                return
            if tick and time.monotonic() >= next_tick_s:
                tick()
                next_tick_s = time.monotonic() + tick_s

    def _next_batch(self, deadline_s: float | None) -> tuple[list[Fact], bool]:
        """Wait for events or for the deadline; tells whether the last one is among them."""
        batch: list[Fact] = []
        try:
            found = self._queue.get(timeout=None if deadline_s is None else max(0.0, deadline_s - time.monotonic()))
        except Empty:
            return batch, False
        self._gather()
        while True:
            if isinstance(found, str):
                if self._say is not None:
                    self._say(found)
            else:
                batch.append(found)
                if isinstance(found, JobFinished):
                    return batch, True
            try:
                found = self._queue.get_nowait()
            except Empty:
                return batch, False

    def _free_places(self, count: int) -> None:
        if self._places is not None and count:
            self._places.free(count)

    def _gather(self) -> None:
        """Give more events a moment to come, unless something urgent has."""
        try:
            self._urgent.get(timeout=self._gather_s)
        except Empty:
            return

    def _tell_stage(self, stage: EndStage, is_by_clock: bool) -> None:  # noqa: FBT001 - as ``SignalWatch`` calls it
        """Have the stage shown by the main thread; called on the thread of the signals."""
        if stage >= EndStage.FORCED and self._places is not None:
            self._places.wait_no_more()
        tell_supervisor(STOPPING)
        self._queue.put(stage_text(stage, is_by_clock=is_by_clock, verb=self._verb))
        self._hurry()

    def _hurry(self) -> None:
        """Have what waits shown without waiting for more."""
        self._urgent.put(None)


class _Places:
    """Places for events that wait to be shown; any thread may take one."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._is_waited_for = True
        self._changed = threading.Condition()

    def take(self, waits: Callable[[], None]) -> bool:
        """Take a place, as soon as there is one; False where none is waited for any more. ``waits`` is told."""
        with self._changed:
            if not self._free and self._is_waited_for:
                waits()
                self._changed.wait_for(lambda: self._free or not self._is_waited_for)
            if not self._free:
                return False
            self._free -= 1
            return True

    def free(self, count: int) -> None:
        """Give places back."""
        with self._changed:
            self._free += count
            self._changed.notify_all()

    def wait_no_more(self) -> None:
        """Let events for which there is no place be lost: whoever is to read them may never do so."""
        with self._changed:
            self._is_waited_for = False
            self._changed.notify_all()
