"""Finds out what a destination is now: which peer, at which addresses, and whether it is this machine."""

import socket
import time
from collections.abc import Callable

from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.rules.deciding import Target
from dicomdesk.engine.rules.rule import Destination

__all__ = ["TargetFinder"]

_KEPT_S = 300.0


class TargetFinder:
    """Finds targets, and remembers the addresses of hosts for a while. Belongs to one thread: names are looked up."""

    def __init__(self, find_peer: Callable[[str], KnownPeer | None], own_port: Callable[[], int]) -> None:
        """``own_port`` is where we listen ourselves, 0 for nowhere."""
        self._find_peer = find_peer
        self._own_port = own_port
        self._known: dict[str, tuple[float, frozenset[str]]] = {}

    def find(self, destination: Destination) -> Target:
        """The target of a destination; one that no address book knows is not known."""
        peer = destination.peer or self._find_peer(destination.name)
        if peer is None:
            return Target(key=f"name {destination.name.casefold()}", is_known=False)
        addresses = self._addresses(peer.host)
        own_port = self._own_port()
        return Target(
            key=f"{peer.ae_title}@{peer.host.casefold()}:{peer.port}",
            ae_title=peer.ae_title,
            addresses=addresses,
            is_us=own_port > 0 and peer.port == own_port and any(_is_own(address) for address in addresses),
        )

    def _addresses(self, host: str) -> frozenset[str]:
        now_s = time.monotonic()
        known = self._known.get(host)
        if known is not None and now_s - known[0] < _KEPT_S:
            return known[1]
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            found = []
        addresses = frozenset(str(entry[4][0]).partition("%")[0] for entry in found)
        self._known[host] = (now_s, addresses)
        return addresses


def _is_own(address: str) -> bool:
    """Whether an address is one of this machine: only then can a socket have it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as found:
            found.bind((address, 0))
    except OSError:
        return False
    return True
