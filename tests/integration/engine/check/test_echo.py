from dataclasses import replace

from dicomdesk.engine.check.echo import EchoFailure, EchoResult
from dicomdesk.engine.check.requests import EchoRequest
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import (
    AssociationFailed,
    AssociationReleased,
    AssociationRequested,
    EchoAnswered,
    EchoSent,
    JobOutcome,
)
from dicomdesk.errors import AssociationAbortedError, PeerUnreachableError
from dicomdesk.settings import AssociationSettings, Peer, Timeouts
from tests.helpers.jobs.recorder import DEADLINE_S, EventRecorder
from tests.helpers.peers.fake_peer import Abort, Accept, FakePeer, Reject, Silence, Status

SETTINGS = AssociationSettings(timeouts=Timeouts(connect_s=5, acse_s=5, dimse_s=5))


def echo(port: int, settings: AssociationSettings = SETTINGS) -> tuple[EchoResult, EventRecorder]:
    recorder = EventRecorder()
    with Engine() as engine:
        job = engine.submit(request_to(port, settings), recorder)
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


def test_peer_that_says_nothing_of_its_maximum_length_answers() -> None:
    with FakePeer(associate=[Accept(max_pdu_bytes=None)]) as peer:
        result, _ = echo(peer.port)
    assert result.outcome is JobOutcome.COMPLETED
    assert result.negotiation is not None
    assert result.negotiation.peer_max_pdu_bytes == 0
    assert result.negotiation.max_send_pdv_bytes == 131060


def test_verification_in_a_transfer_syntax_that_was_not_proposed_is_told() -> None:
    with FakePeer(associate=[Accept(transfer_syntaxes={1: "1.2.840.10008.1.2.4.50"})]) as peer:
        result, _ = echo(peer.port)
        peer.wait_for("released")
    assert result.outcome is JobOutcome.FAILED
    assert "in a transfer syntax only that was not proposed" in result.text


def test_abort_instead_of_an_answer_is_told() -> None:
    with FakePeer(echo=Abort()) as peer:
        result, _ = echo(peer.port)
    assert isinstance(result.error, AssociationAbortedError)


def test_cancel_ends_the_wait_at_once() -> None:
    recorder = EventRecorder()
    with FakePeer(associate=[Silence()]) as peer, Engine() as engine:
        job = engine.submit(request_to(peer.port), recorder)
        recorder.wait_for(AssociationRequested)
        job.cancel()
        result = job.done.result(DEADLINE_S)
    assert result.outcome is JobOutcome.CANCELLED
    assert job.progress().items_done == 0


def request_to(port: int, settings: AssociationSettings = SETTINGS) -> EchoRequest:
    return EchoRequest(peer=Peer(host="127.0.0.1", port=port), association=settings)


def ask(request: EchoRequest) -> tuple[EchoResult, list[EchoSent | EchoAnswered]]:
    recorder = EventRecorder()
    with Engine() as engine:
        job = engine.submit(request, recorder)
        result = job.done.result(DEADLINE_S)
    recorder.check()
    return result, [event for event in recorder.events if isinstance(event, EchoSent | EchoAnswered)]


def test_request_says_what_is_proposed_and_asked() -> None:
    syntaxes = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1")
    with FakePeer() as peer:
        result, told = ask(replace(request_to(peer.port), contexts=3, transfer_syntaxes=syntaxes, repeats=2))
        assert peer.events.count("echoed") == 2
        contexts = peer.associations[0].contexts
    assert contexts == dict.fromkeys((1, 3, 5), ("1.2.840.10008.1.1", list(syntaxes)))
    assert (result.outcome, result.failure) == (JobOutcome.COMPLETED, None)
    assert told == [
        EchoSent(job_id=told[0].job_id, association=1, message_id=1),
        EchoAnswered(job_id=told[0].job_id, association=1, message_id=1, status=0),
        EchoSent(job_id=told[0].job_id, association=1, message_id=2),
        EchoAnswered(job_id=told[0].job_id, association=1, message_id=2, status=0),
    ]


def test_association_is_aborted_at_the_end_where_that_is_asked_for() -> None:
    with FakePeer() as peer:
        result, _ = ask(replace(request_to(peer.port), aborts_at_end=True))
        peer.wait_for("aborted")
    assert (result.outcome, result.failure) == (JobOutcome.COMPLETED, None)


def test_each_end_has_its_name() -> None:
    impatient = AssociationSettings(timeouts=Timeouts(connect_s=5, acse_s=0.2, dimse_s=0.2))
    for peer, failure in (
        (FakePeer(associate=[Reject()]), EchoFailure.ASSOCIATION),
        (FakePeer(associate=[Accept(refuse_all=True)]), EchoFailure.NO_PRESENTATION_CONTEXT),
        (FakePeer(echo=Abort()), EchoFailure.ABORTED_BY_PEER),
        (FakePeer(echo=Silence()), EchoFailure.ECHO),
        (FakePeer(release=Silence()), EchoFailure.RELEASE),
    ):
        with peer:
            result, _ = ask(request_to(peer.port, impatient))
        assert result.failure is failure
        assert (result.outcome is JobOutcome.COMPLETED) == (failure is EchoFailure.RELEASE)
