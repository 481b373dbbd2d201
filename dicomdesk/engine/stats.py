"""Gauges of a transfer: workers count, front ends poll.

Each association has counters of its own, written by its one thread and read by whoever polls; sums are made when
somebody looks. No lock is taken while an instance is on its way.
"""

import threading
import time
from typing import Protocol

from dicomdesk.engine.rate import RateMeter, seconds_left
from dicomdesk.records import dataclass

__all__ = ["AssociationCounters", "Progress", "TransferStats", "WireGauge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Progress of a job, at one moment."""

    items_total: int = 0
    """0 while nobody knows: before the scan has ended, or in a receive job."""
    items_done: int = 0
    """Ended, however they ended."""
    bytes_total: int = 0
    """Bytes of data sets; 0 while nobody knows."""
    bytes_done: int = 0
    bytes_per_s: float = 0.0
    items_per_s: float = 0.0
    seconds_left: float | None = None
    """None where nobody can know."""
    associations: int = 0
    """Open now."""


class WireGauge(Protocol):
    """Association that counts the bytes it has sent."""

    @property
    def bytes_sent(self) -> int:
        """Bytes written to the connection so far."""
        ...


class AssociationCounters:
    """Counters of one association. Written by its thread only."""

    __slots__ = ("_gauge", "_instance_bytes", "_wire_base", "bytes_done", "items_done")

    def __init__(self, gauge: WireGauge) -> None:
        self._gauge = gauge
        self._wire_base = 0
        self._instance_bytes = 0
        self.bytes_done = 0
        """Data set bytes of the instances that were answered."""
        self.items_done = 0
        """Instances that were answered."""

    def begin(self, size_bytes: int) -> None:
        """Begin an instance."""
        self._wire_base = self._gauge.bytes_sent
        self._instance_bytes = size_bytes

    def finish(self, size_bytes: int) -> None:
        """Count the instance, which was answered for good."""
        self._instance_bytes = 0
        self.bytes_done += size_bytes
        self.items_done += 1

    def drop(self) -> None:
        """Drop the instance, which did not end here: what was sent of it does not count."""
        self._instance_bytes = 0

    def bytes_moved(self) -> int:
        """Data set bytes so far, with the part of the current instance that is on the wire. From any thread."""
        part = self._gauge.bytes_sent - self._wire_base
        return self.bytes_done + max(0, min(part, self._instance_bytes))


class TransferStats:
    """Gauges of one delivery. ``progress`` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: list[AssociationCounters] = []
        self._closed_bytes = 0
        self._closed_items = 0
        self._items_without_association = 0
        self._bytes_total = 0
        self._items_total = 0
        self._byte_rate = RateMeter()
        self._item_rate = RateMeter()

    def set_totals(self, items: int, size_bytes: int) -> None:
        """Set the totals, once everything to be done is known."""
        with self._lock:
            self._items_total = items
            self._bytes_total = size_bytes

    def resize(self, difference_bytes: int) -> None:
        """Correct the total by an item that turns out to be larger than was counted, or smaller."""
        with self._lock:
            self._bytes_total += difference_bytes

    def leave_out(self, size_bytes: int, items: int = 1) -> None:
        """Count items that ended without being sent: their bytes are not part of the work any more."""
        with self._lock:
            self._items_without_association += items
            self._bytes_total -= size_bytes * items

    def pass_over(self, size_bytes: int) -> None:
        """Count an item as done with its bytes, without an association."""
        with self._lock:
            self._closed_items += 1
            self._closed_bytes += size_bytes

    def open_association(self, gauge: WireGauge) -> AssociationCounters:
        """Return the counters of a new association."""
        counters = AssociationCounters(gauge)
        with self._lock:
            self._open.append(counters)
        return counters

    def close_association(self, counters: AssociationCounters) -> None:
        """Close the counters of an association; what it moved stays counted."""
        with self._lock:
            self._open.remove(counters)
            self._closed_bytes += counters.bytes_done
            self._closed_items += counters.items_done

    def moved(self) -> tuple[int, int]:
        """Return the bytes of data sets and the instances that have gone so far."""
        with self._lock:
            return self._moved()

    def _moved(self) -> tuple[int, int]:
        moved = self._closed_bytes + sum(counters.bytes_moved() for counters in self._open)
        return moved, self._closed_items + sum(counters.items_done for counters in self._open)

    def progress(self, at_s: float | None = None) -> Progress:
        """Return how far the transfer is; ``at_s`` is monotonic time, None takes now."""
        now_s = time.monotonic() if at_s is None else at_s
        with self._lock:
            moved, sent = self._moved()
            bytes_per_s = self._byte_rate.observe(now_s, moved)
            items_per_s = self._item_rate.observe(now_s, sent)
            done = sent + self._items_without_association
            return Progress(
                items_total=self._items_total,
                items_done=done,
                bytes_total=max(self._bytes_total, 0),
                bytes_done=moved,
                bytes_per_s=bytes_per_s,
                items_per_s=items_per_s,
                seconds_left=self._seconds_left(done, moved, bytes_per_s, items_per_s),
                associations=len(self._open),
            )

    def _seconds_left(self, done: int, moved: int, bytes_per_s: float, items_per_s: float) -> float | None:
        """The longer of what the bytes and what the items ask for."""
        if not self._items_total:
            return None
        by_bytes = seconds_left(self._bytes_total - moved, bytes_per_s)
        by_items = seconds_left(self._items_total - done, items_per_s)
        if by_bytes is None:
            return None
        return by_bytes if by_items is None else max(by_bytes, by_items)
