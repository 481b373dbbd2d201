"""The exact send job: one association whose proposal is given, files in order, as DCMTK's storescu."""

from dataclasses import dataclass
from enum import Enum

from dicomdesk.engine.events import EventSink, JobFinished, JobOutcome
from dicomdesk.engine.job import Job, new_job_id
from dicomdesk.engine.report import Report
from dicomdesk.engine.requests import ExactSendRequest
from dicomdesk.engine.stats import Progress, TransferStats
from dicomdesk.engine.transfer_list import count_outcomes
from dicomdesk.errors import DicomdeskError

__all__ = ["ExactSendFailure", "ExactSendJob", "ExactSendResult"]


class ExactSendFailure(Enum):
    """Why an exact send job ended early."""

    PROFILE_FILE = "profile-file"
    """The association negotiation profile file cannot be read or is wrong."""
    NO_INPUT_FILES = "no-input-files"
    INVALID_INPUT_FILE = "invalid-input-file"
    """Found before the association; the error's text is DCMTK's."""
    PROPOSAL = "proposal"
    """No proposal can be made as asked for: an unknown profile, or more than 128 presentation contexts."""
    ASSOCIATION = "association"
    """Not established."""
    NO_PRESENTATION_CONTEXT = "no-presentation-context"
    """Established, but the peer accepted no presentation context at all."""
    STATUS = "status"
    """The peer answered with a failure status and the job was to halt at that; released or aborted as asked for."""
    INSTANCE = "instance"
    """A file could not be sent and the job was to halt at that; aborted."""
    ASSOCIATION_LOST = "association-lost"
    """Aborted by the peer, by time-out, by loss of the connection."""
    RELEASE = "release"
    """All was answered, but the peer did not agree to the release."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactSendResult:
    """What came of an exact send job."""

    outcome: JobOutcome
    failure: ExactSendFailure | None
    """None unless the outcome is FAILED."""
    error: DicomdeskError | None
    """What happened, where the outcome is FAILED; its ``condition``, if any, says it in DCMTK's words."""
    status: int | None
    """The failure status that halted the job."""
    report: Report


class ExactSendJob(Job[ExactSendResult]):
    """Sends files over one association. Built by the engine."""

    def __init__(self, request: ExactSendRequest, sink: EventSink) -> None:
        super().__init__(new_job_id("storescu"), sink)
        self._request = request
        self._stats = TransferStats()

    def progress(self) -> Progress:
        """How far the job is, now."""
        return self._stats.progress()

    def _work(self) -> ExactSendResult:
        return self._after_fault(NotImplementedError())

    def _after_fault(self, error: Exception) -> ExactSendResult:
        peer = self._request.peer
        text = f"internal error: {error!r}"
        report = Report(
            peer_host=peer.host,
            peer_port=peer.port,
            calling_ae_title=self._request.association.calling_ae_title,
            called_ae_title=peer.ae_title,
            associations=0,
            contexts_proposed=0,
            items=(),
            job_outcome=JobOutcome.FAILED,
            failure=text,
        )
        return ExactSendResult(
            outcome=JobOutcome.FAILED,
            failure=ExactSendFailure.INSTANCE,
            error=DicomdeskError(text),
            status=None,
            report=report,
        )

    def _finished(self, result: ExactSendResult) -> JobFinished:
        return JobFinished(
            job_id=self.id,
            outcome=result.outcome,
            counts=count_outcomes(result.report.items),
            error=str(result.error or ""),
        )
