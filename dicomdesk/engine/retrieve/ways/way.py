"""What a retrieve by one method needs: a listener or a folder, terms, presentation contexts."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from dicomdesk.dicom.query.sop_classes import Service, find_class
from dicomdesk.engine.events import Event, EventSink, ItemOutcome
from dicomdesk.engine.job import JobControl, ThreadStarter
from dicomdesk.engine.receive.arrivals import ArrivalHandler
from dicomdesk.engine.receive.placement import Placement
from dicomdesk.engine.receive.reception_facts import ReceptionFacts
from dicomdesk.engine.receive.request import StorageMode
from dicomdesk.engine.retrieve.asked import AskedFor
from dicomdesk.engine.retrieve.facts import RetrieveSink
from dicomdesk.engine.retrieve.request import ExpectedInstance, RetrieveMethod, RetrieveRequest
from dicomdesk.engine.retrieve.retrieval_requestor import RetrievalTerms
from dicomdesk.engine.retrieve.ways.get_contexts import plan_get_associations, wanted_sop_classes
from dicomdesk.engine.retrieve.ways.method_choice import get_storage
from dicomdesk.network.dimse.store_reception import IncomingStore, InstanceSink, StoreAnswer
from dicomdesk.network.negotiation import ProposedContext, number_contexts
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from dicomdesk.engine.receive.receive import ReceiveJob

__all__ = ["JobParts", "Way", "contexts_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobParts:
    """Of the job that retrieves."""

    job_id: str
    control: JobControl
    report: RetrieveSink
    """Of what the job itself does."""
    report_received: Callable[[Event], None]
    """Of what its listener does."""
    start_thread: ThreadStarter


def contexts_of(request: RetrieveRequest, *sop_class_uids: str) -> tuple[ProposedContext, ...]:
    """Presentation contexts for requests."""
    return number_contexts([(uid, request.transfer_syntaxes) for uid in sop_class_uids])


class Way:
    """For the job's thread, and where said so for any."""

    def __init__(self, request: RetrieveRequest, method: RetrieveMethod, job: JobParts) -> None:
        """Prepare all but the listener; raises StorageError."""
        self.method = method
        self.is_get = method is RetrieveMethod.GET
        storage = get_storage(request) if self.is_get else None
        self.request = replace(request, method=method, storage=storage or request.storage)
        self._job = job
        self._facts = _GetFacts(job.job_id, job.report, AskedFor(request.identifiers))
        self._storing = self._make_storing() if self.is_get else None
        self._receive: ReceiveJob | None = None
        self._is_open = False
        self.terms = RetrievalTerms(
            job_id=job.job_id,
            control=job.control,
            report=job.report,
            storing=self._storing,
            facts=self._facts if self.is_get else None,
            destination="" if self.is_get else request.move_destination,
            priority=request.priority,
            cancel_after=request.cancel_after or None,
            limit=request.limit,
            takes_pending_data_sets=request.takes_pending_data_sets,
        )

    @property
    def receive(self) -> "ReceiveJob | None":
        """The listener of a C-MOVE to here that the job has for itself; any thread."""
        return self._receive

    @property
    def sees_arrivals(self) -> bool:
        """Whether instances come to here."""
        return self.is_get or self.request.is_to_here

    def counts(self) -> dict[ItemOutcome, int]:
        """Instances that came by C-GET, by outcome; any thread."""
        return self._facts.counts()

    def prepare(self) -> None:
        """Prepare the listener, where this way has one of its own; raises what ``ReceiveRequest.make_job`` raises."""
        listener = self.request.listener
        if self._receive is None and listener is not None and not self.is_get:
            told = replace(
                listener, identify=listener.identify and self._looks_in, reports_studies=False, report_stored=True
            )
            self._receive = told.make_job(self._job.report_received, self._job.start_thread)

    def open(self) -> None:
        """Listen, where this way has a listener of its own; raise the same, and PortInUseError or LocalError."""
        self.prepare()
        if self._receive is not None and not self._is_open:
            self._receive.open()
            self._is_open = True

    def withdraw(self) -> None:
        """Take back ``open``."""
        if self._receive is not None and self._is_open:
            self._receive.withdraw()

    @contextmanager
    def listening(self, last: Callable[[], bool]) -> Iterator[None]:
        """The own listener, which is open, takes what comes as long as this lasts.

        Then ``last`` waits for what is under way, and tells whether all has ended: what has not is aborted.
        """
        receive = self._receive
        if receive is None:
            yield
            last()
            return
        thread = self._job.start_thread(receive.id, receive.run)
        with self._job.control.aborting_with(lambda: _abort(receive)):
            has_ended = False
            try:
                yield
                has_ended = not self._job.control.is_aborting and last()
            finally:
                receive.cancel()
                if not has_ended:
                    _abort(receive)
                thread.join()

    def plans(self, expected: Sequence[ExpectedInstance]) -> list[tuple[ProposedContext, ...]]:
        """The presentation contexts of one association after the other; ``expected`` is what is known to exist."""
        request = self.request
        if self.is_get:
            wanted = wanted_sop_classes(request.storage_sop_classes, expected)
            return plan_get_associations(
                request.sop_class_uid,
                request.transfer_syntaxes,
                wanted,
                request.storage_transfer_syntaxes,
                takes_compressed=request.takes_compressed,
            )
        if request.proposes_find:
            return [contexts_of(request, find_class(Service.FIND, request.model), request.sop_class_uid)]
        return [contexts_of(request, request.sop_class_uid)]

    def association_over(self, number: int) -> None:
        """An association of the job has ended."""
        if self._storing is not None:
            self._facts.end(number)
            self._storing.forget(number)

    @property
    def _looks_in(self) -> bool:
        """Whether headers are to say whose instances these are; where it is known which ones exist, their UIDs do."""
        request = self.request
        return request.tells_unasked and not (request.asks_first or request.expected)

    def _make_storing(self) -> ArrivalHandler:
        storage = self.request.storage
        placement = None if storage.mode is StorageMode.IGNORE else Placement(storage)
        storing = _GoingOn(
            placement,
            storage.mode,
            begun=self._facts.begun,
            discarded=self._facts.discarded,
            identify=self._looks_in,
        )
        storing.moving = self._job.control.require_no_abort
        return storing


class _GoingOn(ArrivalHandler):
    """Takes instances of a C-GET; one that is broken is refused like others, and what follows it is taken."""

    def begin(self, request: IncomingStore) -> InstanceSink:
        """See ``StoreHandler``."""
        return _SinkThatGoesOn(super().begin(request))


class _SinkThatGoesOn:
    """Does not ask for the association's end: other instances come over it, and the answers to our own request."""

    __slots__ = ("_sink", "discard", "settle", "write")

    def __init__(self, sink: InstanceSink) -> None:
        self._sink = sink
        # What is called for each part is called directly.
        self.write, self.settle, self.discard = sink.write, sink.settle, sink.discard

    def finish(self) -> StoreAnswer:
        """See ``InstanceSink``."""
        answer = self._sink.finish()
        return replace(answer, abort=False) if answer.abort else answer


class _GetFacts(ReceptionFacts):
    """The facts of instances that come by C-GET.

    The header is read only of what may be something that was not asked for.
    """

    def __init__(self, job_id: str, report: EventSink, asked: AskedFor) -> None:
        super().__init__(job_id, report)
        self._asked = asked

    def store_answered(self, request: IncomingStore, answer: StoreAnswer) -> None:
        """See ``IncomingStoreObserver``."""
        arrival = self._open.get(request.association)
        prefix = arrival.prefix if arrival is not None else b""
        if arrival is not None and prefix and self._asked.is_marked(prefix, request.sop_instance_uid):
            arrival.prefix = b""
        super().store_answered(request, answer)

    def end(self, association: int) -> None:
        """The association has ended."""
        self._end(association)


def _abort(receive: "ReceiveJob") -> None:
    """Break off what the listener is at."""
    receive.cancel()
    receive.cancel()
