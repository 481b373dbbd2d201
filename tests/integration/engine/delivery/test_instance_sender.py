"""One association from its opening to its end, with a real peer."""

from pathlib import Path

from dicomdesk.engine.delivery.delivery import EndKind
from dicomdesk.engine.events import (
    AssociationAborted,
    AssociationRequested,
)
from dicomdesk.settings import AssociationSettings, Timeouts
from tests.helpers.jobs.one_association import OneAssociation
from tests.helpers.jobs.sending import write_instances
from tests.helpers.peers.fake_peer import Abort, Accept, FakePeer, Reject, Silence


def test_empties_the_queue_and_releases(tmp_path: Path) -> None:
    write_instances(tmp_path, 3)
    with FakePeer() as peer:
        sending = OneAssociation(tmp_path, peer.port)
        end = sending.run(7)
    assert (end.kind, end.answered, end.failed, end.error) == (EndKind.RELEASED, 3, 0, None)
    assert not sending.queue.items
    requested = [event for event in sending.events if isinstance(event, AssociationRequested)]
    assert [event.association for event in requested] == [7]


def test_rejection_leaves_the_queue_as_it_is(tmp_path: Path) -> None:
    write_instances(tmp_path, 3)
    with FakePeer(associate=[Reject()]) as peer:
        sending = OneAssociation(tmp_path, peer.port)
        end = sending.run()
    assert end.kind is EndKind.NOT_OPENED
    assert end.error is not None
    assert len(sending.queue.items) == 3


def test_no_context_at_all_leaves_the_queue_as_it_is(tmp_path: Path) -> None:
    write_instances(tmp_path, 3)
    with FakePeer(associate=[Accept(refuse_all=True)]) as peer:
        sending = OneAssociation(tmp_path, peer.port)
        end = sending.run()
    assert end.kind is EndKind.NO_CONTEXTS
    assert len(sending.queue.items) == 3


def test_stops_when_another_association_has_halted(tmp_path: Path) -> None:
    write_instances(tmp_path, 4)
    with FakePeer() as peer:
        sending = OneAssociation(tmp_path, peer.port)
        sending.delivery.is_halted = True
        end = sending.run()
    assert (end.kind, end.answered) == (EndKind.RELEASED, 0)
    assert len(sending.queue.items) == 4


def test_who_does_not_answer_in_time_has_not_aborted(tmp_path: Path) -> None:
    write_instances(tmp_path, 1)
    settings = AssociationSettings(timeouts=Timeouts(dimse_s=0.1))
    for action, by_peer in ((Silence(), False), (Abort(), True)):
        with FakePeer(stores=[action]) as peer:
            sending = OneAssociation(tmp_path, peer.port, association=settings)
            sending.run()
        assert [event.by_peer for event in sending.events if isinstance(event, AssociationAborted)] == [by_peer]
