"""Figures of an archive: what it holds, by modality and month, how it grows, and what its index takes."""

import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from dicomdesk.archive.administration.listing import ListedValue, list_area
from dicomdesk.archive.administration.opening import OpenedArea
from dicomdesk.archive.administration.selection import Selection, read_attribute
from dicomdesk.archive.areas.holds import read_holds
from dicomdesk.archive.areas.storage_area import STATE_FOLDER
from dicomdesk.archive.areas.trash import Trash
from dicomdesk.archive.index_entries import IndexStatistics
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.errors import StorageError
from dicomdesk.records import dataclass

__all__ = ["AreaFigures", "Part", "figures_of"]

_INDEX_FILES: Final = ("index.sqlite", "index.sqlite-wal", "index.sqlite-shm")
_GROWTH_DAYS: Final = 30
_COUNTED: Final = (read_attribute("ModalitiesInStudy"), read_attribute("NumberOfStudyRelatedInstances"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Part of what an area holds."""

    studies: int = 0
    instances: int = 0
    size_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaFigures:
    """Figures of one area."""

    totals: IndexStatistics
    by_modality: Mapping[str, Part]
    """Of studies; one of several modalities counts under them all together, as "CT\\\\SR"."""
    by_month: Mapping[str, Part]
    """By the month in which the last instance of a study came, as "2026-11"."""
    last_30_days: Part
    index_bytes: int | None
    """None where the index is in a database of its own."""
    free_bytes: int
    """On the disk of the area."""
    full_in_days: float | None
    """As the last 30 days went; None where nothing came."""
    trash_bytes: int
    trash_entries: int
    holds: int
    conflicts: int


def figures_of(opened: OpenedArea, now: float) -> AreaFigures:
    """Count what an area holds; ``now`` is in seconds since 1970. Raises StorageError and the errors of the index."""
    counts: dict[str, dict[str, list[int]]] = {"modality": {}, "month": {}}
    recent = [0, 0, 0]
    for listed in list_area(opened, Selection(level=Level.STUDY, values={}), _COUNTED):
        values = listed.values
        received = _number(values["last_received"])
        month = datetime.fromtimestamp(received, UTC).astimezone().strftime("%Y-%m")
        parts = [
            counts["modality"].setdefault(str(values["modalities"]), [0, 0, 0]),
            counts["month"].setdefault(month, [0, 0, 0]),
        ]
        if received > now - _GROWTH_DAYS * 86_400:
            parts.append(recent)
        for part in parts:
            part[0] += 1
            part[1] += round(_number(values["instances"]))
            part[2] += round(_number(values["bytes"]))
    free = _free_bytes(opened)
    entries = Trash(opened.area.folder).entries()
    return AreaFigures(
        totals=opened.index.statistics(opened.name),
        by_modality={name: _part(count) for name, count in sorted(counts["modality"].items())},
        by_month={name: _part(count) for name, count in sorted(counts["month"].items())},
        last_30_days=_part(recent),
        index_bytes=None if opened.settings.configuration.database_url else _index_bytes(opened),
        free_bytes=free,
        full_in_days=free / (recent[2] / _GROWTH_DAYS) if recent[2] else None,
        trash_bytes=sum(entry.size_bytes for entry in entries),
        trash_entries=len(entries),
        holds=len(read_holds(opened.area.folder)),
        conflicts=sum(1 for _ in opened.index.conflicts(opened.name)),
    )


def _number(value: ListedValue) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _part(count: list[int]) -> Part:
    return Part(studies=count[0], instances=count[1], size_bytes=count[2])


def _index_bytes(opened: OpenedArea) -> int:
    total = 0
    for name in _INDEX_FILES:
        try:
            total += os.stat(os.path.join(opened.area.folder, STATE_FOLDER, name)).st_size
        except OSError:
            continue
    return total


def _free_bytes(opened: OpenedArea) -> int:
    try:
        return shutil.disk_usage(opened.area.folder).free
    except OSError as error:
        raise StorageError(f"The storage area {opened.area.folder} cannot be reached: {error.strerror}") from error
