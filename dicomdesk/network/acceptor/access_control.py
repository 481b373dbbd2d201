"""Checks of peers against the rules of an acceptor: address, certificate, AE titles, user identity (PS3.8 9.3.4)."""

import ipaddress
from collections.abc import Mapping
from typing import TYPE_CHECKING

from dicomdesk.errors import SettingsError
from dicomdesk.human import printable
from dicomdesk.network.negotiation import TlsSession
from dicomdesk.network.upper_layer.association_items import PresentedIdentity
from dicomdesk.network.upper_layer.association_pdus import AssociateRequest
from dicomdesk.records import dataclass
from dicomdesk.settings import AccessRules, UserIdentityType

if TYPE_CHECKING:
    from dicomdesk.network.acceptor.passcodes import Passcodes

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_MAPPED_BITS = 96
"""What comes before the IPv4 address in one mapped to IPv6."""

_NO_REASON = (1, 1, 1)
"""Rejected permanent, by the service-user, no reason given."""
_CALLING_AE_TITLE = (1, 1, 3)
_CALLED_AE_TITLE = (1, 1, 7)
_IDENTITY = (1, 2, 1)
"""Rejected permanent, by the service-provider's ACSE related function, no reason given (PS3.7 D.3.3.7)."""
_CONGESTION = (2, 3, 1)
"""Rejected transient, by the service-provider's presentation related function."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Reason why a peer is not served."""

    numbers: tuple[int, int, int]
    """Result, source and reason of the A-ASSOCIATE-RJ."""
    text: str
    """What our side logs and shows, printable and without secrets; the peer learns the numbers only."""


class AccessControl:
    """Rules, checked once and ready for use by the threads of all associations."""

    def __init__(self, rules: AccessRules) -> None:
        """Raise SettingsError for addresses and hashes that are none."""
        self._networks = tuple(_parse_network(text) for text in rules.networks)
        self._calling_ae_titles = _stripped(rules.calling_ae_titles)
        self._called_ae_titles = _stripped(rules.called_ae_titles)
        self._needs_certificate = rules.needs_client_certificate
        self._passcodes = None if rules.user_pass_codes is None else _make_passcodes(rules.user_pass_codes)

    @property
    def checks_identity(self) -> bool:
        """Whether a user identity is asked for; where not, one that is presented is ignored and not confirmed."""
        return self._passcodes is not None

    def check(self, request: AssociateRequest, peer_address: str, tls: TlsSession | None) -> Refusal | None:
        """Reason why the request is refused, None for a welcome one; takes a while where there are passcodes."""
        if self._networks and not self._is_in_networks(peer_address):
            return Refusal(numbers=_NO_REASON, text=f"the address {printable(peer_address)} is not served")
        if self._needs_certificate and (tls is None or not tls.is_peer_verified):
            return Refusal(numbers=_NO_REASON, text="the peer presented no certificate that could be verified")
        called, calling = request.called_ae_title, request.calling_ae_title
        if self._called_ae_titles and called not in self._called_ae_titles:
            return Refusal(numbers=_CALLED_AE_TITLE, text=f'the called AE title "{printable(called)}" is not ours')
        if self._calling_ae_titles and calling not in self._calling_ae_titles:
            return Refusal(numbers=_CALLING_AE_TITLE, text=f'the calling AE title "{printable(calling)}" is not served')
        if self._passcodes is not None:
            return _check_identity(self._passcodes, request.user_identity, peer_address)
        return None

    def _is_in_networks(self, peer_address: str) -> bool:
        try:
            address = ipaddress.ip_address(peer_address.partition("%")[0])
        except ValueError:
            return False
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return any(address in network for network in self._networks)


def _check_identity(passcodes: "Passcodes", identity: PresentedIdentity | None, peer_address: str) -> Refusal | None:
    if identity is None:
        return Refusal(numbers=_IDENTITY, text="the peer presented no user identity")
    shown = identity.exchange()
    if identity.kind == UserIdentityType.USER_NAME:
        return Refusal(numbers=_IDENTITY, text=f'user "{shown.user_name}" presented no passcode')
    if identity.kind != UserIdentityType.USER_NAME_AND_PASSCODE:
        return Refusal(
            numbers=_IDENTITY, text=f"the user identity is {shown}, but user name and passcode are asked for"
        )
    is_right = passcodes.are_right(identity.primary, identity.secondary, peer_address)
    if is_right is None:
        text = f"too many user identities of {printable(peer_address)} are to be verified at once"
        return Refusal(numbers=_CONGESTION, text=text)
    if not is_right:
        return Refusal(numbers=_IDENTITY, text=f'user "{shown.user_name}" is not known, or the passcode is wrong')
    return None


def _make_passcodes(hashes: Mapping[str, str]) -> "Passcodes":
    from dicomdesk.network.acceptor.passcodes import Passcodes  # noqa: PLC0415 - only where users are asked for

    return Passcodes(hashes)


def _stripped(titles: frozenset[str]) -> frozenset[str]:
    return frozenset(title.strip() for title in titles)


def _parse_network(text: str) -> _Network:
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError as error:
        raise SettingsError(f'"{printable(text)}" is neither an IP address nor a network such as 10.0.0.0/8') from error
    if isinstance(network, ipaddress.IPv6Network):
        mapped = network.network_address.ipv4_mapped
        if mapped is not None and network.prefixlen >= _MAPPED_BITS:
            return ipaddress.IPv4Network((mapped, network.prefixlen - _MAPPED_BITS))
    return network
