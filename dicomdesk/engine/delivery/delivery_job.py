"""Frames of the jobs that deliver instances: their parts, and the report where they send."""

from dicomdesk.engine.delivery.delivery import Delivery, DeliveryRequest, EndedError, SendFailure, SendResult
from dicomdesk.engine.delivery.intake import Intake
from dicomdesk.engine.delivery.ledger import InstanceLedger, MemoryLedger
from dicomdesk.engine.delivery.report import Report
from dicomdesk.engine.delivery.transfer_list import TransferList
from dicomdesk.engine.events import EventSink, JobFinished, JobOutcome
from dicomdesk.engine.job import Job, ResultT, new_job_id
from dicomdesk.engine.preparation import InstancePreparer
from dicomdesk.engine.stats import Progress, TransferStats
from dicomdesk.errors import DicomdeskError, LocalError
from dicomdesk.logs import UNEXPLAINED, Explanation

__all__ = ["DeliveryJob", "SendingJob"]


class DeliveryJob(Job[ResultT]):
    """Lists instances and asks a peer for associations to deliver them."""

    def __init__(
        self,
        kind: str,
        request: DeliveryRequest,
        sink: EventSink,
        ledger: InstanceLedger | None = None,
    ) -> None:
        super().__init__(new_job_id(kind), sink)
        self._stats = TransferStats()
        self._transfer = TransferList(self.id, self._report, ledger or MemoryLedger(), self._stats)
        self._delivery = Delivery(
            job_id=self.id,
            request=request,
            control=self._control,
            report=self._report,
            transfer=self._transfer,
            stats=self._stats,
            preparer=InstancePreparer(request.inputs.format, request.compression_level, self._control.require_going_on),
        )
        self._intake = Intake(self.id, self._control, self._report)
        self._associations = 0

    def progress(self) -> Progress:
        """Return how far the job is."""
        return self._stats.progress()

    def _deliver(self) -> None:
        """Look for the instances and deliver them. Raises EndedError."""
        raise NotImplementedError


class SendingJob(DeliveryJob[SendResult]):
    """Sends instances to a peer."""

    _contexts_proposed = 0
    _lists_items = True
    """Whether the report lists the items."""

    def _is_cut_short(self, ended: EndedError | None) -> bool:
        """Whether something is left that a cancel has prevented, if there was one."""
        raise NotImplementedError

    def _finish_rest(self, ended: EndedError | None, reason: str) -> None:
        """End all that was not sent; ``reason`` is why, where the job ended early."""
        raise NotImplementedError

    def _remark(self) -> str:
        """Return what went wrong after all was answered, "" for nothing."""
        return ""

    def _work(self) -> SendResult:
        try:
            self._deliver()
        except EndedError as ended:
            return self._result(ended)
        return self._result(None)

    def _after_fault(self, error: DicomdeskError) -> SendResult:
        return self._result(EndedError(SendFailure.SEND, error))

    def _finished(self, result: SendResult) -> JobFinished:
        return JobFinished(
            job_id=self.id,
            outcome=result.outcome,
            counts=self._transfer.counts(),
            error=str(result.error or ""),
        )

    def _result(self, ended: EndedError | None) -> SendResult:
        outcome, reason = JobOutcome.COMPLETED, ""
        if self._control.is_stopping and self._is_cut_short(ended):
            outcome, reason, ended = JobOutcome.CANCELLED, "The job was cancelled", None
        elif ended is not None:
            outcome, reason = JobOutcome.FAILED, f"The job ended before its turn came: {ended.error}"
        self._finish_rest(ended, reason)
        request = self._delivery.request
        explained = UNEXPLAINED if ended is None else _explain(ended, request)
        report = Report(
            peer_host=request.peer.host,
            peer_port=request.peer.port,
            calling_ae_title=request.association.calling_ae_title,
            called_ae_title=request.peer.ae_title,
            associations=self._associations,
            contexts_proposed=self._contexts_proposed,
            items=tuple(self._transfer.records()) if self._lists_items else (),
            skipped=tuple(self._intake.skipped),
            job_outcome=outcome,
            failure=str(ended or ""),
            remark=self._remark(),
            failure_cause=explained.cause,
            failure_advice=explained.advice,
        )
        return SendResult(
            outcome=outcome,
            failure=ended.failure if ended else None,
            error=ended.error if ended else None,
            status=ended.status if ended else None,
            report=report,
        )


def _explain(ended: EndedError, request: DeliveryRequest) -> Explanation:
    """Why the job ended early, and what to do."""
    if isinstance(ended.error, LocalError):  # it says all; and there may be no descriptor left to read a module by
        return UNEXPLAINED
    from dicomdesk.engine.explain.items import explain_failure  # noqa: PLC0415 - only after a failure: start-up time
    from dicomdesk.engine.explain.remedies import explain_request  # noqa: PLC0415 - as above

    if ended.failure is SendFailure.RELEASE:
        return explain_failure("Association Release Failed")
    if ended.failure is SendFailure.ASSOCIATION:
        return explain_request(ended.error, request.peer, request.association)
    return explain_failure(str(ended.error))
