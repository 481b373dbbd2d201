"""Brings what a job reports, and signals, to the main thread.

Workers put events into a queue and go on; the main thread takes them out in batches, at most 50 times a second, so that
a fast transfer is not slowed by its own reporting. Only the main thread writes.
"""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Generic, Protocol, TypeVar

from dicomdesk.engine.events import JobFinished

Fact = TypeVar("Fact")
"""What a job reports: events of the engine, ``JobFinished`` the last."""

_BATCH_S = 0.02
"""How long events gather before they are looked at."""

_LONGEST_WAIT_S = 0.5
"""Python runs signal handlers between instructions: a signal that comes just before a wait begins does not end it."""


class Cancellable(Protocol):
    """A job, as far as a signal is concerned."""

    def cancel(self) -> None:
        """First call: finish the current instance and release. Second call: abort."""


class EventPump(Generic[Fact]):
    """The way from a job's threads to the main thread. ``sink`` is for the job, ``run`` for the main thread."""

    def __init__(self, wants: Callable[[Fact], bool]) -> None:
        """Take the events that ``wants`` says, called on the job's threads; ``JobFinished`` is always taken."""
        self._wants = wants
        self._queue: SimpleQueue[Fact | int] = SimpleQueue()
        self._urgent: SimpleQueue[None] = SimpleQueue()
        self.last_signal = 0
        """Number of the signal that came last, 0 for none."""

    def sink(self, event: Fact) -> None:
        """Take an event; called on the job's threads."""
        is_last = isinstance(event, JobFinished)
        if is_last or self._wants(event):
            self._queue.put(event)
        if is_last:
            self._urgent.put(None)

    @contextmanager
    def catching_signals(self) -> Iterator[None]:
        """Inside, SIGINT and SIGTERM come out of ``run`` instead of ending the process."""
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = [signal.signal(number, self._take_signal) for number in numbers]
        try:
            yield
        finally:
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)

    def run(
        self,
        job: Cancellable,
        show: Callable[[Sequence[Fact]], None],
        *,
        tick: Callable[[], None] | None = None,
        tick_s: float = 1.0,
    ) -> None:
        """Show events until the job has finished, with a call of ``tick`` every ``tick_s`` where there is one.

        The first signal cancels the job, the second aborts it.
        """
        next_tick_s = time.monotonic() + tick_s
        while True:
            batch, is_finished = self._next_batch(job, next_tick_s if tick else None)
            if batch:
                show(batch)
            if is_finished:
                return
            if tick and time.monotonic() >= next_tick_s:
                tick()
                next_tick_s = time.monotonic() + tick_s

    def _next_batch(self, job: Cancellable, deadline_s: float | None) -> tuple[list[Fact], bool]:
        """Wait for events or for the deadline; tells whether the last one is among them."""
        batch: list[Fact] = []
        try:
            left_s = _LONGEST_WAIT_S if deadline_s is None else max(0.0, deadline_s - time.monotonic())
            found = self._queue.get(timeout=min(left_s, _LONGEST_WAIT_S))
        except Empty:
            return batch, False
        self._gather()
        while True:
            if isinstance(found, int):
                job.cancel()
            else:
                batch.append(found)
                if isinstance(found, JobFinished):
                    return batch, True
            try:
                found = self._queue.get_nowait()
            except Empty:
                return batch, False

    def _gather(self) -> None:
        """Give more events a moment to come, unless something urgent has."""
        try:
            self._urgent.get(timeout=_BATCH_S)
        except Empty:
            return

    def _take_signal(self, number: int, _frame: FrameType | None) -> None:
        """Note a signal. Runs between two instructions of the main thread: only calls what may be interrupted."""
        self.last_signal = number
        self._queue.put(number)
        self._urgent.put(None)
