"""Opens transport connections: name resolution, IPv4 and IPv6, deadline and interruption."""

import contextlib
import errno
import os
import socket
from time import monotonic

from dicomdesk.errors import PeerUnreachableError
from dicomdesk.network.wire.connection import Interruption, make_waiter, no_descriptor_error

_PER_ADDRESS_S = 10.0
"""How long an address is tried while there is another one."""

_ADVICE = {
    errno.ECONNREFUSED: "nothing listens on that port",
    errno.ETIMEDOUT: "no answer; a firewall, or the machine is off",
    errno.EHOSTUNREACH: "no route to the host",
    errno.ENETUNREACH: "no route to the network",
}

Address = tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int]]
"""Family and what a socket of it connects to."""


def dial(host: str, port: int, timeout_s: float | None, interruption: Interruption) -> socket.socket:
    """A connected, non-blocking socket to the first address of the host that answers, IPv4 first.

    Raises PeerUnreachableError, LocalError, and ConnectionInterruptedError when interrupted. Name resolution takes as
    long as the system's resolver likes.
    """
    deadline = None if timeout_s is None else monotonic() + timeout_s
    addresses = resolve(host, port)
    failure = errno.ETIMEDOUT
    for index, (family, address) in enumerate(addresses):
        limit = deadline
        if index + 1 < len(addresses):
            limit = min(monotonic() + _PER_ADDRESS_S, deadline or float("inf"))
        sock, failure = connect(family, address, limit, interruption)
        if sock is not None:
            return sock
    raise unreachable_error(host, port, failure)


def unreachable_error(host: str, port: int, failure: int) -> PeerUnreachableError:
    """The error for an error number of ``connect``, in words."""
    words = os.strerror(failure)
    advice = _ADVICE.get(failure)
    return PeerUnreachableError(
        f"No connection to {host} port {port}: {words}" + (f" ({advice})" if advice else ""),
        condition=f"TCP Initialization Error: {words}",
    )


def resolve(host: str, port: int) -> list[Address]:
    """All addresses of the host, IPv4 first; raises PeerUnreachableError where it has none, LocalError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        _check_room()
        raise PeerUnreachableError(
            f'The host name "{host}" is not known', condition=f"Attempt to connect to unknown host: {host}"
        ) from error
    addresses: list[Address] = [(family, address) for family, _, _, _, address in found]  # type: ignore[misc]  # typeshed allows for builds without IPv6
    return sorted(dict.fromkeys(addresses), key=lambda item: item[0] != socket.AF_INET)


def _check_room() -> None:
    """Raise LocalError where no socket can be opened: the resolver says then that it does not know the host."""
    try:
        socket.socket().close()
    except OSError as error:
        raise no_descriptor_error(error) from error


def connect(
    family: socket.AddressFamily, address: tuple[object, ...], deadline: float | None, interruption: Interruption
) -> tuple[socket.socket | None, int]:
    """A connected, non-blocking socket, or None and the error number; the deadline is one of ``time.monotonic``.

    Raises ConnectionInterruptedError, and LocalError where there is no socket to be had.
    """
    try:
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
            raise no_descriptor_error(error) from error
        return None, error.errno or errno.EAFNOSUPPORT
    with contextlib.ExitStack() as stack:
        stack.callback(sock.close)
        sock.settimeout(0)
        failure = sock.connect_ex(address)
        if failure in {errno.EINPROGRESS, errno.EWOULDBLOCK}:
            if any(make_waiter(sock, interruption).wait(deadline, reading=False, writing=True)):
                failure = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            else:
                failure = errno.ETIMEDOUT
        if failure:
            return None, failure
        stack.pop_all()
    return sock, 0
