"""Facts of associations and received instances, for the receive job and the archive."""

import threading
from collections import Counter
from collections.abc import Callable

from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.engine.events import (
    ArrivalKind,
    AssociationAborted,
    AssociationAccepted,
    AssociationFailed,
    AssociationReceived,
    AssociationReleased,
    EchoReceived,
    EventSink,
    ItemFinished,
    ItemOutcome,
    ItemStarted,
    Notice,
    NoticeLevel,
    RequestFailed,
)
from dicomdesk.engine.receive.arrivals import Arrival
from dicomdesk.network.acceptor.observers import IncomingAssociation, ListenerObserver
from dicomdesk.network.dimse.store_reception import IncomingStore, StoreAnswer
from dicomdesk.network.negotiation import Negotiation
from dicomdesk.network.status import StatusClass, classify_status

__all__ = ["ArrivalCounter", "ReceptionFacts"]

ArrivalCounter = Callable[[Arrival, ItemOutcome, InstanceHeader | None, str], ArrivalKind]
"""Says what an arrival is that ended so, for such a reason; the header is None where it cannot be read."""


class ReceptionFacts(ListenerObserver):
    """Turns what a listener and a store handler tell into a job's facts; called by the threads of all associations."""

    unanswered = "The association ended before the answer was sent"
    """What is said of an instance that was not stored and that nobody has discarded."""

    def __init__(self, job_id: str, report: EventSink, *, report_stored: bool = True) -> None:
        """``report_stored`` False leaves out instances that are stored, in order that nothing waits for their facts."""
        self._job_id = job_id
        self._report = report
        self._report_stored = report_stored
        self.count: ArrivalCounter | None = None
        """Told of each instance before its fact is; None where nobody keeps count."""
        self._lock = threading.Lock()
        self._counts: Counter[ItemOutcome] = Counter()
        self._open: dict[int, Arrival] = {}
        """The instance that each association is at."""

    @property
    def items(self) -> int:
        """Instances that have ended."""
        return sum(self.counts().values())

    def counts(self) -> dict[ItemOutcome, int]:
        """Instances by outcome."""
        with self._lock:
            return dict(self._counts)

    def begun(self, arrival: Arrival) -> None:
        """Note that an instance begins to arrive; it is reported when the peer need not wait for that."""
        self._open[arrival.request.association] = arrival

    def store_awaited(self, request: IncomingStore) -> None:
        """See ``ListenerObserver``."""
        arrival = self._open.get(request.association)
        if arrival is not None:
            self._tell_begun(arrival)

    def _tell_begun(self, arrival: Arrival) -> None:
        """Report, once, that an instance has begun to arrive."""
        if arrival.is_told or not self._report_stored:
            return
        arrival.is_told = True
        request = arrival.request
        self._report(
            ItemStarted(
                job_id=self._job_id,
                association=request.association,
                index=arrival.index,
                message_id=request.message_id,
                sop_class_uid=request.sop_class_uid,
                sop_instance_uid=request.sop_instance_uid,
                context_id=request.context_id,
            )
        )

    def discarded(self, arrival: Arrival) -> None:
        """End an instance whose rest will never arrive."""
        self._open.pop(arrival.request.association, None)
        self._finish(arrival, ItemOutcome.FAILED, None, "The association ended before the whole instance had arrived")

    def store_answered(self, request: IncomingStore, answer: StoreAnswer) -> None:
        """See ``ListenerObserver``."""
        arrival = self._open.pop(request.association, None)
        if arrival is None:
            return
        is_stored = classify_status(answer.status) in {StatusClass.SUCCESS, StatusClass.WARNING}
        outcome = ItemOutcome.STORED if is_stored else ItemOutcome.REFUSED
        self._finish(arrival, outcome, answer.status, answer.comment)

    def request_failed(self, peer_host: str, reason: str) -> None:
        """See ``ListenerObserver``."""
        self._report(RequestFailed(job_id=self._job_id, peer_host=peer_host, reason=reason))

    def association_received(self, request: IncomingAssociation) -> None:
        """See ``ListenerObserver``."""
        self._report(
            AssociationReceived(
                job_id=self._job_id,
                association=request.association,
                peer_host=request.peer_host,
                peer_address=request.peer_address,
                calling_ae_title=request.calling_ae_title,
                called_ae_title=request.called_ae_title,
                contexts=request.contexts,
                user_identity=request.user_identity,
                extensions=request.extensions,
                peer_implementation_class_uid=request.implementation_class_uid,
                peer_implementation_version=request.implementation_version,
                peer_max_pdu_bytes=request.max_pdu_bytes,
            )
        )

    def association_accepted(self, association: int, negotiation: Negotiation) -> None:
        """See ``ListenerObserver``."""
        self._report(AssociationAccepted(job_id=self._job_id, association=association, negotiation=negotiation))

    def association_refused(self, association: int, reason: str) -> None:
        """See ``ListenerObserver``."""
        self._end(association)
        self._report(AssociationFailed(job_id=self._job_id, association=association, reason=reason))

    def association_released(self, association: int) -> None:
        """See ``ListenerObserver``."""
        self._end(association)
        self._report(AssociationReleased(job_id=self._job_id, association=association))

    def association_aborted(self, association: int, reason: str, *, by_peer: bool) -> None:
        """See ``ListenerObserver``."""
        self._end(association)
        self._report(AssociationAborted(job_id=self._job_id, association=association, by_peer=by_peer, reason=reason))

    def echoed(self, association: int, message_id: int) -> None:
        """See ``ListenerObserver``."""
        self._report(EchoReceived(job_id=self._job_id, association=association, message_id=message_id))

    def warned(self, association: int, text: str) -> None:  # noqa: ARG002 - the text says enough
        """See ``ListenerObserver``."""
        self._warn(text)

    def end_all(self) -> None:
        """End all instances that are being received."""
        for association in list(self._open):
            self._end(association)

    def _end(self, association: int) -> None:
        arrival = self._open.pop(association, None)
        if arrival is not None and arrival.path:  # stored, but the connection was lost before the answer was out
            self._finish(arrival, ItemOutcome.STORED, None, "Stored, but the peer could not be told")
        elif arrival is not None:
            self._finish(arrival, ItemOutcome.FAILED, None, self.unanswered)

    def _finish(self, arrival: Arrival, outcome: ItemOutcome, status: int | None, reason: str) -> None:
        self._tell_begun(arrival)
        request = arrival.request
        header = arrival.header()
        for warning in arrival.warnings:
            self._warn(warning)
        with self._lock:
            self._counts[outcome] += 1
        kind = None if self.count is None else self.count(arrival, outcome, header, reason)
        if self._report_stored or outcome is not ItemOutcome.STORED:
            self._report(
                ItemFinished(
                    job_id=self._job_id,
                    association=request.association,
                    index=arrival.index,
                    path=arrival.path,
                    outcome=outcome,
                    status=status,
                    reason=reason,
                    message_id=request.message_id,
                    size_bytes=arrival.size_bytes,
                    header=header,
                    asked_uid=request.sop_instance_uid,
                    fault=arrival.error,
                    arrival=kind,
                )
            )
        self._ended(arrival, header)

    def _ended(self, arrival: Arrival, header: InstanceHeader | None) -> None:
        """Take note of an ended instance; for subclasses."""

    def _warn(self, text: str) -> None:
        self._report(Notice(job_id=self._job_id, level=NoticeLevel.WARNING, text=text))
