"""Transport connections on loopback."""

import socket
import threading

import pytest

from dicomdesk.errors import PeerUnreachableError
from dicomdesk.network.wire.connection import ConnectionInterruptedError, Interruption
from dicomdesk.network.wire.dialer import dial

LONG_S = 20.0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_listening_host_is_reached(host: str) -> None:
    interruption = Interruption()
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        dial(host, server.getsockname()[1], LONG_S, interruption) as sock,
    ):
        accepted, _ = server.accept()
        accepted.close()
        assert sock.gettimeout() == 0
    interruption.close()


def test_host_that_listens_on_ipv6_only_is_reached() -> None:
    try:
        server = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 here")
    interruption = Interruption()
    with server, dial("::1", server.getsockname()[1], LONG_S, interruption) as sock:
        assert sock.family == socket.AF_INET6
    interruption.close()


def test_name_that_does_not_resolve_is_unreachable() -> None:
    interruption = Interruption()
    for name in ("no-such-host.invalid", "", "a" * 300, "x..y"):
        if not name:
            continue
        with pytest.raises(PeerUnreachableError, match="not known") as raised:
            dial(name, 104, LONG_S, interruption)
        assert raised.value.condition == f"Attempt to connect to unknown host: {name}"
    interruption.close()


def _full_listener() -> tuple[socket.socket, list[socket.socket]]:
    """A listener whose queue is full, so that further connections are not answered."""
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(0)
    waiting = []
    for _ in range(3):
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(server.getsockname())
        waiting.append(sock)
    return server, waiting


def test_host_that_does_not_answer_is_unreachable_after_the_timeout() -> None:
    server, waiting = _full_listener()
    interruption = Interruption()
    with pytest.raises(PeerUnreachableError, match="no answer") as raised:
        dial("127.0.0.1", server.getsockname()[1], 0.05, interruption)
    assert raised.value.condition == "TCP Initialization Error: Connection timed out"
    for sock in (server, *waiting):
        sock.close()
    interruption.close()


def test_interruption_ends_the_attempt() -> None:
    server, waiting = _full_listener()
    interruption = Interruption()
    interrupting = threading.Timer(0.05, interruption.set)
    interrupting.start()
    with pytest.raises(ConnectionInterruptedError):
        dial("127.0.0.1", server.getsockname()[1], None, interruption)
    interrupting.join(LONG_S)
    for sock in (server, *waiting):
        sock.close()
    interruption.close()
