"""Transport of one accepted connection, plain or TLS: blocking calls with time limits, and no polling.

A plain socket on POSIX waits inside ``recv`` itself with a kernel time-out (SO_RCVTIMEO): one system call per receive
instead of two. Elsewhere, and for TLS, Python's own socket time-outs do the same.
"""

import contextlib
import os
import selectors
import socket
import struct
from collections.abc import Callable, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from dicomdesk.errors import AssociationAbortedError, PeerTimeoutError
from dicomdesk.network.negotiation import TlsSession
from dicomdesk.network.wire.connection import ConnectionInterruptedError, Interruption, make_waiter

if TYPE_CHECKING:
    import ssl

    from dicomdesk.network.wire.tls_stream import TlsStream

CONNECTION_LOST = "Peer aborted Association (or never connected)"
"""DCMTK's words for a connection that has gone."""

READ_TIMEOUT = "DUL network read timeout"
"""DCMTK's words for a peer that says nothing in time."""

LONGEST_FAREWELL_S = 5.0
"""How long we wait for the peer to close after the last PDU, so that it is not lost by a reset."""

Buffer = bytes | bytearray | memoryview

_PEEK = getattr(socket, "MSG_DONTWAIT", 0) and socket.MSG_DONTWAIT | socket.MSG_PEEK
_USUAL_SEND_S = 1.0
"""What takes longer waits for the peer."""
_MOST_BUFFERS = 1024
"""Buffers of one sendmsg (IOV_MAX)."""
_LARGEST_FAREWELL_BYTES = 64 * 1024 * 1024
_LARGEST_PARTING_BYTES = 64 * 1024
_CHECK_PERIOD_S = 60.0
"""Longest kernel time-out; waits without limit wake this seldom."""
_SHORTEST_PERIOD_S = 0.001
"""The kernel takes 0 for no limit."""
_KEEPALIVE = tuple(
    (getattr(socket, name), value)
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4))
    if hasattr(socket, name)
)
"""A peer that has vanished is noticed after two minutes, by the kernel, instead of after two hours."""
_TIMEVAL = struct.Struct("@ll")


class IncomingConnection:
    """A connected socket, used by the thread of its association.

    Only ``hurry`` and ``interrupt`` may be called by other threads.
    """

    def __init__(
        self,
        sock: socket.socket,
        *,
        send_timeout_s: float | None,
        least_bytes_per_s: int = 0,
        waits_in_kernel: bool = os.name == "posix",
    ) -> None:
        """Take over the socket; ``send_timeout_s`` limits a send that makes no progress.

        A send also fails that takes longer than that at ``least_bytes_per_s``, 0 for any rate.
        """
        with contextlib.suppress(OSError):  # not TCP, or the peer has gone already
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for option, value in _KEEPALIVE:
                sock.setsockopt(socket.IPPROTO_TCP, option, value)
        self._socket = sock
        self._stream: TlsStream | None = None
        """What is read and written in place of the socket, where there is TLS."""
        self._send_timeout_s = send_timeout_s
        self._least_bytes_per_s = least_bytes_per_s
        self._period_s = _CHECK_PERIOD_S
        self._is_hurried = False
        self._waiter: _Waiter | None = None
        """Where receiving does not wait in the kernel."""
        self.bytes_received = 0
        """Gauge, for any thread."""
        self._sending_since: float | None = None
        self.tls: TlsSession | None = None
        """None for a plain connection."""
        if waits_in_kernel:
            sock.settimeout(None)
            self._set_kernel_timeout(socket.SO_SNDTIMEO, send_timeout_s or 0.0)
            self._set_period(_CHECK_PERIOD_S)
        else:
            self._waiter = _Waiter(sock)

    @staticmethod
    def prepare_tls() -> None:
        """Load what TLS needs, which takes descriptors: none may be left when the first peer comes."""
        from dicomdesk.network.wire import tls_errors, tls_stream  # noqa: F401, PLC0415 - only where TLS is asked for

    def start_tls(self, context: "ssl.SSLContext", limit_s: float | None) -> None:
        """Do the server's part of a TLS handshake within the limit; a connection where that fails is closed.

        Raises PeerTimeoutError, and AssociationAbortedError when it fails or is interrupted.
        """
        from dicomdesk.network.wire import tls_errors, tls_stream  # noqa: PLC0415 - only where TLS is asked for

        if self._waiter is None:
            self._set_kernel_timeout(socket.SO_SNDTIMEO, 0.0)
        else:
            self._waiter.close()
        end = None if limit_s is None else monotonic() + limit_s
        self._waiter = _Waiter(self._socket)
        stream = tls_stream.TlsStream(self._socket, context, is_acceptor=True)
        try:
            self._waiter.repeat(stream.do_handshake, end)
        except OSError as error:
            self._part(tls_errors.plain_alert(stream.greeting))
            raise tls_errors.acceptor_error(error, stream.greeting) from error
        except ConnectionInterruptedError as error:
            self._socket.close()
            raise AssociationAbortedError("the receiver is being stopped") from error
        except PeerTimeoutError:
            self._socket.close()
            raise
        self._stream = stream
        self.tls = stream.agreed

    def _part(self, alert: bytes) -> None:
        """Close after a failed handshake so that the alert arrives, OpenSSL's or this: unread input would reset it."""
        waste = bytearray(_LARGEST_PARTING_BYTES)
        with contextlib.suppress(OSError):
            self._socket.send(alert)
            self._socket.shutdown(socket.SHUT_WR)
            self._socket.recv_into(waste)
        self._socket.close()

    def receive_into(self, view: memoryview, limit_s: float | None) -> int:
        """Receive at least one byte, wait for it at most ``limit_s`` (None: without limit).

        0 is the end of the stream, or an interruption. Raises PeerTimeoutError, and AssociationAbortedError when the
        connection is lost.
        """
        if limit_s is not None and limit_s < self._period_s:
            self._set_period(limit_s)
        try:
            count = self._socket.recv_into(view) if self._waiter is None else self._receive_by_waiter(view, limit_s)
        except BlockingIOError:
            count = self._receive_later(view, limit_s)
        except OSError as error:
            raise _lost(error) from error
        self.bytes_received += count
        return count

    def _receive_by_waiter(self, view: memoryview, limit_s: float | None) -> int:
        end = None if limit_s is None else monotonic() + limit_s
        received = 0
        stream = self._stream or self._socket

        def receive() -> None:
            nonlocal received
            received = stream.recv_into(view)

        while self._waiter is not None:
            try:
                self._waiter.repeat(receive, monotonic() + _CHECK_PERIOD_S if end is None else end)
            except ConnectionInterruptedError:
                return 0
            except PeerTimeoutError:
                self._left(end)
            else:
                break
        return received

    def _receive_later(self, view: memoryview, limit_s: float | None) -> int:
        """Nothing came for one period: go on waiting up to the limit."""
        end = None if limit_s is None else monotonic() + limit_s - self._period_s
        try:
            while True:
                self._set_period(min(self._left(end), _CHECK_PERIOD_S))
                with contextlib.suppress(BlockingIOError):
                    return self._socket.recv_into(view)
        except OSError as error:
            raise _lost(error) from error

    def _left(self, end: float | None) -> float:
        """Time to go on waiting after a wait in vain; raises PeerTimeoutError when that is over."""
        left = end - monotonic() if end is not None else 0.0 if self._is_hurried else _CHECK_PERIOD_S
        if left <= 0:
            raise _timed_out()
        return left

    @property
    def is_blocked(self) -> bool:
        """Gauge, for any thread: whether a send waits for the peer."""
        since = self._sending_since
        return since is not None and monotonic() - since > _USUAL_SEND_S

    def send(self, data: Buffer) -> None:
        """Send all of it; raises PeerTimeoutError or AssociationAbortedError."""
        self._sending_since = monotonic()
        try:
            if self._stream is not None:
                self._send_secured(self._stream, (data,))
            else:
                self._send_plain(data)
        except (BlockingIOError, TimeoutError) as error:
            raise _takes_nothing() from error
        except OSError as error:
            raise _lost(error) from error
        finally:
            self._sending_since = None

    def _send_plain(self, data: Buffer) -> None:
        if self._waiter is not None:
            self._socket.settimeout(self._send_timeout_s)
        sent = self._socket.send(data)
        if sent < len(data):
            self._send_rest(memoryview(data)[sent:])
        if self._waiter is not None:
            self._socket.settimeout(0.0)

    def _send_rest(self, rest: memoryview) -> None:
        """Send what the peer did not take at once."""
        end = self._send_end(len(rest))
        while rest:
            if monotonic() > end:
                raise _takes_nothing()
            rest = rest[self._socket.send(rest) :]

    def _send_end(self, size: int) -> float:
        """Until when so many bytes must have been taken, however small the steps are in which they are."""
        if self._send_timeout_s is None or not self._least_bytes_per_s:
            return float("inf")
        return monotonic() + self._send_timeout_s + size / self._least_bytes_per_s

    def fileno(self) -> int:
        """Descriptor that tells of input."""
        return self._socket.fileno()

    def has_input(self) -> bool:
        """Whether something has arrived that was not received yet, or the peer has closed; does not wait."""
        if self._waiter is None and _PEEK:
            try:
                self._socket.recv(1, _PEEK)
            except BlockingIOError:
                return False
            except OSError:
                return True  # receiving says what is wrong
            return True
        if self._stream is not None and self._stream.holds_input:
            return True
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            return bool(selector.select(0))

    def send_buffers(
        self,
        buffers: Sequence[Buffer],
        size: int,
        *,
        heeds_input: bool = False,  # noqa: ARG002 - what arrives is read by the association when it is through
    ) -> None:
        """Send all of the buffers, ``size`` bytes together; what arrives meanwhile waits. Raises as ``send``."""
        self._sending_since = monotonic()
        try:
            if self._stream is not None:
                self._send_secured(self._stream, buffers)
                return
            gathers = self._waiter is None and hasattr(self._socket, "sendmsg") and len(buffers) <= _MOST_BUFFERS
            sent = self._socket.sendmsg(buffers) if gathers else 0
        except BlockingIOError as error:
            raise _takes_nothing() from error
        except OSError as error:
            raise _lost(error) from error
        finally:
            self._sending_since = None
        if sent == size:
            return
        for buffer in buffers:
            if sent >= len(buffer):
                sent -= len(buffer)
            else:
                self.send(memoryview(buffer)[sent:])
                sent = 0

    def _send_secured(self, stream: "TlsStream", buffers: Sequence[Buffer]) -> None:
        rest = [memoryview(buffer) for buffer in buffers]
        end: float | None = None
        try:
            while rest:
                try:
                    sent = stream.sendmsg(rest)
                except BlockingIOError:
                    end = end or self._send_end(sum(map(len, rest)))
                    if monotonic() > end:
                        raise _takes_nothing() from None
                    sent = stream.finish_send(self._send_timeout_s)
                while rest and sent >= len(rest[0]):
                    sent -= len(rest.pop(0))
                if rest:
                    rest[0] = rest[0][sent:]
        except TimeoutError as error:
            raise _takes_nothing() from error
        except OSError as error:
            raise _lost(error) from error

    def prepare_for_large_data(self) -> None:
        """Nothing is to be done."""

    def hurry(self) -> None:
        """Limit waits without a limit to a minute or two from now on. Any thread."""
        self._is_hurried = True

    def interrupt(self, *, at_once: bool = False) -> None:
        """End a wait for input, now or the next one; ``at_once`` ends a blocked send too. Any thread."""
        waiter = self._waiter
        if waiter is not None:
            waiter.interrupt()
        if waiter is None or at_once:
            with contextlib.suppress(OSError):  # closed already
                self._socket.shutdown(socket.SHUT_RDWR if at_once else socket.SHUT_RD)

    def close(self, *, farewell_s: float = 0.0) -> None:
        """Close; with ``farewell_s`` first say that nothing more comes and let the peer close.

        Closing with unread input would reset the connection, and the peer might never see the last PDU.
        """
        if farewell_s > 0:
            with contextlib.suppress(OSError, AssociationAbortedError, PeerTimeoutError):
                self._say_farewell(monotonic() + farewell_s)
        with contextlib.suppress(OSError):
            self._socket.close()
        if self._waiter is not None:
            self._waiter.close()

    def _say_farewell(self, end: float) -> None:
        if self._stream is not None:
            self._stream.announce_end()
        self._socket.shutdown(socket.SHUT_WR)
        waste = memoryview(bytearray(65536))
        taken = 0
        while (left := end - monotonic()) > 0 and taken < _LARGEST_FAREWELL_BYTES:
            count = self.receive_into(waste, left)
            if count == 0:
                return
            taken += count

    def _set_period(self, period_s: float) -> None:
        self._period_s = max(period_s, _SHORTEST_PERIOD_S)
        if self._waiter is None:
            self._set_kernel_timeout(socket.SO_RCVTIMEO, self._period_s)

    def _set_kernel_timeout(self, option: int, timeout_s: float) -> None:
        seconds = int(timeout_s)
        value = _TIMEVAL.pack(seconds, int((timeout_s - seconds) * 1_000_000))
        with contextlib.suppress(OSError):  # closed by the peer at this moment: the next call says so
            self._socket.setsockopt(socket.SOL_SOCKET, option, value)


class _Waiter:
    """Waits for a socket that does not block, in either direction, with a wake-up for other threads."""

    def __init__(self, sock: socket.socket) -> None:
        sock.settimeout(0.0)
        self._interruption = Interruption()
        self._poller = make_waiter(sock, self._interruption)

    def interrupt(self) -> None:
        """End the present wait and all later ones."""
        self._interruption.set()

    def repeat(self, operation: Callable[[], None], end: float | None) -> None:
        """Call until it need not wait.

        Raises ConnectionInterruptedError, PeerTimeoutError and what the operation raises.
        """
        while True:
            try:
                operation()
                return
            except BlockingIOError:
                is_reading = True
            except OSError as error:
                # By name, so that plain connections need no ssl module.
                waits_for_input = _TLS_WAITS.get(type(error).__name__)
                if waits_for_input is None:
                    raise
                is_reading = waits_for_input
            has_come = any(self._poller.wait(end, reading=is_reading, writing=not is_reading))
            if not has_come or (end is not None and monotonic() > end):
                raise _timed_out()

    def close(self) -> None:
        """Give the descriptors back."""
        self._interruption.close()


_TLS_WAITS = {"SSLWantReadError": True, "SSLWantWriteError": False}
"""Whether it is input that is waited for."""


def _timed_out() -> PeerTimeoutError:
    return PeerTimeoutError("The peer sent nothing for too long", condition=READ_TIMEOUT)


def _takes_nothing() -> PeerTimeoutError:
    return PeerTimeoutError("The peer takes no data", condition=READ_TIMEOUT)


def _lost(error: OSError) -> AssociationAbortedError:
    return AssociationAbortedError(
        f"The connection to the peer was lost: {error.strerror or error}", condition=CONNECTION_LOST
    )
