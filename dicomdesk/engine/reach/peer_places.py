"""How many associations jobs of one engine have with a peer at once: who comes first is served first."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import field
from typing import Protocol

from dicomdesk.records import dataclass
from dicomdesk.settings import Peer

__all__ = ["PeerPlaces"]

_Key = tuple[str, str, int]


class Stopping(Protocol):
    """The job that may be cancelled; see ``job.JobControl``."""

    is_stopping: bool

    def stopping_with(self, break_off: Callable[[], None], /) -> AbstractContextManager[None]:
        """Have a cancel call ``break_off``, while inside."""


@dataclass
class _Queue:
    """Of one peer."""

    taken: int = 0
    waiting: deque[object] = field(default_factory=deque)
    """A mark for each that waits, the longest waiting first."""


class PeerPlaces:
    """For all threads of all jobs of an engine."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._queues: dict[_Key, _Queue] = defaultdict(_Queue)

    @contextmanager
    def place(
        self,
        peer: Peer,
        bound: int,
        control: Stopping,
        *,
        waits: Callable[[], None],
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> Iterator[bool]:
        """Hold a place for an association with a peer while inside, of which there are ``bound`` (0: any number).

        Yields False, and holds none, where the job is cancelled or ``is_wanted`` says no while it waits; it is asked
        whenever a place becomes free. ``waits`` is called where a place is not free at once, without any lock.
        """
        key = (peer.ae_title, peer.host, peer.port)
        if not self._take(key, bound, control, waits, is_wanted):
            yield False
            return
        try:
            yield True
        finally:
            with self._condition:
                self._queues[key].taken -= 1
                self._tidy(key)

    def _take(
        self,
        key: _Key,
        bound: int,
        control: Stopping,
        waits: Callable[[], None],
        is_wanted: Callable[[], bool],
    ) -> bool:
        with self._condition:
            queue = self._queues[key]
            if not queue.waiting and (not bound or queue.taken < bound):
                queue.taken += 1
                return True
            mark = object()
            queue.waiting.append(mark)
        waits()
        with control.stopping_with(self._wake), self._condition:
            is_taken = False
            while not is_taken and not control.is_stopping and is_wanted():
                is_taken = queue.waiting[0] is mark and (not bound or queue.taken < bound)
                if not is_taken:
                    self._condition.wait()
            queue.waiting.remove(mark)
            queue.taken += is_taken
            self._tidy(key)
            return is_taken

    def _wake(self) -> None:
        with self._condition:
            self._condition.notify_all()

    def _tidy(self, key: _Key) -> None:
        """Under the lock: who waits looks again; nothing is kept of a peer that nobody is at."""
        queue = self._queues[key]
        if not queue.taken and not queue.waiting:
            del self._queues[key]
        self._condition.notify_all()
