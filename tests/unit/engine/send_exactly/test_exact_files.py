"""Which files are still to go, and how those that never went are listed."""

from dicomdesk.dicom.instance import InputSelection
from dicomdesk.engine.events import ItemFinished, NotSentCause, ScanFinished
from dicomdesk.engine.job import EventRelay, JobControl
from dicomdesk.engine.send.ledger import MemoryLedger
from dicomdesk.engine.send.transfer_list import TransferList
from dicomdesk.engine.send_exactly.exact_files import ExactTransfer, FileToSend
from dicomdesk.engine.send_exactly.request import ExactSendRequest
from dicomdesk.engine.stats import TransferStats
from dicomdesk.settings import Peer
from tests.helpers.jobs.recorder import EventRecorder

FILES = [FileToSend("a", 10), FileToSend("b", 20)]


def transfer(repeats: int) -> tuple[ExactTransfer, EventRecorder]:
    recorder, stats = EventRecorder(), TransferStats()
    report = EventRelay(recorder)
    made = ExactTransfer(
        job_id="job",
        request=ExactSendRequest(
            peer=Peer(host="localhost", port=104), inputs=InputSelection(paths=()), repeats=repeats
        ),
        control=JobControl(),
        report=report,
        transfer=TransferList("job", report, MemoryLedger(), stats),
        stats=stats,
        files=list(FILES),
    )
    assert made.begin() == 30 * repeats
    return made, recorder


def test_totals_are_known_before_anything_is_listed() -> None:
    made, _ = transfer(3)
    progress = made.stats.progress()
    assert (progress.items_total, progress.bytes_total) == (6, 90)
    assert made.not_begun == {0: 3, 1: 3}
    assert not made.transfer.items


def test_each_try_is_counted() -> None:
    made, _ = transfer(2)
    assert [made.note_begun(0), made.note_begun(0), made.note_begun(1)] == [1, 0, 1]
    assert made.not_begun == {1: 1}
    assert list(made.not_begun) == [1]


def test_the_rest_is_listed_one_by_one_in_order() -> None:
    made, recorder = transfer(3)
    made.note_begun(0)
    assert made.has_rest
    made.leave_rest_out("no time")
    assert not made.has_rest
    finished = recorder.of(ItemFinished)
    assert [event.path for event in finished] == ["a", "a", "b", "b", "b"]
    assert {event.reason for event in finished} == {"no time"}
    assert {event.not_sent_cause for event in finished} == {NotSentCause.NOT_REACHED}
    assert not recorder.of(ScanFinished)


def test_of_very_many_one_stands_for_all() -> None:
    made, recorder = transfer(1_000_000)
    made.leave_rest_out("no time")
    assert [event.reason for event in recorder.of(ItemFinished)] == ["no time (1000000 times)"] * 2
    progress = made.stats.progress()
    assert progress.items_done == progress.items_total
    assert progress.bytes_total == 0
