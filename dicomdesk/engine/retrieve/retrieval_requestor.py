"""C-MOVEs and C-GETs over one association, and what comes of each, told to a sink."""

from dataclasses import replace

from dicomdesk.dicom.data_sets.deflate import inflate
from dicomdesk.dicom.data_sets.element_walk import StepKind, walk
from dicomdesk.dicom.dictionary import find_vr
from dicomdesk.dicom.encodings import Encoding
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.engine.job import JobControl
from dicomdesk.engine.receive.arrivals import ArrivalHandler
from dicomdesk.engine.receive.reception_facts import ReceptionFacts
from dicomdesk.engine.retrieve.facts import (
    RetrieveAnswered,
    RetrieveCancelled,
    RetrieveEnded,
    RetrieveSink,
    RetrieveStarted,
    SubOperations,
)
from dicomdesk.errors import DataError
from dicomdesk.human import printable
from dicomdesk.network.dimse.requests import Request, Response, get_request, move_request
from dicomdesk.network.negotiation import NegotiatedContext
from dicomdesk.network.requestor.association import RequestedAssociation
from dicomdesk.network.requestor.exchange import Exchange
from dicomdesk.records import dataclass

__all__ = ["RetrievalRequestor", "RetrievalTerms", "failed_instances"]

_FAILED_SOP_INSTANCE_UIDS = 0x00080058
_LARGEST_DATA_SET_BYTES = 16 << 20
_LONGEST_UID = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalTerms:
    """The job that asks, and how."""

    job_id: str
    control: JobControl
    report: RetrieveSink
    storing: ArrivalHandler | None = None
    """Takes the instances of a C-GET; None for C-MOVE."""
    facts: ReceptionFacts | None = None
    """Told of them."""
    destination: str = ""
    """AE title, of a C-MOVE."""
    priority: int = 0
    cancel_after: int | None = None
    """Pending responses."""
    limit: int | None = None
    """Instances."""
    takes_pending_data_sets: bool = False


class RetrievalRequestor:
    """For the thread that uses the association. What the association raises passes: it has ended then."""

    def __init__(
        self, association: RequestedAssociation, context: NegotiatedContext, terms: RetrievalTerms, number: int
    ) -> None:
        """``number`` is the association's within the job."""
        self.context = context
        self._association = association
        self._terms = terms
        self._number = number
        self._syntax = context.accepted_transfer_syntax or ""

    def request(self, identifier: bytes, *, position: int, repetition: int = 0) -> None:
        """One C-MOVE or C-GET. The first cancel of the job cancels it."""
        terms = self._terms
        request = self._make(identifier)
        exchange = self._association.exchange(request, terms.storing, terms.facts, number=self._number)
        terms.report(
            RetrieveStarted(
                job_id=terms.job_id,
                association=self._number,
                number=position,
                repetition=repetition,
                message_id=exchange.message_id,
                context_id=self.context.context_id,
                sop_class_uid=self.context.abstract_syntax,
                identifier=identifier,
                transfer_syntax_uid=self._syntax,
                destination=terms.destination,
            )
        )
        reader = _ResponseReader(exchange, terms, self._number, position)
        with terms.control.stopping_with(reader.cancel):
            final, counts = reader.to_the_end()
        terms.report(self._ended(final, counts, reader, exchange.message_id))

    def _make(self, identifier: bytes) -> Request:
        terms = self._terms
        if terms.storing is None:
            made = move_request(self.context, identifier, terms.destination, priority=terms.priority)
        else:
            made = get_request(self.context, identifier, priority=terms.priority)
        if not terms.takes_pending_data_sets:
            return made
        return replace(made, takes_pending_data_sets=True)

    def _ended(
        self, final: Response, counts: SubOperations | None, reader: "_ResponseReader", message_id: int
    ) -> RetrieveEnded:
        return RetrieveEnded(
            job_id=self._terms.job_id,
            association=self._number,
            number=reader.position,
            message_id=message_id,
            status=final.status,
            comment=final.comment,
            counts=counts,
            failed_uids=failed_instances(final.data_set, self._syntax),
            data_set=final.data_set,
            transfer_syntax_uid=self._syntax,
            elements=final.command_set.values,
            is_cancelled=reader.is_cancelled,
        )


class _ResponseReader:
    """Reports the pending responses of one exchange."""

    def __init__(self, exchange: Exchange, terms: RetrievalTerms, number: int, position: int) -> None:
        self.position = position
        self._exchange = exchange
        self._terms = terms
        self._number = number

    def cancel(self) -> None:
        """Send a C-CANCEL, once; any thread."""
        self._exchange.cancel()

    @property
    def is_cancelled(self) -> bool:
        """Whether a C-CANCEL was asked for."""
        return self._exchange.is_cancelled

    def to_the_end(self) -> tuple[Response, SubOperations | None]:
        """The final response, and the last counters that were told."""
        terms, message_id = self._terms, self._exchange.message_id
        counts: SubOperations | None = None
        is_told = False
        self._exchange.most_stored = terms.limit
        for count, response in enumerate(self._exchange, 1):
            told = response.sub_operations
            counts = told or counts
            if not response.is_pending:
                self._tell_cancelled(is_told=is_told)
                return response, counts
            terms.report(
                RetrieveAnswered(
                    job_id=terms.job_id,
                    association=self._number,
                    number=self.position,
                    message_id=message_id,
                    count=count,
                    status=response.status,
                    counts=told,
                )
            )
            if count == terms.cancel_after or self._is_limit_reached(told):
                self.cancel()
            is_told = self._tell_cancelled(is_told=is_told)
        raise AssertionError("an exchange without a final response")

    def _is_limit_reached(self, told: SubOperations | None) -> bool:
        limit = self._terms.limit
        return limit is not None and told is not None and told.completed + told.failed + told.warning >= limit

    def _tell_cancelled(self, *, is_told: bool) -> bool:
        """Report a C-CANCEL, once; whether that was done."""
        if self.is_cancelled and not is_told:
            terms, message_id = self._terms, self._exchange.message_id
            terms.report(
                RetrieveCancelled(
                    job_id=terms.job_id, association=self._number, number=self.position, message_id=message_id
                )
            )
        return self.is_cancelled


def failed_instances(data_set: bytes | None, transfer_syntax_uid: str) -> tuple[str, ...]:
    """Failed SOP Instance UID List (PS3.4 C.4.2.1.4.2) of a final response, printable; () for none that can be read."""
    if not data_set:
        return ()
    syntax = find_transfer_syntax(transfer_syntax_uid)
    try:
        if syntax is not None and syntax.is_deflated:
            data_set = inflate(data_set, _LARGEST_DATA_SET_BYTES)
        value = _find(data_set, Encoding.of_transfer_syntax(transfer_syntax_uid))
    except DataError:
        return ()
    uids = (printable(uid[:_LONGEST_UID].decode("latin-1").strip(" \0")) for uid in value.split(b"\\"))
    return tuple(dict.fromkeys(filter(None, uids)))


def _find(data: bytes, encoding: Encoding) -> bytes:
    for step in walk(data, encoding, find_vr):
        if step.kind is StepKind.ELEMENT and step.tag == _FAILED_SOP_INSTANCE_UIDS:
            return data[step.start : step.start + step.length]
    return b""
