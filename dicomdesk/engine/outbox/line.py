"""The errands of an Outbox as it works with them: their order, the line of each peer, and the next time of each."""

import heapq
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from dicomdesk.engine.journal.records import Commitment, ErrandRecord, ErrandState, InstanceState
from dicomdesk.engine.outbox.errands import Errand
from dicomdesk.engine.send.crew import PaceKeeper

if TYPE_CHECKING:
    from dicomdesk.engine.outbox.run import Part, Run
    from dicomdesk.engine.send.planned_send import SendJob

__all__ = ["STEP", "Line", "LiveErrand", "Order", "Timers", "parts_out_of_order", "positions_between"]

STEP = 1024.0
"""Between the positions of errands that are added one after the other."""

Place = tuple[float, int]
"""Position and id: unique, and in order."""


class LiveErrand:
    """Errand in the Outbox. Changed under its lock."""

    __slots__ = (
        "commitments",
        "counts",
        "due_at_s",
        "is_leaving",
        "is_suspect",
        "line",
        "part",
        "record",
        "waits_for_resume",
    )

    def __init__(self, record: ErrandRecord, counts: dict[InstanceState, int], line: "Line") -> None:
        self.record = record
        self.counts = Counter(counts)
        self.commitments: dict[int, Commitment] = {}
        """By number, of those that were asked for."""
        self.line = line
        self.part: Part | None = None
        """What a run has of it, until nothing of that is in hand."""
        self.due_at_s: float | None = None
        """Monotonic time of the next try, where it is RETRYING."""
        self.is_suspect = False
        """Whether an association was lost with one of its instances: others go before it."""
        self.is_leaving = False
        """Whether it is removed once nothing of it is in hand."""
        self.waits_for_resume = False
        """Whether it is held only since the program was ended."""

    @property
    def id(self) -> int:
        """By which it is known."""
        return self.record.id

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.record.position, self.record.id

    @property
    def unfinished(self) -> int:
        """Instances that have not ended."""
        return self.counts.get(InstanceState.WAITING, 0) + self.counts.get(InstanceState.UNDER_WAY, 0)

    def move(self, before: InstanceState, after: InstanceState, count: int = 1) -> None:
        """Count instances that have changed their state."""
        if before is not after:
            self.counts[before] -= count
            self.counts[after] += count

    def snapshot(self) -> Errand:
        """Return it as others see it."""
        record, line = self.record, self.line
        if line.until is not None and record.state is ErrandState.WAITING:
            record = replace(record, state=ErrandState.RETRYING, next_try_at=line.until, reason=line.reason)
        counts = {state: count for state, count in self.counts.items() if count}
        return Errand(
            record=record, counts=counts, commitments=Counter(self.commitments.values()) if self.commitments else {}
        )


class Line:
    """What goes to one peer: the errands that may go now, in order, and one run at a time. Under the Outbox's lock."""

    def __init__(self, peer: str) -> None:
        self.peer = peer
        self.ready = Order()
        self.keeper = PaceKeeper()
        self.is_taken = False
        """Whether a run is being made, or goes on."""
        self.run: Run | None = None
        self.job: SendJob | None = None
        self.failures = 0
        """Runs that could not open an association, or lost it at once, one after the other."""
        self.free_at_s = 0.0
        """Monotonic time before which no run is begun."""
        self.until: datetime | None = None
        """The same time of day; None where it need not wait."""
        self.reason = ""
        """Why it waits."""

    def pause(self, free_at_s: float, until: datetime, reason: str) -> None:
        """Begin no run before then."""
        self.free_at_s, self.until, self.reason = free_at_s, until, reason

    def free(self) -> bool:
        """Wait no longer; return whether it did."""
        was_paused = self.until is not None
        self.free_at_s, self.until, self.reason = 0.0, None, ""
        return was_paused


class Order:
    """Places in their order; adding, taking away and finding a neighbour cost no more than a search."""

    def __init__(self) -> None:
        self._places: list[Place] = []

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[int]:
        return (errand_id for _, errand_id in self._places)

    def __contains__(self, place: Place) -> bool:
        index = bisect_left(self._places, place)
        return index < len(self._places) and self._places[index] == place

    def add(self, place: Place) -> None:
        """Add one that is not there."""
        insort(self._places, place)

    def discard(self, place: Place) -> None:
        """Take one away, if it is there."""
        if place in self:
            del self._places[bisect_left(self._places, place)]

    def first(self) -> Place | None:
        """The first of all."""
        return self._places[0] if self._places else None

    def last(self) -> Place | None:
        """The last of all."""
        return self._places[-1] if self._places else None

    def before(self, place: Place) -> Place | None:
        """The one before a place."""
        index = bisect_left(self._places, place)
        return self._places[index - 1] if index else None

    def first_except(self, errand_ids: Collection[int]) -> Place | None:
        """The first that is none of these."""
        return next((place for place in self._places if place[1] not in errand_ids), None)


def positions_between(before: float | None, after: float | None, count: int) -> list[float] | None:
    """Return so many positions in order between two neighbours, None where there is no room left for them."""
    if before is None and after is None:
        before = 0.0
    if after is None:
        assert before is not None
        return [before + STEP * (number + 1) for number in range(count)]
    if before is None:
        before = after - STEP * (count + 1)
    step = (after - before) / (count + 1)
    positions = [before + step * (number + 1) for number in range(count)]
    all_of_them = [before, *positions, after]
    is_strict = all(one < other for one, other in pairwise(all_of_them))
    return positions if is_strict else None


class Timers:
    """The errands that wait for a time, the earliest first. What has changed its mind is passed over."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int]] = []

    def set(self, errand: LiveErrand, due_at_s: float) -> None:
        """Wake an errand then, instead of at the time before."""
        errand.due_at_s = due_at_s
        heapq.heappush(self._heap, (due_at_s, errand.id))

    def next_s(self) -> float | None:
        """When to look again."""
        return self._heap[0][0] if self._heap else None

    def due(self, now_s: float) -> Iterable[tuple[float, int]]:
        """Yield what is due: when it was to be woken, and its id."""
        while self._heap and self._heap[0][0] <= now_s:
            yield heapq.heappop(self._heap)


def parts_out_of_order(
    run: "Run", parts: Sequence[tuple["Part", LiveErrand]], first_ready: Place | None
) -> list[LiveErrand]:
    """Return the errands of a run that are to wait, since others are to go before them.

    ``parts`` are those of the run, as it has them, each with its errand.
    """
    out: list[LiveErrand] = []
    last: Place | None = None
    is_broken = False
    for part, errand in parts:
        if part.is_out or errand.is_suspect or not run.waiting(part):
            continue
        is_broken = is_broken or (last is not None and errand.place < last)
        last = errand.place
        if is_broken or (first_ready is not None and first_ready < errand.place):
            out.append(errand)
    return out
