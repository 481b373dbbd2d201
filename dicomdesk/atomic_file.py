"""A file that appears under its name whole or not at all.

Where the file system can (Linux, most local file systems) the file has no name while it is written (``O_TMPFILE``), so
that not even ``kill -9`` leaves anything behind. Elsewhere it is a hidden ``.dicomdesk-*.part`` in the same folder,
locked by its writer for as long as it lives; ``remove_abandoned`` clears those whose writer is gone.
"""

import errno
import os
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

try:
    import fcntl
except ImportError:  # Windows: no advisory locks; an open file cannot be removed there, which serves as well
    fcntl = None  # type: ignore[assignment]

__all__ = ["AtomicFile", "Hasher", "fsync_folder", "keep_aside", "remove_abandoned", "write_owner_only"]

_PART_PREFIX = ".dicomdesk-"
_PART_SUFFIX = ".part"
_MOST_FRAGMENTS = 512
"""Per call of ``writev``; Linux allows 1024."""

_DESCRIPTORS = "/proc/self/fd"
"""Where what has no name is given one; missing in a bare chroot."""


def _flags_of_unnamed(descriptors: str = _DESCRIPTORS) -> int:
    """How a file without a name is opened; 0 where the system has none, or could not name it later."""
    if not hasattr(os, "O_TMPFILE") or not os.path.isdir(descriptors):
        return 0
    return os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC


_OPEN_UNNAMED = _flags_of_unnamed()
_OPEN_PART = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_UNNAMED = frozenset({errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOSYS})
_NO_LINK = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
_HAS_WRITEV = hasattr(os, "writev")

_without_links = threading.Lock()
"""Held from looking to renaming where the file system has no hard links."""


class Hasher(Protocol):
    """What makes a checksum of bytes as they come."""

    def update(self, data: bytes | bytearray | memoryview, /) -> None:
        """Take the next bytes."""
        ...

    def reset(self) -> None:
        """Forget all bytes."""
        ...

    def hexdigest(self) -> str:
        """The checksum of the bytes so far."""
        ...


class AtomicFile:
    """One file on its way into a folder. Used by one thread; every method may raise OSError.

    Ends with one of ``publish`` and ``discard``; ``discard`` is harmless after a failed ``publish``.
    """

    __slots__ = ("_descriptor", "_folder", "_part", "hasher", "size_bytes")

    def __init__(self, folder: str, *, unnamed: bool = True) -> None:
        """Create the file in ``folder``; ``unnamed`` False takes the hidden name even where none is needed."""
        self._folder = folder
        self._part = ""
        self.size_bytes = 0
        """Bytes written so far."""
        self.hasher: Hasher | None = None
        """Told of all that is written, where one is set before; None again after ``shorten``."""
        if unnamed and _OPEN_UNNAMED:
            try:
                self._descriptor = os.open(folder, _OPEN_UNNAMED, 0o666)
                return
            except OSError as error:
                if error.errno not in _NO_UNNAMED:
                    raise
        self._descriptor = self._open_part()

    @property
    def descriptor(self) -> int:
        """Open for reading and writing, until ``publish`` or ``discard``."""
        return self._descriptor

    def write(self, fragments: Sequence[bytes | bytearray | memoryview]) -> None:
        """Append the fragments, byte-wise, all of them."""
        if len(fragments) > _MOST_FRAGMENTS:
            for start in range(0, len(fragments), _MOST_FRAGMENTS):
                self.write(fragments[start : start + _MOST_FRAGMENTS])
            return
        if self.hasher is not None:
            for fragment in fragments:
                self.hasher.update(fragment)
        total = sum(map(len, fragments))
        written = os.writev(self._descriptor, fragments) if _HAS_WRITEV else 0
        self.size_bytes += total
        if written != total:
            for rest in _remaining(fragments, written):
                _write_whole(self._descriptor, rest)

    def start_again(self) -> None:
        """Forget what was written."""
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.ftruncate(self._descriptor, 0)
        self.size_bytes = 0
        if self.hasher is not None:
            self.hasher.reset()

    def shorten(self, size_bytes: int) -> None:
        """Forget what is behind so many bytes; nothing more is to be written."""
        os.ftruncate(self._descriptor, size_bytes)
        self.size_bytes = size_bytes
        self.hasher = None

    def publish(self, name: str, *, replace: bool, fsync: bool = False, closes: bool = True) -> bool:
        """Give the file its name in the folder, at once and whole; True when another file of that name was replaced.

        ``closes`` False leaves it open, until ``close``, where closing cannot fail any more: what has no name until now
        is on a local file system, which takes all that is written when it is written. Raises FileExistsError when the
        name is taken and ``replace`` is False; another name can then be tried.
        """
        if fsync and self._descriptor >= 0:  # closed: an earlier name was taken, and all is on the disk
            os.fsync(self._descriptor)
        path = f"{self._folder}{os.sep}{name}"
        replaced = self._publish_part(path, replace=replace) if self._part else self._link(path, replace=replace)
        self._part = ""
        if closes:
            self._close()
        if fsync:
            fsync_folder(self._folder)
        return replaced

    def close(self) -> None:
        """Close what was published; never raises."""
        try:
            self._close()
        except OSError:
            return

    def open_written(self) -> int:
        """Return a descriptor of one's own, to read what was written; also after a name was taken."""
        return os.dup(self._descriptor) if self._descriptor >= 0 else os.open(self._part, os.O_RDONLY)

    def discard(self) -> None:
        """Leave nothing behind; never raises."""
        try:
            if self._part:
                os.unlink(self._part)
            self._part = ""
            self._close()
        except OSError:
            self._descriptor = -1

    def _open_part(self) -> int:
        while True:
            path = os.path.join(self._folder, _part_name())
            descriptor = os.open(path, _OPEN_PART, 0o666)
            _lock(descriptor)
            if os.fstat(descriptor).st_nlink:  # else: cleared away as abandoned before it was locked
                self._part = path
                return descriptor
            os.close(descriptor)

    def _link(self, path: str, *, replace: bool) -> bool:
        try:
            _link_descriptor(self._descriptor, path)
        except FileExistsError:
            if not replace:
                raise
        else:
            return False
        _lock(self._descriptor)
        part = os.path.join(self._folder, _part_name())
        _link_descriptor(self._descriptor, part)
        try:
            os.replace(part, path)
        except OSError:
            os.unlink(part)
            raise
        return True

    def _publish_part(self, path: str, *, replace: bool) -> bool:
        self._close()  # now, because network file systems may report a full disk only here
        if replace:
            existed = os.path.lexists(path)
            os.replace(self._part, path)
            return existed
        try:
            os.link(self._part, path)
        except OSError as error:
            if error.errno not in _NO_LINK:
                raise
            with _without_links:
                if os.path.lexists(path):
                    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path) from None
                os.replace(self._part, path)
        else:
            os.unlink(self._part)
        return False

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def write_owner_only(path: Path, text: str) -> None:
    """Write a file, whole or not at all, for its owner's eyes only; its folder is made. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = AtomicFile(str(path.parent))
    try:
        if hasattr(os, "fchmod"):  # Windows has no permission bits
            os.fchmod(file.descriptor, 0o600)
        file.write((text.encode(),))
        file.publish(path.name, replace=True, fsync=True)
    except OSError:
        file.discard()
        raise


def keep_aside(path: Path) -> Path:
    """Give a file that cannot be used another name, so that nothing is written over it; that name. Raises OSError."""
    stem = f"{path.name}.kept-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    for number in range(100):
        aside = path.with_name(f"{stem}-{number}" if number else stem)
        if not os.path.lexists(aside):
            path.rename(aside)
            return aside
    raise FileExistsError(errno.EEXIST, "there are too many kept ones beside it", str(path))


def fsync_folder(folder: str) -> None:
    """Make the names in a folder durable; does nothing where folders cannot be opened (Windows)."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_abandoned(folder: str) -> int:
    """Remove the unfinished files in a folder whose writers are gone, and return how many; never raises."""
    removed = 0
    try:
        with os.scandir(folder) as entries:
            names = [e.name for e in entries if e.name.startswith(_PART_PREFIX) and e.name.endswith(_PART_SUFFIX)]
    except OSError:
        return 0
    for name in names:
        removed += _remove_if_abandoned(os.path.join(folder, name))
    return removed


def _remove_if_abandoned(path: str) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return False
    try:
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.unlink(path)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    if fcntl is None:
        os.unlink(path)
    return True


def _part_name() -> str:
    return f"{_PART_PREFIX}{os.urandom(8).hex()}{_PART_SUFFIX}"


def _lock(descriptor: int) -> None:
    """Hold the file for as long as it is open."""
    if fcntl is not None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)  # at most for as long as ``remove_abandoned`` looks at it
        except OSError:
            return  # no locks on this file system


def _link_descriptor(descriptor: int, path: str) -> None:
    """Name an unnamed file. A ``src_dir_fd`` makes Python use ``linkat``, which follows the link in /proc."""
    os.link(f"{_DESCRIPTORS}/{descriptor}", path, src_dir_fd=descriptor, follow_symlinks=True)


def _remaining(fragments: Sequence[bytes | bytearray | memoryview], written: int) -> Iterator[memoryview]:
    """What is left of the fragments after the first ``written`` bytes."""
    for fragment in fragments:
        if written >= len(fragment):
            written -= len(fragment)
            continue
        yield memoryview(fragment)[written:]
        written = 0


def _write_whole(descriptor: int, data: memoryview) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
