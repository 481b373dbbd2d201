"""Group commit: work of many threads in one transaction; what comes during a commit goes into the next.

There is no thread for it. A caller that finds nobody committing commits what waits, its own work included; the others
wait until theirs is done or it is their turn. A single caller so commits at once, on its own thread.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Work = TypeVar("Work")
Done = TypeVar("Done")


class _Ticket(Generic[Work, Done]):
    __slots__ = ("done", "error", "result", "work")

    def __init__(self, work: Work) -> None:
        self.work = work
        self.done = False
        self.result: Done | None = None
        self.error: BaseException | None = None


class GroupCommit(Generic[Work, Done]):
    """Gatherer of work for ``commit``, which gets what waits, in order, and returns a result for each.

    ``commit`` is called on one thread at a time. When it raises for several pieces of work, each is tried alone, so
    that one that cannot be done does not spoil the others; but not where the error is one of ``common_errors``, which
    any of them would meet.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Work]], Sequence[Done]],
        most: int = 256,
        *,
        common_errors: tuple[type[Exception], ...] = (),
    ) -> None:
        self._commit = commit
        self._most = most
        self._common_errors = common_errors
        self._lock = threading.Lock()
        self._leading = threading.Lock()
        self._waiting: deque[_Ticket[Work, Done]] = deque()

    def do(self, work: Work) -> Done:
        """Have the work committed and return its result; raises what the commit of it raised."""
        ticket: _Ticket[Work, Done] = _Ticket(work)
        with self._lock:
            self._waiting.append(ticket)
        while not ticket.done:
            with self._leading:
                if not ticket.done:
                    self._lead()
        if ticket.error is not None:
            raise ticket.error
        return ticket.result  # type: ignore[return-value]  # set with done; None may be a result

    def _lead(self) -> None:
        with self._lock:
            batch = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        if not self._try(batch):
            for ticket in batch:
                self._try([ticket])

    def _try(self, batch: Sequence[_Ticket[Work, Done]]) -> bool:
        """Commit; False when it failed and should be tried in smaller parts."""
        try:
            results = self._commit([ticket.work for ticket in batch])
        except BaseException as error:  # noqa: BLE001  # given to those who wait, whatever it is
            is_common = not isinstance(error, Exception) or isinstance(error, self._common_errors)
            if len(batch) > 1 and not is_common:
                return False
            for ticket in batch:
                ticket.error, ticket.done = error, True
            return True
        for ticket, result in zip(batch, results, strict=True):
            ticket.result, ticket.done = result, True
        return True
