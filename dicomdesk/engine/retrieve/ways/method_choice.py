"""Which method a retrieve goes by, and why, where that is left to us; and which other one may serve when it fails."""

from collections.abc import Sequence

from dicomdesk.engine.receive.request import Storage
from dicomdesk.engine.retrieve.diagnosis.causes import Diagnosis, DiagnosisKind
from dicomdesk.engine.retrieve.request import OTHER_WAY, WAYS, RetrieveMethod, RetrieveRequest
from dicomdesk.network.negotiation import MAX_CONTEXTS
from dicomdesk.records import dataclass
from dicomdesk.settings import Peer

__all__ = ["Prospects", "choose_method", "find_concern", "get_storage", "may_other_serve", "possible_ways"]

_MOVE, _GET = RetrieveMethod.MOVE, RetrieveMethod.GET
_ALL = frozenset(WAYS)
_CONCERNS = {
    _MOVE: frozenset(
        {
            DiagnosisKind.DESTINATION_UNKNOWN,
            DiagnosisKind.NEVER_CONNECTED,
            DiagnosisKind.REJECTED_BY_US,
            DiagnosisKind.CONTEXTS_REFUSED,
            DiagnosisKind.METHOD_NOT_SUPPORTED,
            DiagnosisKind.NO_LISTENER,
            DiagnosisKind.COUNTERS_DIFFER,
            DiagnosisKind.NOT_PERMITTED,
        }
    ),
    _GET: frozenset(
        {
            DiagnosisKind.METHOD_NOT_SUPPORTED,
            DiagnosisKind.CONTEXTS_REFUSED,
            DiagnosisKind.SUB_OPERATIONS_FAILED,
            DiagnosisKind.NOT_PERMITTED,
        }
    ),
}
"""Causes that one method has and the other need not have. Sub-operations of a C-GET fail, too, for instances whose
transfer syntax was not agreed on; those of a C-MOVE are proposed anew, each in its own."""


_OFFERING = _CONCERNS[_MOVE] | _CONCERNS[_GET] | {DiagnosisKind.REFUSED_BY_PEER}
"""Where the other method is offered: to a person, who may know better, also where the peer has refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospects:
    """What is known when a method is chosen."""

    peer: Peer
    possible: frozenset[RetrieveMethod]
    """At our side; see ``possible_ways``."""
    supported: frozenset[RetrieveMethod] | None
    """By the peer; None where nobody knows."""
    preferred: RetrieveMethod | None = None
    destination: str = ""
    """AE title, of a C-MOVE."""
    is_to_here: bool = True
    sop_classes: int = 0
    """How many different ones exist, 0 where nobody knows."""


def get_storage(request: RetrieveRequest) -> Storage | None:
    """Where instances of a C-GET come to; None where the request, which need not be for a C-GET, does not say."""
    if request.method is _GET or request.storage != Storage():
        return request.storage
    return request.listener.storage if request.listener is not None else None


def possible_ways(request: RetrieveRequest) -> frozenset[RetrieveMethod]:
    """The methods that bring instances to where they are wanted, whatever the peer takes."""
    is_to_another = bool(request.destination) and not request.is_to_here
    can_move = request.is_to_here or is_to_another
    can_get = not is_to_another and get_storage(request) is not None
    return frozenset(way for way, can in ((_MOVE, can_move), (_GET, can_get)) if can)


def choose_method(prospects: Prospects) -> tuple[RetrieveMethod, str]:
    """The method and the reason, one sentence that names the peer."""
    supported = _ALL if prospects.supported is None else prospects.supported
    usable = prospects.possible & supported
    peer = f"the peer {prospects.peer}"
    if not usable:
        method = _GET if _GET in prospects.possible else _MOVE
        return method, f"C-{method.name} is tried, though {peer} does not accept it for this model"
    if len(usable) == 1:
        (method,) = usable
        return method, _only_reason(prospects, method, peer)
    if prospects.preferred in usable:
        method = prospects.preferred
        return method, f"C-{method.name}, as is preferred for {peer}"
    if prospects.sop_classes >= MAX_CONTEXTS:
        return _MOVE, (
            f"C-MOVE, since there are instances of {prospects.sop_classes} SOP classes, more than one association for "
            f"a C-GET from {peer} can take"
        )
    return _GET, f"C-GET, which needs no connection from {peer} to this machine"


def _only_reason(prospects: Prospects, method: RetrieveMethod, peer: str) -> str:
    other = OTHER_WAY[method]
    if other in prospects.possible:
        return f"C-{method.name}, since {peer} does not accept C-{other.name} for this model"
    if method is _GET:
        return f"C-GET, since nothing listens at this machine for what {peer} would send by C-MOVE"
    if not prospects.is_to_here:
        return f"C-MOVE, since {peer} is to send to {prospects.destination}"
    return f"C-MOVE, since there is no folder here for what {peer} would send by C-GET"


def may_other_serve(diagnoses: Sequence[Diagnosis]) -> bool:
    """Whether it is worth to know if the peer takes the other method: not where it has nothing, or cannot be asked."""
    return any(one.kind in _OFFERING for one in diagnoses)


def find_concern(method: RetrieveMethod, diagnoses: Sequence[Diagnosis]) -> Diagnosis | None:
    """The first cause that the other method need not have."""
    return next((one for one in diagnoses if one.kind in _CONCERNS[method]), None)
