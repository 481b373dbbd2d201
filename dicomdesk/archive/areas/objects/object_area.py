"""Storage area whose files live in an object store; its folder keeps the state, and what was used last.

A file is in the store before it has its place in the folder, so what is acknowledged is in the store. What is wanted
and not in the folder is fetched from there, and stays. ``trim`` lets go what was not used for longest.
"""

import contextlib
import logging
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dicomdesk.archive.areas.objects.object_store import ObjectStore, StoredObject, open_object_store
from dicomdesk.archive.areas.storage_area import StorageArea, is_instance_path
from dicomdesk.archive.setup.configuration import Area
from dicomdesk.atomic_file import AtomicFile
from dicomdesk.errors import StorageError

__all__ = ["ObjectStorageArea", "open_storage"]

logger = logging.getLogger(__name__)

_SLACK_S = 600.0
"""The clock of a store may be other than ours by that."""
_ASKED_TOGETHER = 8


def open_storage(area: Area, *, fsync: bool = False, must_write: bool = True) -> StorageArea:
    """Open the storage area of a configuration's area; raises StorageError."""
    if area.objects is None:
        return StorageArea(area.folder, fsync=fsync, must_write=must_write)
    return ObjectStorageArea(area.folder, open_object_store(area.objects.url), fsync=fsync, must_write=must_write)


class ObjectStorageArea(StorageArea):
    """See the module; used as ``StorageArea`` is."""

    def __init__(self, folder: Path, store: ObjectStore, *, fsync: bool = False, must_write: bool = True) -> None:
        super().__init__(folder, fsync=fsync, must_write=must_write)
        self._store = store

    def path_of(self, relative: str) -> str:
        """Return the file of a relative path, which is fetched first where only the store has it.

        Raises FileNotFoundError for a path that leads elsewhere, OSError where the store cannot be asked.
        """
        path = self._local(relative)
        if is_instance_path(relative) and not os.path.exists(path):
            self._recall(relative)
        return path

    def exists(self, relative: str) -> bool:
        """Whether the store has it; raises OSError where it cannot be asked."""
        return is_instance_path(relative) and self._store.size_of(relative) is not None

    def size_of(self, relative: str) -> int | None:
        """Bytes that the store has of it; None too where it cannot be asked."""
        with contextlib.suppress(OSError):
            return self._store.size_of(relative) if is_instance_path(relative) else None
        return None

    def secure(self, relatives: Iterable[str]) -> set[str]:
        """Return those that the store does not have: what it has is durable."""
        asked = list(dict.fromkeys(relatives))
        with ThreadPoolExecutor(_ASKED_TOGETHER, "archive-objects") as pool:
            kept = pool.map(self._is_kept, asked)
            return {relative for relative, is_kept in zip(asked, kept, strict=True) if not is_kept}

    def files(self, *, changed_since: float | None = None) -> Iterator[str]:
        """Relative paths of the instances in the store; raises StorageError where it cannot be asked."""
        for one in self._objects():
            if changed_since is None or one.changed >= changed_since - _SLACK_S:
                yield one.key

    def sizes(self) -> Iterator[tuple[str, int]]:
        """See ``StorageArea``; of the store, raises as ``files``."""
        for one in self._objects():
            yield one.key, one.size_bytes

    def _objects(self) -> Iterator[StoredObject]:
        try:
            yield from (one for one in self._store.objects() if is_instance_path(one.key))
        except OSError as error:
            raise StorageError(f"The object store of {self.folder} cannot be read: {error.strerror}") from error

    def trim(self, most_bytes: int) -> int:
        """Let the folder have so many bytes at most, without what was used longest ago; returns how many files went.

        What the store does not have, with the same size, stays.
        """
        found = []
        for relative, size_bytes in super().sizes():
            with contextlib.suppress(OSError):
                status = os.stat(self._local(relative))
                found.append((max(status.st_atime, status.st_mtime), size_bytes, relative))
        surplus = sum(size_bytes for _, size_bytes, _ in found) - most_bytes
        count = 0
        for _, size_bytes, relative in sorted(found):
            if surplus <= 0:
                break
            if self._store.size_of(relative) == size_bytes:
                super()._remove([relative])
                surplus -= size_bytes
                count += 1
        return count

    def _publish(self, file: AtomicFile, relative: str) -> None:
        descriptor = file.open_written()
        try:
            self._store.put(relative, descriptor)
        finally:
            os.close(descriptor)
        try:
            super()._publish(file, relative)
        except BaseException:
            with contextlib.suppress(OSError):
                self._store.remove(relative)
            raise

    def _remove(self, relatives: Iterable[str]) -> bool:
        """The folder's file goes only after the store's: what is left of a removal is found again."""
        is_left, gone = False, []
        for relative in filter(is_instance_path, relatives):
            try:
                self._store.remove(relative)
            except OSError as error:
                logger.warning("The object %s cannot be removed: %s", relative, error.strerror)
                is_left = True
            else:
                gone.append(relative)
        return super()._remove(gone) or is_left

    def _is_kept(self, relative: str) -> bool:
        try:
            return self._store.size_of(relative) is not None
        except OSError:
            return False

    def _recall(self, relative: str) -> None:
        """Fetch a file into the folder; nothing where the store has none."""
        file = self.open()
        try:
            self._store.get(relative, lambda piece: file.write([piece]))
            super()._publish(file, relative)
        except (FileNotFoundError, FileExistsError):
            file.discard()
        except BaseException:
            file.discard()
            raise
