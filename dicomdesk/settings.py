"""All settings, as frozen values: built once at start and passed in.

Nothing below this module reads the environment or a settings file.
"""

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

DEFAULT_MAX_PDU_BYTES = 16384
"""Maximum PDU length announced by the drop-in tools unless asked otherwise."""

LARGE_MAX_PDU_BYTES = 131072
"""Maximum PDU length announced where nothing documented says otherwise; also the largest fragment ever sent."""

IMPLEMENTATION_CLASS_UID = "2.25.288395240517846284519874628116329425073"
"""Implementation Class UID (PS3.7 D.3.3.2) announced and written to file meta information."""

IMPLEMENTATION_VERSION_NAME = "DICOMDESK_010"
"""Implementation Version Name (PS3.7 D.3.3.2), at most 16 characters."""


class Decompression(Enum):
    """Which compressed data sets may be decompressed when the peer does not take them as they are."""

    NEVER = "never"
    LOSSLESS = "lossless"
    LOSSY = "lossy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Deadlines of one association, in seconds; None waits without limit."""

    connect_s: float | None = None
    """For the transport connection."""
    acse_s: float | None = 30.0
    """For each association request or release answer."""
    dimse_s: float | None = None
    """For each DIMSE message."""
    socket_s: float | None = 60.0
    """For a stalled send or a stalled receive in the middle of a PDU."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsSettings:
    """TLS of one side of a connection."""

    certificate_file: Path | None = None
    """Own certificate chain; None proposes none (requestor only)."""
    private_key_file: Path | None = None
    """Own private key, not needed when it is in the certificate file."""
    authority_files: tuple[Path, ...] = ()
    """Certificates of trusted authorities."""
    verify_peer: bool = True
    """Whether the peer must present a certificate that verifies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The other side: where it listens and what it is called."""

    host: str
    port: int
    ae_title: str = "ANY-SCP"
    tls: TlsSettings | None = None

    def __str__(self) -> str:
        return f"{self.ae_title}@{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationSettings:
    """How associations are requested."""

    calling_ae_title: str = "DICOMDESK"
    max_pdu_bytes: int = DEFAULT_MAX_PDU_BYTES
    """Maximum PDU length that we announce for receiving."""
    max_send_pdu_bytes: int | None = None
    """Cap for the PDUs that we send; None leaves it to the peer (and 131072)."""
    timeouts: Timeouts = field(default_factory=Timeouts)
