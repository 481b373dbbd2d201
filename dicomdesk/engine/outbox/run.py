"""One run: the errands, or what is left of them, that one send job carries to a peer.

It is the job's ledger, and its owner: what waits can be taken out of it at any time. The job's threads only note what
happens, without a lock; the Outbox takes the notes a few times a second and does what follows from them.

Each instance has one step, which goes up only, but for what is given back: WAITING, CLAIMED by an association, CLOSED
as its note was made. Who claims marks the instance before it looks whether the part is out; who takes a part out does
that before looking at the marks. So one of both sees the other, and nothing goes that somebody believes to be out.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field
from typing import TYPE_CHECKING

from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.delivery.ledger import Answer, LedgerEntry
from dicomdesk.engine.events import ItemOutcome, NotSentCause
from dicomdesk.engine.send.crew import PaceKeeper
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from dicomdesk.engine.events import EventSink
    from dicomdesk.engine.job import ThreadStarter
    from dicomdesk.engine.send.planned_send import SendJob

__all__ = ["STAMPS", "Part", "Run", "RunNote", "RunRequest", "stamp_key"]

_WAITING, _CLAIMED, _CLOSED = 0, 1, 2

STAMPS = "stamp of a file"
"""Kind of what the journal keeps of files that are to be deleted after commitment, by ``stamp_key``."""


def stamp_key(errand_id: int, number: int) -> str:
    """Return the key of the stamp of an instance's file."""
    return f"{errand_id}/{number}"


class Part:
    """What a run carries of an errand: a stretch of its instances."""

    __slots__ = ("errand_id", "first", "found", "has_failed", "is_out", "numbers", "reason", "stamp", "tried")

    def __init__(
        self,
        errand_id: int,
        instances: Iterable[tuple[int, FoundInstance, int]],
        stamp: Callable[[int, FoundInstance], None] | None = None,
    ) -> None:
        """``instances`` by number, each with how often it was begun before.

        ``stamp`` is called before the file of one is read, where it is to be deleted some time.
        """
        listed = sorted(instances, key=lambda each: each[2])  # what was never tried goes before what has failed
        self.errand_id = errand_id
        self.first = 0
        """Index of the first one in the run."""
        self.numbers = [number for number, _, _ in listed]
        self.found = [found for _, found, _ in listed]
        self.tried = [attempts for _, _, attempts in listed]
        self.stamp = stamp
        self.is_out = False
        """Whether it is taken out: what is claimed ends, nothing else goes."""
        self.has_failed = False
        """Whether something of it is to be tried again in another run."""
        self.reason = ""
        """Why, for the last one."""

    @property
    def stretch(self) -> slice:
        """Its indexes in the run."""
        return slice(self.first, self.first + len(self.numbers))


RunNote = tuple[int, Answer | None, bool]
"""What has happened to an instance: its index in the run, how its attempt ended (None where it was begun), and whether
that may pass. A plain tuple, since two are made for each instance."""


class Run:
    """Ledger and owner of the job of a run, see ``InstanceLedger`` and ``SendOwner``."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts
        self._parts: list[Part] = []
        """By index."""
        for part in parts:
            part.first = len(self._parts)
            self._parts += [part] * len(part.numbers)
        self._attempts = [tried for part in parts for tried in part.tried]
        self._steps = bytearray(len(self._parts))
        self._begun = bytearray(len(self._parts))
        self._last: list[Answer | None] = [None] * len(self._parts)
        self._ended = bytearray(len(self._parts))
        """For the job."""
        self._listed = 0
        """Instances that the job has listed, the first ones."""
        self._notes: deque[RunNote] = deque()
        self.open_parts = set(parts)
        """Parts that are neither out nor over; of the Outbox, as the next two."""
        self.watched: set[Part] = set()
        """Parts that may be over."""
        self.shown = bytearray(len(self._parts))
        """Instances of which others know that they are under way."""
        self.has_moved = False
        """Whether any instance was claimed."""
        self.cancels = 0
        """How often the job was cancelled as the Outbox ends."""
        self.is_breaking_off = False
        """Whether the job is told to break off what it is at, which is no fault of that."""

    # -- for the Outbox

    @property
    def has_notes(self) -> bool:
        """Whether something has happened."""
        return bool(self._notes)

    def take_notes(self) -> Iterator[RunNote]:
        """Yield what has happened since the last time; by one thread at a time."""
        for _ in range(len(self._notes)):
            yield self._notes.popleft()

    def found(self) -> tuple[FoundInstance, ...]:
        """Return all instances, by index."""
        return tuple(found for part in self.parts for found in part.found)

    def part_of(self, index: int) -> Part:
        """Return the part that an instance belongs to."""
        return self._parts[index]

    def attempts_of(self, index: int) -> int:
        """Return how often it was begun, over all runs."""
        return self._attempts[index]

    def waiting(self, part: Part) -> int:
        """Return how many instances of a part are neither claimed nor closed."""
        return self._steps[part.stretch].count(_WAITING)

    def is_over(self, part: Part) -> bool:
        """Whether nothing of a part happens any more; true of it only together with the notes that are there then."""
        steps = self._steps[part.stretch]
        return not steps.count(_CLAIMED) and (part.is_out or not steps.count(_WAITING))

    def left(self, part: Part) -> list[tuple[int, FoundInstance, int]]:
        """Return number, instance and attempts of those of a part that have not ended; once the job is over."""
        return [
            (part.numbers[offset], part.found[offset], self._attempts[part.first + offset])
            for offset, step in enumerate(self._steps[part.stretch])
            if step != _CLOSED
        ]

    # -- owner

    def is_wanted(self, index: int) -> bool:
        """See ``SendOwner``."""
        return not self._parts[index].is_out

    def claim(self, index: int) -> bool:
        """See ``SendOwner``."""
        part = self._parts[index]
        self._steps[index] = _CLAIMED
        if part.is_out:
            self._steps[index] = _WAITING
            return False
        if part.stamp is not None:
            part.stamp(part.numbers[index - part.first], part.found[index - part.first])
        self.has_moved = True
        return True

    def give_back(self, index: int) -> None:
        """See ``SendOwner``."""
        self._steps[index] = _WAITING

    # -- ledger

    def add(self, instances: Iterable[FoundInstance]) -> None:
        """See ``InstanceLedger``; all are here from the start, but a job that is cancelled at once lists fewer."""
        self._listed += sum(1 for _ in instances)

    def identify(self, index: int, found: FoundInstance) -> None:
        """See ``InstanceLedger``: the same instance, in a file that is written otherwise by now."""
        part = self._parts[index]
        part.found[index - part.first] = found

    def begin(self, index: int) -> int:
        """See ``InstanceLedger``."""
        if self._begun[index] or self._ended[index]:
            raise ValueError(f"instance {index} is under way already, or has ended")
        self._begun[index] = True
        self._attempts[index] += 1
        self._notes.append((index, None, False))
        return self._attempts[index]

    def finish(self, index: int, answer: Answer) -> int:
        """See ``InstanceLedger``."""
        if self._ended[index]:
            raise ValueError(f"instance {index} has ended")
        self._ended[index] = True
        step, was_begun = self._steps[index], self._begun[index]
        is_left = answer.not_sent_cause is NotSentCause.NOT_REACHED or (step == _WAITING and self._parts[index].is_out)
        self._begun[index] = False
        if step != _CLOSED:
            self._last[index] = answer
            if not is_left:
                may_pass = bool(was_begun) and self.is_breaking_off and answer.outcome is ItemOutcome.FAILED
                self._notes.append((index, answer, may_pass))
                self._steps[index] = _CLOSED
        return self._attempts[index]

    def put_back(self, index: int, answer: Answer) -> None:
        """See ``InstanceLedger``: it is tried again in another run, if at all."""
        if not self._begun[index]:
            raise ValueError(f"instance {index} is not under way")
        self._last[index], self._begun[index] = answer, False
        self._notes.append((index, answer, True))
        self._steps[index] = _CLOSED

    def unfinished(self) -> list[int]:
        """See ``InstanceLedger``."""
        return [index for index in range(self._listed) if not self._ended[index]]

    def outcomes(self) -> list[ItemOutcome]:
        """See ``InstanceLedger``."""
        ended = zip(self._last, self._ended, strict=True)
        return [answer.outcome for answer, has_ended in ended if has_ended and answer is not None]

    def entries(self) -> list[LedgerEntry]:
        """See ``InstanceLedger``; attempts are those of this run."""
        return [self._entry(index) for index in range(self._listed)]

    def _entry(self, index: int) -> LedgerEntry:
        part, last = self._parts[index], self._last[index]
        return LedgerEntry(
            found=part.found[index - part.first],
            is_under_way=bool(self._begun[index]),
            attempts=self._attempts[index] - part.tried[index - part.first],
            outcome=last.outcome if self._ended[index] and last is not None else None,
            last=last,
        )


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
