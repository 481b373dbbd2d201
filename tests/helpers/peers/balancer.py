"""One address for several servers, as a TCP balancer has it: each connection goes to one of those that take it."""

import contextlib
import random
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

DEADLINE_S = 30.0


@contextmanager
def balancing(ports: Sequence[int], seed: int) -> Iterator[int]:
    """Pass connections on to these ports of this machine, which may change meanwhile; yields where."""
    choice, threads, sockets = random.Random(seed), list[threading.Thread](), list[socket.socket]()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            while True:
                try:
                    client, _ = listening.accept()
                except OSError:
                    return
                server = _reach(choice.sample(list(ports), len(ports)))
                sockets.append(client)
                if server is None:
                    client.close()
                    continue
                sockets.append(server)
                for one, other in ((client, server), (server, client)):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    thread = threading.Thread(target=_pump, args=(one, other), daemon=True)
                    threads.append(thread)
                    thread.start()

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        accepting.join(DEADLINE_S)
    for thread in threads:
        thread.join(DEADLINE_S)
    for one in sockets:
        one.close()


def _reach(ports: Sequence[int]) -> socket.socket | None:
    for port in ports:
        with contextlib.suppress(OSError):
            return socket.create_connection(("127.0.0.1", port))
    return None


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Pass on what comes; the end of one side, by a reset too, is the end of the other."""
    try:
        while data := source.recv(1 << 16):
            target.sendall(data)
    except OSError:
        pass
    for one in (source, target):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
