"""Removes what is selected from an archive: planned first, then done, into the trash of its area or for good."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from dicomdesk.archive.administration.opening import OpenedArea
from dicomdesk.archive.administration.selection import Selection
from dicomdesk.archive.areas.checksums import checksum_of_file, is_comparable
from dicomdesk.archive.areas.entry_reader import read_entry
from dicomdesk.archive.areas.holds import held_studies, read_holds
from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.areas.trash import Trash, TrashedInstance, TrashEntry
from dicomdesk.archive.index_entries import StoredInstance
from dicomdesk.archive.indexed_areas import entry_reader
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.errors import DataError, SettingsError
from dicomdesk.human import error_text
from dicomdesk.records import dataclass

__all__ = [
    "PlannedStudy",
    "Removal",
    "RemovalPlan",
    "Restoration",
    "plan_removal",
    "remove_planned",
    "restore_from_trash",
    "settle_trash",
]

_COPIED_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStudy:
    """What would go of a study."""

    study_instance_uid: str
    instances: int
    size_bytes: int
    held_why: str | None
    """Why it is on hold, None where it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovalPlan:
    """What would go."""

    selection: Selection
    instances: tuple[StoredInstance, ...]
    studies: tuple[PlannedStudy, ...]

    @property
    def size_bytes(self) -> int:
        """Of all files."""
        return sum(one.size_bytes for one in self.instances)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What has gone."""

    removed: tuple[StoredInstance, ...]
    held: tuple[str, ...] = ()
    """Study Instance UIDs that stay, being on hold."""
    entry: TrashEntry | None = None
    """Of the trash; None where it went for good, or nothing went."""

    @property
    def size_bytes(self) -> int:
        """Of all files."""
        return sum(one.size_bytes for one in self.removed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restoration:
    """What has come back from the trash."""

    restored: int
    present: tuple[TrashedInstance, ...] = ()
    """Stay in the trash: instances that the archive has again."""
    failed: tuple[tuple[TrashedInstance, str], ...] = ()
    """Stay in the trash, and why."""


def plan_removal(
    opened: OpenedArea, selection: Selection, is_meant: Callable[[StoredInstance], bool] | None = None
) -> RemovalPlan:
    """Find what would go; nothing is changed. Raises SettingsError for a selection of everything.

    ``is_meant`` chooses of what is selected.
    """
    if not selection.restricts:
        raise SettingsError("A removal needs a key that says what: everything is removed by no command")
    found = opened.index.instances(selection.query(Level.IMAGE), opened.name)
    instances = tuple(one for one in found if is_meant is None or is_meant(one))
    holds = read_holds(opened.area.folder)
    counted: dict[str, list[int]] = {}
    for one in instances:
        counts = counted.setdefault(one.study_instance_uid, [0, 0])
        counts[0] += 1
        counts[1] += one.size_bytes
    studies = (
        PlannedStudy(
            study_instance_uid=uid,
            instances=number,
            size_bytes=size,
            held_why=holds[uid].why if uid in holds else None,
        )
        for uid, (number, size) in counted.items()
    )
    return RemovalPlan(selection=selection, instances=instances, studies=tuple(studies))


def remove_planned(
    keeper: Keeper,
    plan: RemovalPlan,
    *,
    by: str,
    why: str = "",
    keep_days: float | None = 30.0,
    forces: bool = False,
) -> Removal:
    """Remove what was planned, as far as it is still as planned; what has come since stays.

    Studies on hold stay, unless that is forced. ``keep_days`` is how long the trash keeps it, None for as long as
    nobody empties it, 0 removes for good. Whoever reads a file meanwhile reads it to its end; what is to be opened only
    then is gone, and a retrieval says so. Raises StorageError and the errors of the index.
    """
    held = frozenset() if forces else held_studies(keeper.storage)
    going = [one for one in plan.instances if one.study_instance_uid not in held]
    staying = tuple(sorted({one.study_instance_uid for one in plan.instances} & held))
    if not going:
        return Removal(removed=(), held=staying)
    if keep_days == 0:
        return Removal(removed=tuple(_remove(keeper, going)), held=staying)
    trash = Trash(keeper.storage.folder, keeper.storage.path_of)
    with trash.filling(going, what=plan.selection.text, by=by, why=why, keep_days=keep_days) as complete:
        removed = _remove(keeper, going)
        entry = complete(removed)
    return Removal(removed=tuple(removed), held=staying, entry=entry)


def _remove(keeper: Keeper, going: Sequence[StoredInstance]) -> list[StoredInstance]:
    note = keeper.storage.note_removal([one.path for one in going])
    removed = keeper.index.remove_listed(keeper.name, going)
    keeper.storage.complete_removal(note, [one.path for one in removed])
    keeper.quota.forget()
    return removed


def settle_trash(keeper: Keeper) -> int:
    """End the removals that were killed half-way; returns how many there were."""
    trash, count = Trash(keeper.storage.folder), 0
    for entry in trash.entries():
        if not entry.is_complete:
            keeper.crash_repair.complete_removals()
            trash.settle(entry, lambda path, uid: bool(keeper.index.known_paths(keeper.name, {path: uid})))
            count += 1
    return count


def restore_from_trash(keeper: Keeper, entry: TrashEntry) -> Restoration:
    """Put back what an entry has; what the archive has again, or cannot be read, stays in the trash.

    Each instance is received when it was. Raises StorageError and the errors of the index.
    """
    trash = Trash(keeper.storage.folder)
    restored: list[str] = []
    present: list[TrashedInstance] = []
    failed: list[tuple[TrashedInstance, str]] = []
    try:
        for one in trash.instances(entry):
            try:
                is_new = _put_back(keeper, str(trash.file_of(entry, one.path)), one)
            except (DataError, OSError) as error:
                failed.append((one, error_text(error, names_file=False)))
            else:
                if is_new:
                    restored.append(one.path)
                else:
                    present.append(one)
    finally:
        trash.forget(entry, restored)
    return Restoration(restored=len(restored), present=tuple(present), failed=tuple(failed))


def _put_back(keeper: Keeper, source: str, one: TrashedInstance) -> bool:
    """Store a file of the trash; False where the archive has its instance. Raises DataError for one that is damaged."""
    entry = read_entry(source, area=keeper.name, path="", received=one.received or time.time())
    if keeper.crash_repair.same_instances(entry, entry_reader(keeper.area)):
        return False
    checksum = checksum_of_file(source)
    if is_comparable(one.checksum) and one.checksum != checksum:
        raise DataError("its content is not what it was when it was stored")
    file = keeper.storage.open()
    try:
        for part in _parts(source):
            file.write([part])
        keeper.keep(file, replace(entry, size_bytes=file.size_bytes, checksum=checksum))
    except BaseException:
        file.discard()
        raise
    return True


def _parts(path: str) -> Iterator[bytes]:
    with open(path, "rb") as source:
        while part := source.read(_COPIED_AT_ONCE):
            yield part
