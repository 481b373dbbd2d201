"""Send job: scan, plan, then one association after the other, or several at once, until all instances have ended.

What is a failure of the job and what is only one of an instance follows DCMTK's dcmsend: with ``halt_on_error`` the job
ends at the first bad input, at the first instance that cannot be sent and at the first association that is lost.
Without, bad inputs and unsendable instances are passed over, and after a lost association a new one carries what is
left, as long as that gets anywhere. An association that cannot be opened ends the job in both cases, unless retries
are left. A failure status of the peer never ends the job.
"""

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from dicomdesk.engine.delivery.delivery import End, EndedError, EndKind, SendFailure
from dicomdesk.engine.delivery.delivery_job import SendingJob
from dicomdesk.engine.delivery.instance_sender import InstanceSender
from dicomdesk.engine.delivery.ledger import InstanceLedger
from dicomdesk.engine.delivery.transfer_list import not_sent
from dicomdesk.engine.events import (
    EventSink,
    ItemOutcome,
    NoticeLevel,
    NotSentCause,
    RetryScheduled,
)
from dicomdesk.engine.job import ThreadStarter
from dicomdesk.engine.open_file_limit import affordable_associations
from dicomdesk.engine.send.crew import Crew, PaceKeeper
from dicomdesk.engine.send.owner import SendOwner
from dicomdesk.engine.send.planned_inputs import NOTHING_TO_PROPOSE, find_instances, plan_options
from dicomdesk.engine.send.planned_policy import PlannedPolicy, SendQueue
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.engine.send.retry import backoff_s, is_transient_error
from dicomdesk.errors import DataError, DicomdeskError, PduLimitError, PeerError
from dicomdesk.network.presentation.context_planning import PlannedAssociation, plan_associations

__all__ = ["SendJob"]

_MOST_FRUITLESS_LOSSES = 3
"""Associations lost one after the other, without a single answer, before the job gives up."""


class SendJob(SendingJob):
    """Sends instances to a peer. Built by the engine."""

    def __init__(
        self,
        request: SendRequest,
        sink: EventSink,
        start_thread: ThreadStarter,
        ledger: InstanceLedger | None = None,
        owner: SendOwner | None = None,
        keeper: PaceKeeper | None = None,
    ) -> None:
        """With a ``keeper`` as many associations run at once as help, instead of those that are asked for."""
        super().__init__("send", request, sink, ledger)
        self._request = request
        self._owner = owner
        self._lists_items = owner is None  # who owns them knows what came of each
        self._keeper = keeper
        self._start_thread = start_thread
        self._queue = SendQueue()
        self._is_limit_told = False
        self._is_scanned = False
        """Whether all inputs were looked at."""
        self._failed_openings = 0
        """One after the other."""
        self._fruitless_losses = 0
        """One after the other."""

    def _deliver(self) -> None:
        self._is_scanned = find_instances(self._request, self._intake, self._transfer)
        if not self._control.is_stopping:
            self._send_all()

    def _is_cut_short(self, ended: EndedError | None) -> bool:  # noqa: ARG002 - of the base
        if not self._is_scanned or self._transfer.unfinished():
            return True
        return self._control.is_aborting and any(
            item.outcome is ItemOutcome.FAILED for item in self._transfer.records()
        )

    def _finish_rest(self, ended: EndedError | None, reason: str) -> None:  # noqa: ARG002 - of the base
        if not self._transfer.is_complete:
            self._transfer.complete()
        self._transfer.finish_rest(reason or "All was to go over one association, which could not take it")

    def _remark(self) -> str:
        reason = self._queue.not_released
        return f"An association could not be released: {reason}" if reason else ""

    def _send_all(self) -> None:
        request, instances = self._request, self._transfer.planned_instances
        plan = plan_associations(instances, options=plan_options(request, instances))
        later = sum(len(planned.items) + len(planned.refused) for planned in plan.associations)
        self._queue.items_later = later + (len(plan.left_over) if request.multiple_associations else 0)
        for planned in plan.associations:
            if self._control.is_stopping:
                return
            self._send_planned(planned)
        if plan.failure:
            raise EndedError(SendFailure.NO_PRESENTATION_CONTEXT, DataError(plan.failure))

    def _send_planned(self, planned: PlannedAssociation) -> None:
        """Send the instances of one planned association, over as many associations as that takes."""
        items, queue = self._transfer.items, self._queue.items
        self._queue.items_later -= len(planned.items) + len(planned.refused)
        self._queue.is_refusal_told = False
        for notice in planned.notices:
            self._delivery.notice(NoticeLevel.ERROR if notice.is_error else NoticeLevel.WARNING, notice.text)
        for position in planned.refused:
            self._transfer.leave_out(items[position], not_sent(NotSentCause.NO_CONTEXT, NOTHING_TO_PROPOSE))
        if not planned.contexts:
            return
        for item in planned.items:
            items[item.position].context_id = item.context_id
            queue.append(items[item.position])
        may_repeat = self._request.multiple_associations or self._request.retries > 0
        is_first = True
        while self._is_wanted() and not self._control.is_stopping and (is_first or may_repeat):
            is_first = False
            ends = self._run_senders(planned)
            tried = list(self._queue.put_back) if self._owner is None else []
            self._queue.put_back.clear()
            queue.extend(tried)
            if _took_nothing(ends) and self._is_wanted():
                self._refuse_all()
                return
            self._judge(ends, attempts=max((item.attempt for item in tried), default=0))

    def _is_wanted(self) -> bool:
        """Whether anything waits; what is not to go any more is dropped."""
        queue = self._queue.items
        if self._owner is not None and queue:
            wanted = [item for item in queue if self._owner.is_wanted(item.index)]
            queue.clear()
            queue.extend(wanted)
        return bool(queue)

    def _run_senders(self, planned: PlannedAssociation) -> list[End]:
        """Run associations at once, as many as are asked for or as help; wait for all."""
        keeper, waiting = self._keeper, self._queue.items
        wanted = self._request.parallel if keeper is None else keeper.pace.count
        count = self._choose_parallel(max(1, min(wanted, len(waiting))))
        crew = Crew(self._delivery, keeper)
        threads: list[threading.Thread] = []

        def start(more: int) -> None:
            for _ in range(more):
                threads.append(self._start_thread(f"{self.id}-{len(threads) + 2}", self._enlist(crew, planned)))

        if keeper is None:
            own = self._enlist(crew, planned)
            start(count - 1)
            own()
        else:
            start(count)
            crew.follow(lambda more: start(affordable_associations(more)), lambda: len(waiting))
        for thread in threads:
            thread.join()
        return crew.ends()

    def _enlist(self, crew: Crew, planned: PlannedAssociation) -> Callable[[], None]:
        """Return what runs one more association."""
        self._associations += 1
        self._contexts_proposed += len(planned.contexts)
        may_go_on = None if self._keeper is None else crew.may_go_on
        policy = PlannedPolicy(self._delivery, self._queue, planned, self._request.retries, self._owner, may_go_on)
        sender = InstanceSender(self._delivery, policy, self._associations)
        crew.enlist()
        return partial(crew.run, partial(sender.run, planned.contexts))

    def _choose_parallel(self, wanted: int) -> int:
        """Return how many associations to run at once: as wanted, or as there are descriptors for, reported once."""
        count = affordable_associations(wanted) if wanted > 1 else 1
        if count < wanted and not self._is_limit_told:
            self._is_limit_told = True
            text = f"{wanted} associations need more open files than are allowed (ulimit -n): going on with {count}"
            self._delivery.notice(NoticeLevel.WARNING, text)
        return count

    def _refuse_all(self) -> None:
        """Leave out what waits, since the peer took none of the contexts."""
        reasons = self._queue.reasons
        while self._queue.items:
            item = self._queue.items.popleft()
            reason = reasons.get(item.index, "The peer accepted no presentation context at all")
            self._transfer.leave_out(item, not_sent(NotSentCause.NO_CONTEXT, reason))

    def _judge(self, ends: list[End], *, attempts: int) -> None:
        """Decide whether the job goes on with what is left; waits where a pause has to come before.

        ``attempts`` is how often the instances that are to be tried again were tried, 0 when there are none. Raises
        EndedError.
        """
        for end in ends:
            if end.kind is EndKind.HALTED and end.error:
                raise EndedError(SendFailure.SEND, end.error)
        if self._control.is_stopping:
            return
        if all(end.kind is EndKind.NOT_OPENED for end in ends):
            self._judge_opening(ends[0].error or PeerError("no association"))
            return
        self._failed_openings = 0
        lost = [end for end in ends if end.kind is EndKind.LOST]
        self._fruitless_losses = 0 if any(end.answered for end in ends) or not lost else self._fruitless_losses + 1
        error = next((end.error for end in lost if end.error), None)
        if error is not None:
            self._judge_loss(lost, error)
        if not self._queue.items:
            return
        if self._owner is not None and self._fruitless_losses:
            raise EndedError(SendFailure.SEND, error or PeerError("the association was lost"))
        if attempts or self._fruitless_losses:
            self._pause(max(attempts, self._fruitless_losses), str(error or "The peer asks to be tried again"))
        elif error is not None:
            self._delivery.notice(NoticeLevel.WARNING, f"{error}; going on with a new association")

    def _judge_opening(self, error: DicomdeskError) -> None:
        may_try_again = self._owner is None and self._failed_openings < self._request.retries
        if isinstance(error, PduLimitError):  # accepted, and of no use
            raise EndedError(SendFailure.SEND, error)
        if not may_try_again or not is_transient_error(error):
            raise EndedError(SendFailure.ASSOCIATION, error)
        self._failed_openings += 1
        self._pause(self._failed_openings, str(error))

    def _judge_loss(self, lost: list[End], error: DicomdeskError) -> None:
        request = self._request
        if request.halt_on_error and (any(end.failed for end in lost) or not request.retries):
            raise EndedError(SendFailure.SEND, error)
        if self._fruitless_losses > max(_MOST_FRUITLESS_LOSSES, request.retries) and self._queue.items:
            raise EndedError(SendFailure.SEND, error)

    def _pause(self, attempt: int, reason: str) -> None:
        """Wait before another try; ends early when the job is cancelled."""
        pause_s = backoff_s(attempt, jitter=os.urandom(1)[0] / 255)
        self._report(
            RetryScheduled(
                job_id=self.id,
                items=len(self._queue.items),
                attempt=attempt,
                at=datetime.now(UTC) + timedelta(seconds=pause_s),
                reason=reason,
            )
        )
        self._control.wait(pause_s)


def _took_nothing(ends: list[End]) -> bool:
    """Whether the peer accepted associations, but none of the contexts; others it may have rejected meanwhile."""
    kinds = {end.kind for end in ends}
    return EndKind.NO_CONTEXTS in kinds and kinds <= {EndKind.NO_CONTEXTS, EndKind.NOT_OPENED}
