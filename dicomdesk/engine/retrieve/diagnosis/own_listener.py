"""Where a peer finds the listener of this machine that instances are to come to."""

import ipaddress
from contextlib import suppress

from dicomdesk.engine.reach.calling_card import calling_card
from dicomdesk.engine.reach.port_check import PortReach, check_port
from dicomdesk.engine.retrieve.request import RetrieveRequest, RunningListener
from dicomdesk.network.wire.host_names import find_own_address
from dicomdesk.records import dataclass

__all__ = ["OwnListener", "check_own_listener", "find_own_listener"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnListener:
    """Where instances are to come to, at this machine."""

    ae_title: str
    address: str
    """As the peer sees this machine, "" where that is not known."""
    port: int
    is_for_this_machine_only: bool = False
    """Whether it listens on a loopback address, and the peer is elsewhere."""
    has_tls: bool = False
    reach: PortReach | None = None
    """None where nobody has looked."""

    @property
    def card(self) -> str:
        """What the administrator of the peer has to enter."""
        return calling_card(self.ae_title, self.address, self.port, has_tls=self.has_tls)

    @property
    def advice(self) -> str:
        """What may keep a peer from calling here, as far as it is known: the surest alone."""
        if self.is_for_this_machine_only:
            return "The listener takes connections of this machine only: let it listen on an address of the network."
        if self.reach is None:
            return (
                f"{self._comparison} A firewall may stand between: allow incoming TCP connections to port {self.port} "
                f"on this machine (ufw allow {self.port}/tcp; firewall-cmd --add-port={self.port}/tcp)."
            )
        if self.reach.answers is False:
            return (
                f"Not even this machine gets through to {self.address}, port {self.port}: let the listener listen on "
                "all addresses."
            )
        return self._firewall_advice(self.reach)

    @property
    def _comparison(self) -> str:
        return f"The peer may have another address or port for {self.ae_title}: compare with the card."

    def _firewall_advice(self, reach: PortReach) -> str:
        firewall = reach.blocking
        if firewall is None:
            names = ", ".join(one.name for one in reach.firewalls)
            here = f"that of this machine ({names}) lets port {self.port} through" if names else "none was found here"
            return f"{self._comparison} A firewall may stand between; {here}."
        name, rule = f"The firewall of this machine, {firewall.name},", f" ({firewall.rule})" if firewall.rule else ""
        opening = f"an administrator opens it by {firewall.command}."
        if firewall.blocks:
            return f"{name} keeps connections from port {self.port}{rule}: {opening}"
        return f"{self._comparison} {name} may keep connections from port {self.port}{rule}: {opening}"


def find_own_listener(request: RetrieveRequest, port: int, reach: PortReach | None = None) -> OwnListener | None:
    """What the peer of a request is to know of our listener; ``port`` is that of the job's own, 0 for none so far."""
    running = _running(request, port)
    if running is None:
        return None
    seen = find_own_address(request.peer.host, request.peer.port)
    return OwnListener(
        ae_title=request.move_destination,
        address=running.address or seen,
        port=running.port,
        is_for_this_machine_only=_is_loopback(running.address) and not _is_loopback(seen),
        has_tls=running.has_tls,
        reach=reach,
    )


def check_own_listener(request: RetrieveRequest, port: int) -> PortReach | None:
    """Whether the listener can be called. A connection is made only to one of the job's own: others would show it."""
    found = find_own_listener(request, port)
    return None if found is None else check_port(found.address, found.port, tries=request.listener is not None)


def _running(request: RetrieveRequest, port: int) -> RunningListener | None:
    own = request.listener
    if own is None:
        return request.running_listener
    return RunningListener(port=port or own.port, address=own.address, has_tls=own.acceptance.tls is not None)


def _is_loopback(address: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(address).is_loopback
    return False
