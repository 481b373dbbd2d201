"""The transport of one accepted connection, plain or TLS: blocking calls with time limits, and no polling.

A plain socket on POSIX waits inside ``recv`` itself with a kernel time-out (SO_RCVTIMEO): one system call per receive
instead of two. Elsewhere, and for TLS, Python's own socket time-outs do the same.
"""

import contextlib
import os
import selectors
import socket
import struct
from time import monotonic
from typing import TYPE_CHECKING

from dicomdesk.errors import AssociationAbortedError, PeerTimeoutError

if TYPE_CHECKING:
    import ssl

CONNECTION_LOST = "Peer aborted Association (or never connected)"
"""DCMTK's words for a connection that has gone."""

READ_TIMEOUT = "DUL network read timeout"
"""DCMTK's words for a peer that says nothing in time."""

LONGEST_FAREWELL_S = 5.0
"""How long we wait for the peer to close after the last PDU, so that it is not lost by a reset."""

_LARGEST_FAREWELL_BYTES = 64 * 1024 * 1024
_CHECK_PERIOD_S = 60.0
"""Longest kernel time-out; waits without limit wake this seldom."""
_SHORTEST_PERIOD_S = 0.001
"""The kernel takes 0 for no limit."""
_TIMEVAL = struct.Struct("@ll")


class IncomingConnection:
    """A connected socket, used by the thread of its association.

    Only ``interrupt`` may be called by other threads.
    """

    def __init__(self, sock: socket.socket, *, send_timeout_s: float | None) -> None:
        """Take over the socket; ``send_timeout_s`` limits a send that makes no progress."""
        with contextlib.suppress(OSError):  # not TCP, or the peer has gone already
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._socket = sock
        self._send_timeout_s = send_timeout_s
        self._waits_in_kernel = os.name == "posix"
        self._period_s = _CHECK_PERIOD_S
        self.bytes_received = 0
        """Gauge, for any thread."""
        self.tls = ""
        """TLS version and cipher; "" for a plain connection."""
        if self._waits_in_kernel:
            sock.settimeout(None)
            self._set_kernel_timeout(socket.SO_SNDTIMEO, send_timeout_s or 0.0)
            self._set_period(_CHECK_PERIOD_S)

    def start_tls(self, context: "ssl.SSLContext", limit_s: float | None) -> None:
        """Do the server's part of a TLS handshake within the limit.

        Raises PeerTimeoutError, and AssociationAbortedError when it fails.
        """
        import ssl  # noqa: PLC0415 - costs 15 ms, and only TLS needs it

        self._waits_in_kernel = False
        end = None if limit_s is None else monotonic() + limit_s
        try:
            secured = context.wrap_socket(self._socket, server_side=True, do_handshake_on_connect=False)
            self._socket = secured
            secured.settimeout(0.0)
            while True:
                try:
                    secured.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    _wait_for(secured, selectors.EVENT_READ, end)
                except ssl.SSLWantWriteError:
                    _wait_for(secured, selectors.EVENT_WRITE, end)
        except OSError as error:
            raise AssociationAbortedError(
                f"The TLS handshake failed: {error.strerror or error}",
                condition=f"TLS error: {error.strerror or error}",
            ) from error
        cipher = secured.cipher()
        self.tls = f"{secured.version()} {cipher[0] if cipher else ''}"

    def receive_into(self, view: memoryview, limit_s: float | None) -> int:
        """Receive at least one byte, wait for it at most ``limit_s`` (None: without limit); 0 at the end of the stream.

        Raises PeerTimeoutError, and AssociationAbortedError when the connection is lost.
        """
        if limit_s is not None and limit_s < self._period_s:
            self._set_period(limit_s)
        try:
            count = self._socket.recv_into(view) if self._waits_in_kernel else self._receive_limited(view, limit_s)
        except BlockingIOError:
            count = self._receive_later(view, limit_s)
        except TimeoutError as error:
            raise _timed_out() from error
        except OSError as error:
            raise _lost(error) from error
        self.bytes_received += count
        return count

    def _receive_limited(self, view: memoryview, limit_s: float | None) -> int:
        self._socket.settimeout(limit_s)
        return self._socket.recv_into(view)

    def _receive_later(self, view: memoryview, limit_s: float | None) -> int:
        """Nothing came for one period: go on waiting up to the limit."""
        end = None if limit_s is None else monotonic() + limit_s - self._period_s
        try:
            while True:
                left = _CHECK_PERIOD_S if end is None else end - monotonic()
                if left <= 0:
                    raise _timed_out()
                self._set_period(min(left, _CHECK_PERIOD_S))
                with contextlib.suppress(BlockingIOError):
                    return self._socket.recv_into(view)
        except OSError as error:
            raise _lost(error) from error

    def send(self, data: bytes) -> None:
        """Send all of it; raises PeerTimeoutError or AssociationAbortedError."""
        try:
            if not self._waits_in_kernel:
                self._socket.settimeout(self._send_timeout_s)
            self._socket.sendall(data)
        except (BlockingIOError, TimeoutError) as error:
            raise PeerTimeoutError("The peer takes no data", condition=READ_TIMEOUT) from error
        except OSError as error:
            raise _lost(error) from error

    def interrupt(self, *, at_once: bool = False) -> None:
        """End a wait for input: it sees the end of the stream. ``at_once`` ends a blocked send too. Any thread."""
        with contextlib.suppress(OSError):  # closed already
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR if at_once else socket.SHUT_RD)

    def close(self, *, farewell_s: float = 0.0) -> None:
        """Close; with ``farewell_s`` first say that nothing more comes and let the peer close.

        Closing with unread input would reset the connection, and the peer might never see the last PDU.
        """
        if farewell_s > 0:
            with contextlib.suppress(OSError, AssociationAbortedError, PeerTimeoutError):
                self._say_farewell(monotonic() + farewell_s)
        with contextlib.suppress(OSError):
            self._socket.close()

    def _say_farewell(self, end: float) -> None:
        socket.socket.shutdown(self._socket, socket.SHUT_WR)
        waste = memoryview(bytearray(65536))
        taken = 0
        while (left := end - monotonic()) > 0 and taken < _LARGEST_FAREWELL_BYTES:
            count = self.receive_into(waste, left)
            if count == 0:
                return
            taken += count

    def _set_period(self, period_s: float) -> None:
        self._period_s = max(period_s, _SHORTEST_PERIOD_S)
        if self._waits_in_kernel:
            self._set_kernel_timeout(socket.SO_RCVTIMEO, self._period_s)

    def _set_kernel_timeout(self, option: int, timeout_s: float) -> None:
        seconds = int(timeout_s)
        value = _TIMEVAL.pack(seconds, int((timeout_s - seconds) * 1_000_000))
        with contextlib.suppress(OSError):  # closed by the peer at this moment: the next call says so
            self._socket.setsockopt(socket.SOL_SOCKET, option, value)


def _wait_for(sock: socket.socket, event: int, end: float | None) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(sock, event)
        if not selector.select(None if end is None else max(end - monotonic(), 0.0)):
            raise _timed_out()


def _timed_out() -> PeerTimeoutError:
    return PeerTimeoutError("The peer sent nothing for too long", condition=READ_TIMEOUT)


def _lost(error: OSError) -> AssociationAbortedError:
    return AssociationAbortedError(
        f"The connection to the peer was lost: {error.strerror or error}", condition=CONNECTION_LOST
    )
