"""Security of our own listener, as plain values; secrets are not among them."""

from collections.abc import Mapping
from dataclasses import field, replace

from PySide6.QtCore import QObject, Signal

from dicomdesk.engine.peers.peer_security import PeerSecurity
from dicomdesk.gui.window_state import TypedPeer
from dicomdesk.records import dataclass
from dicomdesk.settings import AccessRules, TlsSettings


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

    nodes: Mapping[TypedPeer, PeerSecurity] = field(default_factory=dict)
    """Of a file that has some, for an address book that is begun; latest last."""
    listener: ListenerSecurity = field(default_factory=ListenerSecurity)


class SecurityStore(QObject):
    """Keeps the settings that hold now; they are to be written when they have ``changed``. For the Qt thread."""

    changed = Signal()

    def __init__(self, settings: SecuritySettings | None = None, problem: str = "") -> None:
        """``problem`` says why the settings could not be read; nobody listens until the user has seen to them."""
        super().__init__()
        self.settings = settings or SecuritySettings()
        self.problem = problem

    def keep_listener(self, security: ListenerSecurity) -> None:
        """Remember how the listener is secured."""
        self.settings = replace(self.settings, listener=security)
        self.problem = ""
        self.changed.emit()
