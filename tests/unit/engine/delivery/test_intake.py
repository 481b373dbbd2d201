import pytest

from dicomdesk.dicom.files.scan import SkippedInput
from dicomdesk.engine.delivery.delivery import EndedError, SendFailure
from dicomdesk.engine.delivery.intake import Intake
from dicomdesk.engine.events import InputSkipped, ScanFinished
from dicomdesk.engine.job import EventRelay, JobControl
from dicomdesk.errors import DataError
from tests.helpers.jobs.recorder import EventRecorder


def test_what_is_skipped_is_told_at_once_and_counted_at_the_end() -> None:
    recorder = EventRecorder()
    intake = Intake("job", JobControl(), EventRelay(recorder))
    intake.skip(SkippedInput(path="a.zip", archive_member="b", reason="odd", is_failure=False, is_missed=False))
    intake.finish(3, 300)
    skipped, finished = recorder.events
    assert skipped == InputSkipped(job_id="job", path="a.zip:b", reason="odd", is_failure=False)
    assert isinstance(skipped, InputSkipped)
    assert not skipped.is_missed
    assert intake.skipped == [skipped]
    assert finished == ScanFinished(job_id="job", items=3, size_bytes=300, skipped=1)


def test_sending_ends_where_it_cannot_go_on() -> None:
    intake = Intake("job", JobControl(), EventRelay(EventRecorder()))
    error = DataError("no input files to be processed")
    with pytest.raises(EndedError) as caught:
        intake.end(SendFailure.NO_INPUT_FILES, error)
    assert (caught.value.failure, caught.value.error, caught.value.status) == (SendFailure.NO_INPUT_FILES, error, None)
