"""What other starts of the program hand to the window that is open: paths, in one message of bounded length.

One line of JSON there and one back: ``{"version": 1, "paths": [...]}`` and ``{"taken": 3}``. The socket is its owner's
alone, in a folder that nobody else can enter.
"""

import json
import time
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from dicomdesk.gui.handover.claim import Claim

VERSION = 1
LARGEST_MESSAGE = 4 << 20
"""Bytes; command lines are shorter."""
MOST_AT_ONCE = 8
"""Other starts that are listened to at a time."""
PATIENCE_MS = 5000
"""How long one that connects may take to say what it has."""
PATIENCE_S = 20.0
"""How long a window may take to begin or to close before it counts as silent."""
_AGAIN_S = 0.05


def to_message(paths: Sequence[str]) -> bytes:
    """Return paths as a message; names that are not UTF-8 pass as they are."""
    return json.dumps({"version": VERSION, "paths": list(paths)}).encode("ascii") + b"\n"


def from_message(line: bytes) -> list[str] | None:
    """Return the paths of a message, None for what is none."""
    try:
        found = json.loads(line.decode("ascii"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.get("version") != VERSION:
        return None
    paths = found.get("paths")
    if not isinstance(paths, list) or not all(_is_path(path) for path in paths):
        return None
    return paths


def _is_path(path: object) -> bool:
    return isinstance(path, str) and "\0" not in path and Path(path).is_absolute()


class Inbox(QObject):
    """Listens for other starts. For the Qt thread."""

    given = Signal(object)
    """A list of paths, as text, which is empty where the window is only to be shown. Qt's own lists lose what is not
    UTF-8.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        self._lines: dict[QLocalSocket, bytearray] = {}

    def listen(self, address: str) -> str:
        """Listen at an address; what a dead window left there is no obstacle. Returns why not, "" where it listens."""
        QLocalServer.removeServer(address)
        return "" if self._server.listen(address) else self._server.errorString()

    def close(self) -> None:
        """Listen no more."""
        self._server.close()
        for connection in list(self._lines):
            connection.abort()

    def _on_connection(self) -> None:
        while (connection := self._server.nextPendingConnection()) is not None:
            if len(self._lines) >= MOST_AT_ONCE:
                connection.abort()
                connection.deleteLater()
                continue
            self._lines[connection] = bytearray()
            connection.readyRead.connect(lambda it=connection: self._on_read(it))
            connection.disconnected.connect(lambda it=connection: self._on_gone(it))
            QTimer.singleShot(PATIENCE_MS, connection, connection.abort)
            self._on_read(connection)

    def _on_read(self, connection: QLocalSocket) -> None:
        line = self._lines.get(connection)
        if line is None:
            return
        line += bytes(connection.read(LARGEST_MESSAGE + 1 - len(line)).data())
        if len(line) > LARGEST_MESSAGE:
            connection.abort()
            return
        if not line.endswith(b"\n"):
            return
        paths = from_message(bytes(line))
        if paths is None:
            connection.abort()
            return
        connection.write(json.dumps({"taken": len(paths)}).encode("ascii") + b"\n")
        connection.disconnectFromServer()
        self.given.emit(paths)

    def _on_gone(self, connection: QLocalSocket) -> None:
        if self._lines.pop(connection, None) is not None:
            connection.deleteLater()


class Meeting(Enum):
    """What became of a start."""

    FIRST = "first"
    """This process is the window of the profile."""
    HANDED_OVER = "handed over"
    """The window that is open has taken what was given."""
    SILENT = "silent"
    """There is a window, and it does not answer."""


def meet(claim: Claim, paths: Sequence[str], patience_s: float = PATIENCE_S) -> Meeting:
    """Become the window of a profile, or hand over to that which is; one that is closing is waited for.

    Raises OSError where the profile cannot be claimed at all.
    """
    until = time.monotonic() + patience_s
    while True:
        if claim.take():
            return Meeting.FIRST
        address = claim.address()
        if address and hand_over(address, paths):
            return Meeting.HANDED_OVER
        if time.monotonic() >= until:
            return Meeting.SILENT
        Event().wait(_AGAIN_S)


def hand_over(address: str, paths: Sequence[str]) -> bool:
    """Give paths to the window that listens at an address; whether it has taken them. Needs no application object."""
    message = to_message(paths)
    connection = QLocalSocket()
    connection.connectToServer(address)
    if not connection.waitForConnected(PATIENCE_MS):
        return False
    connection.write(message)
    answer = b""
    while connection.bytesToWrite() and connection.waitForBytesWritten(PATIENCE_MS):
        pass
    while not answer.endswith(b"\n") and (connection.bytesAvailable() or connection.waitForReadyRead(PATIENCE_MS)):
        answer += bytes(connection.read(LARGEST_MESSAGE).data())
    connection.abort()
    try:
        return bool(json.loads(answer.decode("ascii"))["taken"] == len(paths))
    except (ValueError, TypeError, KeyError):
        return False
