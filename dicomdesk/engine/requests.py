"""What jobs are asked to do: frozen values, checked by those who build them."""

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from dicomdesk.dicom.instance import InputFormat, InputSelection
from dicomdesk.settings import AccessRules, AssociationSettings, Decompression, Peer, PlaceRules, Timeouts, TlsSettings

__all__ = [
    "AccessRules",
    "AssociationSettings",
    "Decompression",
    "DuplicatePolicy",
    "ExactSendRequest",
    "FileNaming",
    "InputFormat",
    "InputSelection",
    "Invention",
    "Peer",
    "ProfileSelection",
    "Proposal",
    "ReceiveRequest",
    "SendRequest",
    "StorageMode",
    "Timeouts",
    "TlsSettings",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRequest:
    """Send instances to a peer by C-STORE."""

    peer: Peer
    inputs: InputSelection
    association: AssociationSettings = field(default_factory=AssociationSettings)
    decompression: Decompression = Decompression.LOSSLESS
    compression_level: int = 6
    """zlib level 0 to 9 when a data set has to be deflated."""
    halt_on_error: bool = True
    """Stop at the first bad file or instance that cannot be sent."""
    propose_only_legal_contexts: bool = False
    """Refuse what would need a context without the default transfer syntax."""
    fallback_contexts: bool = False
    """Propose more than dcmsend does where it would have to give an instance up, see ``network.planning``."""
    multiple_associations: bool = True
    """Continue in further associations when one cannot carry all."""
    parallel: int = 1
    """Associations at once, at least 1."""
    retries: int = 0
    """How often an instance is tried again after a transient failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Which presentation contexts are proposed, independent of what a plan would make of the instances."""

    preferred_transfer_syntax: str = "1.2.840.10008.1.2.1"
    """UID; proposed before the uncompressed ones, or alone where it is implicit VR or a video."""
    only_required: bool = False
    """Only the SOP classes of the instances, instead of a fixed list of common ones."""
    combine: bool = False
    """One context with all transfer syntaxes for each SOP class, instead of two."""
    profile: "ProfileSelection | None" = None
    """Exactly what this profile says; the rest is ignored then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invention:
    """New identities for instances, made while they are sent; the files are not changed."""

    images_per_series: int = 100
    series_per_study: int = 50
    studies_per_patient: int = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactSendRequest:
    """Send files by C-STORE over one association whose proposal is given."""

    peer: Peer
    inputs: InputSelection
    proposal: Proposal = field(default_factory=Proposal)
    association: AssociationSettings = field(default_factory=AssociationSettings)
    compression_level: int = 6
    """zlib level 0 to 9 when a data set has to be deflated."""
    halt_on_error: bool = True
    """Stop at the first file that cannot be sent and at the first failure status."""
    repeats: int = 1
    """How often each file is sent, in a row."""
    invention: Invention | None = None
    allows_new_vrs: bool = True
    """Whether conversions may write VRs that are younger than the standard of 1993 (UN, UT, OF ...)."""
    trims_uid_padding: bool = False
    """Remove trailing blanks of UIDs silently."""
    renames_files: bool = False
    """Append ".done" or ".bad" to the name of each file that was tried."""
    aborts_at_end: bool = False
    """Abort the association instead of releasing it."""


class StorageMode(Enum):
    """What is done with a received data set."""

    NORMAL = "normal"
    """Checked, lengths made explicit, stored."""
    BIT_PRESERVING = "bit-preserving"
    """Stored byte for byte."""
    IGNORE = "ignore"
    """Received, answered with Success, not stored."""


class FileNaming(Enum):
    """How received files are named."""

    INSTANCE_UID = "default"
    UNIQUE_UID = "unique"
    SHORT_UNIQUE = "short-unique"
    SYSTEM_TIME = "system-time"


class DuplicatePolicy(Enum):
    """What is done when the file for an instance exists already."""

    OVERWRITE = "overwrite"
    KEEP_BOTH = "keep-both"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSelection:
    """An association negotiation profile: which file, which profile in it."""

    file: Path
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveRequest:
    """Listen for associations and store what arrives."""

    port: int
    """0 takes a free one."""
    address: str = ""
    """Address to listen on; "" is all."""
    ae_title: str = "DCMRECV"
    use_called_ae_title: bool = False
    """Accepted for compatibility; the called AE title is always echoed, as the standard asks (PS3.8 9.3.3)."""
    profile: ProfileSelection | None = None
    """None accepts Verification only, unless ``accept_all``."""
    accept_all: bool = False
    """Accept every storage SOP class in every known transfer syntax, never preferring a lossy one."""
    folder: Path = Path()
    series_date_subfolders: bool = False
    naming: FileNaming = FileNaming.INSTANCE_UID
    extension: str = ""
    """Appended to file names as given."""
    mode: StorageMode = StorageMode.NORMAL
    on_duplicate: DuplicatePolicy = DuplicatePolicy.OVERWRITE
    fsync: bool = False
    """Flush file and folder to the disk before answering Success."""
    min_free_bytes: int = 0
    """Answer A700 when the disk would have less than this free."""
    max_associations: int = 100
    """At once; more are rejected as transient (PS3.8 9.3.4), where none gives way."""
    places: PlaceRules = field(default_factory=PlaceRules)
    """Which association gives way to another, and which is too slow."""
    max_pdu_bytes: int = 16384
    timeouts: Timeouts = field(default_factory=Timeouts)
    tls: TlsSettings | None = None
    """None for plain connections."""
    access: AccessRules = field(default_factory=AccessRules)
    """Whom to serve."""
    resolve_hosts: bool = True
    """Whether to look up host names for log lines."""
    identify: bool = True
    """Report the header of each instance, and which studies have become quiet; costs some 15 microseconds each."""
    report_stored: bool = True
    """Report also that an instance begins, and that it was stored; False: only what went wrong, which is faster."""
    study_command: str = ""
    """Command run when a study has been quiet for ``study_settle_s``; "" for none."""
    study_settle_s: float = 10.0
