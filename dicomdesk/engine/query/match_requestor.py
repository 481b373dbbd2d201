"""C-FINDs over one association, and what comes of each, told to a sink."""

from collections.abc import Callable, Sequence
from typing import Protocol

from dicomdesk.dicom.query.identifier_writer import write_identifier
from dicomdesk.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN
from dicomdesk.engine.job import JobControl
from dicomdesk.engine.query.cuts import find_cut
from dicomdesk.engine.query.facts import QueryAnswered, QueryCancelled, QueryEnded, QuerySink, QueryStarted
from dicomdesk.engine.query.request import Identifier
from dicomdesk.network.dimse.requests import Response, find_request
from dicomdesk.network.negotiation import NegotiatedContext, Negotiation
from dicomdesk.network.requestor.association import RequestedAssociation
from dicomdesk.network.requestor.exchange import Exchange
from dicomdesk.records import dataclass

__all__ = ["Bounds", "MatchRequestor", "QueryTerms", "encode_identifier", "find_context"]

MatchJudge = Callable[[bytes], bool]
"""Whether a match, as it came, is to be reported; raises DataError for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Which matches of a C-FIND are reported, and where it is cancelled; None for all, and for nowhere."""

    cancel_after: int | None = None
    """When so many matches have come."""
    limit: int | None = None
    """When so many matches were reported; what still comes is left out."""
    judge: MatchJudge | None = None
    reported: int = 0
    """How many matches of the same identifier were reported before."""
    limits: Sequence[int] | None = None
    """Numbers of matches at which the peer cuts; where they are not known the numbers of all queries before are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryTerms:
    """The job that asks."""

    job_id: str
    number: int
    """Of the association, within the job."""
    control: JobControl
    report: QuerySink
    priority: int = 0
    """0 medium, 1 high, 2 low."""
    pass_over: Callable[[int], None] | None = None
    """Told how many matches have come, in place of a report of each."""


def find_context(negotiation: Negotiation, sop_class_uid: str) -> NegotiatedContext | None:
    """The presentation context that was accepted for a SOP class."""
    contexts = (context for context in negotiation.contexts if context.is_accepted)
    return next((context for context in contexts if context.abstract_syntax == sop_class_uid), None)


class IdentifierEncoding(Protocol):
    """How a request has its identifiers written; see ``QueryRequest``."""

    @property
    def character_set(self) -> str:
        """Of the values of keys."""

    @property
    def compression_level(self) -> int:
        """For the deflated transfer syntax."""


def encode_identifier(
    identifier: Identifier, context: NegotiatedContext, encoding: IdentifierEncoding | None = None
) -> bytes:
    """The identifier as it goes out in a context; raises DataError."""
    syntax = context.accepted_transfer_syntax or EXPLICIT_VR_LITTLE_ENDIAN
    if encoding is None:
        return write_identifier(identifier.data_set, identifier.keys, syntax)
    return write_identifier(
        identifier.data_set,
        identifier.keys,
        syntax,
        character_set=encoding.character_set,
        compression_level=encoding.compression_level,
    )


class MatchRequestor:
    """For the thread that uses the association. What the association raises passes: it has ended then."""

    def __init__(self, association: RequestedAssociation, context: NegotiatedContext, terms: QueryTerms) -> None:
        self.context = context
        self._association = association
        self._terms = terms
        self._counts: list[int] = []
        """Of the matches of each query, in order."""

    def ask(
        self,
        identifier: bytes,
        *,
        query: int = 0,
        repetition: int = 0,
        bounds: Bounds | None = None,
    ) -> QueryEnded:
        """One C-FIND; returns its end, which is reported too. The first cancel of the job cancels it."""
        bounds = bounds or Bounds()
        terms = self._terms
        exchange = self._association.exchange(find_request(self.context, identifier, priority=terms.priority))
        syntax = self.context.accepted_transfer_syntax or ""
        terms.report(
            QueryStarted(
                job_id=terms.job_id,
                association=terms.number,
                query=query,
                repetition=repetition,
                message_id=exchange.message_id,
                context_id=self.context.context_id,
                sop_class_uid=self.context.abstract_syntax,
                identifier=identifier,
                transfer_syntax_uid=syntax,
            )
        )
        counter = _MatchCounter(exchange, bounds)
        with terms.control.stopping_with(counter.cancel):
            final = self._take(exchange, counter, query, syntax)
        ended = self._ended(final, exchange, counter, query, self._counts if bounds.limits is None else bounds.limits)
        terms.report(ended)
        return ended

    def _take(self, exchange: Exchange, counter: "_MatchCounter", query: int, syntax: str) -> Response:
        """Report the matches as they come, and return the final response."""
        report, job_id, number = self._terms.report, self._terms.job_id, self._terms.number
        message_id, context_id = exchange.message_id, self.context.context_id
        pass_over = self._terms.pass_over
        exchange.passes_over_matches = pass_over is not None and counter.takes_all
        is_told = False
        for response in exchange:
            data = response.data_set
            if not response.is_pending:
                return response
            if pass_over is not None:
                pass_over(counter.pass_over(response))
            elif data is not None and counter.takes(data):
                answered = QueryAnswered(
                    job_id, number, query, counter.reported, message_id, context_id, response.status, data, syntax
                )
                report(answered)
            if counter.is_enough:
                counter.cancel()
            if counter.is_cancelled and not is_told:
                is_told = True
                report(QueryCancelled(job_id=job_id, association=number, query=query, message_id=message_id))
        raise AssertionError("an exchange without a final response")

    def _ended(
        self, final: Response, exchange: Exchange, counter: "_MatchCounter", query: int, limits: Sequence[int]
    ) -> QueryEnded:
        cut = None if counter.is_cancelled else find_cut(counter.matches, final.status, final.comment, limits)
        if not counter.is_cancelled:
            self._counts.append(counter.matches)
        return QueryEnded(
            job_id=self._terms.job_id,
            association=self._terms.number,
            query=query,
            message_id=exchange.message_id,
            status=final.status,
            comment=final.comment,
            matches=counter.matches,
            is_cancelled=counter.is_cancelled,
            cut=cut,
            elements=final.command_set.values,
        )


_NO_BOUNDS = Bounds()


class _MatchCounter:
    """Counts what comes, and says when it is enough."""

    __slots__ = ("_bounds", "_exchange", "is_cancelled", "matches", "reported")

    def __init__(self, exchange: Exchange, bounds: Bounds) -> None:
        self._exchange = exchange
        self._bounds = bounds
        self.matches = 0
        self.reported = bounds.reported
        self.is_cancelled = False

    def cancel(self) -> None:
        """Send a C-CANCEL, once; any thread."""
        self.is_cancelled = True
        self._exchange.cancel()

    def takes(self, match: bytes) -> bool:
        """Count the match; whether it is to be reported."""
        self.matches += 1
        judge = self._bounds.judge
        if self._is_full or (judge is not None and not judge(match)):
            return False
        self.reported += 1
        return True

    @property
    def takes_all(self) -> bool:
        """Whether it does not matter what a match is, nor how many there are."""
        return self._bounds == _NO_BOUNDS

    def pass_over(self, response: Response) -> int:
        """Count the matches that it stands for; how many of them are to be reported."""
        before = self.reported
        self.matches += response.repeated
        if response.data_set is not None and self.takes(response.data_set):
            self.reported += response.repeated
        return self.reported - before

    @property
    def is_enough(self) -> bool:
        """Whether the bounds are reached."""
        return self.matches == self._bounds.cancel_after or self._is_full

    @property
    def _is_full(self) -> bool:
        return self._bounds.limit is not None and self.reported >= self._bounds.limit
