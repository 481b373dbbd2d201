"""Repairs what a comparison of files and index finds, while servers run; nothing is lost by it.

Files that the index does not have are adopted. Entries whose file is gone are dropped. Files that are damaged, no
instances, or of instances that the index has elsewhere are set aside: they go into the trash, with the reason, and stay
there until somebody empties it.
"""

import os
from collections import Counter
from collections.abc import Callable
from enum import Enum
from typing import Final

from dicomdesk.archive.administration.opening import OpenedArea
from dicomdesk.archive.areas.crash_repair import UnderWayError
from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.areas.trash import Trash
from dicomdesk.archive.file_check import FileCheckReport, Finding, FindingKind, check_area
from dicomdesk.archive.index_entries import StoredInstance
from dicomdesk.archive.indexed_areas import entry_reader
from dicomdesk.errors import DataError, StorageError
from dicomdesk.human import count_text, error_text
from dicomdesk.records import dataclass

__all__ = ["RepairDeed", "RepairStep", "repair_area"]

_ASIDE_BY = "archive repair"
_FEW = 10


class RepairDeed(Enum):
    """What was done about a finding."""

    ADOPTED = "adopted"
    """A file is in the index now."""
    DROPPED = "dropped"
    """An entry whose file is gone has left the index."""
    SET_ASIDE = "set-aside"
    """A file is in the trash."""
    COUNTED = "counted"
    """Counts of the index were made right."""
    LEFT = "left"
    """Nothing: it is right again, under way, or needs more than a repair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairStep:
    """A finding and what was done about it."""

    finding: Finding
    deed: RepairDeed
    text: str
    """What was done, or why nothing."""


def repair_area(
    opened: OpenedArea,
    keeper: Keeper,
    stepped: Callable[[RepairStep], None],
    progressed: Callable[[int], None] | None = None,
    *,
    is_deep: bool = False,
    forces: bool = False,
) -> Counter[RepairDeed]:
    """Compare files and index, with ``is_deep`` contents too, and mend what is found; returns how often each was done.

    What contradicts something else is no fault, and stays. ``progressed`` is told how many files and entries were
    looked at. Raises StorageError, before anything is changed, where more than half of the files are missing, unless
    that is forced: then a share is not mounted, more likely. Raises the errors of the index.
    """
    findings: list[Finding] = []
    report = check_area(opened.settings, opened.area, findings.append, progressed, is_deep=is_deep)
    _refuse_absent_share(report, opened, forces=forces)
    keeper.crash_repair.complete_removals()
    repair = _Repair(opened, keeper)
    done: Counter[RepairDeed] = Counter()
    for finding in findings:
        if finding.kind in _NOT_MENDED:
            continue
        step = repair.mend(finding)
        done[step.deed] += 1
        stepped(step)
    return done


_NOT_MENDED: Final = frozenset({FindingKind.CONFLICT, FindingKind.OLDER_INDEX})
"""What is as the files say it: they are to be corrected, or read again."""


def _refuse_absent_share(report: FileCheckReport, opened: OpenedArea, *, forces: bool) -> None:
    if not forces and report.missing > _FEW and report.missing * 2 > report.entries:
        raise StorageError(
            f"{count_text(report.missing, 'file')} of {report.entries} are missing in {opened.area.folder}: nothing "
            "was changed. Is the share mounted? If they are really gone, force it"
        )


class _Repair:
    """Mends one finding after the other."""

    def __init__(self, opened: OpenedArea, keeper: Keeper) -> None:
        self._opened = opened
        self._keeper = keeper
        self._trash = Trash(opened.area.folder, keeper.storage.path_of)
        self._read = entry_reader(opened.area)
        self._is_recounted = False

    def mend(self, finding: Finding) -> RepairStep:
        match finding.kind:
            case FindingKind.UNINDEXED:
                deed, text = self._adopt(finding)
            case FindingKind.MISSING:
                deed, text = self._drop(finding)
            case FindingKind.WRONG_COUNT:
                deed, text = self._recount()
            case FindingKind.DIFFERENT | FindingKind.DAMAGED:
                deed, text = self._set_entry_aside(finding)
            case FindingKind.DAMAGED_INDEX | FindingKind.OLDER_INDEX:
                deed, text = RepairDeed.LEFT, "the index has to be made again: dcmqrscp --reindex"
            case FindingKind.CONFLICT:
                raise AssertionError("no fault is to be mended")
        return RepairStep(finding=finding, deed=deed, text=text)

    def _adopt(self, finding: Finding) -> tuple[RepairDeed, str]:
        def put_aside(path: str) -> None:
            self._set_file_aside(path, "the index has its instance in another file")

        path, storage = finding.path, self._keeper.storage
        try:
            is_new = self._keeper.crash_repair.adopt(path, self._read, put_aside)
        except UnderWayError:
            return RepairDeed.LEFT, "a server is storing it now"
        except FileNotFoundError:
            return RepairDeed.LEFT, "it is gone meanwhile"
        except (DataError, OSError) as error:
            if not storage.exists(path):
                return RepairDeed.LEFT, "it is gone meanwhile"
            reason = error_text(error, names_file=False)
            self._set_file_aside(path, reason)
            return RepairDeed.SET_ASIDE, f"it is in the trash: {reason}"
        if is_new:
            return RepairDeed.ADOPTED, "it is in the index now"
        return RepairDeed.SET_ASIDE, "it is in the trash: the index has its instance in another file"

    def _drop(self, finding: Finding) -> tuple[RepairDeed, str]:
        found = self._entries(finding)
        if not found or self._keeper.storage.exists(finding.path):
            return RepairDeed.LEFT, "it is right again"
        self._keeper.index.remove_listed(self._keeper.name, found)
        return RepairDeed.DROPPED, "its entry has left the index"

    def _set_entry_aside(self, finding: Finding) -> tuple[RepairDeed, str]:
        found = self._entries(finding)
        if not found:
            return RepairDeed.LEFT, "it is right again"
        storage = self._keeper.storage
        with self._trash.filling(found, what=finding.text, by=_ASIDE_BY, why="", keep_days=None) as complete:
            note = storage.note_removal([one.path for one in found])
            removed = self._keeper.index.remove_listed(self._keeper.name, found)
            storage.complete_removal(note, [one.path for one in removed])
            complete(removed)
        return RepairDeed.SET_ASIDE, "it is in the trash"

    def _recount(self) -> tuple[RepairDeed, str]:
        if not self._is_recounted:
            self._keeper.index.recount()
            self._is_recounted = True
        return RepairDeed.COUNTED, "counted again"

    def _entries(self, finding: Finding) -> list[StoredInstance]:
        uids = [finding.sop_instance_uid] if finding.sop_instance_uid else []
        found = self._keeper.index.find_instances(self._keeper.name, sop_instance_uids=uids)
        return [one for one in found if one.path == finding.path]

    def _set_file_aside(self, path: str, reason: str) -> None:
        storage = self._keeper.storage
        status = os.stat(storage.path_of(path))
        one = StoredInstance(
            path=path,
            size_bytes=status.st_size,
            sop_class_uid="",
            sop_instance_uid=storage.instance_uid_of(path),
            transfer_syntax_uid="",
            study_instance_uid="",
            series_instance_uid="",
            received=status.st_mtime,
        )
        with self._trash.filling([one], what=f"{path}: {reason}", by=_ASIDE_BY, why="", keep_days=None) as complete:
            storage.remove([path])
            complete([one])
