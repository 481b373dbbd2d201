import pytest

from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.delivery.ledger import Answer, MemoryLedger
from dicomdesk.engine.delivery.transfer_list import TransferList, judge_status, not_sent
from dicomdesk.engine.events import Event, ItemFinished, ItemOutcome, ItemStarted, NotSentCause
from dicomdesk.engine.job import EventRelay
from dicomdesk.engine.stats import TransferStats
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, IMPLICIT


def transfer_list(count: int) -> tuple[TransferList, TransferStats, list[Event]]:
    events: list[Event] = []
    stats = TransferStats()
    transfer = TransferList("job", EventRelay(events.append), MemoryLedger(), stats)
    for number in range(count):
        header = InstanceHeader(
            sop_class_uid=CT_IMAGE,
            sop_instance_uid=f"1.2.{number}",
            transfer_syntax_uid=EXPLICIT,
            data_set_offset=300,
            data_set_length=1000,
        )
        transfer.add(FoundInstance(path=f"{number}.dcm", header=header))
    transfer.complete()
    return transfer, stats, events


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (0x0000, ItemOutcome.STORED),
        (0x0001, ItemOutcome.WARNING),
        (0x0107, ItemOutcome.WARNING),
        (0x0116, ItemOutcome.WARNING),
        (0xB000, ItemOutcome.WARNING),
        (0xBFFF, ItemOutcome.WARNING),
        (0xA700, ItemOutcome.REFUSED),
        (0xA900, ItemOutcome.REFUSED),
        (0xC123, ItemOutcome.REFUSED),
        (0x0122, ItemOutcome.REFUSED),
        (0x0210, ItemOutcome.REFUSED),
        (0xFE00, ItemOutcome.REFUSED),
    ],
)
def test_status_decides_the_outcome(status: int, outcome: ItemOutcome) -> None:
    answer = judge_status(status, "")
    assert answer.outcome is outcome
    assert answer.status == status
    assert bool(answer.reason) is bool(status)


def test_comment_of_the_peer_is_part_of_the_reason() -> None:
    assert '"disk is full"' in judge_status(0xA700, "disk is full").reason


def test_totals_are_known_once_complete() -> None:
    _, stats, _ = transfer_list(3)
    progress = stats.progress(0.0)
    assert (progress.items_total, progress.bytes_total) == (3, 3000)


def test_every_step_is_told_and_recorded() -> None:
    transfer, _, events = transfer_list(1)
    (item,) = transfer.items
    item.association, item.context_id = 2, 5
    item.network_transfer_syntax_uid = IMPLICIT
    transfer.begin(item, 9)
    item.loaded_bytes = 1000
    transfer.finish(item, judge_status(0xB000, ""))
    started, finished = events
    assert isinstance(started, ItemStarted)
    assert (started.association, started.message_id, started.context_id) == (2, 9, 5)
    assert (started.converted_from, started.converted_to) == (EXPLICIT, IMPLICIT)
    assert started.instance_id == finished.instance_id == transfer.items[0].found.id != 0  # type: ignore[union-attr] # told next
    assert isinstance(finished, ItemFinished)
    assert (finished.outcome, finished.status, finished.path) == (ItemOutcome.WARNING, 0xB000, "0.dcm")
    (record,) = transfer.records()
    assert (record.number, record.status, record.association, record.attempts) == (1, 0xB000, 2, 1)
    assert transfer.counts()[ItemOutcome.WARNING] == 1


def test_what_is_left_out_has_a_cause_and_no_attempt() -> None:
    transfer, stats, events = transfer_list(2)
    transfer.leave_out(transfer.items[0], not_sent(NotSentCause.NO_CONTEXT, "refused"))
    (finished,) = events
    assert isinstance(finished, ItemFinished)
    assert (finished.outcome, finished.not_sent_cause) == (ItemOutcome.NOT_SENT, NotSentCause.NO_CONTEXT)
    assert (finished.attempts, finished.reason) == (0, "refused")
    assert stats.progress(0.0).bytes_total == 1000
    assert next(transfer.records()).no_acceptable_context


def test_the_rest_ends_as_far_as_it_came() -> None:
    transfer, _, _ = transfer_list(5)
    stored, refused, lost, sending, _waiting = transfer.items
    transfer.begin(stored, 1)
    transfer.finish(stored, judge_status(0, ""))
    transfer.begin(refused, 2)
    transfer.put_back(refused, judge_status(0xA700, ""))
    transfer.begin(lost, 3)
    transfer.put_back(lost, Answer(ItemOutcome.FAILED, None, "connection lost"))
    transfer.begin(sending, 4)
    assert transfer.unfinished() == 4
    transfer.finish_rest("cancelled")
    assert transfer.unfinished() == 0
    records = [(record.outcome, record.status, record.reason) for record in transfer.records()]
    assert records[0] == (ItemOutcome.STORED, 0, "")
    assert records[1][:2] == (ItemOutcome.REFUSED, 0xA700)
    assert records[2:] == [
        (ItemOutcome.FAILED, None, "connection lost"),
        (ItemOutcome.FAILED, None, "cancelled"),
        (ItemOutcome.NOT_SENT, None, "cancelled"),
    ]
    transfer.finish_rest("again")
    assert sum(transfer.counts().values()) == 5


def test_a_list_grows_while_it_is_worked_on() -> None:
    transfer, stats, events = transfer_list(1)
    unread = InstanceHeader(
        sop_class_uid="", sop_instance_uid="", transfer_syntax_uid="", data_set_offset=0, data_set_length=500
    )
    stats.set_totals(2, 1500)
    item = transfer.append(FoundInstance(path="later.dcm", header=unread))
    assert item.index == 1
    assert transfer.unfinished() == 2
    transfer.identify(item, transfer.items[0].found.header)
    assert stats.progress().bytes_total == 2000
    item.network_transfer_syntax_uid = EXPLICIT
    transfer.begin(item, 7)
    (started,) = events
    assert isinstance(started, ItemStarted)
    assert (started.path, started.transfer_syntax_uid, started.sop_class_uid) == ("later.dcm", EXPLICIT, CT_IMAGE)
    assert started.invented is None
