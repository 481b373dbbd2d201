"""Decides which thread of Python keeps the others waiting, and for how long, by how many associations fail.

Long turns let honest peers through fastest; among peers that send rubbish without end, whoever sends one instance waits
a dozen times behind all that are busy, so turns are short while associations fail in numbers. Those that have sent much
go one after the other then, so that who brings little shares the interpreter with one of them and not with all.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

__all__ = ["LONG_TURN_S", "SHORT_TURN_S", "HeavyTurns", "InterpreterTurns"]

LONG_TURN_S: Final = 0.0005
SHORT_TURN_S: Final = 0.00005
_FAILURES: Final = 8
_WITHIN_S: Final = 2.0
"""No department has so many connections that break off, other than one that is attacked or tested."""
_LIGHT_BYTES: Final = 24 << 10
"""What comes with an association that brings a small instance."""
_LONGEST_WAIT_S: Final = 0.05
"""For the turn of another: who has it may wait for a peer, or for the disk."""


class InterpreterTurns:
    """Judge of the length of turns; not for several threads at a time. Times are of one monotonic clock."""

    def __init__(self) -> None:
        self._failures: deque[float] = deque(maxlen=_FAILURES)

    def ended(self, now: float, *, is_failure: bool) -> float:
        """Take note of a connection that has ended; returns how long turns should be from now on, in seconds."""
        failures = self._failures
        if is_failure:
            failures.append(now)
        is_crowded = len(failures) == _FAILURES and now - failures[0] <= _WITHIN_S
        return SHORT_TURN_S if is_crowded else LONG_TURN_S


class HeavyTurns:
    """Turns of associations that have sent much, each of which has a thread of its own; any thread."""

    def __init__(self) -> None:
        self.are_kept = False
        """Whether they go one after the other now."""
        self._turn = threading.Lock()

    @contextmanager
    def turn(self, bytes_received: int) -> Iterator[None]:
        """Do the block when it is this association's turn, by what it has sent so far; soon in any case."""
        has_turn = bytes_received > _LIGHT_BYTES and self._turn.acquire(timeout=_LONGEST_WAIT_S)
        try:
            yield
        finally:
            if has_turn:
                self._turn.release()
