"""All that is known of a patient, study, series or instance: index, files, senders, holds, corrections, conflicts."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from dicomdesk.archive.administration.listing import Listed, list_area
from dicomdesk.archive.administration.opening import OpenedArea
from dicomdesk.archive.administration.selection import Selection, read_attribute
from dicomdesk.archive.areas.holds import Hold, read_holds
from dicomdesk.archive.corrections.record import CorrectionRecord
from dicomdesk.archive.corrections.trail import Trail
from dicomdesk.archive.index_entries import StoredInstance
from dicomdesk.dicom.query.attributes import Attribute, Level, Source, attributes_of
from dicomdesk.records import dataclass

__all__ = ["Details", "find_details", "read_sender", "selection_of"]

_BELOW: Final = {Level.PATIENT: Level.STUDY, Level.STUDY: Level.SERIES, Level.SERIES: Level.IMAGE}
_KEYS: Final = {
    Level.PATIENT: ("PatientID",),
    Level.STUDY: ("PatientID", "StudyInstanceUID"),
    Level.SERIES: ("PatientID", "StudyInstanceUID", "SeriesInstanceUID"),
    Level.IMAGE: ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"),
}
_META_START, _META_BYTES = 132, 2048
_MAGIC: Final = b"DICM"
_LONG_VRS: Final = frozenset({b"OB", b"OW", b"SQ", b"UN", b"UT"})
_SOURCE_AE_TITLE: Final = 0x0016


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What is known of one entity."""

    listed: Listed
    """With the values of all attributes of its level and of those above."""
    below: tuple[Listed, ...]
    """What belongs to it on the next level."""
    files: int
    """On the disk."""
    file_bytes: int
    missing: tuple[str, ...]
    """Paths of instances whose file is not there."""
    senders: Mapping[str, int]
    """How many of the files each AE title has sent; "" for those that do not say it."""
    checksums: Mapping[str, str]
    """Of an instance: as the index has it, by path; {} of other levels, and where none is known."""
    conflicts: int
    """How many of its instances contradict others."""
    hold: Hold | None
    """Of a study, or of that to which it belongs."""
    corrections: tuple[CorrectionRecord, ...]
    """That changed an instance of it, the oldest first."""


def find_details(opened: OpenedArea, selection: Selection) -> Iterator[Details]:
    """Yield what is selected with all that is known of it; raises StorageError and the errors of the index."""
    level = selection.level
    shown = [one for above in Level if not level.is_above(above) for one in attributes_of(above)]
    shown = [one for one in shown if one.source is not Source.ITEMS and not _is_of_above(one, level)]
    holds = read_holds(opened.area.folder)
    records = list(Trail.of_folder(str(opened.area.folder)).records())
    for listed in list_area(opened, selection, shown):
        own = selection_of(listed)
        instances = list(opened.index.instances(own.query(Level.IMAGE), opened.name))
        yield _details(opened, listed, own, instances, holds, records)


def _details(
    opened: OpenedArea,
    listed: Listed,
    own: Selection,
    instances: Sequence[StoredInstance],
    holds: Mapping[str, Hold],
    records: Sequence[CorrectionRecord],
) -> Details:
    senders: Counter[str] = Counter()
    missing: list[str] = []
    file_bytes = 0
    for one in instances:
        path = opened.path_of(one.path)
        try:
            file_bytes += os.stat(path).st_size
            senders[read_sender(path)] += 1
        except OSError:
            missing.append(one.path)
    uids = {one.sop_instance_uid for one in instances}
    level = listed.level
    below = _BELOW.get(level)
    return Details(
        listed=listed,
        below=() if below is None else tuple(list_area(opened, Selection(level=below, values=own.values))),
        files=len(instances) - len(missing),
        file_bytes=file_bytes,
        missing=tuple(missing),
        senders=dict(senders),
        checksums={one.path: one.checksum for one in instances if level is Level.IMAGE and one.checksum},
        conflicts=sum(bool(one.conflict) for one in instances),
        hold=holds.get(str(listed.values.get("study_instance_uid", ""))),
        corrections=tuple(record for record in records if _concerns(record, uids)),
    )


def read_sender(path: Path) -> str:
    """The AE title that has sent a file, as its group 0002 says (PS3.10 7.1), "" where it does not; OSError passes."""
    with open(path, "rb") as file:
        start = file.read(_META_START + _META_BYTES)
    if start[_META_START - len(_MAGIC) : _META_START] != _MAGIC:
        return ""
    position = _META_START
    while start[position : position + 2] == b"\2\0" and position + 12 <= len(start):
        number = int.from_bytes(start[position + 2 : position + 4], "little")
        is_long = start[position + 4 : position + 6] in _LONG_VRS
        value = position + (12 if is_long else 8)
        length = int.from_bytes(start[position + 8 : value] if is_long else start[position + 6 : value], "little")
        if number == _SOURCE_AE_TITLE:
            return start[value : value + min(length, 16)].decode("ascii", "replace").strip(" \0")
        position = value + length
    return ""


def _is_of_above(attribute: Attribute, level: Level) -> bool:
    """Whether an attribute counts what belongs to a level above, and says nothing of this one."""
    return attribute.source in {Source.COUNT, Source.SUM} and attribute.level is not level


def selection_of(listed: Listed) -> Selection:
    """Return the selection of this one, by its unique keys and those of the levels above it."""
    keys = (read_attribute(keyword) for keyword in _KEYS[listed.level])
    return Selection(level=listed.level, values={key: str(listed.values[key.column]) for key in keys})


def _concerns(record: CorrectionRecord, uids: set[str]) -> bool:
    return any(not uids.isdisjoint(change.instances) for change in record.changes)
