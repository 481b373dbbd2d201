"""An association of a job: what its sink is told of the opening and of each way to end."""

import socket
from contextlib import closing

import pytest

from dicomdesk.dicom.sop_classes import VERIFICATION
from dicomdesk.engine.events import (
    AssociationAborted,
    AssociationAccepted,
    AssociationFailed,
    AssociationReleased,
    AssociationRequested,
    Notice,
    NoticeLevel,
)
from dicomdesk.engine.job import EventRelay, JobControl, JobState
from dicomdesk.engine.outgoing_association import NotOpenedError, OutgoingAssociation
from dicomdesk.errors import AssociationAbortedError, AssociationRejectedError, PeerError
from dicomdesk.network.presentation.proposals import propose_contexts
from dicomdesk.network.wire.connection import Interruption
from dicomdesk.settings import AssociationSettings, Peer, Timeouts
from tests.helpers.data.datasets import CT_IMAGE
from tests.helpers.jobs.recorder import EventRecorder
from tests.helpers.peers.fake_peer import Accept, Close, FakePeer, Reject

SETTINGS = AssociationSettings(timeouts=Timeouts(connect_s=5, acse_s=5, dimse_s=5))
CONTEXTS = propose_contexts([CT_IMAGE])
VERIFYING = propose_contexts([VERIFICATION])


def outgoing(
    control: JobControl | None = None, *, ends_at_cancel: bool = False
) -> tuple[OutgoingAssociation, EventRecorder]:
    recorder = EventRecorder()
    control = control or JobControl()
    control.advance(JobState.RUNNING)
    own = OutgoingAssociation(
        job_id="job", number=1, control=control, report=EventRelay(recorder), ends_at_cancel=ends_at_cancel
    )
    return own, recorder


def peer_at(port: int) -> Peer:
    return Peer(host="127.0.0.1", port=port)


def test_opening_and_release_are_told() -> None:
    with FakePeer() as peer:
        own, recorder = outgoing()
        with own.opened(peer_at(peer.port), SETTINGS, CONTEXTS) as association:
            assert own.release(association) is None
        peer.wait_for("released")
    assert [type(event) for event in recorder.events] == [
        AssociationRequested,
        AssociationAccepted,
        AssociationReleased,
    ]


def test_what_cannot_be_opened_is_told_with_its_reason() -> None:
    with FakePeer(associate=[Reject()]) as peer:
        own, recorder = outgoing()
        with pytest.raises(NotOpenedError) as caught, own.opened(peer_at(peer.port), SETTINGS, CONTEXTS):
            pytest.fail("it is not open")
    assert isinstance(caught.value.error, AssociationRejectedError)
    assert [type(event) for event in recorder.events] == [AssociationRequested, AssociationFailed]


def test_a_release_without_consent_is_an_abort_by_the_peer() -> None:
    with FakePeer(release=Close()) as peer:
        own, recorder = outgoing()
        with own.opened(peer_at(peer.port), SETTINGS, CONTEXTS) as association:
            assert isinstance(own.release(association), PeerError)
    assert recorder.of(AssociationAborted)[0].by_peer


def test_what_is_odd_in_the_answer_is_a_warning_and_costs_nothing() -> None:
    odd = Accept(extra_contexts={99: "1.2.840.10008.1.2", 2: "1.2.840.10008.1.2"})
    with FakePeer(associate=[odd]) as peer:
        own, recorder = outgoing()
        with own.opened(peer_at(peer.port), SETTINGS, CONTEXTS) as association:
            assert own.release(association) is None
    (notice,) = recorder.of(Notice)
    assert notice.level is NoticeLevel.WARNING
    assert notice.text == "The peer answers presentation contexts that were not proposed: ignored (ID 2, 99)"


def test_an_abort_of_ours_is_told_as_ours() -> None:
    with FakePeer() as peer:
        own, recorder = outgoing()
        with own.opened(peer_at(peer.port), SETTINGS, CONTEXTS) as association:
            own.abort(association, "as asked for")
        peer.wait_for("aborted")
    (event,) = recorder.of(AssociationAborted)
    assert not event.by_peer
    assert event.reason == "as asked for"


def test_a_fault_inside_leaves_no_association_behind() -> None:
    with FakePeer() as peer:
        own, _ = outgoing()
        with pytest.raises(ValueError, match="a fault"), own.opened(peer_at(peer.port), SETTINGS, CONTEXTS):
            raise ValueError("a fault")
        peer.wait_for("aborted")


def test_a_job_that_was_cancelled_opens_nothing() -> None:
    control = JobControl()
    own, recorder = outgoing(control)
    control.cancel()
    with (
        FakePeer() as peer,
        pytest.raises(NotOpenedError),
        own.opened(peer_at(peer.port), SETTINGS, CONTEXTS),
    ):
        pytest.fail("it is not open")
    assert len(recorder.of(AssociationFailed)) == 1


@pytest.mark.parametrize("ends_at_cancel", [True, False])
def test_the_first_cancel_ends_an_association_only_where_that_is_asked_for(*, ends_at_cancel: bool) -> None:
    control = JobControl()
    own, recorder = outgoing(control, ends_at_cancel=ends_at_cancel)
    with FakePeer() as peer, own.opened(peer_at(peer.port), SETTINGS, VERIFYING) as association:
        control.cancel()
        if ends_at_cancel:
            with pytest.raises(AssociationAbortedError) as caught:
                association.echo()
            own.report_loss(caught.value)
        else:
            assert association.echo() == 0
            assert own.release(association) is None
    assert [event.by_peer for event in recorder.of(AssociationAborted)] == [False] * ends_at_cancel
    assert len(recorder.of(AssociationReleased)) == (not ends_at_cancel)


def test_an_association_over_a_connection_of_the_caller_is_told_likewise() -> None:
    with FakePeer() as peer, closing(Interruption()) as interruption:
        own, recorder = outgoing()
        sock = socket.create_connection(("127.0.0.1", peer.port))
        association = own.open(peer_at(peer.port), SETTINGS, CONTEXTS, interruption, sock)
        assert own.release(association) is None
        peer.wait_for("released")
    assert [type(event) for event in recorder.events] == [
        AssociationRequested,
        AssociationAccepted,
        AssociationReleased,
    ]
