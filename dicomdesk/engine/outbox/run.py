"""One run: the errands, or what is left of them, that one send job carries to a peer.

It is the job's ledger, and its owner: what waits can be taken out of it at any time. Of an instance it knows whether it
waits here, is in the hands of an association, or has ended; the journal keeps the rest.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.delivery.ledger import Answer, MemoryLedger
from dicomdesk.engine.events import ItemOutcome, NotSentCause
from dicomdesk.engine.send.crew import PaceKeeper
from dicomdesk.engine.send.request import SendRequest

if TYPE_CHECKING:
    from dicomdesk.engine.events import EventSink
    from dicomdesk.engine.job import ThreadStarter
    from dicomdesk.engine.send.planned_send import SendJob

__all__ = ["Ending", "Part", "Run", "RunBooks", "RunRequest"]


class Part:
    """What a run carries of an errand. Changed under the lock of its run."""

    __slots__ = ("attempts", "errand_id", "found", "has_failed", "in_hand", "is_out", "numbers", "reason", "waiting")

    def __init__(self, errand_id: int, instances: Iterable[tuple[int, FoundInstance, int]]) -> None:
        """``instances`` by number, each with how often it was begun before."""
        listed = sorted(instances, key=lambda each: each[2])  # what was never tried goes before what has failed
        self.errand_id = errand_id
        self.numbers = [number for number, _, _ in listed]
        self.found = [found for _, found, _ in listed]
        self.attempts = [attempts for _, _, attempts in listed]
        self.waiting = len(listed)
        """Not in the hands of an association, and not ended here."""
        self.in_hand = 0
        self.is_out = False
        """Whether it is taken out: what is in hand ends, nothing else goes."""
        self.has_failed = False
        """Whether something of it is to be tried again in another run."""
        self.reason = ""
        """Why, for the last one."""

    @property
    def is_over(self) -> bool:
        """Whether the run has no more to do with it."""
        return not self.in_hand and (self.is_out or not self.waiting)


class Ending(NamedTuple):
    """How an attempt for an instance ended, or that there will be none."""

    number: int
    """Within the errand."""
    found: FoundInstance
    answer: Answer
    attempts: int
    """Over all runs."""


class RunBooks(Protocol):
    """What the Outbox writes down while a run goes on; called under the lock of the run."""

    def has_claimed(self, part: Part) -> None:
        """The first instance of a part has been taken."""

    def has_begun(self, part: Part, number: int, attempt: int) -> None:
        """An instance is about to be sent."""

    def has_ended(self, part: Part, ending: Ending) -> None:
        """An instance has ended."""

    def has_failed(self, part: Part, ending: Ending) -> None:
        """An attempt has ended for a reason that may pass."""

    def is_over(self, part: Part) -> None:
        """The run has no more to do with a part."""

    def tell(self) -> None:
        """Tell what was written down; called without the lock."""


class Run(MemoryLedger):
    """Ledger and owner of the job of a run, see ``InstanceLedger`` and ``SendOwner``."""

    def __init__(self, parts: Sequence[Part], lock: threading.Lock, books: RunBooks) -> None:
        super().__init__()
        self.parts = parts
        self._shared = lock
        self._books = books
        self._parts: list[Part] = []
        """By index."""
        self._firsts: dict[int, int] = {}
        for part in parts:
            self._firsts[part.errand_id] = len(self._parts)
            self._parts += [part] * len(part.numbers)
        self._claimed = bytearray(len(self._parts))
        self._closed = bytearray(len(self._parts))
        """Those whose state in this run is final, and that the job may say no more of."""
        self.has_moved = False
        """Whether any instance was claimed."""
        self.is_breaking_off = False
        """Whether the job is told to break off what it is at, which is no fault of that."""

    def found(self) -> tuple[FoundInstance, ...]:
        """All instances, by index."""
        return tuple(found for part in self.parts for found in part.found)

    def left(self, part: Part) -> list[tuple[int, FoundInstance, int]]:
        """Number, instance and attempts of those of a part that have not ended; once the job is over."""
        first = self._firsts[part.errand_id]
        return [
            (number, found, attempts)
            for offset, (number, found, attempts) in enumerate(
                zip(part.numbers, part.found, part.attempts, strict=True)
            )
            if not self._closed[first + offset]
        ]

    # -- owner

    def is_wanted(self, index: int) -> bool:
        """See ``SendOwner``."""
        return not self._parts[index].is_out

    def claim(self, index: int) -> bool:
        """See ``SendOwner``."""
        part = self._parts[index]
        with self._shared:
            if part.is_out:
                return False
            if not part.in_hand:
                self._books.has_claimed(part)
            part.waiting -= 1
            part.in_hand += 1
            self._claimed[index] = self.has_moved = True
        self._books.tell()
        return True

    def give_back(self, index: int) -> None:
        """See ``SendOwner``."""
        part = self._parts[index]
        with self._shared:
            self._unclaim(part, index)
            part.waiting += 1
            self._look_at(part)
        self._books.tell()

    # -- ledger

    def begin(self, index: int) -> int:
        """See ``InstanceLedger``."""
        part, offset = self._place(index)
        super().begin(index)
        with self._shared:
            part.attempts[offset] += 1
            self._books.has_begun(part, part.numbers[offset], part.attempts[offset])
        self._books.tell()
        return part.attempts[offset]

    def finish(self, index: int, answer: Answer) -> int:
        """See ``InstanceLedger``."""
        part, offset = self._place(index)
        was_under_way = index in self._under_way
        super().finish(index, answer)
        attempts = part.attempts[offset]
        if self._closed[index] or (not self._claimed[index] and part.is_out):
            return attempts
        if answer.not_sent_cause is NotSentCause.NOT_REACHED:
            return attempts  # it is left, and waits again when the job is over
        if was_under_way and self.is_breaking_off and answer.outcome is ItemOutcome.FAILED:
            self._fail(part, index, answer)
            return attempts
        with self._shared:
            self._close(part, index)
            self._books.has_ended(part, Ending(part.numbers[offset], part.found[offset], answer, attempts))
            self._look_at(part)
        self._books.tell()
        return attempts

    def put_back(self, index: int, answer: Answer) -> None:
        """See ``InstanceLedger``: it is tried again in another run, if at all."""
        super().put_back(index, answer)
        self._fail(self._parts[index], index, answer)

    def _fail(self, part: Part, index: int, answer: Answer) -> None:
        offset = index - self._firsts[part.errand_id]
        with self._shared:
            self._close(part, index)
            part.has_failed, part.reason = True, answer.reason
            self._books.has_failed(
                part, Ending(part.numbers[offset], part.found[offset], answer, part.attempts[offset])
            )
            self._look_at(part)
        self._books.tell()

    def _place(self, index: int) -> tuple[Part, int]:
        part = self._parts[index]
        return part, index - self._firsts[part.errand_id]

    def _unclaim(self, part: Part, index: int) -> None:
        if self._claimed[index]:
            self._claimed[index] = False
            part.in_hand -= 1

    def _close(self, part: Part, index: int) -> None:
        self._closed[index] = True
        if self._claimed[index]:
            self._unclaim(part, index)
        else:
            part.waiting -= 1

    def _look_at(self, part: Part) -> None:
        if part.is_over:
            self._books.is_over(part)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """Send what a run carries."""

    send: SendRequest
    run: Run = field(repr=False)
    keeper: PaceKeeper | None = None
    """Where it finds out how many associations help."""

    def make_job(self, sink: "EventSink", start_thread: "ThreadStarter", /) -> "SendJob":
        """See ``JobRequest``."""
        from dicomdesk.engine.send.planned_send import SendJob  # noqa: PLC0415 - as in ``SendRequest``

        return SendJob(self.send, sink, start_thread, ledger=self.run, owner=self.run, keeper=self.keeper)
