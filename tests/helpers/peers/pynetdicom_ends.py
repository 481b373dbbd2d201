"""The ends of pynetdicom's associations: its threads are waited for, and its sockets closed.

pynetdicom leaves a socket open when the peer has reset the connection, and its servers do not wait for their threads.
"""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Thread
from time import monotonic
from typing import Any

from pynetdicom import AE, evt

DEADLINE_S = 60.0
_PATIENCE_S = 5.0
"""For associations to end by themselves; then their connections are shut down."""
_REQUEST_S = 10.0
"""pynetdicom waits so long for an A-ASSOCIATE-RQ also where the connection has gone."""


class Connections:
    """What an entity of pynetdicom's has opened or accepted."""

    def __init__(self) -> None:
        self.handler: Any = (evt.EVT_CONN_OPEN, self._note)
        """To be bound by the entity."""
        self._opened: list[tuple[Any, socket.socket]] = []

    def _note(self, event: evt.Event) -> None:
        opened = event.assoc.dul.socket
        if opened is not None and opened.socket is not None:
            self._opened.append((event.assoc, opened.socket))

    def close(self) -> None:
        """Wait for the threads of all associations and close their sockets; nothing more is opened."""
        threads: list[Thread] = [thread for association, _ in self._opened for thread in (association, association.dul)]
        if not _are_over(threads, _PATIENCE_S):
            for _, sock in self._opened:
                with suppress(OSError):  # closed by now
                    sock.shutdown(socket.SHUT_RDWR)
            assert _are_over(threads, DEADLINE_S), threads
        for _, sock in self._opened:
            sock.close()


def _are_over(threads: list[Thread], limit_s: float) -> bool:
    end = monotonic() + limit_s
    for thread in threads:
        if thread.ident is not None:
            thread.join(max(end - monotonic(), 0.0))
    return not any(thread.is_alive() for thread in threads)


@contextmanager
def ending_in_order() -> Iterator[Connections]:
    """Connections that are over at the end of the block."""
    connections = Connections()
    try:
        yield connections
    finally:
        connections.close()


@contextmanager
def serving_pynetdicom(entity: AE, handlers: Sequence[Any]) -> Iterator[int]:
    """The entity listens on a free port of loopback, which is the value."""
    entity.acse_timeout = _REQUEST_S
    with ending_in_order() as connections:
        server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=[*handlers, connections.handler])
        assert server is not None
        assert server.socket is not None
        try:
            yield server.socket.getsockname()[1]
        finally:
            server.shutdown()
