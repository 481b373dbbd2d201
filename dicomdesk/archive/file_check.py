"""Compares the files of a storage area with its index, both ways; nothing is changed."""

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from typing import NamedTuple

from dicomdesk.archive.areas.checksums import checksum_of_file, is_comparable
from dicomdesk.archive.areas.objects.object_area import open_storage
from dicomdesk.archive.areas.storage_area import StorageArea
from dicomdesk.archive.index import Index
from dicomdesk.archive.index_entries import FileEntry, IndexEntry, conflict_text
from dicomdesk.archive.indexed_areas import area_as_indexed, check_index_exists, entry_reader, open_index
from dicomdesk.archive.setup.configuration import Area
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.dicom.query.attributes import SOP_INSTANCE_UID
from dicomdesk.errors import DataError
from dicomdesk.human import count_text
from dicomdesk.records import dataclass

__all__ = ["FileCheckReport", "Finding", "FindingKind", "check_area"]

_BATCH = 500
_READERS = 4
"""Threads that read contents: one alone would not keep a disk busy."""


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
    damaged: int = 0
    """Files of other content than was stored, or that cannot be read; where contents are compared."""
    unknown: int = 0
    """Files whose content cannot be compared, since no checksum is known: nothing wrong here."""
    wrong_counts: int = 0
    damages: int = 0
    """Of the database itself."""
    conflicts: int = 0
    """Studies and instances that contradict others, and are kept nevertheless: files and index agree on them."""

    @property
    def is_right(self) -> bool:
        """Whether files and index agree."""
        wrong = self.missing, self.unindexed, self.different, self.damaged, self.wrong_counts, self.damages
        return not any(wrong)


class FindingKind(Enum):
    """Kinds of what is wrong."""

    MISSING = "missing"
    """An entry without file."""
    UNINDEXED = "unindexed"
    """A file without entry."""
    DIFFERENT = "different"
    """A file of another size than its entry says."""
    DAMAGED = "damaged"
    """A file of other content than was stored, or one that cannot be read."""
    WRONG_COUNT = "wrong-count"
    DAMAGED_INDEX = "damaged-index"
    """Of the database itself."""
    CONFLICT = "conflict"
    """What contradicts others, as the files say it; no fault of the index."""
    OLDER_INDEX = "older-index"
    """The index was made by an older version, which did not keep all that the files say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is wrong; its text names paths and UIDs, no patients."""

    kind: FindingKind
    text: str
    path: str = ""
    """Relative to the area's folder."""
    sop_instance_uid: str = ""
    """Of the entry, or what the name of the file tells."""

    def __str__(self) -> str:
        return self.text


Tell = Callable[[Finding], None]
"""Told each thing that is wrong."""
Progressed = Callable[[int], None]
"""Told how many files and entries were looked at."""


def check_area(
    settings: ArchiveSettings,
    area: Area,
    tell: Tell,
    progressed: Progressed | None = None,
    *,
    is_deep: bool = False,
    check: Callable[[], None] | None = None,
) -> FileCheckReport:
    """Compare the files and the index of one area, with ``is_deep`` contents too; an archive may be at work meanwhile.

    Memory grows by 300 bytes an instance.
    ``check`` is called before each entry and file; what it raises ends the work. Raises StorageError and the
    LocalErrors of the index.
    """
    area = area_as_indexed(settings.configuration, area)
    storage = open_storage(area, must_write=False)
    check_index_exists(settings, storage)
    with contextlib.closing(open_index(settings, storage)) as index:
        watch = _Watch(tell, progressed or _ignore, check or _go_on)
        with ThreadPoolExecutor(_READERS, "archive-verify") as pool:
            return _FileCheck(area, storage, index, watch, pool if is_deep else None).run()


class _Watch(NamedTuple):
    """Who is told."""

    tell: Tell
    progressed: Progressed
    go_on: Callable[[], None]


class _FileCheck:
    def __init__(
        self, area: Area, storage: StorageArea, index: Index, watch: _Watch, pool: ThreadPoolExecutor | None
    ) -> None:
        """With a ``pool`` contents are compared, by its threads."""
        self._area = area
        self._storage = storage
        self._index = index
        self._tell, self._progressed, self._go_on = watch
        self._pool = pool
        self._read: Callable[[str, str], IndexEntry] = entry_reader(area)
        self._result = FileCheckReport()
        self._entries: dict[str, FileEntry] = {}
        """Of which no file was found yet, by path."""
        self._unread: list[FileEntry] = []
        """Whose content is to be compared."""

    def run(self) -> FileCheckReport:
        result = self._result
        damage = self._index.find_damage()
        if damage:
            result.damages += 1
            text = f"the database of the index is damaged: {damage}"
            self._tell(Finding(kind=FindingKind.DAMAGED_INDEX, text=text))
        for entry in self._index.file_entries(self._area.ae_title):
            self._entries[entry.path] = entry
            result.entries += 1
            self._count()
        for path, size_bytes in self._storage.sizes():
            result.files += 1
            self._check_file(path, size_bytes)
            self._count()
        self._check_contents()
        for entry in self._entries.values():
            self._go_on()
            self._check_missing(entry)
        for sentence in self._index.wrong_counts():
            result.wrong_counts += 1
            self._tell(Finding(kind=FindingKind.WRONG_COUNT, text=sentence))
        self._tell_conflicts()
        if self._index.is_doubted(self._area.ae_title):
            text = "the index was made by an older version: --reindex reads from the files whose each instance is"
            self._tell(Finding(kind=FindingKind.OLDER_INDEX, text=text))
        self._progressed(result.entries + result.files)
        return result

    def _tell_conflicts(self) -> None:
        name = self._area.ae_title
        for conflict in self._index.study_conflicts(name):
            self._result.conflicts += 1
            what = conflict_text(conflict.conflict)
            text = f"study {conflict.study_instance_uid}, {count_text(conflict.instance_count, 'instance')}: {what}"
            self._tell(Finding(kind=FindingKind.CONFLICT, text=text))
        for found in self._index.conflicts(name):
            self._result.conflicts += 1
            text = f"{found.path}: {conflict_text(found.conflict)}"
            self._found(FindingKind.CONFLICT, found.path, found.sop_instance_uid, text)

    def _count(self) -> None:
        self._go_on()
        looked_at = self._result.entries + self._result.files
        if looked_at % _BATCH == 0:
            self._progressed(looked_at)

    def _check_file(self, path: str, size_bytes: int) -> None:
        entry = self._entries.pop(path, None)
        if entry is None:
            self._check_unindexed(path)
        elif size_bytes != entry.size_bytes:
            self._result.different += 1
            text = f"{path}: the file has {size_bytes} bytes, the index says {entry.size_bytes}"
            self._found(FindingKind.DIFFERENT, path, entry.sop_instance_uid, text)
        elif self._pool is not None and not is_comparable(entry.checksum):
            self._result.unknown += 1
        elif self._pool is not None:
            self._unread.append(entry)
            if len(self._unread) == _BATCH:
                self._check_contents()

    def _check_contents(self) -> None:
        if self._pool is None:
            return
        entries, self._unread = self._unread, []
        for entry, problem in zip(entries, self._pool.map(self._problem_of, entries), strict=True):
            self._go_on()
            if problem:
                self._result.damaged += 1
                text = f"{entry.path}: {problem}"
                self._found(FindingKind.DAMAGED, entry.path, entry.sop_instance_uid, text)

    def _problem_of(self, entry: FileEntry) -> str:
        """What is wrong with the content of a file, "" for nothing."""
        try:
            checksum = checksum_of_file(self._storage.path_of(entry.path))
        except FileNotFoundError:
            self._check_missing(entry)
            return ""
        except OSError as error:
            return f"the file cannot be read: {error.strerror}"
        return "" if checksum == entry.checksum else "the file has another content than was stored"

    def _check_unindexed(self, path: str) -> None:
        uid = self._storage.instance_uid_of(path) or self._read_uid(path)
        # One that has just come, or just gone, is no mistake.
        if self._storage.exists(path) and not self._is_indexed(path, uid):
            self._result.unindexed += 1
            self._found(FindingKind.UNINDEXED, path, uid, f"{path}: not in the index")

    def _check_missing(self, entry: FileEntry) -> None:
        if not self._storage.exists(entry.path) and self._is_indexed(entry.path, entry.sop_instance_uid):
            self._result.missing += 1
            text = f"{entry.path}: in the index, but there is no such file"
            self._found(FindingKind.MISSING, entry.path, entry.sop_instance_uid, text)

    def _found(self, kind: FindingKind, path: str, sop_instance_uid: str, text: str) -> None:
        self._tell(Finding(kind=kind, text=text, path=path, sop_instance_uid=sop_instance_uid))

    def _read_uid(self, path: str) -> str:
        """The SOP Instance UID of a file whose name does not tell."""
        try:
            return self._read(self._storage.path_of(path), path).values.get(SOP_INSTANCE_UID, "")
        except (DataError, OSError):
            return ""

    def _is_indexed(self, path: str, uid: str) -> bool:
        return bool(self._index.known_paths(self._area.ae_title, {path: uid}))


def _go_on() -> None:
    """Check nothing."""


def _ignore(_count: int) -> None:
    """Ignore the count."""
