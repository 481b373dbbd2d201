"""What came of a retrieve job: what was announced, what the peer counted, what arrived, what is missing."""

from collections.abc import Iterable
from dataclasses import field
from enum import Enum

from dicomdesk.engine.events import JobOutcome
from dicomdesk.engine.retrieve.diagnosis.causes import Diagnosis, DiagnosisKind
from dicomdesk.engine.retrieve.facts import RetrieveEnded, RetrieveMethodChosen, SubOperations
from dicomdesk.errors import DicomdeskError
from dicomdesk.human import count_text
from dicomdesk.records import dataclass

__all__ = ["Diagnosis", "DiagnosisKind", "RetrieveFailure", "RetrieveOutcome", "Standing", "counts_text", "sum_counts"]


class RetrieveFailure(Enum):
    """Where a retrieve job ended early."""

    ASSOCIATION = "association"
    """Not established."""
    NO_PRESENTATION_CONTEXT = "no-presentation-context"
    LISTENER = "listener"
    """Where the method is automatic, and C-MOVE was chosen: nothing can listen here."""
    IDENTIFIER = "identifier"
    """One could not be written; the association was aborted."""
    ABORTED_BY_PEER = "aborted-by-peer"
    """Or lost."""
    REQUEST = "request"
    """Aborted by us: no answer in time, one that makes no sense, or an instance whose structure is broken."""
    RELEASE = "release"
    """All was answered, but the peer did not agree to the release."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrieveOutcome:
    """What came of a retrieve job."""

    outcome: JobOutcome
    """COMPLETED where each request has its final response, whatever its status is."""
    ended: tuple[RetrieveEnded, ...]
    """The requests that have their final response, in the order in which they came."""
    announced: int | None
    """How many instances exist, where a query has told."""
    reported: SubOperations
    """What the peer has counted, of all requests."""
    arrived: int | None
    """Instances that came whole to us, also those that were not stored; None where they did not come here."""
    stored: int | None
    """Different ones of them that are stored."""
    missing: tuple[str, ...]
    """SOP Instance UIDs of what exists and is neither stored nor was here before."""
    refused: tuple[str, ...]
    """SOP Instance UIDs of what came and was not stored."""
    diagnoses: tuple[Diagnosis, ...]
    """Why something did not arrive, the likeliest first."""
    unasked: int = 0
    """Instances that came and belong to nothing that was asked for: they are treated as the receiver treats all, and
    count neither as arrived nor as stored."""
    choices: tuple[RetrieveMethodChosen, ...] = ()
    """The method where it was chosen, and the other one where that was tried after it."""
    failure: RetrieveFailure | None = None
    error: DicomdeskError | None = None

    @property
    def text(self) -> str:
        """What happened, one plain sentence."""
        if self.error is not None:
            return str(self.error)
        if self.stored is None:
            return f"The peer reports {count_text(self.reported.completed, 'instance')} sent"
        stored = count_text(self.stored, "instance")
        return f"{stored} stored" + (f", {len(self.missing):,} missing" if self.missing else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a retrieve job stands: a gauge, for whoever draws it."""

    announced: int | None = None
    """How many instances exist, where a query has told."""
    reported: SubOperations = field(default_factory=SubOperations)
    """What the peer has counted so far, of all requests."""
    arrived: int | None = None
    """Instances that came whole to us; None where they do not come here."""
    stored: int | None = None
    """Different ones of them that are stored."""
    bytes_stored: int = 0


def counts_text(counts: SubOperations) -> str:
    """What a peer has counted, in words; what is none is left out but for what was sent."""
    parts = [f"{counts.completed:,} sent"]
    named = (("with a warning", counts.warning), ("failed", counts.failed), ("remaining", counts.remaining or 0))
    return ", ".join([*parts, *(f"{count:,} {name}" for name, count in named if count)])


def sum_counts(counts: Iterable[SubOperations | None]) -> SubOperations:
    """The sum of what a peer has counted; None counts nothing."""
    told = [count for count in counts if count is not None]
    return SubOperations(
        completed=sum(count.completed for count in told),
        failed=sum(count.failed for count in told),
        warning=sum(count.warning for count in told),
        remaining=sum(count.remaining or 0 for count in told),
    )
