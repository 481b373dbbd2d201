"""What a query job is asked to do."""

from collections.abc import Callable
from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING

from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.dicom.query.query import Model
from dicomdesk.dicom.query.sop_classes import Service, find_class
from dicomdesk.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN
from dicomdesk.records import dataclass
from dicomdesk.settings import AssociationSettings, Peer

if TYPE_CHECKING:
    from dicomdesk.engine.job import ThreadStarter
    from dicomdesk.engine.query.facts import QueryFact
    from dicomdesk.engine.query.query import QueryJob

__all__ = ["Identifier", "QueryModel", "QueryRequest"]

_WORKLIST = "1.2.840.10008.5.1.4.31"


class QueryModel(Enum):
    """An information model that can be queried."""

    PATIENT_ROOT = "patient-root"
    STUDY_ROOT = "study-root"
    PATIENT_STUDY_ONLY = "patient-study-only"
    WORKLIST = "worklist"
    """Modality Worklist (PS3.4 K.6.1), which has no levels."""

    @property
    def sop_class_uid(self) -> str:
        """Of its C-FIND."""
        return _WORKLIST if self is QueryModel.WORKLIST else find_class(Service.FIND, Model(self.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """What is asked for: a data set, with the keys put into it, or in the place of what is there."""

    keys: tuple[QueryKey, ...] = ()
    """With that of Query/Retrieve Level, where the model has levels."""
    data_set: bytes = b""
    """In explicit VR little endian; the transfer syntax that the peer takes is made of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRequest:
    """Query a peer over one association: a C-FIND for each identifier, one after the other."""

    peer: Peer
    identifiers: tuple[Identifier, ...]
    """With none, the association is opened and ended, and that is all."""
    association: AssociationSettings = field(default_factory=AssociationSettings)
    model: QueryModel = QueryModel.STUDY_ROOT
    transfer_syntaxes: tuple[str, ...] = (EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN)
    """Of the one presentation context that is proposed, in this order."""
    character_set: str = ""
    """That the values of keys are encoded in, a value of (0008,0005), which then says so; "": text goes out in UTF-8,
    undecodable bytes as they were, and nothing is said of it."""
    repeats: int = 1
    """How often each identifier is asked with before the next one."""
    cancel_after: int | None = None
    """Send a C-CANCEL when so many matches have come, counted anew for each C-FIND, and take what still comes; None, or
    0, never does."""
    limit: int | None = None
    """Report so many matches of each identifier at most: a C-CANCEL is sent then, and what still comes is left out."""
    splits_dates: bool = False
    """Where answers were cut, divide the range of dates, then the times of a day, and ask again for each part; matches
    that came already are left out. The dates are Study Date, and Scheduled Procedure Step Start Date in a worklist;
    what has none comes only as far as the answer that was cut has it, and ``QueryOutcome.cuts`` says so."""
    reports_matches: bool = True
    """False where nobody looks at matches: they are counted, with nothing else done about them."""
    wants_relational: bool = False
    """Propose relational queries (PS3.4 C.5.1.1.1); whether they were agreed is in the negotiation."""
    combines_date_and_time: bool = False
    """Propose that ranges of a date and of its time are one range (PS3.4 C.5.1.1.2)."""
    priority: int = 0
    """0 medium, 1 high, 2 low (PS3.7 9.3.2.1)."""
    compression_level: int = 6
    """zlib level 0 to 9, for the deflated transfer syntax."""
    aborts_at_end: bool = False
    """Abort the association instead of releasing it."""

    def make_job(self, sink: "Callable[[QueryFact], None]", _start_thread: "ThreadStarter", /) -> "QueryJob":
        """See ``JobRequest``."""
        from dicomdesk.engine.query.query import QueryJob  # noqa: PLC0415 - start-up time of those who do not

        return QueryJob(self, sink)
