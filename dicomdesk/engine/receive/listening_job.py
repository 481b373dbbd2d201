"""Job that listens for associations until it is cancelled: the frame of the receive job and of an archive's job."""

from collections.abc import Callable
from dataclasses import field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dicomdesk.engine.events import (
    ArrivalKind,
    EventSink,
    ItemOutcome,
    JobFinished,
    JobOutcome,
    JobStarted,
    ListenerStarted,
)
from dicomdesk.engine.job import Job, ThreadStarter
from dicomdesk.errors import DicomdeskError
from dicomdesk.records import dataclass
from dicomdesk.settings import TlsSettings

if TYPE_CHECKING:
    import ssl

__all__ = ["ListeningJob", "ReceiveResult", "acceptor_ssl_context"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveResult:
    """Outcome of a job that listened."""

    outcome: JobOutcome
    """COMPLETED when it was stopped in order."""
    error: DicomdeskError | None = None
    counts: dict[ItemOutcome, int] = field(default_factory=dict)
    """Instances received."""
    arrivals: dict[ArrivalKind, int] = field(default_factory=dict)
    """Of the book of the job, where somebody keeps count."""


class ListeningJob(Job[ReceiveResult]):
    """Listens until it is cancelled. Built and opened by the engine."""

    def __init__(self, job_id: str, sink: EventSink, start_thread: ThreadStarter) -> None:
        super().__init__(job_id, sink)
        self._start_thread = start_thread
        self.port = 0
        """Where it listens."""

    def _listen(self, address: str, listen: Callable[[], int]) -> None:
        """Take a port with ``listen`` and report that; facts of associations, which may come at once, come later."""
        with self._report.first() as report:
            self.port = listen()
            report(JobStarted(job_id=self.id, at=datetime.now(UTC)))
            report(ListenerStarted(job_id=self.id, address=address, port=self.port))

    def _announce(self) -> None:
        """Done by ``open``: associations may come before this job's thread runs."""

    def _abort(self) -> None:
        """Second cancel, on the cancelling thread, which must not wait."""
        self._start_thread(f"{self.id}-abort", self._break_off)

    def _break_off(self) -> None:
        """Abort all associations and stop listening; may wait."""
        raise NotImplementedError

    def _finished(self, result: ReceiveResult) -> JobFinished:
        return JobFinished(
            job_id=self.id,
            outcome=result.outcome,
            counts=result.counts,
            error=str(result.error or ""),
            arrivals=result.arrivals,
        )


def acceptor_ssl_context(tls: TlsSettings | None) -> "ssl.SSLContext | None":
    """TLS context of a listener, None for plain connections. Raises KeyPassPhraseError and TlsSettingsError.

    Warnings are for ``check_tls_settings``.
    """
    if tls is None:
        return None
    from dicomdesk.network.tls.tls_contexts import server_context  # noqa: PLC0415 - only where TLS is asked for

    return server_context(tls).context
