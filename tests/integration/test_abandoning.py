"""Jobs whose threads do not come back conclude with what is known: what was not answered is not said to be stored."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dicomdesk.dicom.files.scan import scan
from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import EventSink, ItemFinished, ItemOutcome, ItemStarted, JobOutcome
from dicomdesk.engine.job import ThreadStarter
from dicomdesk.engine.send.planned_send import SendJob
from dicomdesk.engine.send.request import SendRequest
from tests.helpers.jobs.receiving import receive_request
from tests.helpers.jobs.recorder import DEADLINE_S, EventRecorder
from tests.helpers.jobs.sending import send_request, write_instances
from tests.helpers.peers.requestors import connected, data_pdu, store_command


class StuckJob(SendJob):
    """Comes to a point where it does not go on."""

    def __init__(self, request: SendRequest, sink: EventSink, start_thread: ThreadStarter) -> None:
        super().__init__(request, sink, start_thread)
        self.reached, self.goes_on = threading.Event(), threading.Event()

    def _send_all(self) -> None:
        self._transfer.begin(self._transfer.items[0], 1)
        self.reached.set()
        self.goes_on.wait(DEADLINE_S)


class StuckScan(StuckJob):
    """The same while it looks at its inputs."""

    def _deliver(self) -> None:
        for found in scan(self._request.inputs):
            assert isinstance(found, FoundInstance)
            self._transfer.add(found)
        self.reached.set()
        self.goes_on.wait(DEADLINE_S)


@contextmanager
def stuck(kind: type[StuckJob], folder: Path) -> Iterator[tuple[StuckJob, EventRecorder]]:
    recorder = EventRecorder()

    def start_thread(name: str, run: Callable[[], None]) -> threading.Thread:
        raise NotImplementedError(name, run)

    job = kind(send_request(1, write_instances(folder, 3)), recorder, start_thread)
    thread = threading.Thread(target=job.run)
    thread.start()
    assert job.reached.wait(DEADLINE_S)
    try:
        yield job, recorder
    finally:
        job.goes_on.set()
        thread.join(DEADLINE_S)


@pytest.mark.parametrize(
    ("kind", "first"), [(StuckJob, ItemOutcome.FAILED), (StuckScan, ItemOutcome.NOT_SENT)], ids=["sending", "scanning"]
)
def test_what_was_begun_has_failed_and_the_rest_was_not_sent(
    kind: type[StuckJob], first: ItemOutcome, tmp_path: Path
) -> None:
    with stuck(kind, tmp_path) as (job, recorder):
        job.abandon()
        result = job.done.result(0)
    recorder.check()
    assert result.outcome is JobOutcome.CANCELLED
    assert [item.outcome for item in result.report.items] == [first, ItemOutcome.NOT_SENT, ItemOutcome.NOT_SENT]


def test_receiver_tells_of_what_was_arriving(tmp_path: Path) -> None:
    recorder = EventRecorder()
    engine = Engine()
    job = engine.submit(receive_request(tmp_path, report_stored=True), recorder)
    with connected(job.port) as requestor:
        requestor.associate()
        requestor.send(data_pdu(1, 3, store_command("1.2.3")), data_pdu(1, 0, b"\x08\0\x16\0"))
        recorder.wait_for(ItemStarted)
        job.abandon()
        assert job.done.result(DEADLINE_S).outcome is JobOutcome.CANCELLED
    engine.close()
    recorder.check()
    assert [event.outcome for event in recorder.of(ItemFinished)] == [ItemOutcome.FAILED]
    assert not list(tmp_path.iterdir())
