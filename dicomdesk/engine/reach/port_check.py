"""Whether a port of this machine that is listened on can be called from outside, as far as that can be known here."""

import socket

from dicomdesk.engine.reach.firewalls import FirewallFinding, find_firewalls
from dicomdesk.records import dataclass

__all__ = ["PortReach", "check_port", "is_taken"]

_LIMIT_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PortReach:
    """What was found."""

    answers: bool | None = None
    """Whether a connection from here to the address that the peer sees comes through; None where it was not tried."""
    firewalls: tuple[FirewallFinding, ...] = ()
    """Those of this machine, the ones that block first."""

    @property
    def blocking(self) -> FirewallFinding | None:
        """The firewall that keeps connections away, or may: None for none that is known."""
        return next((one for one in self.firewalls if one.blocks is not False), None)


def check_port(address: str, port: int, *, tries: bool) -> PortReach:
    """Look at the firewalls, and with ``tries`` connect to the port, which its listener sees; takes seconds at most.

    A connection from here passes no firewall that is between this machine and another, and seldom its own.
    """
    return PortReach(answers=_connects(address, port) if tries else None, firewalls=tuple(find_firewalls(port)))


def is_taken(address: str, port: int) -> bool:
    """Whether something listens on a port of this machine; takes seconds at most."""
    return bool(_connects(address, port))


def _connects(address: str, port: int) -> bool | None:
    if not address:
        return None
    try:
        socket.create_connection((address, port), _LIMIT_S).close()
    except OSError:
        return False
    return True
