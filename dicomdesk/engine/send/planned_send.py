"""The send job: scan, plan, then one association after the other, or several at once, until all instances have ended.

What is a failure of the job and what is only one of an instance follows DCMTK's dcmsend: with ``halt_on_error`` the job
ends at the first bad input, at the first instance that cannot be sent and at the first association that is lost.
Without, bad inputs and unsendable instances are passed over, and after a lost association a new one carries what is
left, as long as that gets anywhere. An association that cannot be opened ends the job in both cases, unless retries
are left. A failure status of the peer never ends the job.
"""

import os
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import partial

from dicomdesk.dicom.files.scan import FoundInstance, SkippedInput, scan
from dicomdesk.dicom.pixels.codecs import decodable_transfer_syntaxes
from dicomdesk.dicom.transfer_syntaxes import UNCOMPRESSED
from dicomdesk.engine.descriptors import affordable_associations
from dicomdesk.engine.events import (
    EventSink,
    InputSkipped,
    JobFinished,
    JobOutcome,
    Notice,
    NoticeLevel,
    NotSentCause,
    RetryScheduled,
    ScanFinished,
)
from dicomdesk.engine.job import Job, ThreadStarter, new_job_id
from dicomdesk.engine.preparation import Preparing
from dicomdesk.engine.send.ledger import InstanceLedger, MemoryLedger
from dicomdesk.engine.send.planned_association import AssociationSender, End, EndKind, SharedTransfer
from dicomdesk.engine.send.report import Report
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.engine.send.retry import backoff_s, is_transient_error
from dicomdesk.engine.send.transfer_list import TransferList, count_outcomes, skipped_event
from dicomdesk.engine.stats import Progress, TransferStats
from dicomdesk.errors import CancelledError, DataError, DicomdeskError, PeerError
from dicomdesk.network.presentation.planning import PlannedAssociation, PlanOptions, plan_associations

__all__ = ["SendFailure", "SendJob", "SendResult"]

_MOST_FRUITLESS_LOSSES = 3
"""Associations lost one after the other, without a single answer, before the job gives up."""


class SendFailure(Enum):
    """Why a send job ended early."""

    NO_INPUT_FILES = "no-input-files"
    INVALID_INPUT_FILE = "invalid-input-file"
    NO_VALID_INPUT_FILES = "no-valid-input-files"
    ASSOCIATION = "association"
    SEND = "send"
    NO_PRESENTATION_CONTEXT = "no-presentation-context"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """What came of a send job."""

    outcome: JobOutcome
    failure: SendFailure | None
    """None unless the outcome is FAILED."""
    error: DicomdeskError | None
    """What happened, where the outcome is FAILED."""
    report: Report


class _EndedError(Exception):
    """The job ends early."""

    def __init__(self, failure: SendFailure, error: DicomdeskError) -> None:
        super().__init__(str(error))
        self.failure = failure
        self.error = error


class SendJob(Job[SendResult]):
    """Sends instances to a peer. Built by the engine."""

    def __init__(
        self,
        request: SendRequest,
        sink: EventSink,
        start_thread: ThreadStarter,
        ledger: InstanceLedger | None = None,
    ) -> None:
        super().__init__(new_job_id("send"), sink)
        self._request = request
        self._start_thread = start_thread
        self._stats = TransferStats()
        self._transfer = TransferList(self.id, self._report, ledger or MemoryLedger(), self._stats)
        self._shared = SharedTransfer(
            job_id=self.id,
            request=request,
            control=self._control,
            report=self._report,
            transfer=self._transfer,
            stats=self._stats,
            preparing=Preparing(request.inputs.format, request.compression_level, self._control.require_going_on),
        )
        self._skipped: list[InputSkipped] = []
        self._is_limit_told = False
        self._is_scanned = False
        """Whether all inputs were looked at."""
        self._is_listed = False
        """Whether the transfer list is complete, as far as it goes."""
        self._associations = 0
        self._contexts_proposed = 0
        self._failed_openings = 0
        """One after the other."""
        self._fruitless_losses = 0
        """One after the other."""

    def progress(self) -> Progress:
        """How far the job is, now."""
        return self._stats.progress()

    def _work(self) -> SendResult:
        try:
            self._scan()
            self._send_all()
        except _EndedError as ended:
            return self._result(ended.failure, ended.error)
        return self._result(None, None)

    def _after_fault(self, error: DicomdeskError) -> SendResult:
        if not self._is_listed:
            self._transfer.complete()
        return self._result(SendFailure.SEND, error)

    def _finished(self, result: SendResult) -> JobFinished:
        return JobFinished(
            job_id=self.id,
            outcome=result.outcome,
            counts=count_outcomes(result.report.items),
            error=str(result.error or ""),
        )

    def _result(self, failure: SendFailure | None, error: DicomdeskError | None) -> SendResult:
        is_cut_short = self._control.is_stopping and (not self._is_scanned or bool(self._transfer.unfinished()))
        reason = f"The job ended before its turn came: {error}"
        if is_cut_short:
            reason = "The job was cancelled"
        elif failure is None:
            reason = "All was to go over one association, which could not take it"
        self._transfer.finish_rest(reason)
        outcome = JobOutcome.FAILED if failure else JobOutcome.COMPLETED
        if is_cut_short:
            outcome, failure, error = JobOutcome.CANCELLED, None, None
        peer = self._request.peer
        report = Report(
            peer_host=peer.host,
            peer_port=peer.port,
            calling_ae_title=self._request.association.calling_ae_title,
            called_ae_title=peer.ae_title,
            associations=self._associations,
            contexts_proposed=self._contexts_proposed,
            items=tuple(self._transfer.records()),
            skipped=tuple(self._skipped),
            job_outcome=outcome,
            failure=str(error or ""),
        )
        return SendResult(outcome=outcome, failure=failure, error=error, report=report)

    def _scan(self) -> None:
        """Fill the transfer list."""
        failures = skipped = 0
        try:
            for result in scan(self._request.inputs, self._control.require_going_on):
                if self._control.is_stopping:
                    break
                if isinstance(result, FoundInstance):
                    self._transfer.add(result)
                    continue
                skipped += 1
                failures += result.is_failure
                self._skip(result)
            else:
                self._is_scanned = True
        except CancelledError:
            pass  # in the middle of a long file; what was found before stays listed
        finally:
            size_bytes = self._transfer.complete()
            self._is_listed = True
        items = len(self._transfer.items)
        self._report(ScanFinished(job_id=self.id, items=items, size_bytes=size_bytes, skipped=skipped))
        if not items and not self._control.is_stopping:
            if failures:
                raise _EndedError(SendFailure.NO_VALID_INPUT_FILES, DataError("no valid input files to be processed"))
            raise _EndedError(SendFailure.NO_INPUT_FILES, DataError("no input files to be processed"))

    def _skip(self, skipped: SkippedInput) -> None:
        path = skipped.name
        event = skipped_event(self.id, skipped)
        self._skipped.append(event)
        self._report(event)
        if skipped.is_failure and self._request.halt_on_error:
            raise _EndedError(SendFailure.INVALID_INPUT_FILE, DataError(f"bad DICOM file: {path}: {skipped.reason}"))

    def _send_all(self) -> None:
        if self._control.is_stopping:
            return
        request = self._request
        options = PlanOptions(
            decompression=request.decompression,
            decodable=self._decodable(),
            only_legal=request.propose_only_legal_contexts,
            halt_on_refusal=request.halt_on_error,
            multiple_associations=request.multiple_associations,
            fallback=request.fallback_contexts,
        )
        plan = plan_associations(self._transfer.planned_instances, options=options)
        later = sum(len(planned.items) + len(planned.refused) for planned in plan.associations)
        self._shared.items_later = later + (len(plan.left_over) if request.multiple_associations else 0)
        for planned in plan.associations:
            if self._control.is_stopping:
                return
            self._send_planned(planned)
        if plan.failure:
            raise _EndedError(SendFailure.NO_PRESENTATION_CONTEXT, DataError(plan.failure))

    def _decodable(self) -> frozenset[str]:
        """Return what can be decompressed here; nobody looks where nothing is compressed."""
        if all(instance.transfer_syntax_uid in UNCOMPRESSED for instance in self._transfer.planned_instances):
            return frozenset()
        return frozenset(decodable_transfer_syntaxes())

    def _send_planned(self, planned: PlannedAssociation) -> None:
        """Send the instances of one planned association, over as many associations as that takes."""
        items, queue = self._transfer.items, self._shared.queue
        self._shared.items_later -= len(planned.items) + len(planned.refused)
        self._shared.is_refusal_told = False
        for notice in planned.notices:
            self._notice(NoticeLevel.ERROR if notice.is_error else NoticeLevel.WARNING, notice.text)
        for position in planned.refused:
            self._transfer.leave_out(
                items[position], NotSentCause.NO_CONTEXT, "No presentation context may be proposed for it"
            )
        if not planned.contexts:
            return
        for item in planned.items:
            items[item.position].context_id = item.context_id
            queue.append(items[item.position])
        may_repeat = self._request.multiple_associations or self._request.retries > 0
        is_first = True
        while queue and not self._control.is_stopping and (is_first or may_repeat):
            is_first = False
            ends = self._run_senders(planned)
            tried = list(self._shared.put_back)
            self._shared.put_back.clear()
            queue.extend(item for item, _ in tried)
            if _took_nothing(ends):
                self._refuse_all()
                return
            self._judge(ends, attempts=max((attempt for _, attempt in tried), default=0))

    def _run_senders(self, planned: PlannedAssociation) -> list[End]:
        """Run one association in this thread and those that are to run beside it in theirs; wait for all."""
        count = self._choose_parallel(max(1, min(self._request.parallel, len(self._shared.queue))))
        senders = []
        for _ in range(count):
            self._associations += 1
            self._contexts_proposed += len(planned.contexts)
            senders.append(AssociationSender(self._shared, planned, self._associations))
        crew = _Crew(self._shared)
        threads = [
            self._start_thread(f"{self.id}-{number}", partial(crew.run, sender))
            for number, sender in enumerate(senders[1:], 2)
        ]
        crew.run(senders[0])
        for thread in threads:
            thread.join()
        return crew.ends()

    def _choose_parallel(self, wanted: int) -> int:
        """As many associations at once as are wanted, or as there are descriptors for, which is told once."""
        count = affordable_associations(wanted) if wanted > 1 else 1
        if count < wanted and not self._is_limit_told:
            self._is_limit_told = True
            text = f"{wanted} associations need more open files than are allowed (ulimit -n): going on with {count}"
            self._notice(NoticeLevel.WARNING, text)
        return count

    def _refuse_all(self) -> None:
        """The peer took none of the contexts: what was to go this way cannot go at all."""
        while self._shared.queue:
            item = self._shared.queue.popleft()
            self._transfer.leave_out(item, NotSentCause.NO_CONTEXT, "The peer accepted no presentation context at all")

    def _judge(self, ends: list[End], *, attempts: int) -> None:
        """Decide whether the job goes on with what is left; waits where a pause has to come before.

        ``attempts`` is how often the instances that are to be tried again were tried, 0 when there are none. Raises
        _EndedError.
        """
        for end in ends:
            if end.kind is EndKind.HALTED and end.error:
                raise _EndedError(SendFailure.SEND, end.error)
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
        if not self._shared.queue:
            return
        if attempts or self._fruitless_losses:
            self._pause(max(attempts, self._fruitless_losses), str(error or "The peer asks to be tried again"))
        elif error is not None:
            self._notice(NoticeLevel.WARNING, f"{error}; going on with a new association")

    def _judge_opening(self, error: DicomdeskError) -> None:
        if self._failed_openings >= self._request.retries or not is_transient_error(error):
            raise _EndedError(SendFailure.ASSOCIATION, error)
        self._failed_openings += 1
        self._pause(self._failed_openings, str(error))

    def _judge_loss(self, lost: list[End], error: DicomdeskError) -> None:
        request = self._request
        if request.halt_on_error and (any(end.failed for end in lost) or not request.retries):
            raise _EndedError(SendFailure.SEND, error)
        if self._fruitless_losses > max(_MOST_FRUITLESS_LOSSES, request.retries) and self._shared.queue:
            raise _EndedError(SendFailure.SEND, error)

    def _pause(self, attempt: int, reason: str) -> None:
        """Wait before another try; ends early when the job is cancelled."""
        pause_s = backoff_s(attempt, jitter=os.urandom(1)[0] / 255)
        self._report(
            RetryScheduled(
                job_id=self.id,
                items=len(self._shared.queue),
                attempt=attempt,
                at=datetime.now(UTC) + timedelta(seconds=pause_s),
                reason=reason,
            )
        )
        self._control.wait(pause_s)

    def _notice(self, level: NoticeLevel, text: str) -> None:
        self._report(Notice(job_id=self.id, level=level, text=text))


def _took_nothing(ends: list[End]) -> bool:
    """Whether the peer accepted associations, but none of the contexts; others it may have rejected meanwhile."""
    kinds = {end.kind for end in ends}
    return EndKind.NO_CONTEXTS in kinds and kinds <= {EndKind.NO_CONTEXTS, EndKind.NOT_OPENED}


class _Crew:
    """The associations that run at once, each in a thread; a fault in one stops all and is raised to who waits."""

    def __init__(self, shared: SharedTransfer) -> None:
        self._shared = shared
        self._lock = threading.Lock()
        self._ends: list[End] = []
        self._fault: Exception | None = None

    def run(self, sender: AssociationSender) -> None:
        """Run one association, on its thread."""
        try:
            end = sender.run()
        except Exception as fault:  # noqa: BLE001 - top level of a worker: handed to the job's thread
            with self._lock:
                self._fault = fault
            self._shared.is_halted = True
        else:
            with self._lock:
                self._ends.append(end)

    def ends(self) -> list[End]:
        """Return how all ended, once they have."""
        if self._fault is not None:
            raise self._fault
        return self._ends
