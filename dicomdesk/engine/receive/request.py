"""Request of a receive job."""

from dataclasses import field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from dicomdesk.dicom.files.storing_format import StoringFormat
from dicomdesk.engine.receive.book.arrival_book import ArrivalBook
from dicomdesk.records import OF_THIS_PROCESS, dataclass
from dicomdesk.settings import AccessRules, PlaceRules, ProfileSelection, Timeouts, TlsSettings

if TYPE_CHECKING:
    from dicomdesk.dicom.commitment.documents import CommitmentReport
    from dicomdesk.engine.events import EventSink
    from dicomdesk.engine.job import ThreadStarter
    from dicomdesk.engine.receive.receive import ReceiveJob
    from dicomdesk.network.dimse.commitment import ReportAnswer

__all__ = [
    "Acceptance",
    "Commands",
    "DuplicatePolicy",
    "FileNaming",
    "ReceiveRequest",
    "ReportDesk",
    "Storage",
    "StorageMode",
    "SubFolders",
]


class StorageMode(Enum):
    """Treatment of a received data set."""

    NORMAL = "normal"
    """Checked, lengths made explicit, stored."""
    BIT_PRESERVING = "bit-preserving"
    """Stored byte for byte."""
    IGNORE = "ignore"
    """Received, answered with Success, not stored."""


class FileNaming(Enum):
    """Naming scheme of received files."""

    INSTANCE_UID = "default"
    UNIQUE_UID = "unique"
    SHORT_UNIQUE = "short-unique"
    SYSTEM_TIME = "system-time"
    ONLY_INSTANCE_UID = "uid"
    """Without the prefix for the SOP class."""


class DuplicatePolicy(Enum):
    """Rule for an instance whose file exists already."""

    OVERWRITE = "overwrite"
    KEEP_BOTH = "keep-both"
    REFUSE = "refuse"


class SubFolders(Enum):
    """Sub-folders that received files are sorted into."""

    NONE = "none"
    SERIES_DATE = "series-date"
    """``data/YYYY/MM/DD``, or ``undef/YYYYMMDD`` with today's date where a series has none."""
    PATIENT_STUDY_SERIES = "patient-study-series"
    """Readable names, such as ``DOE JANE 12345/2026-11-20 CT abdomen (3fa9c1)/2 CT axial (09be21)``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Rules for accepting associations: contexts, peers, bounds."""

    profile: ProfileSelection | None = None
    """None accepts Verification only, unless ``accept_all``."""
    accept_all: bool = False
    """Accept every storage SOP class in every known transfer syntax, never preferring a lossy one."""
    storage_transfer_syntaxes: tuple[str, ...] = ()
    """Accept every storage SOP class that DCMTK knows in these, the preferred one first; () leaves it to the others."""
    access: AccessRules = field(default_factory=AccessRules)
    """Whom to serve."""
    tls: TlsSettings | None = None
    """None for plain connections."""
    max_associations: int = 100
    """At once; more are rejected as transient (PS3.8 9.3.4), where none gives way."""
    places: PlaceRules = field(default_factory=PlaceRules)
    """Which association gives way to another, and which is too slow."""
    max_pdu_bytes: int = 16384
    timeouts: Timeouts = field(default_factory=Timeouts)
    resolve_hosts: bool = True
    """Whether to look up host names for log lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """Rules for storing: treatment of data sets, folders and names of files."""

    folder: Path = Path()
    mode: StorageMode = StorageMode.NORMAL
    naming: FileNaming = FileNaming.INSTANCE_UID
    extension: str = ""
    """Appended to file names as given."""
    sub_folders: SubFolders = SubFolders.NONE
    on_duplicate: DuplicatePolicy = DuplicatePolicy.OVERWRITE
    fsync: bool = False
    """Flush file and folder to the disk before answering Success."""
    storing_format: StoringFormat | None = None
    """Another format than the usual one of the mode; a data set that cannot be brought into it stays as it came, which
    is told."""
    min_free_bytes: int = 0
    """Answer A700 when the disk would have less than this free."""
    low_free_bytes: int | None = None
    """Warn when less than this is free; 0 never, None below 2 % or 2 GB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """Commands that are run for settled studies."""

    on_study: str = ""
    """Command run when a study has been quiet for ``settle_s``; "" for none."""
    settle_s: float = 10.0


class ReportDesk(Protocol):
    """Takes reports on storage commitment, as ``engine.commit.transactions`` does. Any thread, several at once."""

    def take_report(self, report: "CommitmentReport", sender: str) -> "ReportAnswer":
        """Take a report of the peer with an AE title; returns at once, and raises nothing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveRequest:
    """Listen for associations and store what arrives."""

    port: int
    """0 takes a free one."""
    address: str = ""
    """Address to listen on; "" is all."""
    acceptance: Acceptance = field(default_factory=Acceptance)
    storage: Storage = field(default_factory=Storage)
    commands: Commands = field(default_factory=Commands)
    identify: bool = True
    """Report the header of each instance, and which studies have become quiet; costs some 15 microseconds each."""
    reports_studies: bool = True
    """Report, with ``identify``, which studies have become quiet."""
    report_stored: bool = True
    """Report also that an instance begins, and that it was stored; False: only what went wrong, which is faster."""
    book: ArrivalBook | None = field(default=None, compare=False, metadata={OF_THIS_PROCESS: True})
    """Where arrivals are counted, with ``identify``; None: in a book of the job where it ``reports_studies``."""

    commitments: ReportDesk | None = field(default=None, compare=False, metadata={OF_THIS_PROCESS: True})
    """Who takes reports on storage commitment that peers come with (PS3.4 J.3.3); None refuses those peers."""

    def make_job(self, sink: "EventSink", start_thread: "ThreadStarter", /) -> "ReceiveJob":
        """See ``JobRequest``."""
        from dicomdesk.engine.receive.receive import ReceiveJob  # noqa: PLC0415 - start-up time of those who do not

        return ReceiveJob(self, sink, start_thread)
