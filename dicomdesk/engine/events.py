"""Facts that jobs report: each happens once, and ``JobFinished`` is the last of its job.

A sink is called on worker threads. It returns at once, never blocks and never raises. Gauges (bytes, rates) are not
events: see ``dicomdesk.engine.stats``.
"""

from collections.abc import Callable
from dataclasses import field
from datetime import datetime
from enum import Enum

from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.engine.check_findings import CheckStage, CheckStep, SopClassCapability
from dicomdesk.engine.facts.reception import ArrivalKind, StorageChanged, StorageState, StudySender, StudySettled
from dicomdesk.engine.forecast import ForecastGroup
from dicomdesk.engine.invented_identities import InventedIdentity
from dicomdesk.network.negotiation import (
    PEER_CLOSED,
    ContextResult,
    ExtendedNegotiation,
    NegotiatedContext,
    NegotiatedExtension,
    Negotiation,
    ProposedContext,
    Role,
    TlsSession,
    UserIdentityExchange,
)
from dicomdesk.network.status import DimseService, Status, dumped_status, status_text
from dicomdesk.network.upper_layer.rejection import dcmtk_rejection_lines
from dicomdesk.records import dataclass

__all__ = [
    "ArrivalKind",
    "AssociationAborted",
    "AssociationAccepted",
    "AssociationEvent",
    "AssociationFailed",
    "AssociationReceived",
    "AssociationReleased",
    "AssociationRequested",
    "CapabilityFound",
    "CheckStepFinished",
    "CheckStepStarted",
    "ContextResult",
    "ContextsRefused",
    "DimseService",
    "EchoAnswered",
    "EchoReceived",
    "EchoSent",
    "Event",
    "EventSink",
    "ExtendedNegotiation",
    "FileRenamed",
    "GroupForecast",
    "InputCheckStarted",
    "InputIgnored",
    "InputListingStarted",
    "InputSkipped",
    "InstanceNotSent",
    "InventedIdentity",
    "ItemFinished",
    "ItemOutcome",
    "ItemStarted",
    "JobFinished",
    "JobOutcome",
    "JobStarted",
    "ListenerStarted",
    "NamedEvent",
    "NegotiatedContext",
    "NegotiatedExtension",
    "Negotiation",
    "NotSentCause",
    "Notice",
    "NoticeLevel",
    "ProposedContext",
    "ReleaseFailed",
    "RequestFailed",
    "RetryScheduled",
    "Role",
    "ScanFinished",
    "Status",
    "StorageChanged",
    "StorageState",
    "StoreBrokenOff",
    "StudySender",
    "StudySettled",
    "TlsSession",
    "UserIdentityExchange",
    "WordedEvent",
    "dcmtk_rejection_lines",
    "dumped_status",
    "status_text",
]


class ItemOutcome(Enum):
    """Outcome of one instance."""

    STORED = "stored"
    WARNING = "warning"
    """Stored, with a warning status (Bxxx, 0001, 0107, 0116)."""
    REFUSED = "refused"
    """The peer answered with a failure status."""
    NOT_SENT = "not-sent"
    """No request was made: no context, file unreadable, cancelled."""
    FAILED = "failed"
    """A request was begun but no answer came."""

    __hash__ = object.__hash__  # each instance is counted by it, and that of Enum is written in Python


class NotSentCause(Enum):
    """Reason why no request was made for an instance."""

    NO_CONTEXT = "no-presentation-context"
    """The peer accepted no presentation context for it, or none may be proposed; a notice has said so."""
    UNREADABLE = "unreadable"
    """The file could not be read."""
    NOT_CONVERTED = "not-converted"
    """It could not be converted as the peer wants it; notices have said so."""
    NOT_REACHED = "not-reached"
    """The job ended before its turn came."""


class JobOutcome(Enum):
    """Outcome of a job."""

    COMPLETED = "completed"
    """All items ended; look at the counts for how."""
    FAILED = "failed"
    """It stopped early; ``error`` says why."""
    CANCELLED = "cancelled"


class NoticeLevel(Enum):
    """Severity of a notice."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStarted:
    """The job's worker runs."""

    job_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Line for a log; carries no patient identifiers."""

    job_id: str
    level: NoticeLevel
    text: str
    peer_host: str = ""
    """Of the connection that it is about, where no other event names it: front ends that show no DCMTK line tell it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSkipped:
    """An input was not taken; with ``halt_on_error`` the job ends because of it."""

    job_id: str
    path: str
    reason: str
    is_failure: bool = True
    """False for what is passed over by rule, such as a folder when none are scanned; the job goes on."""
    is_missed: bool = field(default=True, compare=False)
    """Whether something may be missing in what is sent; see ``SkippedInput``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanFinished:
    """All inputs are known."""

    job_id: str
    items: int
    size_bytes: int
    skipped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationRequested:
    """We are about to ask for an association."""

    job_id: str
    association: int
    """Number within the job, from 1."""
    peer: str
    """"AE@host:port"."""
    calling_ae_title: str
    contexts: tuple[ProposedContext, ...]
    user_identity: UserIdentityExchange | None = None
    """None where none is presented."""
    extensions: tuple[ExtendedNegotiation, ...] = ()
    """SOP Class Extended Negotiation that we propose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationReceived:
    """A peer asks us for an association; accepted or refused next."""

    job_id: str
    association: int
    peer_host: str
    """Name where host lookup is on and answers, else the address."""
    peer_address: str = ""
    """IP address, "" where not known."""
    calling_ae_title: str
    called_ae_title: str
    contexts: tuple[ProposedContext, ...]
    peer_implementation_class_uid: str = ""
    peer_implementation_version: str = ""
    peer_max_pdu_bytes: int = 0
    """0 is unlimited."""
    user_identity: UserIdentityExchange | None = None
    """None where none is presented."""
    extensions: tuple[ExtendedNegotiation, ...] = ()
    """SOP Class Extended Negotiation that the peer proposes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationAccepted:
    """An association is established, in either role."""

    job_id: str
    association: int
    negotiation: Negotiation


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationFailed:
    """An association was not established: unreachable, rejected (by either side), timed out."""

    job_id: str
    association: int
    reason: str
    cause: str = ""
    """The likely cause, where the reason does not say it."""
    advice: str = ""
    """What to do about it, where we know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationReleased:
    """An association ended in order."""

    job_id: str
    association: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationAborted:
    """An association ended by A-ABORT or loss of the connection."""

    job_id: str
    association: int
    by_peer: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFailed:
    """A connection came to nothing: the peer did not ask for an association, or not as one does."""

    job_id: str
    peer_host: str
    """Name where host lookup is on and answers, else the address."""
    reason: str

    @property
    def is_bare_connection(self) -> bool:
        """Whether nothing was sent over it, as by balancers and monitors that look whether the port is open."""
        rest = self.reason.removeprefix(PEER_CLOSED)
        return rest != self.reason and not rest.startswith(" in ")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextsRefused:
    """The peer took none of the presentation contexts; told once where associations are parallel."""

    job_id: str
    association: int
    items_later: int
    """Instances that are to go over further associations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFailed:
    """The peer did not agree to the release of an association, over which all was answered that was sent."""

    job_id: str
    association: int
    condition: str
    """In DCMTK's words where there are some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceNotSent:
    """An instance whose turn has come is not sent; it has its ``ItemFinished`` next."""

    job_id: str
    path: str
    cause: NotSentCause
    reason: str
    """Plain words."""
    sop_class_uid: str = ""
    """"" where the file could not be read so far, as the transfer syntaxes."""
    transfer_syntax_uid: str = ""
    """Of the file."""
    wanted_transfer_syntax_uid: str = ""
    """That the peer takes it in, "" for none."""
    has_invalid_uids: bool = False
    """Whether the file is sound, but its SOP Class UID or SOP Instance UID cannot be sent."""
    message_id: int = 0
    """That its request would have had, 0 where nobody tells."""
    invented: InventedIdentity | None = None
    """Where it was to be sent under a new identity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreBrokenOff:
    """A C-STORE request was begun and there is no answer to it; the instance has its ``ItemFinished`` next."""

    job_id: str
    path: str
    reason: str
    """In DCMTK's words where the association is the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRenamed:
    """A file that was tried for the last time was to be renamed by what became of it."""

    job_id: str
    path: str
    new_path: str
    problem: str = ""
    """Why it keeps its name, "" where it does not."""
    has_replaced: bool = False
    """Whether there was a file of the new name before, which is gone now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputListingStarted:
    """Directories are about to be looked into for files to send."""

    job_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InputCheckStarted:
    """Files are about to be looked at, one after the other, before the association."""

    job_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InputIgnored:
    """The job goes on without an input that it could have halted at; its ``InputSkipped`` came before."""

    job_id: str
    problem: str
    """What is wrong, with the name of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoSent:
    """A C-ECHO request is about to be sent."""

    job_id: str
    association: int
    message_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoAnswered:
    """The peer has answered a C-ECHO request."""

    job_id: str
    association: int
    message_id: int
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoReceived:
    """A peer has sent a C-ECHO request, and is answered with Success."""

    job_id: str
    association: int
    message_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStarted:
    """A C-STORE request is about to be sent, or has begun to arrive."""

    job_id: str
    association: int
    index: int
    """0-based index in the job's list; for a receive job a running number."""
    message_id: int
    sop_class_uid: str
    sop_instance_uid: str
    converted_from: str = ""
    """Transfer syntax of the file where it is converted for sending, else ""."""
    converted_to: str = ""
    context_id: int = 0
    """Of the presentation context, 0 where nobody tells."""
    path: str = ""
    """Of the file that is sent, "" where nobody tells."""
    transfer_syntax_uid: str = ""
    """That it is sent in, "" where nobody tells."""
    invented: InventedIdentity | None = None
    """Where it is sent under a new identity; the UIDs here are then the new ones."""
    instance_id: int = 0
    """Of what is sent, as ``FoundInstance`` has it; 0 in a receive job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFinished:
    """One instance ended, in a send or a receive job."""

    job_id: str
    association: int
    """0 where none was assigned."""
    index: int
    path: str
    """Source file, or the file written; "" where nothing was written."""
    outcome: ItemOutcome
    status: int | None
    """DIMSE status, None where none was received or given."""
    reason: str = ""
    """Plain words; "" for a plain success."""
    message_id: int = 0
    size_bytes: int = 0
    header: InstanceHeader | None = None
    asked_uid: str = ""
    """SOP Instance UID of the request, of a received instance; "" elsewhere."""
    attempts: int = 1
    not_sent_cause: NotSentCause | None = None
    """Only where the outcome is NOT_SENT."""
    fault: str = ""
    """What kept a receive job from storing it, in more detail than the peer is told; "" where nothing did."""
    instance_id: int = 0
    """Of what was sent, as ``FoundInstance`` has it; 0 in a receive job."""
    arrival: ArrivalKind | None = None
    """Of an instance that was received, where somebody keeps count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryScheduled:
    """Unfinished items will be tried again."""

    job_id: str
    items: int
    attempt: int
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerStarted:
    """A receive job listens."""

    job_id: str
    address: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckStepStarted:
    """A step of a connection check begins; steps that are skipped do not."""

    job_id: str
    stage: CheckStage


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckStepFinished:
    """A step of a connection check has ended, or is skipped."""

    job_id: str
    step: CheckStep


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityFound:
    """The peer accepts this SOP class; told once its transfer syntaxes are known."""

    job_id: str
    capability: SopClassCapability


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupForecast:
    """A pre-flight knows how these instances would go; each group is told once, when all are known."""

    job_id: str
    group: ForecastGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFinished:
    """The job is over; nothing follows."""

    job_id: str
    outcome: JobOutcome
    counts: dict[ItemOutcome, int]
    error: str = ""
    """Plain words where the outcome is FAILED."""
    arrivals: dict[ArrivalKind, int] = field(default_factory=dict)
    """Of instances that were received, where somebody keeps count."""


AssociationEvent = (
    AssociationRequested
    | AssociationReceived
    | AssociationAccepted
    | AssociationFailed
    | AssociationReleased
    | AssociationAborted
)

NamedEvent = (
    JobStarted
    | Notice
    | InputSkipped
    | ScanFinished
    | AssociationEvent
    | ItemStarted
    | ItemFinished
    | RetryScheduled
    | ListenerStarted
    | StudySettled
    | StorageChanged
    | CheckStepStarted
    | CheckStepFinished
    | CapabilityFound
    | GroupForecast
    | JobFinished
)

WordedEvent = (
    RequestFailed
    | ContextsRefused
    | ReleaseFailed
    | InstanceNotSent
    | StoreBrokenOff
    | FileRenamed
    | InputListingStarted
    | InputCheckStarted
    | InputIgnored
    | EchoSent
    | EchoAnswered
    | EchoReceived
)
"""Facts that tools tell in the words of the tool that they replace."""

Event = NamedEvent | WordedEvent

EventSink = Callable[[Event], None]
