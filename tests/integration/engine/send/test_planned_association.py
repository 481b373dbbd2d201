import threading
from pathlib import Path

from dicomdesk.dicom.files.scan import FoundInstance, scan
from dicomdesk.dicom.instance import InputFormat, InputSelection
from dicomdesk.engine.events import (
    AssociationAborted,
    AssociationReleased,
    AssociationRequested,
    ContextsRefused,
    Event,
    ItemFinished,
    Notice,
    NotSentCause,
)
from dicomdesk.engine.job import EventRelay, JobControl, JobState
from dicomdesk.engine.preparation import Preparing
from dicomdesk.engine.send.ledger import MemoryLedger
from dicomdesk.engine.send.planned_association import AssociationSender, EndKind, SharedTransfer
from dicomdesk.engine.send.transfer_list import TransferList
from dicomdesk.engine.stats import TransferStats
from dicomdesk.network.presentation.planning import PlannedAssociation, PlanOptions, plan_associations
from dicomdesk.settings import AssociationSettings, Timeouts
from tests.helpers.data.datasets import EXPLICIT, Builder, part10
from tests.helpers.jobs.sending import send_request, write_instances
from tests.helpers.peers.fake_peer import Abort, Accept, FakePeer, Reject, Silence

RLE = "1.2.840.10008.1.2.5"
UNDECODABLE = b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff" + b"\xfe\xff\0\xe0\0\0\0\0" + b"\xfe\xff\xdd\xe0\0\0\0\0"
"""Pixel data without a frame."""


def prepare(folder: Path, port: int, **options: object) -> tuple[SharedTransfer, PlannedAssociation, list[Event]]:
    """What a send job prepares before its first association."""
    events: list[Event] = []
    report, stats, control = EventRelay(events.append), TransferStats(), JobControl()
    control.advance(JobState.RUNNING)
    transfer = TransferList("job", report, MemoryLedger(), stats)
    for found in scan(InputSelection(paths=(str(folder),), scan_directories=True)):
        assert isinstance(found, FoundInstance)
        transfer.add(found)
    transfer.complete()
    shared = SharedTransfer(
        job_id="job",
        request=send_request(port, [folder], **options),
        control=control,
        report=report,
        transfer=transfer,
        stats=stats,
        preparing=Preparing(InputFormat.FILE_ONLY, 6),
    )
    shared.queue.extend(transfer.items)
    plan_options = PlanOptions(decodable=frozenset({RLE}))
    return shared, plan_associations(transfer.planned_instances, options=plan_options).associations[0], events


def test_empties_the_queue_and_releases(tmp_path: Path) -> None:
    write_instances(tmp_path, 3)
    with FakePeer() as peer:
        shared, planned, events = prepare(tmp_path, peer.port)
        end = AssociationSender(shared, planned, 7).run()
    assert (end.kind, end.answered, end.failed, end.error) == (EndKind.RELEASED, 3, 0, None)
    assert not shared.queue
    requested = [event for event in events if isinstance(event, AssociationRequested)]
    assert [event.association for event in requested] == [7]


def test_rejection_leaves_the_queue_as_it_is(tmp_path: Path) -> None:
    write_instances(tmp_path, 3)
    with FakePeer(associate=[Reject()]) as peer:
        shared, planned, _ = prepare(tmp_path, peer.port)
        end = AssociationSender(shared, planned, 1).run()
    assert end.kind is EndKind.NOT_OPENED
    assert end.error is not None
    assert len(shared.queue) == 3


def test_no_context_at_all_leaves_the_queue_as_it_is(tmp_path: Path) -> None:
    write_instances(tmp_path, 3)
    with FakePeer(associate=[Accept(refuse_all=True)]) as peer:
        shared, planned, _ = prepare(tmp_path, peer.port)
        end = AssociationSender(shared, planned, 1).run()
    assert end.kind is EndKind.NO_CONTEXTS
    assert len(shared.queue) == 3


def test_loss_gives_back_in_order_what_was_not_begun(tmp_path: Path) -> None:
    write_instances(tmp_path, 4)
    with FakePeer(stores=[Abort()]) as peer:
        shared, planned, _ = prepare(tmp_path, peer.port)
        end = AssociationSender(shared, planned, 1).run()
    assert (end.kind, end.answered, end.failed) == (EndKind.LOST, 0, 1)
    assert [item.index for item in shared.queue] == [1, 2, 3]


def test_loss_puts_back_what_may_be_tried_again(tmp_path: Path) -> None:
    write_instances(tmp_path, 2)
    with FakePeer(stores=[Abort()]) as peer:
        shared, planned, _ = prepare(tmp_path, peer.port, retries=1)
        end = AssociationSender(shared, planned, 1).run()
    assert (end.kind, end.failed) == (EndKind.LOST, 0)
    assert [(item.index, attempts) for item, attempts in shared.put_back] == [(0, 1)]


def test_stops_when_another_association_has_halted(tmp_path: Path) -> None:
    write_instances(tmp_path, 4)
    with FakePeer() as peer:
        shared, planned, _ = prepare(tmp_path, peer.port)
        shared.is_halted = True
        end = AssociationSender(shared, planned, 1).run()
    assert (end.kind, end.answered) == (EndKind.RELEASED, 0)
    assert len(shared.queue) == 4


def test_two_share_a_queue(tmp_path: Path) -> None:
    write_instances(tmp_path, 30)
    with FakePeer() as peer:
        shared, planned, _ = prepare(tmp_path, peer.port)
        other = threading.Thread(target=AssociationSender(shared, planned, 2).run)
        other.start()
        AssociationSender(shared, planned, 1).run()
        other.join(20)
        assert sorted(store.sop_instance_uid for store in peer.stores) == sorted(
            item.found.header.sop_instance_uid for item in shared.transfer.items
        )


def test_who_does_not_answer_in_time_has_not_aborted(tmp_path: Path) -> None:
    write_instances(tmp_path, 1)
    settings = AssociationSettings(timeouts=Timeouts(dimse_s=0.1))
    for action, by_peer in ((Silence(), False), (Abort(), True)):
        with FakePeer(stores=[action]) as peer:
            shared, planned, events = prepare(tmp_path, peer.port, association=settings)
            AssociationSender(shared, planned, 1).run()
        assert [event.by_peer for event in events if isinstance(event, AssociationAborted)] == [by_peer]


def test_refusal_of_all_contexts_is_told_once_and_before_the_release(tmp_path: Path) -> None:
    write_instances(tmp_path, 1)
    with FakePeer(associate=[Accept(refuse_all=True)] * 2) as peer:
        shared, planned, events = prepare(tmp_path, peer.port)
        shared.items_later = 3
        AssociationSender(shared, planned, 1).run()
        AssociationSender(shared, planned, 2).run()
    assert [event for event in events if isinstance(event, ContextsRefused | AssociationReleased)] == [
        ContextsRefused(job_id="job", association=1, items_later=3),
        AssociationReleased(job_id="job", association=1),
        AssociationReleased(job_id="job", association=2),
    ]


def test_what_cannot_be_converted_is_left_out_and_uses_up_a_message_id(tmp_path: Path) -> None:
    (tmp_path / "0.dcm").write_bytes(part10(Builder(RLE).instance() + UNDECODABLE, RLE))
    write_instances(tmp_path, 1)
    with FakePeer(associate=[Accept(transfer_syntaxes={1: EXPLICIT})]) as peer:
        shared, planned, events = prepare(tmp_path, peer.port, halt_on_error=False)
        AssociationSender(shared, planned, 1).run()
        assert [store.message_id for store in peer.stores] == [2]
    finished = next(event for event in events if isinstance(event, ItemFinished))
    assert (finished.not_sent_cause, finished.association) == (NotSentCause.NOT_CONVERTED, 1)
    assert [event.text for event in events if isinstance(event, Notice)] == [
        "Converting transfer syntax: RLE Lossless -> Little Endian Explicit",
        "No conversion to transfer syntax Little Endian Explicit possible!",
    ]


def test_unreadable_file_has_no_association(tmp_path: Path) -> None:
    path = write_instances(tmp_path, 1)[0]
    with FakePeer() as peer:
        shared, planned, events = prepare(tmp_path, peer.port, halt_on_error=False)
        Path(path).unlink()
        AssociationSender(shared, planned, 1).run()
    finished = next(event for event in events if isinstance(event, ItemFinished))
    assert (finished.not_sent_cause, finished.association) == (NotSentCause.UNREADABLE, 0)
