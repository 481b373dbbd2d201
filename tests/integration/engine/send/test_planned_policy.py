"""What waits in the queue, is given back to it, and what is told of what cannot go."""

import threading
from pathlib import Path

from dicomdesk.engine.delivery.delivery import EndKind
from dicomdesk.engine.events import (
    AssociationReleased,
    ContextsRefused,
    InstanceNotSent,
    ItemFinished,
    Notice,
    NotSentCause,
)
from tests.helpers.data.datasets import EXPLICIT, Builder, part10
from tests.helpers.jobs.one_association import RLE, OneAssociation
from tests.helpers.jobs.sending import write_instances
from tests.helpers.peers.fake_peer import Abort, Accept, FakePeer

UNDECODABLE = b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff" + b"\xfe\xff\0\xe0\0\0\0\0" + b"\xfe\xff\xdd\xe0\0\0\0\0"
"""Pixel data without a frame."""


def test_loss_gives_back_in_order_what_was_not_begun(tmp_path: Path) -> None:
    write_instances(tmp_path, 4)
    with FakePeer(stores=[Abort()]) as peer:
        sending = OneAssociation(tmp_path, peer.port)
        end = sending.run()
    assert (end.kind, end.answered, end.failed) == (EndKind.LOST, 0, 1)
    assert [item.index for item in sending.queue.items] == [1, 2, 3]


def test_loss_puts_back_what_may_be_tried_again(tmp_path: Path) -> None:
    write_instances(tmp_path, 2)
    with FakePeer(stores=[Abort()]) as peer:
        sending = OneAssociation(tmp_path, peer.port, retries=1)
        end = sending.run()
    assert (end.kind, end.failed) == (EndKind.LOST, 0)
    assert [(item.index, item.attempt) for item in sending.queue.put_back] == [(0, 1)]


def test_two_share_a_queue(tmp_path: Path) -> None:
    write_instances(tmp_path, 30)
    with FakePeer() as peer:
        sending = OneAssociation(tmp_path, peer.port)
        other = threading.Thread(target=sending.run, args=(2,))
        other.start()
        sending.run()
        other.join(20)
        assert sorted(store.sop_instance_uid for store in peer.stores) == sorted(
            item.found.header.sop_instance_uid for item in sending.transfer.items
        )


def test_refusal_of_all_contexts_is_told_once_and_before_the_release(tmp_path: Path) -> None:
    write_instances(tmp_path, 1)
    with FakePeer(associate=[Accept(refuse_all=True)] * 2) as peer:
        sending = OneAssociation(tmp_path, peer.port)
        sending.queue.items_later = 3
        sending.run()
        sending.run(2)
    assert [event for event in sending.events if isinstance(event, ContextsRefused | AssociationReleased)] == [
        ContextsRefused(job_id="job", association=1, items_later=3),
        AssociationReleased(job_id="job", association=1),
        AssociationReleased(job_id="job", association=2),
    ]


def test_what_cannot_be_converted_is_left_out_and_uses_up_a_message_id(tmp_path: Path) -> None:
    (tmp_path / "0.dcm").write_bytes(part10(Builder(RLE).instance() + UNDECODABLE, RLE))
    write_instances(tmp_path, 1)
    with FakePeer(associate=[Accept(transfer_syntaxes={1: EXPLICIT})]) as peer:
        sending = OneAssociation(tmp_path, peer.port, halt_on_error=False)
        sending.run()
        assert [store.message_id for store in peer.stores] == [2]
    finished = next(event for event in sending.events if isinstance(event, ItemFinished))
    assert (finished.not_sent_cause, finished.association) == (NotSentCause.NOT_CONVERTED, 1)
    (told,) = (event for event in sending.events if isinstance(event, InstanceNotSent | Notice))
    assert isinstance(told, InstanceNotSent)
    assert (told.transfer_syntax_uid, told.wanted_transfer_syntax_uid) == (RLE, EXPLICIT)
    assert told.cause is NotSentCause.NOT_CONVERTED


def test_unreadable_file_has_no_association(tmp_path: Path) -> None:
    path = write_instances(tmp_path, 1)[0]
    with FakePeer() as peer:
        sending = OneAssociation(tmp_path, peer.port, halt_on_error=False)
        Path(path).unlink()
        sending.run()
    finished = next(event for event in sending.events if isinstance(event, ItemFinished))
    assert (finished.not_sent_cause, finished.association) == (NotSentCause.UNREADABLE, 0)
