"""A peer that accepts what is proposed and answers each request as the test says, with anything at all."""

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from dicomdesk.network.dimse.command_sets import CommandSet, read_command_set, write_command_set
from tests.helpers.peers.fake_peer import Accept, accept_pdu, read_contexts
from tests.helpers.peers.requestors import (
    ABORT,
    DEADLINE_S,
    P_DATA,
    RELEASE_RP,
    RELEASE_RQ,
    Requestor,
    data_pdu,
    item,
    pdu,
)

C_CANCEL = 0x0FFF


@dataclass
class Message:
    """A request as it arrived."""

    association: int
    """From 1."""
    context_id: int
    command: CommandSet
    data: bytes | None

    @property
    def field(self) -> int:
        """Command Field."""
        return self.command.number(0x0100)

    @property
    def message_id(self) -> int:
        """Message ID."""
        return self.command.number(0x0110)


@dataclass
class Asked:
    """One association of the peer, for the test's answers."""

    peer: "AnsweringPeer"
    requestor: Requestor
    contexts: dict[int, tuple[str, list[str]]] = field(default_factory=dict)

    def send(self, *parts: bytes) -> None:
        """Send PDUs."""
        self.requestor.send(*parts)

    def read_message(self) -> Message | None:
        """The next message; None at the end of the association, which is answered."""
        command, data, context_id = b"", b"", 0
        while True:
            kind, body = self.requestor.read_pdu()
            if kind == RELEASE_RQ:
                self.peer.note("released")
                self.send(pdu(RELEASE_RP, bytes(4)))
            if kind != P_DATA:
                if kind == ABORT:
                    self.peer.note("aborted")
                return None
            position = 0
            while position < len(body):
                length = int.from_bytes(body[position : position + 4], "big")
                context_id, flags = body[position + 4], body[position + 5]
                piece = body[position + 6 : position + 4 + length]
                position += 4 + length
                command, data = (command + piece, data) if flags & 1 else (command, data + piece)
                if flags & 2 and (not flags & 1 or not read_command_set(command).has_data_set):
                    return Message(
                        self.peer.associations, context_id, read_command_set(command), None if flags & 1 else data
                    )


Answer = Callable[[Asked, Message], None]
Acceptance = Callable[[dict[int, tuple[str, list[str]]]], Accept]


class AnsweringPeer:
    """Serves one association after the other on a port of its own, until the end of the block."""

    def __init__(self, answer: Answer, accept: Accept | Acceptance | None = None) -> None:
        """``answer`` is called with each request, on the thread of the peer; ``accept`` may go by what is proposed."""
        self._answer = answer
        self._accept = accept or Accept()
        self._server = socket.create_server(("127.0.0.1", 0))
        self._connections: list[socket.socket] = []
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.port: int = self._server.getsockname()[1]
        self.associations = 0
        self.requests: list[Message] = []
        self.events: list[str] = []
        self.faults: list[BaseException] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._thread.join(DEADLINE_S)
        self._server.close()
        for connection in self._connections:
            connection.close()
        assert not self._thread.is_alive()
        if kind is None:
            assert not self.faults, self.faults

    def note(self, event: str) -> None:
        """Remember that something happened."""
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def wait_for(self, event: str) -> None:
        """Wait until it has happened."""
        with self._changed:
            assert self._changed.wait_for(lambda: event in self.events, DEADLINE_S), self.events

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections.append(connection)
            try:
                self._talk(Asked(self, Requestor(connection)))
            except OSError:
                self.note("lost")
            except Exception as error:  # noqa: BLE001 - told at the end of the block
                self.faults.append(error)
            finally:
                connection.close()

    def _talk(self, asked: Asked) -> None:
        self.associations += 1
        kind, body = asked.requestor.read_pdu()
        request = pdu(kind, body)
        asked.contexts = read_contexts(request)
        accept = self._accept(asked.contexts) if callable(self._accept) else self._accept
        asked.send(accept_pdu(request, asked.contexts, accept))
        while (message := asked.read_message()) is not None:
            self.requests.append(message)
            if message.field != C_CANCEL:  # one that comes too late
                self._answer(asked, message)


def response(message: Message, status: int, data: bytes | None = None, **changes: int | bytes) -> bytes:
    """The PDUs of a response to a request; ``changes`` are elements of the command set, as "x0120"."""
    values: dict[int, int | bytes] = {
        0x0002: message.command.values.get(0x0002, b""),
        0x0100: message.field | 0x8000,
        0x0120: message.message_id,
        0x0800: 0x0101 if data is None else 1,
        0x0900: status,
    }
    values |= {int(name[1:], 16): value for name, value in changes.items()}
    sent = data_pdu(message.context_id, 3, write_command_set(dict(sorted(values.items()))))
    return sent if data is None else sent + data_pdu(message.context_id, 2, data)


def roles(contexts: dict[int, tuple[str, list[str]]]) -> Accept:
    """Accept all, and that we store to the requestor."""
    uids = {uid for uid, _ in contexts.values()}
    items = (item(0x54, len(uid).to_bytes(2, "big") + uid.encode() + b"\0\1") for uid in sorted(uids))
    return Accept(extra_user_items=b"".join(items))
