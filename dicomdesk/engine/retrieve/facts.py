"""Facts that a retrieve job reports beside those of its associations and of the instances that arrive.

What arrives at the job's own listener is reported with the listener's job ID ("receive-..."), instances of a C-GET
with that of the retrieve job. The sink may wait, as that of a query job may.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime

from dicomdesk.engine.events import Event
from dicomdesk.engine.query.facts import IdentifierSent, QueryFact, now
from dicomdesk.engine.retrieve.diagnosis.causes import Diagnosis
from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.network.dimse.responses import SubOperations
from dicomdesk.records import dataclass

__all__ = [
    "RetrieveAnswered",
    "RetrieveCancelled",
    "RetrieveDiagnosed",
    "RetrieveEnded",
    "RetrieveFact",
    "RetrieveMethodChosen",
    "RetrieveSink",
    "RetrieveStarted",
    "RetrieveWaiting",
    "SubOperations",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrieveMethodChosen:
    """The way by which instances are to come was chosen, or the other one is tried."""

    job_id: str
    method: RetrieveMethod
    reason: str
    """One sentence, to be shown."""
    is_retry: bool = False
    """Whether it is tried because the other way has failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrieveDiagnosed:
    """Why something did not arrive: one cause, told after all requests, before ``JobFinished``."""

    job_id: str
    diagnosis: Diagnosis


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrieveWaiting:
    """As many associations as are allowed stand with the peer: another is asked for when one of them has ended."""

    job_id: str
    peer: str
    """"AE@host:port"."""
    bound: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrieveStarted(IdentifierSent):
    """A C-MOVE or C-GET request is about to be sent."""

    number: int
    """Position of the identifier in the request, from 0."""
    destination: str = ""
    """AE title, of a C-MOVE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrieveAnswered:
    """A pending response: how far the peer is."""

    job_id: str
    association: int
    number: int
    message_id: int
    count: int
    """From 1, within this request."""
    status: int
    counts: SubOperations | None
    """None where the peer tells nothing that can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrieveCancelled:
    """A C-CANCEL was sent, or is about to be; what is on its way may arrive still."""

    job_id: str
    association: int
    number: int
    message_id: int
    """Of the request that is cancelled."""
    at: datetime = field(default_factory=now, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrieveEnded:
    """A request has its final response."""

    job_id: str
    association: int
    number: int
    message_id: int
    status: int
    comment: str = ""
    """Error Comment, as it came."""
    counts: SubOperations | None = None
    failed_uids: tuple[str, ...] = ()
    """Failed SOP Instance UID List (0008,0058), printable."""
    data_set: bytes | None = None
    """Of the response, as it came."""
    transfer_syntax_uid: str = ""
    """That the data set is encoded in."""
    elements: Mapping[int, bytes] = field(default_factory=dict)
    """Of the response's command set, as they came."""
    is_cancelled: bool = False
    """Whether we have asked for the end."""
    at: datetime = field(default_factory=now, compare=False)


RetrieveFact = (
    Event
    | QueryFact
    | RetrieveMethodChosen
    | RetrieveWaiting
    | RetrieveStarted
    | RetrieveAnswered
    | RetrieveCancelled
    | RetrieveDiagnosed
    | RetrieveEnded
)
RetrieveSink = Callable[[RetrieveFact], None]
