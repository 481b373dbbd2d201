"""Reports on the inputs of a delivery while they are looked for: skipped, complete, or a reason to end."""

from dicomdesk.dicom.files.scan import SkippedInput
from dicomdesk.engine.delivery.delivery import EndedError, SendFailure
from dicomdesk.engine.events import EventSink, InputSkipped, ScanFinished
from dicomdesk.engine.job import JobControl
from dicomdesk.errors import DicomdeskError

__all__ = ["Intake"]


class Intake:
    """Reporter of a job's inputs, used by the job's thread; that of a pre-flight goes on where sending ends."""

    goes_on = False
    """Whether ``end`` returns."""

    def __init__(self, job_id: str, control: JobControl, report: EventSink) -> None:
        self.control = control
        self.skipped: list[InputSkipped] = []
        self.job_id = job_id
        self.report = report

    def skip(self, skipped: SkippedInput) -> None:
        """Report an input that is not taken."""
        event = InputSkipped(
            job_id=self.job_id,
            path=skipped.name,
            reason=skipped.reason,
            is_failure=skipped.is_failure,
            is_missed=skipped.is_missed,
        )
        self.skipped.append(event)
        self.report(event)

    def finish(self, items: int, size_bytes: int) -> None:
        """Report that all inputs are known."""
        self.report(ScanFinished(job_id=self.job_id, items=items, size_bytes=size_bytes, skipped=len(self.skipped)))

    def end(self, failure: SendFailure, error: DicomdeskError) -> None:
        """End sending here. Raises EndedError."""
        raise EndedError(failure, error)
