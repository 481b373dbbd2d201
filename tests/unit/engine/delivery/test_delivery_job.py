"""How a job that sends ends, by what it was at; without a peer."""

from collections.abc import Callable

import pytest

from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.delivery.delivery import EndedError, SendFailure
from dicomdesk.engine.delivery.delivery_job import SendingJob
from dicomdesk.engine.events import ItemOutcome, JobOutcome
from dicomdesk.errors import DataError
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT
from tests.helpers.jobs.recorder import EventRecorder
from tests.helpers.jobs.sending import send_request

HEADER = InstanceHeader(
    sop_class_uid=CT_IMAGE,
    sop_instance_uid="1.2",
    transfer_syntax_uid=EXPLICIT,
    data_set_offset=0,
    data_set_length=10,
)


class Delivering(SendingJob):
    """Lists one instance and comes to the end that it is given."""

    def __init__(self, end: Callable[["Delivering"], None], recorder: EventRecorder) -> None:
        super().__init__("test", send_request(1, []), recorder)
        self._end = end

    def _deliver(self) -> None:
        self._transfer.append(FoundInstance(path="a", header=HEADER))
        self._end(self)

    def _is_cut_short(self, ended: EndedError | None) -> bool:
        return ended is None

    def _finish_rest(self, ended: EndedError | None, reason: str) -> None:
        assert bool(ended) <= bool(reason)
        self._transfer.finish_rest(reason or "left")


def end_early(_job: Delivering) -> None:
    raise EndedError(SendFailure.STATUS, DataError("full"), status=0xA700)


def break_down(_job: Delivering) -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("end", "outcome", "failure", "reason"),
    [
        (lambda _job: None, JobOutcome.COMPLETED, None, "left"),
        (end_early, JobOutcome.FAILED, SendFailure.STATUS, "The job ended before its turn came: full"),
        (Delivering.cancel, JobOutcome.CANCELLED, None, "The job was cancelled"),
    ],
)
def test_what_is_left_ends_with_the_job(
    end: Callable[[Delivering], None], outcome: JobOutcome, failure: SendFailure | None, reason: str
) -> None:
    recorder = EventRecorder()
    job = Delivering(end, recorder)
    job.run()
    recorder.check()
    result = job.done.result(0)
    assert (result.outcome, result.failure) == (outcome, failure)
    assert result.status == (0xA700 if failure else None)
    (record,) = result.report.items
    assert (record.outcome, record.reason) == (ItemOutcome.NOT_SENT, reason)
    assert result.report.failure == str(result.error or "")


def test_a_fault_of_this_program_fails_the_job_and_loses_no_instance(announce_log: Callable[[str], None]) -> None:
    announce_log("failed by a fault of this program")
    recorder = EventRecorder()
    job = Delivering(break_down, recorder)
    job.run()
    recorder.check()
    result = job.done.result(0)
    assert (result.outcome, result.failure, len(result.report.items)) == (JobOutcome.FAILED, SendFailure.SEND, 1)
