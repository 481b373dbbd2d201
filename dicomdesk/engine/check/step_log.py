"""Log of a connection check: times each step and reports its beginning and end."""

import contextlib
import time
from collections.abc import Iterator, Sequence

from dicomdesk.engine.check_findings import CheckStage, CheckState, CheckStep
from dicomdesk.engine.events import CheckStepFinished, CheckStepStarted, EventSink
from dicomdesk.engine.explain.remedies import NOTHING, Remedy

__all__ = ["OpenStep", "StepLog"]

_CANCELLED = "Cancelled."
_NOT_REACHED = "Not tried, because of what came before."


class OpenStep:
    """Running step; one of its methods sets how it ended, the last call counts."""

    def __init__(self) -> None:
        self.state = CheckState.SKIPPED
        self.text = _CANCELLED
        self.remedy = NOTHING
        self.details: tuple[str, ...] = ()

    def succeed(self, text: str, details: Sequence[str] = ()) -> None:
        """End the step as OK."""
        self._end(CheckState.OK, text, NOTHING, details)

    def warn(self, text: str, remedy: Remedy, details: Sequence[str] = ()) -> None:
        """End the step as WARNING."""
        self._end(CheckState.WARNING, text, remedy, details)

    def fail(self, text: str, remedy: Remedy, details: Sequence[str] = ()) -> None:
        """End the step as FAILED."""
        self._end(CheckState.FAILED, text, remedy, details)

    def _end(self, state: CheckState, text: str, remedy: Remedy, details: Sequence[str]) -> None:
        self.state, self.text, self.remedy, self.details = state, text, remedy, tuple(details)


class StepLog:
    """Steps of one check. Used by the job's thread only."""

    def __init__(self, job_id: str, report: EventSink) -> None:
        self._job_id = job_id
        self._report = report
        self.steps: list[CheckStep] = []

    @contextlib.contextmanager
    def step(self, stage: CheckStage) -> Iterator[OpenStep]:
        """Inside, the step runs; one that is left without a word was cancelled."""
        self._report(CheckStepStarted(job_id=self._job_id, stage=stage))
        open_step = OpenStep()
        start_s = time.monotonic()
        try:
            yield open_step
        finally:
            self._append(
                CheckStep(
                    stage=stage,
                    state=open_step.state,
                    text=open_step.text,
                    duration_s=time.monotonic() - start_s,
                    cause=open_step.remedy.cause,
                    advice=open_step.remedy.advice,
                    details=open_step.details,
                )
            )

    def skip_missing(self, stages: Sequence[CheckStage]) -> None:
        """End those that were not begun."""
        known = {step.stage for step in self.steps}
        for stage in stages:
            if stage not in known:
                self._append(CheckStep(stage=stage, state=CheckState.SKIPPED, text=_NOT_REACHED))

    def _append(self, step: CheckStep) -> None:
        self.steps.append(step)
        self._report(CheckStepFinished(job_id=self._job_id, step=step))
