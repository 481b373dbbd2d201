"""Security of associations with one peer; secrets are not among it."""

from dataclasses import field

from dicomdesk.records import dataclass
from dicomdesk.settings import TlsSettings

__all__ = ["PeerSecurity"]


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
