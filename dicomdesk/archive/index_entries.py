"""Entries of the index for stored instances, and the results of adding and finding them, as values."""

from collections.abc import Mapping
from dataclasses import field
from enum import Enum, IntFlag
from types import MappingProxyType
from typing import Final, NamedTuple

from dicomdesk.records import dataclass


class Conflict(IntFlag):
    """Contradictions of instances that are stored nevertheless; both sides of one have it."""

    OTHER_STUDY = 1
    """Another study of the area has an instance of the same UID."""
    OTHER_SERIES = 2
    """Another series of the same study has an instance of the same UID."""
    OTHER_PATIENT = 4
    """Another patient has a study of the same UID; of an instance: an instance of the same UID in it."""
    OTHER_NAME = 8
    """Of a study: instances of it name the patient differently."""


NO_CONFLICT: Final = Conflict(0)
LOUD_CONFLICTS: Final = Conflict.OTHER_STUDY | Conflict.OTHER_SERIES | Conflict.OTHER_PATIENT
"""Those that are answered with a warning, or refused. Other names are listed: one patient's is written in many ways."""
_TEXTS: Final[Mapping[Conflict, str]] = MappingProxyType(
    {
        Conflict.OTHER_PATIENT: "another patient has it, too",
        Conflict.OTHER_NAME: "its instances name the patient differently",
        Conflict.OTHER_STUDY: "another study has this instance, too",
        Conflict.OTHER_SERIES: "another series has this instance, too",
    }
)


def conflict_text(conflict: Conflict) -> str:
    """A conflict of a study or instance in words, which tell no patient."""
    return "; ".join(text for flag, text in _TEXTS.items() if flag in conflict)


class DuplicateRule(Enum):
    """Rule for an instance that its series already has."""

    REPLACE = "replace"
    """The newer one takes its place."""
    KEEP_FIRST = "keep-first"
    """The one that was there stays; nothing changes."""


class AdditionOutcome(Enum):
    """Outcome of adding an entry."""

    ADDED = "added"
    REPLACED = "replaced"
    KEPT_FIRST = "kept-first"
    REFUSED = "refused"
    """It contradicts others, and was not to be added then: nothing changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """Instance that lies in a storage area, as read from its data set by ``areas.entry_reader``."""

    area: str
    """Whose it is; commonly the AE title of the archive."""
    path: str
    """Relative to the area's folder, with forward slashes."""
    size_bytes: int
    """Of the file."""
    transfer_syntax_uid: str
    character_set: str
    """Value of Specific Character Set, "" where absent."""
    values: Mapping[int, str]
    """By tag: decoded text without padding, several values joined by backslashes; what is absent is left out."""
    items: Mapping[int, tuple[Mapping[int, str], ...]] = field(default_factory=lambda: MappingProxyType({}))
    """Of sequences, by tag: what is kept of each item."""
    received: float = 0.0
    """Seconds since 1970; 0 for the time when it is added."""
    checksum: str = ""
    """Of the file, as "ALGORITHM:HEX"; "" where it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """Result of adding an entry; durable when it is returned."""

    outcome: AdditionOutcome
    replaced_path: str = ""
    """Path of the instance whose place was taken: its file is superfluous unless it is the same path."""
    conflict: Conflict = NO_CONFLICT
    """What it contradicts: another patient or name only where as many instances of the study have that, or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredInstance:
    """Instance as the index knows it: enough to read its file and to send it."""

    path: str
    size_bytes: int
    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    study_instance_uid: str
    series_instance_uid: str
    received: float
    """Seconds since 1970."""
    conflict: Conflict = NO_CONFLICT
    checksum: str = ""
    """See ``IndexEntry``."""
    patient_id: str = ""
    """Of its study, which is one of its UID and its patient."""
    issuer_of_patient_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyConflict:
    """Study that contradicts another of its UID, or itself."""

    study_instance_uid: str
    conflict: Conflict
    patient_id: str
    issuer_of_patient_id: str
    patient_name: str
    """The one that is shown."""
    names: tuple[str, ...]
    """All that its instances carry, where these are several."""
    series_count: int
    instance_count: int
    last_received: float
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictCounts:
    """How many things in an area contradict each other."""

    patients: int
    """Studies whose UID another patient's study has, too."""
    names: int
    """Studies whose instances name the patient differently."""
    instances: int
    """Instances whose UID others have, too."""

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_kind.values())

    @property
    def by_kind(self) -> dict[str, int]:
        """The counts by stable words."""
        return {"other-patient": self.patients, "other-name": self.names, "instance": self.instances}


class FileEntry(NamedTuple):
    """What the index says of a file."""

    path: str
    size_bytes: int
    sop_instance_uid: str
    checksum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyUsage:
    """Instances and bytes of a study: of one patient's, where several have its UID."""

    study_instance_uid: str
    instance_count: int
    size_bytes: int
    last_received: float
    """Seconds since 1970: when the last instance came."""
    study_key: int = 0
    """By which the index knows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexStatistics:
    """Totals of an area."""

    patients: int
    studies: int
    series: int
    instances: int
    size_bytes: int
