"""Connected socket as an association needs it: whole PDUs in, scatter/gather out, deadlines, interruption.

Knows how PDUs are framed (PS3.8 9.3.1: type, reserved byte, length) and nothing of what is in them. A connection is
used by one thread at a time; only ``Interruption.set`` may be called by others. Nothing here polls: every wait is one
system call that ends with input, room for output, an interruption, or the deadline (a value of ``time.monotonic``).
"""

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Protocol, cast

from dicomdesk.errors import AssociationAbortedError, LocalError, PeerProtocolError, PeerTimeoutError
from dicomdesk.network.wire.tls_records import TLS_HEADER_BYTES, is_tls_record, may_be_tls_record

if TYPE_CHECKING:
    import ssl

    from dicomdesk.network.wire.tls_stream import TlsStream

MAX_CONTROL_PDU_BYTES = 1 << 20
"""Largest PDU other than P-DATA-TF that is accepted: 128 presentation contexts need less than half of it."""

PEER_ABORTED = "Peer aborted Association (or never connected)"
"""DCMTK's wording for an A-ABORT and for a lost connection alike."""

PEER_RELEASED = "DUL Peer Requested Release"
"""DCMTK's wording for a release that is asked for in the middle of an operation."""

READ_TIMEOUT = "DUL network read timeout"
"""DCMTK's wording for a peer that did not answer."""

P_DATA_TF = 0x04
_LARGEST_PDU_TYPE = 0x07
_TELLING_BYTES = 128
"""Of what is no PDU, to learn what else it is."""
_HEADER = struct.Struct(">BxL")
_HEADER_BYTES = _HEADER.size
_LENGTH = struct.Struct(">L")
_FRAGMENT_BYTES = _HEADER_BYTES + 6
"""With the header of the first presentation data value."""
_FIRST_BUFFER_BYTES = 1 << 16
_LARGE_BUFFER_BYTES = 1 << 19
_SLOWEST_BYTES_PER_S = 1024
"""A PDU that has begun must arrive at this rate at least, beyond the stall timeout."""
_MOST_NUDGES = 4096
_MOST_BUFFERS = 1024
"""Buffers of one sendmsg (IOV_MAX)."""

_LOOPBACK_SEND_BUFFER_BYTES = 96 << 10
"""Send buffer for large data within this machine: what is under way then stays in the processor's cache, and both ends
together take a quarter less time. On a real network the system's own tuning is better.
"""

Buffer = bytes | bytearray | memoryview


class ConnectionInterruptedError(Exception):
    """The connection's interruption was set by another thread; the connection itself is unharmed."""


class InputPendingError(Exception):
    """Sending stopped in the middle because the peer sent something that is not P-DATA: read it to learn what."""


def no_descriptor_error(error: OSError) -> LocalError:
    """The error for a socket that this machine or process has no room for."""
    return LocalError(f"No connection can be opened here: {error.strerror} (ulimit -n shows the limit)")


class Companion(Protocol):
    """Something else that a waiting thread looks after."""

    def fileno(self) -> int:
        """Descriptor that is watched for input."""
        ...

    def heed(self) -> None:
        """Take the input, all that there is; what it raises ends the wait. On the thread that waits."""
        ...


class Interruption:
    """A switch that other threads use to end the waits of a connection; once set it stays set."""

    def __init__(self, companion: Companion | None = None) -> None:
        """``companion`` is looked after during all waits that can be interrupted by this. Raises LocalError."""
        self.companion = companion
        self._lock = threading.Lock()
        try:
            self._reader, self._writer = socket.socketpair()
        except OSError as error:
            raise no_descriptor_error(error) from error
        self.is_set = False

    def set(self) -> None:
        """End current and later waits. Any thread, any time, also after ``close``."""
        with self._lock:
            was_set, self.is_set = self.is_set, True
            if not was_set and self._writer.fileno() >= 0:
                self._writer.send(b"!")

    def nudge(self) -> None:
        """Make a wait for input end once without one; see ``Connection.before_waiting``. Any thread, any time.

        For the only connection that has this interruption: another one would take the nudge.
        """
        with self._lock:
            if not self.is_set and self._writer.fileno() >= 0:
                self._writer.send(b"?")

    def take_nudges(self) -> None:
        """Forget the nudges so far; for the thread that waits. Raises ConnectionInterruptedError."""
        with self._lock:
            if self.is_set:
                raise ConnectionInterruptedError
            self._reader.recv(_MOST_NUDGES)

    def fileno(self) -> int:
        """Descriptor that is watched for input."""
        return self._reader.fileno()

    def close(self) -> None:
        """Give the descriptors back."""
        with self._lock:
            self._reader.close()
            self._writer.close()


class _Waiter:
    """Waits for a socket and an interruption with poll(2)."""

    def __init__(self, sock: socket.socket, interruption: Interruption) -> None:
        self._interruption = interruption
        self._number = sock.fileno()
        self._interruption_number = interruption.fileno()
        self._companion_number = -1 if interruption.companion is None else interruption.companion.fileno()
        self._input = select.poll()
        self._input.register(sock, select.POLLIN)
        self._input.register(interruption, select.POLLIN)
        self._output = select.poll()
        self._output.register(sock, select.POLLOUT)
        self._output.register(interruption, select.POLLIN)
        self._both = select.poll()
        self._both.register(sock, select.POLLIN | select.POLLOUT)
        self._both.register(interruption, select.POLLIN)
        if interruption.companion is not None:
            for poll in (self._input, self._output, self._both):
                poll.register(self._companion_number, select.POLLIN)

    def wait(self, deadline: float | None, *, reading: bool, writing: bool) -> tuple[bool, bool]:
        """Whether input is there (also end and error) and whether there is room; both False after the deadline.

        A nudge counts as input where that alone is waited for.
        """
        poll = self._both if reading and writing else self._output if writing else self._input
        while True:
            timeout = None if deadline is None else max(0, int((deadline - monotonic()) * 1000) + 1)
            ready = dict(poll.poll(timeout))
            if self._interruption.is_set:
                raise ConnectionInterruptedError
            events = ready.get(self._number, 0)
            if self._interruption_number in ready:
                self._interruption.take_nudges()
                if reading and not writing:
                    return True, False
                if not events:
                    continue
            if self._companion_number in ready and self._interruption.companion is not None:
                self._interruption.companion.heed()
                if not events:
                    continue
            break
        broken = bool(events & ~(select.POLLIN | select.POLLOUT))
        return bool(events & select.POLLIN) or broken, bool(events & select.POLLOUT) or broken


class _SelectWaiter:
    """The same with select(2), for systems without poll(2)."""

    def __init__(self, sock: socket.socket, interruption: Interruption) -> None:
        self._interruption = interruption
        self._socket = sock

    def wait(self, deadline: float | None, *, reading: bool, writing: bool) -> tuple[bool, bool]:
        """Wait as with poll(2), but without a companion."""
        readers: list[socket.socket | Interruption] = [self._interruption]
        if reading:
            readers.append(self._socket)
        writers = [self._socket] if writing else []
        while True:
            timeout = None if deadline is None else max(0.0, deadline - monotonic())
            readable, writable, _ = select.select(readers, writers, [], timeout)
            if self._interruption.is_set:
                raise ConnectionInterruptedError
            if self._interruption not in readable:
                return self._socket in readable, bool(writable)
            self._interruption.take_nudges()
            if reading and not writing:
                return True, False


def make_waiter(sock: socket.socket, interruption: Interruption) -> _Waiter | _SelectWaiter:
    """The best way to wait that this system has."""
    return _Waiter(sock, interruption) if hasattr(select, "poll") else _SelectWaiter(sock, interruption)


def _not_dicom(beginning: bytes) -> PeerProtocolError:
    condition = f"Unrecognized PDU type: {beginning[0]:x}"
    if is_tls_record(beginning):
        return PeerProtocolError(
            "The peer answered with TLS: it takes no association without TLS on this port",
            condition=condition,
            advice="Switch TLS on for this peer, or use its port for connections without TLS.",
        )
    from dicomdesk.network.wire.greetings import service_sentence  # noqa: PLC0415 - only where something is wrong

    what = service_sentence(beginning) or f"PDU type {beginning[0]:02x} hexadecimal"
    return PeerProtocolError(f"The peer sent something that is not DICOM: {what}", condition=condition)


def _is_same_machine(sock: socket.socket) -> bool:
    """Whether both ends of a TCP connection have the same address, as over loopback."""
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        return False
    return bool(sock.getsockname()[0] == sock.getpeername()[0])


class Connection:
    """A connected socket, plain or TLS, that reads whole PDUs and writes lists of buffers.

    All methods may raise ``ConnectionInterruptedError``, ``AssociationAbortedError`` when the connection is gone, and
    ``PeerTimeoutError``.
    """

    def __init__(
        self,
        stream: "socket.socket | TlsStream",
        *,
        interruption: Interruption | None = None,
        stall_timeout_s: float | None = 60.0,
        max_data_pdu_bytes: int = 1 << 18,
        buffer_bytes: int = _FIRST_BUFFER_BYTES,
    ) -> None:
        """Take over the socket or TLS stream; an interruption that is given stays its maker's to close.

        ``stall_timeout_s`` bounds a send without progress and the arrival of the rest of a PDU; ``max_data_pdu_bytes``
        is the largest P-DATA-TF that is taken; ``buffer_bytes`` is how much is read at once.
        """
        sock = stream if isinstance(stream, socket.socket) else stream.socket
        sock.settimeout(0)
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = sock
        """For its options and addresses."""
        self.tls = None if isinstance(stream, socket.socket) else stream
        """None for a plain connection."""
        self._stream = stream
        self._owns_interruption = interruption is None
        self.interruption = interruption or Interruption()
        self.stall_timeout_s = stall_timeout_s
        self.max_data_pdu_bytes = max_data_pdu_bytes
        self.bytes_sent = 0
        self.bytes_received = 0
        self.is_open = True
        self.before_waiting: Callable[[], None] | None = None
        """Called by ``read_pdu`` before each wait for input: the place to send what another thread has asked for."""
        self.is_between_pdus = True
        """Whether what was sent so far ends with a whole PDU, so that an A-ABORT could follow."""
        self._gathers = hasattr(stream, "sendmsg")
        self._waiter = make_waiter(sock, self.interruption)
        self._buffer = bytearray(buffer_bytes)
        self._view = memoryview(self._buffer)
        self._start = 0
        self._end = 0
        self._wanted = _HEADER_BYTES
        self._pdu_deadline: float | None = None
        self._is_tuned = False

    @property
    def is_tls(self) -> bool:
        """Whether what is sent is encrypted."""
        return self.tls is not None

    # -- reading

    def read_pdu(self, deadline: float | None = None) -> tuple[int, memoryview]:
        """The next PDU: its type, and all its bytes with the header, valid until the next call.

        Waits for its first byte until the deadline; a PDU that has begun must be complete within the stall timeout plus
        one second per KiB.
        """
        pdu = self.buffered_pdu()
        while pdu is None:
            if self.interruption.is_set:
                raise ConnectionInterruptedError
            if self.before_waiting is not None:
                self.before_waiting()
            self._receive(deadline)
            pdu = self.buffered_pdu()
        return pdu

    def buffered_pdu(self) -> tuple[int, memoryview] | None:
        """The next PDU when it has arrived as a whole already; makes no system call."""
        start = self._start
        available = self._end - start
        if not available:
            return None
        pdu_type = self._buffer[start]
        if not 1 <= pdu_type <= _LARGEST_PDU_TYPE:
            beginning = bytes(self._view[start : start + min(available, _TELLING_BYTES)])
            if len(beginning) < TLS_HEADER_BYTES and may_be_tls_record(beginning):
                return None
            raise _not_dicom(beginning)
        if available < _HEADER_BYTES:
            return None
        length: int = _HEADER.unpack_from(self._buffer, start)[1]
        if length > (self.max_data_pdu_bytes if pdu_type == P_DATA_TF else MAX_CONTROL_PDU_BYTES):
            raise PeerProtocolError(
                f"The peer announced a PDU of {length} bytes, more than it may send (PDU type {pdu_type:02x})",
                condition="DUL Illegal or ill-formed PDU",
            )
        end = start + _HEADER_BYTES + length
        if end > self._end:
            self._wanted = end - start
            return None
        self._start = end
        self._wanted = _HEADER_BYTES
        self._pdu_deadline = None
        return pdu_type, self._view[start:end]

    @property
    def holds_pdu(self) -> bool:
        """Whether the next PDU has arrived as a whole, or is none; makes no system call."""
        available = self._end - self._start
        if available < _HEADER_BYTES:
            return False
        length: int = _HEADER.unpack_from(self._buffer, self._start)[1]
        return available >= _HEADER_BYTES + length

    def prepare_for_large_input(self) -> None:
        """Announce that many megabytes will come: as much is read at once as the system has."""
        if len(self._buffer) < _LARGE_BUFFER_BYTES:
            self._enlarge(_LARGE_BUFFER_BYTES)

    def take_pdu_after(self, pdu: bytes, fragment: bytes = b"") -> memoryview | None:
        """The P-DATA-TF PDU behind one with these bytes, where both have arrived as a whole; else None, taking neither.

        With its header, valid until the next call; makes no system call. ``fragment`` is what its only presentation
        data value is to have for context ID and message control header.
        """
        start = self._start + len(pdu)
        if self._end - start < _HEADER_BYTES or not self._buffer.startswith(pdu, self._start):
            return None
        length: int = _HEADER.unpack_from(self._buffer, start)[1]
        end = start + _HEADER_BYTES + length
        if end > self._end or self._buffer[start] != P_DATA_TF or length > self.max_data_pdu_bytes:
            return None
        if (
            fragment
            and self._buffer[start + _HEADER_BYTES : start + _FRAGMENT_BYTES] != _LENGTH.pack(length - 4) + fragment
        ):
            return None
        self._start = end
        self._wanted = _HEADER_BYTES
        self._pdu_deadline = None
        return self._view[start:end]

    def receive_available(self) -> None:
        """Take what has arrived into the buffer, as far as it has room, without waiting."""
        self._make_room()
        if self._end < len(self._buffer) and self._fill() == 0:
            raise self._gone()

    def _receive(self, deadline: float | None) -> None:
        """Get at least one more byte."""
        self._make_room()
        count = self._fill()
        if count > 0:
            return
        if count == 0:
            raise self._gone()
        limit = deadline
        if self._end > self._start and self.stall_timeout_s is not None:
            if self._pdu_deadline is None:
                self._pdu_deadline = monotonic() + self.stall_timeout_s + self._wanted / _SLOWEST_BYTES_PER_S
            limit = self._pdu_deadline if deadline is None else min(deadline, self._pdu_deadline)
        if not any(self._waiter.wait(limit, reading=True, writing=False)):
            raise self._late()

    def _fill(self) -> int:
        """Read once into the buffer: bytes read, 0 at the end of the stream, -1 when nothing is there yet."""
        try:
            count = self._stream.recv_into(self._view[self._end :])
        except (BlockingIOError, InterruptedError):
            return -1
        except OSError as error:
            raise self._gone(error) from error
        self._end += count
        self.bytes_received += count
        return count

    def _make_room(self) -> None:
        """Move what is buffered to the front, and grow the buffer, when the PDU being received would not fit."""
        kept = self._end - self._start
        if not kept:
            self._start = self._end = 0
        elif self._start + self._wanted <= len(self._buffer) and self._end < len(self._buffer):
            return
        if self._wanted > len(self._buffer):
            self._enlarge(self._wanted + _FIRST_BUFFER_BYTES)
            return
        if self._start:
            self._buffer[:kept] = self._buffer[self._start : self._end]
        self._start, self._end = 0, kept

    def _enlarge(self, buffer_bytes: int) -> None:
        kept = self._end - self._start
        buffer = bytearray(buffer_bytes)
        buffer[:kept] = self._view[self._start : self._end]
        self._buffer, self._view = buffer, memoryview(buffer)
        self._start, self._end = 0, kept

    # -- writing

    def send(self, data: Buffer) -> None:
        """Send all of one whole PDU."""
        self.send_buffers((data,), len(data))

    def send_parting(self, data: bytes) -> None:
        """Send the last PDU if that is possible at once, also after an interruption; it may be lost."""
        with contextlib.suppress(OSError):
            self._stream.send(data)

    def send_buffers(
        self, buffers: Sequence[Buffer], size: int, *, ends_pdu: bool = True, heeds_input: bool = False
    ) -> None:
        """Send all of the buffers, ``size`` bytes together; the last ends a PDU unless told otherwise.

        What the peer sends meanwhile is taken in. ``heeds_input``: raise InputPendingError in the middle when that is
        anything but P-DATA.
        """
        if self.interruption.is_set:
            raise ConnectionInterruptedError
        self.is_between_pdus = False
        if self._gathers and len(buffers) <= _MOST_BUFFERS:
            try:
                sent = self._stream.sendmsg(buffers)
            except (BlockingIOError, InterruptedError):
                sent = 0
            except OSError as error:
                failure = self._unsendable(error)
                raise failure from (failure.__cause__ or error)
            self.bytes_sent += sent
        else:
            sent = 0
        if sent != size:
            self._send_rest(buffers, sent, heeds_input=heeds_input)
        self.is_between_pdus = ends_pdu

    def _send_rest(self, buffers: Sequence[Buffer], sent: int, *, heeds_input: bool) -> None:
        rest = [memoryview(buffer) for buffer in buffers]
        deadline = self._stall_deadline()
        while rest:
            while rest and sent >= len(rest[0]):
                sent -= len(rest.pop(0))
            if not rest:
                return
            rest[0] = rest[0][sent:]
            sent = self._send_once(rest)
            if sent:
                self.bytes_sent += sent
                deadline = self._stall_deadline()
            else:
                self.wait_for_room(deadline, heeds_input=heeds_input)

    def _send_once(self, buffers: list[memoryview]) -> int:
        """Send what fits now; 0 when nothing does."""
        try:
            if self._gathers:
                return self._stream.sendmsg(buffers[:_MOST_BUFFERS])
            return self._stream.send(buffers[0])
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError as error:
            failure = self._unsendable(error)
            raise failure from (failure.__cause__ or error)

    def _stall_deadline(self) -> float | None:
        return None if self.stall_timeout_s is None else monotonic() + self.stall_timeout_s

    def wait_for_room(self, deadline: float | None, *, heeds_input: bool = False) -> None:
        """Wait until more can be sent, taking in what the peer sends meanwhile."""
        self._make_room()
        has_space = self._end < len(self._buffer)
        readable, writable = self._waiter.wait(deadline, reading=has_space, writing=True)
        if readable and has_space:
            if self._fill() == 0:
                raise self._gone()
            if heeds_input and self._end > self._start and self._buffer[self._start] != P_DATA_TF:
                raise InputPendingError
        elif not writable and not readable:
            raise PeerTimeoutError(
                f"The peer took no data for {self.stall_timeout_s:g} s",
                condition="TCP I/O Error (Connection timed out) occurred in routine: sendPDataTCP",
            )

    def prepare_for_large_data(self) -> None:
        """Announce that many megabytes will be sent."""
        if self._is_tuned:
            return
        self._is_tuned = True
        with contextlib.suppress(OSError):
            if _is_same_machine(self.socket):
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _LOOPBACK_SEND_BUFFER_BYTES)

    # -- ending

    def close(self) -> None:
        """Close the socket; a TLS peer is told first, without waiting for its answer."""
        if not self.is_open:
            return
        self.is_open = False
        if self.tls is not None:
            self.tls.announce_end()
        self.socket.close()
        if self._owns_interruption:
            self.interruption.close()

    # -- words

    def _unsendable(self, error: OSError) -> AssociationAbortedError:
        """Error for why sending failed; a TLS peer may have said so before it closed the connection."""
        if self.is_tls:
            try:
                self._make_room()
                self._fill()
            except AssociationAbortedError as reason:
                return reason
        return self._gone(error)

    def _gone(self, error: OSError | None = None) -> AssociationAbortedError:
        if error is not None and self.is_tls and hasattr(error, "reason"):
            from dicomdesk.network.wire.tls_errors import lost_error  # noqa: PLC0415 - only where TLS is in use

            return lost_error(cast("ssl.SSLError", error))
        if error is not None:
            reason = f"The peer is gone, the connection was lost: {error.strerror or error}"
        elif self._end > self._start:
            reason = "The peer closed the connection in the middle of a PDU"
        else:
            reason = "The peer closed the connection without releasing the association"
        return AssociationAbortedError(reason, condition=PEER_ABORTED)

    def _late(self) -> PeerTimeoutError:
        if self._end > self._start:
            arrived = self._end - self._start
            text = f"The peer stopped in the middle of a PDU: {arrived} of {self._wanted} bytes arrived"
        else:
            text = "The peer did not answer in time"
        return PeerTimeoutError(text, condition=READ_TIMEOUT)
