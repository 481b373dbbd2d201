"""Keeps files and index of one storage area consistent: stores, removes and secures instances in both.

An instance is first a file, then in the index, then acknowledged. One that goes is noted, leaves the index, then its
file is removed. Whatever moment a process is killed at, ``CrashRepair`` of the next one finds what was left.
"""

import contextlib
import threading
from collections.abc import Iterable
from dataclasses import replace

from dicomdesk.archive.areas.checksums import CheckedFiles, written_checksum
from dicomdesk.archive.areas.crash_repair import CrashRepair
from dicomdesk.archive.areas.quota import AreaQuota
from dicomdesk.archive.areas.storage_area import StorageArea
from dicomdesk.archive.index import Index
from dicomdesk.archive.index_entries import Addition, AdditionOutcome, IndexEntry, StoredInstance
from dicomdesk.archive.setup.configuration import Area
from dicomdesk.atomic_file import AtomicFile
from dicomdesk.dicom.query.attributes import SERIES_INSTANCE_UID, SOP_INSTANCE_UID, STUDY_INSTANCE_UID
from dicomdesk.errors import IndexUncertainError, LocalError
from dicomdesk.records import dataclass

__all__ = ["Keeper", "StoredFile"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """Outcome of storing an instance."""

    path: str
    """Relative to the area's folder; of the one that was there where that one was kept."""
    addition: Addition
    removed: tuple[str, ...] = ()
    """Paths of instances that went because of the quota."""


class Keeper:
    """Keeper of one area; for all threads. Its methods raise OSError, StorageError and the errors of the index."""

    def __init__(self, area: Area, storage: StorageArea, index: Index) -> None:
        self.area = area
        self.storage = storage
        self.index = index
        self._removing = threading.Lock()
        """One at a time decides what has to go."""
        self._doubtful: set[str] = set()
        """Files of which it is not known whether the index has them."""
        self.refuses_conflicts = False
        """Whether instances that contradict what is there are not kept; see ``ArchiveSettings``."""
        self.checked_files = CheckedFiles()
        self.quota = AreaQuota(area, storage, index, self._removing)
        self.crash_repair = CrashRepair(area, storage, index)

    @property
    def name(self) -> str:
        """The area, as the index calls it."""
        return self.area.ae_title

    def change(self, area: Area) -> None:
        """The configuration says this of the area from now on; its name in the index stays."""
        self.area = replace(area, ae_title=self.area.ae_title)
        self.quota.change(area.quota)

    def keep(self, file: AtomicFile, entry: IndexEntry) -> StoredFile:
        """Place a finished file and index it; when this returns it may be acknowledged.

        ``entry`` has no path yet. When this raises, the file is gone, unless the index may have it nevertheless and
        cannot be asked; then it stays until ``settle``.
        """
        values = entry.values
        study_uid = values.get(STUDY_INSTANCE_UID, "")
        path = self.storage.place(
            file, study_uid, values.get(SERIES_INSTANCE_UID, ""), values.get(SOP_INSTANCE_UID, "")
        )
        entry = replace(entry, path=path, checksum=written_checksum(file))
        try:
            (addition,) = self.index.add([entry], refuses_conflicts=self.refuses_conflicts)
        except BaseException as error:
            self._take_back(path, error)
            raise
        if self._doubtful:
            self.settle()
        if addition.outcome in {AdditionOutcome.KEPT_FIRST, AdditionOutcome.REFUSED}:
            self.storage.remove([path])
        elif addition.replaced_path and addition.replaced_path != path:
            self.storage.remove([addition.replaced_path])
        removed = self.quota.apply(study_uid, path, entry.size_bytes)
        return StoredFile(path=path, addition=addition, removed=tuple(removed))

    def _take_back(self, path: str, error: BaseException) -> None:
        """Remove a file that could not be indexed; not where the index may have it and lost only its answer."""
        if isinstance(error, LocalError) and not isinstance(error, IndexUncertainError):
            self.storage.remove([path])
        else:
            self._doubtful.add(path)
            self.settle()

    def is_index_of_folder(self) -> bool:
        """Whether the index is the one that was used last with the folder. Raises the errors of the index."""
        noted = self.storage.notes.session()
        return not noted or noted == self.index.session(self.name)

    def note_session(self) -> None:
        """Note in folder and index that they belong together from now on. Raises the errors of the index."""
        self.storage.notes.note_session(lambda session: self.index.note_session(self.name, session))

    def settle(self) -> bool:
        """Remove files of which it was not known whether the index has them, if it has not; whether none is left.

        Raises nothing.
        """
        paths = list(self._doubtful)
        try:
            unknown = self.crash_repair.unindexed(paths)
        except LocalError:
            return False
        self.storage.remove(unknown)
        self._doubtful.difference_update(paths)
        return not self._doubtful

    def end(self) -> None:
        """Leave the area in order, or as after a crash where the index cannot be asked."""
        if self._doubtful and not self.settle():
            self.storage.doubt()
        if self.storage.is_read_only:
            return
        with contextlib.suppress(LocalError):  # then the next one compares all
            self.note_session()
        self.storage.mark_ended()

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
        self.quota.forget()
        return removed

    def secure(self, paths: Iterable[str]) -> set[str]:
        """Have files and all that the index knows on the disk; returns the paths of those for which that failed."""
        insecure = self.storage.secure(paths)
        self.index.flush()
        return insecure
