"""Finds out what listens on a port that is not what was expected: a web server, a login shell, TLS, DICOM.

A few short connections one after the other, each with a deadline: does it greet, does it answer a TLS handshake, does
it answer HTTP. Nothing is sent that could change anything on the other side.
"""

import contextlib
import socket
from collections.abc import Iterator
from time import monotonic

from dicomdesk.network.wire.connection import Interruption, make_waiter
from dicomdesk.network.wire.dialer import Address, connect
from dicomdesk.network.wire.greetings import ListenerKind, first_line, recognize_service
from dicomdesk.network.wire.tls_records import is_tls_record
from dicomdesk.records import dataclass

_GREETING_S = 0.5
_ANSWER_S = 1.0
_MOST_BYTES = 512
_HTTP_REQUEST = b"GET / HTTP/1.0\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifiedListener:
    """Listener that was found, and what it said of itself."""

    kind: ListenerKind
    words: str = ""
    """Printable beginning of its first line, "" where there is none."""


_UNKNOWN = IdentifiedListener(kind=ListenerKind.UNKNOWN)


def identify_listener(address: Address, interruption: Interruption) -> IdentifiedListener:
    """Identify what listens at the address; takes some seconds at most. Raises ConnectionInterruptedError."""
    with _connected(address, interruption) as sock:
        if sock is None:
            return IdentifiedListener(kind=ListenerKind.GONE)
        greeting = _receive(sock, _GREETING_S, interruption)
    if greeting:
        return _identified(greeting, ListenerKind.GREETING)
    if _answers_tls(address, interruption):
        return IdentifiedListener(kind=ListenerKind.TLS)
    with _connected(address, interruption) as sock:
        answer = b""
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.send(_HTTP_REQUEST)
            answer = _receive(sock, _ANSWER_S, interruption)
    return _identified(answer, ListenerKind.UNKNOWN)


def _identified(data: bytes, otherwise: ListenerKind) -> IdentifiedListener:
    kind = recognize_service(data)
    if kind is ListenerKind.UNKNOWN:
        kind = otherwise
    return _UNKNOWN if kind is ListenerKind.UNKNOWN else IdentifiedListener(kind=kind, words=first_line(data))


@contextlib.contextmanager
def _connected(address: Address, interruption: Interruption) -> Iterator[socket.socket | None]:
    family, name = address
    sock, _ = connect(family, name, monotonic() + _ANSWER_S, interruption)
    try:
        yield sock
    finally:
        if sock is not None:
            sock.close()


def _receive(sock: socket.socket, seconds: float, interruption: Interruption) -> bytes:
    """The first bytes that come, b"" when none do."""
    waiter = make_waiter(sock, interruption)
    is_readable, _ = waiter.wait(monotonic() + seconds, reading=True, writing=False)
    if not is_readable:
        return b""
    try:
        return sock.recv(_MOST_BYTES)
    except OSError:
        return b""


def _answers_tls(address: Address, interruption: Interruption) -> bool:
    """Whether a ClientHello gets a TLS record back, be it an alert."""
    import ssl  # noqa: PLC0415 - only where something is wrong: start-up time

    with _connected(address, interruption) as sock:
        if sock is None:
            return False
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        received, to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
        hello = context.wrap_bio(received, to_send)
        with contextlib.suppress(ssl.SSLWantReadError):
            hello.do_handshake()
        with contextlib.suppress(OSError):
            sock.send(to_send.read())
        answer = _receive(sock, _ANSWER_S, interruption)
    return is_tls_record(answer)
