"""Looks through a folder for what was received in earlier runs, and tells the arrival book, beside the receiving.

It takes small parts of the time, smaller ones while instances arrive, follows no links, and stops at a bound.
"""

import os
import stat
import threading
import time
from collections.abc import Callable, Iterator

from dicomdesk.dicom.files.part10 import read_open_header
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.engine.receive.book.arrival_book import ArrivalBook
from dicomdesk.errors import DataError

__all__ = ["MOST_FILES", "FolderScan"]

MOST_FILES = 200_000
"""Looked at; what is behind them is not counted as here."""
_SLICE_S = 0.004
_PAUSE_S = 0.002
_BUSY_PAUSE_S = 0.06
"""While instances arrive: one part in sixteen of the time is taken from them."""
_MOST_META_BYTES = 4096
_SOURCE_AE_TITLE = b"\2\0\x16\0AE"
"""Group 0002 is always explicit VR, little endian."""
_LONGEST_TITLE = 16
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class FolderScan:
    """One look through a folder. ``run`` is the life of its one thread, ``stop`` for any."""

    def __init__(
        self, folder: str, book: ArrivalBook, arrivals: Callable[[], int], *, most_files: int = MOST_FILES
    ) -> None:
        """``arrivals`` tells how many instances have come so far."""
        self._folder = folder
        self._book = book
        self._arrivals = arrivals
        self._most_files = most_files
        self._stopping = threading.Event()
        self.files = 0
        """Looked at so far."""
        self.is_bounded = False
        """Whether there are more files than are looked at."""

    def begin(self) -> None:
        """Have the book know that what arrives from now on is not of an earlier run; before anything can arrive."""
        self._book.scan_begun(time.time())

    def end(self) -> None:
        """Have the book know that all was told; ``run`` does it."""
        self._book.scan_ended()

    def stop(self) -> None:
        """Let ``run`` end."""
        self._stopping.set()

    def run(self) -> None:
        """Look at every file, unless stopped; ``begin`` came before."""
        try:
            self._look_through()
        finally:
            self.end()

    def _look_through(self) -> None:
        pause_at, arrivals = time.monotonic() + _SLICE_S, self._arrivals()
        for path in self._paths():
            if self.files >= self._most_files:
                self.is_bounded = True
                break
            self.files += 1
            self._look_at(path)
            if time.monotonic() >= pause_at:
                before, arrivals = arrivals, self._arrivals()
                if self._stopping.wait(_PAUSE_S if before == arrivals else _BUSY_PAUSE_S):
                    break
                pause_at = time.monotonic() + _SLICE_S

    def _paths(self) -> Iterator[str]:
        folders = [self._folder]
        while folders:
            folder = folders.pop()
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        if entry.is_dir(follow_symlinks=False):
                            folders.append(entry.path)
                        elif entry.is_file(follow_symlinks=False) and not entry.name.startswith("."):
                            yield entry.path
            except OSError:
                continue  # gone or closed to us: what is in it is not here

    def _look_at(self, path: str) -> None:
        try:
            descriptor = os.open(path, _OPEN_FLAGS)
        except OSError:
            return
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                return
            header = read_open_header(descriptor, found.st_size, InputFormat.FILE_ONLY)
            title = _source_ae_title(os.pread(descriptor, min(header.data_set_offset, _MOST_META_BYTES), 0))
        except (OSError, DataError):
            return
        finally:
            os.close(descriptor)
        uid = header.media_sop_instance_uid or header.sop_instance_uid
        if uid and header.study_instance_uid:
            self._book.found(header, uid, path, header.data_set_length, found.st_mtime, title)


def _source_ae_title(meta: bytes) -> str:
    """Return (0002,0016), which a receiver wrote there: who sent the instance; "" where it is not written."""
    _, found, rest = meta.partition(_SOURCE_AE_TITLE)
    length = int.from_bytes(rest[:2], "little") if found else 0
    return rest[2 : 2 + length].decode("ascii", "replace").strip(" \0") if length <= _LONGEST_TITLE else ""
