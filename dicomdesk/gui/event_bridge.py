"""Events of the engine's threads for the Qt thread: the only place where the two meet.

Sinks append under a lock; the first event of a batch posts one call to the loop, and the drain on the Qt thread gives
the whole batch to its channel's listeners.
"""

import asyncio
import contextlib
import threading
import time
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal

FactT = TypeVar("FactT")

BATCH_DELAY_S = 0.03
"""How long a batch is collected: unseen by people, and far fewer interruptions of the engine's threads."""

MOST_EVENTS_PER_DRAIN = 4000
"""More wait for the next turn of the loop, so that the window can paint between."""


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

    def __init__(self, loop: asyncio.AbstractEventLoop, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loop = loop
        self._lock = threading.Lock()
        self._pending: list[tuple[Channel, Arrival[object]]] = []
        self._is_posted = False
        self._is_closed = False

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
            self._loop.call_soon_threadsafe(self.drain)

    def drain(self) -> None:
        """Give what has been collected to the listeners; for the Qt thread."""
        with self._lock:
            batch = self._pending[:MOST_EVENTS_PER_DRAIN]
            del self._pending[:MOST_EVENTS_PER_DRAIN]
            self._is_posted = has_more = bool(self._pending)
        by_channel: dict[Channel, list[Arrival[object]]] = {}
        for channel, arrival in batch:
            by_channel.setdefault(channel, []).append(arrival)
        for channel, arrivals in by_channel.items():
            channel.arrived.emit(arrivals)
        if has_more and not self._loop.is_closed():
            self._loop.call_soon(self.drain)

    def close(self) -> None:
        """Drain all that is left and take no more; the last step before the loop is left."""
        while self._has_pending():
            self.drain()
        with self._lock:
            self._is_closed = True

    def _has_pending(self) -> bool:
        with self._lock:
            return bool(self._pending)

    def _post(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._collect)
        except RuntimeError:  # the loop is closed: nobody is left to listen
            with self._lock:
                self._is_closed = True

    def _collect(self) -> None:
        self._loop.call_later(BATCH_DELAY_S, self.drain)
