"""SOP instances: the header, what a job takes, and an instance where it was found."""

import itertools
from dataclasses import field
from enum import Enum

from dicomdesk.records import OF_THIS_PROCESS, OF_THIS_RUN, dataclass

_new_instance_id = itertools.count(1).__next__


class InputFormat(Enum):
    """Which kinds of file are taken for DICOM."""

    FILE_OR_DATA_SET = "file-or-data-set"
    """Part 10 files, and bare data sets whose encoding is guessed."""
    FILE_ONLY = "file-only"
    """Part 10 files only."""
    DATA_SET_ONLY = "data-set-only"
    """Bare data sets only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSelection:
    """Which files a job takes."""

    paths: tuple[str, ...]
    """Files and folders, in order."""
    format: InputFormat = InputFormat.FILE_ONLY
    read_dicomdir: bool = False
    """Take inputs that are DICOMDIRs as lists of files."""
    scan_directories: bool = False
    recurse: bool = False
    """Only with ``scan_directories``."""
    pattern: str | None = None
    """File name pattern for what is found by scanning."""
    open_archives: bool = False
    """Take inputs that are ZIP archives as folders."""
    only_named_archives: bool = False
    """Not those that are found by scanning."""
    check_uids: bool = True
    """Refuse what is not a storage SOP class or has no valid instance UID."""
    identify: bool = True
    """Learn patient, study and series too; without, only what sending needs is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceHeader:
    """The identifying values of one instance, read without a full parse.

    Text is decoded for display, without padding; what is absent is "". UIDs are as found, without padding, unchecked.
    """

    sop_class_uid: str
    """(0008,0016) of the data set; (0002,0002) where the data set has none."""
    sop_instance_uid: str
    """(0008,0018) of the data set; (0002,0003) where the data set has none."""
    transfer_syntax_uid: str
    """(0002,0010); where the file has none, guessed from the data set unless only Part 10 files are wanted."""
    data_set_offset: int
    """Where the data set starts in the file, bytes."""
    data_set_length: int
    """Bytes of the data set as encoded in the file."""
    patient_id: str = ""
    patient_name: str = ""
    study_instance_uid: str = ""
    study_date: str = ""
    study_description: str = ""
    accession_number: str = ""
    series_instance_uid: str = ""
    series_number: str = ""
    series_description: str = ""
    series_date: str = ""
    modality: str = ""
    media_sop_class_uid: str = ""
    """(0002,0002); "" for a bare data set."""
    media_sop_instance_uid: str = ""
    """(0002,0003); "" for a bare data set."""
    has_data_set_uids: bool = True
    """False when the data set itself lacks its class or instance UID, or ends before: it cannot be sent."""
    has_data_set_class_uid: bool = True
    """False when it is the class UID, or both, that the data set lacks."""
    has_blanks_in_uids: bool = False
    """Whether the data set writes its class or instance UID with blanks, which these values are without."""
    start: tuple[int, int] = field(default=(0, 0), compare=False, metadata={OF_THIS_RUN: True})
    """How many bytes from the start of a file say all this, 0 where other parts have to be read to know it; and a
    fingerprint of these bytes: see ``part10.has_same_start``."""

    def brief(self) -> "InstanceHeader":
        """Return what sending needs: the same without patient, study and series."""
        return InstanceHeader(
            sop_class_uid=self.sop_class_uid,
            sop_instance_uid=self.sop_instance_uid,
            transfer_syntax_uid=self.transfer_syntax_uid,
            data_set_offset=self.data_set_offset,
            data_set_length=self.data_set_length,
            media_sop_class_uid=self.media_sop_class_uid,
            media_sop_instance_uid=self.media_sop_instance_uid,
            has_data_set_uids=self.has_data_set_uids,
            has_data_set_class_uid=self.has_data_set_class_uid,
            has_blanks_in_uids=self.has_blanks_in_uids,
            start=self.start,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundInstance:
    """One instance that may be sent."""

    path: str
    header: InstanceHeader
    archive_member: str = ""
    """Name of the member when ``path`` is a ZIP archive; a label only, never a path."""
    problem: str = ""
    """Why the file that a DICOMDIR names cannot be read; the header then holds the UIDs of the record only."""
    origin: str = field(default="", compare=False)
    """The input that it was found in, as it was given: the file itself, a folder, a DICOMDIR, an archive; "" where
    nobody tells."""
    id: int = field(default_factory=_new_instance_id, compare=False, metadata={OF_THIS_PROCESS: True})
    """By which it is known from here to events and report; no other in this process has it."""

    @property
    def place(self) -> tuple[str, str]:
        """Path and member."""
        return self.path, self.archive_member

    @property
    def name(self) -> str:
        """Name that users know it by: the path, of members of archives "path:name"."""
        return name_of(self.path, self.archive_member)

    def brief(self) -> "FoundInstance":
        """Return what sending needs: the same, as to its id too, without patient, study and series."""
        return FoundInstance(
            path=self.path,
            header=self.header.brief(),
            archive_member=self.archive_member,
            problem=self.problem,
            origin=self.origin,
            id=self.id,
        )


def name_of(path: str, archive_member: str) -> str:
    """Return the one name that an input has in reports, events, logs and windows."""
    return f"{path}:{archive_member}" if archive_member else path
