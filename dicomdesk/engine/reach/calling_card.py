"""How others reach a listener of this machine, in the same words wherever it is said; and this machine's addresses."""

import ipaddress
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from dicomdesk.network.wire.host_names import find_own_address

__all__ = ["address_words", "calling_card", "find_own_addresses", "reach_sentence"]

_MOST = 8
_FAR_AWAY = ("192.0.2.1", "2001:db8::1")
"""Documentation addresses (RFC 5737, RFC 3849): what leads to the network leads to them, and nothing is sent."""
_KERNEL_TABLE = Path("/proc/net/fib_trie")
_UNKNOWN = "(of this machine)"


def calling_card(ae_title: str, address: str, port: int, *, has_tls: bool) -> str:
    """What the administrator of a peer has to enter, line by line; ``address`` "" where it is not known."""
    lines = [
        f"AE title: {ae_title}",
        f"Address:  {address or _UNKNOWN}",
        f"Port:     {port}",
        f"TLS:      {'yes' if has_tls else 'no'}",
    ]
    return "\n".join(lines)


def reach_sentence(ae_title: str, addresses: Sequence[str], port: int) -> str:
    """The same in one sentence; of several addresses the first is the one that most peers need."""
    where = f"at {address_words(addresses)} port {port}" if addresses else f"on port {port}"
    return f"Reach this machine as {ae_title} {where}"


def address_words(addresses: Sequence[str]) -> str:
    """Several addresses as words: "10.0.0.7 or 192.168.4.1"; "" for none."""
    if not addresses:
        return ""
    return " or ".join(filter(None, [", ".join(addresses[:-1]), addresses[-1]]))


def find_own_addresses() -> tuple[str, ...]:
    """Addresses that others may reach this machine by, the one of the usual way first; may read the disk.

    Loopback addresses count only where there is no other.
    """
    found = [find_own_address(host, 9) for host in _FAR_AWAY]
    found += _kernel_addresses()
    reachable = [address for address in dict.fromkeys(found) if _is_reachable(address)]
    return tuple(reachable[:_MOST]) or ("127.0.0.1",)


def _kernel_addresses() -> list[str]:
    """Local IPv4 addresses as Linux tells them; [] elsewhere."""
    found, latest = [], ""
    with suppress(OSError):
        for line in _KERNEL_TABLE.read_text("ascii", "replace").splitlines():
            word = line.strip()
            if word.startswith("|-- "):
                latest = word[4:]
            elif word.startswith("/32 host LOCAL") and latest:
                found.append(latest)
    return found


def _is_reachable(address: str) -> bool:
    with suppress(ValueError):
        parsed = ipaddress.ip_address(address)
        return not (parsed.is_loopback or parsed.is_unspecified or parsed.is_link_local or parsed.is_multicast)
    return False
