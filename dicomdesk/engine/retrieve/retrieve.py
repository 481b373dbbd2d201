"""The retrieve job: asks what exists, has it sent, counts what came, and says why something did not."""

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from dicomdesk.dicom.query.sop_classes import Service, find_class
from dicomdesk.engine.events import Event, JobFinished, JobOutcome, JobStarted
from dicomdesk.engine.job import EventRelay, Job, ThreadStarter, new_job_id
from dicomdesk.engine.outgoing_association import NotOpenedError, OutgoingAssociation
from dicomdesk.engine.query.match_requestor import MatchRequestor, QueryTerms, find_context
from dicomdesk.engine.receive.arrivals import ArrivalHandler
from dicomdesk.engine.receive.placement import Placement
from dicomdesk.engine.receive.receive import ReceiveJob
from dicomdesk.engine.receive.reception_facts import ReceptionFacts
from dicomdesk.engine.receive.request import ReceiveRequest, StorageMode
from dicomdesk.engine.retrieve.books import Books
from dicomdesk.engine.retrieve.doctor import Evidence, OwnListener, diagnose
from dicomdesk.engine.retrieve.facts import RetrieveEnded, RetrieveFact, RetrieveSink
from dicomdesk.engine.retrieve.get_contexts import offered_syntaxes, plan_get_contexts, wanted_sop_classes
from dicomdesk.engine.retrieve.outcome import RetrieveFailure, RetrieveOutcome, Standing
from dicomdesk.engine.retrieve.remaining import find_present
from dicomdesk.engine.retrieve.request import RetrieveMethod, RetrieveRequest
from dicomdesk.engine.retrieve.retrieval_requestor import RetrievalTerms
from dicomdesk.engine.retrieve.rounds import Rounds, Task
from dicomdesk.engine.retrieve.survey import find_existing
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import DataError, DicomdeskError, PeerError
from dicomdesk.network.negotiation import ProposedContext, number_contexts
from dicomdesk.network.status import Status
from dicomdesk.network.wire.host_names import find_own_address
from dicomdesk.settings import Peer

__all__ = ["RetrieveJob"]

_LAST_ASSOCIATIONS_S = 5.0
"""How long associations that the peer has with our listener may stand after it has finished."""


class RetrieveJob(Job[RetrieveOutcome]):
    """Has a peer send instances. Built and opened by the engine."""

    _report: EventRelay[RetrieveFact]

    def __init__(self, request: RetrieveRequest, sink: RetrieveSink, start_thread: ThreadStarter) -> None:
        """Prepare everything but the port; raises what ``ReceiveRequest.make_job`` raises, and StorageError."""
        super().__init__(new_job_id("retrieve"), sink)
        self._request = request
        self._start_thread = start_thread
        self._is_get = request.method is RetrieveMethod.GET
        self._books = Books(request, _present(request))
        self._sees_arrivals = self._is_get or request.listener is not None
        self._destination = request.destination or request.association.calling_ae_title
        self._receive = self._make_listener()
        self._facts = _Facts(self.id, self._take)
        self._storing = self._make_storing()
        terms = RetrievalTerms(
            job_id=self.id,
            control=self._control,
            report=self._take,
            storing=self._storing,
            facts=self._facts if self._is_get else None,
            destination="" if self._is_get else self._destination,
            priority=request.priority,
            cancel_after=request.cancel_after or None,
            takes_pending_data_sets=request.takes_pending_data_sets,
        )
        self._rounds = Rounds(request, terms, start_thread, self._books.remaining, self._association_over)

    @property
    def port(self) -> int:
        """Where the listener of the job listens, 0 for nowhere."""
        return self._receive.port if self._receive is not None else 0

    def note_arrival(self, event: Event) -> None:
        """Count a fact of a listener that runs already, and is the destination; any thread, in their order."""
        self._sees_arrivals = True
        self._books.tally.take(event)

    def open(self) -> None:
        """Start to listen where that is asked for, on the caller's thread; raise PortInUseError or LocalError."""
        if self._receive is not None:
            self._receive.open()

    def withdraw(self) -> None:
        """Take back ``open``."""
        if self._receive is not None:
            self._receive.withdraw()

    def progress(self) -> Progress:
        """How far the peer is by its counters, and what has arrived."""
        listening = self._receive.progress() if self._receive is not None else None
        return self._books.progress(sees_arrivals=self._sees_arrivals, listening=listening)

    def standing(self) -> Standing:
        """What is announced, reported by the peer, arrived and stored so far; cheap, from any thread."""
        return self._books.standing(sees_arrivals=self._sees_arrivals)

    # -- work, on the job's thread

    def _work(self) -> RetrieveOutcome:
        supported: frozenset[RetrieveMethod] | None = None
        with self._listening():
            if self._request.asks_first:
                self._ask_first()
            if self._rounds.ending is None:
                self._retrieve()
        if self._request.explains and self._is_amiss() and not self._control.is_stopping:
            supported = self._supported()
        return self._outcome(supported)

    @contextmanager
    def _listening(self) -> Iterator[None]:
        receive = self._receive
        if receive is None:
            yield
            return
        thread = self._start_thread(receive.id, receive.run)
        try:
            with self._control.aborting_with(lambda: _abort(receive)):
                yield
                if not self._control.is_aborting:
                    self._books.tally.wait_until_all_have_ended(_LAST_ASSOCIATIONS_S)
        finally:
            receive.cancel()
            thread.join()

    def _ask_first(self) -> None:
        """Ask what exists of each identifier that nothing is known of."""
        request = self._request
        find = find_class(Service.FIND, request.model)
        outgoing, number = self._next_association()
        try:
            with outgoing.opened(request.peer, request.association, self._contexts(find)) as association:
                context = find_context(association.negotiation, find)
                if context is not None:
                    terms = QueryTerms(job_id=self.id, number=number, control=self._control, report=self._report)
                    requestor = MatchRequestor(association, context, terms)
                    for position, identifier in enumerate(request.identifiers):
                        if not self._books.knows(position) and not self._control.is_stopping:
                            self._books.learn(position, find_existing(requestor, identifier, position))
                outgoing.release(association)
        except NotOpenedError as error:
            self._rounds.fail(RetrieveFailure.ASSOCIATION, error.error)
        except DataError as error:
            outgoing.report_abort(error)
            self._rounds.fail(RetrieveFailure.IDENTIFIER, error)
        except PeerError as error:
            outgoing.report_loss(error)  # it is not known what exists, then

    def _retrieve(self) -> None:
        request, books = self._request, self._books
        tasks = [Task(position=position, retries=request.retries) for position in range(len(request.identifiers))]
        tasks = [task for task in tasks if books.remaining(task.position)]
        if request.identifiers and not tasks:
            return
        plans = self._plans()
        for number, contexts in enumerate(plans, 1):
            before = len(books.ended)
            self._rounds.carry_out(contexts, tasks)
            if self._rounds.ending is not None or self._control.is_stopping or number == len(plans):
                return
            # What failed may be of SOP classes that had no place in these contexts.
            failed = [ended for ended in books.ended[before:] if _has_failed_in_part(ended)]
            positions = {ended.number for ended in failed}
            tasks = [task for task in tasks if task.position in positions]
            if not tasks:
                return
            books.supersede(failed)

    def _plans(self) -> list[tuple[ProposedContext, ...]]:
        """The presentation contexts of one association after the other."""
        request = self._request
        if self._is_get:
            wanted = wanted_sop_classes(request.storage_sop_classes, self._books.expected)
            stored_in = offered_syntaxes(request.storage_transfer_syntaxes, takes_compressed=request.takes_compressed)
            return plan_get_contexts(request.sop_class_uid, request.transfer_syntaxes, wanted, stored_in)
        if request.proposes_find:
            return [self._contexts(find_class(Service.FIND, request.model), request.sop_class_uid)]
        return [self._contexts(request.sop_class_uid)]

    def _contexts(self, *sop_class_uids: str) -> tuple[ProposedContext, ...]:
        return number_contexts([(uid, self._request.transfer_syntaxes) for uid in sop_class_uids])

    def _next_association(self) -> tuple[OutgoingAssociation, int]:
        number = next(self._rounds.numbers)
        return OutgoingAssociation(job_id=self.id, number=number, control=self._control, report=self._report), number

    # -- facts

    def _take(self, fact: RetrieveFact) -> None:
        """A fact of this job, on any of its threads."""
        self._books.take(fact)
        self._report(fact)

    def _take_received(self, event: Event) -> None:
        """A fact of the job's own listener, on any of its threads."""
        self._books.tally.take(event)
        if not isinstance(event, JobStarted | JobFinished):
            self._report(event)

    def _association_over(self, number: int) -> None:
        self._books.forget_association(number)
        if self._storing is not None:
            self._facts.end(number)
            self._storing.forget(number)

    # -- parts

    def _make_listener(self) -> ReceiveJob | None:
        listener = self._request.listener
        if listener is None or self._is_get:
            return None
        return replace(listener, report_stored=True).make_job(self._take_received, self._start_thread)

    def _make_storing(self) -> ArrivalHandler | None:
        if not self._is_get:
            return None
        storage = self._request.storage
        placement = None if storage.mode is StorageMode.IGNORE else Placement(storage)
        storing = ArrivalHandler(placement, storage.mode, begun=self._facts.begun, discarded=self._facts.discarded)
        storing.moving = self._control.require_no_abort
        return storing

    # -- the end

    def _is_amiss(self) -> bool:
        """Whether there is something to be explained."""
        reported = self._books.reported()
        is_short = self._sees_arrivals and reported.completed + reported.warning > self._books.tally.arrived
        has_failed = any(ended.status for ended in self._books.final) or self._rounds.ending is not None
        return bool(has_failed or is_short or reported.failed or self._missing())

    def _missing(self) -> tuple[str, ...]:
        return self._books.missing() if self._sees_arrivals else ()

    def _supported(self) -> frozenset[RetrieveMethod] | None:
        """The ways of retrieving that the peer takes, asked for over an association of its own."""
        request = self._request
        classes = {method: replace(request, method=method).sop_class_uid for method in RetrieveMethod}
        outgoing, _ = self._next_association()
        try:
            with outgoing.opened(request.peer, request.association, self._contexts(*classes.values())) as association:
                negotiation = association.negotiation
                outgoing.release(association)
        except NotOpenedError:
            return None
        return frozenset(method for method, uid in classes.items() if find_context(negotiation, uid) is not None)

    def _outcome(self, supported: frozenset[RetrieveMethod] | None = None) -> RetrieveOutcome:
        ending = self._rounds.ending
        outcome = JobOutcome.COMPLETED
        if self._control.is_stopping:
            outcome = JobOutcome.CANCELLED
        elif ending is not None and ending.failure is not RetrieveFailure.RELEASE:
            outcome = JobOutcome.FAILED
        evidence = self._evidence(supported)
        arrivals = evidence.arrivals
        return RetrieveOutcome(
            outcome=outcome,
            ended=tuple(self._books.ended),
            announced=len(self._books.expected) or None,
            reported=evidence.reported,
            arrived=arrivals.arrived if arrivals is not None else None,
            stored=len(arrivals.stored) if arrivals is not None else None,
            missing=evidence.missing,
            refused=arrivals.refused_uids if arrivals is not None else (),
            diagnoses=() if outcome is JobOutcome.CANCELLED else diagnose(evidence),
            failure=ending.failure if ending is not None else None,
            error=ending.error if ending is not None else None,
        )

    def _evidence(self, supported: frozenset[RetrieveMethod] | None) -> Evidence:
        request, rounds = self._request, self._rounds
        failure = rounds.ending.failure if rounds.ending is not None else None
        error = rounds.ending.error if rounds.ending is not None else None
        negotiations = rounds.negotiations if self._is_get else ()
        return Evidence(
            peer=request.peer,
            method=request.method,
            destination=self._destination,
            listener=self._own_listener() if self._is_amiss() else None,
            ended=self._books.final,
            reported=self._books.reported(),
            arrivals=self._books.arrivals(negotiations) if self._sees_arrivals else None,
            missing=self._missing(),
            supported=supported,
            error=None if failure is RetrieveFailure.RELEASE else error,
            is_refused=failure is RetrieveFailure.NO_PRESENTATION_CONTEXT,
            was_associated=rounds.was_associated,
        )

    def _own_listener(self) -> OwnListener | None:
        listener = self._request.listener
        if self._receive is None or listener is None:
            return None
        return own_listener(listener, self._receive.port, self._destination, self._request.peer)

    def _after_fault(self, error: DicomdeskError) -> RetrieveOutcome:
        self._rounds.fail(RetrieveFailure.REQUEST, error)
        return self._outcome()

    def _finished(self, result: RetrieveOutcome) -> JobFinished:
        error = "" if result.outcome is JobOutcome.COMPLETED else result.text
        return JobFinished(job_id=self.id, outcome=result.outcome, counts=self._facts.counts(), error=error)


class _Facts(ReceptionFacts):
    """The facts of instances that come by C-GET."""

    def end(self, association: int) -> None:
        """The association has ended."""
        self._end(association)


def _present(request: RetrieveRequest) -> frozenset[str]:
    """What is in the folder that the instances come to."""
    if not request.resumes:
        return frozenset()
    if request.method is RetrieveMethod.GET:
        return find_present(request.storage)
    return find_present(request.listener.storage) if request.listener is not None else frozenset()


def _has_failed_in_part(ended: RetrieveEnded) -> bool:
    return ended.status == Status.SUB_OPERATIONS_NOT_ALL_WELL or (ended.counts is not None and ended.counts.failed > 0)


def own_listener(listener: ReceiveRequest, port: int, ae_title: str, peer: Peer) -> OwnListener:
    """Where a listener is to be found by a peer."""
    seen = find_own_address(peer.host, peer.port)
    address = listener.address or seen
    return OwnListener(
        ae_title=ae_title,
        address=address,
        port=port,
        is_for_this_machine_only=_is_loopback(listener.address) and not _is_loopback(seen),
        has_tls=listener.acceptance.tls is not None,
    )


def _is_loopback(address: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(address).is_loopback
    return False


def _abort(receive: ReceiveJob) -> None:
    """Break off what the listener is at."""
    receive.cancel()
    receive.cancel()
