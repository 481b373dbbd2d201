"""The echo job: one association, one C-ECHO, and in plain words what came of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from dicomdesk.engine.events import (
    AssociationAborted,
    AssociationAccepted,
    AssociationFailed,
    AssociationReleased,
    AssociationRequested,
    EventSink,
    JobFinished,
    JobOutcome,
)
from dicomdesk.engine.job import Job, new_job_id
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import DicomdeskError, PeerError, SettingsError
from dicomdesk.network.association import open_association
from dicomdesk.network.association_items import shown_identity
from dicomdesk.network.connection import Interruption
from dicomdesk.network.contexts import Negotiation, ProposedContext
from dicomdesk.network.status import status_advice, status_text
from dicomdesk.settings import AssociationSettings, Peer

__all__ = ["EchoJob", "EchoResult"]

_VERIFICATION = "1.2.840.10008.1.1"
_CONTEXT = ProposedContext(context_id=1, abstract_syntax=_VERIFICATION, transfer_syntaxes=("1.2.840.10008.1.2",))


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoResult:
    """What came of a C-ECHO."""

    outcome: JobOutcome
    """COMPLETED when the peer answered Success."""
    text: str
    """What happened, one plain sentence."""
    advice: str = ""
    """What to do about it, where we know."""
    status: int | None = None
    """DIMSE status, None where none came."""
    association_s: float | None = None
    """How long connecting and negotiating took, None where it failed."""
    round_trip_s: float | None = None
    """How long the peer took to answer, None where it did not."""
    negotiation: Negotiation | None = None
    error: DicomdeskError | None = None


class EchoJob(Job[EchoResult]):
    """Asks a peer for a sign of life. Built by the engine."""

    def __init__(self, peer: Peer, settings: AssociationSettings, sink: EventSink) -> None:
        super().__init__(new_job_id("echo"), sink)
        self._peer = peer
        self._settings = settings
        self._negotiation: Negotiation | None = None
        self._association_s: float | None = None

    def progress(self) -> Progress:
        """There is nothing to count."""
        return Progress(
            items_total=0,
            items_done=0,
            bytes_total=0,
            bytes_done=0,
            bytes_per_s=0.0,
            items_per_s=0.0,
            seconds_left=None,
            associations=0,
        )

    def _work(self) -> EchoResult:
        self._report(
            AssociationRequested(
                job_id=self.id,
                association=1,
                peer=str(self._peer),
                calling_ae_title=self._settings.calling_ae_title,
                contexts=(_CONTEXT,),
                user_identity=shown_identity(self._settings.user_identity),
            )
        )
        interruption = Interruption()
        try:
            # One message is all there is to finish: the first cancel ends it at once.
            with self._control.stopping_with(interruption.set):
                return self._echo(interruption)
        except (PeerError, SettingsError) as error:
            return self._failed(error)
        finally:
            interruption.close()

    def _echo(self, interruption: Interruption) -> EchoResult:
        start_s = time.monotonic()
        association = open_association(
            peer=self._peer, settings=self._settings, contexts=(_CONTEXT,), interruption=interruption
        )
        opened_s = time.monotonic()
        self._association_s = opened_s - start_s
        self._negotiation = association.negotiation
        self._report(AssociationAccepted(job_id=self.id, association=1, negotiation=association.negotiation))
        status = association.echo()
        round_trip_s = time.monotonic() - opened_s
        self._release(association.release)
        text = f"The peer answered in {round_trip_s * 1000:.0f} ms."
        if status:
            text = f"The peer answered, but not with Success: {status_text(status)} (status {status:04X}H)."
        return EchoResult(
            outcome=JobOutcome.FAILED if status else JobOutcome.COMPLETED,
            text=text,
            advice=status_advice(status) if status else "",
            status=status,
            association_s=self._association_s,
            round_trip_s=round_trip_s,
            negotiation=self._negotiation,
        )

    def _release(self, release: Callable[[], None]) -> None:
        try:
            release()
        except PeerError as error:  # the answer is there; how the peer says goodbye does not change it
            self._report(AssociationAborted(job_id=self.id, association=1, by_peer=True, reason=str(error)))
        else:
            self._report(AssociationReleased(job_id=self.id, association=1))

    def _failed(self, error: DicomdeskError) -> EchoResult:
        advice = getattr(error, "advice", "")
        if self._negotiation is None:
            self._report(AssociationFailed(job_id=self.id, association=1, reason=str(error), advice=advice))
        else:
            by_peer = not self._control.is_stopping
            self._report(AssociationAborted(job_id=self.id, association=1, by_peer=by_peer, reason=str(error)))
        return EchoResult(
            outcome=JobOutcome.CANCELLED if self._control.is_stopping else JobOutcome.FAILED,
            text=str(error),
            advice=advice,
            association_s=self._association_s,
            negotiation=self._negotiation,
            error=error,
        )

    def _after_fault(self, error: Exception) -> EchoResult:
        return self._failed(DicomdeskError(f"internal error: {error!r}"))

    def _finished(self, result: EchoResult) -> JobFinished:
        error = "" if result.outcome is JobOutcome.COMPLETED else result.text
        return JobFinished(job_id=self.id, outcome=result.outcome, counts={}, error=error)
