"""Asks a peer for one line after the other over an association that is kept, and is opened again where it was lost."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import TypeVar

from dicomdesk.dicom.lists.entries import ListEntry
from dicomdesk.dicom.query.attributes import PATIENT_ID, STUDY_INSTANCE_UID, Level
from dicomdesk.dicom.query.results import QueryResult, read_result
from dicomdesk.engine.job import JobControl
from dicomdesk.engine.lists.questions import Answers, level_of, plan_question, sort_answers
from dicomdesk.engine.lists.request import ListRequest
from dicomdesk.engine.outgoing_association import NotOpenedError, OutgoingAssociation
from dicomdesk.engine.query.facts import QuerySink
from dicomdesk.engine.query.match_requestor import (
    Bounds,
    MatchRequestor,
    QueryTerms,
    encode_identifier,
    find_context,
)
from dicomdesk.engine.query.request import Identifier, QueryModel
from dicomdesk.engine.retrieve.request import ExpectedInstance
from dicomdesk.engine.retrieve.survey import find_existing
from dicomdesk.errors import DataError, PeerError
from dicomdesk.human import printable
from dicomdesk.network.negotiation import ExtendedNegotiation, number_contexts
from dicomdesk.network.requestor.association import RequestedAssociation
from dicomdesk.network.requestor.exchange import NO_CONTEXT
from dicomdesk.network.status import DimseService, Status, StatusClass, classify_status, status_text
from dicomdesk.records import dataclass

__all__ = ["LineAsker", "NotAnsweredError"]

_T = TypeVar("_T")

_MOST_MATCHES = 1_000
"""Of one line: more are no answer to an identifier."""


class NotAnsweredError(Exception):
    """The peer has not answered this line as it should; ``str()`` says why."""


@dataclass(frozen=True, slots=True)
class _Open:
    """What there is while the association stands."""

    outgoing: OutgoingAssociation
    association: RequestedAssociation
    requestor: MatchRequestor
    stack: ExitStack


class LineAsker:
    """For one thread. What raises NotOpenedError, or PeerError after a second try, has left no association."""

    def __init__(
        self,
        request: ListRequest,
        *,
        job_id: str,
        control: JobControl,
        report: QuerySink,
        next_number: Callable[[], int],
    ) -> None:
        self._request = request
        self._job_id = job_id
        self._control = control
        self._report = report
        self._next_number = next_number
        self._open: _Open | None = None
        self.was_associated = False
        """Whether there ever was an association over which it could ask."""

    def ask(self, entry: ListEntry) -> Answers:
        """Ask for a line. Raises NotAnsweredError, NotOpenedError, PeerError."""
        identifier = plan_question(entry, self._request.further, self._request.model)
        return self._twice(lambda requestor: self._ask(requestor, identifier, entry))

    def survey(self, identifier: Identifier) -> list[ExpectedInstance]:
        """What instances there are of what an identifier names, [] where the peer does not tell; raises as ``ask``."""
        return self._twice(lambda requestor: find_existing(requestor, identifier, 0))

    def release(self) -> None:
        """End the association, if one stands: nothing is asked for some time."""
        standing, self._open = self._open, None
        if standing is not None:
            with standing.stack:
                standing.outgoing.release(standing.association)

    # -- the association

    def _twice(self, use: Callable[[MatchRequestor], _T]) -> _T:
        """Use the association, and another one where it turns out to have been lost while it was not used."""
        is_kept = self._open is not None
        try:
            return self._once(use)
        except PeerError:
            if not is_kept or self._control.is_stopping:
                raise
        return self._once(use)

    def _once(self, use: Callable[[MatchRequestor], _T]) -> _T:
        standing = self._open or self._associate()
        self._open = None
        try:
            answer = use(standing.requestor)
        except PeerError as error:
            with standing.stack:
                standing.outgoing.report_loss(error)
            raise
        except DataError as error:  # one that cannot be written; the association knows nothing of it
            self._open = standing
            raise NotAnsweredError(printable(str(error))) from error
        except BaseException:
            standing.stack.close()
            raise
        self._open = standing
        return answer

    def _associate(self) -> _Open:
        request = self._request
        number = self._next_number()
        outgoing = OutgoingAssociation(job_id=self._job_id, number=number, control=self._control, report=self._report)
        sop_class_uid = request.model.sop_class_uid
        contexts = number_contexts([(sop_class_uid, request.transfer_syntaxes)])
        with ExitStack() as stack:
            association = stack.enter_context(
                outgoing.opened(request.peer, request.association, contexts, _extensions(request))
            )
            context = find_context(association.negotiation, sop_class_uid)
            if context is None:
                text = f"The peer {request.peer} does not accept queries of this model (C-FIND)"
                error = PeerError(text, condition=NO_CONTEXT)
                outgoing.abort(association, error)
                raise NotOpenedError(error)
            self.was_associated = True
            terms = QueryTerms(job_id=self._job_id, number=number, control=self._control, report=self._report)
            return _Open(outgoing, association, MatchRequestor(association, context, terms), stack.pop_all())

    # -- a question

    def _ask(self, requestor: MatchRequestor, identifier: Identifier, entry: ListEntry) -> Answers:
        results: list[QueryResult] = []
        syntax = requestor.context.accepted_transfer_syntax or ""

        def collect(match: bytes) -> bool:
            try:
                results.append(read_result(match, syntax))
            except DataError:
                return False
            return False  # they are counted here, and nobody is to be told of each

        ended = requestor.ask(
            encode_identifier(identifier, requestor.context, _Encoding(self._request.character_set)),
            query=entry.number - 1,
            bounds=Bounds(judge=collect, cancel_after=_MOST_MATCHES, limits=()),
        )
        if ended.is_cancelled and len(results) >= _MOST_MATCHES:
            raise NotAnsweredError(f"The peer has answered with {_MOST_MATCHES:,} matches and more")
        if classify_status(ended.status) is not StatusClass.SUCCESS and ended.status != Status.CANCEL:
            comment = f": {printable(ended.comment)}" if ended.comment else ""
            words = status_text(ended.status, DimseService.C_FIND)
            advice = _missing_keys(entry, self._request.model)
            raise NotAnsweredError(f"{words} ({ended.status:04X}H), says the peer to the query{comment}{advice}")
        answers = sort_answers(entry, results)
        return answers if ended.cut is None else replace(answers, note=ended.cut.text)


@dataclass(frozen=True, slots=True)
class _Encoding:
    character_set: str
    compression_level: int = 6


def _extensions(request: ListRequest) -> tuple[ExtendedNegotiation, ...]:
    """Relational queries (PS3.4 C.5.1.1.1) where lines lack the keys of the levels above."""
    if not any(_missing_keys(entry, request.model) for entry in request.entries if not entry.fault):
        return ()
    return (ExtendedNegotiation(sop_class_uid=request.model.sop_class_uid, information=b"\1"),)


def _missing_keys(entry: ListEntry, model: QueryModel) -> str:
    """What an identifier of a hierarchical query has to have and this line has not, as advice; "" for nothing."""
    level = level_of(entry)
    tags = {value.tag for value in entry.values}
    if level is not Level.STUDY and STUDY_INSTANCE_UID not in tags:
        return "; it may want the Study Instance UID too, in a column of its own"
    if model is not QueryModel.STUDY_ROOT and PATIENT_ID not in tags:
        return "; by this model it may want the patient ID too: ask by the Study Root model"
    return ""
