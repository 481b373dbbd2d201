"""Which files are still to go, and how those that never went are listed."""

from dicomdesk.engine.delivery.ledger import MemoryLedger
from dicomdesk.engine.delivery.transfer_list import TransferList
from dicomdesk.engine.events import ItemFinished, NotSentCause, ScanFinished
from dicomdesk.engine.job import EventRelay
from dicomdesk.engine.send_exactly.exact_files import ExactFiles, FileToSend
from dicomdesk.engine.stats import TransferStats
from tests.helpers.jobs.recorder import EventRecorder

FILES = [FileToSend("a", "", 10), FileToSend("b", "", 20)]


def files(repeats: int) -> tuple[ExactFiles, TransferList, TransferStats, EventRecorder]:
    recorder, stats = EventRecorder(), TransferStats()
    transfer = TransferList("job", EventRelay(recorder), MemoryLedger(), stats)
    made = ExactFiles(transfer, stats, repeats)
    assert made.begin(FILES) == (2 * repeats, 30 * repeats)
    return made, transfer, stats, recorder


def test_totals_are_known_before_anything_is_listed() -> None:
    made, transfer, stats, _ = files(3)
    progress = stats.progress()
    assert (progress.items_total, progress.bytes_total) == (6, 90)
    assert made.not_begun == {0: 3, 1: 3}
    assert not transfer.items


def test_each_try_is_counted() -> None:
    made, _, _, _ = files(2)
    assert [made.take(position).is_last for position in (0, 0, 1)] == [False, True, False]
    assert made.not_begun == {1: 1}
    assert list(made.not_begun) == [1]


def test_a_file_that_is_given_up_is_listed_as_often_as_it_was_to_go() -> None:
    made, transfer, _, _ = files(3)
    made.take(0)
    assert [item.found.path for item in made.give_up(0)] == ["a", "a"]
    assert made.not_begun == {1: 3}
    assert len(transfer.items) == 3


def test_the_rest_is_listed_one_by_one_in_order() -> None:
    made, _, _, recorder = files(3)
    made.take(0)
    assert made.has_rest
    made.leave_rest_out("no time")
    assert not made.has_rest
    finished = recorder.of(ItemFinished)
    assert [event.path for event in finished] == ["a", "a", "b", "b", "b"]
    assert {event.reason for event in finished} == {"no time"}
    assert {event.not_sent_cause for event in finished} == {NotSentCause.NOT_REACHED}
    assert not recorder.of(ScanFinished)


def test_of_very_many_one_stands_for_all() -> None:
    made, _, stats, recorder = files(1_000_000)
    made.leave_rest_out("no time")
    assert [event.reason for event in recorder.of(ItemFinished)] == ["no time (1000000 times)"] * 2
    progress = stats.progress()
    assert progress.items_done == progress.items_total
    assert progress.bytes_total == 0
