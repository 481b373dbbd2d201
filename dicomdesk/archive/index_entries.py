"""Entries of the index for stored instances, and the results of adding and finding them, as values."""

from collections.abc import Mapping
from dataclasses import field
from enum import Enum, IntFlag
from types import MappingProxyType
from typing import Final, NamedTuple

from dicomdesk.records import dataclass


class Conflict(IntFlag):
    """Contradictions of an instance that was stored nevertheless."""

    OTHER_STUDY = 1
    """Another study of the area has an instance of the same UID."""
    OTHER_SERIES = 2
    """Another series of the same study has an instance of the same UID."""
    OTHER_PATIENT = 4
    """Its study came first with another patient (ID, issuer and name), whose study it stays.

    Not set for an instance that lacks the name only, nor for one that replaces an instance and so corrects who the
    patient of its study is.
    """


NO_CONFLICT: Final = Conflict(0)


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
    CONTRADICTED = "contradicted"
    """The series has this instance already, of a patient of another ID and another name: nothing changes."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """Result of adding an entry; durable when it is returned."""

    outcome: AdditionOutcome
    replaced_path: str = ""
    """Path of the instance whose place was taken: its file is superfluous unless it is the same path."""
    conflict: Conflict = NO_CONFLICT


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


class FileEntry(NamedTuple):
    """What the index says of a file."""

    path: str
    size_bytes: int
    sop_instance_uid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyUsage:
    """Instances and bytes of a study."""

    study_instance_uid: str
    instance_count: int
    size_bytes: int
    last_received: float
    """Seconds since 1970: when the last instance came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexStatistics:
    """Totals of an area."""

    patients: int
    studies: int
    series: int
    instances: int
    size_bytes: int
