"""Compares the files of a storage area with its index, both ways; nothing is changed."""

import contextlib
import os
from collections.abc import Callable, Iterator

from dicomdesk.archive.areas.storage_area import StorageArea
from dicomdesk.archive.index import Index
from dicomdesk.archive.index_entries import IndexEntry, StoredInstance
from dicomdesk.archive.indexed_areas import area_as_indexed, check_index_exists, entry_reader, open_index
from dicomdesk.archive.setup.configuration import Area
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.dicom.query.attributes import SOP_INSTANCE_UID
from dicomdesk.errors import DataError
from dicomdesk.records import dataclass

__all__ = ["FileCheckReport", "check_area"]

_BATCH = 500


@dataclass(slots=True, kw_only=True)
class FileCheckReport:
    """Findings in an area."""

    files: int = 0
    entries: int = 0
    missing: int = 0
    """Entries without file."""
    unindexed: int = 0
    """Files without entry."""
    different: int = 0
    """Files of another size than their entry says."""
    wrong_counts: int = 0
    conflicts: int = 0
    """Instances that contradict others, and are kept nevertheless: nothing wrong here."""

    @property
    def is_right(self) -> bool:
        """Whether files and index agree."""
        return not (self.missing or self.unindexed or self.different or self.wrong_counts)


Tell = Callable[[str], None]
"""Told a sentence for each thing that is wrong; it names paths and UIDs, no patients."""
Progressed = Callable[[int], None]
"""Told how many files and entries were looked at."""


def check_area(
    settings: ArchiveSettings,
    area: Area,
    tell: Tell,
    progressed: Progressed | None = None,
    *,
    check: Callable[[], None] | None = None,
) -> FileCheckReport:
    """Compare the files and the index of one area; an archive may be at work meanwhile.

    ``check`` is called before each entry and file; what it raises ends the work. Raises StorageError and the
    LocalErrors of the index.
    """
    area = area_as_indexed(settings.configuration, area)
    storage = StorageArea(area.folder)
    check_index_exists(settings, storage)
    with contextlib.closing(open_index(settings, storage)) as index:
        return _FileCheck(area, storage, index, tell, progressed or _ignore, check or _go_on).run()


class _FileCheck:
    def __init__(
        self,
        area: Area,
        storage: StorageArea,
        index: Index,
        tell: Tell,
        progressed: Progressed,
        check: Callable[[], None],
    ) -> None:
        self._area = area
        self._storage = storage
        self._index = index
        self._tell = tell
        self._progressed = progressed
        self._go_on = check
        self._read: Callable[[str, str], IndexEntry] = entry_reader(area)
        self._result = FileCheckReport()

    def run(self) -> FileCheckReport:
        result = self._result
        for found in self._index.find_instances(self._area.ae_title):
            result.entries += 1
            self._check_entry(found)
            self._count()
        batch: dict[str, str] = {}
        for path, uid in self._files():
            result.files += 1
            batch[path] = uid
            if len(batch) == _BATCH:
                self._check_files(batch)
                batch = {}
            self._count()
        self._check_files(batch)
        for sentence in self._index.wrong_counts():
            result.wrong_counts += 1
            self._tell(sentence)
        result.conflicts = sum(1 for _ in self._index.conflicts(self._area.ae_title))
        self._progressed(result.entries + result.files)
        return result

    def _count(self) -> None:
        self._go_on()
        looked_at = self._result.entries + self._result.files
        if looked_at % _BATCH == 0:
            self._progressed(looked_at)

    def _check_entry(self, found: StoredInstance) -> None:
        try:
            size_bytes = os.stat(self._storage.path_of(found.path)).st_size
        except OSError:
            if self._is_indexed(found.path, found.sop_instance_uid):
                self._result.missing += 1
                self._tell(f"{found.path}: in the index, but there is no such file")
            return
        if size_bytes != found.size_bytes:
            self._result.different += 1
            self._tell(f"{found.path}: the file has {size_bytes} bytes, the index says {found.size_bytes}")

    def _files(self) -> Iterator[tuple[str, str]]:
        """Each file with its SOP Instance UID, which names of our own tell."""
        for path in self._storage.flat_files():
            try:
                entry = self._read(self._storage.path_of(path), path)
            except (DataError, OSError):
                yield path, ""
            else:
                yield path, entry.values.get(SOP_INSTANCE_UID, "")
        for path in self._storage.files():
            yield path, self._storage.instance_uid_of(path)

    def _check_files(self, batch: dict[str, str]) -> None:
        known = self._index.known_paths(self._area.ae_title, batch)
        for path, uid in batch.items():
            # One that has just come, or just gone, is no mistake.
            if path in known or not self._storage.exists(path) or self._is_indexed(path, uid):
                continue
            self._result.unindexed += 1
            self._tell(f"{path}: not in the index")

    def _is_indexed(self, path: str, uid: str) -> bool:
        return bool(self._index.known_paths(self._area.ae_title, {path: uid}))


def _go_on() -> None:
    """Check nothing."""


def _ignore(_count: int) -> None:
    """Ignore the count."""
