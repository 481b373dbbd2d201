"""Echo job: one association, one C-ECHO or several, and the result in plain words."""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from enum import Enum

from dicomdesk.dicom.sop_classes import VERIFICATION
from dicomdesk.engine.check.requests import EchoRequest
from dicomdesk.engine.events import (
    AssociationAborted,
    AssociationAccepted,
    AssociationFailed,
    AssociationReleased,
    AssociationRequested,
    EchoAnswered,
    EchoSent,
    EventSink,
    JobFinished,
    JobOutcome,
)
from dicomdesk.engine.job import Job, new_job_id
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import AssociationAbortedError, DicomdeskError, LocalError, PeerError, SettingsError
from dicomdesk.network.negotiation import ContextResult, Negotiation, number_contexts
from dicomdesk.network.requestor.association import RequestedAssociation, open_association
from dicomdesk.network.status import status_advice, status_text
from dicomdesk.network.upper_layer.association_items import shown_identity
from dicomdesk.network.wire.connection import Interruption

__all__ = ["EchoFailure", "EchoJob", "EchoResult"]


class EchoFailure(Enum):
    """Step at which an echo job failed."""

    ASSOCIATION = "association"
    """Not established."""
    NO_PRESENTATION_CONTEXT = "no-presentation-context"
    ABORTED_BY_PEER = "aborted-by-peer"
    """Or lost, in place of an answer."""
    ECHO = "echo"
    """Aborted by us: no answer in time, or one that makes no sense."""
    RELEASE = "release"
    """All was answered, but the peer did not agree to the release."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoResult:
    """Result of an echo job."""

    outcome: JobOutcome
    """COMPLETED when the peer answered Success."""
    text: str
    """What happened, one plain sentence."""
    advice: str = ""
    """What to do about it, where we know."""
    status: int | None = None
    """DIMSE status, None where none came; of several the first that is not Success."""
    association_s: float | None = None
    """How long connecting and negotiating took, None where it failed."""
    round_trip_s: float | None = None
    """How long the peer took to answer, of several the longest; None where it did not."""
    negotiation: Negotiation | None = None
    error: DicomdeskError | None = None
    failure: EchoFailure | None = None
    """None where all was answered and the association ended in order."""


class EchoJob(Job[EchoResult]):
    """Sends C-ECHO requests to a peer. Built by the engine."""

    def __init__(self, request: EchoRequest, sink: EventSink) -> None:
        super().__init__(new_job_id("echo"), sink)
        self._request = request
        self._negotiation: Negotiation | None = None
        self._association_s: float | None = None
        self._round_trips_s: list[float] = []
        self._statuses: list[int] = []

    def progress(self) -> Progress:
        """There is nothing to count."""
        return Progress()

    def _work(self) -> EchoResult:
        # One message is all there is to finish: the first cancel ends it at once.
        with closing(Interruption()) as interruption, self._control.stopping_with(interruption.set):
            association = self._open(interruption)
            if isinstance(association, EchoResult):
                return association
            return self._use(association)

    def _open(self, interruption: Interruption) -> "RequestedAssociation | EchoResult":
        request = self._request
        contexts = number_contexts([(VERIFICATION, request.transfer_syntaxes)] * request.contexts)
        self._report(
            AssociationRequested(
                job_id=self.id,
                association=1,
                peer=str(request.peer),
                calling_ae_title=request.association.calling_ae_title,
                contexts=contexts,
                user_identity=shown_identity(request.association.user_identity),
            )
        )
        start_s = time.monotonic()
        try:
            association = open_association(
                peer=request.peer, settings=request.association, contexts=contexts, interruption=interruption
            )
        except (PeerError, SettingsError, LocalError) as error:
            return self._failed(error, EchoFailure.ASSOCIATION)
        self._association_s = time.monotonic() - start_s
        self._negotiation = association.negotiation
        self._report(AssociationAccepted(job_id=self.id, association=1, negotiation=association.negotiation))
        return association

    def _use(self, association: RequestedAssociation) -> EchoResult:
        if not any(context.is_accepted for context in association.negotiation.contexts):
            self._release(association.release)
            answers = {context.result for context in association.negotiation.contexts}
            error = PeerError(
                "The peer accepts verification (C-ECHO) in a transfer syntax only that was not proposed"
                if ContextResult.ACCEPTED in answers
                else "The peer does not accept verification (C-ECHO)"
            )
            return self._result(error, EchoFailure.NO_PRESENTATION_CONTEXT)
        try:
            for message_id in range(1, self._request.repeats + 1):
                self._echo(association, message_id)
        except PeerError as error:
            is_by_peer = isinstance(error, AssociationAbortedError)
            return self._failed(error, EchoFailure.ABORTED_BY_PEER if is_by_peer else EchoFailure.ECHO)
        if self._request.aborts_at_end:
            association.abort()
            reason = "Aborted, as was asked for"
            self._report(AssociationAborted(job_id=self.id, association=1, by_peer=False, reason=reason))
            return self._result(None, None)
        refusal = self._release(association.release)
        return self._result(refusal, EchoFailure.RELEASE if refusal is not None else None)

    def _echo(self, association: RequestedAssociation, message_id: int) -> None:
        self._report(EchoSent(job_id=self.id, association=1, message_id=message_id))
        start_s = time.monotonic()
        status = association.echo()
        self._round_trips_s.append(time.monotonic() - start_s)
        self._statuses.append(status)
        self._report(EchoAnswered(job_id=self.id, association=1, message_id=message_id, status=status))

    def _release(self, release: Callable[[], None]) -> PeerError | None:
        """Release; what came instead of the peer's consent."""
        try:
            release()
        except PeerError as error:  # the answers are there; how the peer says goodbye does not change them
            self._report(AssociationAborted(job_id=self.id, association=1, by_peer=True, reason=str(error)))
            return error
        self._report(AssociationReleased(job_id=self.id, association=1))
        return None

    def _failed(self, error: DicomdeskError, failure: EchoFailure) -> EchoResult:
        """No association, or none any more."""
        if self._negotiation is None:
            advice = getattr(error, "advice", "")
            self._report(AssociationFailed(job_id=self.id, association=1, reason=str(error), advice=advice))
        else:
            by_peer = failure is EchoFailure.ABORTED_BY_PEER and not self._control.is_stopping
            self._report(AssociationAborted(job_id=self.id, association=1, by_peer=by_peer, reason=str(error)))
        return self._result(error, failure)

    def _result(self, error: DicomdeskError | None, failure: EchoFailure | None) -> EchoResult:
        status = next((status for status in self._statuses if status), 0 if self._statuses else None)
        outcome, advice = JobOutcome.COMPLETED, ""
        longest_s = max(self._round_trips_s, default=None)
        if failure not in {None, EchoFailure.RELEASE} and error is not None:
            outcome = JobOutcome.CANCELLED if self._control.is_stopping else JobOutcome.FAILED
            text, advice = str(error), getattr(error, "advice", "")
        elif status:
            outcome = JobOutcome.FAILED
            text = f"The peer answered, but not with Success: {status_text(status)} (status {status:04X}H)."
            advice = status_advice(status)
        else:
            text = f"The peer answered in {(longest_s or 0) * 1000:.0f} ms."
        return EchoResult(
            outcome=outcome,
            text=text,
            advice=advice,
            status=status,
            association_s=self._association_s,
            round_trip_s=longest_s,
            negotiation=self._negotiation,
            error=error,
            failure=failure,
        )

    def _after_fault(self, error: DicomdeskError) -> EchoResult:
        return self._failed(error, EchoFailure.ECHO)

    def _finished(self, result: EchoResult) -> JobFinished:
        error = "" if result.outcome is JobOutcome.COMPLETED else result.text
        return JobFinished(job_id=self.id, outcome=result.outcome, counts={}, error=error)
