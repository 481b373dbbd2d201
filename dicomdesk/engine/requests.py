"""What jobs are asked to do: frozen values, checked by those who build them."""

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from dicomdesk.dicom.instance import InputFormat, InputSelection
from dicomdesk.settings import AssociationSettings, Decompression, Peer, Timeouts

__all__ = [
    "AssociationSettings",
    "Decompression",
    "DuplicatePolicy",
    "FileNaming",
    "InputFormat",
    "InputSelection",
    "Peer",
    "ProfileSelection",
    "ReceiveRequest",
    "SendRequest",
    "StorageMode",
    "Timeouts",
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
    """At once; more are rejected as transient (PS3.8 9.3.4)."""
    max_pdu_bytes: int = 16384
    timeouts: Timeouts = field(default_factory=Timeouts)
    resolve_hosts: bool = True
    """Whether to look up host names for log lines."""
    identify: bool = True
    """Report the header of each instance, and which studies have become quiet; costs some 15 microseconds each."""
    report_stored: bool = True
    """Report also that an instance begins, and that it was stored; False: only what went wrong, which is faster."""
    study_command: str = ""
    """Command run when a study has been quiet for ``study_settle_s``; "" for none."""
    study_settle_s: float = 10.0
