"""Security of peers and of our own listener, as plain values; secrets are not among them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QObject, Signal

from dicomdesk.gui.window_state import TypedPeer
from dicomdesk.settings import AccessRules, TlsSettings

MOST_PEERS = 200
"""Older ones are forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerSecurity:
    """Security of associations with one peer."""

    uses_tls: bool = False
    tls: TlsSettings = field(default_factory=TlsSettings)
    """Without pass phrase; kept also while TLS is off."""
    user_name: str = ""
    """Proposed as user identity (PS3.7 D.3.3.7); "" proposes none."""
    sends_passcode: bool = False
    """Asked for when it is first needed."""
    wants_response: bool = False
    """Whether the peer has to confirm the identity."""

    @property
    def used_tls(self) -> TlsSettings | None:
        """The TLS settings where TLS is on."""
        return self.tls if self.uses_tls else None

    @property
    def is_plain(self) -> bool:
        """Whether nothing has to be loaded or asked for before an association."""
        return not self.uses_tls and not self.user_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerSecurity:
    """Security of our listener, and the peers that it serves."""

    uses_tls: bool = False
    tls: TlsSettings = field(default_factory=TlsSettings)
    """Without pass phrase; kept also while TLS is off."""
    access: AccessRules = field(default_factory=AccessRules)

    @property
    def used_tls(self) -> TlsSettings | None:
        """The TLS settings where TLS is on."""
        return self.tls if self.uses_tls else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecuritySettings:
    """Everything that is kept from one start of the window to the next."""

    peers: Mapping[TypedPeer, PeerSecurity] = field(default_factory=dict)
    """Latest last."""
    listener: ListenerSecurity = field(default_factory=ListenerSecurity)


class SecurityStore(QObject):
    """Keeps the settings that hold now; they are to be written when they have ``changed``. For the Qt thread."""

    changed = Signal()

    def __init__(self, settings: SecuritySettings | None = None, problem: str = "") -> None:
        """``problem`` says why the settings could not be read; nobody listens until the user has seen to them."""
        super().__init__()
        self.settings = settings or SecuritySettings()
        self.problem = problem

    def find_peer(self, entry: TypedPeer) -> PeerSecurity | None:
        """Return the security of a peer, None for one that is not known."""
        return self.settings.peers.get(entry)

    def keep_peer(self, entry: TypedPeer, security: PeerSecurity) -> None:
        """Remember a peer."""
        if self.settings.peers.get(entry) == security:
            return
        peers = {known: value for known, value in self.settings.peers.items() if known != entry}
        peers[entry] = security
        kept = dict(list(peers.items())[-MOST_PEERS:])
        self.settings = replace(self.settings, peers=kept)
        self.changed.emit()

    def keep_listener(self, security: ListenerSecurity) -> None:
        """Remember how the listener is secured."""
        self.settings = replace(self.settings, listener=security)
        self.problem = ""
        self.changed.emit()
