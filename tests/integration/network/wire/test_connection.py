"""PDUs over connected sockets: gathered, one buffer at a time, and through TLS, with the same behaviour."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import pytest

from dicomdesk.errors import AssociationAbortedError, PeerProtocolError, PeerTimeoutError
from dicomdesk.network.wire.connection import (
    Connection,
    ConnectionInterruptedError,
    InputPendingError,
    Interruption,
)
from dicomdesk.network.wire.tls_stream import TlsStream
from tests.helpers.peers.fake_peer import p_data, pdu
from tests.helpers.tls.certificates import Certificate, make_certificate
from tests.helpers.tls.secured import secure_ends

DEADLINE_S = 10.0


class _WithoutGathering(socket.socket):
    """As on systems that lack sendmsg."""

    @property
    def sendmsg(self) -> None:  # type: ignore[override]  # hides the method
        raise AttributeError


@dataclass
class Ends:
    """Our end, and the socket of the peer."""

    ours: socket.socket | TlsStream
    theirs: socket.socket

    def connection(self, **options: object) -> Connection:
        return Connection(self.ours, **options)  # type: ignore[arg-type]  # keyword options of the test


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


def _secured(ours: socket.socket, theirs: socket.socket, certificate: Certificate) -> Ends:
    stream, secured = secure_ends(ours, theirs, certificate)
    return Ends(stream, secured)


@pytest.fixture(params=["gathered", "single", "tls"])
def ends(request: pytest.FixtureRequest) -> Iterator[Ends]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        theirs = socket.create_connection(server.getsockname())
        ours, _ = server.accept()
    if request.param == "single":
        ours = _WithoutGathering(fileno=ours.detach())
    pair = Ends(ours, theirs)
    if request.param == "tls":
        pair = _secured(ours, theirs, request.getfixturevalue("certificate"))
    pair.theirs.settimeout(DEADLINE_S)
    yield pair
    pair.ours.close()
    pair.theirs.close()


@pytest.fixture
def run_thread() -> Iterator[Callable[[Callable[[], object]], threading.Thread]]:
    threads = []

    def run(target: Callable[[], object]) -> threading.Thread:
        thread = threading.Thread(target=target)
        threads.append(thread)
        thread.start()
        return thread

    yield run
    for thread in threads:
        thread.join(DEADLINE_S)
        assert not thread.is_alive()


def _read_all(sock: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        part = sock.recv(1 << 16)
        if not part:
            break
        data += part
    return bytes(data)


def _send_without_end(connection: Connection) -> None:
    block = bytes(1 << 20)
    while True:
        connection.send_buffers((block,), len(block), heeds_input=True)


PDUS = [pdu(1, b"request"), p_data(1, 3, b"x" * 100), pdu(6, bytes(4)), p_data(3, 0, b"y" * 70000), pdu(7, bytes(4))]


def test_connection_never_delays_small_pdus(ends: Ends) -> None:
    connection = ends.connection()
    assert connection.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    connection.close()


def test_large_data_within_the_machine_gets_a_small_send_buffer(ends: Ends) -> None:
    connection = ends.connection()
    connection.prepare_for_large_data()
    connection.prepare_for_large_data()
    now = connection.socket.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
    assert now <= 192 << 10
    connection.close()


def test_pdus_arrive_whole_when_sent_at_once(ends: Ends) -> None:
    connection = ends.connection()
    ends.theirs.sendall(b"".join(PDUS))
    for expected in PDUS:
        pdu_type, view = connection.read_pdu(monotonic() + DEADLINE_S)
        assert (pdu_type, bytes(view)) == (expected[0], expected)
    assert connection.bytes_received == sum(map(len, PDUS))
    assert connection.buffered_pdu() is None
    connection.close()


def test_pdus_arrive_whole_when_sent_byte_by_byte(
    ends: Ends, run_thread: Callable[[Callable[[], object]], threading.Thread]
) -> None:
    connection = ends.connection(buffer_bytes=16)
    data = b"".join(PDUS[:3])

    def dribble() -> None:
        for index in range(len(data)):
            ends.theirs.sendall(data[index : index + 1])

    run_thread(dribble)
    for expected in PDUS[:3]:
        assert bytes(connection.read_pdu(monotonic() + DEADLINE_S)[1]) == expected
    connection.close()


def test_buffers_arrive_in_order(ends: Ends, run_thread: Callable[[Callable[[], object]], threading.Thread]) -> None:
    connection = ends.connection()
    buffers = [bytes([index % 256]) * (index % 7 * 1000) for index in range(3000)]
    whole = b"".join(buffers)
    received: list[bytes] = []
    thread = run_thread(lambda: received.append(_read_all(ends.theirs, len(whole))))
    connection.send_buffers(buffers, len(whole))
    thread.join(DEADLINE_S)
    assert received == [whole]
    assert connection.bytes_sent == len(whole)
    assert connection.is_between_pdus
    connection.close()


@pytest.mark.parametrize("kept", range(1, 10))
def test_pdu_cut_at_any_byte_is_a_lost_connection(ends: Ends, kept: int) -> None:
    connection = ends.connection()
    ends.theirs.sendall(pdu(7, bytes(4))[:kept])
    ends.theirs.close()
    with pytest.raises(AssociationAbortedError, match="middle of a PDU"):
        connection.read_pdu(monotonic() + DEADLINE_S)
    connection.close()


def test_end_between_pdus_is_a_lost_connection(ends: Ends) -> None:
    connection = ends.connection()
    ends.theirs.close()
    with pytest.raises(AssociationAbortedError, match="without releasing") as raised:
        connection.read_pdu(monotonic() + DEADLINE_S)
    assert raised.value.condition == "Peer aborted Association (or never connected)"
    connection.close()


@pytest.mark.parametrize("first", [0x00, 0x08, 0x48, 0xFF])
def test_unknown_pdu_type_is_refused_at_its_first_byte(ends: Ends, first: int) -> None:
    connection = ends.connection()
    ends.theirs.sendall(bytes([first]))
    with pytest.raises(PeerProtocolError, match="not DICOM") as raised:
        connection.read_pdu(monotonic() + DEADLINE_S)
    assert raised.value.condition == f"Unrecognized PDU type: {first:x}"
    connection.close()


@pytest.mark.parametrize(
    "header", [b"\1\0\xff\xff\xff\xff", b"\2\0\0\x10\0\1", b"\7\0\x7f\0\0\0", b"\4\0\0\4\0\1", b"\4\0\xff\xff\xff\xff"]
)
def test_lengths_beyond_the_limits_are_refused_unallocated(ends: Ends, header: bytes) -> None:
    connection = ends.connection(max_data_pdu_bytes=1 << 18)
    ends.theirs.sendall(header)
    with pytest.raises(PeerProtocolError, match="more than it may send"):
        connection.read_pdu(monotonic() + DEADLINE_S)
    connection.close()


def test_longest_pdus_allowed_are_taken(ends: Ends, run_thread: Callable[[Callable[[], object]], object]) -> None:
    connection = ends.connection(max_data_pdu_bytes=1 << 18)
    largest = [pdu(1, bytes(1 << 20)), pdu(4, bytes(1 << 18))]
    run_thread(lambda: ends.theirs.sendall(b"".join(largest)))
    for expected in largest:
        assert bytes(connection.read_pdu(monotonic() + DEADLINE_S)[1]) == expected
    connection.close()


def test_silence_ends_at_the_deadline(ends: Ends) -> None:
    connection = ends.connection()
    with pytest.raises(PeerTimeoutError, match="did not answer") as raised:
        connection.read_pdu(monotonic() + 0.02)
    assert raised.value.condition == "DUL network read timeout"
    connection.close()


def test_pdu_that_stops_ends_at_the_stall_timeout(ends: Ends) -> None:
    connection = ends.connection(stall_timeout_s=0.02)
    ends.theirs.sendall(pdu(7, bytes(4))[:7])
    with pytest.raises(PeerTimeoutError, match="7 of 10 bytes"):
        connection.read_pdu()
    connection.close()


def test_send_that_stalls_ends_at_the_stall_timeout(ends: Ends) -> None:
    connection = ends.connection(stall_timeout_s=0.05)
    with pytest.raises(PeerTimeoutError, match="took no data"):
        _send_without_end(connection)
    assert not connection.is_between_pdus
    connection.close()


@pytest.mark.parametrize(
    ("sent", "error"), [(pdu(7, bytes(4)), InputPendingError), (b"HTTP", InputPendingError), (None, None)]
)
def test_blocked_send_notices_what_the_peer_says(ends: Ends, sent: bytes | None, error: type[Exception] | None) -> None:
    connection = ends.connection(stall_timeout_s=5)
    if sent is None:
        ends.theirs.close()
    else:
        ends.theirs.sendall(sent)
    with pytest.raises(error or AssociationAbortedError):
        _send_without_end(connection)
    connection.close()


def test_peer_that_sends_while_it_is_sent_to_does_not_deadlock(
    ends: Ends, run_thread: Callable[[Callable[[], object]], object]
) -> None:
    connection = ends.connection(stall_timeout_s=5, buffer_bytes=1 << 22, max_data_pdu_bytes=1 << 23)
    size = 1 << 22

    def talk_then_listen() -> None:
        ends.theirs.sendall(p_data(1, 0, bytes(size - 100)))
        _read_all(ends.theirs, 4 * size)

    run_thread(talk_then_listen)
    connection.send_buffers((bytes(4 * size),), 4 * size, heeds_input=True)
    assert connection.read_pdu(monotonic() + DEADLINE_S)[0] == 4
    connection.close()


@pytest.mark.parametrize("blocked_in", ["read", "send"])
def test_interruption_ends_a_wait_at_once(
    ends: Ends, run_thread: Callable[[Callable[[], object]], threading.Thread], blocked_in: str
) -> None:
    connection = ends.connection(stall_timeout_s=None)
    raised = threading.Event()

    def block() -> None:
        try:
            while True:
                if blocked_in == "read":
                    connection.read_pdu()
                else:
                    connection.send(bytes(1 << 20))
        except ConnectionInterruptedError:
            raised.set()

    run_thread(block)
    connection.interruption.set()
    assert raised.wait(DEADLINE_S)
    with pytest.raises(ConnectionInterruptedError):
        connection.send(b"x")
    with pytest.raises(ConnectionInterruptedError):
        connection.read_pdu()
    connection.send_parting(pdu(7, bytes(4)))
    connection.close()
    connection.interruption.set()


def test_interruption_of_the_caller_stays_open(ends: Ends) -> None:
    interruption = Interruption()
    connection = ends.connection(interruption=interruption)
    connection.close()
    connection.close()
    assert interruption.fileno() >= 0
    interruption.close()
    interruption.set()
    assert interruption.is_set


def test_tls_end_is_announced(certificate: Certificate, tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    pair = _secured(ours, theirs, certificate)
    connection = pair.connection()
    assert connection.is_tls
    connection.close()
    pair.theirs.settimeout(DEADLINE_S)
    assert pair.theirs.recv(1) == b""  # close_notify; without it ssl would raise
    pair.theirs.close()


def test_a_pdu_is_taken_with_the_known_one_before_it_or_not_at_all(ends: Ends) -> None:
    known, data = p_data(1, 3, b"command"), p_data(1, 2, b"data")
    connection = ends.connection()
    ends.theirs.sendall(known + known + data + known + data[:-1])
    assert bytes(connection.read_pdu(monotonic() + DEADLINE_S)[1]) == known
    taken = connection.take_pdu_after(known)
    while taken is None:
        connection.receive_available()
        taken = connection.take_pdu_after(known)
    assert bytes(taken) == data
    assert connection.take_pdu_after(known) is None
    assert connection.take_pdu_after(data) is None
    ends.theirs.sendall(data[-1:] + known + pdu(7, bytes(4)))
    for expected in (known, data, known):
        assert bytes(connection.read_pdu(monotonic() + DEADLINE_S)[1]) == expected
    connection.close()


def test_what_has_arrived_stays_when_more_room_is_made_for_large_input(ends: Ends) -> None:
    first, second, large = p_data(1, 3, b"first"), p_data(1, 2, b"second"), p_data(1, 2, bytes(range(256)) * 400)
    connection = ends.connection()
    ends.theirs.sendall(first + second[:5])
    assert bytes(connection.read_pdu(monotonic() + DEADLINE_S)[1]) == first
    connection.prepare_for_large_input()
    sender = threading.Thread(target=lambda: ends.theirs.sendall(second[5:] + large * 20))
    sender.start()
    for expected in (second, *[large] * 20):
        assert bytes(connection.read_pdu(monotonic() + DEADLINE_S)[1]) == expected
    sender.join(DEADLINE_S)
    connection.close()
