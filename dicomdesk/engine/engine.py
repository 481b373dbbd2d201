"""Starts jobs and owns their threads."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from dicomdesk.engine.events import EventSink
from dicomdesk.engine.requests import ExactSendRequest, ReceiveRequest, SendRequest
from dicomdesk.settings import AssociationSettings, Peer

if TYPE_CHECKING:
    from dicomdesk.engine.check.check import CheckJob
    from dicomdesk.engine.check.echo import EchoJob, EchoPlan
    from dicomdesk.engine.preflight.preflight import PreflightJob
    from dicomdesk.engine.receive.receive import ReceiveJob
    from dicomdesk.engine.send.planned_send import SendJob
    from dicomdesk.engine.send_exactly.exact_send import ExactSendJob

__all__ = ["Engine"]


class Engine:
    """Where front ends ask for jobs. All methods may be called from any thread; none waits but ``close``.

    ``with Engine() as engine:`` closes it at the end.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads: dict[threading.Thread, Callable[[], None] | None] = {}
        """With the cancel of the job whose main thread it is."""
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def send(self, request: SendRequest, sink: EventSink) -> "SendJob":
        """Start to send."""
        from dicomdesk.engine.send.planned_send import SendJob  # noqa: PLC0415 - start-up time of those who do not send

        job = SendJob(request, sink, self._start_thread)
        self._start_thread(job.id, job.run, job.cancel)
        return job

    def send_exactly(self, request: ExactSendRequest, sink: EventSink) -> "ExactSendJob":
        """Start to send files over one association whose proposal is given."""
        from dicomdesk.engine.send_exactly.exact_send import ExactSendJob  # noqa: PLC0415 - start-up time of those who do not send

        job = ExactSendJob(request, sink)
        self._start_thread(job.id, job.run, job.cancel)
        return job

    def receive(self, request: ReceiveRequest, sink: EventSink) -> "ReceiveJob":
        """Start to receive; listens when this returns.

        Raises PortInUseError, StorageError or another LocalError, ProfileError or another SettingsError.
        """
        from dicomdesk.engine.receive.receive import ReceiveJob  # noqa: PLC0415 - start-up time of those who do not receive

        self._check_open()
        job = ReceiveJob(request, sink, self._start_thread)
        job.open()
        try:
            self._start_thread(job.id, job.run, job.cancel)
        except RuntimeError:
            job.withdraw()
            raise
        return job

    def echo(
        self, peer: Peer, association: AssociationSettings, sink: EventSink, *, plan: "EchoPlan | None" = None
    ) -> "EchoJob":
        """Start to ask a peer for a sign of life; once, in the most usual way, unless there is a plan."""
        from dicomdesk.engine.check.echo import EchoJob, EchoPlan  # noqa: PLC0415 - start-up time of those who do not ask

        job = EchoJob(peer, association, plan or EchoPlan(), sink)
        self._start_thread(job.id, job.run, job.cancel)
        return job

    def check(
        self, peer: Peer, association: AssociationSettings, sink: EventSink, *, asks_capabilities: bool = True
    ) -> "CheckJob":
        """Start to check the way to a peer, step by step, and what it accepts."""
        from dicomdesk.engine.check.check import CheckJob  # noqa: PLC0415 - start-up time of those who do not check

        job = CheckJob(peer, association, sink, asks_capabilities=asks_capabilities)
        self._start_thread(job.id, job.run, job.cancel)
        return job

    def preflight(self, request: SendRequest | ExactSendRequest, sink: EventSink) -> "PreflightJob":
        """Start to find out how instances would go, without sending any."""
        job: PreflightJob
        if isinstance(request, ExactSendRequest):
            from dicomdesk.engine.preflight.exact_preflight import ExactPreflightJob  # noqa: PLC0415 - as below

            job = ExactPreflightJob(request, sink)
        else:
            from dicomdesk.engine.preflight.planned_preflight import PlannedPreflightJob  # noqa: PLC0415 - start-up time

            job = PlannedPreflightJob(request, sink)
        self._start_thread(job.id, job.run, job.cancel)
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

    def _check_open(self) -> None:
        with self._lock:
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
            if self._is_closed and cancel is not None:
                raise RuntimeError("the engine is closed")
            self._threads = {other: end for other, end in self._threads.items() if other.is_alive()}
            thread.start()
            self._threads[thread] = cancel
        return thread
