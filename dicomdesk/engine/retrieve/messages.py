"""Requests of query and retrieve jobs, their cancels and their ends, as messages of an association for people to see.

Pending responses are not among them: there may be a hundred thousand, and their number is told with the end.
"""

from datetime import datetime

from dicomdesk.dicom.query.sop_classes import SERVICES, Service
from dicomdesk.engine.query.facts import QueryCancelled, QueryEnded, QueryStarted
from dicomdesk.engine.retrieve.facts import RetrieveCancelled, RetrieveEnded, RetrieveFact, RetrieveStarted
from dicomdesk.engine.retrieve.outcome import counts_text
from dicomdesk.human import count_text, printable
from dicomdesk.network.status import DimseService, status_text
from dicomdesk.records import dataclass

__all__ = ["AssociationMessage", "message_of"]

_COMMAND_FIELD = 0x00000100
_C_GET_RSP = 0x8010


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationMessage:
    """A message that went over an association of a job."""

    job_id: str
    association: int
    message_id: int
    """Of the request, also for its response and its cancel."""
    name: str
    """As PS3.7 calls it: "C-FIND-RQ", "C-MOVE-RSP", "C-CANCEL-RQ"."""
    at: datetime
    status: int | None = None
    """Of a response."""
    status_words: str = ""
    detail: str = ""
    """What else is known, one printable line."""


def message_of(fact: RetrieveFact) -> AssociationMessage | None:
    """The message that a fact tells of; None for a fact of something else."""
    match fact:
        case QueryStarted():
            return _message(fact, "C-FIND-RQ")
        case RetrieveStarted():
            is_get = SERVICES[fact.sop_class_uid].service is Service.GET if fact.sop_class_uid in SERVICES else False
            detail = printable(f"to {fact.destination}") if fact.destination else ""
            return _message(fact, "C-GET-RQ" if is_get else "C-MOVE-RQ", detail=detail)
        case QueryCancelled() | RetrieveCancelled():
            return _message(fact, "C-CANCEL-RQ")
        case QueryEnded():
            detail = count_text(fact.matches, "match", "matches")
            return _response(fact, DimseService.C_FIND, detail)
        case RetrieveEnded():
            is_get = int.from_bytes(fact.elements.get(_COMMAND_FIELD, b""), "little") == _C_GET_RSP
            detail = counts_text(fact.counts) if fact.counts is not None else ""
            return _response(fact, DimseService.C_GET if is_get else DimseService.C_MOVE, detail)
        case _:
            return None


_Told = QueryStarted | RetrieveStarted | QueryCancelled | RetrieveCancelled | QueryEnded | RetrieveEnded


def _message(fact: _Told, name: str, *, detail: str = "") -> AssociationMessage:
    return AssociationMessage(
        job_id=fact.job_id,
        association=fact.association,
        message_id=fact.message_id,
        name=name,
        at=fact.at,
        detail=detail,
    )


def _response(fact: QueryEnded | RetrieveEnded, service: DimseService, detail: str) -> AssociationMessage:
    comment = printable(fact.comment)
    return AssociationMessage(
        job_id=fact.job_id,
        association=fact.association,
        message_id=fact.message_id,
        name=f"{service.value}-RSP",
        at=fact.at,
        status=fact.status,
        status_words=status_text(fact.status, service),
        detail=", ".join(filter(None, (detail, comment))),
    )
