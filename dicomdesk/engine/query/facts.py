"""Facts that a query job reports beside those of its association.

Its sink may wait, other than those of jobs that transfer: it is the peer that waits then, so that memory stays as it is
however many matches there are.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import UTC, datetime

from dicomdesk.engine.events import Event
from dicomdesk.engine.query.cuts import Cut
from dicomdesk.network.status import is_out_of_resources
from dicomdesk.records import dataclass

__all__ = [
    "Cut",
    "IdentifierSent",
    "QueryAnswered",
    "QueryCancelled",
    "QueryEnded",
    "QueryFact",
    "QuerySink",
    "QueryStarted",
    "now",
]


def now() -> datetime:
    """When something is told."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierSent:
    """A request with an identifier is about to be sent."""

    job_id: str
    association: int
    repetition: int
    """From 0."""
    message_id: int
    context_id: int
    sop_class_uid: str
    identifier: bytes
    transfer_syntax_uid: str
    """That the identifier is encoded in."""
    at: datetime = field(default_factory=now, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryStarted(IdentifierSent):
    """A C-FIND request is about to be sent."""

    query: int
    """Position of the identifier in the request, from 0."""


@dataclass(frozen=True, slots=True)
class QueryAnswered:
    """A match has come; nothing of it was decoded, it is as hostile as everything from the wire."""

    job_id: str
    association: int
    query: int
    number: int
    """From 1, of the matches of this C-FIND that are reported."""
    message_id: int
    context_id: int
    status: int
    """FF00, or FF01 where the peer does not support all keys."""
    identifier: bytes
    transfer_syntax_uid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryCancelled:
    """A C-CANCEL for a C-FIND was sent, or is about to be; matches may come still."""

    job_id: str
    association: int
    query: int
    message_id: int
    """Of the C-FIND."""
    at: datetime = field(default_factory=now, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryEnded:
    """A C-FIND has its final response."""

    job_id: str
    association: int
    query: int
    message_id: int
    status: int
    """FE00 where it was cancelled, and the peer took note of it."""
    comment: str = ""
    """Error Comment, as it came."""
    matches: int = 0
    """That have come, the dropped ones too."""
    is_cancelled: bool = False
    """Whether we have asked for the end."""
    cut: Cut | None = None
    """Where there may be more."""
    elements: Mapping[int, bytes] = field(default_factory=dict)
    """Of the response's command set, as they came."""
    at: datetime = field(default_factory=now, compare=False)

    @property
    def is_cut(self) -> bool:
        """Whether there may be more; also where the peer refuses because there would be too many, and has sent none."""
        return self.cut is not None or is_out_of_resources(self.status)


QueryFact = Event | QueryStarted | QueryAnswered | QueryCancelled | QueryEnded
QuerySink = Callable[[QueryFact], None]
