"""Decides how long a thread of Python may keep the others waiting, by how many associations fail.

Long turns let honest peers through fastest; among peers that send rubbish without end, whoever sends one instance waits
a dozen times behind all that are busy, so turns are short while associations fail in numbers.
"""

from collections import deque
from typing import Final

__all__ = ["LONG_TURN_S", "SHORT_TURN_S", "InterpreterTurns"]

LONG_TURN_S: Final = 0.0005
SHORT_TURN_S: Final = 0.00005
_FAILURES: Final = 8
_WITHIN_S: Final = 2.0
"""No department has so many connections that break off, other than one that is attacked or tested."""


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
