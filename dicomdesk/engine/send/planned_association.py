"""One association of a send job: opened, used for what waits in the job's queue, released.

Several run at once when the job is parallel; they take from the same queue. An instance is in the hands of one
association from being taken out of the queue to its end, or to being put back.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from dicomdesk.dicom.transfer_syntaxes import transfer_syntax_name
from dicomdesk.engine.events import (
    ContextsRefused,
    EventSink,
    ItemOutcome,
    Notice,
    NoticeLevel,
    NotSentCause,
)
from dicomdesk.engine.job import JobControl
from dicomdesk.engine.outgoing_association import NotOpenedError, OutgoingAssociation
from dicomdesk.engine.preparation import PreparedInstance, Preparing, failure_reason
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.engine.send.retry import is_transient_error, is_transient_status
from dicomdesk.engine.send.transfer_list import (
    Answer,
    InstanceHaltError,
    StoppedError,
    TransferItem,
    TransferList,
    judge_status,
)
from dicomdesk.engine.stats import AssociationCounters, TransferStats
from dicomdesk.errors import (
    CancelledError,
    ChangedError,
    ConversionError,
    DataError,
    DicomdeskError,
    InvalidUidError,
    PeerError,
)
from dicomdesk.network.presentation.assignment import Assignment, assign, no_context_text
from dicomdesk.network.presentation.planning import PlannedAssociation
from dicomdesk.network.requestor.association import RequestedAssociation
from dicomdesk.network.requestor.operations import NO_CONTEXT
from dicomdesk.network.requestor.store_stream import OddAnswer, OddVerdict, StoreItem

__all__ = ["AssociationSender", "End", "EndKind", "SharedTransfer"]

_CANNOT_CONVERT = "Pixel representation cannot be changed"
"""DCMTK's words."""


class EndKind(Enum):
    """How one association of a job ended."""

    RELEASED = "released"
    NO_CONTEXTS = "no-contexts"
    """Accepted, but with no presentation context; released."""
    NOT_OPENED = "not-opened"
    LOST = "lost"
    """Aborted by the peer, by time-out, by loss of the connection, or on request."""
    BROKEN_OFF = "broken-off"
    """Aborted by us, because a file could not be read to its end while it was sent; the job goes on."""
    HALTED = "halted"
    """Aborted by us, because an instance cannot be sent and the job is to stop at that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How one association ended."""

    kind: EndKind
    error: DicomdeskError | None = None
    """Why it was NOT_OPENED, LOST or HALTED."""
    answered: int = 0
    """Instances that the peer answered."""
    failed: int = 0
    """Instances that were begun, got no answer and are not tried again."""


@dataclass(slots=True, kw_only=True)
class SharedTransfer:
    """What all associations of a job share."""

    job_id: str
    request: SendRequest
    control: JobControl
    report: EventSink
    transfer: TransferList
    stats: TransferStats
    preparing: Preparing
    queue: deque[TransferItem] = field(default_factory=deque)
    """What waits to be sent, first come first served."""
    put_back: deque[tuple[TransferItem, int]] = field(default_factory=deque)
    """What is to be tried again over a later association, and how often it was tried."""
    items_later: int = 0
    """Instances that the plan has for the associations to come."""
    is_refusal_told: bool = False
    """Whether the user knows that the peer takes none of the contexts of the present association."""
    is_halted: bool = False
    """Whether an association has HALTED: the others stop after the instance that they are at."""


class _LeftOut(NamedTuple):
    """One instance that is not sent."""

    item: TransferItem
    cause: NotSentCause
    reason: str
    wanted_uid: str = ""
    """Transfer syntax that it was to be converted to."""


class _Shipment:
    """One instance on its way over the association."""

    __slots__ = ("attempt", "is_converted", "item", "prepared")

    def __init__(self, item: TransferItem, prepared: PreparedInstance, *, is_converted: bool) -> None:
        self.item = item
        self.prepared = prepared
        self.is_converted = is_converted
        self.attempt = 0
        """0 until the request was begun."""


class AssociationSender:
    """Runs one association; ``run`` is called once, on the thread that then owns the association."""

    def __init__(self, shared: SharedTransfer, planned: PlannedAssociation, number: int) -> None:
        """``number`` is the association's within the job."""
        self._shared = shared
        self._planned = planned
        self._number = number
        self._outgoing = OutgoingAssociation(
            job_id=shared.job_id, number=number, control=shared.control, report=shared.report
        )
        self._assignments: dict[int, Assignment] = {}
        self._counters: AssociationCounters | None = None
        self._in_hand: dict[int, _Shipment] = {}
        """By index: taken out of the queue and not ended."""
        self._left_out: list[_LeftOut] = []
        """Instances that cannot be sent, to be reported once those before them are answered."""
        self._answered = 0

    def run(self) -> End:
        """Open, send and release."""
        request = self._shared.request
        try:
            with self._outgoing.opened(request.peer, request.association, self._planned.contexts) as association:
                return self._use(association)
        except NotOpenedError as failed:
            return End(kind=EndKind.NOT_OPENED, error=failed.error)

    def _use(self, association: RequestedAssociation) -> End:
        shared, contexts = self._shared, association.negotiation.contexts
        if not any(context.is_accepted for context in contexts):
            self._tell_refusal()
            return self._release(association, EndKind.NO_CONTEXTS)
        assignments = assign(self._planned, contexts, shared.transfer.planned_instances)
        self._assignments = {assignment.position: assignment for assignment in assignments}
        self._counters = shared.stats.open_association(association)
        try:
            return self._send(association)
        finally:
            self._report_left_out()
            shared.stats.close_association(self._counters)
            for shipment in self._in_hand.values():
                shipment.prepared.close()

    def _send(self, association: RequestedAssociation) -> End:
        try:
            association.store_all(self._items(association), self, judge_odd=self._judge_odd)
        except StoppedError:
            self._return_unsent()
        except InstanceHaltError as error:
            return self._halt(association, error)
        except (DataError, OSError) as error:
            return self._break_off(association, failure_reason(error))
        except PeerError as error:
            self._return_unsent()
            failed = self._give_up_unanswered(error)
            self._outgoing.report_loss(error)
            return End(kind=EndKind.LOST, error=error, answered=self._answered, failed=failed)
        return self._release(association, EndKind.RELEASED)

    def _halt(self, association: RequestedAssociation, error: InstanceHaltError) -> End:
        self._shared.is_halted = True
        self._outgoing.abort(association, error)
        return End(kind=EndKind.HALTED, error=error, answered=self._answered)

    def _break_off(self, association: RequestedAssociation, reason: str) -> End:
        """A file that was sound when it was opened failed while it was sent; nothing else is in hand then."""
        for shipment in self._in_hand.values():
            shipment.prepared.close()
            self._left_out.append(_LeftOut(shipment.item, NotSentCause.UNREADABLE, reason))
        self._in_hand.clear()
        error = InstanceHaltError(reason)
        if self._shared.request.halt_on_error:
            return self._halt(association, error)
        self._outgoing.abort(association, error)
        return End(kind=EndKind.BROKEN_OFF, answered=self._answered)

    def _release(self, association: RequestedAssociation, kind: EndKind) -> End:
        """Release; whatever comes of that, all instances were answered."""
        self._outgoing.release(association)
        return End(kind=kind, answered=self._answered)

    def _tell_refusal(self) -> None:
        """The peer took none of the contexts; it is told once when associations are parallel."""
        shared = self._shared
        if shared.is_refusal_told:
            return
        shared.is_refusal_told = True
        shared.report(ContextsRefused(job_id=shared.job_id, association=self._number, items_later=shared.items_later))

    def _notice(self, level: NoticeLevel, text: str) -> None:
        self._shared.report(Notice(job_id=self._shared.job_id, level=level, text=text))

    def _items(self, association: RequestedAssociation) -> Iterator[StoreItem]:
        """Take instances out of the queue and make them ready; the peer works on the one before meanwhile."""
        shared = self._shared
        queue, control = shared.queue, shared.control
        while not (control.is_stopping or shared.is_halted):
            try:
                item = queue.popleft()
            except IndexError:
                return
            assignment = self._assignments[item.index]
            item.context_id = assignment.context_id
            prepared = self._prepare(association, item, assignment)
            if prepared is None:
                continue
            item.association = self._number
            item.network_transfer_syntax_uid = assignment.transfer_syntax_uid
            item.loaded_bytes = prepared.size_bytes
            if prepared.header is not item.found.header:  # it has changed, and is the same instance
                shared.transfer.identify(item, prepared.header)
            shipment = _Shipment(
                item, prepared, is_converted=prepared.transfer_syntax_uid != assignment.transfer_syntax_uid
            )
            self._in_hand[item.index] = shipment
            header = item.found.header
            yield StoreItem(
                assignment.context_id, header.sop_class_uid, header.sop_instance_uid, prepared.data, shipment
            )

    def _prepare(
        self, association: RequestedAssociation, item: TransferItem, assignment: Assignment
    ) -> PreparedInstance | None:
        """Make the instance ready; where that cannot be, leave it out and return None."""
        wanted_uid = assignment.transfer_syntax_uid
        try:
            if wanted_uid:
                return self._shared.preparing.prepare(item.found, wanted_uid)
            left_out = _LeftOut(item, NotSentCause.NO_CONTEXT, assignment.reason)
            condition = NO_CONTEXT
        except ConversionError as error:
            left_out = _LeftOut(item, NotSentCause.NOT_CONVERTED, str(error), wanted_uid)
            condition = _CANNOT_CONVERT
        except InvalidUidError as error:
            left_out = _LeftOut(item, NotSentCause.UNREADABLE, str(error))
            condition = error.condition
        except CancelledError:
            return None
        except ChangedError as error:
            self._leave_out(_LeftOut(item, NotSentCause.UNREADABLE, str(error)), never_halts=True)
            return None
        except (DataError, OSError) as error:
            self._leave_out(_LeftOut(item, NotSentCause.UNREADABLE, failure_reason(error)))
            return None
        self._note_loaded(association, item)
        self._leave_out(left_out, condition)
        return None

    def _note_loaded(self, association: RequestedAssociation, item: TransferItem) -> None:
        """It was read and is not sent: as with DCMTK it is in the report so, and uses up a message ID."""
        header = item.found.header
        item.association = self._number
        item.network_transfer_syntax_uid = header.transfer_syntax_uid
        item.loaded_bytes = header.data_set_length
        association.skip_message_id()

    def _leave_out(self, left_out: _LeftOut, condition: str = "", *, never_halts: bool = False) -> None:
        """End the item without sending it; ends the association as well where the job is to halt.

        It ``never_halts`` for what DCMTK's dcmsend would have sent.
        """
        self._left_out.append(left_out)
        if not self._in_hand:
            self._report_left_out()
        if self._shared.request.halt_on_error and not never_halts:
            raise InstanceHaltError(left_out.reason, condition=condition)

    def _report_left_out(self) -> None:
        for item, cause, reason, wanted_uid in self._left_out:
            header = item.found.header
            if cause is NotSentCause.NO_CONTEXT:
                self._notice(NoticeLevel.ERROR, no_context_text(header.sop_class_uid, header.transfer_syntax_uid))
            elif cause is NotSentCause.NOT_CONVERTED:
                source, target = transfer_syntax_name(header.transfer_syntax_uid), transfer_syntax_name(wanted_uid)
                self._notice(NoticeLevel.INFO, f"Converting transfer syntax: {source} -> {target}")
                self._notice(NoticeLevel.ERROR, f"No conversion to transfer syntax {target} possible!")
            self._shared.transfer.leave_out(item, cause, reason)
        self._left_out.clear()

    def store_started(self, item: StoreItem, message_id: int) -> None:
        """See ``StoreObserver``."""
        shipment = item.tag
        assert isinstance(shipment, _Shipment)
        shared = self._shared
        if (shared.control.is_stopping or shared.is_halted) and len(self._in_hand) == 1:
            raise StoppedError
        assert self._counters is not None
        self._counters.begin(shipment.prepared.size_bytes)
        if shipment.prepared.remark:
            self._notice(NoticeLevel.WARNING, f"{shipment.prepared.remark}: {shipment.item.found.name}")
        if shipment.is_converted:
            shipment.attempt = shared.transfer.begin(
                shipment.item,
                message_id,
                converted_from=shipment.prepared.transfer_syntax_uid,
                converted_to=shipment.item.network_transfer_syntax_uid,
            )
        else:
            shipment.attempt = shared.transfer.begin(shipment.item, message_id)

    def store_answered(self, item: StoreItem, message_id: int, status: int, comment: str) -> None:  # noqa: ARG002 - of the protocol
        """See ``StoreObserver``."""
        shipment = item.tag
        assert isinstance(shipment, _Shipment)
        assert self._counters is not None
        del self._in_hand[shipment.item.index]
        shipment.prepared.close()
        self._answered += 1
        answer = judge_status(status, comment)
        if answer.outcome is ItemOutcome.REFUSED and self._may_retry(shipment) and is_transient_status(status):
            self._counters.drop()
            self._put_back(shipment, answer)
        else:
            self._counters.finish(shipment.item.size_bytes)
            self._shared.transfer.finish(shipment.item, answer, shipment.attempt)
        if self._left_out:
            self._report_left_out()

    def _judge_odd(self, odd: OddAnswer) -> OddVerdict:
        """As DCMTK's dcmsend, take an answer whatever message it says that it answers, but say so."""
        shipment = odd.item.tag
        assert isinstance(shipment, _Shipment)
        if odd.answered_context_id != odd.item.context_id:
            return OddVerdict.REFUSED
        answered, expected = odd.answered_message_id, odd.message_id
        self._notice(
            NoticeLevel.WARNING,
            f"the peer answers message {answered} where only message {expected} waits for an answer, taken as that: "
            f"{shipment.item.found.name}",
        )
        return OddVerdict.TAKEN

    def _may_retry(self, shipment: _Shipment) -> bool:
        return shipment.attempt <= self._shared.request.retries

    def _put_back(self, shipment: _Shipment, answer: Answer) -> None:
        self._shared.transfer.put_back(shipment.item, answer)
        self._shared.put_back.append((shipment.item, shipment.attempt))

    def _return_unsent(self) -> None:
        """Give back what was made ready but not begun."""
        for index, shipment in list(self._in_hand.items()):
            if not shipment.attempt:
                shipment.prepared.close()
                del self._in_hand[index]
                self._shared.queue.appendleft(shipment.item)

    def _give_up_unanswered(self, error: PeerError) -> int:
        """The association is lost, and what became of the instances that were begun is unknown.

        Returns how many of them have FAILED for good.
        """
        answer = Answer(ItemOutcome.FAILED, None, str(error))
        failed = 0
        for shipment in self._in_hand.values():
            shipment.prepared.close()
            if self._may_retry(shipment) and is_transient_error(error) and not self._shared.control.is_aborting:
                self._put_back(shipment, answer)
            else:
                failed += 1
                self._shared.stats.leave_out(shipment.item.size_bytes)
                self._shared.transfer.finish(shipment.item, answer, shipment.attempt)
        self._in_hand.clear()
        return failed
