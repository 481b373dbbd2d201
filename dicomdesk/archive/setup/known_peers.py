"""Access to the archive: by host rules, and by the peers of a storage area.

A peer of the configuration has an AE title and a host. A caller is that peer when it calls itself so, and comes from
that host: its address or the name of its address is what the configuration says, or what the configuration says is a
name of its address.
"""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterable

from dicomdesk.archive.setup.configuration import Area, HostRules, PeerEntry

__all__ = ["Addresses", "find_peer", "is_admitted", "is_same_host"]

_VALID_S = 60.0
_MOST_NAMES = 1024


class Addresses:
    """Addresses of host names, remembered for a minute. Any thread."""

    def __init__(self, look_up: Callable[[str], frozenset[str]] | None = None) -> None:
        self._look_up = look_up or _look_up
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, frozenset[str]]] = {}

    def of(self, host: str) -> frozenset[str]:
        """The addresses of a host; none where there is no such name."""
        key = host.lower()
        with self._lock:
            known = self._known.get(key)
        if known is not None and time.monotonic() - known[0] < _VALID_S:
            return known[1]
        found = self._look_up(host)
        with self._lock:
            if len(self._known) >= _MOST_NAMES:
                self._known.clear()
            self._known[key] = time.monotonic(), found
        return found

    def confirmed(self, address: str, name: str) -> str:
        """Return the name that was found for an address, if the name has that address; else the address.

        Who owns an address gives it whatever name they like, also that of somebody else's host.
        """
        return name if name == address or _plain(address) in self.of(name) else address


def is_admitted(rules: HostRules, address: str, host_name: str, *, claimed_name: str = "") -> bool:
    """Whether the host rules admit a caller: what is allowed is, what is denied is not, anything else is.

    A name that is only claimed, not confirmed, may deny, never allow.
    """
    if _fits_any(rules.allow, address, host_name):
        return True
    return not (_fits_any(rules.deny, address, host_name) or _fits_any(rules.deny, address, claimed_name))


def find_peer(area: Area, calling_ae_title: str, address: str, host_name: str, addresses: Addresses) -> bool:
    """Whether a caller is among the peers of an area; anyone is where it names none."""
    if area.peers is None:
        return True
    return any(
        entry.ae_title == calling_ae_title and is_same_host(entry, address, host_name, addresses)
        for entry in area.peers
    )


def is_same_host(entry: PeerEntry, address: str, host_name: str, addresses: Addresses) -> bool:
    """Whether a caller comes from the host of a peer."""
    host = entry.host.lower()
    if host in (host_name.lower(), address.lower()):
        return True
    return _plain(address) in addresses.of(entry.host)


def _fits_any(patterns: Iterable[str], address: str, host_name: str) -> bool:
    return any(_fits(pattern, address, host_name) for pattern in patterns)


def _fits(pattern: str, address: str, host_name: str) -> bool:
    """One pattern as in hosts.allow: ALL, ".domain", "10.0." (beginning), a network, an address or a name."""
    text = pattern.lower()
    if text == "all":
        return True
    if text.startswith("."):
        return host_name.lower().endswith(text)
    if text.endswith("."):
        return _plain(address).startswith(text)
    try:
        return ipaddress.ip_address(_plain(address)) in ipaddress.ip_network(text, strict=False)
    except ValueError:
        return text in (host_name.lower(), address.lower())


def _plain(address: str) -> str:
    """An IPv4 address that came over IPv6, as IPv4; a link-local one without its interface."""
    text = address.partition("%")[0].lower()
    return text.removeprefix("::ffff:") if "." in text else text


def _look_up(host: str) -> frozenset[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return frozenset()
    return frozenset(_plain(str(entry[4][0])) for entry in found)
