"""Tries again what the outbox has given up, as often as a rule says: a peer may be away for longer than anybody waits.

Only what may pass is tried again: no answer, the peer out of resources (A7xx, PS3.4 B.2.3), the peer not reached.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from dicomdesk.engine.events import NotSentCause
from dicomdesk.engine.journal.records import InstanceRecord, InstanceState
from dicomdesk.engine.routing.route_book import RouteBook

__all__ = ["SecondTries", "may_pass"]

FIRST_PAUSE_S = 60.0
LONGEST_PAUSE_S = 3600.0


class _Outbox(Protocol):
    def retry(self, ids: Iterable[int], numbers: Collection[int] | None = None) -> None:
        """Try errands again."""


def may_pass(record: InstanceRecord) -> bool:
    """Whether another try may help where one has failed."""
    if record.state is InstanceState.REFUSED:
        return record.status is not None and record.status >> 8 == 0xA7
    if record.state is InstanceState.NOT_SENT:
        return record.not_sent_cause is NotSentCause.NOT_REACHED
    return record.state is InstanceState.FAILED


class SecondTries:
    """Errands that wait to be tried again. Belongs to the router's thread."""

    def __init__(self, book: RouteBook, outbox: _Outbox) -> None:
        self._book = book
        self._outbox = outbox
        self._due: dict[int, tuple[float, tuple[int, ...]]] = {}

    def errand_ended(self, errand_id: int, records: Sequence[InstanceRecord], retries: int, now_s: float) -> bool:
        """Take note of an errand that has ended; whether what failed of it will be tried again."""
        numbers = tuple(record.number for record in records if may_pass(record))
        tries = self._book.tries(errand_id)
        if not numbers or tries >= retries:
            self._book.note_tries(errand_id, None)
            self._due.pop(errand_id, None)
            return False
        if errand_id in self._due:  # told before
            return True
        pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(tries, 10))
        self._due[errand_id] = (now_s + pause_s, numbers)
        return True

    def turn(self, now_s: float) -> float:
        """Try again what is due; return in how many seconds something is, at most."""
        for errand_id, (due_s, numbers) in list(self._due.items()):
            if due_s <= now_s:
                del self._due[errand_id]
                self._book.note_tries(errand_id, self._book.tries(errand_id) + 1)
                self._outbox.retry([errand_id], numbers)
        return min((due_s - now_s for due_s, _numbers in self._due.values()), default=LONGEST_PAUSE_S)
