"""pynetdicom's providers pumped over a socket pair."""

import contextlib
import queue
import socket
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pynetdicom.pdu_primitives import A_ABORT, A_P_ABORT, A_RELEASE

from dicomdesk.errors import PeerProtocolError
from dicomdesk.network.negotiation import ProposedContext
from dicomdesk.network.requestor.association import open_association
from dicomdesk.network.requestor.pynetdicom_internals import PumpedAssociation, make_entity
from dicomdesk.network.wire.connection import Connection
from dicomdesk.settings import AssociationSettings, Peer
from tests.helpers.peers.fake_peer import Accept, FakePeer, Send, accept_pdu, command_set, item, p_data, pdu

IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
CONTEXTS = {1: ("1.2.840.10008.1.1", [IMPLICIT]), 3: ("1.2.3", [EXPLICIT, IMPLICIT])}
REQUEST = bytes(74)


@pytest.fixture
def pair() -> Iterator[tuple[PumpedAssociation, socket.socket]]:
    ours, theirs = socket.socketpair()
    theirs.settimeout(10)
    connection = Connection(ours)
    yield PumpedAssociation(make_entity("A", acse_timeout_s=5, dimse_timeout_s=5), connection), theirs
    connection.close()
    theirs.close()


def test_association_has_the_attributes_that_are_used(pair: tuple[PumpedAssociation, socket.socket]) -> None:
    association, _ = pair
    for name in ("event_queue", "to_provider_queue", "to_user_queue", "_recv_pdu"):
        assert isinstance(getattr(association.dul, name), queue.Queue)
    assert association.dul.state == "Sta1"
    assert not association.is_alive()
    for name in ("is_released", "is_aborted", "is_established", "is_rejected", "_sent_abort", "_kill"):
        assert getattr(association, name) is False


def test_nothing_starts_a_thread(pair: tuple[PumpedAssociation, socket.socket]) -> None:
    association, _ = pair
    for start in (association.start, association.run_reactor, association.dul.start):
        with pytest.raises(RuntimeError):
            start()


def _establish(association: PumpedAssociation) -> None:
    association.dul.state_machine.current_state = "Sta6"
    association.is_established = True


def test_abort_sends_one_pdu_and_closes(pair: tuple[PumpedAssociation, socket.socket]) -> None:
    association, theirs = pair
    _establish(association)
    association.abort()
    association.abort()
    assert theirs.recv(100) == pdu(7, bytes(4))
    assert theirs.recv(100) == b""
    assert association.is_aborted
    assert not association.connection.is_open
    assert association.dul.state == "Sta1"


def test_release_sends_and_awaits_one_pdu(pair: tuple[PumpedAssociation, socket.socket]) -> None:
    association, theirs = pair
    _establish(association)
    theirs.sendall(pdu(6, bytes(4)))
    association.release()
    assert association.is_released
    assert theirs.recv(100) == pdu(5, bytes(4))
    assert theirs.recv(100) == b""


@pytest.mark.parametrize(
    ("sent", "primitive", "reason"),
    [
        (pdu(7, bytes((0, 0, 0, 0))), A_ABORT, "aborted the association (by its application)"),
        (pdu(7, bytes((0, 0, 2, 1))), A_P_ABORT, "by its protocol layer: it received a PDU that it does not know"),
        (pdu(5, bytes(4)), A_RELEASE, "released the association in the middle of an operation"),
        (pdu(2, bytes(68)), A_P_ABORT, "not allow at this point"),
        (pdu(4, b"\0\0\0\2\1"), A_P_ABORT, "cannot be decoded"),
        (b"\x08\0\0\0\0\0", A_P_ABORT, "is not DICOM"),
        (b"\x02\0\0\x20\0\0", A_P_ABORT, "more than it may send"),
    ],
    ids=["abort", "provider abort", "release", "unexpected", "cut", "unknown", "long"],
)
def test_what_ends_an_association_reaches_the_user_with_a_reason(
    pair: tuple[PumpedAssociation, socket.socket], sent: bytes, primitive: type, reason: str
) -> None:
    association, theirs = pair
    _establish(association)
    theirs.sendall(sent)
    association.dul.pump()
    assert isinstance(association.dul.peek_next_pdu(), primitive)
    assert reason in str(association.end_error())
    assert association.dul.state == "Sta1"


def test_lost_connection_reaches_the_user_with_a_reason(pair: tuple[PumpedAssociation, socket.socket]) -> None:
    association, theirs = pair
    _establish(association)
    theirs.sendall(b"\x04\0\0")
    theirs.close()
    association.dul.pump()
    assert isinstance(association.dul.peek_next_pdu(), A_P_ABORT)
    assert str(association.end_error()) == "The peer closed the connection in the middle of a PDU"


def test_peer_that_sends_on_and_on_does_not_outlast_the_deadline(pair: tuple[PumpedAssociation, socket.socket]) -> None:
    association, theirs = pair
    _establish(association)

    def send_on() -> None:
        with contextlib.suppress(OSError):
            for _ in range(1000):
                theirs.sendall(p_data(1, 1, b"") * 1000)

    sending = threading.Thread(target=send_on)
    sending.start()
    assert association.dul.receive_pdu(wait=True, timeout=0.1) is None
    assert sending.is_alive()
    association.connection.close()
    sending.join(10)


def test_sending_after_the_end_does_nothing(pair: tuple[PumpedAssociation, socket.socket]) -> None:
    association, _ = pair
    association.acse.send_release()
    assert association.dul.to_provider_queue.empty()


ITEM_KINDS = st.sampled_from((0x10, 0x21, 0x40, 0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x58, 0x59, 0x99))
LEAVES = st.one_of(
    st.binary(max_size=8),
    st.sampled_from((IMPLICIT, EXPLICIT, "1.2.3")).map(str.encode),
    st.tuples(st.sampled_from((1, 2, 3, 5)), st.integers(0, 5), st.sampled_from((IMPLICIT, EXPLICIT, "", "1.2"))).map(
        lambda answer: bytes((answer[0], 0, answer[1], 0)) + item(0x40, answer[2].encode())
    ),
)
ITEMS = st.recursive(
    LEAVES, lambda inner: st.lists(st.builds(item, ITEM_KINDS, inner), max_size=6).map(b"".join), max_leaves=12
)


def damaged(answer: bytes, changes: dict[int, int]) -> bytes:
    copy = bytearray(answer)
    for position, value in changes.items():
        copy[6 + position % (len(copy) - 6)] = value
    return bytes(copy)


@settings(max_examples=300)
@given(
    answer=st.one_of(
        st.builds(
            damaged,
            st.just(accept_pdu(REQUEST, CONTEXTS, Accept())),
            st.dictionaries(st.integers(0, 300), st.integers(0, 255), max_size=4),
        ),
        ITEMS.map(lambda items: pdu(2, bytes(68) + items)),
        st.builds(
            lambda items, user: pdu(2, accept_pdu(REQUEST, CONTEXTS, Accept())[6:] + items + item(0x50, user)),
            ITEMS,
            ITEMS,
        ),
    ),
    tail=st.binary(max_size=20),
)
def test_any_answer_makes_an_association_that_echoes_or_a_typed_error(answer: bytes, tail: bytes) -> None:
    ours, theirs = socket.socketpair()
    proposed = [
        ProposedContext(context_id=number, abstract_syntax=uid, transfer_syntaxes=tuple(syntaxes))
        for number, (uid, syntaxes) in CONTEXTS.items()
    ]
    values: list[tuple[int, bytes | int]] = [(0x100, 0x8030), (0x120, 1), (0x800, 0x0101), (0x900, 0)]
    with theirs:
        theirs.sendall(answer + p_data(1, 3, command_set(values)) + tail)
        try:
            association = open_association(
                peer=Peer(host="127.0.0.1", port=104), settings=AssociationSettings(), contexts=proposed, sock=ours
            )
        except PeerProtocolError:
            return
        if association.negotiation.contexts[0].is_accepted:
            assert association.echo() == 0
        assert {context.result for context in association.negotiation.contexts if context.is_accepted} <= {0}
        association.abort()


@pytest.mark.parametrize(
    "cut",
    [item(0x21, b"\1\0\0\0\x40\0\0\5"), b"\x21\0", item(0x50, b"\x52\0\0\x30abc")],
    ids=["context", "end", "user"],
)
def test_answer_that_cannot_be_read_is_told_with_the_address_of_the_peer(cut: bytes) -> None:
    answer = pdu(2, accept_pdu(REQUEST, CONTEXTS, Accept())[6:] + cut)
    with (
        FakePeer(associate=[Send(answer)]) as peer,
        pytest.raises(PeerProtocolError, match=rf"127.0.0.1:{peer.port}\) gave an answer to the assoc") as raised,
    ):
        open_association(
            peer=Peer(host="127.0.0.1", port=peer.port),
            settings=AssociationSettings(),
            contexts=[ProposedContext(context_id=1, abstract_syntax="1.2.3", transfer_syntaxes=(IMPLICIT,))],
        )
    assert raised.value.condition == "DUL Illegal or ill-formed PDU"
