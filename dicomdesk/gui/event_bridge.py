"""Events of the engine's threads for the Qt thread: the only place where the two meet.

Sinks append under a lock; the first event of a batch posts one call to the loop, and the drain on the Qt thread gives
the whole batch to its channel's listeners. What comes after a pause is given at once, what follows is collected.
"""

import asyncio
import contextlib
import itertools
import threading
import time
from collections import deque
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal

from dicomdesk.records import dataclass

FactT = TypeVar("FactT")

BATCH_DELAY_S = 0.03
"""Least time between two batches: unseen by people, and far fewer interruptions of the engine's threads."""

EVENTS_PER_SLICE = 64
"""Given to the listeners at once; then it is looked at how long they took."""
SLICE_S = 0.005
"""How long the listeners may take in one turn of the loop; more waits for the next, so that the window can answer."""


@dataclass(frozen=True, slots=True)
class Arrival(Generic[FactT]):
    """One fact and when it was reported."""

    at: float
    """Seconds since the epoch."""
    event: FactT


class Channel(QObject):
    """The facts of one kind of job. ``sink`` is for engine threads, ``arrived`` is emitted on the Qt thread."""

    arrived = Signal(list)
    """A non-empty list of ``Arrival`` what its jobs report, in the order of the sink's calls."""

    def __init__(self, bridge: "Bridge") -> None:
        super().__init__(bridge)
        self._bridge = bridge

    def sink(self, event: object) -> None:
        """Take a fact on any thread; returns at once and never raises."""
        self._bridge.append(self, event)

    def hurry(self) -> None:
        """Have what was taken so far delivered at once, and not with the next batch; for any thread."""
        self._bridge.hurry()


class Bridge(QObject):
    """Collects events of all channels and drains them on the Qt thread."""

    given = Signal()
    """Listeners have been told of something."""

    def __init__(self, loop: asyncio.AbstractEventLoop, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loop = loop
        self._lock = threading.Lock()
        self._pending: deque[tuple[Channel, Arrival[object]]] = deque()
        self._given = 0
        """How many events have been given to their listeners."""
        self._is_posted = False
        self._is_closed = False
        self._next_due = 0.0
        """When the next batch may be given, by the clock of the loop."""
        self._held: asyncio.Future[None] | None = None
        """Done when listeners may be told; None where they may."""

    def channel(self) -> Channel:
        """Return a new channel; for the Qt thread."""
        return Channel(self)

    def append(self, channel: Channel, event: object) -> None:
        """Queue an event for its channel; for any thread. After ``close`` events are dropped."""
        arrival = Arrival(time.time(), event)
        with self._lock:
            if self._is_closed:
                return
            self._pending.append((channel, arrival))
            must_post = not self._is_posted
            self._is_posted = True
        if must_post:
            self._post()

    def hurry(self) -> None:
        """Drain as soon as the Qt thread can; for any thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is left to listen
            self._loop.call_soon_threadsafe(self._drain_in_turns)

    def hold(self) -> None:
        """Keep what is reported until ``release``: not all who listen are there. For the Qt thread."""
        self._held = self._loop.create_future()

    def release(self) -> None:
        """Give what was kept, and all from now on, to the listeners. For the Qt thread."""
        held, self._held = self._held, None
        if held is not None:
            held.set_result(None)
            self._loop.call_soon(self._drain_in_turns)

    def drain(self) -> None:
        """Give what has been collected to the listeners, all of it; for the Qt thread."""
        while self._give_slice():
            pass

    async def settle(self) -> None:
        """Return when all that has been collected until now is given, in as many turns of the loop as that takes."""
        if self._held is not None:
            await asyncio.shield(self._held)
        with self._lock:
            wanted = self._given + len(self._pending)
        while self._given < wanted:
            self._give_for_a_moment()
            await asyncio.sleep(0)

    def _drain_in_turns(self) -> None:
        """Give what has been collected for a moment; the rest in the next turns of the loop."""
        if self._held is not None:
            return
        self._give_for_a_moment()
        with self._lock:
            self._is_posted = has_more = bool(self._pending)
        if has_more and not self._loop.is_closed():
            self._loop.call_soon(self._drain_in_turns)

    def _give_for_a_moment(self) -> None:
        until = time.perf_counter() + SLICE_S
        while self._give_slice() and time.perf_counter() < until:
            pass
        self.given.emit()

    def _give_slice(self) -> bool:
        """Give the next few, in their order in each channel; whether there are more."""
        with self._lock:
            batch = list(itertools.islice(self._pending, EVENTS_PER_SLICE))
            for _ in batch:
                self._pending.popleft()
            has_more = bool(self._pending)
            self._given += len(batch)
        by_channel: dict[Channel, list[Arrival[object]]] = {}
        for channel, arrival in batch:
            by_channel.setdefault(channel, []).append(arrival)
        for channel, arrivals in by_channel.items():
            channel.arrived.emit(arrivals)
        return has_more

    def close(self) -> None:
        """Drain all that is left and take no more; the last step before the loop is left."""
        self.drain()
        with self._lock:
            self._is_closed = True

    def _post(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._collect)
        except RuntimeError:  # the loop is closed: nobody is left to listen
            with self._lock:
                self._is_closed = True

    def _collect(self) -> None:
        now = self._loop.time()
        due = max(now, self._next_due)
        self._next_due = due + BATCH_DELAY_S
        self._loop.call_later(due - now, self._drain_in_turns)
