"""Measures how long a peer has kept its association waiting, and whether a message comes too slowly.

Only the time counts that is spent waiting for the peer: a slow disk of ours, or a long query, is no fault of its.
Between a command and the first fragment of its data set a peer may pause as between messages: some fetch or convert the
instance only then, and nothing of it is held for them yet.
"""

from collections.abc import Callable
from time import monotonic

from dicomdesk.settings import PlaceRules

__all__ = ["Pace"]


class Pace:
    """Progress of one peer; for the association's thread, around each receive; ``lingering_s`` is for any thread.

    Progress is made with the end of every message, and within one whenever what has come since the last progress is at
    least the least rate times what has been waited since then.
    """

    def __init__(self, rules: PlaceRules, clock: Callable[[], float] = monotonic) -> None:
        self._least_bytes_per_s = rules.least_bytes_per_s
        self._patience_s = rules.patience_s
        self._clock = clock
        self._waiting_since: float | None = None
        self._waited_s = 0.0
        """Since the last progress, without the present wait."""
        self._received = 0
        """Bytes since the last progress."""
        self._is_inside_message = False
        self._message_limit_s = rules.patience_s if rules.least_bytes_per_s else None
        self.wait_limit_s: float | None = None
        """How long to wait for the next bytes of a message at most; None where none has begun, or any rate will do."""

    def waits(self) -> None:
        """Note that what is done next is to wait for bytes of the peer."""
        self._waiting_since = self._clock()

    def received(self, count: int) -> bool:
        """Note so many bytes, 0 for none in time; returns whether the message comes too slowly."""
        since, self._waiting_since = self._waiting_since, None
        if since is not None:
            self._waited_s += self._clock() - since
        if not self._is_inside_message:
            return False
        self._received += count
        if self._received >= self._least_bytes_per_s * self._waited_s:
            self._waited_s = 0.0
            self._received = 0
            return False
        return self._waited_s >= self._patience_s

    def is_at(self, *, inside_message: bool) -> None:
        """Whether what has come so far ends in the middle of a command or a data set."""
        if inside_message and self._is_inside_message:
            return
        self._waited_s = 0.0
        self._received = 0
        self._is_inside_message = inside_message
        self.wait_limit_s = self._message_limit_s if inside_message else None

    def lingering_s(self) -> float:
        """Time the peer has been waited for since it made progress; 0 while it is being served. Any thread."""
        since = self._waiting_since
        return 0.0 if since is None else self._waited_s + self._clock() - since
