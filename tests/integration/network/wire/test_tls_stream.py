"""TLS without a system call for each record, against Python's own TLS socket and between two streams."""

import os
import random
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import pytest

from dicomdesk.network.tls.tls_contexts import complete_handshake
from dicomdesk.network.wire.connection import Interruption, make_waiter
from dicomdesk.network.wire.tls_stream import TlsStream
from tests.helpers.peers.receivers import DEADLINE_S
from tests.helpers.tls.certificates import Certificate, make_certificate
from tests.helpers.tls.secured import secure_ends

RECORD_BYTES = 1 << 14


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@dataclass
class Ends:
    """Our stream, the peer's blocking TLS socket, and how to wait for ours."""

    ours: TlsStream
    theirs: ssl.SSLSocket
    interruption: Interruption

    def wait(self, *, writing: bool = False) -> None:
        waiter = make_waiter(self.ours.socket, self.interruption)
        assert any(waiter.wait(monotonic() + DEADLINE_S, reading=not writing, writing=writing))

    def receive(self, size: int) -> bytes:
        """Receive once into so much room."""
        view = memoryview(bytearray(size))
        while True:
            try:
                return bytes(view[: self.ours.recv_into(view)])
            except BlockingIOError:
                self.wait()

    def send(self, buffers: list[bytes]) -> None:
        """Send it all."""
        rest = [memoryview(buffer) for buffer in buffers]
        while rest:
            try:
                sent = self.ours.sendmsg(rest)
            except BlockingIOError:
                self.wait(writing=True)
                continue
            while rest and sent >= len(rest[0]):
                sent -= len(rest.pop(0))
            if rest:
                rest[0] = rest[0][sent:]


@pytest.fixture
def ends(certificate: Certificate) -> Iterator[Ends]:
    ours, theirs = socket.socketpair()
    stream, secured = secure_ends(ours, theirs, certificate)
    secured.settimeout(DEADLINE_S)
    pair = Ends(stream, secured, Interruption())
    yield pair
    stream.close()
    secured.close()
    pair.interruption.close()


def _read(sock: ssl.SSLSocket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size and (part := sock.recv(1 << 16)):
        data += part
    return bytes(data)


def _fill(ends: Ends) -> int:
    """Send blocks of 64 KiB until there is no room; how many were sent, one more is on its way."""
    for count in range(1000):
        try:
            ends.ours.sendmsg([bytes(1 << 16)])
        except BlockingIOError:
            return count
    pytest.fail("there is always room")


@pytest.mark.parametrize("size", [1, RECORD_BYTES - 1, RECORD_BYTES, RECORD_BYTES + 1, 5 * RECORD_BYTES + 7])
def test_buffers_of_any_size_arrive_in_order(ends: Ends, size: int) -> None:
    data = random.Random(size).randbytes(size)
    split = size // 3
    ends.send([b"", data[:split], b"", data[split:], b"end"])
    assert _read(ends.theirs, size + 3) == data + b"end"


def test_many_small_buffers_become_few_records(ends: Ends) -> None:
    parts = [bytes([number % 256]) * 100 for number in range(100)]
    assert ends.ours.sendmsg(parts) == 10000
    assert ends.theirs.recv(1 << 16) == b"".join(parts)


def test_what_one_call_takes_is_bounded(ends: Ends) -> None:
    assert ends.ours.sendmsg([bytes(1 << 20)]) <= 1 << 17


def test_megabytes_pass_while_the_peer_reads_slowly_or_not_at_all(ends: Ends) -> None:
    block, blocks = os.urandom(1 << 16), _fill(ends)
    size = len(block) * (blocks + 20)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(_read(ends.theirs, size)))
    reader.start()
    assert ends.ours.finish_send(DEADLINE_S) == 1 << 16
    ends.send([block] * 19)
    reader.join(DEADLINE_S)
    assert received[0] == bytes((blocks + 1) << 16) + block * 19


def test_waiting_for_room_is_bounded(ends: Ends) -> None:
    _fill(ends)
    with pytest.raises(TimeoutError):
        ends.ours.finish_send(0.05)
    with pytest.raises(BlockingIOError):
        ends.ours.sendmsg([bytes(1 << 16)])


@pytest.mark.parametrize("room", [1, 100, RECORD_BYTES - 1, 1 << 17])
def test_records_are_received_into_little_or_much_room(ends: Ends, room: int) -> None:
    data = random.Random(room).randbytes(3 * RECORD_BYTES // 2 if room > 1 else 300)
    ends.theirs.sendall(data)
    received = bytearray()
    while len(received) < len(data):
        received += ends.receive(room)
    assert received == data
    with pytest.raises(BlockingIOError):
        ends.ours.recv_into(memoryview(bytearray(room)))
    assert not ends.ours.holds_input


def test_data_that_is_left_over_is_told(ends: Ends) -> None:
    ends.theirs.sendall(b"abcdef")
    assert ends.receive(4) == b"abcd"
    assert ends.ours.holds_input
    assert ends.receive(4) == b"ef"


def test_data_that_comes_with_the_end_of_the_handshake_is_not_waited_for(certificate: Certificate) -> None:
    near, far = socket.socketpair()
    near.settimeout(0)
    far.settimeout(0)
    context = ssl.create_default_context(cafile=certificate.certificate)
    requestor = TlsStream(near, context, server_name="localhost")
    acceptor = TlsStream(far, certificate.server_context(), is_acceptor=True)
    with pytest.raises(BlockingIOError):
        requestor.do_handshake()
    with pytest.raises(BlockingIOError):
        acceptor.do_handshake()
    requestor.do_handshake()
    assert requestor.send(b"early") == 5
    acceptor.do_handshake()
    view = memoryview(bytearray(10))
    assert acceptor.recv_into(view) == 5
    assert acceptor.greeting[:1] == requestor.greeting[:1] == b"\x16"
    requestor.close()
    acceptor.close()


def test_end_with_and_without_notice_is_the_end(ends: Ends) -> None:
    ends.theirs.sendall(b"last")
    ends.theirs.settimeout(0)
    with pytest.raises(ssl.SSLWantReadError):
        ends.theirs.unwrap()
    assert ends.receive(100) == b"last"
    assert ends.receive(100) == b""
    assert ends.receive(100) == b""


def test_cut_connection_is_the_end(ends: Ends) -> None:
    ends.theirs.sendall(b"last")
    ends.theirs.close()
    assert ends.receive(4) == b"last"
    assert ends.receive(100) == b""
    assert ends.receive(100) == b""


def test_peer_is_told_of_the_end(ends: Ends) -> None:
    ends.send([b"last"])
    ends.ours.announce_end()
    ends.ours.close()
    assert _read(ends.theirs, 4) == b"last"
    assert ends.theirs.recv(1) == b""
    with pytest.raises(ssl.SSLZeroReturnError):  # where nothing was told it is an SSLEOFError
        ends.theirs.unwrap()


def test_forged_record_is_an_error_that_stays_after_what_came_before(ends: Ends) -> None:
    ends.theirs.sendall(b"good")
    socket.socket.send(ends.theirs, b"\x17\x03\x03\x00\x20" + bytes(32))
    assert ends.receive(100) == b"good"
    for _ in range(2):
        with pytest.raises(ssl.SSLError, match=r"(?i)bad.record.mac"):
            ends.receive(100)
    with pytest.raises(ssl.SSLError, match=r"(?i)alert"):  # the peer is told
        ends.theirs.recv(1)


def test_handshake_with_a_peer_that_speaks_something_else_shows_its_greeting(certificate: Certificate) -> None:
    near, far = socket.socketpair()
    near.settimeout(0)
    stream = TlsStream(near, ssl.create_default_context(cafile=certificate.certificate), server_name="localhost")
    far.sendall(b"220 ready, whoever you are")
    interruption = Interruption()
    with pytest.raises(ssl.SSLError):
        complete_handshake(stream, monotonic() + DEADLINE_S, interruption)
    assert stream.greeting == b"220 ready, whoever you are"[:16]
    interruption.close()
    stream.close()
    far.close()


def test_handshake_alert_reaches_the_peer(certificate: Certificate, tmp_path: Path) -> None:
    near, far = socket.socketpair()
    stranger = ssl.create_default_context(cafile=make_certificate(tmp_path).certificate)
    failures: list[BaseException] = []

    def serve() -> None:
        try:
            certificate.server_context().wrap_socket(far, server_side=True).recv(1)
        except OSError as error:
            failures.append(error)

    server = threading.Thread(target=serve)
    server.start()
    near.settimeout(0)
    stream = TlsStream(near, stranger, server_name="localhost")
    interruption = Interruption()
    with pytest.raises(ssl.SSLCertVerificationError):
        complete_handshake(stream, monotonic() + DEADLINE_S, interruption)
    server.join(DEADLINE_S)
    assert "ALERT" in str(failures[0])
    interruption.close()
    stream.close()
    far.close()
