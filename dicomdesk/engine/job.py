"""Job: a state, a two-step cancel, a sink for facts, and a result that always comes.

A job is WAITING until its thread runs, then RUNNING. The first cancel makes it STOPPING: the current instance is
finished and associations are released. The second makes it ABORTING: associations are aborted. Every way ends in
FINISHED, which is final. The table ``TRANSITIONS`` holds exactly these steps and ``JobControl`` is the only code that
takes them.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from enum import Enum
from typing import Generic, Protocol, TypeVar

from dicomdesk.engine.events import Event, EventSink, JobFinished, JobOutcome, JobStarted
from dicomdesk.engine.reach.commons import Commons
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import CancelledError, DicomdeskError, LocalError

__all__ = [
    "TRANSITIONS",
    "AnyJob",
    "EventRelay",
    "Job",
    "JobControl",
    "JobRequest",
    "JobState",
    "ThreadStarter",
    "new_job_id",
]

_log = logging.getLogger(__name__)

FactT_contra = TypeVar("FactT_contra", contravariant=True)
FactT_co = TypeVar("FactT_co", covariant=True)
ResultT = TypeVar("ResultT")


class JobState(Enum):
    """State of a job."""

    WAITING = "waiting"
    """Its thread does not run yet."""
    RUNNING = "running"
    STOPPING = "stopping"
    """Cancelled once: finishes what it is at and releases."""
    ABORTING = "aborting"
    """Cancelled twice: breaks off what it is at."""
    FINISHED = "finished"


TRANSITIONS: dict[JobState, frozenset[JobState]] = {
    JobState.WAITING: frozenset({JobState.RUNNING, JobState.STOPPING}),
    JobState.RUNNING: frozenset({JobState.STOPPING, JobState.FINISHED}),
    JobState.STOPPING: frozenset({JobState.ABORTING, JobState.FINISHED}),
    JobState.ABORTING: frozenset({JobState.FINISHED}),
    JobState.FINISHED: frozenset(),
}
"""The states that may follow each state."""


class ThreadStarter(Protocol):
    """Starts a named thread that the engine owns and joins."""

    def __call__(self, name: str, run: Callable[[], None]) -> threading.Thread:
        """Start a thread that runs ``run`` and return it."""
        ...


def new_job_id(kind: str) -> str:
    """Return an identifier such as "send-3f9a1c07", unlike all others of this machine."""
    return f"{kind}-{os.urandom(4).hex()}"


class EventRelay(Generic[FactT_contra]):
    """Hands facts to a job's sink: one at a time, in order, none after ``JobFinished``.

    May be called from every thread of the job. What the sink raises is logged and goes no further.
    """

    def __init__(self, sink: Callable[[FactT_contra], None]) -> None:
        self._sink = sink
        self._lock = threading.Lock()
        self._is_closed = False

    def __call__(self, event: FactT_contra) -> None:
        """Pass the fact on; nothing is passed on after ``JobFinished``."""
        with self._lock:
            self._pass_on(event)

    @contextmanager
    def first(self) -> Iterator[Callable[[FactT_contra], None]]:
        """Pass on only facts that are given to the function yielded, while inside; other threads wait with theirs."""
        with self._lock:
            yield self._pass_on

    def _pass_on(self, event: FactT_contra) -> None:
        if self._is_closed:
            return
        try:
            self._sink(event)
        except Exception:  # noqa: BLE001 - the sink is not ours: its faults must not reach the transfer
            _log.exception("an event sink failed at %s", type(event).__name__)
        if isinstance(event, JobFinished):
            self._is_closed = True


class JobControl:
    """State of one job and the requests to end it. Thread-safe.

    ``is_stopping`` and ``is_aborting`` are plain attributes, cheap enough to be read for each instance.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._state = JobState.WAITING
        self._breakers: dict[int, tuple[JobState, Callable[[], None]]] = {}
        self._last_breaker = 0
        self.is_stopping = False
        """Whether a cancel was asked for (once or twice)."""
        self.is_aborting = False
        """Whether cancel was asked for twice."""

    @property
    def state(self) -> JobState:
        """Where the job is."""
        return self._state

    def advance(self, state: JobState) -> bool:
        """Go to ``state`` if the table allows it from here, and tell whether it did."""
        with self._condition:
            return self._advance(state)

    def cancel(self) -> None:
        """Ask for the end: the first call stops in order, the second aborts; more do nothing. From any thread."""
        with self._condition:
            wanted = JobState.ABORTING if self._state is JobState.STOPPING else JobState.STOPPING
            breakers = list(self._breakers.values()) if self._advance(wanted) else []
        for state, break_off in breakers:
            if state is wanted:
                break_off()

    def require_going_on(self) -> None:
        """Raise CancelledError once a cancel was asked for."""
        if self.is_stopping:
            raise CancelledError("The job was cancelled")

    def require_no_abort(self) -> None:
        """Raise CancelledError once cancel was asked for twice."""
        if self.is_aborting:
            raise CancelledError("The job was aborted")

    def wait(self, seconds: float) -> bool:
        """Wait unless or until a cancel is asked for; True when the whole time has passed without one."""
        deadline = time.monotonic() + seconds
        with self._condition:
            while not self.is_stopping:
                left = deadline - time.monotonic()
                if left <= 0:
                    return True
                self._condition.wait(left)
        return False

    def wait_for_stop(self) -> None:
        """Wait until a cancel is asked for."""
        with self._condition:
            self._condition.wait_for(lambda: self.is_stopping)

    def aborting_with(self, break_off: Callable[[], None]) -> AbstractContextManager[None]:
        """Have the second cancel call ``break_off``, while inside, on the cancelling thread; at once if it came."""
        return self._breaking(JobState.ABORTING, break_off)

    def stopping_with(self, break_off: Callable[[], None]) -> AbstractContextManager[None]:
        """Have the first cancel call ``break_off``, likewise."""
        return self._breaking(JobState.STOPPING, break_off)

    @contextmanager
    def _breaking(self, state: JobState, break_off: Callable[[], None]) -> Iterator[None]:
        with self._condition:
            self._last_breaker += 1
            number = self._last_breaker
            self._breakers[number] = (state, break_off)
            is_late = self.is_aborting if state is JobState.ABORTING else self.is_stopping
        if is_late:
            break_off()
        try:
            yield
        finally:
            with self._condition:
                del self._breakers[number]

    def _advance(self, state: JobState) -> bool:
        if state not in TRANSITIONS[self._state]:
            return False
        self._state = state
        self.is_stopping = self.is_stopping or state in {JobState.STOPPING, JobState.ABORTING}
        self.is_aborting = self.is_aborting or state is JobState.ABORTING
        self._condition.notify_all()
        return True


class Job(Generic[ResultT]):
    """One piece of work on threads of its own.

    ``done`` resolves with the job's result after ``JobFinished`` was reported, also when the job failed; it holds an
    exception only if a fault of this program left no result at all, and cannot be cancelled: use ``cancel``. All
    methods may be called from any thread.
    """

    def __init__(self, job_id: str, sink: EventSink) -> None:
        self.id = job_id
        self.done: Future[ResultT] = Future()
        self.done.set_running_or_notify_cancel()
        self._control = JobControl()
        self._report: EventRelay[Event] = EventRelay(sink)

    @property
    def state(self) -> JobState:
        """Where the job is."""
        return self._control.state

    def cancel(self) -> None:
        """First call: finish the current instance and release. Second call: abort."""
        self._control.cancel()

    def abandon(self) -> None:
        """Finish now with what is known, whatever the threads are at: they may never come back.

        For the end of a process whose job does not end by being cancelled twice, which this does first.
        """
        self.cancel()
        self.cancel()
        self._conclude(lambda: self._after_fault(DicomdeskError("what was at work did not end when it was told to")))

    def progress(self) -> Progress:
        """Return how far the job is."""
        raise NotImplementedError

    def share(self, commons: Commons) -> None:
        """Take what is shared with the other jobs of the engine; called before ``open``."""

    def open(self) -> None:
        """Do what must have been done when ``Engine.submit`` returns, on the caller's thread; raise what it raises."""

    def withdraw(self) -> None:
        """Take back ``open``: the job will not run."""

    def run(self) -> None:
        """Do the work; the engine calls this once, on the job's thread."""
        self._control.advance(JobState.RUNNING)
        self._announce()
        self._conclude(self._work_or_fail)

    def _work_or_fail(self) -> ResultT:
        try:
            return self._work()
        except LocalError as error:  # nothing is wrong with this program, but with the machine
            return self._after_fault(error)
        except Exception as error:
            # The top level of a worker: the result must come whatever happened.
            if self._control.state is JobState.FINISHED:  # it was abandoned meanwhile
                raise
            _log.exception("job %s failed by a fault of this program", self.id)
            return self._after_fault(DicomdeskError(f"internal error: {error!r}"))

    def _conclude(self, make_result: Callable[[], ResultT]) -> None:
        """Finish with a result, unless the job has finished meanwhile."""
        try:
            result = make_result()
            last = self._finished(result)
        except Exception as error:  # noqa: BLE001 - nobody may wait for ever, not even for a fault after a fault
            if self._control.advance(JobState.FINISHED):
                _log.exception("job %s has no result by a fault of this program", self.id)
                self._report(JobFinished(job_id=self.id, outcome=JobOutcome.FAILED, counts={}, error=repr(error)))
                self.done.set_exception(error)
            return
        if self._control.advance(JobState.FINISHED):
            self._report(last)
            self.done.set_result(result)

    def _announce(self) -> None:
        """Report that the job runs."""
        self._report(JobStarted(job_id=self.id, at=datetime.now(UTC)))

    def _work(self) -> ResultT:
        """Do the work and return what came of it."""
        raise NotImplementedError

    def _after_fault(self, error: DicomdeskError) -> ResultT:
        """Return what came of the work when ``_work`` raised, or does not come back; on any thread."""
        raise NotImplementedError

    def _finished(self, result: ResultT) -> JobFinished:
        """Return the last fact of the job."""
        raise NotImplementedError


class AnyJob(Protocol):
    """Job with a result of any type; see ``Job``."""

    id: str

    def share(self, commons: Commons) -> None:
        """Take what is shared with the other jobs of the engine."""

    def open(self) -> None:
        """Do what must be done before it runs."""

    def withdraw(self) -> None:
        """Take that back."""

    def run(self) -> None:
        """Do the work."""

    def cancel(self) -> None:
        """Ask for the end."""

    def progress(self) -> Progress:
        """Return how far it is."""


JobT_co = TypeVar("JobT_co", bound=AnyJob, covariant=True)


class JobRequest(Protocol[FactT_co, JobT_co]):
    """Request of a job: a frozen value that makes its job, which reports facts of its kind.

    Layers above the engine bring requests of their own.
    """

    def make_job(self, sink: Callable[[FactT_co], None], start_thread: ThreadStarter, /) -> JobT_co:
        """Make the job that does it; raises a SettingsError or LocalError where that cannot be. For the engine."""
        ...
