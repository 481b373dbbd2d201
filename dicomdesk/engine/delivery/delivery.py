"""Delivery, planned or exact: its parts, and how an association and a job can end."""

from enum import Enum
from typing import NamedTuple, Protocol

from dicomdesk.dicom.instance import InputSelection
from dicomdesk.engine.delivery.report import Report
from dicomdesk.engine.delivery.transfer_list import TransferItem, TransferList
from dicomdesk.engine.events import Event, EventSink, JobOutcome, Notice, NoticeLevel, NotSentCause
from dicomdesk.engine.job import JobControl
from dicomdesk.engine.preparation import InstancePreparer
from dicomdesk.engine.stats import TransferStats
from dicomdesk.errors import DataError, DicomdeskError
from dicomdesk.records import dataclass
from dicomdesk.settings import AssociationSettings, Peer

__all__ = [
    "NONE_ACCEPTED",
    "Delivery",
    "DeliveryRequest",
    "End",
    "EndKind",
    "EndedError",
    "InstanceHaltError",
    "NoContextError",
    "Refusal",
    "SendFailure",
    "SendResult",
    "StoppedError",
]


NONE_ACCEPTED = "No Acceptable Presentation Contexts"
"""DCMTK's words where the peer accepts none at all."""


class SendFailure(Enum):
    """Reason why a send job failed."""

    PROFILE_FILE = "profile-file"
    """The association negotiation profile file cannot be read or is wrong."""
    NO_INPUT_FILES = "no-input-files"
    INVALID_INPUT_FILE = "invalid-input-file"
    """Found before the association, and the job was to halt at that."""
    NO_VALID_INPUT_FILES = "no-valid-input-files"
    PROPOSAL = "proposal"
    """No proposal can be made as asked for: an unknown profile, or more than 128 presentation contexts."""
    ASSOCIATION = "association"
    """Not established; a ProposalError where there was no presentation context to propose."""
    NO_PRESENTATION_CONTEXT = "no-presentation-context"
    """None may be proposed for an instance, or the peer of an exact job accepted none at all."""
    SEND = "send"
    """An instance could not be sent and the job was to halt at that, or a planned job's association was lost."""
    STATUS = "status"
    """The peer answered with a failure status and the job was to halt at that; released or aborted as asked for."""
    ASSOCIATION_LOST = "association-lost"
    """Of an exact job: aborted by the peer, by time-out, by loss of the connection."""
    RELEASE = "release"
    """The peer did not agree to the release."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """Result of a send job."""

    outcome: JobOutcome
    failure: SendFailure | None
    """None unless the outcome is FAILED."""
    error: DicomdeskError | None
    """What happened, where the outcome is FAILED; its ``condition``, if any, says it in DCMTK's words."""
    status: int | None = None
    """The failure status that halted the job."""
    report: Report


class EndedError(Exception):
    """Early end of a job."""

    def __init__(self, failure: SendFailure, error: DicomdeskError, status: int | None = None) -> None:
        """``status`` is the failure status that halted the job."""
        super().__init__(str(error))
        self.failure = failure
        self.error = error
        self.status = status


class InstanceHaltError(DicomdeskError):
    """Instance that cannot be sent, in a job that halts at that."""

    def __init__(self, message: str, cause: DataError | OSError, *, was_begun: bool = False) -> None:
        """``was_begun`` where part of its request was on the way."""
        super().__init__(message)
        self.cause = cause
        self.was_begun = was_begun


class NoContextError(DataError):
    """Instance without accepted presentation context."""


class StoppedError(Exception):
    """Cancel or halt before a request that was about to be sent."""


class EndKind(Enum):
    """Way in which one association of a job ended."""

    RELEASED = "released"
    """Or aborted at its end, where that was asked for."""
    NOT_RELEASED = "not-released"
    """At its end the peer did not agree to the release."""
    NO_CONTEXTS = "no-contexts"
    """Accepted, but with no presentation context; released."""
    NOT_OPENED = "not-opened"
    LOST = "lost"
    """Aborted by the peer, by time-out, by loss of the connection, or on request."""
    BROKEN_OFF = "broken-off"
    """Aborted by us, because a file could not be read to its end while it was sent; a planned job goes on."""
    HALTED = "halted"
    """Aborted by us, because an instance cannot be sent and the job is to stop at that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """End of one association, with its counts."""

    kind: EndKind
    error: DicomdeskError | None = None
    """Why, where it was not RELEASED, or a failure status halted the job."""
    answered: int = 0
    """Instances that the peer answered."""
    failed: int = 0
    """Instances that were begun, got no answer and are not tried again."""
    status: int | None = None
    """The failure status that halted the job."""


class Refusal(NamedTuple):
    """Instance that is not sent, with its further repetitions."""

    items: list[TransferItem]
    """The one tried first."""
    cause: NotSentCause
    reason: str
    told: list[Event]
    """What is told of it, before it ends."""
    halts_at: DataError | OSError | None = None
    """What the association ends at, None where it goes on."""
    uses_message_id: bool = True
    detail: str = ""
    """What is wrong in it, where ``reason`` has DCMTK's words only."""


class DeliveryRequest(Protocol):
    """Fields that the requests of all jobs that send have."""

    @property
    def peer(self) -> Peer:
        """Peer to send to."""

    @property
    def association(self) -> AssociationSettings:
        """Settings of the associations."""

    @property
    def inputs(self) -> InputSelection:
        """Files, folders and archives to send."""

    @property
    def compression_level(self) -> int:
        """zlib level 0 to 9 when a data set has to be deflated."""

    @property
    def halt_on_error(self) -> bool:
        """Stop at the first input or instance that cannot be sent."""


@dataclass(slots=True, kw_only=True)
class Delivery:
    """State that a job and all its associations share."""

    job_id: str
    request: DeliveryRequest
    control: JobControl
    report: EventSink
    transfer: TransferList
    stats: TransferStats
    preparer: InstancePreparer
    is_halted: bool = False
    """Whether an association has come to what the job is to halt at: nothing more is begun."""

    @property
    def is_ending(self) -> bool:
        """Whether nothing more is to be begun."""
        return self.is_halted or self.control.is_stopping

    def notice(self, level: NoticeLevel, text: str) -> None:
        """Tell the user."""
        self.report(Notice(job_id=self.job_id, level=level, text=text))
