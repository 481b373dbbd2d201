"""What a job asks a peer beside the retrieves: what exists, and which methods it takes."""

from collections.abc import Iterator
from contextlib import contextmanager

from dicomdesk.dicom.query.sop_classes import Service, find_class
from dicomdesk.engine.outgoing_association import NotOpenedError, OutgoingAssociation
from dicomdesk.engine.query.match_requestor import MatchRequestor, QueryTerms, find_context
from dicomdesk.engine.retrieve.books import Books
from dicomdesk.engine.retrieve.outcome import RetrieveFailure
from dicomdesk.engine.retrieve.request import WAYS, RetrieveMethod, RetrieveRequest
from dicomdesk.engine.retrieve.rounds import Rounds
from dicomdesk.engine.retrieve.survey import find_existing
from dicomdesk.engine.retrieve.ways.way import JobParts, contexts_of
from dicomdesk.errors import DataError, PeerError
from dicomdesk.network.negotiation import Negotiation
from dicomdesk.network.requestor.association import RequestedAssociation

__all__ = ["Questions"]


class Questions:
    """For the job's thread. What is learnt goes into the books, and where nobody can be asked into the rounds."""

    def __init__(self, request: RetrieveRequest, job: JobParts, rounds: Rounds, books: Books) -> None:
        self._request = request
        self._job = job
        self._rounds = rounds
        self._books = books
        self.supported = request.supported
        """The methods that the peer takes; None while nobody knows."""

    def look(self) -> None:
        """Ask what exists of each identifier that nothing is known of, and which methods the peer takes."""
        request = self._request
        find = find_class(Service.FIND, request.model)
        is_choosing = request.method is RetrieveMethod.AUTOMATIC and self.supported is None
        asked = [find] if request.asks_first or not is_choosing else []
        if is_choosing:
            asked += [request.class_of(method) for method in WAYS]
        try:
            with self._asking(*asked) as (association, number):
                if is_choosing:
                    self._note_supported(association.negotiation)
                context = find_context(association.negotiation, find)
                if context is not None:
                    terms = QueryTerms(
                        job_id=self._job.job_id, number=number, control=self._job.control, report=self._job.report
                    )
                    self._learn(MatchRequestor(association, context, terms))
        except NotOpenedError as error:
            self._rounds.fail(RetrieveFailure.ASSOCIATION, error.error)
        except DataError as error:
            self._rounds.fail(RetrieveFailure.IDENTIFIER, error)
        except PeerError:
            pass  # it is not known what exists, then

    def _learn(self, requestor: MatchRequestor) -> None:
        control, books = self._job.control, self._books
        for position, identifier in enumerate(self._request.identifiers):
            if not books.knows(position) and not control.is_stopping:
                found = find_existing(requestor, identifier, position, lambda: not control.is_stopping)
                books.learn(position, found)

    def ask_what_is_supported(self) -> None:
        """The ways of retrieving that the peer takes, asked for over an association of its own."""
        request = self._request
        try:
            with self._asking(*(request.class_of(method) for method in WAYS)) as (association, _):
                self._note_supported(association.negotiation)
        except NotOpenedError:
            pass

    @contextmanager
    def _asking(self, *sop_class_uids: str) -> Iterator[tuple[RequestedAssociation, int]]:
        """An association of its own for questions, with its number; raises NotOpenedError, reports how it ends."""
        with self._rounds.place() as is_free:
            if not is_free:
                raise NotOpenedError(PeerError("The job was cancelled while it waited for the peer"))
            yield from self._associated(*sop_class_uids)

    def _associated(self, *sop_class_uids: str) -> Iterator[tuple[RequestedAssociation, int]]:
        request, number = self._request, next(self._rounds.numbers)
        outgoing = OutgoingAssociation(
            job_id=self._job.job_id, number=number, control=self._job.control, report=self._job.report
        )
        with outgoing.opened(request.peer, request.association, contexts_of(request, *sop_class_uids)) as association:
            try:
                yield association, number
            except DataError as error:
                outgoing.report_abort(error)
                raise
            except PeerError as error:
                outgoing.report_loss(error)
                raise
            outgoing.release(association)

    def _note_supported(self, negotiation: Negotiation) -> None:
        taken = {method: find_context(negotiation, self._request.class_of(method)) for method in WAYS}
        self.supported = frozenset(method for method, context in taken.items() if context is not None)
