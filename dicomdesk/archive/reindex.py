"""Rebuilds the index of a storage area from its files: after damage, or where DCMTK's archive has left its files.

Where an area has an index of its own, a new one is made beside it and takes its place when it is complete; a process
that is killed leaves the old one. In a database that several areas share, entries are renewed one after the other, and
those whose files are gone are removed at the end: it is never empty, and other processes may be at work.

Files are never moved, changed or removed. Those that DCMTK's dcmqrscp stored lie in the area's folder itself, and stay
there: they are served, moved and removed like all others.
"""

import contextlib
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Protocol

from dicomdesk.archive.areas.entry_processes import EntryOrReason, EntryProcesses, read_entries
from dicomdesk.archive.areas.folder_notes import LeftOut
from dicomdesk.archive.areas.objects.object_area import open_storage
from dicomdesk.archive.areas.passed_over import passed_over
from dicomdesk.archive.areas.storage_area import StorageArea
from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.index_entries import FileEntry, IndexEntry
from dicomdesk.archive.indexed_areas import area_as_indexed, durability, entry_reader, open_index
from dicomdesk.archive.setup.configuration import Area
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.archive.upkeep.leases import Lease, Leases
from dicomdesk.errors import DataError, LocalError, StorageError
from dicomdesk.records import dataclass

__all__ = ["ReindexObserver", "ReindexReport", "reindex_area"]

_BATCH = 500
_ALONE = 10_000
"""So many files are read while other processes would begin."""
_MOST_PROCESSES = 4
_LEASE_S = 300.0


@dataclass(slots=True, kw_only=True)
class ReindexReport:
    """Outcome of reindexing an area."""

    indexed: int = 0
    unreadable: int = 0
    passed_over: int = 0
    """Files and folders that are no instances by their names or places."""
    superseded: int = 0
    """Files whose instance a newer file has; they are left out of the index."""
    forgotten: int = 0
    """Entries whose file is gone."""


class ReindexObserver(Protocol):
    """Observer of a reindexing, on the thread that does the work."""

    def progressed(self, area: str, done: int, total: int) -> None:
        """Take note that so many files of an area have been read."""

    def left_out(self, area: str, path: str, reason: str) -> None:
        """Take note of a file that is left out of the index."""

    def check(self) -> None:
        """Check before each file; what it raises ends the work, and leaves an index of the area's own as it was."""


def reindex_area(settings: ArchiveSettings, area: Area, observer: ReindexObserver) -> ReindexReport:
    """Make the index of one area again.

    Raises StorageError where the folder cannot be used or another process is at work on an index of its own, and the
    LocalErrors of the index.
    """
    area = area_as_indexed(settings.configuration, area)
    storage = open_storage(area, fsync=settings.fsync)
    if settings.configuration.database_url:
        with contextlib.closing(open_index(settings, storage)) as index:
            return _renew(area, storage, index, observer)
    if storage.is_used_by_others():
        raise StorageError(f"The storage area {area.ae_title} is in use: end the archive first")
    storage.mark_running()
    try:
        return _rebuild(settings, area, storage, observer)
    finally:
        storage.mark_ended()


def _renew(area: Area, storage: StorageArea, index: Index, observer: ReindexObserver) -> ReindexReport:
    """Renew the entries of an area in a database that others may use, too; by one process at a time."""
    with Leases(index.database).holding(f"reindex of {area.ae_title}", _LEASE_S) as lease:
        if lease is None:
            raise StorageError(f"Another process makes the index of {area.ae_title} again just now")
        leased = _LeasedObserver(observer, lease)
        builder = _IndexBuilder(area, storage, index, leased, _known_files(index, area))
        result = builder.run()
        _note_left_out(storage, builder)
        result.forgotten = _forget_missing(area, storage, index, leased) + index.forget_older_of_files(area.ae_title)
        index.recount()
        index.trust(area.ae_title)
        index.optimize()
        return result


class _LeasedObserver:
    """Observer that keeps a lease besides."""

    def __init__(self, observer: ReindexObserver, lease: Lease) -> None:
        self.progressed = observer.progressed
        self.left_out = observer.left_out
        self._check = observer.check
        self._lease = lease

    def check(self) -> None:
        self._check()
        self._lease.keep()


def _rebuild(settings: ArchiveSettings, area: Area, storage: StorageArea, observer: ReindexObserver) -> ReindexReport:
    """Make a new index beside the old one, and put it in its place."""
    final = storage.index_path
    new = final.with_name("index-new.sqlite")
    _remove_database(new)
    known: dict[str, FileEntry] = {}
    if final.exists():
        with contextlib.suppress(LocalError), contextlib.closing(open_index(settings, storage)) as old:
            known = _known_files(old, area)
    index = Index(sqlite_url(new), durability=durability(settings))
    try:
        builder = _IndexBuilder(area, storage, index, observer, known)
        result = builder.run()
        index.optimize()
    except BaseException:
        index.close()
        _remove_database(new)
        raise
    index.close()
    if storage.is_used_by_others():
        _remove_database(new)
        raise StorageError(
            f"The storage area {area.ae_title} came into use meanwhile: end the archive, and begin again"
        )
    storage.doubt(
        0.0
    )  # without its log the old index may lack anything: whoever is killed here leaves all to be checked
    try:
        for suffix in ("-wal", "-shm"):  # the old log must not be applied to the new database
            final.with_name(final.name + suffix).unlink(missing_ok=True)
        os.replace(new, final)
    except OSError as error:  # there is a folder, perhaps
        _remove_database(new)
        raise StorageError(f"The index {final} cannot be written: {error.strerror or error}") from error
    storage.notes.forget_session()
    _note_left_out(storage, builder)
    storage.trust()
    storage.forget_crashes()
    return result


def _known_files(index: Index, area: Area) -> dict[str, FileEntry]:
    """What an index says of files whose checksums it knows, by path."""
    return {entry.path: entry for entry in index.file_entries(area.ae_title) if entry.checksum}


def _note_left_out(storage: StorageArea, builder: "_IndexBuilder") -> None:
    """Files whose instance a newer one has are not missed at the next start."""
    with contextlib.suppress(OSError):
        storage.notes.note_left_out(LeftOut(flat_files=builder.superseded_flat_files))


def _remove_database(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


class _IndexBuilder:
    """Builder of an index from all files of an area."""

    def __init__(
        self,
        area: Area,
        storage: StorageArea,
        index: Index,
        observer: ReindexObserver,
        known: Mapping[str, FileEntry],
    ) -> None:
        """``known`` has checksums, by path: contents are not read."""
        self._known = known
        self._area = area
        self._storage = storage
        self._index = index
        self._observer = observer
        self._read: Callable[[str, str], IndexEntry] = entry_reader(area)
        self._result = ReindexReport()
        self.superseded_flat_files = 0

    def run(self) -> ReindexReport:
        """Index everything."""
        for path, reason in passed_over(str(self._storage.folder)):
            self._observer.check()
            self._result.passed_over += 1
            self._observer.left_out(self._area.ae_title, path, reason)
        total = 0
        for _ in self._paths():
            self._observer.check()
            total += 1
        done = 0
        for lot, found in self._read_all(total):
            entries = []
            for path, entry in zip(lot, found, strict=True):
                if isinstance(entry, str):
                    self._result.unreadable += 1
                    self._observer.left_out(self._area.ae_title, path, entry)
                else:
                    entries.append(self._with_checksum(entry))
            self._add(entries)
            done += len(lot)
            self._observer.progressed(self._area.ae_title, done, total)
        if not done:
            self._observer.progressed(self._area.ae_title, 0, 0)
        return self._result

    def _read_all(self, total: int) -> Iterator[tuple[list[str], list[EntryOrReason]]]:
        """Yield paths and their entries, read by other processes where that is worth while."""
        waiting: deque[list[str]] = deque()

        def lots() -> Iterator[list[tuple[str, str]]]:
            paths = self._paths()
            while lot := list(islice(paths, _BATCH)):
                self._observer.check()
                waiting.append(lot)
                yield [(self._storage.path_of(path), path) for path in lot]

        name, count = self._area.ae_title, min(os.cpu_count() or 1, _MOST_PROCESSES)
        if total < _ALONE or count < 2:
            for files in lots():
                yield waiting.popleft(), read_entries(name, files)
            return
        with EntryProcesses(name, count) as processes:
            for found in processes.read(lots()):
                self._observer.check()
                yield waiting.popleft(), found

    def _paths(self) -> Iterator[str]:
        yield from self._storage.flat_files()
        yield from self._storage.files()

    def _add(self, entries: Sequence[IndexEntry]) -> None:
        """Add entries; of several files of one instance the one that came last stays."""
        if not entries:
            return
        by_path = {entry.path: entry for entry in entries}
        for entry, addition in zip(entries, self._index.add(entries), strict=True):
            other = addition.replaced_path
            if not other or other == entry.path:
                self._result.indexed += 1
                continue
            loser = other
            rival = by_path.get(other) or self._entry_again(other)
            if rival is not None and (rival.received, rival.path) > (entry.received, entry.path):
                self._index.add([rival])
                loser = entry.path
            elif rival is None:  # it is gone: this one takes its place
                self._result.indexed += 1
                continue
            self._result.superseded += 1
            self.superseded_flat_files += "/" not in loser
            self._observer.left_out(self._area.ae_title, loser, "a newer file has the same instance")

    def _entry_again(self, path: str) -> IndexEntry | None:
        try:
            return self._with_checksum(self._read(self._storage.path_of(path), path))
        except (DataError, OSError):
            return None

    def _with_checksum(self, entry: IndexEntry) -> IndexEntry:
        """The entry with the checksum that was known of its file, unless the file has another size now."""
        known = self._known.get(entry.path)
        if known is None or known.size_bytes != entry.size_bytes:
            return entry
        return replace(entry, checksum=known.checksum)


def _forget_missing(area: Area, storage: StorageArea, index: Index, observer: ReindexObserver) -> int:
    """Remove the entries whose file is gone."""
    count = 0
    for found in index.find_instances(area.ae_title):
        observer.check()
        if not storage.exists(found.path):
            count += len(
                index.remove(
                    area.ae_title,
                    study_instance_uid=found.study_instance_uid,
                    sop_instance_uid=found.sop_instance_uid,
                    path=found.path,
                )
            )
    return count
