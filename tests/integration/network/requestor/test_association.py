"""Associations with a scripted peer: negotiation, release, abort, and every way in which a peer can misbehave."""

import socket
import threading
from pathlib import Path

import pytest

from dicomdesk.errors import (
    AssociationAbortedError,
    AssociationRejectedError,
    DicomdeskError,
    IllegalAeTitleError,
    PeerProtocolError,
    PeerTimeoutError,
    PeerUnreachableError,
    SettingsError,
)
from dicomdesk.network.negotiation import ContextResult, ProposedContext, Role
from dicomdesk.network.requestor.association import RequestedAssociation, open_association
from dicomdesk.network.wire.connection import Interruption
from dicomdesk.settings import AssociationSettings, Peer, PeerVerification, Timeouts, TlsSettings
from tests.helpers.jobs.requesting import (
    CONTEXTS,
    CT,
    EXPLICIT,
    IMPLICIT,
    LONG_S,
    Recorded,
    associate,
    ct_items,
)
from tests.helpers.peers.fake_peer import (
    Abort,
    Accept,
    Action,
    Close,
    FakePeer,
    Hold,
    Reject,
    Release,
    Send,
    Silence,
    Stall,
    Status,
    item,
    p_data,
    pdu,
)
from tests.helpers.tls.certificates import make_certificate

SHORT = Timeouts(connect_s=LONG_S, acse_s=0.1, dimse_s=0.1, socket_s=LONG_S)


def test_connection_that_stands_already_is_taken_over() -> None:
    with FakePeer() as peer:
        sock = socket.create_connection(("127.0.0.1", peer.port))
        association = open_association(
            peer=Peer(host="127.0.0.1", port=peer.port),
            settings=AssociationSettings(),
            contexts=CONTEXTS,
            sock=sock,
        )
        association.release()
        assert sock.fileno() == -1
        assert len(peer.associations) == 1


def test_negotiation_tells_what_was_proposed_and_accepted() -> None:
    accept = Accept(max_pdu_bytes=32768, refused={3: 3}, transfer_syntaxes={1: IMPLICIT}, window=1)
    with FakePeer(associate=[accept]) as peer:
        association = associate(peer.port)
        association.release()
    negotiation = association.negotiation
    assert negotiation.is_requestor
    assert (negotiation.calling_ae_title, negotiation.called_ae_title) == ("US", "PEER")
    assert (negotiation.peer_host, negotiation.peer_port) == ("127.0.0.1", peer.port)
    assert negotiation.peer_address == "127.0.0.1"
    assert (negotiation.peer_implementation_class_uid, negotiation.peer_implementation_version) == (
        "1.2.3.4",
        "FAKE_PEER",
    )
    assert (negotiation.our_max_pdu_bytes, negotiation.peer_max_pdu_bytes) == (16384, 32768)
    assert negotiation.max_send_pdv_bytes == 32756
    assert negotiation.max_operations_invoked == 1
    assert negotiation.tls is None
    first, second, third = negotiation.contexts
    assert (first.result, first.accepted_transfer_syntax) == (ContextResult.ACCEPTED, IMPLICIT)
    assert first.proposed_transfer_syntaxes == (EXPLICIT, IMPLICIT)
    assert second.result is ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED
    assert second.accepted_transfer_syntax is None
    assert third.is_accepted


def test_request_says_who_we_are_and_what_we_want() -> None:
    settings = AssociationSettings(calling_ae_title="A" * 20, max_pdu_bytes=131072)
    with FakePeer() as peer:
        associate(peer.port, settings=settings).release()
    received = peer.associations[0]
    assert (received.calling_ae_title, received.called_ae_title) == ("A" * 16, "PEER")
    assert received.contexts == {c.context_id: (c.abstract_syntax, list(c.transfer_syntaxes)) for c in CONTEXTS}
    assert item(0x51, (131072).to_bytes(4, "big")) in received.pdu
    assert item(0x55, b"DICOMDESK_010") in received.pdu
    assert b"\x53\0\0\4" not in received.pdu


def test_roles_are_proposed_and_accepted() -> None:
    context = ProposedContext(
        context_id=1, abstract_syntax=CT, transfer_syntaxes=(IMPLICIT,), role=Role(scu=False, scp=True)
    )
    answer = item(0x54, len(CT).to_bytes(2, "big") + CT.encode() + b"\0\1")
    with FakePeer(associate=[Accept(extra_user_items=answer)]) as peer:
        association = associate(peer.port, contexts=[context])
        association.release()
    assert answer in peer.associations[0].pdu
    negotiated = association.negotiation.contexts[0]
    assert negotiated.proposed_role == negotiated.accepted_role == Role(scu=False, scp=True)


def test_operations_window_is_proposed_when_asked_for() -> None:
    with FakePeer(associate=[Accept(window=4)]) as peer:
        association = associate(peer.port, operations_window=8)
        association.release()
    assert item(0x53, b"\0\x08\0\x01") in peer.associations[0].pdu
    assert association.negotiation.max_operations_invoked == 4


@pytest.mark.parametrize(("proposed", "answered", "agreed"), [(1, 0, 1), (1, 7, 1), (8, 0, 8), (0, 3, 3), (0, 0, 0)])
def test_operations_window_is_never_wider_than_proposed(proposed: int, answered: int, agreed: int) -> None:
    with FakePeer(associate=[Accept(window=answered)]) as peer:
        association = associate(peer.port, operations_window=proposed)
        association.release()
    assert association.negotiation.max_operations_invoked == agreed


def test_association_without_accepted_context_is_established() -> None:
    with FakePeer(associate=[Accept(refuse_all=True)]) as peer:
        association = associate(peer.port)
        assert not any(context.is_accepted for context in association.negotiation.contexts)
        association.release()
    assert peer.events[:2] == ["associated", "released"]


def test_context_without_answer_counts_as_refused() -> None:
    body = (
        bytes(68)
        + item(0x10, b"1.2.840.10008.3.1.1.1")
        + item(0x21, bytes((1, 0, 0, 0)) + item(0x40, b"1.2.840.10008.1.2"))
    )
    body += item(0x21, bytes((3, 0, 4, 0)))
    answer = pdu(2, body + item(0x50, item(0x52, b"1.2")))
    with FakePeer(associate=[Send(answer)]) as peer:
        association = associate(peer.port)
        association.release()
    results = [context.result for context in association.negotiation.contexts]
    assert results == [
        ContextResult.ACCEPTED,
        ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED,
        ContextResult.NO_REASON,
    ]
    assert association.negotiation.peer_max_pdu_bytes == 0


def test_context_answered_with_what_was_not_proposed_cannot_be_used_and_the_others_can() -> None:
    accept = Accept(transfer_syntaxes={1: "1.2.840.10008.1.2.4.50"}, extra_contexts={99: IMPLICIT, 2: IMPLICIT})
    with FakePeer(associate=[accept]) as peer:
        association = associate(peer.port)
        association.release()
    contexts = association.negotiation.contexts
    assert [context.is_accepted for context in contexts] == [False] + [True] * (len(contexts) - 1)
    assert contexts[0].result is ContextResult.ACCEPTED
    assert contexts[0].accepted_transfer_syntax == "1.2.840.10008.1.2.4.50"


@pytest.mark.parametrize(
    ("action", "error", "words", "condition"),
    [
        (Reject(1, 1, 7), AssociationRejectedError, "not called by the AE title", "DUL Association Rejected"),
        (Reject(2, 3, 2), AssociationRejectedError, "limit of associations", "DUL Association Rejected"),
        (Reject(7, 8, 9), AssociationRejectedError, "unknown reason 9", "DUL Association Rejected"),
        (Abort(2, 6), AssociationAbortedError, "invalid value", "Peer aborted Association (or never connected)"),
        (Close(), AssociationAbortedError, "closed the connection", "Peer aborted Association (or never connected)"),
        (
            Close(reset=True),
            AssociationAbortedError,
            "Connection reset by peer",
            "Peer aborted Association (or never connected)",
        ),
        (Silence(), PeerTimeoutError, "did not answer the association request", "DUL network read timeout"),
        (Stall(), PeerTimeoutError, "did not answer the association request", "DUL network read timeout"),
        (Send(b"HTTP/1.1 400 Bad Request"), PeerProtocolError, "not DICOM", "Unrecognized PDU type: 48"),
        (Send(b"\x15\3\1\0\2\2\x46"), PeerProtocolError, "answered with TLS", "Unrecognized PDU type: 15"),
        (Send(b"\x16\3\3\0\x40\2"), PeerProtocolError, "answered with TLS", "Unrecognized PDU type: 16"),
        (Send(b"\x16\4\3\0\x40\2"), PeerProtocolError, "not DICOM", "Unrecognized PDU type: 16"),
        (Send(b"\x15\3\1\xff\xff"), PeerProtocolError, "not DICOM", "Unrecognized PDU type: 15"),
        (Send(b"\x16\3", then_close=True), AssociationAbortedError, "middle of its answer", "Peer aborted Association"),
        (Send(pdu(7, b"")), AssociationAbortedError, "aborted", "Peer aborted Association"),
        (Send(pdu(7, bytes(9))), AssociationAbortedError, "aborted", "Peer aborted Association"),
        (Send(b"\2\0\xff\xff\xff\xff"), PeerProtocolError, "4294967295 bytes", "DUL Illegal or ill-formed PDU"),
        (Send(b"\2\0\0\0"), PeerTimeoutError, "did not answer", "DUL network read timeout"),
        (Send(pdu(2, b"")), PeerProtocolError, "cannot be read", "DUL Illegal or ill-formed PDU"),
        (Send(pdu(6, bytes(4))), PeerProtocolError, "does not allow", "DUL Unexpected PDU"),
        (Send(p_data(1, 3, b"")), PeerProtocolError, "does not allow", "DUL Unexpected PDU"),
        (Release(), PeerProtocolError, "does not allow", "DUL Unexpected PDU"),
        (Accept(max_pdu_bytes=12), PeerProtocolError, "too short", "DUL Cannot send P-DATA PDU"),
    ],
    ids=repr,
)
def test_answer_that_is_no_acceptance_is_a_typed_error(
    action: Action, error: type[DicomdeskError], words: str, condition: str
) -> None:
    with FakePeer(associate=[action]) as peer, pytest.raises(error, match=words) as raised:
        associate(peer.port, timeouts=SHORT)
    assert getattr(raised.value, "condition", "").startswith(condition)


def test_accept_cut_at_any_byte_is_a_typed_error() -> None:
    with FakePeer() as peer:
        associate(peer.port).release()
    whole = pdu(2, peer.associations[0].pdu[6:80])
    cuts: list[Action] = [Send(whole[:length], then_close=True) for length in range(0, len(whole), 3)]
    with FakePeer(associate=cuts) as peer:
        for _ in cuts:
            with pytest.raises((AssociationAbortedError, PeerProtocolError)):
                associate(peer.port)


def test_titles_and_contexts_that_cannot_be_sent_are_settings_errors() -> None:
    with FakePeer() as peer:
        with pytest.raises(IllegalAeTitleError, match="calling AE title is empty"):
            associate(peer.port, settings=AssociationSettings(calling_ae_title=""))
        with pytest.raises(SettingsError, match="1 to 128"):
            associate(peer.port, contexts=[])
        long = ProposedContext(context_id=1, abstract_syntax="1" * 65, transfer_syntaxes=(IMPLICIT,))
        with pytest.raises(SettingsError, match="context 1 cannot"):
            associate(peer.port, contexts=[long])


@pytest.mark.parametrize(
    ("action", "error", "words"),
    [
        (Silence(), PeerTimeoutError, "release request"),
        (Abort(), AssociationAbortedError, "by its application"),
        (Close(), AssociationAbortedError, "connection"),
        (Send(b"rubbish"), PeerProtocolError, "not DICOM"),
    ],
    ids=repr,
)
def test_release_that_fails_is_a_typed_error(action: Action, error: type[DicomdeskError], words: str) -> None:
    with FakePeer(release=action) as peer:
        association = associate(peer.port, timeouts=SHORT)
        with pytest.raises(error, match=words):
            association.release()
        assert not association.is_open
        association.release()


def test_release_collision_ends_in_release() -> None:
    with FakePeer(release=Release()) as peer:
        association = associate(peer.port)
        association.release()
        peer.wait_for("release answered")
    assert not association.is_open


def test_data_that_arrives_during_release_is_ignored() -> None:
    with FakePeer(release=Send(p_data(5, 3, b"\0\0\0\0\4\0\0\0\0\0\0\0") + pdu(6, bytes(4)))) as peer:
        association = associate(peer.port, timeouts=SHORT)
        association.release()
        assert not association.is_open


def test_abort_is_told_to_the_peer() -> None:
    with FakePeer() as peer:
        association = associate(peer.port)
        association.abort()
        association.abort()
        peer.wait_for("aborted")
        assert not association.is_open
        with pytest.raises(AssociationAbortedError, match="is over"):
            association.echo()


def test_abort_from_another_thread_ends_a_wait_for_an_answer() -> None:
    with FakePeer(stores=[Silence()]) as peer:
        association = associate(peer.port)
        peer.wait_for("associated")

        def abort_later() -> None:
            peer.wait_for("stored")
            association.abort()

        aborting = threading.Thread(target=abort_later)
        aborting.start()
        with pytest.raises(AssociationAbortedError, match="on request"):
            association.store_all(ct_items(b"data"), Recorded())
        aborting.join(LONG_S)
        peer.wait_for("aborted")
    assert not association.is_open


def test_abort_from_another_thread_ends_a_blocked_send() -> None:
    with FakePeer(in_object={0: Stall()}, receive_buffer_bytes=4096) as peer:
        association = associate(peer.port)

        def abort_later() -> None:
            _wait_for_progress(association)
            association.abort()

        aborting = threading.Thread(target=abort_later)
        aborting.start()
        with pytest.raises(AssociationAbortedError, match="on request"):
            association.store_all(ct_items(bytes(50_000_000)), Recorded())
        aborting.join(LONG_S)


def _wait_for_progress(association: RequestedAssociation) -> None:
    waiting = threading.Event()
    for _ in range(2000):
        if association.bytes_sent > 10_000:
            return
        waiting.wait(0.01)
    raise AssertionError("nothing was sent")


def test_interruption_ends_an_attempt_to_associate() -> None:
    interruption = Interruption()
    go_on = threading.Event()
    with FakePeer(associate=[Hold(go_on, Accept())]) as peer:
        interrupting = threading.Timer(0.05, interruption.set)
        interrupting.start()
        with pytest.raises(AssociationAbortedError, match="on request"):
            associate(peer.port, interruption=interruption)
        interrupting.join(LONG_S)
        go_on.set()
    assert interruption.fileno() >= 0
    interruption.close()


def test_nothing_listening_is_unreachable_in_dcmtks_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(PeerUnreachableError, match="nothing listens") as raised:
        associate(port)
    assert raised.value.condition == "TCP Initialization Error: Connection refused"


def test_association_through_tls(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    tls = TlsSettings(authority_files=(certificate.certificate,))
    observer = Recorded()
    with FakePeer(tls=certificate.server_context(), stores=[Status(), Status(0xB000)]) as peer:
        association = associate(peer.port, tls=tls)
        assert association.negotiation.tls is not None
        association.store_all(ct_items(b"small", bytes(1_000_000)), observer)
        association.release()
    assert observer.statuses == [0, 0xB000]
    assert [len(store.data) for store in peer.stores] == [5, 1_000_000]


def test_peer_that_does_not_speak_tls_is_a_typed_error() -> None:
    with FakePeer() as peer, pytest.raises(PeerTimeoutError, match="TLS handshake"):
        associate(peer.port, tls=TlsSettings(peer_verification=PeerVerification.NONE), timeouts=SHORT)


def test_peer_whose_certificate_is_unknown_is_refused(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    with FakePeer(tls=certificate.server_context()) as peer, pytest.raises(PeerUnreachableError, match="self-signed"):
        associate(peer.port, tls=TlsSettings())
