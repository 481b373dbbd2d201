"""All settings, as frozen values: built once at start and passed in.

Nothing below this module reads the environment or a settings file.
"""

from collections.abc import Mapping
from dataclasses import field
from enum import Enum, IntEnum
from pathlib import Path

from dicomdesk.records import dataclass

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
class PlaceRules:
    """How an acceptor shares out its places once all are taken, and how slow a peer may be."""

    address_share: int | None = None
    """Associations that an address keeps when another one asks for a place; None is half of the places."""
    room_after_s: float | None = 10.0
    """How long an association may make no progress before its place can become another's; None: for ever."""
    wait_s: float = 5.0
    """How long a request waits for a place, within what requestors wait for an answer; 0: it is rejected at once."""
    least_bytes_per_s: int = 256
    """What a message that has begun, and one that we send, must come to; 0 bears with everything."""
    patience_s: float = 60.0
    """How long it may come to less, while nothing but the peer is waited for."""


class TlsProfile(Enum):
    """Which TLS versions and cipher suites may be used (PS3.15 annex B and its retired profiles)."""

    BCP_195_NON_DOWNGRADING = "bcp195-nd"
    """TLS 1.2 and 1.3, ephemeral keys with AES-GCM only (PS3.15 B.10)."""
    BCP_195 = "bcp195"
    """As above, and downwards to TLS 1.0 with AES-128 for old peers (PS3.15 B.9)."""
    BCP_195_EXTENDED = "bcp195-ex"
    """TLS 1.2 only, ephemeral keys with AES-GCM only (PS3.15 B.11)."""
    BCP_195_RFC_8996 = "8996"
    """TLS 1.2 and 1.3 after RFC 8996 and 9325 (PS3.15 B.12)."""
    BCP_195_RFC_8996_MODIFIED = "8996-mod"
    """TLS 1.2 and 1.3 after RFC 8996 and 9325, without what is merely allowed there (PS3.15 B.13)."""
    BASIC = "basic"
    """3DES, retired."""
    AES = "aes"
    """AES-128 with RSA key transport, retired."""
    NULL = "null"
    """Authentication without encryption, retired."""


class TlsFileFormat(Enum):
    """How keys, certificates and revocation lists are written."""

    PEM = "pem"
    DER = "der"


class PeerVerification(Enum):
    """What is demanded of the peer's certificate."""

    REQUIRED = "required"
    IF_PRESENTED = "if-presented"
    """Acceptor only: a peer without a certificate is served too."""
    NONE = "none"


class RevocationCheck(Enum):
    """Which certificates must not stand in a certificate revocation list."""

    NONE = "none"
    LEAF = "leaf"
    CHAIN = "chain"


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsSettings:
    """TLS of one side of a connection."""

    certificate_file: Path | None = None
    """Own certificate chain; None proposes none (requestor only)."""
    private_key_file: Path | None = None
    """Own private key, not needed when it is in the certificate file."""
    file_format: TlsFileFormat = TlsFileFormat.PEM
    """Of all files named here."""
    pass_phrase: str | None = field(default=None, repr=False)
    """For an encrypted private key; None when none is given."""
    authority_files: tuple[Path, ...] = ()
    """Certificates of trusted authorities."""
    authority_folders: tuple[Path, ...] = ()
    """Folders of such files."""
    trusts_system: bool = False
    """Whether the authorities that this machine trusts count too."""
    revocation_files: tuple[Path, ...] = ()
    """Certificate revocation lists."""
    revocation_check: RevocationCheck = RevocationCheck.NONE
    peer_verification: PeerVerification = PeerVerification.REQUIRED
    checks_host_name: bool = False
    """Requestor only: whether the peer's certificate must be for the host that was dialled."""
    profile: TlsProfile = TlsProfile.BCP_195_NON_DOWNGRADING
    ciphers: tuple[str, ...] = ()
    """Cipher suites, IANA names, allowed besides those of the profile."""
    dh_parameters_file: Path | None = None
    """Acceptor only; None uses well-known groups."""


class UserIdentityType(IntEnum):
    """Kind of user identity (PS3.7 D.3.3.7.1)."""

    USER_NAME = 1
    USER_NAME_AND_PASSCODE = 2
    KERBEROS = 3
    SAML = 4
    JSON_WEB_TOKEN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class UserIdentity:
    """A user identity to be proposed (PS3.7 D.3.3.7.1)."""

    kind: UserIdentityType
    primary: bytes = field(repr=False)
    """User name, or token: at most 65535 bytes."""
    secondary: bytes = field(default=b"", repr=False)
    """Passcode."""
    wants_response: bool = False
    """Positive response requested: no association without the acceptor's confirmation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRules:
    """Whom an acceptor serves; everything that is set must be met."""

    calling_ae_titles: frozenset[str] = frozenset()
    """Empty: any."""
    called_ae_titles: frozenset[str] = frozenset()
    """Empty: any."""
    networks: tuple[str, ...] = ()
    """Addresses ("10.0.0.7") and networks ("10.0.0.0/8", "fe80::/10") of peers; empty: any."""
    user_pass_codes: Mapping[str, str] | None = field(default=None, repr=False)
    """User names with hashed passcodes as ``network.acceptor.passcodes`` makes them; None asks for no identity."""
    needs_client_certificate: bool = False
    """A verified certificate of the peer; a means to the same end as ``PeerVerification.REQUIRED``, said in words."""


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
    user_identity: UserIdentity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSelection:
    """An association negotiation profile: which file, which profile in it."""

    file: Path
    name: str
