"""Keeps files and index of one storage area consistent, applies its quota, repairs it after a crash.

An instance is first a file, then in the index, then acknowledged. One that goes is noted, leaves the index, then its
file is removed. Whatever moment a process is killed at, ``repair`` of the next one finds what was left.

Quotas are DCMTK's: a study that grows too large loses its oldest instances, an area with too many studies the study
that has waited longest for another instance. What has just been stored stays. Without a quota nothing is ever removed.
"""

import errno
import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from dicomdesk.archive.areas.storage_area import StorageArea
from dicomdesk.archive.index import Index
from dicomdesk.archive.index_entries import Addition, AdditionOutcome, IndexEntry, StoredInstance, StudyUsage
from dicomdesk.archive.setup.configuration import Area
from dicomdesk.atomic_file import AtomicFile
from dicomdesk.errors import DataError, LocalError

__all__ = ["Keeper", "QuotaExceededError", "RepairReport", "StoredFile"]

logger = logging.getLogger(__name__)


class QuotaExceededError(LocalError):
    """Instance that alone is larger than a study may be."""


class _UnderWayError(Exception):
    """File that is left to another process, which lives, or to a later start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """Outcome of storing an instance."""

    path: str
    """Relative to the area's folder; of the one that was there where that one was kept."""
    addition: Addition
    removed: tuple[str, ...] = ()
    """Paths of instances that went because of the quota."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairReport:
    """Findings of ``repair`` after a crash."""

    completed_removals: int = 0
    """Files that were to be removed."""
    adopted: int = 0
    """Files that were not in the index yet."""
    superseded: int = 0
    """Files of instances that the index has elsewhere, removed."""
    unreadable: tuple[str, ...] = ()
    """Files that are no instances; they are left alone."""

    @property
    def is_clean(self) -> bool:
        """Whether there was nothing to do."""
        return not (self.completed_removals or self.adopted or self.superseded or self.unreadable)


ReadEntry = Callable[[str, str], IndexEntry]
"""Reads the index entry of a file: absolute path and relative path; raises DataError or OSError."""


class Keeper:
    """Keeper of one area; for all threads. Its methods raise OSError, StorageError and the errors of the index."""

    def __init__(self, area: Area, storage: StorageArea, index: Index) -> None:
        self.area = area
        self.storage = storage
        self.index = index
        self._removing = threading.Lock()
        """One at a time decides what has to go."""

    @property
    def name(self) -> str:
        """The area, as the index calls it."""
        return self.area.ae_title

    def check_size(self, size_bytes: int) -> None:
        """Raise QuotaExceededError where an instance cannot be kept in any case."""
        most = self.area.quota.max_bytes_per_study
        if most is not None and size_bytes > most:
            raise QuotaExceededError(f"The instance has {size_bytes} bytes, a study may have {most}")

    def keep(self, file: AtomicFile, entry: IndexEntry) -> StoredFile:
        """Place a finished file and index it; when this returns it may be acknowledged.

        ``entry`` has no path yet. When this raises, the file is gone, unless the index has it nevertheless or cannot be
        asked; then it stays, for ``repair``.
        """
        values = entry.values
        study_uid = values.get(_STUDY, "")
        path = self.storage.place(file, study_uid, values.get(_SERIES, ""), values.get(_INSTANCE, ""))
        try:
            (addition,) = self.index.add([replace(entry, path=path)])
        except BaseException:
            self._take_back(path)
            raise
        if addition.outcome in {AdditionOutcome.KEPT_FIRST, AdditionOutcome.CONTRADICTED}:
            self.storage.remove([path])
        elif addition.replaced_path and addition.replaced_path != path:
            self.storage.remove([addition.replaced_path])
        removed = self._apply_quota(study_uid, path)
        return StoredFile(path=path, addition=addition, removed=tuple(removed))

    def _take_back(self, path: str) -> None:
        """Remove a file that could not be indexed; not where the index took it and lost only its answer."""
        try:
            unknown = self._missing([path])
        except LocalError:
            self.storage.doubt()
            return
        self.storage.remove(unknown)

    def remove(
        self, *, study_instance_uid: str = "", series_instance_uid: str = "", sop_instance_uid: str = ""
    ) -> list[StoredInstance]:
        """Remove what meets all that is given, from index and disk; at least one must be given."""
        if not (study_instance_uid or series_instance_uid or sop_instance_uid):
            raise ValueError("what is to be removed must be said")
        with self._removing:
            return self._remove(study_instance_uid, series_instance_uid, sop_instance_uid)

    def _remove(self, study_uid: str, series_uid: str, instance_uid: str) -> list[StoredInstance]:
        going = self.index.find_instances(
            self.name,
            study_instance_uid=study_uid,
            series_instance_uid=series_uid,
            sop_instance_uids=[instance_uid] if instance_uid else [],
        )
        with self.storage.removing([instance.path for instance in going]):
            removed = self.index.remove(
                self.name,
                study_instance_uid=study_uid,
                series_instance_uid=series_uid,
                sop_instance_uid=instance_uid,
            )
        self.storage.remove(instance.path for instance in removed)
        return removed

    def secure(self, paths: Iterable[str]) -> set[str]:
        """Have files and all that the index knows on the disk; returns the paths of those for which that failed."""
        insecure = self.storage.secure(paths)
        self.index.flush()
        return insecure

    # -- quotas

    def _apply_quota(self, study_uid: str, new_path: str) -> list[str]:
        quota = self.area.quota
        if quota.max_bytes_per_study is None and quota.max_studies is None:
            return []
        removed: list[str] = []
        with self._removing:
            if quota.max_bytes_per_study is not None:
                removed += self._shrink(study_uid, quota.max_bytes_per_study, new_path)
            if quota.max_studies is not None:
                removed += self._evict(study_uid, quota.max_studies)
        for path in removed:
            logger.warning("Deleting file: %s due to quota", path)
        return removed

    def _shrink(self, study_uid: str, most_bytes: int, new_path: str) -> list[str]:
        """Remove the oldest instances of a study until it fits."""
        usage = self.index.study_usage(self.name, study_uid)
        if usage is None or usage.size_bytes <= most_bytes:
            return []
        going: list[StoredInstance] = []
        instances = sorted(
            self.index.find_instances(self.name, study_instance_uid=study_uid), key=lambda found: found.received
        )
        too_many = sum(found.size_bytes for found in instances) - most_bytes  # others may have made room since
        for found in instances:
            if too_many <= 0:
                break
            if found.path != new_path:
                going.append(found)
                too_many -= found.size_bytes
        paths = [found.path for found in going]
        with self.storage.removing(paths):
            for found in going:
                uid = found.sop_instance_uid
                self.index.remove(self.name, study_instance_uid=study_uid, sop_instance_uid=uid, path=found.path)
        return paths

    def _evict(self, study_uid: str, most_studies: int) -> list[str]:
        """Remove the studies that have waited longest, but not this one."""
        removed: list[str] = []
        last: list[StudyUsage] = []
        while self.index.count_studies(self.name) > most_studies:
            oldest = self.index.oldest_studies(self.name, 1, excluding=study_uid)
            if oldest == last:  # none, or one that an index with wrong counts cannot remove
                break
            removed += self._evict_unchanged(oldest[0], most_studies)
            last = oldest
        return removed

    def _evict_unchanged(self, seen: StudyUsage, most_studies: int) -> list[str]:
        """Remove a study unless something came to it meanwhile, or another process has made room already."""
        going = self.index.find_instances(self.name, study_instance_uid=seen.study_instance_uid)
        note = self.storage.note_removal([found.path for found in going])
        removed = [found.path for found in self.index.remove_surplus_study(self.name, seen, most_studies)]
        self.storage.complete_removal(note, removed)
        return removed

    # -- after a crash

    def repair(self, read_entry: ReadEntry, *, since: float | None = None) -> RepairReport:
        """Complete what a killed process began; with ``since`` only in folders that changed from then on.

        Other processes may be at work meanwhile.
        """
        completed = self.complete_removals()
        leaving = self.storage.leaving()
        adopted = superseded = 0
        unreadable: list[str] = []
        for path in self._unindexed(since):
            if path in leaving:
                continue
            try:
                is_new = self._adopt(path, read_entry)
            except FileNotFoundError:
                continue  # another process has removed it meanwhile
            except (DataError, OSError):
                unreadable.append(path)
            except _UnderWayError:
                self.storage.doubt(0.0 if since is None else since)
            else:
                adopted += is_new
                superseded += not is_new
        return RepairReport(
            completed_removals=completed, adopted=adopted, superseded=superseded, unreadable=tuple(unreadable)
        )

    def complete_removals(self) -> int:
        """Remove the files of removals that were begun and not completed; returns how many.

        Those of other processes that live are left to them.
        """
        count = 0
        for note, paths in list(self.storage.abandoned_removals()):
            gone = self._missing(paths)
            self.storage.complete_removal(note, gone)
            count += len(gone)
        return count

    def _unindexed(self, since: float | None) -> Iterable[str]:
        batch: list[str] = []
        for path in self.storage.files(changed_since=since):
            batch.append(path)
            if len(batch) == _BATCH:
                yield from self._missing(batch)
                batch.clear()
        yield from self._missing(batch)

    def _missing(self, paths: Sequence[str]) -> list[str]:
        known = self.index.known_paths(self.name, {path: self.storage.instance_uid_of(path) for path in paths})
        return [path for path in paths if path not in known]

    def _adopt(self, path: str, read_entry: ReadEntry) -> bool:
        """Index a file; False where the index has its instance elsewhere, and the file was removed instead.

        Raises _UnderWayError where another process may be about to put this file in the other's place,
        FileNotFoundError where another process removes it.
        """
        entry = read_entry(self.storage.path_of(path), path)
        values = entry.values
        known = self.index.find_instances(
            self.name,
            study_instance_uid=values.get(_STUDY, ""),
            series_instance_uid=values.get(_SERIES, ""),
            sop_instance_uids=[values.get(_INSTANCE, "")],
        )
        for found in known:
            if found.path != path and self.storage.exists(found.path):
                if self.storage.may_be_under_way(path):
                    raise _UnderWayError
                self.storage.remove([path])
                return False
        self.index.add([entry])
        if not self.storage.exists(path) or path in self.storage.leaving():
            self.index.remove(
                self.name,
                study_instance_uid=values.get(_STUDY, ""),
                sop_instance_uid=values.get(_INSTANCE, ""),
                path=path,
            )
            raise FileNotFoundError(errno.ENOENT, "it was removed meanwhile", path)
        return True


_BATCH = 500
_STUDY, _SERIES, _INSTANCE = 0x0020000D, 0x0020000E, 0x00080018
