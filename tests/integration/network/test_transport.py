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
from dicomdesk.network.connection import Connection
from dicomdesk.network.transport import PumpedAssociation, make_entity
from tests.helpers.peers import Accept, accept_pdu, p_data, pdu

CONTEXTS = {1: ("1.2.840.10008.5.1.4.1.1.2", ["1.2.840.10008.1.2"]), 3: ("1.2.3", ["1.2.840.10008.1.2.1"])}
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
    assert association.dimse.message is None
    assert association._accepted_cx == {}
    assert association._rejected_cx == []
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
        (pdu(4, b"\0\0\0\4\1\3\0\0"), A_P_ABORT, "cannot be decoded"),
        (b"\x08\0\0\0\0\0", A_P_ABORT, "is not DICOM"),
        (b"\x02\0\0\x20\0\0", A_P_ABORT, "more than it may send"),
    ],
    ids=["abort", "provider abort", "release", "unexpected", "cut", "no command set", "unknown", "long"],
)
def test_what_ends_an_association_reaches_the_user_with_a_reason(
    pair: tuple[PumpedAssociation, socket.socket], sent: bytes, primitive: type, reason: str
) -> None:
    association, theirs = pair
    _establish(association)
    theirs.sendall(sent)
    assert association.dimse.get_msg(block=True) == (None, None)
    assert isinstance(association.dul.peek_next_pdu(), primitive)
    assert reason in str(association.end_error())
    assert association.dul.state == "Sta1"


def test_lost_connection_reaches_the_user_with_a_reason(pair: tuple[PumpedAssociation, socket.socket]) -> None:
    association, theirs = pair
    _establish(association)
    theirs.sendall(b"\x04\0\0")
    theirs.close()
    assert association.dimse.get_msg(block=True) == (None, None)
    assert str(association.end_error()) == "The peer closed the connection in the middle of a PDU"


def test_peer_that_sends_on_and_on_does_not_outlast_the_deadline(pair: tuple[PumpedAssociation, socket.socket]) -> None:
    association, theirs = pair
    _establish(association)
    association.dimse_timeout = 0.1

    def send_on() -> None:
        with contextlib.suppress(OSError):
            for _ in range(1000):
                theirs.sendall(p_data(1, 1, b"") * 1000)

    sending = threading.Thread(target=send_on)
    sending.start()
    assert association.dimse.get_msg(block=True) == (None, None)
    assert sending.is_alive()
    association.connection.close()
    sending.join(10)


def test_sending_after_the_end_does_nothing(pair: tuple[PumpedAssociation, socket.socket]) -> None:
    association, _ = pair
    association.acse.send_release()
    assert association.dul.to_provider_queue.empty()


@settings(max_examples=200)
@given(st.data())
def test_damaged_accept_is_an_answer_or_a_typed_error(data: st.DataObject) -> None:
    answer = bytearray(accept_pdu(REQUEST, CONTEXTS, Accept()))
    for _ in range(data.draw(st.integers(1, 4))):
        answer[data.draw(st.integers(6, len(answer) - 1))] = data.draw(st.integers(0, 255))
    ours, theirs = socket.socketpair()
    with theirs:
        association = PumpedAssociation(make_entity("A", acse_timeout_s=5, dimse_timeout_s=5), Connection(ours))
        association.dul.state_machine.current_state = "Sta5"
        association.dul.feed(bytes(answer))
        outcome = association.dul.receive_pdu(wait=False)
        assert outcome is not None
        error = association.end_error()
        assert error is None or isinstance(error, PeerProtocolError)
        association.connection.close()
