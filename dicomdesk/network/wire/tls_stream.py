"""TLS over a socket that does not block: many records for one system call.

Python's own TLS socket calls the system for every record, which has 16 KiB at most: once to write it, twice to read it.
Here OpenSSL works in memory, and the socket takes and gives some records at a time. That takes half the time.
"""

import contextlib
import socket
import ssl
from collections.abc import Iterator, Sequence
from typing import cast

from dicomdesk.network.negotiation import TlsSession
from dicomdesk.network.wire.tls_errors import LONGEST_GREETING_BYTES
from dicomdesk.network.wire.tls_session import describe_session

__all__ = ["TlsStream"]

_RECORD_BYTES = 1 << 14
"""Most data in a record (RFC 8446 5.1)."""

_AT_ONCE_BYTES = 4 * _RECORD_BYTES
"""Encrypted or read at once: what is under way stays in the processor's cache, and memory is bounded."""

_NOTHING_YET = -1

Buffer = bytes | bytearray | memoryview


def _pieces(buffers: Sequence[Buffer], limit: int) -> Iterator[Buffer]:
    """The first ``limit`` bytes in pieces of whole records, but for the last; only what does not fill one is copied."""
    begun: list[memoryview] = []
    missing = _RECORD_BYTES
    for buffer in buffers:
        view = memoryview(buffer)[:limit]
        limit -= len(view)
        if begun:
            begun.append(view[:missing])
            view, missing = view[missing:], missing - len(begun[-1])
            if missing:
                continue
            yield b"".join(begun)
            begun, missing = [], _RECORD_BYTES
        whole = len(view) & -_RECORD_BYTES
        if whole:
            yield view[:whole]
        if whole < len(view):
            begun = [view[whole:]]
            missing = _RECORD_BYTES - len(begun[0])
        if not limit:
            break
    if begun:
        yield b"".join(begun)


class TlsStream:
    """What a connection reads and writes in place of its socket; like that used by one thread.

    BlockingIOError means as with a socket that the call has to be repeated: after a wait for input where it reads, for
    room where it writes. Other failures are OSErrors, those of OpenSSL ssl.SSLErrors.
    """

    def __init__(
        self,
        sock: socket.socket,
        context: ssl.SSLContext,
        *,
        is_acceptor: bool = False,
        server_name: str | None = None,
    ) -> None:
        """Secure a connected socket that does not block; it stays its owner's until the handshake is complete.

        ``server_name`` is what a requestor asks for, and what the certificate is compared with where that is demanded.
        """
        self.socket = sock
        """For its options, addresses and waits; data must not pass it by."""
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self.session = context.wrap_bio(
            self._incoming, self._outgoing, server_side=is_acceptor, server_hostname=server_name
        )
        """OpenSSL's."""
        self.greeting = b""
        """The first bytes that the peer sent."""
        self.holds_input = False
        """Whether data can be received without the socket."""
        self._received = memoryview(bytearray(_AT_ONCE_BYTES))
        self._unsent = memoryview(b"")
        self._taken = 0
        """Bytes that were encrypted by a ``sendmsg`` that could not send them all."""
        self._failure: ssl.SSLError | None = None

    @property
    def agreed(self) -> TlsSession | None:
        """Outcome of the handshake, once it is complete."""
        return describe_session(self.session)

    def fileno(self) -> int:
        """The socket's."""
        return self.socket.fileno()

    def do_handshake(self) -> None:
        """Go on with the handshake; BlockingIOError is a wait for input, SSLWantWriteError one for room."""
        is_complete = False
        while not is_complete:
            try:
                self.session.do_handshake()
                is_complete = True
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError:
                self._send_alert()
                raise
            try:
                self._flush()
            except BlockingIOError as error:
                raise ssl.SSLWantWriteError from error
            if not is_complete:
                self._take_in()
        self.holds_input = True  # data may have come with the last of the handshake

    def recv_into(self, view: memoryview) -> int:
        """Receive as much as is there and fits; 0 is the end, also one without close_notify."""
        count = self._decrypt(view) if self.holds_input else _NOTHING_YET
        while count == _NOTHING_YET:
            self._take_in()
            count = self._decrypt(view)
        return count

    def send(self, data: Buffer) -> int:
        """Send as ``sendmsg`` does."""
        return self.sendmsg((data,))

    def sendmsg(self, buffers: Sequence[Buffer]) -> int:
        """Send some of the buffers; how many bytes of them.

        After BlockingIOError it has to be called with the same buffers again, a part of which is on its way.
        """
        if not self._taken:
            self._taken = self._encrypt(buffers)
        self._flush()
        taken, self._taken = self._taken, 0
        return taken

    def finish_send(self, timeout_s: float | None) -> int:
        """Wait until the part on its way is sent; how many bytes of the buffers it was. Raises TimeoutError."""
        self.socket.settimeout(timeout_s)
        try:
            self._flush()
        finally:
            self.socket.settimeout(0.0)
        taken, self._taken = self._taken, 0
        return taken

    def announce_end(self) -> None:
        """Send close_notify (RFC 8446 6.1) where that is possible at once; the peer knows then that nothing was cut."""
        with contextlib.suppress(OSError, ValueError):  # the peer's has not come yet
            self.session.unwrap()
        self._send_alert()

    def close(self) -> None:
        """Close the socket."""
        self.socket.close()

    def _take_in(self) -> None:
        """Receive records, or parts of them."""
        count = self.socket.recv_into(self._received)
        if len(self.greeting) < LONGEST_GREETING_BYTES:
            self.greeting = (self.greeting + bytes(self._received[:count]))[:LONGEST_GREETING_BYTES]
        if count:
            self._incoming.write(self._received[:count])
        else:
            self._incoming.write_eof()

    def _decrypt(self, view: memoryview) -> int:
        """Decrypt what has been taken in, as far as it is whole records."""
        if self._failure is not None:
            raise self._failure
        read = self.session.read
        count, size = 0, len(view)
        self.holds_input = True
        try:
            while count < size:
                got = cast("int", read(_RECORD_BYTES, view[count:]))
                if not got:
                    break
                count += got
        except ssl.SSLWantReadError:
            self.holds_input = False
            count = count or _NOTHING_YET
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            pass
        except ssl.SSLError as error:
            self._send_alert()
            self._failure = error
            if not count:
                raise
        if self._outgoing.pending:  # an answer of OpenSSL's own
            self._send_alert()
        return count

    def _encrypt(self, buffers: Sequence[Buffer]) -> int:
        write = self.session.write
        count = 0
        for piece in _pieces(buffers, _AT_ONCE_BYTES):
            view = memoryview(piece)
            while view:
                written = write(view)
                view = view[written:]
                count += written
        return count

    def _flush(self) -> None:
        """Send what has been encrypted."""
        while self._unsent or self._outgoing.pending:
            if not self._unsent:
                self._unsent = memoryview(self._outgoing.read())
            self._unsent = self._unsent[self.socket.send(self._unsent) :]

    def _send_alert(self) -> None:
        """Send what OpenSSL has to say, if that is possible at once."""
        with contextlib.suppress(OSError):
            self._flush()
