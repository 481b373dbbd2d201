"""Sends instances over one association: opens it, prepares and sends one after the other, releases or aborts.

Instances are made ready while the peer works on the one before. What is told of one that is not sent comes after the
answer to those before it. What differs between jobs is the ``SendPolicy``.
"""

from collections.abc import Iterator, Sequence

from dicomdesk.engine.delivery.delivery import (
    NONE_ACCEPTED,
    Delivery,
    End,
    EndKind,
    InstanceHaltError,
    NoContextError,
    Refusal,
    StoppedError,
)
from dicomdesk.engine.delivery.ledger import Answer
from dicomdesk.engine.delivery.transfer_list import TransferItem, judge_status, not_sent
from dicomdesk.engine.events import Event, ItemOutcome, NoticeLevel, NotSentCause
from dicomdesk.engine.outgoing_association import NotOpenedError, OutgoingAssociation
from dicomdesk.engine.preparation import PreparedInstance, failure_detail, failure_reason
from dicomdesk.engine.stats import AssociationCounters
from dicomdesk.errors import CancelledError, ConversionError, DataError, DicomdeskError, PeerError
from dicomdesk.network.negotiation import ContextResult, ExtendedNegotiation, Negotiation, ProposedContext
from dicomdesk.network.requestor.association import RequestedAssociation
from dicomdesk.network.requestor.store_stream import OddAnswer, OddVerdict, StoreItem

__all__ = ["InstanceSender", "SendPolicy", "not_sent_cause"]


class SendPolicy:
    """Decisions of one kind of job on its instances, over one association and on its thread."""

    halts_at_refusal = False
    """Whether nothing is sent after a failure status of the peer."""
    aborts_at_end = False
    """Whether the association is aborted instead of released."""
    outlives_bad_files = False
    """Whether the association goes on after a file that turned bad before its first byte went."""

    def agree(self, negotiation: Negotiation) -> None:
        """Take the negotiation of the accepted association, in which perhaps no context is accepted."""
        raise NotImplementedError

    def tell_no_context(self, number: int) -> None:
        """Report that the peer has accepted none of the contexts of the association of this number."""

    def tell_not_released(self, number: int, error: PeerError) -> None:
        """Report that the peer did not agree to the release of the association of this number."""

    def items(self) -> Iterator[TransferItem]:
        """Yield what is to be sent next, each taken from where it waited; ends with the delivery."""
        raise NotImplementedError

    def prepare(self, item: TransferItem) -> PreparedInstance:
        """Choose how the instance goes and make it ready. Raises DataError, OSError, CancelledError."""
        raise NotImplementedError

    def refuse(self, item: TransferItem, error: DataError | OSError) -> Refusal:
        """Decide on an instance that could not be made ready."""
        raise NotImplementedError

    def tell_broken_off(self, item: TransferItem, reason: str) -> list[Event]:  # noqa: ARG002 - for others
        """Return what is told of an instance that was begun, before it ends without an answer."""
        return []

    def judge_odd(self, item: TransferItem, odd: OddAnswer) -> OddVerdict:
        """Decide on an answer that does not say truly what it answers."""
        raise NotImplementedError

    def give_back(self, item: TransferItem) -> None:
        """Take back an instance that was yielded, but not begun."""

    def may_retry(self, item: TransferItem, failure: int | PeerError) -> bool:  # noqa: ARG002 - for others
        """Whether it is tried again after this status, or this loss; it then waits in the hands of the policy."""
        return False

    def put_back(self, item: TransferItem) -> None:
        """Take an instance that is to be tried again."""

    def ended(self, item: TransferItem, *, is_taken: bool, is_over: bool) -> None:
        """Take note of an instance that has ended; where it ``is_over``, no other of the same file is tried."""


class InstanceSender:
    """Sender over one association; ``run`` is called once, on the thread that then owns it."""

    def __init__(self, delivery: Delivery, policy: SendPolicy, number: int) -> None:
        """``number`` is the association's within the job."""
        self._delivery = delivery
        self._policy = policy
        self._number = number
        self._outgoing = OutgoingAssociation(
            job_id=delivery.job_id, number=number, control=delivery.control, report=delivery.report
        )
        self._counters: AssociationCounters | None = None
        self._in_hand: dict[int, TransferItem] = {}
        """By index: made ready and not ended."""
        self._refusals: list[Refusal] = []
        """To be told once those before them are answered."""
        self._answered = 0
        self._halt: Answer | None = None
        """The failure status that the job halts at."""

    def run(self, contexts: Sequence[ProposedContext], extensions: Sequence[ExtendedNegotiation] = ()) -> End:
        """Open, send, and release or abort."""
        request = self._delivery.request
        try:
            with self._outgoing.opened(request.peer, request.association, contexts, extensions) as association:
                return self._use(association)
        except NotOpenedError as failed:
            return End(kind=EndKind.NOT_OPENED, error=failed.error)

    def _use(self, association: RequestedAssociation) -> End:
        negotiation, stats = association.negotiation, self._delivery.stats
        self._policy.agree(negotiation)
        if not any(context.result is ContextResult.ACCEPTED for context in negotiation.contexts):
            self._policy.tell_no_context(self._number)
            self._outgoing.release(association)
            return End(kind=EndKind.NO_CONTEXTS, error=PeerError(NONE_ACCEPTED))
        self._counters = stats.open_association(association)
        try:
            return self._send(association)
        finally:
            self._tell_refusals()
            stats.close_association(self._counters)
            for item in self._in_hand.values():
                item.close()

    def _send(self, association: RequestedAssociation) -> End:
        while True:
            try:
                association.store_all(self._items(association), self, judge_odd=self._judge_odd)
            except StoppedError:
                self._return_unsent()
            except InstanceHaltError as error:
                if self._halt is None:
                    return self._break_off(association, error, EndKind.HALTED)
            except (DataError, OSError) as error:  # sound when it was made ready, not when it was sent
                reason = failure_reason(error)
                self._drop_in_hand(reason, failure_detail(error))
                if association.is_open and self._policy.outlives_bad_files:
                    continue
                kind = EndKind.HALTED if self._delivery.request.halt_on_error else EndKind.BROKEN_OFF
                return self._break_off(association, InstanceHaltError(reason, error, was_begun=True), kind)
            except PeerError as error:
                self._return_unsent()
                failed = self._give_up_unanswered(error)
                self._outgoing.report_loss(error)
                return End(kind=EndKind.LOST, error=error, answered=self._answered, failed=failed)
            return self._finish(association)

    def _drop_in_hand(self, reason: str, detail: str) -> None:
        """Refuse the instance that was prepared last and cannot be sent after all; nothing else is in hand then."""
        for item in self._in_hand.values():
            item.close()
            told = self._policy.tell_broken_off(item, reason)
            self._refusals.append(Refusal([item], NotSentCause.UNREADABLE, reason, told, detail=detail))
        self._in_hand.clear()
        self._tell_refusals()

    def _break_off(self, association: RequestedAssociation, error: InstanceHaltError, kind: EndKind) -> End:
        self._delivery.is_halted |= kind is EndKind.HALTED
        self._tell_refusals()
        self._outgoing.abort(association, error)
        return End(kind=kind, error=error, answered=self._answered)

    def _finish(self, association: RequestedAssociation) -> End:
        """End in order; whatever comes of that, all instances were answered."""
        error: DicomdeskError | None = None
        if self._policy.aborts_at_end:
            self._outgoing.abort(association, "Aborted, as was asked for")
        else:
            error = self._outgoing.release(association)
            if error is not None:
                self._policy.tell_not_released(self._number, error)
        kind = EndKind.RELEASED if error is None else EndKind.NOT_RELEASED
        halt = self._halt
        if halt is not None:
            error = error or PeerError(halt.reason)
        return End(kind=kind, error=error, answered=self._answered, status=halt.status if halt else None)

    # -- instances

    def _items(self, association: RequestedAssociation) -> Iterator[StoreItem]:
        """Make one instance after the other ready; the peer works on the one before meanwhile."""
        for item in self._policy.items():
            item.attempt = 0
            try:
                prepared = self._policy.prepare(item)
            except CancelledError:
                continue
            except (DataError, OSError) as error:
                self._refuse(association, self._policy.refuse(item, error))
                continue
            item.prepared, item.association, item.loaded_bytes = prepared, self._number, prepared.size_bytes
            self._in_hand[item.index] = item
            header = item.found.header
            yield StoreItem(item.context_id, header.sop_class_uid, header.sop_instance_uid, prepared.data, item)

    def _refuse(self, association: RequestedAssociation, refusal: Refusal) -> None:
        """End the instance without sending it; ends the association as well where the job is to halt."""
        if refusal.uses_message_id:
            association.skip_message_id()
            refusal.items[0].association = self._number
        self._refusals.append(refusal)
        if not self._in_hand:
            self._tell_refusals()
        if refusal.halts_at is not None:
            raise InstanceHaltError(refusal.reason, refusal.halts_at)

    def _tell_refusals(self) -> None:
        for refusal in self._refusals:
            if refusal.detail:
                self._delivery.notice(NoticeLevel.WARNING, f"  {refusal.items[0].found.name}: {refusal.detail}")
            for event in refusal.told:
                self._delivery.report(event)
            for item in refusal.items:
                self._delivery.transfer.leave_out(item, not_sent(refusal.cause, refusal.detail or refusal.reason))
            self._policy.ended(refusal.items[0], is_taken=False, is_over=True)
        self._refusals.clear()

    # -- answers

    def store_started(self, item: StoreItem, message_id: int) -> None:
        """See ``StoreObserver``."""
        instance = item.tag
        assert isinstance(instance, TransferItem)
        if self._delivery.is_ending:
            raise StoppedError
        assert self._counters is not None
        self._counters.begin(instance.loaded_bytes)
        self._delivery.transfer.begin(instance, message_id)

    def store_answered(self, item: StoreItem, message_id: int, status: int, comment: str) -> None:  # noqa: ARG002 - of the protocol
        """See ``StoreObserver``."""
        instance = item.tag
        assert isinstance(instance, TransferItem)
        assert self._counters is not None
        del self._in_hand[instance.index]
        instance.close()
        self._answered += 1
        answer = judge_status(status, comment)
        is_taken = answer.outcome is not ItemOutcome.REFUSED
        if not is_taken and self._policy.may_retry(instance, status):
            self._counters.drop()
            self._put_back(instance, answer)
        else:
            self._counters.finish(instance.size_bytes)
            self._delivery.transfer.finish(instance, answer)
            if not is_taken and self._policy.halts_at_refusal:
                self._delivery.is_halted = True
                self._halt = answer
                self._refusals.clear()  # never reached, had the answer come before they were looked at
            self._policy.ended(instance, is_taken=is_taken, is_over=self._halt is not None)
        if self._refusals:
            self._tell_refusals()

    def _judge_odd(self, odd: OddAnswer) -> OddVerdict:
        instance = odd.item.tag
        assert isinstance(instance, TransferItem)
        verdict = self._policy.judge_odd(instance, odd)
        if verdict is OddVerdict.DROPPED:
            assert self._counters is not None
            self._counters.drop()
            del self._in_hand[instance.index]
            instance.close()
            reason = f"The peer answered message {odd.answered_message_id} instead of {odd.message_id}"
            self._give_up(instance, odd.condition, reason, is_over=False)
            self._tell_refusals()
        return verdict

    def _return_unsent(self) -> None:
        """Give back what was made ready but not begun."""
        for index, item in list(self._in_hand.items()):
            if not item.attempt:
                item.close()
                del self._in_hand[index]
                self._policy.give_back(item)

    def _give_up_unanswered(self, error: PeerError) -> int:
        """Put back or fail the instances that were begun when the association was lost: their outcome is unknown.

        Returns how many of them have FAILED for good.
        """
        failed = 0
        for item in self._in_hand.values():
            item.close()
            if self._policy.may_retry(item, error):
                self._put_back(item, Answer(ItemOutcome.FAILED, None, str(error)))
            else:
                failed += 1
                self._give_up(item, error.condition or str(error), str(error), is_over=True)
        self._in_hand.clear()
        return failed

    def _give_up(self, item: TransferItem, condition: str, reason: str, *, is_over: bool) -> None:
        for event in self._policy.tell_broken_off(item, condition):
            self._delivery.report(event)
        self._delivery.transfer.leave_out(item, Answer(ItemOutcome.FAILED, None, reason))
        self._policy.ended(item, is_taken=False, is_over=is_over)

    def _put_back(self, item: TransferItem, answer: Answer) -> None:
        self._delivery.transfer.put_back(item, answer)
        self._policy.put_back(item)


def not_sent_cause(error: DataError | OSError) -> NotSentCause:
    """Return why an instance goes out of the list that could not be made ready."""
    if isinstance(error, NoContextError):
        return NotSentCause.NO_CONTEXT
    return NotSentCause.NOT_CONVERTED if isinstance(error, ConversionError) else NotSentCause.UNREADABLE
