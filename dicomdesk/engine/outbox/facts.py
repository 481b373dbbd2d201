"""Facts that an Outbox reports besides the events of its runs: each happens once, in order per errand.

A sink is called on worker threads and on those that call the Outbox; it returns at once. It may call the Outbox.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from dicomdesk.engine.events import Event
from dicomdesk.engine.journal.records import Commitment, InstanceState
from dicomdesk.engine.outbox.errands import Errand
from dicomdesk.records import dataclass

__all__ = [
    "ErrandAdded",
    "ErrandChanged",
    "ErrandRemoved",
    "FileDeleted",
    "InstanceBegan",
    "InstanceCommitted",
    "InstanceEnded",
    "OutboxFact",
    "OutboxSink",
    "PeerFree",
    "PeerPaused",
    "RunEnded",
    "RunStarted",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrandAdded:
    """An errand is in the Outbox."""

    errand: Errand


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrandChanged:
    """State, place, reason or the instances of an errand are other than they were."""

    errand: Errand


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrandRemoved:
    """An errand is gone from the Outbox."""

    errand_id: int


class InstanceBegan(NamedTuple):
    """An instance is being sent; not told of one that has ended when that would be told.

    As the next one made for many instances, and therefore no dataclass, which takes six times as long.
    """

    errand_id: int
    number: int
    """Within the errand, from 0."""
    attempt: int


class InstanceEnded(NamedTuple):
    """An attempt has ended, or no request will be made."""

    errand_id: int
    number: int
    path: str
    sop_instance_uid: str
    state: InstanceState
    """WAITING where it is tried again."""
    status: int | None
    reason: str
    attempts: int


class InstanceCommitted(NamedTuple):
    """What is known of whether the peer keeps an instance for good."""

    errand_id: int
    number: int
    sop_instance_uid: str
    commitment: Commitment
    reason: str
    """Plain words; "" where it is committed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDeleted:
    """A file was to be deleted, as the peer has committed to what was sent of it."""

    errand_id: int
    number: int
    path: str
    is_deleted: bool
    reason: str
    """Why it was kept; "" where it was deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """Errands go to a peer; the events of the job follow."""

    job_id: str
    peer: str
    """As the errands name it."""
    errand_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded:
    """The job is over, and what has not ended of its errands waits again."""

    job_id: str
    peer: str
    reason: str = ""
    """Why it could not go on; "" where it could."""
    advice: str = ""
    """What to do about that, where we know."""
    is_rejected: bool = False
    """Whether the peer would not associate with us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerPaused:
    """A peer could not be sent to; what waits for it waits."""

    peer: str
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerFree:
    """A peer that was paused is tried again."""

    peer: str


OutboxFact = (
    ErrandAdded
    | ErrandChanged
    | ErrandRemoved
    | InstanceBegan
    | InstanceEnded
    | InstanceCommitted
    | FileDeleted
    | RunStarted
    | RunEnded
    | PeerPaused
    | PeerFree
)

OutboxSink = Callable[[OutboxFact | Event], None]
