"""How nodes and our own listener are secured, as plain values; secrets are not among them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QObject, Signal

from dicomdesk.gui.window_state import PeerEntry
from dicomdesk.settings import AccessRules, TlsSettings

MOST_NODES = 200
"""Older ones are forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSecurity:
    """How associations with one peer are secured."""

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
    """How our listener is secured, and whom it serves."""

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

    nodes: Mapping[PeerEntry, NodeSecurity] = field(default_factory=dict)
    """Latest last."""
    listener: ListenerSecurity = field(default_factory=ListenerSecurity)


class SecurityStore(QObject):
    """What holds now. For the Qt thread; whoever starts the window writes it when it ``changed``."""

    changed = Signal()

    def __init__(self, settings: SecuritySettings | None = None, problem: str = "") -> None:
        """``problem`` says why the settings could not be read; nobody listens until the user has seen to them."""
        super().__init__()
        self.settings = settings or SecuritySettings()
        self.problem = problem

    def find_node(self, entry: PeerEntry) -> NodeSecurity | None:
        """How a peer is secured, None for one that is not known."""
        return self.settings.nodes.get(entry)

    def keep_node(self, entry: PeerEntry, security: NodeSecurity) -> None:
        """Remember a peer."""
        if self.settings.nodes.get(entry) == security:
            return
        nodes = {known: value for known, value in self.settings.nodes.items() if known != entry}
        nodes[entry] = security
        kept = dict(list(nodes.items())[-MOST_NODES:])
        self.settings = replace(self.settings, nodes=kept)
        self.changed.emit()

    def keep_listener(self, security: ListenerSecurity) -> None:
        """Remember how the listener is secured."""
        self.settings = replace(self.settings, listener=security)
        self.problem = ""
        self.changed.emit()
