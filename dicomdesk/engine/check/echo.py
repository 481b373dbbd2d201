"""Echo job: one association, one C-ECHO or several, and the result in plain words."""

import time
from enum import Enum

from dicomdesk.dicom.sop_classes import VERIFICATION
from dicomdesk.engine.check.requests import EchoRequest
from dicomdesk.engine.events import (
    EchoAnswered,
    EchoSent,
    EventSink,
    JobFinished,
    JobOutcome,
)
from dicomdesk.engine.job import Job, new_job_id
from dicomdesk.engine.outgoing_association import NotOpenedError, OutgoingAssociation
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import AssociationAbortedError, DicomdeskError, PeerError, PeerReleasedError
from dicomdesk.network.negotiation import ContextResult, Negotiation, number_contexts
from dicomdesk.network.requestor.association import RequestedAssociation
from dicomdesk.network.status import DimseService, status_text
from dicomdesk.network.status_meanings import status_advice
from dicomdesk.records import dataclass

__all__ = ["EchoFailure", "EchoJob", "EchoResult"]


class EchoFailure(Enum):
    """Step at which an echo job failed."""

    ASSOCIATION = "association"
    """Not established."""
    NO_PRESENTATION_CONTEXT = "no-presentation-context"
    ABORTED_BY_PEER = "aborted-by-peer"
    """Or lost, in place of an answer."""
    RELEASED_BY_PEER = "released-by-peer"
    """In place of an answer."""
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
        # One message is all there is to finish: the first cancel ends it at once.
        self._outgoing = OutgoingAssociation(
            job_id=self.id, number=1, control=self._control, report=self._report, ends_at_cancel=True
        )
        self._negotiation: Negotiation | None = None
        self._association_s: float | None = None
        self._round_trips_s: list[float] = []
        self._statuses: list[int] = []

    def progress(self) -> Progress:
        """There is nothing to count."""
        return Progress()

    def _work(self) -> EchoResult:
        request = self._request
        contexts = number_contexts([(VERIFICATION, request.transfer_syntaxes)] * request.contexts)
        start_s = time.monotonic()
        try:
            with self._outgoing.opened(request.peer, request.association, contexts) as association:
                self._association_s = time.monotonic() - start_s
                self._negotiation = association.negotiation
                return self._use(association)
        except NotOpenedError as failed:
            return self._result(failed.error, EchoFailure.ASSOCIATION)

    def _use(self, association: RequestedAssociation) -> EchoResult:
        if not any(context.is_accepted for context in association.negotiation.contexts):
            self._outgoing.release(association)
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
        except PeerReleasedError as error:
            self._outgoing.report_loss(error)
            return self._result(error, EchoFailure.RELEASED_BY_PEER)
        except PeerError as error:
            self._outgoing.report_loss(error)
            is_by_peer = isinstance(error, AssociationAbortedError)
            return self._result(error, EchoFailure.ABORTED_BY_PEER if is_by_peer else EchoFailure.ECHO)
        if self._request.aborts_at_end:
            self._outgoing.abort(association, "Aborted, as was asked for")
            return self._result(None, None)
        # The answers are there; how the peer says goodbye does not change them.
        refusal = self._outgoing.release(association)
        return self._result(refusal, EchoFailure.RELEASE if refusal is not None else None)

    def _echo(self, association: RequestedAssociation, message_id: int) -> None:
        self._report(EchoSent(job_id=self.id, association=1, message_id=message_id))
        start_s = time.monotonic()
        status = association.echo()
        self._round_trips_s.append(time.monotonic() - start_s)
        self._statuses.append(status)
        self._report(EchoAnswered(job_id=self.id, association=1, message_id=message_id, status=status))

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
            advice = status_advice(status, DimseService.C_ECHO)
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
        if self._negotiation is not None:
            self._outgoing.report_loss(error)
        return self._result(error, EchoFailure.ECHO)

    def _finished(self, result: EchoResult) -> JobFinished:
        error = "" if result.outcome is JobOutcome.COMPLETED else result.text
        return JobFinished(job_id=self.id, outcome=result.outcome, counts={}, error=error)
