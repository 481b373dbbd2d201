"""What becomes of each instance of a job: the seam behind which the durable journal will stand.

A send job keeps the states of its instances nowhere but in an ``InstanceLedger`` and builds its report from it. An
instance is WAITING, then SENDING, and ends in one of the other states, which are final; after a failure that may pass
it goes back to WAITING, from where it can also end as its last attempt did. The table ``TRANSITIONS`` holds exactly
these steps.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from dicomdesk.engine.events import ItemOutcome

__all__ = ["TRANSITIONS", "InstanceLedger", "InstanceState", "LedgerEntry", "MemoryLedger"]


class InstanceState(Enum):
    """Where one instance is."""

    WAITING = "waiting"
    SENDING = "sending"
    STORED = "stored"
    WARNING = "warning"
    REFUSED = "refused"
    FAILED = "failed"
    NOT_SENT = "not-sent"


TRANSITIONS: dict[InstanceState, frozenset[InstanceState]] = {
    InstanceState.WAITING: frozenset(
        {InstanceState.SENDING, InstanceState.NOT_SENT, InstanceState.REFUSED, InstanceState.FAILED}
    ),
    InstanceState.SENDING: frozenset(set(InstanceState) - {InstanceState.SENDING}),
    InstanceState.STORED: frozenset(),
    InstanceState.WARNING: frozenset(),
    InstanceState.REFUSED: frozenset(),
    InstanceState.FAILED: frozenset(),
    InstanceState.NOT_SENT: frozenset(),
}
"""The states that may follow each state."""

_FINAL = frozenset(state for state, following in TRANSITIONS.items() if not following)

_STATE_OF_OUTCOME = {outcome: InstanceState(outcome.value) for outcome in ItemOutcome}


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One instance, at one moment."""

    state: InstanceState
    attempts: int
    """How often it was begun to be sent."""
    status: int | None
    """The peer's last answer, None where none came."""
    reason: str
    """Plain words for the last failure, "" for none."""


class InstanceLedger(Protocol):
    """Remembers the states of a job's instances, which are known by their index in the transfer list.

    Called from all threads of the job; an instance is in the hands of one thread at a time. No method blocks for long:
    a durable implementation writes in batches on its own time.
    """

    def add(self, count: int) -> None:
        """So many more instances are WAITING."""
        ...

    def begin(self, index: int) -> int:
        """The instance is SENDING; return the number of this attempt, from 1."""
        ...

    def finish(self, index: int, outcome: ItemOutcome, status: int | None, reason: str) -> None:
        """The instance ended."""
        ...

    def put_back(self, index: int, status: int | None, reason: str) -> None:
        """The instance is WAITING again, for the reason given."""
        ...

    def unfinished(self) -> Sequence[int]:
        """Return the indexes of those that have not ended."""
        ...

    def entries(self) -> Sequence[LedgerEntry]:
        """Return all instances by index, as they are now."""
        ...


class MemoryLedger:
    """An ``InstanceLedger`` that lasts as long as its job. Steps that the table forbids raise ValueError."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._states: list[InstanceState] = []
        self._attempts: list[int] = []
        self._answers: dict[int, tuple[int | None, str]] = {}
        """Status and reason of those that are not plain successes."""

    def add(self, count: int) -> None:
        """So many more instances are WAITING."""
        with self._lock:
            self._states.extend([InstanceState.WAITING] * count)
            self._attempts.extend([0] * count)

    def begin(self, index: int) -> int:
        """The instance is SENDING; return the number of this attempt, from 1."""
        self._step(index, InstanceState.SENDING)
        self._attempts[index] += 1
        return self._attempts[index]

    def finish(self, index: int, outcome: ItemOutcome, status: int | None, reason: str) -> None:
        """The instance ended."""
        self._step(index, _STATE_OF_OUTCOME[outcome])
        if status == 0 and not reason:
            self._answers.pop(index, None)
        else:
            self._answers[index] = (status, reason)

    def put_back(self, index: int, status: int | None, reason: str) -> None:
        """The instance is WAITING again, for the reason given."""
        self._step(index, InstanceState.WAITING)
        self._answers[index] = (status, reason)

    def unfinished(self) -> list[int]:
        """Return the indexes of those that have not ended."""
        return [index for index, state in enumerate(self._states) if state not in _FINAL]

    def entries(self) -> list[LedgerEntry]:
        """Return all instances by index, as they are now."""
        return [self._entry(index) for index in range(len(self._states))]

    def _entry(self, index: int) -> LedgerEntry:
        state = self._states[index]
        plain = (0, "") if state is InstanceState.STORED else (None, "")
        status, reason = self._answers.get(index, plain)
        return LedgerEntry(state=state, attempts=self._attempts[index], status=status, reason=reason)

    def _step(self, index: int, state: InstanceState) -> None:
        before = self._states[index]
        if state not in TRANSITIONS[before]:
            raise ValueError(f"instance {index} cannot go from {before.value} to {state.value}")
        self._states[index] = state
