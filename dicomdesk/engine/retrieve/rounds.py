"""Requests to a peer, shared out among associations that stand at the same time; what is lost may be tried again."""

import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import field, replace

from dicomdesk.engine.job import JobControl, ThreadStarter
from dicomdesk.engine.outgoing_association import NotOpenedError, OutgoingAssociation
from dicomdesk.engine.query.match_requestor import encode_identifier, find_context
from dicomdesk.engine.query.request import Identifier
from dicomdesk.engine.reach.peer_places import PeerPlaces
from dicomdesk.engine.retrieve.facts import RetrieveWaiting
from dicomdesk.engine.retrieve.outcome import RetrieveFailure
from dicomdesk.engine.retrieve.remaining import Series
from dicomdesk.engine.retrieve.request import RetrieveRequest
from dicomdesk.engine.retrieve.retrieval_requestor import RetrievalRequestor, RetrievalTerms
from dicomdesk.errors import AssociationAbortedError, DataError, DicomdeskError, PeerError, StorageError
from dicomdesk.network.negotiation import Negotiation, ProposedContext
from dicomdesk.network.requestor.association import RequestedAssociation
from dicomdesk.network.requestor.exchange import NO_CONTEXT
from dicomdesk.records import dataclass

__all__ = ["Ending", "Rounds", "Task"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """An identifier that is to be asked with."""

    position: int
    """In the job's request."""
    series: Series | None = None
    """Which of its series; None for all that it names."""
    retries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Why no more is asked."""

    failure: RetrieveFailure
    error: DicomdeskError


@dataclass
class Rounds:
    """Associations of one job, numbered in the order in which they are asked for."""

    request: RetrieveRequest
    terms: RetrievalTerms
    start_thread: ThreadStarter
    remaining: Callable[[int, Series | None], list[Identifier]]
    """What is still to be asked for of the identifier at a position, or of one of its series."""
    places: PeerPlaces
    """Of all retrieve jobs."""
    association_over: Callable[[int], None]
    """Told the number of an association that has ended."""
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    ending: Ending | None = None
    was_associated: bool = False
    negotiations: list[Negotiation] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _faults: list[BaseException] = field(default_factory=list)

    @property
    def control(self) -> JobControl:
        """Of the job."""
        return self.terms.control

    def fail(self, failure: RetrieveFailure, error: DicomdeskError) -> None:
        """No more is asked; the first reason counts."""
        with self._lock:
            self.ending = self.ending or Ending(failure=failure, error=error)

    def take_way(self, request: RetrieveRequest, terms: RetrievalTerms) -> None:
        """Ask by another method from now on; what came of the one before counts no more."""
        self.request, self.terms = request, terms
        self.ending = None
        self.negotiations = []

    def carry_out(self, contexts: Sequence[ProposedContext], tasks: Iterable[Task]) -> None:
        """Ask with all of them over associations with these contexts; returns when all associations have ended.

        Without tasks one association is opened and ended.
        """
        waiting = deque(tasks)
        extra = max(0, min(self.request.parallel, len(waiting)) - 1)
        threads = [
            self.start_thread(f"{self.terms.job_id}-{number}", lambda: self._guarded(contexts, waiting))
            for number in range(2, 2 + extra)
        ]
        self._guarded(contexts, waiting, is_first=True)
        for thread in threads:
            thread.join()
        if self._faults:
            raise self._faults[0]

    def _guarded(self, contexts: Sequence[ProposedContext], waiting: deque[Task], *, is_first: bool = False) -> None:
        try:
            self._work(contexts, waiting, is_first=is_first)
        except Exception as error:  # noqa: BLE001 - the top level of a worker; raised again by the job's thread
            self._faults.append(error)

    def _work(self, contexts: Sequence[ProposedContext], waiting: deque[Task], *, is_first: bool) -> None:
        """Associations one after the other, as long as there is something to ask; one in any case where it is first."""
        if is_first and self.ending is None and not self.control.is_stopping:
            self._work_in_place(contexts, waiting, lambda: self.ending is None)
        while waiting and self.ending is None and not self.control.is_stopping:
            self._work_in_place(contexts, waiting, lambda: bool(waiting) and self.ending is None, tells=is_first)

    def _work_in_place(
        self,
        contexts: Sequence[ProposedContext],
        waiting: deque[Task],
        is_wanted: Callable[[], bool],
        *,
        tells: bool = True,
    ) -> None:
        with self.place(tells=tells, is_wanted=is_wanted) as is_free:
            if is_free:
                self._associate(contexts, waiting)

    def place(
        self, *, tells: bool = True, is_wanted: Callable[[], bool] = lambda: True
    ) -> AbstractContextManager[bool]:
        """A place for an association, see ``PeerPlaces``; with ``tells`` the job says so where it waits."""
        peer, bound = self.request.peer, self.request.at_once
        waiting = RetrieveWaiting(job_id=self.terms.job_id, peer=str(peer), bound=bound)

        def waits() -> None:
            if tells:
                self.terms.report(waiting)

        return self.places.place(peer, bound, self.control, waits=waits, is_wanted=is_wanted)

    def _associate(self, contexts: Sequence[ProposedContext], waiting: deque[Task]) -> None:
        number = next(self.numbers)
        outgoing = OutgoingAssociation(
            job_id=self.terms.job_id, number=number, control=self.control, report=self.terms.report
        )
        try:
            with outgoing.opened(self.request.peer, self.request.association, contexts) as association:
                self.was_associated = True
                self._serve(association, outgoing, number, waiting)
        except NotOpenedError as error:
            self.fail(RetrieveFailure.ASSOCIATION, error.error)
        finally:
            self.association_over(number)

    def _serve(
        self, association: RequestedAssociation, outgoing: OutgoingAssociation, number: int, waiting: deque[Task]
    ) -> None:
        request = self.request
        self.negotiations.append(association.negotiation)
        context = find_context(association.negotiation, request.sop_class_uid)
        if context is None:
            text = f"The peer {request.peer} does not accept C-{request.method.name} of this model"
            self._abort(
                association, outgoing, RetrieveFailure.NO_PRESENTATION_CONTEXT, PeerError(text, condition=NO_CONTEXT)
            )
            return
        requestor = RetrievalRequestor(association, context, self.terms, number)
        while waiting and self.ending is None and not self.control.is_stopping:
            try:
                task = waiting.popleft()
            except IndexError:  # another association has taken it
                break
            try:
                self._ask(requestor, task)
            except DataError as error:
                self._abort(association, outgoing, RetrieveFailure.IDENTIFIER, error)
                return
            except (PeerError, StorageError) as error:
                self._lose(outgoing, error, task, waiting)
                return
        if request.aborts_at_end:
            outgoing.abort(association, "Aborted, as was asked for")
        elif (refusal := outgoing.release(association)) is not None:
            self.fail(RetrieveFailure.RELEASE, refusal)

    def _ask(self, requestor: RetrievalRequestor, task: Task) -> None:
        request = self.request
        for identifier in self.remaining(task.position, task.series):
            data = encode_identifier(identifier, requestor.context, request)
            for repetition in range(request.repeats):
                if self.control.is_stopping:
                    return
                requestor.request(data, position=task.position, repetition=repetition)

    def _lose(
        self, outgoing: OutgoingAssociation, error: PeerError | StorageError, task: Task, waiting: deque[Task]
    ) -> None:
        """The association has ended in the middle of a request."""
        if isinstance(error, PeerError):
            outgoing.report_loss(error)
        else:
            outgoing.report_abort(error)
        if task.retries and isinstance(error, PeerError) and not self.control.is_stopping:
            waiting.appendleft(replace(task, retries=task.retries - 1))
            return
        is_by_peer = isinstance(error, AssociationAbortedError)
        self.fail(RetrieveFailure.ABORTED_BY_PEER if is_by_peer else RetrieveFailure.REQUEST, error)

    def _abort(
        self,
        association: RequestedAssociation,
        outgoing: OutgoingAssociation,
        failure: RetrieveFailure,
        error: DicomdeskError,
    ) -> None:
        outgoing.abort(association, error)
        self.fail(failure, error)
