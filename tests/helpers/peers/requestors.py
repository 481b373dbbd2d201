"""A requestor that can send anything: whole associations in a few calls, and any bytes between them."""

import socket
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from dicomdesk.network.dimse.command_sets import CommandSet, read_command_set, write_command_set

APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1"
VERIFICATION = "1.2.840.10008.1.1"
CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
WORKLIST = "1.2.840.10008.5.1.4.31"
"""A SOP class that is not for storage."""
IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"

ASSOCIATE_AC, ASSOCIATE_RJ, P_DATA, RELEASE_RQ, RELEASE_RP, ABORT = 2, 3, 4, 5, 6, 7

DEADLINE_S = 20.0
"""For everything that must happen at all."""


def item(kind: int, value: bytes) -> bytes:
    """An item of an association PDU."""
    return struct.pack(">BxH", kind, len(value)) + value


def pdu(number: int, body: bytes) -> bytes:
    """Any PDU."""
    return struct.pack(">BxL", number, len(body)) + body


def pdv(context_id: int, flags: int, data: bytes) -> bytes:
    """A presentation data value; flags: 1 command, 2 last."""
    return struct.pack(">LBB", len(data) + 2, context_id, flags) + data


def data_pdu(context_id: int, flags: int, data: bytes) -> bytes:
    """A P-DATA-TF PDU with one value."""
    return pdu(P_DATA, pdv(context_id, flags, data))


def store_command(uid: str | bytes, message_id: int = 1, **changes: int | str) -> bytes:
    """A C-STORE-RQ command set."""
    encoded = uid if isinstance(uid, bytes) else uid.encode()
    return write_command_set(
        {
            0x0002: str(changes.get("sop_class", CT_IMAGE_STORAGE)).encode(),
            0x0100: int(changes.get("command_field", 1)),
            0x0110: message_id,
            0x0700: 0,
            0x0800: int(changes.get("data_set_type", 1)),
            0x1000: encoded,
        }
    )


def echo_command(message_id: int = 1) -> bytes:
    """A C-ECHO-RQ command set."""
    return write_command_set({0x0002: VERIFICATION.encode(), 0x0100: 0x30, 0x0110: message_id, 0x0800: 0x0101})


def find_command() -> bytes:
    """A C-FIND-RQ command set, which a storage provider does not take."""
    uid = b"1.2.840.10008.5.1.4.1.2.2.1"
    return write_command_set({0x0002: uid, 0x0100: 0x20, 0x0110: 1, 0x0700: 0, 0x0800: 1})


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What an A-ASSOCIATE-RQ says; all of it may be wrong."""

    contexts: Sequence[tuple[int, str, Sequence[str]]] = (
        (1, CT_IMAGE_STORAGE, (EXPLICIT,)),
        (3, VERIFICATION, (IMPLICIT,)),
    )
    called: bytes = b"ANY-SCP"
    calling: bytes = b"RAW"
    application_context: str = APPLICATION_CONTEXT
    protocol_version: int = 1
    max_pdu_bytes: int | None = 16384
    implementation_class_uid: str | None = "1.2.3.4"
    roles: Sequence[tuple[str, int, int]] = ()
    extra_items: bytes = b""
    """More user information sub-items."""

    def encode(self) -> bytes:
        """The whole PDU."""
        body = struct.pack(">HH", self.protocol_version, 0)
        body += self.called.ljust(16) + self.calling.ljust(16) + bytes(32)
        body += item(0x10, self.application_context.encode())
        for context_id, abstract_syntax, transfer_syntaxes in self.contexts:
            value = bytes((context_id, 0, 0, 0)) + item(0x30, abstract_syntax.encode())
            value += b"".join(item(0x40, uid.encode()) for uid in transfer_syntaxes)
            body += item(0x20, value)
        user = b""
        if self.max_pdu_bytes is not None:
            user += item(0x51, struct.pack(">L", self.max_pdu_bytes))
        if self.implementation_class_uid is not None:
            user += item(0x52, self.implementation_class_uid.encode())
        for uid, scu, scp in self.roles:
            user += item(0x54, struct.pack(">H", len(uid)) + uid.encode() + bytes((scu, scp)))
        return pdu(1, body + item(0x50, user + self.extra_items))


@dataclass(kw_only=True)
class Answer:
    """What an A-ASSOCIATE-AC says."""

    raw: bytes
    results: dict[int, tuple[int, str]] = field(default_factory=dict)
    """Context ID to result and transfer syntax."""
    roles: dict[str, tuple[int, int]] = field(default_factory=dict)
    extended: dict[str, bytes] = field(default_factory=dict)
    max_pdu_bytes: int = 0


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    while data:
        kind, length = struct.unpack_from(">BxH", data)
        yield kind, data[4 : 4 + length]
        data = data[4 + length :]


def read_answer(body: bytes) -> Answer:
    """Decode the body of an A-ASSOCIATE-AC."""
    answer = Answer(raw=body)
    for kind, value in _items(body[68:]):
        if kind == 0x21:
            syntax = next((name.decode() for _, name in _items(value[4:])), "")
            answer.results[value[0]] = value[2], syntax
        for sub_kind, sub in _items(value) if kind == 0x50 else ():
            length = struct.unpack_from(">H", sub)[0]
            uid, rest = sub[2 : 2 + length].decode("latin-1"), sub[2 + length :]
            if sub_kind == 0x51:
                answer.max_pdu_bytes = struct.unpack(">L", sub)[0]
            elif sub_kind == 0x54:
                answer.roles[uid] = rest[0], rest[1]
            elif sub_kind == 0x56:
                answer.extended[uid] = rest
    return answer


class Requestor:
    """A socket with DICOM words; every wait ends after the deadline."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        sock.settimeout(DEADLINE_S)

    def send(self, *parts: bytes) -> None:
        """Send bytes as they are, each part for itself."""
        for part in parts:
            self.socket.sendall(part)

    def send_bytewise(self, data: bytes) -> None:
        """Send each byte in a segment of its own."""
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for index in range(len(data)):
            self.socket.sendall(data[index : index + 1])

    def read(self, count: int) -> bytes:
        """Exactly so many bytes; fewer at the end of the stream."""
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                break
            data += more
        return data

    def read_pdu(self) -> tuple[int, bytes]:
        """Type and body of the next PDU; (0, b"") at the end of the stream."""
        header = self.read(6)
        if len(header) < 6:
            return 0, b""
        number, length = struct.unpack(">BxL", header)
        return number, self.read(length)

    def associate(self, proposal: Proposal | None = None) -> Answer:
        """Propose; the association must be accepted."""
        self.send((proposal or Proposal()).encode())
        number, body = self.read_pdu()
        assert number == ASSOCIATE_AC, (number, body)
        return read_answer(body)

    def store(
        self,
        uid: str,
        fragments: Iterable[bytes],
        message_id: int = 1,
        context_id: int = 1,
        *,
        sop_class: str = CT_IMAGE_STORAGE,
    ) -> int:
        """Store in one context; the status of the response."""
        self.send(data_pdu(context_id, 3, store_command(uid, message_id, sop_class=sop_class)))
        parts = list(fragments)
        for index, part in enumerate(parts):
            self.send(data_pdu(context_id, 2 if index == len(parts) - 1 else 0, part))
        return self.read_response().number(0x0900)

    def read_response(self) -> CommandSet:
        """The next response, which must come in one PDU."""
        number, body = self.read_pdu()
        assert number == P_DATA, (number, body)
        assert body[5] == 3
        return read_command_set(body[6:])

    def echo(self, context_id: int = 3) -> int:
        """The status of a C-ECHO."""
        self.send(data_pdu(context_id, 3, echo_command()))
        return self.read_response().number(0x0900)

    def release(self) -> None:
        """Release; the answer must come, then close."""
        self.send(pdu(RELEASE_RQ, bytes(4)))
        assert self.read_pdu() == (RELEASE_RP, bytes(4))
        self.socket.close()

    def read_abort(self) -> tuple[int, int]:
        """Source and reason of the A-ABORT that must come next, and then the end of the stream."""
        number, body = self.read_pdu()
        assert number == ABORT, (number, body)
        assert self.read(1) == b""
        return body[2], body[3]


@contextmanager
def connected(port: int, source: str = "127.0.0.1") -> Iterator[Requestor]:
    """A connection to loopback from one of its addresses, closed at the end."""
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S, source_address=(source, 0)) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else each store waits for a delayed ACK
        yield Requestor(sock)
