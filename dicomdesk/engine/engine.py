"""Starts jobs and owns their threads."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Self, TypeVar

from dicomdesk.engine.reach.commons import Commons

if TYPE_CHECKING:
    from dicomdesk.engine.job import AnyJob, JobRequest

__all__ = ["Engine"]

FactT = TypeVar("FactT")
JobT = TypeVar("JobT", bound="AnyJob")


class Engine:
    """Owner of jobs and their threads. All methods may be called from any thread; none waits but ``close``.

    ``with Engine() as engine:`` closes it at the end.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads: dict[threading.Thread, Callable[[], None] | None] = {}
        """With the cancel of the job whose main thread it is."""
        self._is_closed = False
        self._commons = Commons()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def submit(self, request: "JobRequest[FactT, JobT]", sink: Callable[[FactT], None]) -> JobT:
        """Start the job that does what is asked for; a listener listens when this returns.

        Raises what the request's job raises before it begins: PortInUseError, StorageError or another LocalError,
        ProfileError or another SettingsError.
        """
        with self._lock:
            self._require_open()
        job = request.make_job(sink, self._start_thread)
        job.share(self._commons)
        job.open()
        try:
            self._start_thread(job.id, job.run, job.cancel)
        except RuntimeError:
            job.withdraw()
            raise
        return job

    def close(self, *, abort: bool = False, waits: bool = True) -> None:
        """Take no more jobs, cancel all (with ``abort`` twice) and join their threads.

        Without ``waits`` none is joined: for the end of a process with threads that do not come back.
        """
        with self._lock:
            self._is_closed = True
            cancels = [cancel for cancel in self._threads.values() if cancel is not None]
        for cancel in cancels * (2 if abort else 1):
            cancel()
        while True:
            with self._lock:
                threads = [thread for thread in self._threads if thread.is_alive()]
            if not threads or not waits:
                return
            for thread in threads:
                thread.join()

    def _require_open(self) -> None:
        if self._is_closed:
            raise RuntimeError("the engine is closed")

    def _start_thread(
        self, name: str, run: Callable[[], None], cancel: Callable[[], None] | None = None
    ) -> threading.Thread:
        """Start a thread that ``close`` will join; one with a ``cancel`` only while the engine is open.

        A job that runs may start threads of its own to the end: they have no cancel.
        """
        thread = threading.Thread(target=run, name=f"dicomdesk-{name}", daemon=True)
        with self._lock:
            if cancel is not None:
                self._require_open()
            self._threads = {other: end for other, end in self._threads.items() if other.is_alive()}
            thread.start()
            self._threads[thread] = cancel
        return thread
