"""What a job that sends, or its pre-flight, tells of its inputs while it looks for them."""

from dicomdesk.dicom.files.scan import SkippedInput
from dicomdesk.engine.delivery.delivery import EndedError, SendFailure
from dicomdesk.engine.events import EventSink, InputSkipped, Notice, NoticeLevel, ScanFinished
from dicomdesk.engine.job import JobControl
from dicomdesk.errors import DicomdeskError

__all__ = ["Intake"]


class Intake:
    """Used by the job's thread; a pre-flight has one of its own, which goes on where sending ends."""

    goes_on = False
    """Whether ``end`` returns."""

    def __init__(self, job_id: str, control: JobControl, report: EventSink) -> None:
        self.control = control
        self.skipped: list[InputSkipped] = []
        self._job_id = job_id
        self._report = report

    def skip(self, skipped: SkippedInput) -> None:
        """An input is not taken."""
        event = InputSkipped(
            job_id=self._job_id,
            path=skipped.name,
            reason=skipped.reason,
            is_failure=skipped.is_failure,
            is_missed=skipped.is_missed,
        )
        self.skipped.append(event)
        self._report(event)

    def notice(self, level: NoticeLevel, text: str) -> None:
        """Tell the user."""
        self._report(Notice(job_id=self._job_id, level=level, text=text))

    def finish(self, items: int, size_bytes: int) -> None:
        """All inputs are known."""
        self._report(ScanFinished(job_id=self._job_id, items=items, size_bytes=size_bytes, skipped=len(self.skipped)))

    def end(self, failure: SendFailure, error: DicomdeskError) -> None:
        """Sending ends here. Raises EndedError."""
        raise EndedError(failure, error)
