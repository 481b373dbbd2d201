"""The retrieve job: asks what exists, has it sent, counts what came, and says why something did not."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from dicomdesk.engine.events import Event, JobFinished, JobOutcome, JobStarted, Notice, NoticeLevel, RequestFailed
from dicomdesk.engine.job import EventRelay, Job, ThreadStarter, new_job_id
from dicomdesk.engine.reach.commons import Commons
from dicomdesk.engine.reach.peer_places import PeerPlaces
from dicomdesk.engine.reach.port_check import PortReach
from dicomdesk.engine.retrieve.books import Books
from dicomdesk.engine.retrieve.diagnosis.causes import Diagnosis
from dicomdesk.engine.retrieve.diagnosis.doctor import Evidence, diagnose
from dicomdesk.engine.retrieve.diagnosis.own_listener import OwnListener, check_own_listener, find_own_listener
from dicomdesk.engine.retrieve.facts import (
    RetrieveDiagnosed,
    RetrieveEnded,
    RetrieveFact,
    RetrieveMethodChosen,
    RetrieveSink,
)
from dicomdesk.engine.retrieve.outcome import RetrieveFailure, RetrieveOutcome, Standing
from dicomdesk.engine.retrieve.remaining import Series, find_present
from dicomdesk.engine.retrieve.request import OTHER_WAY, WAYS, RetrieveMethod, RetrieveRequest
from dicomdesk.engine.retrieve.rounds import Rounds, Task
from dicomdesk.engine.retrieve.ways.method_choice import (
    Prospects,
    choose_method,
    find_concern,
    may_other_serve,
    possible_ways,
)
from dicomdesk.engine.retrieve.ways.questions import Questions
from dicomdesk.engine.retrieve.ways.way import JobParts, Way
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import DicomdeskError, LocalError, SettingsError
from dicomdesk.network.status import Status

if TYPE_CHECKING:
    from dicomdesk.engine.receive.receive import ReceiveJob

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
        parts = JobParts(
            job_id=self.id,
            control=self._control,
            report=self._take,
            report_received=self._take_received,
            start_thread=start_thread,
        )
        self._ways = {method: Way(request, method, parts) for method in _prepared_ways(request)}
        self._way = next(iter(self._ways.values()))
        """That the job is at."""
        if request.method is not RetrieveMethod.AUTOMATIC:
            self._way.prepare()
        present = (_present(way.request) for way in self._ways.values())
        self._books = Books(request, frozenset().union(*present))
        self._is_trying_port = False
        """Whether a connection of ours may come to our own listener."""
        self._reach: PortReach | None = None
        """Whether our listener can be called, once that was looked at."""
        self._choices: list[RetrieveMethodChosen] = []
        self._rounds = Rounds(
            self._way.request,
            self._way.terms,
            start_thread,
            self._books.remaining,
            PeerPlaces(),
            self._association_over,
        )
        self._questions = Questions(request, parts, self._rounds, self._books)

    @property
    def port(self) -> int:
        """Where the listener of the job listens, 0 for nowhere."""
        return next((way.receive.port for way in self._ways.values() if way.receive is not None), 0)

    def note_arrival(self, event: Event) -> None:
        """Count a fact of a listener that runs already, and is the destination; any thread, in their order."""
        self._books.tally.take(event)

    def share(self, commons: Commons) -> None:
        """See ``Job``: the bound on associations with a peer is that of all retrieve jobs."""
        self._rounds.places = commons.get(PeerPlaces)

    def open(self) -> None:
        """Start to listen where that is asked for, on the caller's thread; raise PortInUseError or LocalError."""
        if self._request.method is not RetrieveMethod.AUTOMATIC:
            self._way.open()

    def withdraw(self) -> None:
        """Take back ``open``."""
        self._way.withdraw()

    def progress(self) -> Progress:
        """How far the peer is by its counters, and what has arrived."""
        receive = self._way.receive
        listening = receive.progress() if receive is not None else None
        return self._books.progress(sees_arrivals=self._way.sees_arrivals, listening=listening)

    def standing(self) -> Standing:
        """What is announced, reported by the peer, arrived and stored so far; cheap, from any thread."""
        return self._books.standing(sees_arrivals=self._way.sees_arrivals)

    # -- work, on the job's thread

    def _work(self) -> RetrieveOutcome:
        if self._request.method is RetrieveMethod.AUTOMATIC:
            if self._request.asks_first or self._questions.supported is None:
                self._questions.look()
            if self._goes_on and self._choose():
                self._retrieve_by_this_way()
        else:
            with self._listening():
                if self._request.asks_first:
                    self._questions.look()
                if self._goes_on:
                    self._retrieve()
        self._retrieve_by_the_other_way()
        if self._request.explains and self._questions.supported is None and may_other_serve(self._diagnoses()):
            self._questions.ask_what_is_supported()
        outcome = self._outcome()
        for diagnosis in outcome.diagnoses:
            self._report(RetrieveDiagnosed(job_id=self.id, diagnosis=diagnosis))
        return outcome

    @property
    def _goes_on(self) -> bool:
        return self._rounds.ending is None and not self._control.is_stopping

    def _listening(self) -> AbstractContextManager[None]:
        return self._way.listening(self._await_the_last)

    def _await_the_last(self) -> bool:
        """What the peer has sent by C-MOVE may be under way still when it says that it has sent it.

        Returns whether all has ended; what has not moves no more.
        """
        tally, reported = self._books.tally, self._books.reported_by_way()
        has_ended = True
        if self._way.receive is not None:
            has_ended = self._await_own_associations(self._way.receive)
        elif self._way.sees_arrivals and not self._way.is_get:
            if self._request.running_listener is not None:
                self._request.running_listener.catch_up()
            tally.wait_until_arrived(reported.completed + reported.warning, _LAST_ASSOCIATIONS_S)
        if self._request.explains and self._is_amiss() and not self._way.is_get and not tally.connections:
            self._is_trying_port = True
            self._reach = check_own_listener(self._request, self.port)
        tally.end_way()
        return has_ended

    def _await_own_associations(self, receive: "ReceiveJob") -> bool:
        """As long as something comes over them."""
        moved = -1
        while not (has_ended := self._books.tally.wait_until_all_have_ended(_LAST_ASSOCIATIONS_S)):
            before, moved = moved, receive.progress().bytes_done
            if moved == before:
                break
        return has_ended

    def _retrieve_by_this_way(self) -> None:
        try:
            self._way.open()
        except (LocalError, SettingsError) as error:
            self._rounds.fail(RetrieveFailure.LISTENER, error)
            return
        with self._listening():
            self._retrieve()

    # -- methods

    def _choose(self) -> bool:
        """Choose a method; whether anything is to be asked for at all."""
        request = self._request
        if not self._tasks() and request.identifiers:
            return False
        prospects = Prospects(
            peer=request.peer,
            possible=possible_ways(request),
            supported=self._questions.supported,
            preferred=request.preferred,
            destination=request.move_destination,
            is_to_here=request.is_to_here,
            sop_classes=len({one.sop_class_uid for one in self._books.expected}),
        )
        method, reason = choose_method(prospects)
        self._take_way(RetrieveMethodChosen(job_id=self.id, method=method, reason=reason))
        return True

    def _retrieve_by_the_other_way(self) -> None:
        """Retrieve what is missing, where the other way may bring it."""
        other = OTHER_WAY[self._way.method]
        if not self._request.tries_other_way or other not in self._ways or self._control.is_stopping:
            return
        concern = find_concern(self._way.method, self._diagnoses())
        if concern is None:
            return
        if self._questions.supported is None:
            self._questions.ask_what_is_supported()
        if self._questions.supported is None or other not in self._questions.supported or self._control.is_stopping:
            return
        if self._books.tally.arrived:
            self._learn_what_is_missing()
        self._books.begin_way()
        reason = f"C-{other.name}, since it did not go by C-{self._way.method.name}: {concern.text}"
        self._take_way(RetrieveMethodChosen(job_id=self.id, method=other, reason=reason, is_retry=True))
        self._retrieve_by_this_way()

    def _diagnoses(self) -> tuple[Diagnosis, ...]:
        """So far; () where nothing more is to be tried."""
        return diagnose(self._evidence()) if self._is_amiss() and not self._control.is_stopping else ()

    def _take_way(self, chosen: RetrieveMethodChosen) -> None:
        self._choices.append(chosen)
        self._way = self._ways[chosen.method]
        self._rounds.take_way(self._way.request, self._way.terms)
        self._report(chosen)

    def _learn_what_is_missing(self) -> None:
        """What has arrived is left out only where it is known what exists; where that fails, all is asked for again."""
        ending = self._rounds.ending
        self._rounds.ending = None
        self._questions.look()
        self._rounds.ending = ending

    # -- retrieving

    def _tasks(self) -> list[Task]:
        """What something is still to be asked for of: identifiers, or series where several are asked for at once."""
        request, books = self._request, self._books
        tasks = []
        for position in range(len(request.identifiers)):
            all_series = books.series(position) if request.parallel > 1 else []
            parts: list[Series | None] = [*all_series] if len(all_series) > 1 else [None]
            tasks += [Task(position=position, series=series, retries=request.retries) for series in parts]
        return [task for task in tasks if books.remaining(task.position, task.series)]

    def _retrieve(self) -> None:
        books = self._books
        tasks = self._tasks()
        if self._request.identifiers and not tasks:
            return
        plans = self._way.plans(books.expected)
        for number, contexts in enumerate(plans, 1):
            before = len(books.ended)
            self._rounds.carry_out(contexts, tasks)
            if not self._goes_on or number == len(plans):
                return
            # What failed may be of SOP classes that had no place in these contexts.
            failed = [ended for ended in books.ended[before:] if _has_failed_in_part(ended)]
            failed = [ended for ended in failed if not books.tally.has_refused(ended.failed_uids)]
            positions = {ended.number for ended in failed}
            tasks = [task for task in tasks if task.position in positions]
            if not tasks:
                return
            books.supersede(failed)

    # -- facts

    def _take(self, fact: RetrieveFact) -> None:
        """A fact of this job, on any of its threads."""
        odd = self._books.take(fact)
        self._report(fact)
        self._warn(odd)

    def _warn(self, odd: str) -> None:
        if odd:
            self._report(Notice(job_id=self.id, level=NoticeLevel.WARNING, text=odd))

    def _take_received(self, event: Event) -> None:
        """A fact of the job's own listener, on any of its threads."""
        if isinstance(event, RequestFailed) and self._is_trying_port:
            return  # it was we who called
        odd = self._books.tally.take(event)
        if not isinstance(event, JobStarted | JobFinished):
            self._report(event)
        self._warn(odd)

    def _association_over(self, number: int) -> None:
        self._books.forget_association(number)
        self._way.association_over(number)

    # -- the end

    def _is_amiss(self) -> bool:
        """Whether there is something to be explained."""
        books, reported = self._books, self._books.reported_by_way()
        came = books.tally.arrived_by_way + books.tally.unasked
        is_short = self._way.sees_arrivals and reported.completed + reported.warning > came
        has_failed = any(ended.status for ended in books.final) or self._rounds.ending is not None
        return bool(has_failed or is_short or reported.failed or books.tally.unasked or self._missing())

    def _missing(self) -> tuple[str, ...]:
        return self._books.missing() if self._way.sees_arrivals else ()

    def _outcome(self) -> RetrieveOutcome:
        ending = self._rounds.ending
        outcome = JobOutcome.COMPLETED
        if self._control.is_stopping:
            outcome = JobOutcome.CANCELLED
        elif ending is not None and ending.failure is not RetrieveFailure.RELEASE:
            outcome = JobOutcome.FAILED
        evidence = self._evidence()
        arrivals = evidence.arrivals
        return RetrieveOutcome(
            outcome=outcome,
            ended=tuple(self._books.ended),
            announced=len(self._books.expected) or None,
            reported=self._books.reported(),
            arrived=self._books.tally.arrived if arrivals is not None else None,
            stored=len(arrivals.stored) if arrivals is not None else None,
            missing=evidence.missing,
            refused=arrivals.refused_uids if arrivals is not None else (),
            diagnoses=() if outcome is JobOutcome.CANCELLED else diagnose(evidence),
            unasked=self._books.tally.unasked,
            choices=tuple(self._choices),
            failure=ending.failure if ending is not None else None,
            error=ending.error if ending is not None else None,
        )

    def _evidence(self) -> Evidence:
        request, rounds, way = self._request, self._rounds, self._way
        failure = rounds.ending.failure if rounds.ending is not None else None
        error = rounds.ending.error if rounds.ending is not None else None
        negotiations = rounds.negotiations if way.is_get else ()
        return Evidence(
            peer=request.peer,
            method=way.method,
            destination=request.move_destination,
            calling_ae_title=request.association.calling_ae_title,
            listener=self._own_listener() if self._is_amiss() else None,
            ended=self._books.final,
            reported=self._books.reported_by_way(),
            arrivals=self._books.arrivals(negotiations) if way.sees_arrivals else None,
            missing=self._missing(),
            is_to_another=bool(request.destination) and not request.is_to_here,
            supported=self._questions.supported,
            error=None if failure is RetrieveFailure.RELEASE else error,
            is_refused=failure is RetrieveFailure.NO_PRESENTATION_CONTEXT,
            is_without_listener=failure is RetrieveFailure.LISTENER,
            was_associated=rounds.was_associated,
            is_uncompressed=way.is_get and not request.may_take_compressed,
        )

    def _own_listener(self) -> OwnListener | None:
        if self._way.is_get or not self._request.is_to_here:
            return None
        return find_own_listener(self._request, self.port, self._reach)

    def _after_fault(self, error: DicomdeskError) -> RetrieveOutcome:
        self._rounds.fail(RetrieveFailure.REQUEST, error)
        return self._outcome()

    def _finished(self, result: RetrieveOutcome) -> JobFinished:
        error = "" if result.outcome is JobOutcome.COMPLETED else result.text
        counts = next((way.counts() for way in self._ways.values() if way.is_get), {})
        return JobFinished(job_id=self.id, outcome=result.outcome, counts=counts, error=error)


def _prepared_ways(request: RetrieveRequest) -> list[RetrieveMethod]:
    """The methods that the job may come to, the first one first."""
    possible = [way for way in WAYS if way in possible_ways(request)]
    if request.method is RetrieveMethod.AUTOMATIC:
        return possible or [RetrieveMethod.GET]
    other = OTHER_WAY[request.method]
    return [request.method, other] if request.tries_other_way and other in possible else [request.method]


def _present(request: RetrieveRequest) -> frozenset[str]:
    """What is in the folder that the instances come to."""
    if not request.resumes:
        return frozenset()
    if request.method is RetrieveMethod.GET:
        return find_present(request.storage)
    return find_present(request.listener.storage) if request.listener is not None else frozenset()


def _has_failed_in_part(ended: RetrieveEnded) -> bool:
    return ended.status == Status.SUB_OPERATIONS_NOT_ALL_WELL or (ended.counts is not None and ended.counts.failed > 0)
