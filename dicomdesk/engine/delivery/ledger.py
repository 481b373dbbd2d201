"""Ledger of the instances of a job and their outcomes: the seam behind which a durable journal can stand.

A job keeps how far its instances are nowhere but in an ``InstanceLedger``, and builds its report from it. An instance
waits, is under way, and ends with an outcome, which is final. After a failure that may pass it waits again, from where
it can also end as its last attempt did; but nothing is taken by the peer that was not under way.
"""

import threading
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.events import ItemOutcome, NotSentCause
from dicomdesk.records import dataclass

__all__ = ["Answer", "InstanceLedger", "LedgerEntry", "MemoryLedger"]

_TAKEN = (ItemOutcome.STORED, ItemOutcome.WARNING)


class Answer(NamedTuple):
    """Outcome of an instance, final unless it is tried again."""

    outcome: ItemOutcome
    status: int | None
    """What the peer answered, None where no answer came."""
    reason: str
    """Plain words; "" for a plain success."""
    not_sent_cause: NotSentCause | None = None
    """Only where the outcome is NOT_SENT."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """Instance and its state, at one moment."""

    found: FoundInstance
    """What it is: path, member of an archive, origin, UIDs, size. A ledger need not remember more of it than these."""
    is_under_way: bool
    attempts: int
    """How often it was begun to be sent."""
    outcome: ItemOutcome | None
    """None until it ended."""
    last: Answer | None
    """How the last attempt ended, None where there was none that ended."""


class InstanceLedger(Protocol):
    """Keeps the instances of a job, by their index in the transfer list, and the state of each.

    Called from all threads of the job; an instance is in the hands of one thread at a time. No method blocks for long:
    a durable implementation writes in batches on its own time. Steps that cannot follow each other raise ValueError.
    """

    def add(self, instances: Iterable[FoundInstance]) -> None:
        """Add instances that wait; the first index is that after the last one."""
        ...

    def identify(self, index: int, found: FoundInstance) -> None:
        """Replace what is known of an instance, after its file was read again."""
        ...

    def begin(self, index: int) -> int:
        """Mark the instance as under way; return the number of this attempt, from 1."""
        ...

    def finish(self, index: int, answer: Answer) -> int:
        """End the instance; return how often it was begun."""
        ...

    def put_back(self, index: int, answer: Answer) -> None:
        """Make the instance wait again, since its attempt ended so."""
        ...

    def unfinished(self) -> Sequence[int]:
        """Return the indexes of those that have not ended, in order."""
        ...

    def outcomes(self) -> Iterable[ItemOutcome]:
        """Return how those have ended that have."""
        ...

    def entries(self) -> Sequence[LedgerEntry]:
        """Return all instances by index, as they are now."""
        ...


class MemoryLedger:
    """An ``InstanceLedger`` that lasts as long as its job."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: list[FoundInstance] = []
        self._attempts: list[int] = []
        self._outcomes: list[ItemOutcome | None] = []
        self._under_way: set[int] = set()
        self._last: list[Answer | None] = []

    def add(self, instances: Iterable[FoundInstance]) -> None:
        """See ``InstanceLedger``."""
        with self._lock:
            self._found.extend(instances)
            missing = len(self._found) - len(self._outcomes)
            self._attempts.extend([0] * missing)
            self._outcomes.extend([None] * missing)
            self._last.extend([None] * missing)

    def identify(self, index: int, found: FoundInstance) -> None:
        """See ``InstanceLedger``."""
        self._found[index] = found

    def begin(self, index: int) -> int:
        """See ``InstanceLedger``."""
        if index in self._under_way:
            raise ValueError(f"instance {index} is under way already")
        self._require_open(index)
        self._under_way.add(index)
        self._attempts[index] += 1
        return self._attempts[index]

    def finish(self, index: int, answer: Answer) -> int:
        """See ``InstanceLedger``."""
        if answer.outcome in _TAKEN:
            self._require_under_way(index)
        self._require_open(index)
        self._last[index], self._outcomes[index] = answer, answer.outcome
        self._under_way.discard(index)
        return self._attempts[index]

    def put_back(self, index: int, answer: Answer) -> None:
        """See ``InstanceLedger``."""
        self._require_under_way(index)
        self._last[index] = answer
        self._under_way.discard(index)

    def unfinished(self) -> list[int]:
        """See ``InstanceLedger``."""
        return [index for index, outcome in enumerate(self._outcomes) if outcome is None]

    def outcomes(self) -> list[ItemOutcome]:
        """See ``InstanceLedger``."""
        return [outcome for outcome in self._outcomes if outcome is not None]

    def entries(self) -> list[LedgerEntry]:
        """See ``InstanceLedger``."""
        return [
            LedgerEntry(
                found=self._found[index],
                is_under_way=index in self._under_way,
                attempts=self._attempts[index],
                outcome=outcome,
                last=self._last[index],
            )
            for index, outcome in enumerate(self._outcomes)
        ]

    def _require_open(self, index: int) -> None:
        outcome = self._outcomes[index]
        if outcome is not None:
            raise ValueError(f"instance {index} has ended: {outcome.value}")

    def _require_under_way(self, index: int) -> None:
        if index not in self._under_way:
            raise ValueError(f"instance {index} is not under way")
