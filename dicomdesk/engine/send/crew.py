"""Associations of a job that run at once, each in a thread: a number of them, or as many as help."""

import threading
import time
from collections.abc import Callable

from dicomdesk.engine.delivery.delivery import Delivery, End, EndKind
from dicomdesk.engine.send.pace import Pace, after_interval, after_rejection
from dicomdesk.engine.send.retry import is_transient_error

__all__ = ["Crew", "PaceKeeper"]

INTERVAL_S = 0.5
_INSTANCE_BYTES = 16384
"""What an instance counts for besides its bytes: small ones cost their round trip."""


class PaceKeeper:
    """Keeps how many associations help at one peer, from one job to the next; used by one job at a time."""

    def __init__(self) -> None:
        self.pace = Pace()

    def observe(self, rate: float) -> None:
        """Take note of the throughput of an interval."""
        self.pace = after_interval(self.pace, rate)

    def reject(self, opened: int) -> None:
        """Take note that the peer had no place for more."""
        self.pace = after_rejection(self.pace, opened)


class Crew:
    """Senders that run at once; a fault in one stops all and is raised by ``ends``.

    With a ``keeper`` their number follows the throughput, which the job's thread looks at.
    """

    def __init__(self, delivery: Delivery, keeper: PaceKeeper | None = None) -> None:
        self._delivery = delivery
        self._keeper = keeper
        self._changed = threading.Condition()
        self._ends: list[End] = []
        self._fault: Exception | None = None
        self._running = 0
        self._sending: set[int] = set()
        """Threads whose associations are open: only these stand in each other's way."""
        self._leaving: set[int] = set()
        """Threads that were told to leave, and have not ended yet."""

    def run(self, send: Callable[[], End]) -> None:
        """Run one association, on its thread."""
        end: End | None = None
        try:
            end = send()
        except Exception as fault:  # noqa: BLE001 - top level of a worker: handed to the job's thread
            self._fault = fault
            self._delivery.is_halted = True
        with self._changed:
            self._running -= 1
            self._sending.discard(threading.get_ident())
            self._leaving.discard(threading.get_ident())
            if end is not None:
                self._ends.append(end)
                self._note_rejection(end)
            self._changed.notify_all()

    def enlist(self) -> None:
        """Count a sender that is about to run."""
        with self._changed:
            self._running += 1

    def may_go_on(self) -> bool:
        """Whether the sender that asks is to send another instance; on its thread. One that is told not to leaves."""
        keeper, sender = self._keeper, threading.get_ident()
        if keeper is None or (sender in self._sending and len(self._sending) - len(self._leaving) <= keeper.pace.count):
            return True
        with self._changed:
            self._sending.add(sender)
            if len(self._sending) - len(self._leaving) <= max(1, keeper.pace.count):
                return True
            self._leaving.add(sender)
        return False

    def follow(self, start: Callable[[int], None], waiting: Callable[[], int]) -> None:
        """Until all have ended, have as many run as help; on the job's thread.

        ``start`` starts so many more, ``waiting`` tells for how many there is something to do.
        """
        assert self._keeper is not None
        at_s, moved = time.monotonic(), self._moved()
        while True:
            with self._changed:
                if self._changed.wait_for(lambda: not self._running, INTERVAL_S):
                    return
                now_s, now_moved = time.monotonic(), self._moved()
                if waiting():
                    self._keeper.observe((now_moved - moved) / (now_s - at_s))
                more = min(self._keeper.pace.count - (self._running - len(self._leaving)), waiting())
            at_s, moved = now_s, now_moved
            if more > 0 and not self._delivery.is_ending:
                start(more)

    def ends(self) -> list[End]:
        """Return how all ended, once they have."""
        if self._fault is not None:
            raise self._fault
        return self._ends

    def _note_rejection(self, end: End) -> None:
        is_busy = end.kind is EndKind.NOT_OPENED and end.error is not None and is_transient_error(end.error)
        if self._keeper is not None and is_busy:
            had_place = any(each.kind is not EndKind.NOT_OPENED for each in self._ends)  # and has ended by now
            self._keeper.reject(max(self._running - len(self._leaving), int(had_place)))

    def _moved(self) -> float:
        size_bytes, items = self._delivery.stats.moved()
        return size_bytes + items * _INSTANCE_BYTES
