import threading
from pathlib import Path

from dicomdesk.dicom.instance import InputFormat, InputSelection
from dicomdesk.dicom.scan import FoundInstance, scan
from dicomdesk.engine.events import AssociationRequested, Event
from dicomdesk.engine.job import EventRelay, JobControl, JobState
from dicomdesk.engine.journal import MemoryLedger
from dicomdesk.engine.preparing import Preparing
from dicomdesk.engine.sending import AssociationSender, EndKind, SharedTransfer
from dicomdesk.engine.stats import TransferStats
from dicomdesk.engine.transfer_list import TransferList
from dicomdesk.network.planning import PlannedAssociation, plan_associations
from tests.helpers.peers import Abort, Accept, FakePeer, Reject
from tests.helpers.sending import send_request, write_instances


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
    return shared, plan_associations(transfer.planned_instances).associations[0], events


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
