"""Checksums of stored files: computed while the bytes are written, compared when they are read.

XXH3 (64 bits) finds damage, at ten times the speed of a CRC; it is no protection against somebody who means to change
a file. The name of the algorithm is kept beside each value, so that another one can follow.
"""

import os
import time
from collections.abc import Callable
from typing import Final

import xxhash

from dicomdesk.atomic_file import AtomicFile, Hasher

__all__ = [
    "ALGORITHM",
    "CheckedFiles",
    "checksum_of",
    "checksum_of_file",
    "is_comparable",
    "new_hasher",
    "written_checksum",
]

ALGORITHM: Final = "xxh3-64"
_BEFORE: Final = f"{ALGORITHM}:"
_PART_BYTES: Final = 1 << 18
"""Few enough to stay in the processor's cache, where they are hashed."""
_BELIEVED_S: Final = 600.0
_COARSE_NS: Final = 2_000_000_000
"""Clocks of file systems are coarse: FAT's has steps of two seconds."""
_MOST_CHECKED: Final = 20_000


def new_hasher() -> Hasher:
    """Return a hasher of nothing yet."""
    return xxhash.xxh3_64()


def written_checksum(file: AtomicFile) -> str:
    """Return the checksum of what was written to a file, as "ALGORITHM:HEX"; "" where it is not known."""
    return _BEFORE + file.hasher.hexdigest() if file.hasher is not None else ""


def is_comparable(checksum: str) -> bool:
    """Whether a checksum is known, and of the algorithm of ``checksum_of_file``."""
    return checksum.startswith(_BEFORE)


def checksum_of(content: bytes) -> str:
    """Return the checksum of a file that was read, as "ALGORITHM:HEX"."""
    return _BEFORE + xxhash.xxh3_64_hexdigest(content)


def checksum_of_file(path: str, moving: Callable[[], None] | None = None) -> str:
    """Return the checksum of a file, as "ALGORITHM:HEX"; OSError passes.

    ``moving`` is called after each part of it is read; what it raises passes.
    """
    hasher = xxhash.xxh3_64()
    with open(path, "rb", buffering=0) as file:
        part = memoryview(bytearray(min(os.fstat(file.fileno()).st_size + 1, _PART_BYTES)))
        while size := file.readinto(part):
            hasher.update(part[:size])
            if moving is not None:
                moving()
    return _BEFORE + hasher.hexdigest()


class CheckedFiles:
    """Files whose content was right a moment ago, and is believed to be as long as nobody has touched them.

    For all threads. A change by anybody changes the time of the file's status (on Windows that of its last change), so
    it is noticed; damage by the disk itself is noticed once the belief ends.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[str, tuple[tuple[int | str, ...], float]] = {}
        """Status and checksum of a file, and until when it is believed, by path."""

    def is_right(self, path: str, checksum: str, moving: Callable[[], None] | None = None) -> bool:
        """Whether a file has this checksum; it is read where that was not seen lately. Raises as ``checksum_of_file``.

        OSError passes.
        """
        status = os.stat(path)
        times_ns = status.st_mtime_ns, status.st_ctime_ns
        seen = (status.st_dev, status.st_ino, status.st_size, *times_ns, checksum)
        known, until_s = self._known.get(path, ((), 0.0))
        if known == seen and self._clock() < until_s:
            return True
        is_right = checksum_of_file(path, moving) == checksum
        if len(self._known) >= _MOST_CHECKED:
            self._known.clear()
        if is_right and time.time_ns() - max(times_ns) > _COARSE_NS:  # else a change may leave the time as it is
            self._known[path] = seen, self._clock() + _BELIEVED_S
        return is_right
