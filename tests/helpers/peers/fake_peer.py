"""A scriptable acceptor on loopback that shares no code with the program: well-behaved unless told otherwise.

    with FakePeer(stores=[Status(0xA700), Abort()]) as peer:
        ... send to ("127.0.0.1", peer.port) ...
    assert peer.stores[0].data == b"..."

What it does at each point is an *action*: on the association request, in the middle of the n-th object
(``in_object``), after the n-th object (``stores``, the last one repeats), on the release request. ``Hold`` waits for an
event of the test first, for peers that are slow. Objects are counted over all associations, from 0; associations too.
"""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

DEADLINE_S = 20.0
"""Nothing here waits longer."""


@dataclass(frozen=True)
class Accept:
    """A-ASSOCIATE-AC: each context with its first transfer syntax, or refused."""

    max_pdu_bytes: int | None = 16384
    """None says nothing about it."""
    refused: Mapping[int, int] = field(default_factory=dict)
    """Context ID to result (1 to 4)."""
    transfer_syntaxes: Mapping[int, str] = field(default_factory=dict)
    """Context ID to the transfer syntax accepted, where it is not the first."""
    extra_contexts: Mapping[int, str] = field(default_factory=dict)
    """Contexts accepted though never proposed."""
    refuse_all: bool = False
    window: int = 1
    """Asynchronous operations window answered; 1 answers none."""
    extra_user_items: bytes = b""


@dataclass(frozen=True)
class Reject:
    """A-ASSOCIATE-RJ."""

    result: int = 1
    source: int = 1
    reason: int = 1


@dataclass(frozen=True)
class Status:
    """The response to a request."""

    code: int = 0
    comment: str = ""
    message_id_offset: int = 0
    """Answers for another message."""
    in_fragments: bool = False
    """One PDU per 7 bytes of the command set."""


@dataclass(frozen=True)
class Abort:
    """A-ABORT, then close."""

    source: int = 0
    reason: int = 0


@dataclass(frozen=True)
class Close:
    """Close the connection; ``reset`` with RST."""

    reset: bool = False


@dataclass(frozen=True)
class Send:
    """These bytes, then go on listening, or close."""

    data: bytes
    then_close: bool = False


@dataclass(frozen=True)
class Flood:
    """These bytes, again and again until the connection ends."""

    data: bytes


@dataclass(frozen=True)
class Silence:
    """No answer; what comes is read and dropped until the connection ends."""


@dataclass(frozen=True)
class Stall:
    """No answer, and nothing is read any more until the test ends."""


@dataclass(frozen=True)
class Release:
    """A-RELEASE-RQ instead of an answer."""


@dataclass(frozen=True)
class Hold:
    """Wait for the event, then act."""

    event: threading.Event
    then: "Action"


@dataclass(frozen=True)
class Answer:
    """A response to a C-FIND, C-MOVE or C-GET request."""

    status: int
    data_set: bytes = b""
    elements: Sequence[tuple[int, bytes | int]] = ()
    """More of its command set, such as counts of sub-operations."""


@dataclass(frozen=True)
class AwaitCancel:
    """Wait for a C-CANCEL request before the next answer."""


@dataclass(frozen=True)
class ReceivedQuery:
    """One C-FIND, C-MOVE or C-GET request as it arrived."""

    context_id: int
    command: Mapping[int, bytes]
    """Element number to value."""
    identifier: bytes


Action = (
    Answer | AwaitCancel | Accept | Reject | Status | Abort | Close | Send | Flood | Silence | Stall | Release | Hold
)


@dataclass
class ReceivedStore:
    """One C-STORE request as it arrived."""

    association: int
    context_id: int
    message_id: int
    sop_class_uid: str
    sop_instance_uid: str
    data: bytes
    largest_pdu_bytes: int
    command: Mapping[int, bytes] = field(default_factory=dict)
    """Element number to value."""


@dataclass
class ReceivedAssociation:
    """One A-ASSOCIATE-RQ as it arrived."""

    calling_ae_title: str
    called_ae_title: str
    contexts: dict[int, tuple[str, list[str]]]
    pdu: bytes


def pdu(pdu_type: int, body: bytes) -> bytes:
    """A PDU."""
    return struct.pack(">BxL", pdu_type, len(body)) + body


def item(item_type: int, body: bytes) -> bytes:
    """An item of an A-ASSOCIATE PDU."""
    return struct.pack(">BxH", item_type, len(body)) + body


def command_set(values: Sequence[tuple[int, bytes | int]]) -> bytes:
    """A command set: numbers as US, bytes padded with a zero byte."""
    body = b""
    for element, value in values:
        encoded = struct.pack("<H", value) if isinstance(value, int) else value + b"\0" * (len(value) % 2)
        body += struct.pack("<HHL", 0, element, len(encoded)) + encoded
    return struct.pack("<HHLL", 0, 0, 4, len(body)) + body


def p_data(context_id: int, control: int, data: bytes) -> bytes:
    """A P-DATA-TF PDU of one PDV."""
    return pdu(4, struct.pack(">LBB", len(data) + 2, context_id, control) + data)


_QUERIES = (b"\x10\x00", b"\x20\x00", b"\x21\x00")
"""Command fields of C-GET, C-FIND and C-MOVE requests."""


class _ConnectionEndedError(Exception):
    pass


class FakePeer:
    """Listens from construction on; ``with`` ends all its threads."""

    def __init__(
        self,
        *,
        associate: Sequence[Action] = (Accept(),),
        stores: Sequence[Action] = (Status(),),
        in_object: Mapping[int, Action] | None = None,
        release: Action | None = None,
        echo: Action | None = None,
        answers: Sequence[Sequence[Action]] = (),
        receive_buffer_bytes: int | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Lists give the action for the n-th association or object, the actions for a query; the last repeats."""
        self.answers = answers
        self.queries: list[ReceivedQuery] = []
        self.associate = associate
        self.actions = stores
        self.in_object = dict(in_object or {})
        self.release = release
        self.echo = echo
        self.tls = tls
        self.stores: list[ReceivedStore] = []
        self.associations: list[ReceivedAssociation] = []
        self.events: list[str] = []
        """What happened, in order: "associated", "echoed", "stored", "released", "aborted", "closed", "vanished"."""
        self.errors: list[BaseException] = []
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._objects = 0
        self._connections: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        if receive_buffer_bytes is not None:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
        self.port: int = self._listener.getsockname()[1]
        self._start(self._listen, "fake peer")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(DEADLINE_S)
            assert not thread.is_alive(), "a thread of the fake peer hangs"
        if error is None:
            assert not self.errors, self.errors

    def wait_for(self, event: str, count: int = 1) -> None:
        """Wait until the event has happened so often; fails after a while."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.events.count(event) >= count, DEADLINE_S), (
                f"no {event!r} among {self.events}"
            )

    def finish(self) -> None:
        """Take no more connections, and wait until those that came have ended."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:  # the one that listens is the first, and starts the others
            thread.join(DEADLINE_S)

    # -- threads

    def _start(self, target: object, name: str, *args: object) -> None:
        thread = threading.Thread(target=self._guard, args=(target, *args), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _guard(self, target: object, *args: object) -> None:
        try:
            assert callable(target)
            target(*args)
        except BaseException as error:  # noqa: BLE001 - reported by __exit__
            self.errors.append(error)

    def _listen(self) -> None:
        number = 0
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(DEADLINE_S)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections.append(connection)
            if self.tls is not None:
                self._connections.remove(connection)
                try:
                    connection = self.tls.wrap_socket(connection, server_side=True)
                except OSError:
                    self._record("no handshake")
                    continue
                self._connections.append(connection)
            self._start(self._serve, f"fake peer {number}", connection, number)
            number += 1

    def _record(self, event: str) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def _serve(self, connection: socket.socket, number: int) -> None:
        try:
            _Served(self, connection, number).run()
        except _ConnectionEndedError:
            self._record("closed")
        except (ConnectionError, BrokenPipeError):
            self._record("vanished")
        except TimeoutError:
            self._record("timed out")
        finally:
            connection.close()

    def next_object(self) -> int:
        """Number of the object that begins."""
        with self._changed:
            self._objects += 1
            return self._objects - 1

    def record(self, event: str) -> None:
        """Used by the connections."""
        self._record(event)

    @property
    def stopping(self) -> threading.Event:
        """Used by the connections."""
        return self._stopping


class _Served:
    def __init__(self, peer: FakePeer, connection: socket.socket, number: int) -> None:
        self.peer = peer
        self.connection = connection
        self.number = number
        self.contexts: dict[int, tuple[str, list[str]]] = {}
        self.command = b""
        self.data = b""
        self.parts: list[bytes] = []
        self.largest = 0
        self.current: ReceivedStore | None = None
        self.current_number = 0
        self.is_colliding = False
        self.query: tuple[int, dict[int, bytes]] | None = None
        self.waiting: list[Action] = []

    def run(self) -> None:
        while True:
            header = self._read(6)
            pdu_type, length = struct.unpack(">BxL", header)
            body = self._read(length)
            if pdu_type == 1:
                self._associate(header + body)
            elif pdu_type == 4:
                self.largest = max(self.largest, length)
                self._p_data(body)
            elif pdu_type == 5:
                self._release()
            elif pdu_type == 6:
                self.peer.record("release answered")
                if self.is_colliding:
                    self.connection.sendall(pdu(6, bytes(4)))
                return
            elif pdu_type == 7:
                self.peer.record("aborted")
                return

    def _read(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            part = self.connection.recv(min(count - len(data), 1 << 20))
            if not part:
                raise _ConnectionEndedError
            data += part
        return bytes(data)

    def _associate(self, request: bytes) -> None:
        self.contexts = read_contexts(request)
        self.peer.associations.append(
            ReceivedAssociation(
                request[26:42].decode("ascii").strip(), request[10:26].decode("ascii").strip(), self.contexts, request
            )
        )
        actions = self.peer.associate
        action = actions[min(self.number, len(actions) - 1)]
        while isinstance(action, Hold):
            action.event.wait(DEADLINE_S)
            action = action.then
        if isinstance(action, Accept):
            self.connection.sendall(accept_pdu(request, self.contexts, action))
            self.peer.record("associated")
        elif isinstance(action, Reject):
            self.connection.sendall(pdu(3, bytes((0, action.result, action.source, action.reason))))
            self.peer.record("rejected")
        else:
            self._act(action)

    def _p_data(self, body: bytes) -> None:
        position = 0
        while position < len(body):
            length, context_id, control = struct.unpack_from(">LBB", body, position)
            value = body[position + 6 : position + 4 + length]
            position += 4 + length
            if control & 1:
                self.command += value
                if control & 2:
                    command, self.command = read_command(self.command), b""
                    self._begin(context_id, command)
            else:
                self._take_data(value, is_last=bool(control & 2))

    def _answer_query(self, identifier: bytes) -> None:
        assert self.query is not None
        context_id, command = self.query
        self.peer.queries.append(ReceivedQuery(context_id, command, identifier))
        self.peer.record("queried")
        actions = self.peer.answers
        self.waiting = list(actions[min(len(self.peer.queries), len(actions)) - 1])
        self._go_on_answering()

    def _go_on_answering(self) -> None:
        assert self.query is not None
        context_id, command = self.query
        while self.waiting:
            action = self.waiting.pop(0)
            if isinstance(action, AwaitCancel):
                return
            if not isinstance(action, Answer):
                self._act(action)
                continue
            field_ = 0x8000 | int.from_bytes(command[0x0100], "little")
            has_data_set = 1 if action.data_set else 0x0101
            values: list[tuple[int, bytes | int]] = [(0x0002, command[0x0002]), (0x0100, field_)]
            values += [(0x0120, command[0x0110]), (0x0800, has_data_set), (0x0900, action.status), *action.elements]
            self.connection.sendall(p_data(context_id, 3, command_set(values)))
            if action.data_set:
                self.connection.sendall(p_data(context_id, 2, action.data_set))
        self.query = None

    def _begin(self, context_id: int, command: dict[int, bytes]) -> None:
        if command[0x0100] == b"\xff\x0f":
            self.peer.record("cancelled")
            if self.query is not None:
                self._go_on_answering()
            return
        if command[0x0100] in _QUERIES:
            self.query = context_id, command
            self.parts = []
            return
        message_id = int.from_bytes(command[0x0110], "little")
        if command[0x0100] == b"\x30\x00":
            self.peer.record("echoed")
            self._respond(self.peer.echo or Status(), context_id, message_id, command, 0x8030)
            return
        text = {tag: command[tag].decode("ascii").rstrip("\0") for tag in (0x0002, 0x1000)}
        self.current = ReceivedStore(self.number, context_id, message_id, text[0x0002], text[0x1000], b"", 0, command)
        self.current_number = self.peer.next_object()
        self.data = b""
        self.parts = []

    def _take_data(self, value: bytes, *, is_last: bool) -> None:
        if self.query is not None:
            self.parts.append(value)
            if is_last:
                self._answer_query(b"".join(self.parts))
            return
        assert self.current is not None, "a data set without command"
        first = not self.parts
        self.parts.append(value)
        if first and self.current_number in self.peer.in_object:
            action = self.peer.in_object[self.current_number]
            self._respond(action, self.current.context_id, self.current.message_id, {}, 0x8001)
        if not is_last:
            return
        stored, self.current = self.current, None
        stored.data = b"".join(self.parts)
        stored.largest_pdu_bytes = self.largest
        self.peer.stores.append(stored)
        self.peer.record("stored")
        actions = self.peer.actions
        action = actions[min(self.current_number, len(actions) - 1)]
        uids = {0x0002: stored.sop_class_uid.encode(), 0x1000: stored.sop_instance_uid.encode()}
        self._respond(action, stored.context_id, stored.message_id, uids, 0x8001)

    def _respond(
        self, action: Action, context_id: int, message_id: int, command: Mapping[int, bytes], field_: int
    ) -> None:
        while isinstance(action, Hold):
            action.event.wait(DEADLINE_S)
            action = action.then
        if not isinstance(action, Status):
            self._act(action)
            return
        values: list[tuple[int, bytes | int]] = [(0x0002, command[0x0002])] if 0x0002 in command else []
        values += [(0x0100, field_), (0x0120, message_id + action.message_id_offset), (0x0800, 0x0101)]
        values.append((0x0900, action.code))
        if action.comment:
            values.append((0x0902, action.comment.encode("ascii")))
        if 0x1000 in command:
            values.append((0x1000, command[0x1000]))
        data = command_set(values)
        if not action.in_fragments:
            self.connection.sendall(p_data(context_id, 3, data))
            return
        for start in range(0, len(data), 7):
            last = 2 if start + 7 >= len(data) else 0
            self.connection.sendall(p_data(context_id, 1 | last, data[start : start + 7]))

    def _release(self) -> None:
        if self.peer.release is not None:
            self.is_colliding = isinstance(self.peer.release, Release)
            self._act(self.peer.release)
            return
        self.connection.sendall(pdu(6, bytes(4)))
        self.peer.record("released")

    def _act(self, action: Action) -> None:
        while isinstance(action, Hold):
            action.event.wait(DEADLINE_S)
            action = action.then
        while isinstance(action, Flood) and not self.peer.stopping.is_set():
            self.connection.sendall(action.data)
        match action:
            case Abort(source, reason):
                self.connection.sendall(pdu(7, bytes((0, 0, source, reason))))
                raise _ConnectionEndedError
            case Close(reset):
                if reset:
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                raise _ConnectionEndedError
            case Send(data, then_close):
                self.connection.sendall(data)
                if then_close:
                    raise _ConnectionEndedError
            case Release():
                self.connection.sendall(pdu(5, bytes(4)))
            case Stall():
                self.peer.stopping.wait(DEADLINE_S)
                raise _ConnectionEndedError
            case _:
                pass


def read_contexts(request: bytes) -> dict[int, tuple[str, list[str]]]:
    """Presentation contexts of an A-ASSOCIATE-RQ: ID to abstract syntax and transfer syntaxes."""
    contexts = {}
    for item_type, body in read_items(request[74:]):
        if item_type == 0x20:
            parts = [(kind, value.decode("ascii").rstrip("\0")) for kind, value in read_items(body[4:])]
            abstract = next(value for kind, value in parts if kind == 0x30)
            contexts[body[0]] = (abstract, [value for kind, value in parts if kind == 0x40])
    return contexts


def read_command(data: bytes) -> dict[int, bytes]:
    """Element number to value."""
    values = {}
    position = 0
    while position < len(data):
        group, element, length = struct.unpack_from("<HHL", data, position)
        assert group == 0
        values[element] = data[position + 8 : position + 8 + length]
        position += 8 + length
    return values


def accept_pdu(request: bytes, contexts: Mapping[int, tuple[str, list[str]]], action: Accept) -> bytes:
    """The A-ASSOCIATE-AC to a request."""
    body = request[6:74] + item(0x10, b"1.2.840.10008.3.1.1.1")
    chosen = {number: syntaxes[0] for number, (_, syntaxes) in contexts.items()}
    chosen.update(action.transfer_syntaxes)
    chosen.update(action.extra_contexts)
    for number, syntax in chosen.items():
        result = 3 if action.refuse_all else action.refused.get(number, 0)
        body += item(0x21, bytes((number, 0, result, 0)) + item(0x40, syntax.encode("ascii")))
    user = b"" if action.max_pdu_bytes is None else item(0x51, struct.pack(">L", action.max_pdu_bytes))
    user += item(0x52, b"1.2.3.4")
    if action.window != 1:
        user += item(0x53, struct.pack(">HH", action.window, 1))
    user += item(0x55, b"FAKE_PEER") + action.extra_user_items
    return pdu(2, body + item(0x50, user))


def read_items(data: bytes) -> list[tuple[int, bytes]]:
    found = []
    position = 0
    while position < len(data):
        item_type, length = struct.unpack_from(">BxH", data, position)
        found.append((item_type, data[position + 4 : position + 4 + length]))
        position += 4 + length
    return found


def store_answer(context_id: int, message_id: int, status: int = 0) -> Send:
    """The response to a C-STORE request, whichever was made."""
    values: list[tuple[int, bytes | int]] = [(0x0100, 0x8001), (0x0120, message_id), (0x0800, 0x0101), (0x0900, status)]
    return Send(p_data(context_id, 3, command_set(values)))
