"""The pre-flight: everything that a send job does up to the first request, and what would become of each instance.

The inputs are scanned, the associations planned, opened and released; nothing is sent. Then each instance is made ready
as for sending, so that files that are damaged, and conversions that do not work, are known as well.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dicomdesk.dicom.files.scan import SkippedInput
from dicomdesk.dicom.source import FileRange
from dicomdesk.engine.delivery.delivery import SendFailure
from dicomdesk.engine.delivery.intake import Intake
from dicomdesk.engine.events import (
    EventSink,
    GroupForecast,
    InputSkipped,
    JobFinished,
    JobOutcome,
    Negotiation,
    NoticeLevel,
)
from dicomdesk.engine.forecast import ForecastGroup, ForecastItem, Help, Verdict
from dicomdesk.engine.job import Job, JobControl, new_job_id
from dicomdesk.engine.outgoing_association import OutgoingAssociation
from dicomdesk.engine.preflight.forecast_groups import Fate, ForecastGroups
from dicomdesk.engine.preparation import PreparedInstance, Preparing, failure_reason
from dicomdesk.engine.rate import RateMeter, seconds_left
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.engine.send_exactly.request import ExactSendRequest
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import CancelledError, DataError, DicomdeskError
from dicomdesk.network.negotiation import ExtendedNegotiation, NegotiatedContext, ProposedContext

__all__ = [
    "ForecastGroup",
    "ForecastItem",
    "Help",
    "PreflightJob",
    "PreflightResult",
    "Verdict",
    "fate_of_prepared",
    "fate_of_unreadable",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreflightResult:
    """How a send job would go."""

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


class PreflightJob(Job[PreflightResult]):
    """Finds out how instances would go. Built by the engine.

    Reports the scan, the associations, and at the end each group; the first cancel ends it at once.
    """

    def __init__(self, request: SendRequest | ExactSendRequest, sink: EventSink) -> None:
        super().__init__(new_job_id("preflight"), sink)
        self._request = request
        self._preparing = Preparing(request.inputs.format, request.compression_level, self._control.require_going_on)
        self._groups = ForecastGroups()
        self._negotiations: list[Negotiation] = []
        self._associations = 0
        self._failure: tuple[SendFailure, DicomdeskError] | None = None
        self._gauges = _Gauges()
        self._intake = _DryIntake(self.id, self._control, self._report, self._fail, self._groups)

    def progress(self) -> Progress:
        """How many instances were looked at."""
        return self._gauges.progress()

    def _work(self) -> PreflightResult:
        with contextlib.suppress(CancelledError):
            self._look()
        return self._result()

    def _look(self) -> None:
        """Find out how everything would go."""
        raise NotImplementedError

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
        """Sending would end here; the first time counts."""
        if self._failure is None:
            self._failure = (failure, error)

    def _negotiate(
        self, contexts: Sequence[ProposedContext], extensions: Sequence[ExtendedNegotiation] = ()
    ) -> tuple[NegotiatedContext, ...]:
        """What the peer makes of these; the association is released at once. Raises NotOpenedError."""
        self._associations += 1
        outgoing = OutgoingAssociation(
            job_id=self.id, number=self._associations, control=self._control, report=self._report
        )
        with outgoing.opened(self._request.peer, self._request.association, contexts, extensions) as association:
            self._negotiations.append(association.negotiation)
            outgoing.release(association)
            return association.negotiation.contexts


def fate_of_prepared(prepared: PreparedInstance, wanted: str, reason: str, association: int) -> Fate:
    """What becomes of an instance that was made ready as it would be sent; ``reason`` is why it is converted."""
    is_unchanged = isinstance(prepared.data, memoryview | FileRange)
    if prepared.transfer_syntax_uid != wanted:
        return Fate(Verdict.CONVERTED, wanted, reason, "", (), association)
    if not is_unchanged:
        return Fate(Verdict.CONVERTED, wanted, _EDITED if prepared.replaced else _PADDED, "", (), association)
    return Fate(Verdict.AS_IS, "", "", "", (), association)


def fate_of_unreadable(error: DataError | OSError, association: int) -> Fate:
    """What becomes of an instance whose file cannot be used."""
    return Fate(Verdict.CANNOT_GO, "", failure_reason(error), _REPAIR, (Help.REPAIR_INPUT,), association)


_REPAIR = "Leave the file out, or get it again from where it came."
_PADDED = "Values of odd length are padded, as the standard asks; all else stays as it is."
_EDITED = "Values are changed, as was asked for."


class _DryIntake(Intake):
    """Notes what sending would end at, and goes on."""

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
        """Sending would end here."""
        self._fail(failure, error)

    def skip(self, skipped: SkippedInput) -> None:
        """Besides, what sending would miss is part of the forecast."""
        super().skip(skipped)
        if skipped.is_failure or skipped.is_missed:
            self._groups.add_input(skipped.name, skipped.reason)

    def notice(self, level: NoticeLevel, text: str) -> None:
        """Nobody is told of steps towards sending."""


class _Gauges:
    """How far a pre-flight is; written by its thread, read by any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._items_total = self._bytes_total = self._items_done = self._bytes_done = 0
        self._byte_rate, self._item_rate = RateMeter(), RateMeter()

    def set_totals(self, items: int, size_bytes: int) -> None:
        """Everything to be looked at is known."""
        with self._lock:
            self._items_total, self._bytes_total = items, size_bytes

    def advance(self, size_bytes: int) -> None:
        """One instance was looked at."""
        with self._lock:
            self._items_done += 1
            self._bytes_done += size_bytes

    def progress(self) -> Progress:
        """How far it is."""
        now_s = time.monotonic()
        with self._lock:
            bytes_per_s = self._byte_rate.observe(now_s, self._bytes_done)
            return Progress(
                items_total=self._items_total,
                items_done=self._items_done,
                bytes_total=self._bytes_total,
                bytes_done=self._bytes_done,
                bytes_per_s=bytes_per_s,
                items_per_s=self._item_rate.observe(now_s, self._items_done),
                seconds_left=seconds_left(self._bytes_total - self._bytes_done, bytes_per_s)
                if self._items_total
                else None,
                associations=0,
            )
