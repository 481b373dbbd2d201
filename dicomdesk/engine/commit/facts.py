"""Facts that a commit job reports beside those of its associations."""

from collections.abc import Callable

from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.engine.commit.states import Commitment
from dicomdesk.engine.events import Event
from dicomdesk.records import dataclass

__all__ = ["CommitFact", "CommitSink", "CommitmentAsked", "CommitmentReported", "InstanceJudged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentAsked:
    """A request was answered by the peer."""

    job_id: str
    association: int
    transaction_uid: str
    instances: int
    status: int
    """Of the N-ACTION: 0 where the peer will report."""
    comment: str = ""
    """Error Comment, as it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentReported:
    """The peer has reported on instances of this job; several reports may come together."""

    job_id: str
    unanswered: int
    """Instances that no report has named yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceJudged:
    """What is known of an instance at the end of the job; told once for each."""

    job_id: str
    reference: Reference
    commitment: Commitment


CommitFact = Event | CommitmentAsked | CommitmentReported | InstanceJudged
CommitSink = Callable[[CommitFact], None]
