"""A source of drops that is no Qt: it speaks XDND (version 5) over a connection of its own to an X server.

It proposes to move what it offers, as some file managers do, and tells what it was answered.
"""

import socket
import struct
from typing import NamedTuple

__all__ = ["Answers", "XSource"]

_DEADLINE_S = 30.0
_INPUT_ONLY, _REPLACE = 2, 0
_ERROR, _REPLY, _SELECTION_REQUEST, _SELECTION_NOTIFY, _CLIENT_MESSAGE = 0, 1, 30, 31, 33
_ATOM = 4
_VERSION = 5


class Answers(NamedTuple):
    """What the target said."""

    to_position: str
    """Name of the action that it would do; "" where it takes nothing."""
    at_the_end: str
    """Name of the action that it has done."""


class XSource:
    """One connection, and one window that owns what is dropped."""

    def __init__(self, display: int) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(_DEADLINE_S)
        self._socket.connect(f"/tmp/.X11-unix/X{display}")
        self._socket.sendall(struct.pack("<BxHHHHxx", ord("l"), 11, 0, 0, 0))
        is_in, _, _, length = struct.unpack("<BxHHH", self._read(8))
        setup = self._read(4 * length)
        assert is_in == 1, setup
        base, _mask, _, vendor, _ = struct.unpack_from("<IIIHH", setup, 4)
        formats = setup[21]
        self._root = struct.unpack_from("<I", setup, 32 + (vendor + 3) // 4 * 4 + 8 * formats)[0]
        self._events: list[bytes] = []
        self._atoms: dict[str, int] = {}
        self._window = base | 1
        create = struct.pack("<IIhhHHHHII", self._window, self._root, 0, 0, 1, 1, 0, _INPUT_ONLY, 0, 0)
        self._send(1, 0, create)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def find_target(self) -> int:
        """Return the largest window that takes drops; 0 for none."""
        _, tree = self._ask(15, 0, struct.pack("<I", self._root))
        windows = struct.unpack(f"<{len(tree) // 4}I", tree)
        aware = [window for window in windows if self._is_aware(window)]
        return max(aware, key=lambda window: self._area(window)[2], default=0)

    def drop(self, target: int, uris: str) -> Answers:
        """Drop a list of URIs into the middle of a window, proposing to move them; copying is offered too."""
        atom = self._atom
        self._set_property("XdndActionList", _ATOM, [atom("XdndActionMove"), atom("XdndActionCopy")])
        self._send(22, 0, struct.pack("<III", self._window, atom("XdndSelection"), 0))
        self._tell(target, "XdndEnter", _VERSION << 24, atom("text/uri-list"), 0, 0)
        x, y, _ = self._area(target)
        self._tell(target, "XdndPosition", 0, x << 16 | y, 0, atom("XdndActionMove"))
        status = self._wait_for("XdndStatus", uris)
        self._tell(target, "XdndDrop", 0, 0, 0, 0)
        finished = self._wait_for("XdndFinished", uris)
        return Answers(self._action(status[4]) if status[1] & 1 else "", self._action(finished[2]))

    def _tell(self, target: int, name: str, *values: int) -> None:
        message = struct.pack("<BBHII5I", _CLIENT_MESSAGE, 32, 0, target, self._atom(name), self._window, *values)
        self._send(25, 0, struct.pack("<II", target, 0) + message)

    def _wait_for(self, name: str, uris: str) -> tuple[int, ...]:
        """Give what is asked for until the target says something."""
        while True:
            event = self._events.pop(0) if self._events else self._next()
            kind = event[0] & 0x7F
            if kind == _SELECTION_REQUEST:
                self._give(event, uris)
            elif kind == _CLIENT_MESSAGE and struct.unpack_from("<I", event, 8)[0] == self._atom(name):
                return struct.unpack_from("<5I", event, 12)

    def _give(self, request: bytes, uris: str) -> None:
        at, _, requestor, selection, target, place = struct.unpack_from("<6I", request, 4)
        data = uris.encode()
        is_wanted = target == self._atom("text/uri-list")
        if is_wanted:
            head = struct.pack("<IIIBxxxI", requestor, place, target, 8, len(data))
            self._send(18, _REPLACE, head + data)
        answer = struct.pack("<BxHIIIII8x", _SELECTION_NOTIFY, 0, at, requestor, selection, target, place * is_wanted)
        self._send(25, 0, struct.pack("<II", requestor, 0) + answer)

    def _set_property(self, name: str, kind: int, values: list[int]) -> None:
        head = struct.pack("<IIIBxxxI", self._window, self._atom(name), kind, 32, len(values))
        self._send(18, _REPLACE, head + struct.pack(f"<{len(values)}I", *values))

    def _is_aware(self, window: int) -> bool:
        asked = struct.pack("<IIIII", window, self._atom("XdndAware"), 0, 0, 1)
        return bool(self._ask(20, 0, asked)[1])

    def _area(self, window: int) -> tuple[int, int, int]:
        """The middle of a window that stands on the root, and how large it is."""
        reply, _ = self._ask(14, 0, struct.pack("<I", window))
        x, y, width, height = struct.unpack_from("<hhHH", reply, 12)
        return x + width // 2, y + height // 2, width * height

    def _action(self, atom: int) -> str:
        names = ("XdndActionCopy", "XdndActionMove", "XdndActionLink", "XdndActionPrivate")
        return next((name for name in names if self._atom(name) == atom), "")

    def _atom(self, name: str) -> int:
        if name not in self._atoms:
            reply, _ = self._ask(16, 0, struct.pack("<HH", len(name), 0) + name.encode())
            self._atoms[name] = struct.unpack_from("<I", reply, 8)[0]
        return self._atoms[name]

    # -- the connection

    def _send(self, operation: int, detail: int, content: bytes) -> None:
        padded = content + bytes(-len(content) % 4)
        self._socket.sendall(struct.pack("<BBH", operation, detail, 1 + len(padded) // 4) + padded)

    def _ask(self, operation: int, detail: int, content: bytes) -> tuple[bytes, bytes]:
        """Return the reply to a request, and what is behind its first 32 bytes."""
        self._send(operation, detail, content)
        while True:
            message = self._next()
            if message[0] == _REPLY:
                return message, self._read(4 * struct.unpack_from("<I", message, 4)[0])
            self._events.append(message)

    def _next(self) -> bytes:
        message = self._read(32)
        assert message[0] != _ERROR, f"error {message[1]} of the X server"
        return message

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            piece = self._socket.recv(count - len(data))
            assert piece, "the X server has hung up"
            data += piece
        return data
