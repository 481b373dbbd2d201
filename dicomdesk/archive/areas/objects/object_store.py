"""Object stores: where files of a storage area can live instead of its folder; and a folder as one."""

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from dicomdesk.atomic_file import AtomicFile
from dicomdesk.errors import StorageError
from dicomdesk.records import dataclass

__all__ = ["FolderObjects", "ObjectStore", "StoredObject", "open_object_store"]

_PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """Object of a store."""

    key: str
    """Parts between slashes, as a relative path."""
    size_bytes: int
    changed: float
    """Seconds since 1970, by the clock of the store."""


class ObjectStore(Protocol):
    """Store of objects, each whole or not there. Any thread; all methods raise OSError where it cannot be reached."""

    def put(self, key: str, descriptor: int) -> None:
        """Keep what an open file holds, from its beginning; when this returns it is durable."""
        ...

    def get(self, key: str, take: Callable[[bytes], None]) -> None:
        """Hand out an object in pieces; raises FileNotFoundError where there is none, before the first."""
        ...

    def size_of(self, key: str) -> int | None:
        """Bytes of an object, None where there is none."""
        ...

    def remove(self, key: str) -> None:
        """Remove an object; one that is not there is no error."""
        ...

    def objects(self) -> Iterator[StoredObject]:
        """All objects, in no order."""
        ...


def open_object_store(url: str) -> ObjectStore:
    """Open the store of a URL: s3, gs, az, or file for a folder; raises StorageError."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return FolderObjects(Path(unquote(parts.path)))
    from dicomdesk.archive.areas.objects.cloud_objects import CloudObjects  # noqa: PLC0415 - few have the library

    return CloudObjects(url)


class FolderObjects:
    """Folder as an object store, such as another disk."""

    def __init__(self, folder: Path) -> None:
        """The folder is there; raises StorageError."""
        if not folder.is_dir():
            raise StorageError(f"The object store {folder} is no folder, or does not exist")
        self._folder = str(folder)

    def put(self, key: str, descriptor: int) -> None:
        """See ``ObjectStore``."""
        folder, _, name = key.rpartition("/")
        target = os.path.join(self._folder, *folder.split("/"))
        os.makedirs(target, exist_ok=True)
        file = AtomicFile(target)
        try:
            offset = 0
            while piece := os.pread(descriptor, _PIECE_BYTES, offset):
                file.write([piece])
                offset += len(piece)
            file.publish(name, replace=True, fsync=True)
        except BaseException:
            file.discard()
            raise

    def get(self, key: str, take: Callable[[bytes], None]) -> None:
        """See ``ObjectStore``."""
        with open(self._path(key), "rb") as file:
            while piece := file.read(_PIECE_BYTES):
                take(piece)

    def size_of(self, key: str) -> int | None:
        """See ``ObjectStore``."""
        try:
            return os.stat(self._path(key)).st_size
        except (FileNotFoundError, NotADirectoryError):
            self._require_folder()
            return None

    def remove(self, key: str) -> None:
        """See ``ObjectStore``."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path(key))
        self._require_folder()

    def objects(self) -> Iterator[StoredObject]:
        """See ``ObjectStore``."""
        self._require_folder()
        for folder, _, names in os.walk(self._folder):
            relative = os.path.relpath(folder, self._folder).replace(os.sep, "/")
            for name in names:
                with contextlib.suppress(FileNotFoundError):
                    status = os.stat(os.path.join(folder, name))
                    key = name if relative == "." else f"{relative}/{name}"
                    yield StoredObject(key=key, size_bytes=status.st_size, changed=status.st_mtime)

    def _path(self, key: str) -> str:
        return os.path.join(self._folder, *key.split("/"))

    def _require_folder(self) -> None:
        """A disk that is gone has not lost its objects."""
        if not os.path.isdir(self._folder):
            raise OSError(errno.EIO, "the object store is not there", self._folder)
