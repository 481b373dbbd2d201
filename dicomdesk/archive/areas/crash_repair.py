"""Repairs a storage area after a crash: completes removals, indexes files that are not in the index yet."""

import errno
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from dicomdesk.archive.areas.checksums import checksum_of_file
from dicomdesk.archive.areas.storage_area import StorageArea
from dicomdesk.archive.contents.rows import patient_identity
from dicomdesk.archive.index import Index
from dicomdesk.archive.index_entries import IndexEntry, StoredInstance
from dicomdesk.archive.setup.configuration import Area
from dicomdesk.dicom.query.attributes import SERIES_INSTANCE_UID, SOP_INSTANCE_UID, STUDY_INSTANCE_UID
from dicomdesk.errors import DataError
from dicomdesk.human import count_text, printable
from dicomdesk.records import dataclass

__all__ = ["CrashRepair", "RepairReport", "UnderWayError"]

_BATCH = 500
_MOST_NAMED = 5


class UnderWayError(Exception):
    """File that is left to another process, which lives, or to a later start."""


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
    missing: int = 0
    """Entries without file, where all were looked at; they are left alone."""

    @property
    def is_clean(self) -> bool:
        """Whether there was nothing to do."""
        return not (self.completed_removals or self.adopted or self.superseded or self.unreadable or self.missing)

    @property
    def text(self) -> str:
        """What was done, as "1 file indexed, 2 removals completed"; the first unreadable files are named."""
        counts = [
            (self.adopted, "file indexed", "files indexed"),
            (self.superseded, "superseded file removed", "superseded files removed"),
            (self.completed_removals, "removal completed", "removals completed"),
            (self.missing, "entry without file left alone", "entries without file left alone"),
            (len(self.unreadable), "unreadable file left alone", "unreadable files left alone"),
        ]
        done = ", ".join(count_text(count, one, many) for count, one, many in counts if count)
        named = ", ".join(map(printable, self.unreadable[:_MOST_NAMED]))
        more = ", ..." if len(self.unreadable) > _MOST_NAMED else ""
        return f"{done}: {named}{more}" if named else done


ReadEntry = Callable[[str, str], IndexEntry]
"""Reads the index entry of a file: absolute path and relative path; raises DataError or OSError."""


class CrashRepair:
    """Repair of one area; for all threads. Its methods raise OSError, StorageError and the errors of the index."""

    def __init__(self, area: Area, storage: StorageArea, index: Index) -> None:
        self._name = area.ae_title
        self._storage = storage
        self._index = index
        self._missing = 0
        """Entries without file, as ``_compare`` found."""

    def repair(self, read_entry: ReadEntry, *, since: float | None = None) -> RepairReport:
        """Complete what a killed process began; with ``since`` only in folders that changed from then on.

        Without it all files and entries are compared; memory grows by 200 bytes an instance then. Other processes may
        be at work meanwhile.
        """
        completed = self.complete_removals()
        leaving = self._storage.leaving()
        adopted = superseded = 0
        unreadable: list[str] = []
        found = self._find_unindexed(since) if since is not None else self._compare()
        for path in found:
            if path in leaving:
                continue
            try:
                is_new = self.adopt(path, read_entry)
            except FileNotFoundError:
                continue  # another process has removed it meanwhile
            except (DataError, OSError):
                unreadable.append(path)
            except UnderWayError:
                self._storage.doubt(0.0 if since is None else since)
            else:
                adopted += is_new
                superseded += not is_new
        return RepairReport(
            completed_removals=completed,
            adopted=adopted,
            superseded=superseded,
            unreadable=tuple(unreadable),
            missing=self._missing if since is None else 0,
        )

    def complete_removals(self) -> int:
        """Remove the files of removals that were begun and not completed; returns how many.

        Those of other processes that live are left to them.
        """
        count = 0
        for note, paths in list(self._storage.abandoned_removals()):
            gone = self.unindexed(paths)
            self._storage.complete_removal(note, gone)
            count += len(gone)
        return count

    def _compare(self) -> Iterable[str]:
        """Yield the files that the index does not have, and count the entries that have no file."""
        known = {entry.path for entry in self._index.file_entries(self._name)}
        for path, _size_bytes in self._storage.sizes():
            if path in known:
                known.remove(path)
            else:
                yield path
        self._missing = len(known)

    def _find_unindexed(self, since: float | None) -> Iterable[str]:
        batch: list[str] = []
        for path in self._storage.files(changed_since=since):
            batch.append(path)
            if len(batch) == _BATCH:
                yield from self.unindexed(batch)
                batch.clear()
        yield from self.unindexed(batch)

    def unindexed(self, paths: Sequence[str]) -> list[str]:
        """Return which of the files the index does not have."""
        known = self._index.known_paths(self._name, {path: self._storage.instance_uid_of(path) for path in paths})
        return [path for path in paths if path not in known]

    def adopt(self, path: str, read_entry: ReadEntry, superseded: Callable[[str], None] | None = None) -> bool:
        """Index a file; False where the index has its instance elsewhere, and the file was removed instead.

        ``superseded`` is given its path instead of that. Raises what ``read_entry`` raises, UnderWayError where another
        process may be about to put this file in the other's place, or in that of instances that it corrects,
        FileNotFoundError where another process removes it.
        """
        if path in self._storage.leaving():
            raise UnderWayError
        file = self._storage.path_of(path)
        entry = replace(read_entry(file, path), checksum=checksum_of_file(file))
        if any(found.path != path for found in self.same_instances(entry, read_entry)):
            if self._storage.may_be_under_way(path):
                raise UnderWayError
            if superseded is None:
                self._storage.remove([path])
            else:
                superseded(path)
            return False
        self._index.add([entry])
        if not self._storage.exists(path) or path in self._storage.leaving():
            self._index.remove(
                self._name,
                study_instance_uid=entry.values.get(STUDY_INSTANCE_UID, ""),
                sop_instance_uid=entry.values.get(SOP_INSTANCE_UID, ""),
                path=path,
            )
            raise FileNotFoundError(errno.ENOENT, "it was removed meanwhile", path)
        return True

    def same_instances(self, entry: IndexEntry, read_entry: ReadEntry) -> list[StoredInstance]:
        """What the index has of the same UIDs and patient, and whose files are there."""
        values = entry.values
        known = self._index.find_instances(
            self._name,
            study_instance_uid=values.get(STUDY_INSTANCE_UID, ""),
            series_instance_uid=values.get(SERIES_INSTANCE_UID, ""),
            sop_instance_uids=[values.get(SOP_INSTANCE_UID, "")],
        )
        return [found for found in known if self._is_of_patient(found, patient_identity(values), read_entry)]

    def _is_of_patient(self, found: StoredInstance, identity: str, read_entry: ReadEntry) -> bool:
        """Whether the file of an instance is there and of a patient; one that cannot be read may be."""
        if not self._storage.exists(found.path):
            return False
        try:
            return patient_identity(read_entry(self._storage.path_of(found.path), found.path).values) == identity
        except (DataError, OSError):
            return True
