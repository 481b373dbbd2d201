"""A way over TLS to a program that speaks none, and from it to one that does."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

DEADLINE_S = 30.0
_PART_BYTES = 1 << 16


@contextmanager
def tls_proxy(
    to_port: int, *, accepts: ssl.SSLContext | None = None, connects: ssl.SSLContext | None = None
) -> Iterator[int]:
    """Hand on connections to a port of this machine until the end of the block; its own port is the value.

    ``accepts`` is TLS with whoever calls, ``connects`` TLS with whoever is called; None is none.
    """
    proxy = _Proxy(to_port, accepts, connects)
    thread = threading.Thread(target=asyncio.run, args=(proxy.serve(),), name="TLS proxy")
    thread.start()
    try:
        assert proxy.is_ready.wait(DEADLINE_S)
        yield proxy.port
    finally:
        proxy.stop()
        thread.join(DEADLINE_S)
        assert not thread.is_alive()


class _Proxy:
    def __init__(self, to_port: int, accepts: ssl.SSLContext | None, connects: ssl.SSLContext | None) -> None:
        self.is_ready = threading.Event()
        self.port = 0
        self._to_port, self._accepts, self._connects = to_port, accepts, connects
        self._connections: set[asyncio.Task[None] | None] = set()
        """asyncio itself keeps no task alive that waits."""

    async def serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._hand_on, "127.0.0.1", 0, ssl=self._accepts)
        self.port = server.sockets[0].getsockname()[1]
        self.is_ready.set()
        await self._over.wait()
        server.close()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)

    async def _hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(asyncio.current_task())
        with suppress(OSError):
            their_reader, their_writer = await asyncio.open_connection(
                "127.0.0.1", self._to_port, ssl=self._connects, server_hostname="localhost" if self._connects else None
            )
            await asyncio.gather(_pump(reader, their_writer), _pump(their_reader, writer))
        writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until one side hangs up, which ends the other side's connection too: nobody says anything after that."""
    with suppress(OSError):
        while part := await reader.read(_PART_BYTES):
            writer.write(part)
            await writer.drain()
    writer.close()
