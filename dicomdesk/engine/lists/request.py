"""What a list job is asked to do."""

from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from dicomdesk.dicom.lists.entries import ListEntry
from dicomdesk.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN
from dicomdesk.engine.lists.window import TimeWindow
from dicomdesk.engine.query.request import Identifier, QueryModel
from dicomdesk.engine.retrieve.request import RetrieveRequest
from dicomdesk.records import dataclass
from dicomdesk.settings import AssociationSettings, Peer

if TYPE_CHECKING:
    from dicomdesk.engine.job import ThreadStarter
    from dicomdesk.engine.lists.facts import ListFact
    from dicomdesk.engine.lists.list_job import ListJob

__all__ = ["ListRequest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequest:
    """Ask a peer for each line of a list and, where that is wanted, retrieve what was found."""

    peer: Peer
    entries: tuple[ListEntry, ...]
    """Numbered from 1 without a gap."""
    association: AssociationSettings = field(default_factory=AssociationSettings)
    model: QueryModel = QueryModel.STUDY_ROOT
    """One with levels."""
    further: Identifier = field(default_factory=Identifier)
    """Keys beside those of the lines."""
    transfer_syntaxes: tuple[str, ...] = (EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN)
    """Of the presentation context for queries, in this order."""
    character_set: str = ""
    """That the values of keys are encoded in, as in a query."""
    fetch: RetrieveRequest | None = None
    """How what was found is retrieved: its identifiers, and what there is, are those of each line. None only asks."""
    takes_all: bool = False
    """Retrieve all studies where several fit a line that means one."""
    parallel: int = 1
    """Lines at once, each with an association of its own, at least 1. C-MOVEs to a listener of the job's own come one
    after the other all the same.
    """
    pause_s: float = 0.0
    """From the end of a line to the beginning of the next, at each association."""
    window: TimeWindow | None = None
    """When lines may begin; one that has begun is finished."""
    patience_s: float = 300.0
    """How long a peer that has been reached once is tried again when it cannot be reached; then the job fails."""
    state_file: Path | None = None
    """Where what has come of the lines is kept, so that the list can be taken up again; None keeps nothing."""

    about: str = ""
    """Kept in the state file for the front end, which may want to know more when it takes the list up again."""

    def make_job(self, sink: "Callable[[ListFact], None]", start_thread: "ThreadStarter", /) -> "ListJob":
        """See ``JobRequest``; raises ListStateError."""
        from dicomdesk.engine.lists.list_job import ListJob  # noqa: PLC0415 - start-up time of those who do not

        return ListJob(self, sink, start_thread)
