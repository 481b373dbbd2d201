"""A provider that plays one kind to everybody who connects."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

from tests.hostile.kinds import Kind
from tests.hostile.steps import DEADLINE_S, converse


class HostileProvider:
    """Listens from construction on; the end of ``with`` waits for all conversations and raises what failed in them."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._errors: list[BaseException] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._start(self._listen)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(2 * DEADLINE_S)
            assert not thread.is_alive(), "a conversation does not end"
        if error is None and self._errors:
            raise self._errors[0]

    def _start(self, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, name="hostile provider", daemon=True)  # type: ignore[arg-type] # one of two methods
        self._threads.append(thread)
        thread.start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._start(self._converse, connection)

    def _converse(self, connection: socket.socket) -> None:
        try:
            converse(connection, self._kind.steps)
        except BaseException as error:  # noqa: BLE001 - raised by __exit__
            self._errors.append(error)
