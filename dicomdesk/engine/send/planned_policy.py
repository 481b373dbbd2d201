"""Policy of a planned send job: sends what waits in its queue, each in the context planned for it.

Several associations run at once when the job is parallel; they take from the same queue. An instance is in the hands of
one association from being taken out of the queue to its end, or to being put back.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import field

from dicomdesk.engine.delivery.delivery import Delivery, NoContextError, Refusal
from dicomdesk.engine.delivery.instance_sender import SendPolicy, not_sent_cause
from dicomdesk.engine.delivery.transfer_list import TransferItem
from dicomdesk.engine.events import ContextsRefused, InstanceNotSent, NoticeLevel, ReleaseFailed
from dicomdesk.engine.preparation import PreparedInstance, failure_detail, failure_reason
from dicomdesk.engine.send.owner import SendOwner
from dicomdesk.engine.send.retry import is_transient_error, is_transient_status
from dicomdesk.errors import ChangedError, ConversionError, DataError, InvalidUidError, PeerError
from dicomdesk.network.negotiation import Negotiation
from dicomdesk.network.presentation.assignment import Assignment, assign
from dicomdesk.network.presentation.context_planning import PlannedAssociation
from dicomdesk.network.requestor.store_stream import OddAnswer, OddVerdict
from dicomdesk.records import dataclass

__all__ = ["PlannedPolicy", "SendQueue"]


@dataclass(slots=True, kw_only=True)
class SendQueue:
    """Queue of the items that the associations of a job send."""

    items: deque[TransferItem] = field(default_factory=deque)
    """First come first served."""
    put_back: deque[TransferItem] = field(default_factory=deque)
    """What is to be tried again over a later association."""
    items_later: int = 0
    """Instances that the plan has for the associations to come."""
    reasons: dict[int, str] = field(default_factory=dict)
    """Why the peer does not take instances, by their index, as it has said last."""
    not_released: str = ""
    """Why an association could not be released."""
    is_refusal_told: bool = False
    """Whether the user knows that the peer takes none of the contexts of the present association."""


class PlannedPolicy(SendPolicy):
    """Policy of one association of a planned job; see ``SendPolicy``."""

    def __init__(
        self,
        delivery: Delivery,
        queue: SendQueue,
        planned: PlannedAssociation,
        retries: int,
        owner: SendOwner | None = None,
        may_go_on: Callable[[], bool] | None = None,
    ) -> None:
        """``may_go_on`` is asked before each instance, where the association may have to end before all have gone."""
        self._delivery = delivery
        self._queue = queue
        self._planned = planned
        self._retries = retries
        self._owner = owner
        self._may_go_on = may_go_on
        self._assignments: dict[int, Assignment] = {}

    def agree(self, negotiation: Negotiation) -> None:
        """See ``SendPolicy``."""
        assignments = assign(self._planned, negotiation.contexts, self._delivery.transfer.planned_instances)
        self._assignments = {assignment.position: assignment for assignment in assignments}
        self._queue.reasons = {each.position: each.reason for each in assignments if not each.is_sendable}

    def tell_no_context(self, number: int) -> None:
        """Report it once where associations are parallel."""
        queue, delivery = self._queue, self._delivery
        if not queue.is_refusal_told:
            queue.is_refusal_told = True
            delivery.report(ContextsRefused(job_id=delivery.job_id, association=number, items_later=queue.items_later))

    def tell_not_released(self, number: int, error: PeerError) -> None:
        """See ``SendPolicy``."""
        self._queue.not_released = str(error)
        self._delivery.report(
            ReleaseFailed(job_id=self._delivery.job_id, association=number, condition=error.condition or str(error))
        )

    def items(self) -> Iterator[TransferItem]:
        """See ``SendPolicy``."""
        waiting, owner = self._queue.items, self._owner
        while not self._delivery.is_ending and (self._may_go_on is None or self._may_go_on()):
            try:
                item = waiting.popleft()
            except IndexError:
                return
            if owner is None or owner.claim(item.index):
                yield item

    def prepare(self, item: TransferItem) -> PreparedInstance:
        """See ``SendPolicy``."""
        assignment = self._assignments[item.index]
        wanted_uid = assignment.transfer_syntax_uid
        item.context_id = assignment.context_id
        if not wanted_uid:
            raise NoContextError(assignment.reason)
        prepared = self._delivery.preparer.prepare(item.found, wanted_uid)
        item.network_transfer_syntax_uid = wanted_uid
        if prepared.header is not item.found.header:  # it has changed, and is the same instance
            self._delivery.transfer.identify(item, prepared.header)
        return prepared

    def refuse(self, item: TransferItem, error: DataError | OSError) -> Refusal:
        """Refuse an instance: what dcmsend would have sent halts nothing; a sound file uses up a message ID."""
        header, cause = item.found.header, not_sent_cause(error)
        is_sound = isinstance(error, InvalidUidError | NoContextError | ConversionError)
        if is_sound:  # it was read and is not sent: as with DCMTK it is in the report so
            item.network_transfer_syntax_uid = header.transfer_syntax_uid
            item.loaded_bytes = header.data_set_length
        told = InstanceNotSent(
            job_id=self._delivery.job_id,
            path=item.found.name,
            cause=cause,
            reason=failure_reason(error),
            sop_class_uid=header.sop_class_uid,
            transfer_syntax_uid=header.transfer_syntax_uid,
            wanted_transfer_syntax_uid=self._assignments[item.index].transfer_syntax_uid,
            has_invalid_uids=isinstance(error, InvalidUidError),
        )
        halts = self._delivery.request.halt_on_error and not isinstance(error, ChangedError)
        return Refusal(
            [item],
            cause,
            told.reason,
            [told],
            halts_at=error if halts else None,
            uses_message_id=is_sound,
            detail=failure_detail(error),
        )

    def judge_odd(self, item: TransferItem, odd: OddAnswer) -> OddVerdict:
        """As DCMTK's dcmsend, take an answer whatever message it says that it answers, but say so."""
        if odd.answered_context_id != odd.item.context_id:
            return OddVerdict.REFUSED
        answered, expected = odd.answered_message_id, odd.message_id
        text = f"the peer answers message {answered} where only message {expected} waits for an answer, taken as that"
        self._delivery.notice(NoticeLevel.WARNING, f"{text}: {item.found.name}")
        return OddVerdict.TAKEN

    def give_back(self, item: TransferItem) -> None:
        """See ``SendPolicy``."""
        if self._owner is not None:
            self._owner.give_back(item.index)
        self._queue.items.appendleft(item)

    def may_retry(self, item: TransferItem, failure: int | PeerError) -> bool:
        """See ``SendPolicy``."""
        if self._owner is None and item.attempt > self._retries:
            return False
        if isinstance(failure, int):
            return is_transient_status(failure)
        return is_transient_error(failure) and not self._delivery.control.is_aborting

    def put_back(self, item: TransferItem) -> None:
        """See ``SendPolicy``."""
        self._queue.put_back.append(item)
