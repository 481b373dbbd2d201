"""What a peer sees of the acceptor, byte by byte, and what the observer hears."""

import struct
from typing import cast

import pytest

from dicomdesk.network.acceptor.access_control import Refusal
from dicomdesk.network.acceptor.observers import IncomingAssociation
from dicomdesk.network.dimse.store_reception import StoreAnswer
from dicomdesk.network.negotiation import ContextResult
from dicomdesk.network.presentation.context_acceptance import AcceptancePolicy
from dicomdesk.settings import Timeouts
from tests.helpers.peers.receivers import Receiver, listener_settings, listening
from tests.helpers.peers.requestors import (
    ABORT,
    ASSOCIATE_AC,
    ASSOCIATE_RJ,
    CT_IMAGE_STORAGE,
    EXPLICIT,
    IMPLICIT,
    RELEASE_RP,
    RELEASE_RQ,
    VERIFICATION,
    WORKLIST,
    Proposal,
    connected,
    data_pdu,
    echo_command,
    find_command,
    item,
    pdu,
    pdv,
    store_command,
)

# -- negotiation


def test_association_is_accepted_and_described() -> None:
    receiver = Receiver()
    with listening(receiver) as (port, _), connected(port) as peer:
        answer = peer.associate(Proposal(called=b"FOO", calling=b"BAR", max_pdu_bytes=32768))
        assert answer.results == {1: (0, EXPLICIT), 3: (0, IMPLICIT)}
        assert answer.raw[4:36] == b"FOO".ljust(16) + b"BAR".ljust(16)
        assert answer.max_pdu_bytes == 131072
        assert peer.echo() == 0
        peer.release()
        receiver.wait_for("released 1")
    (negotiation,) = receiver.negotiations
    assert (negotiation.calling_ae_title, negotiation.called_ae_title) == ("BAR", "FOO")
    assert negotiation.peer_max_pdu_bytes == 32768
    assert negotiation.max_send_pdv_bytes == 32756
    assert negotiation.peer_implementation_class_uid == "1.2.3.4"
    assert receiver.facts == ["received 1", "accepted 1", "echoed 1", "released 1"]


def test_empty_titles_and_a_missing_implementation_class_uid_are_accepted() -> None:
    receiver = Receiver()
    with listening(receiver) as (port, _), connected(port) as peer:
        peer.associate(Proposal(called=b"", calling=b"", implementation_class_uid=None, max_pdu_bytes=None))
        assert peer.echo() == 0
        peer.release()


def test_user_identity_is_ignored() -> None:
    receiver = Receiver()
    identity = item(0x58, b"\2\1" + struct.pack(">H", 4) + b"user" + struct.pack(">H", 6) + b"secret")
    with listening(receiver) as (port, _), connected(port) as peer:
        answer = peer.associate(Proposal(extra_items=identity))
        assert item(0x59, b"") not in answer.raw
        assert str(receiver.requests[0].user_identity) == "user name and passcode"
        assert str(receiver.negotiations[0].user_identity) == "user name and passcode"


@pytest.mark.parametrize(
    ("proposal", "numbers", "reason"),
    [
        (Proposal(contexts=[(1, WORKLIST, [IMPLICIT])]), (1, 1, 1), "no acceptable presentation contexts"),
        (Proposal(contexts=[]), (1, 1, 1), "no acceptable presentation contexts"),
        (Proposal(application_context="1.2.840.10008.3.1.1.2"), (2, 1, 2), "bad application context"),
        (Proposal(protocol_version=2), (1, 2, 2), "protocol version not supported"),
    ],
)
def test_rejections_have_the_numbers_of_dcmtk(proposal: Proposal, numbers: tuple[int, int, int], reason: str) -> None:
    receiver = Receiver()
    with listening(receiver) as (port, listener), connected(port) as peer:
        peer.send(proposal.encode())
        assert peer.read_pdu() == (ASSOCIATE_RJ, bytes((0, *numbers)))
        assert peer.read(1) == b""
        receiver.wait_for(f"refused 1: {reason}")
        assert listener.associations == 0


def test_request_cut_at_every_byte_is_accepted() -> None:
    receiver = Receiver()
    with listening(receiver) as (port, _), connected(port) as peer:
        peer.send_bytewise(Proposal().encode())
        assert peer.read_pdu()[0] == ASSOCIATE_AC
        peer.send_bytewise(pdu(RELEASE_RQ, bytes(4)))
        assert peer.read_pdu()[0] == RELEASE_RP


def test_messages_right_behind_the_request_are_answered() -> None:
    with listening(Receiver()) as (port, _), connected(port) as peer:
        peer.send(Proposal().encode() + data_pdu(3, 3, echo_command()) + pdu(RELEASE_RQ, bytes(4)))
        assert peer.read_pdu()[0] == ASSOCIATE_AC
        assert peer.read_response().number(0x0900) == 0
        assert peer.read_pdu()[0] == RELEASE_RP


# -- before an association


@pytest.mark.parametrize(
    ("rubbish", "abort", "reason"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", (2, 1), "Unrecognized PDU type: 47"),
        (b"\x16\x03\x01\x02\0\1\0\1", (2, 1), "Unrecognized PDU type: 16"),
        (data_pdu(1, 3, b"x"), (2, 2), "P-DATA-TF PDU before an association"),
        (pdu(RELEASE_RQ, bytes(4)), (2, 2), "Unexpected PDU of type RELEASE_RQ"),
        (pdu(ASSOCIATE_AC, bytes(68)), (2, 2), "Unexpected PDU of type ASSOCIATE_AC"),
        (pdu(1, bytes(10)), (2, 6), "A-ASSOCIATE-RQ PDU of 10 bytes"),
        (struct.pack(">BxL", 1, 0xFFFFFFFF), (2, 6), "ASSOCIATE_RQ PDU of 4294967295 bytes"),
        (struct.pack(">BxL", 4, 0xFFFFFFFF), (2, 6), "P-DATA-TF PDU of 4294967295 bytes"),
    ],
)
def test_rubbish_is_answered_with_an_abort(rubbish: bytes, abort: tuple[int, int], reason: str) -> None:
    receiver = Receiver()
    with listening(receiver) as (port, _), connected(port) as peer:
        peer.send(rubbish)
        assert peer.read_abort() == abort
        assert receiver.wait_for("failed: ").startswith(f"failed: {reason}")
    assert len(receiver.facts) == 1


def test_silent_peer_is_dropped_after_the_acse_timeout() -> None:
    receiver = Receiver()
    settings = listener_settings(timeouts=Timeouts(acse_s=0.3))
    with listening(receiver, settings=settings) as (port, _), connected(port) as silent, connected(port) as slow:
        with connected(port) as other:
            other.associate()
            assert other.echo() == 0
        slow.send(Proposal().encode()[:20])
        assert silent.read_abort() == (0, 0)
        assert slow.read_abort() == (0, 0)
        receiver.wait_for("failed: DUL network read timeout", 2)


def test_peer_that_only_connects_is_reported() -> None:
    receiver = Receiver()
    with listening(receiver) as (port, _):
        with connected(port):
            pass
        receiver.wait_for("failed: The peer closed the connection")


# -- messages


@pytest.mark.parametrize("sizes", [[0], [1], [5, 0, 7], [16378, 16378, 100], [0, 0]])
def test_instance_arrives_whole(sizes: list[int]) -> None:
    receiver = Receiver()
    parts = [bytes((size + index) % 251 for index in range(size)) for size in sizes]
    with listening(receiver) as (port, _), connected(port) as peer:
        peer.associate()
        assert peer.store("1.2.3", parts) == 0
        peer.release()
        receiver.wait_for("released")
    (instance,) = receiver.instances
    assert instance.data == b"".join(parts)
    assert instance.ends == ["finished"]
    assert instance.request.transfer_syntax_uid == EXPLICIT
    assert instance.request.calling_ae_title == "RAW"


def test_message_cut_at_every_byte_arrives_whole() -> None:
    receiver = Receiver()
    values = pdv(1, 0, b"abc") + pdv(1, 0, b"") + pdv(1, 2, b"def")
    message = data_pdu(1, 1, store_command("1.2.3")[:50]) + data_pdu(1, 3, store_command("1.2.3")[50:]) + pdu(4, values)
    with listening(receiver) as (port, _), connected(port) as peer:
        peer.associate()
        peer.send_bytewise(message)
        assert peer.read_response().number(0x0900) == 0
    assert receiver.instances[0].data == b"abcdef"


def test_command_and_data_in_one_pdu_and_two_messages_in_one_segment() -> None:
    receiver = Receiver()
    one = pdu(4, pdv(1, 3, store_command("1.1", 1)) + pdv(1, 2, b"one"))
    two = pdu(4, pdv(1, 3, store_command("1.2", 2)) + pdv(1, 2, b"two"))
    with listening(receiver) as (port, _), connected(port) as peer:
        peer.associate()
        peer.send(one + two)
        assert [peer.read_response().number(0x0120) for _ in range(2)] == [1, 2]
    assert [bytes(instance.data) for instance in receiver.instances] == [b"one", b"two"]


def test_pdu_longer_than_announced_is_taken() -> None:
    receiver = Receiver()
    settings = listener_settings(max_pdu_bytes=4096)
    with listening(receiver, settings=settings) as (port, _), connected(port) as peer:
        assert peer.associate().max_pdu_bytes == 4096
        for uid in ("1.1", "1.2"):
            assert peer.store(uid, [bytes(1_000_000)]) == 0
    assert [instance.size for instance in receiver.instances] == [1_000_000] * 2
    warnings = [fact for fact in receiver.facts if "warned" in fact]
    assert warnings == ["warned: the peer sends PDUs of 1000006 bytes, although at most 4096 were announced"]


def test_status_of_the_sink_is_answered_and_the_association_goes_on() -> None:
    receiver = Receiver()
    receiver.answer = StoreAnswer(status=0xA700, comment="full")
    with listening(receiver) as (port, _), connected(port) as peer:
        peer.associate()
        assert peer.store("1.1", [b"x"]) == 0xA700
        assert peer.store("1.2", [b"x"]) == 0xA700
        peer.release()


def test_sink_can_ask_for_an_abort() -> None:
    receiver = Receiver()
    receiver.answer = StoreAnswer(status=0xA700, comment="cannot create the file", abort=True)
    with listening(receiver) as (port, _), connected(port) as peer:
        peer.associate()
        assert peer.store("1.1", [b"x"]) == 0xA700
        assert peer.read_abort() == (0, 0)
        receiver.wait_for("aborted 1 by us: cannot create the file")
    assert receiver.instances[0].ends == ["finished"]


def test_hostile_uid_reaches_the_handler_as_text() -> None:
    receiver = Receiver()
    uid = "../../x" + "9" * 300
    with listening(receiver) as (port, _), connected(port) as peer:
        peer.associate()
        assert peer.store(uid, [b"x"]) == 0
    assert receiver.instances[0].request.sop_instance_uid == uid


@pytest.mark.parametrize("context_id", [1, 3])
def test_echo_on_any_accepted_context(context_id: int) -> None:
    with listening(Receiver()) as (port, _), connected(port) as peer:
        peer.associate()
        assert peer.echo(context_id) == 0


@pytest.mark.parametrize(
    ("sent", "abort", "reason"),
    [
        pytest.param(
            data_pdu(1, 3, find_command()),
            (0, 0),
            "cannot handle this kind of DIMSE command (0x0020), we are a Storage SCP only",
            id="C-FIND",
        ),
        pytest.param(
            data_pdu(1, 3, store_command("1.2", data_set_type=0x0101)), (0, 0), "DIMSE Badly formed", id="no data set"
        ),
        pytest.param(data_pdu(1, 3, store_command("")), (0, 0), "DIMSE Badly formed", id="no instance UID"),
        pytest.param(data_pdu(5, 3, store_command("1.2")), (0, 0), "DIMSE No valid Presentation", id="other context"),
        pytest.param(data_pdu(1, 2, b"x"), (0, 0), "The peer sent a data set without", id="data without command"),
        pytest.param(
            data_pdu(1, 3, store_command("1.2")) + data_pdu(3, 2, b"x"),
            (0, 0),
            "DIMSE: Presentation Contexts of Command and Data Differ",
            id="data in another context",
        ),
        pytest.param(b"GET / HTTP/1.1", (2, 1), "Unrecognized PDU type: 47", id="HTTP"),
        pytest.param(Proposal().encode(), (2, 2), "Unexpected PDU of type ASSOCIATE_RQ", id="second request"),
        pytest.param(pdu(RELEASE_RP, bytes(4)), (2, 2), "Unexpected PDU of type RELEASE_RP", id="release answer"),
        pytest.param(pdu(4, b"\xff\xff\xff\xff\1\3"), (2, 6), "presentation data value of 4294967295", id="PDV length"),
        pytest.param(pdu(4, b""), (2, 6), "P-DATA-TF PDU without", id="empty PDU"),
        pytest.param(pdu(RELEASE_RQ, bytes(5000)), (2, 6), "RELEASE_RQ PDU of 5000 bytes", id="long release"),
    ],
)
def test_what_must_not_be_sent_is_answered_with_an_abort(sent: bytes, abort: tuple[int, int], reason: str) -> None:
    receiver = Receiver()
    with listening(receiver) as (port, listener), connected(port) as peer:
        peer.associate()
        peer.send(sent)
        assert peer.read_abort() == abort
        assert receiver.wait_for("aborted").startswith(f"aborted 1 by us: {reason}")
        assert listener.associations == 0
    for instance in receiver.instances:
        assert instance.ends == ["discarded"]


def test_class_other_than_that_of_the_context_is_stored_with_a_warning() -> None:
    receiver = Receiver()
    with listening(receiver) as (port, _), connected(port) as peer:
        peer.associate()
        peer.send(data_pdu(1, 3, store_command("1.2", sop_class=VERIFICATION)), data_pdu(1, 2, b"x"))
        assert peer.read_response().number(0x0900) == 0
        receiver.wait_for(f"warned: SOP Class '{VERIFICATION}' stored in presentation context 1")


# -- ends


@pytest.mark.parametrize(
    ("end", "words"),
    [
        pytest.param(pdu(ABORT, bytes(4)), "asked for by its application", id="abort by the user"),
        pytest.param(pdu(ABORT, b"\0\0\2\6"), "its DICOM upper layer gave up (reason 6)", id="abort by the provider"),
        pytest.param(b"", "closed the connection in the middle of a message", id="connection lost"),
    ],
)
def test_instance_is_discarded_once_when_the_peer_goes(end: bytes, words: str) -> None:
    receiver = Receiver()
    with listening(receiver) as (port, _):
        with connected(port) as peer:
            peer.associate()
            peer.send(data_pdu(1, 3, store_command("1.2")), data_pdu(1, 0, b"part"), end)
            receiver.wait_for("begun")
        assert words in receiver.wait_for("aborted 1 by peer: ")
        assert receiver.facts[-2:] == ["discarded 1.2", receiver.facts[-1]]
    assert receiver.instances[0].ends == ["discarded"]


def test_idle_association_is_aborted_after_the_dimse_timeout() -> None:
    receiver = Receiver()
    settings = listener_settings(timeouts=Timeouts(dimse_s=0.2))
    with listening(receiver, settings=settings) as (port, _), connected(port) as peer:
        peer.associate()
        assert peer.read_abort() == (0, 0)
        receiver.wait_for("aborted 1 by us: The peer sent nothing for too long")


def test_message_that_stops_is_aborted_after_the_dimse_timeout() -> None:
    receiver = Receiver()
    settings = listener_settings(timeouts=Timeouts(dimse_s=0.2))
    with listening(receiver, settings=settings) as (port, _), connected(port) as peer:
        peer.associate()
        peer.send(data_pdu(1, 3, store_command("1.2")), data_pdu(1, 0, b"part"))
        assert peer.read_abort() == (0, 0)
    assert receiver.instances[0].ends == ["discarded"]


def test_pdu_that_stops_is_aborted_after_the_socket_timeout() -> None:
    receiver = Receiver()
    settings = listener_settings(timeouts=Timeouts(socket_s=0.2))
    with listening(receiver, settings=settings) as (port, _), connected(port) as peer:
        peer.associate()
        peer.send(data_pdu(1, 3, store_command("1.2")), data_pdu(1, 2, b"whole")[:-1])
        assert peer.read_abort() == (0, 0)
    assert receiver.instances[0].ends == ["discarded"]


def test_defect_of_a_handler_ends_its_association_only(announce_log: object) -> None:
    assert callable(announce_log)
    announce_log("Association 1 ended by a defect")
    receiver = Receiver()

    def fail(_request: object) -> None:
        raise RuntimeError("defect")

    with listening(receiver) as (port, _):
        with connected(port) as peer:
            peer.associate()
            receiver.begin_hook = fail
            peer.send(data_pdu(1, 3, store_command("1.2")))
            assert peer.read_abort() == (0, 0)
            receiver.wait_for("aborted 1 by us: internal error")
        receiver.begin_hook = lambda _request: None
        with connected(port) as other:
            other.associate()
            assert other.store("1.3", [b"x"]) == 0


def test_defect_while_a_request_is_answered_takes_no_room(announce_log: object) -> None:
    assert callable(announce_log)
    announce_log("Association . ended by a defect")
    receiver = Receiver()
    policies = [cast("AcceptancePolicy", None), AcceptancePolicy(any_storage=True)]
    settings = listener_settings(max_associations=1)
    with listening(receiver, settings=settings, judge=lambda _request: policies.pop(0)) as (port, listener):
        with connected(port) as peer:
            peer.send(Proposal().encode())
            assert peer.read_abort() == (0, 0)
            receiver.wait_for("refused 1: internal error")
        assert listener.associations == 0
        with connected(port) as other:
            other.associate()
            other.release()


def test_release_in_the_middle_of_an_instance_discards_it() -> None:
    receiver = Receiver()
    with listening(receiver) as (port, _), connected(port) as peer:
        peer.associate()
        peer.send(data_pdu(1, 3, store_command("1.2")), data_pdu(1, 0, b"part"))
        peer.release()
        receiver.wait_for("released 1")
        receiver.wait_for("warned: the peer released the association in the middle of a message")
    assert receiver.instances[0].ends == ["discarded"]


def test_contexts_of_one_class_are_used_side_by_side() -> None:
    receiver = Receiver()
    proposal = Proposal(contexts=[(1, CT_IMAGE_STORAGE, [EXPLICIT]), (255, CT_IMAGE_STORAGE, [IMPLICIT])])
    with listening(receiver) as (port, _), connected(port) as peer:
        peer.associate(proposal)
        assert peer.store("1.1", [b"x"], context_id=1) == 0
        assert peer.store("1.2", [b"x"], context_id=255) == 0
    assert [instance.request.transfer_syntax_uid for instance in receiver.instances] == [EXPLICIT, IMPLICIT]


def test_a_judge_decides_for_each_request() -> None:
    receiver = Receiver()
    seen: list[tuple[str, str]] = []

    def judge(request: IncomingAssociation) -> AcceptancePolicy | Refusal:
        seen.append((request.called_ae_title, request.peer_address))
        if request.called_ae_title == "CLOSED":
            return Refusal(numbers=(1, 1, 7), text="not here")
        refused = {1: ContextResult.USER_REJECTION, 3: ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED}
        return AcceptancePolicy(any_storage=True, refused=refused, needs_context=False)

    with listening(receiver, judge=judge) as (port, _):
        with connected(port) as peer:
            peer.send(Proposal(called=b"CLOSED").encode())
            number, body = peer.read_pdu()
            assert (number, tuple(body[1:4])) == (ASSOCIATE_RJ, (1, 1, 7))
        receiver.wait_for("refused 1: not here")
        with connected(port) as peer:
            answer = peer.associate(Proposal(called=b"OPEN"))
            assert {number: result for number, (result, _) in answer.results.items()} == {1: 1, 3: 3}
            peer.release()
    assert seen == [("CLOSED", "127.0.0.1"), ("OPEN", "127.0.0.1")]
