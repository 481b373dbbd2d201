"""What a retrieve job is asked to do."""

from collections.abc import Callable
from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING

from dicomdesk.dicom.query.query import Model
from dicomdesk.dicom.query.sop_classes import Service, find_class
from dicomdesk.dicom.transfer_syntaxes import (
    EXPLICIT_VR_BIG_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
    find_transfer_syntax,
)
from dicomdesk.engine.query.request import Identifier
from dicomdesk.engine.receive.request import ReceiveRequest, Storage
from dicomdesk.records import OF_THIS_PROCESS, dataclass
from dicomdesk.settings import AssociationSettings, Peer

if TYPE_CHECKING:
    from dicomdesk.engine.job import ThreadStarter
    from dicomdesk.engine.retrieve.facts import RetrieveFact
    from dicomdesk.engine.retrieve.retrieve import RetrieveJob

__all__ = ["OTHER_WAY", "WAYS", "ExpectedInstance", "RetrieveMethod", "RetrieveRequest", "RunningListener"]


class RetrieveMethod(Enum):
    """How instances come."""

    MOVE = "move"
    """The peer asks their destination for an association (C-MOVE)."""
    GET = "get"
    """Over the association that asks for them (C-GET)."""
    AUTOMATIC = "automatic"
    """One of these, chosen when it is known what the peer takes; see ``ways.method_choice``."""


WAYS = (RetrieveMethod.MOVE, RetrieveMethod.GET)
"""The methods that there are on the wire."""
OTHER_WAY = {RetrieveMethod.MOVE: RetrieveMethod.GET, RetrieveMethod.GET: RetrieveMethod.MOVE}


def _is_told_at_once() -> None:
    """Of a listener of this process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningListener:
    """A listener of this machine that runs whether the job does or not, such as a receive job's."""

    port: int
    address: str = ""
    """That it listens on; "" is all."""
    has_tls: bool = False
    catch_up: Callable[[], None] = field(default=_is_told_at_once, compare=False, metadata={OF_THIS_PROCESS: True})
    """Returns when the job was told all that the listener has reported until now; may wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedInstance:
    """An instance that exists, as a query has said."""

    sop_instance_uid: str
    sop_class_uid: str = ""
    """"" where nobody has told."""
    study_instance_uid: str = ""
    series_instance_uid: str = ""
    identifier: int = 0
    """Position in the request of the identifier that it belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrieveRequest:
    """Have a peer send what the identifiers name: a C-MOVE or C-GET for each."""

    peer: Peer
    identifiers: tuple[Identifier, ...]
    method: RetrieveMethod = RetrieveMethod.GET
    association: AssociationSettings = field(default_factory=AssociationSettings)
    model: Model = Model.STUDY_ROOT
    destination: str = ""
    """AE title that a C-MOVE sends to, as the peer knows it; "" for our calling AE title."""
    listener: ReceiveRequest | None = None
    """Of a C-MOVE to here: listens as long as the job runs. None where somebody else takes the instances."""
    running_listener: RunningListener | None = None
    """Of a C-MOVE to here, in place of ``listener``: what it reports is given to the job (``note_arrival``), and what
    belongs to no identifier of this job does not count."""
    preferred: RetrieveMethod | None = None
    """Of the automatic method: taken where both are possible, such as what an address book says of the peer."""
    supported: frozenset[RetrieveMethod] | None = None
    """Of the automatic method: what the peer is known to take; None has it asked."""
    tries_other_way: bool = False
    """Where instances did not arrive for a reason that the other method does not have, retrieve what is missing by
    that, if the peer takes it; for which ``storage``, or a listener, is filled in too."""
    storage: Storage = field(default_factory=Storage)
    """Of a C-GET: what is done with the instances."""
    transfer_syntaxes: tuple[str, ...] = (EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN)
    """Of the presentation contexts for requests, in this order."""
    storage_sop_classes: tuple[str, ...] = ()
    """That a C-GET takes; () for those of the instances expected, and where one of these is not known for all: more
    than go into one association are asked for over several."""
    storage_transfer_syntaxes: tuple[str, ...] = (
        EXPLICIT_VR_LITTLE_ENDIAN,
        EXPLICIT_VR_BIG_ENDIAN,
        IMPLICIT_VR_LITTLE_ENDIAN,
    )
    """That a C-GET takes each of them in, in this order."""
    takes_compressed: bool = False
    """Propose contexts with compressed transfer syntaxes too, so that the peer can send each instance as it keeps it;
    best where it is known what exists, since eleven contexts more for each SOP class soon fill an association."""
    proposes_find: bool = False
    """Propose the C-FIND of the model too, before the C-MOVE, as DCMTK's movescu does."""
    expected: tuple[ExpectedInstance, ...] = ()
    """What exists, where a query has told; () where nobody knows."""
    asks_first: bool = False
    """Ask the peer by C-FIND what exists of each identifier that nothing is known of."""
    present: frozenset[str] = frozenset()
    """SOP Instance UIDs of what is here already, and not to be asked for again where what exists is known."""
    resumes: bool = False
    """Take for present too what is in the folder by its name, such as what an earlier job has stored before it ended in
    whatever way; where files have names with their UIDs."""
    parallel: int = 1
    """Associations with the peer at once, at least 1; each takes one identifier after the other, or one series after
    the other where it is known what exists."""
    at_once: int = 4
    """Associations that all retrieve jobs of one engine have with the peer at once, this one waiting as long as there
    are so many; 0 for any number."""
    tells_unasked: bool = True
    """Look into what comes for instances that nobody has asked for, where it is not known what exists; it takes a
    quarter of the time for small ones."""
    retries: int = 0
    """How often an identifier is asked for again after an association was lost; what has arrived is left out then,
    where what exists is known."""
    repeats: int = 1
    """How often each identifier is asked for."""
    limit: int | None = None
    """Send a C-CANCEL when the peer has sent so many instances, by its counters or by what has come over the
    association that asks; what still comes is taken."""
    cancel_after: int | None = None
    """Send a C-CANCEL when so many pending responses have come; None, or 0, never does."""
    explains: bool = False
    """Where instances did not arrive, ask the peer which other ways it supports, over an association for that."""
    takes_pending_data_sets: bool = False
    """Bear with data sets in pending responses, where none belongs."""
    character_set: str = ""
    """That the values of keys are encoded in, as in a query."""
    priority: int = 0
    """0 medium, 1 high, 2 low (PS3.7 9.3.3.1)."""
    compression_level: int = 6
    """zlib level 0 to 9, for the deflated transfer syntax."""
    aborts_at_end: bool = False
    """Abort associations instead of releasing them."""

    @property
    def sop_class_uid(self) -> str:
        """Of the requests by the method, which is not the automatic one."""
        return self.class_of(self.method)

    def class_of(self, method: RetrieveMethod) -> str:
        """The SOP class of a method that there is on the wire."""
        return find_class(Service.MOVE if method is RetrieveMethod.MOVE else Service.GET, self.model)

    @property
    def is_to_here(self) -> bool:
        """Whether a C-MOVE comes to a listener of this machine."""
        return self.listener is not None or self.running_listener is not None

    @property
    def move_destination(self) -> str:
        """AE title that a C-MOVE sends to."""
        return self.destination or self.association.calling_ae_title

    @property
    def may_take_compressed(self) -> bool:
        """Whether a C-GET proposes any compressed transfer syntax for instances."""
        given = map(find_transfer_syntax, self.storage_transfer_syntaxes)
        return self.takes_compressed or any(syntax is None or syntax.is_encapsulated for syntax in given)

    def make_job(self, sink: "Callable[[RetrieveFact], None]", start_thread: "ThreadStarter", /) -> "RetrieveJob":
        """See ``JobRequest``."""
        from dicomdesk.engine.retrieve.retrieve import RetrieveJob  # noqa: PLC0415 - start-up time of those who do not

        return RetrieveJob(self, sink, start_thread)
