"""What a hostile peer does, as data: the steps of a conversation over one connection, played from either end.

Whoever plays them ends the same way: says that nothing more will come and hears the other side out, which must hang up
within the deadline. A step that the other side does not live to see ends the conversation: it may hang up at any time.
"""

import contextlib
import functools
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

from dicomdesk.network.dimse.command_sets import write_command_set
from tests.helpers.peers.fake_peer import Accept, accept_pdu, read_command, read_contexts
from tests.helpers.peers.requestors import CT_IMAGE_STORAGE, Proposal, data_pdu, store_command

DEADLINE_S = 15.0
"""Within this the other side must have ended the connection, whatever it was told."""
PATIENCE_S = 0.5
"""A peer that does not take what is sent is left after this."""

_A_ASSOCIATE_AC, _P_DATA = 2, 4
_PART_BYTES = 16_000


@dataclass(frozen=True)
class Send:
    """Bytes, so many times."""

    data: bytes
    times: int = 1


@dataclass(frozen=True)
class Drip:
    """Bytes, one at a time with pauses."""

    data: bytes
    pause_s: float = 0.02


@dataclass(frozen=True)
class Hear:
    """Read so many PDUs."""

    count: int = 1


@dataclass(frozen=True)
class Outlast:
    """Say nothing, and leave the connection open until the other side ends it."""


@dataclass(frozen=True)
class Reset:
    """RST, now."""


@dataclass(frozen=True)
class HalfClose:
    """Nothing more will be sent; the other side may go on."""


@dataclass(frozen=True)
class Secure:
    """A TLS handshake, as requestor, that takes any certificate."""


@dataclass(frozen=True)
class Associate:
    """Propose and read the answer; the conversation ends where it is no acceptance."""

    proposal: Proposal = field(default_factory=Proposal)


@dataclass(frozen=True)
class Admit:
    """Read an A-ASSOCIATE-RQ and accept it; ``spoil`` changes the answer before it goes."""

    answer: Accept = field(default_factory=Accept)
    spoil: Callable[[bytes], bytes] = bytes


@dataclass(frozen=True)
class HearMessage:
    """Read a whole request, with its data set if it has one."""


@dataclass(frozen=True)
class Respond:
    """The response to the message that was heard, with Success; elements of ``changes`` are others, None leaves out."""

    changes: Mapping[int, bytes | int | None] = field(default_factory=dict)
    context_id: int | None = None
    spoil: Callable[[bytes], bytes] = bytes
    """Changes the PDU."""
    data: bytes | None = None
    """A data set that follows, and is announced."""
    times: int = 1


@dataclass(frozen=True)
class Store:
    """A C-STORE to the one who has asked by C-GET, in a context that was proposed for CT images."""

    uid: str | bytes
    data: bytes
    context_id: int | None = None
    is_heard: bool = True
    """Whether the response is waited for."""


Step = Send | Drip | Hear | HearMessage | Respond | Store | Outlast | Reset | HalfClose | Secure | Associate | Admit


class _OverError(Exception):
    """The conversation has ended."""


def converse(connection: socket.socket, steps: Sequence[Step]) -> None:
    """Play the steps, hear the other side out and close; fails where it does not hang up within the deadline."""
    player = _Player(connection)
    try:
        with contextlib.suppress(_OverError, ConnectionError, ssl.SSLError):
            for step in steps:
                player.play(step)
            player.hear_out(says_end=True)
    finally:
        player.connection.close()


def call(port: int, steps: Sequence[Step]) -> None:
    """Connect to a port of this machine and converse."""
    converse(socket.create_connection(("127.0.0.1", port), DEADLINE_S), steps)


class _Player:
    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._never = threading.Event()
        self.heard: dict[int, bytes] = {}
        self.context_id = 0
        self._contexts: dict[int, tuple[str, list[str]]] = {}
        connection.settimeout(DEADLINE_S)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @functools.singledispatchmethod
    def play(self, step: Step) -> None:
        """One step."""
        raise NotImplementedError(step)

    @play.register
    def _(self, step: Send) -> None:
        self.connection.settimeout(PATIENCE_S)
        try:
            for _ in range(step.times):
                self.connection.sendall(step.data)
        except TimeoutError as error:
            raise _OverError from error
        finally:
            self.connection.settimeout(DEADLINE_S)

    @play.register
    def _(self, step: Drip) -> None:
        for index in range(len(step.data)):
            self.connection.sendall(step.data[index : index + 1])
            self._never.wait(step.pause_s)

    @play.register
    def _(self, step: Hear) -> None:
        for _ in range(step.count):
            self.read_pdu()

    @play.register
    def _(self, _: Outlast) -> None:
        self.hear_out(says_end=False)

    @play.register
    def _(self, _: Reset) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise _OverError

    @play.register
    def _(self, _: HalfClose) -> None:
        self.connection.shutdown(socket.SHUT_WR)

    @play.register
    def _(self, _: Secure) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.connection = context.wrap_socket(self.connection)

    @play.register
    def _(self, step: Associate) -> None:
        self.connection.sendall(step.proposal.encode())
        if self.read_pdu()[0] != _A_ASSOCIATE_AC:
            raise _OverError

    @play.register
    def _(self, step: Admit) -> None:
        request = self.read_pdu()
        self._contexts = read_contexts(request)
        self.connection.sendall(step.spoil(accept_pdu(request, self._contexts, step.answer)))

    @play.register
    def _(self, _: HearMessage) -> None:
        command = b""
        while True:
            whole = self.read_pdu()
            if whole[0] != _P_DATA:
                raise _OverError
            body = whole[6:]
            while body:
                length, self.context_id, flags = struct.unpack_from(">LBB", body)
                value, body = body[6 : 4 + length], body[4 + length :]
                if flags & 1:
                    command += value
                if flags == 3:
                    self.heard = read_command(command)
                if flags == 2 or (flags == 3 and self.heard[0x0800] == b"\1\1"):
                    return

    @play.register
    def _(self, step: Respond) -> None:
        heard = self.heard
        values: dict[int, bytes | int | None] = {0x0120: heard[0x0110], 0x0800: 0x0101, 0x0900: 0}
        values[0x0100] = int.from_bytes(heard[0x0100], "little") | 0x8000
        values.update((number, heard[number]) for number in (0x0002, 0x1000) if number in heard)
        if step.data is not None:
            values[0x0800] = 1
        values.update(step.changes)
        told = {number: value for number, value in sorted(values.items()) if value is not None}
        context_id = self.context_id if step.context_id is None else step.context_id
        whole = step.spoil(_message(context_id, write_command_set(told), step.data))
        for _ in range(step.times):
            self.connection.sendall(whole)

    @play.register
    def _(self, step: Store) -> None:
        of_ct = [number for number, (uid, _) in self._contexts.items() if uid == CT_IMAGE_STORAGE]
        context_id = of_ct[0] if step.context_id is None else step.context_id
        self.connection.sendall(_message(context_id, store_command(step.uid), step.data))
        if step.is_heard:
            self.read_pdu()

    def hear_out(self, *, says_end: bool) -> None:
        """Read and drop all until the other side hangs up."""
        if says_end:
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_WR)
        end = monotonic() + DEADLINE_S
        while self.connection.recv(1 << 16):
            assert monotonic() < end, "the other side does not hang up"
        raise _OverError

    def read_pdu(self) -> bytes:
        header = self._read(6)
        return header + self._read(int.from_bytes(header[2:], "big"))

    def _read(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            part = self.connection.recv(count - len(data))
            if not part:
                raise _OverError
            data += part
        return bytes(data)


def _message(context_id: int, command: bytes, data: bytes | None) -> bytes:
    parts = [command[start : start + _PART_BYTES] for start in range(0, len(command), _PART_BYTES)]
    made = b"".join(data_pdu(context_id, 3 if part is parts[-1] else 1, part) for part in parts)
    if data is None:
        return made
    ends = range(0, max(len(data), 1), _PART_BYTES)
    return made + b"".join(
        data_pdu(context_id, 2 if start == ends[-1] else 0, data[start : start + _PART_BYTES]) for start in ends
    )
