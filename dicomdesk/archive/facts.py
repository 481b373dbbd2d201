"""Facts that the archive reports, for logs, metrics and windows."""

from collections.abc import Callable

from dicomdesk.archive.areas.keeper import StoredFile
from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.dicom.query.query import Query
from dicomdesk.dicom.query.sop_classes import Service
from dicomdesk.engine.events import Event
from dicomdesk.network.dimse.command_sets import (
    AFFECTED_SOP_CLASS_UID,
    MESSAGE_ID,
    MOVE_DESTINATION,
    PRIORITY,
    CommandSet,
)
from dicomdesk.network.dimse.responses import SubOperations
from dicomdesk.network.dimse.store_reception import IncomingStore
from dicomdesk.records import dataclass

__all__ = [
    "AcceptedInstance",
    "ArchiveFact",
    "ArchiveFacts",
    "CommitmentAnswered",
    "InstanceStored",
    "KeptMoveEnded",
    "OperationEnded",
    "OperationStarted",
    "RetentionApplied",
    "ServingEvent",
    "ServingSink",
    "ShutdownRequested",
    "SubOperationEnded",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedInstance:
    """Instance that has its file and its index entry."""

    request: IncomingStore
    entry: IndexEntry
    file: StoredFile


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceStored:
    """An instance is stored, and about to be acknowledged."""

    stored: AcceptedInstance


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationStarted:
    """A query or retrieval was asked for."""

    association: int
    service: Service
    command_set: CommandSet
    identifier: bytes
    transfer_syntax_uid: str
    """Of the identifier."""

    @property
    def message_id(self) -> int:
        """Number of the request."""
        return self.command_set.number(MESSAGE_ID, 0)

    @property
    def sop_class_uid(self) -> str:
        """SOP class of the service; hostile."""
        return self.command_set.text(AFFECTED_SOP_CLASS_UID)

    @property
    def priority(self) -> int:
        """0 medium, 1 high, 2 low (PS3.7 9.3.2.1); anything else from a peer that does not know better."""
        return self.command_set.number(PRIORITY, 0)

    @property
    def destination(self) -> str:
        """AE title to move to, "" for other services; hostile."""
        return self.command_set.text(MOVE_DESTINATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationEnded:
    """A query or retrieval has its final response."""

    association: int
    service: Service
    message_id: int
    status: int
    comment: str = ""
    query: Query | None = None
    """None where the identifier was not understood."""
    matches: int = 0
    """Of a query."""
    counts: SubOperations | None = None
    """Of a retrieval."""
    destination: str = ""
    """AE title, of a move."""
    elapsed_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SubOperationEnded:
    """One instance of a retrieval was sent, or could not be."""

    association: int
    service: Service
    message_id: int
    sop_class_uid: str
    sop_instance_uid: str
    path: str
    """Relative to the area's folder."""
    status: int | None
    """None where nothing was answered."""
    reason: str = ""
    """Why it was not sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentAnswered:
    """Storage commitment was asked for and reported on."""

    association: int
    """0 where it was asked for before this process was started."""
    transaction_uid: str
    committed: int
    failed: int
    is_reported: bool
    """Whether the peer has taken the report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMoveEnded:
    """What was kept of a failed move has been sent, or is given up."""

    destination: str
    """AE title."""
    stored: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionApplied:
    """Studies went for their age, or to make room; or nothing more may go though room is missing."""

    area: str
    """As the index calls it."""
    studies: int
    instances: int
    size_bytes: int
    """Of the studies that went."""
    held: int
    """Studies that stay for a hold."""
    missing_bytes: int
    """What is missing still to the free space that is wanted."""
    study_instance_uids: tuple[str, ...] = ()
    """Of the studies that went."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShutdownRequested:
    """A peer has asked the archive to end."""

    association: int


ArchiveFact = (
    InstanceStored
    | OperationStarted
    | OperationEnded
    | SubOperationEnded
    | CommitmentAnswered
    | KeptMoveEnded
    | RetentionApplied
    | ShutdownRequested
)
ArchiveFacts = Callable[[ArchiveFact], None]
"""Told on the threads of the associations, and on that of commitment reports; returns at once and raises nothing."""

ServingEvent = Event | ArchiveFact
"""What the job of an archive reports."""
ServingSink = Callable[[ServingEvent], None]
"""Called on the same threads; returns at once and raises nothing."""
