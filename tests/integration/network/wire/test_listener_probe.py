"""What listens is found out from a few short connections."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dicomdesk.network.wire.connection import ConnectionInterruptedError, Interruption
from dicomdesk.network.wire.greetings import ListenerKind
from dicomdesk.network.wire.listener_probe import IdentifiedListener, identify_listener
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.peers.fake_peer import FakePeer
from tests.helpers.tls.certificates import Authority

DEADLINE_S = 20.0


@pytest.fixture
def interruption() -> Iterator[Interruption]:
    made = Interruption()
    yield made
    made.close()


@contextmanager
def speaking(greeting: bytes, answer: bytes = b"") -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                connection.settimeout(DEADLINE_S)
                try:
                    connection.sendall(greeting)
                    if connection.recv(1 << 12) and answer:
                        connection.sendall(answer)
                except OSError:
                    pass
                connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(DEADLINE_S)


def identify(port: int, interruption: Interruption) -> IdentifiedListener:
    return identify_listener((socket.AF_INET, ("127.0.0.1", port)), interruption)


@pytest.mark.parametrize(
    ("greeting", "kind"),
    [
        (b"SSH-2.0-OpenSSH\r\n", ListenerKind.SSH),
        (b"220 vsFTPd\r\n", ListenerKind.FTP),
        (b"220 mail ESMTP\r\n", ListenerKind.MAIL),
        (b"* OK IMAP4\r\n", ListenerKind.MAIL),
        (b"\x1b[2J\xff\x00 hello", ListenerKind.GREETING),
        (b"\n", ListenerKind.GREETING),
    ],
)
def test_greetings_are_known(greeting: bytes, kind: ListenerKind, interruption: Interruption) -> None:
    with speaking(greeting) as port:
        found = identify(port, interruption)
    assert found.kind is kind
    assert found.words.isprintable()


def test_web_server_is_known(interruption: Interruption) -> None:
    with speaking(b"", b"HTTP/1.1 200 OK\r\n\r\n") as port:
        found = identify(port, interruption)
    assert (found.kind, found.words) == (ListenerKind.HTTP, "HTTP/1.1 200 OK")


def test_tls_is_known(tmp_path: Path, interruption: Interruption) -> None:
    server = Authority(tmp_path).issue("server")
    with FakePeer(tls=server.server_context()) as peer:
        assert identify(peer.port, interruption).kind is ListenerKind.TLS


def test_what_says_nothing_stays_unknown(interruption: Interruption) -> None:
    with speaking(b"", b"") as port:
        assert identify(port, interruption).kind is ListenerKind.UNKNOWN


def test_what_is_gone_is_told(interruption: Interruption) -> None:
    assert identify(free_port(), interruption).kind is ListenerKind.GONE


def test_interruption_ends_it(interruption: Interruption) -> None:
    interruption.set()
    with speaking(b"") as port, pytest.raises(ConnectionInterruptedError):
        identify(port, interruption)
