from dicomdesk.engine.echo import EchoResult
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import AssociationFailed, AssociationReleased, AssociationRequested, JobOutcome
from dicomdesk.errors import AssociationAbortedError, PeerUnreachableError
from dicomdesk.settings import AssociationSettings, Peer, Timeouts
from tests.helpers.peers import Abort, Accept, FakePeer, Reject, Silence, Status
from tests.helpers.recorder import DEADLINE_S, EventRecorder

SETTINGS = AssociationSettings(timeouts=Timeouts(connect_s=5, acse_s=5, dimse_s=5))


def echo(port: int, settings: AssociationSettings = SETTINGS) -> tuple[EchoResult, EventRecorder]:
    recorder = EventRecorder()
    with Engine() as engine:
        job = engine.echo(Peer(host="127.0.0.1", port=port), settings, recorder)
        result = job.done.result(DEADLINE_S)
    recorder.check()
    return result, recorder


def test_answer_comes_with_its_time_and_what_was_negotiated() -> None:
    with FakePeer() as peer:
        result, recorder = echo(peer.port)
        assert "echoed" in peer.events
    assert (result.outcome, result.status, result.error) == (JobOutcome.COMPLETED, 0, None)
    assert result.round_trip_s is not None
    assert result.association_s is not None
    assert result.negotiation is not None
    assert result.text.startswith("The peer answered in ")
    assert len(recorder.of(AssociationReleased)) == 1


def test_failure_status_is_told_in_words() -> None:
    with FakePeer(echo=Status(0x0122)) as peer:
        result, _ = echo(peer.port)
    assert (result.outcome, result.status) == (JobOutcome.FAILED, 0x0122)
    assert "0122H" in result.text
    assert result.advice


def test_unreachable_peer_is_told() -> None:
    with FakePeer() as peer:
        port = peer.port
    result, recorder = echo(port)
    assert result.outcome is JobOutcome.FAILED
    assert isinstance(result.error, PeerUnreachableError)
    assert result.text == recorder.of(AssociationFailed)[0].reason


def test_rejection_comes_with_advice() -> None:
    with FakePeer(associate=[Reject(result=1, source=1, reason=7)]) as peer:
        result, _ = echo(peer.port)
    assert result.outcome is JobOutcome.FAILED
    assert result.advice


def test_peer_without_verification_is_told() -> None:
    with FakePeer(associate=[Accept(refuse_all=True)]) as peer:
        result, _ = echo(peer.port)
    assert result.outcome is JobOutcome.FAILED
    assert "verification" in result.text
    assert result.negotiation is not None


def test_abort_instead_of_an_answer_is_told() -> None:
    with FakePeer(echo=Abort()) as peer:
        result, _ = echo(peer.port)
    assert isinstance(result.error, AssociationAbortedError)


def test_cancel_ends_the_wait_at_once() -> None:
    recorder = EventRecorder()
    with FakePeer(associate=[Silence()]) as peer, Engine() as engine:
        job = engine.echo(Peer(host="127.0.0.1", port=peer.port), SETTINGS, recorder)
        recorder.wait_for(AssociationRequested)
        job.cancel()
        result = job.done.result(DEADLINE_S)
    assert result.outcome is JobOutcome.CANCELLED
    assert job.progress().items_done == 0
