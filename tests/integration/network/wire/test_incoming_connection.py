"""Blocking calls with limits on real sockets, plain and TLS."""

import socket
import ssl
import threading
from collections.abc import Iterator
from time import monotonic

import pytest

from dicomdesk.errors import AssociationAbortedError, PeerTimeoutError
from dicomdesk.network.acceptor.listener import ListenerSettings
from dicomdesk.network.wire import incoming_connection
from dicomdesk.network.wire.incoming_connection import IncomingConnection
from dicomdesk.settings import Timeouts
from tests.helpers.peers.receivers import DEADLINE_S, Receiver, listening
from tests.helpers.peers.requestors import Proposal, Requestor
from tests.helpers.tls.certificates import Certificate, make_certificate

Pair = tuple[IncomingConnection, socket.socket]


@pytest.fixture(params=[True, False], ids=["waits in kernel", "waits outside"])
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    """A connection and the peer's socket."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        peer = socket.create_connection(server.getsockname(), timeout=DEADLINE_S)
        ours, _ = server.accept()
    connection = IncomingConnection(ours, send_timeout_s=0.2, waits_in_kernel=request.param)
    with peer:
        yield connection, peer
    connection.close()


def receive(connection: IncomingConnection, limit_s: float | None = DEADLINE_S) -> bytes:
    buffer = bytearray(100)
    return bytes(buffer[: connection.receive_into(memoryview(buffer), limit_s)])


def test_bytes_are_received_and_counted(pair: Pair) -> None:
    connection, peer = pair
    peer.sendall(b"abc")
    assert receive(connection) == b"abc"
    peer.sendall(b"d")
    assert receive(connection, None) == b"d"
    assert connection.bytes_received == 4


def test_end_of_stream_is_no_bytes(pair: Pair) -> None:
    connection, peer = pair
    peer.shutdown(socket.SHUT_WR)
    assert receive(connection) == b""


def test_reset_is_the_loss_of_the_connection(pair: Pair) -> None:
    connection, peer = pair
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    peer.close()
    with pytest.raises(AssociationAbortedError, match="reset"):
        receive(connection)


@pytest.mark.parametrize("limit_s", [0.0, 0.05, 0.2])
def test_silence_ends_at_the_limit(pair: Pair, limit_s: float) -> None:
    connection, _ = pair
    started = monotonic()
    with pytest.raises(PeerTimeoutError):
        receive(connection, limit_s)
    assert monotonic() - started >= limit_s


def test_a_short_limit_does_not_shorten_later_ones(pair: Pair) -> None:
    connection, peer = pair
    with pytest.raises(PeerTimeoutError):
        receive(connection, 0.01)
    threading.Timer(0.1, peer.sendall, [b"late"]).start()
    assert receive(connection, None) == b"late"


def test_a_wait_without_limit_ends_when_it_is_hurried(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    connection, peer = pair
    monkeypatch.setattr(incoming_connection, "_CHECK_PERIOD_S", 0.05)
    with pytest.raises(PeerTimeoutError):
        receive(connection, 0.01)
    threading.Timer(0.2, peer.sendall, [b"late"]).start()
    assert receive(connection, None) == b"late"
    threading.Timer(0.2, connection.hurry).start()
    with pytest.raises(PeerTimeoutError):
        receive(connection, None)


def test_send_that_stalls_is_bounded(pair: Pair) -> None:
    connection, _ = pair
    with pytest.raises(PeerTimeoutError, match="takes no data"):
        connection.send(bytes(64 * 1024 * 1024))


@pytest.mark.parametrize("in_kernel", [True, False])
@pytest.mark.parametrize("at_once", [True, False])
def test_send_to_a_peer_that_takes_it_in_drips_is_bounded(*, in_kernel: bool, at_once: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        peer = socket.create_connection(server.getsockname(), timeout=DEADLINE_S)
        ours, _ = server.accept()
    connection = IncomingConnection(ours, send_timeout_s=0.2, least_bytes_per_s=10**12, waits_in_kernel=in_kernel)
    is_over = threading.Event()

    def take_drips() -> None:
        while not is_over.wait(0.01):
            peer.recv(65536)

    taking = threading.Thread(target=take_drips)
    taking.start()
    data = bytes(1 << 30)
    try:
        with pytest.raises(PeerTimeoutError, match="takes no data"):
            connection.send_buffers((data,), len(data)) if at_once else connection.send(data)
    finally:
        is_over.set()
        taking.join(DEADLINE_S)
        connection.close()
        peer.close()


def test_send_to_a_peer_that_has_gone_is_the_loss_of_the_connection(pair: Pair) -> None:
    connection, peer = pair
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    peer.close()
    with pytest.raises(AssociationAbortedError):
        connection.send(b"x")


@pytest.mark.parametrize("at_once", [False, True])
def test_another_thread_ends_the_wait(pair: Pair, *, at_once: bool) -> None:
    connection, _ = pair
    threading.Timer(0.05, connection.interrupt, kwargs={"at_once": at_once}).start()
    assert receive(connection, None) == b""


def test_last_bytes_reach_the_peer_although_it_still_sends(pair: Pair) -> None:
    connection, peer = pair
    peer.sendall(bytes(1_000_000))
    connection.send(b"farewell")
    closing = threading.Thread(target=connection.close, kwargs={"farewell_s": DEADLINE_S})
    closing.start()
    assert peer.recv(100) == b"farewell"
    assert peer.recv(100) == b""
    peer.close()
    closing.join(DEADLINE_S)
    assert not closing.is_alive()


def test_farewell_to_a_peer_that_stays_is_bounded(pair: Pair) -> None:
    connection, peer = pair
    connection.close(farewell_s=0.1)
    assert peer.recv(100) == b""


# -- TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"))


def tls_settings(certificate: Certificate, timeouts: Timeouts | None = None) -> ListenerSettings:
    context = certificate.server_context()
    return ListenerSettings(port=0, address="127.0.0.1", ssl_context=context, timeouts=timeouts or Timeouts())


def tls_peer(port: int, certificate: Certificate) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(certificate.certificate))
    sock = socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S)
    return context.wrap_socket(sock, server_hostname="127.0.0.1")


def test_instances_arrive_over_tls(certificate: Certificate) -> None:
    receiver = Receiver()
    data = [bytes(range(256)) * 60] * 20
    with listening(receiver, settings=tls_settings(certificate)) as (port, _), tls_peer(port, certificate) as sock:
        peer = Requestor(sock)
        peer.associate()
        assert peer.store("1.2", data) == 0
        assert peer.echo() == 0
        peer.release()
        receiver.wait_for("released 1")
    assert receiver.instances[0].data == b"".join(data)
    assert str(receiver.negotiations[0].tls).startswith("TLSv1.")


def test_peer_is_told_that_nothing_was_cut_off(certificate: Certificate) -> None:
    receiver = Receiver()
    context = ssl.create_default_context(cafile=certificate.certificate)
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    with (
        listening(receiver, settings=tls_settings(certificate)) as (port, _),
        socket.create_connection(("localhost", port), timeout=DEADLINE_S) as plain,
        context.wrap_socket(plain, server_hostname="localhost", suppress_ragged_eofs=False) as sock,
    ):
        peer = Requestor(sock)
        peer.associate()
        sock.sendall(b"\5\0\0\0\0\4" + bytes(4))
        assert peer.read_pdu() == (6, bytes(4))
        assert sock.recv(1) == b""


def test_idle_association_over_tls_is_aborted_after_the_dimse_timeout(certificate: Certificate) -> None:
    receiver = Receiver()
    settings = tls_settings(certificate, Timeouts(dimse_s=0.2))
    with listening(receiver, settings=settings) as (port, _), tls_peer(port, certificate) as sock:
        peer = Requestor(sock)
        peer.associate()
        assert peer.read_pdu() == (7, bytes(4))
        receiver.wait_for("aborted 1 by us")


def test_stop_ends_an_idle_association_over_tls(certificate: Certificate) -> None:
    receiver = Receiver()
    with (
        listening(receiver, settings=tls_settings(certificate)) as (port, listener),
        tls_peer(port, certificate) as sock,
    ):
        peer = Requestor(sock)
        peer.associate()
        listener.stop()
        receiver.wait_for("aborted 1 by us: the receiver is being stopped")
        assert peer.read_pdu() == (7, bytes(4))


def test_peer_that_does_not_speak_tls_is_reported(certificate: Certificate) -> None:
    receiver = Receiver()
    with (
        listening(receiver, settings=tls_settings(certificate)) as (port, _),
        socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S) as sock,
    ):
        sock.sendall(Proposal().encode())
        assert receiver.wait_for("failed: ").startswith("failed: TLS error: wrong version number (the peer asks")


def test_silent_peer_does_not_hold_up_the_handshakes_of_others(certificate: Certificate) -> None:
    receiver = Receiver()
    settings = tls_settings(certificate, Timeouts(acse_s=0.5))
    with (
        listening(receiver, settings=settings) as (port, _),
        socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S) as silent,
        tls_peer(port, certificate) as sock,
    ):
        Requestor(sock).associate()
        receiver.wait_for("failed: DUL network read timeout")
        assert silent.recv(100) == b""
