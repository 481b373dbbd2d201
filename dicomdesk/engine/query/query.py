"""The query job: one association, C-FINDs over it, matches as they come."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from enum import Enum

from dicomdesk.engine.events import JobFinished, JobOutcome
from dicomdesk.engine.job import EventRelay, Job, new_job_id
from dicomdesk.engine.outgoing_association import NotOpenedError, OutgoingAssociation
from dicomdesk.engine.query.cuts import refused_part
from dicomdesk.engine.query.facts import Cut, QueryAnswered, QueryEnded, QueryFact, QuerySink
from dicomdesk.engine.query.match_requestor import Bounds, MatchRequestor, QueryTerms, encode_identifier, find_context
from dicomdesk.engine.query.request import Identifier, QueryModel, QueryRequest
from dicomdesk.engine.query.split_query import SplitQuery
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import AssociationAbortedError, DataError, DicomdeskError, PeerError
from dicomdesk.human import count_text
from dicomdesk.network.negotiation import ExtendedNegotiation, ProposedContext
from dicomdesk.network.requestor.association import RequestedAssociation
from dicomdesk.network.requestor.exchange import NO_CONTEXT
from dicomdesk.records import dataclass

__all__ = ["QueryFailure", "QueryJob", "QueryOutcome"]


class QueryFailure(Enum):
    """Where a query job ended early."""

    ASSOCIATION = "association"
    """Not established."""
    NO_PRESENTATION_CONTEXT = "no-presentation-context"
    IDENTIFIER = "identifier"
    """One could not be written; the association was aborted."""
    ABORTED_BY_PEER = "aborted-by-peer"
    """Or lost."""
    QUERY = "query"
    """Aborted by us: no answer in time, or one that makes no sense."""
    RELEASE = "release"
    """All was answered, but the peer did not agree to the release."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryOutcome:
    """What came of a query job."""

    outcome: JobOutcome
    """COMPLETED where each C-FIND has its final response, whatever its status is."""
    ended: tuple[QueryEnded, ...]
    """The C-FINDs that have their final response."""
    matches: int
    """That were reported."""
    cuts: tuple[Cut, ...] = ()
    """Where there may be more than what came; with ``splits_dates`` what could not be divided."""
    failure: QueryFailure | None = None
    error: DicomdeskError | None = None

    @property
    def text(self) -> str:
        """What happened, one plain sentence."""
        if self.error is not None:
            return str(self.error)
        return f"The peer answered with {count_text(self.matches, 'match', 'matches')}"


class QueryJob(Job[QueryOutcome]):
    """Asks a peer what it has. Built by the engine."""

    _report: EventRelay[QueryFact]

    def __init__(self, request: QueryRequest, sink: QuerySink) -> None:
        super().__init__(new_job_id("query"), sink)
        self._request = request
        self._ended: list[QueryEnded] = []
        self._undivided: list[QueryEnded] = []
        """Without those whose dates were divided."""
        self._lost: list[Cut] = []
        self._matches = 0
        self._failure: tuple[QueryFailure, DicomdeskError] | None = None
        self._outgoing = OutgoingAssociation(job_id=self.id, number=1, control=self._control, report=self._report)

    def progress(self) -> Progress:
        """How many matches were reported so far."""
        return Progress(items_done=self._matches)

    def _work(self) -> QueryOutcome:
        request = self._request
        context = ProposedContext(
            context_id=1, abstract_syntax=request.model.sop_class_uid, transfer_syntaxes=request.transfer_syntaxes
        )
        try:
            with self._outgoing.opened(
                request.peer, request.association, (context,), _extensions(request)
            ) as association:
                self._use(association)
        except NotOpenedError as error:
            self._fail(QueryFailure.ASSOCIATION, error.error)
        return self._outcome()

    def _use(self, association: RequestedAssociation) -> None:
        request = self._request
        context = find_context(association.negotiation, request.model.sop_class_uid)
        if context is None:
            words = "the modality worklist" if request.model is QueryModel.WORKLIST else "queries of this model"
            error = PeerError(f"The peer {request.peer} does not accept {words} (C-FIND)", condition=NO_CONTEXT)
            self._abort(association, QueryFailure.NO_PRESENTATION_CONTEXT, error)
            return
        terms = QueryTerms(
            job_id=self.id,
            number=1,
            control=self._control,
            report=self._count,
            priority=request.priority,
            pass_over=None if request.reports_matches else self._pass_over,
        )
        requestor = MatchRequestor(association, context, terms)
        try:
            self._ask_all(requestor)
        except DataError as error:
            self._abort(association, QueryFailure.IDENTIFIER, error)
            return
        except PeerError as error:
            is_by_peer = isinstance(error, AssociationAbortedError)
            self._outgoing.report_loss(error)
            self._fail(QueryFailure.ABORTED_BY_PEER if is_by_peer else QueryFailure.QUERY, error)
            return
        if request.aborts_at_end:
            self._outgoing.abort(association, "Aborted, as was asked for")
        elif (refusal := self._outgoing.release(association)) is not None:
            self._fail(QueryFailure.RELEASE, refusal)

    def _ask_all(self, requestor: MatchRequestor) -> None:
        request = self._request
        for query, identifier in enumerate(request.identifiers):
            for repetition in range(request.repeats):
                if request.splits_dates:
                    self._ask_in_parts(requestor, identifier, query, repetition)
                elif not self._control.is_stopping:
                    ended = requestor.ask(
                        encode_identifier(identifier, requestor.context, request),
                        query=query,
                        repetition=repetition,
                        bounds=self._bounds,
                    )
                    self._ended.append(ended)
                    self._undivided.append(ended)

    def _ask_in_parts(self, requestor: MatchRequestor, identifier: Identifier, query: int, repetition: int) -> None:
        request = self._request
        split = SplitQuery(
            identifier, is_worklist=request.model is QueryModel.WORKLIST, today=datetime.now().astimezone().date()
        )
        syntax = requestor.context.accepted_transfer_syntax or ""
        before = self._matches

        def ask(part: Identifier, limits: list[int]) -> QueryEnded | None:
            reported = self._matches - before
            is_full = request.limit is not None and reported >= request.limit
            if self._control.is_stopping or is_full:
                return None
            ended = requestor.ask(
                encode_identifier(part, requestor.context, request),
                query=query,
                repetition=repetition,
                bounds=replace(
                    self._bounds, judge=lambda match: split.is_new(match, syntax), reported=reported, limits=limits
                ),
            )
            self._ended.append(ended)
            return ended

        self._undivided += split.carry_out(ask)
        if split.lost is not None:
            self._lost.append(split.lost)

    @property
    def _bounds(self) -> Bounds:
        return Bounds(cancel_after=self._request.cancel_after or None, limit=self._request.limit)

    def _count(self, fact: QueryFact) -> None:
        if isinstance(fact, QueryAnswered):
            self._matches += 1
        self._report(fact)

    def _pass_over(self, matches: int) -> None:
        self._matches += matches

    def _abort(self, association: RequestedAssociation, failure: QueryFailure, error: DicomdeskError) -> None:
        self._outgoing.abort(association, error)
        self._fail(failure, error)

    def _fail(self, failure: QueryFailure, error: DicomdeskError) -> None:
        self._failure = failure, error

    def _outcome(self) -> QueryOutcome:
        failure, error = self._failure or (None, None)
        outcome = JobOutcome.COMPLETED
        if self._control.is_stopping:
            outcome = JobOutcome.CANCELLED
        elif failure is not None and failure is not QueryFailure.RELEASE:
            outcome = JobOutcome.FAILED
        return QueryOutcome(
            outcome=outcome,
            ended=tuple(self._ended),
            matches=self._matches,
            cuts=(*self._cuts(), *self._lost),
            failure=failure,
            error=error,
        )

    def _cuts(self) -> Iterator[Cut]:
        for ended in self._undivided:
            if ended.cut is not None:
                yield ended.cut
            elif ended.is_cut and self._request.splits_dates:  # else its status tells all
                yield refused_part(ended.status, ended.comment)

    def _after_fault(self, error: DicomdeskError) -> QueryOutcome:
        self._fail(QueryFailure.QUERY, error)
        return self._outcome()

    def _finished(self, result: QueryOutcome) -> JobFinished:
        error = "" if result.outcome is JobOutcome.COMPLETED else result.text
        return JobFinished(job_id=self.id, outcome=result.outcome, counts={}, error=error)


def _extensions(request: QueryRequest) -> tuple[ExtendedNegotiation, ...]:
    """SOP Class Extended Negotiation of a C-FIND (PS3.4 C.5.1.1)."""
    if request.model is QueryModel.WORKLIST or not (request.wants_relational or request.combines_date_and_time):
        return ()
    information = bytes((request.wants_relational, request.combines_date_and_time))
    return (ExtendedNegotiation(sop_class_uid=request.model.sop_class_uid, information=information),)
