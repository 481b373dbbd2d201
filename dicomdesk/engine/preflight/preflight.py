"""Frame of a pre-flight: a send job up to the first request, and a prediction for each instance.

The inputs are scanned, the associations planned, opened and released; nothing is sent. Then each instance is made ready
as for sending, so that files that are damaged, and conversions that do not work, are known as well.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence

from dicomdesk.dicom.data_set_source import FileRange
from dicomdesk.dicom.files.scan import SkippedInput
from dicomdesk.engine.delivery.delivery import EndedError, SendFailure
from dicomdesk.engine.delivery.delivery_job import DeliveryJob
from dicomdesk.engine.delivery.instance_sender import InstanceSender, SendPolicy
from dicomdesk.engine.delivery.intake import Intake
from dicomdesk.engine.delivery.transfer_list import TransferItem
from dicomdesk.engine.events import (
    EventSink,
    GroupForecast,
    InputSkipped,
    JobFinished,
    JobOutcome,
    Negotiation,
)
from dicomdesk.engine.forecast import ForecastGroup, ForecastItem, Help, Verdict
from dicomdesk.engine.job import JobControl
from dicomdesk.engine.preflight.forecast_groups import ForecastGroups, Prediction
from dicomdesk.engine.preparation import PreparedInstance, failure_reason
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.engine.send_exactly.request import ExactSendRequest
from dicomdesk.errors import CancelledError, DataError, DicomdeskError, PeerError
from dicomdesk.network.negotiation import ExtendedNegotiation, NegotiatedContext, ProposedContext
from dicomdesk.records import dataclass

__all__ = [
    "ForecastGroup",
    "ForecastItem",
    "Help",
    "PreflightJob",
    "PreflightResult",
    "Verdict",
    "predict_prepared",
    "predict_unreadable",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreflightResult:
    """Result of a pre-flight."""

    outcome: JobOutcome
    """FAILED where sending would end early; what could go otherwise is known all the same, unless no association was
    to be had."""
    failure: SendFailure | None
    """What sending would end with; None unless the outcome is FAILED."""
    error: DicomdeskError | None
    """Why, where the outcome is FAILED."""
    groups: tuple[ForecastGroup, ...]
    """What cannot go first, then what is converted, then what goes as it is; large groups first."""
    items: tuple[ForecastItem, ...]
    """All instances and inputs that cannot be read, each with its group; those that cannot be read come first."""
    skipped: tuple[InputSkipped, ...]
    """Inputs that were not taken; failures among them are groups as well."""
    negotiations: tuple[Negotiation, ...]
    """One for each association."""

    def count(self, verdict: Verdict) -> int:
        """Instances, and inputs that cannot be read, with this verdict."""
        return sum(group.items for group in self.groups if group.verdict is verdict)

    @property
    def can_all_go(self) -> bool:
        """Whether sending would send everything."""
        return self.outcome is JobOutcome.COMPLETED and not self.count(Verdict.CANNOT_GO)


class PreflightJob(DeliveryJob[PreflightResult]):
    """Delivery whose associations are released at once; predicts the outcome of each instance. Built by the engine.

    Reports the scan, the associations, and at the end each group; the first cancel ends it at once.
    """

    def __init__(self, request: SendRequest | ExactSendRequest, sink: EventSink) -> None:
        super().__init__("preflight", request, sink)
        self._groups = ForecastGroups()
        self._negotiations: list[Negotiation] = []
        self._failure: tuple[SendFailure, DicomdeskError] | None = None
        self._intake = _DryIntake(self.id, self._control, self._report, self._fail, self._groups)

    def _work(self) -> PreflightResult:
        with contextlib.suppress(CancelledError):
            self._deliver()
        return self._result()

    def _result(self) -> PreflightResult:
        groups, items = self._groups.result()
        for group in groups:
            self._report(GroupForecast(job_id=self.id, group=group))
        outcome = JobOutcome.FAILED if self._failure else JobOutcome.COMPLETED
        failure, error = self._failure or (None, None)
        if self._control.is_stopping:
            outcome, failure, error = JobOutcome.CANCELLED, None, None
        return PreflightResult(
            outcome=outcome,
            failure=failure,
            error=error,
            groups=groups,
            items=items,
            skipped=tuple(self._intake.skipped),
            negotiations=tuple(self._negotiations),
        )

    def _after_fault(self, error: DicomdeskError) -> PreflightResult:
        self._failure = (SendFailure.SEND, error)
        return self._result()

    def _finished(self, result: PreflightResult) -> JobFinished:
        return JobFinished(job_id=self.id, outcome=result.outcome, counts={}, error=str(result.error or ""))

    def _fail(self, failure: SendFailure, error: DicomdeskError) -> None:
        """Note at which failure sending would end; the first one counts."""
        if self._failure is None:
            self._failure = (failure, error)

    def _negotiate(
        self, contexts: Sequence[ProposedContext], extensions: Sequence[ExtendedNegotiation] = ()
    ) -> tuple[NegotiatedContext, ...]:
        """Return the answers to the contexts; releases at once. Raises EndedError where there is no association."""
        self._associations += 1
        policy = _DryPolicy()
        end = InstanceSender(self._delivery, policy, self._associations).run(contexts, extensions)
        if policy.negotiation is None:
            raise EndedError(SendFailure.ASSOCIATION, end.error or PeerError("no association"))
        self._negotiations.append(policy.negotiation)
        return policy.negotiation.contexts


class _DryPolicy(SendPolicy):
    """Policy that sends nothing."""

    negotiation: Negotiation | None = None
    """None where no association came about."""

    def agree(self, negotiation: Negotiation) -> None:
        self.negotiation = negotiation

    def items(self) -> Iterator[TransferItem]:
        return iter(())


def predict_prepared(prepared: PreparedInstance, wanted: str, reason: str, association: int) -> Prediction:
    """Return how an instance goes that was made ready as it would be sent; ``reason`` is why it is converted."""
    is_unchanged = isinstance(prepared.data, memoryview | FileRange)
    if prepared.transfer_syntax_uid != wanted:
        return Prediction(Verdict.CONVERTED, wanted, reason, "", (), association)
    if not is_unchanged:
        return Prediction(Verdict.CONVERTED, wanted, _EDITED if prepared.replaced else _PADDED, "", (), association)
    return Prediction(Verdict.AS_IS, "", "", "", (), association)


def predict_unreadable(error: DataError | OSError, association: int) -> Prediction:
    """Return what becomes of an instance whose file cannot be used."""
    return Prediction(Verdict.CANNOT_GO, "", failure_reason(error), _REPAIR, (Help.REPAIR_INPUT,), association)


_REPAIR = "Leave the file out, or get it again from where it came."
_PADDED = "Values of odd length are padded, as the standard asks; all else stays as it is."
_EDITED = "Values are changed, as was asked for."


class _DryIntake(Intake):
    """Intake that notes what sending would end at, and goes on."""

    goes_on = True

    def __init__(
        self,
        job_id: str,
        control: JobControl,
        report: EventSink,
        fail: Callable[[SendFailure, DicomdeskError], None],
        groups: ForecastGroups,
    ) -> None:
        super().__init__(job_id, control, report)
        self._fail = fail
        self._groups = groups

    def end(self, failure: SendFailure, error: DicomdeskError) -> None:
        """Note the first reason at which sending would end."""
        self._fail(failure, error)

    def skip(self, skipped: SkippedInput) -> None:
        """Report the input; what sending would miss is part of the forecast, too."""
        super().skip(skipped)
        if skipped.is_failure or skipped.is_missed:
            self._groups.add_input(skipped.name, skipped.reason)
