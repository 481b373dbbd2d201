"""Comparison of a file that was received with the one that has its name: the same data set again, or another.

Only what has its name taken is compared, so that it costs nothing where every instance is new.
"""

import os
import stat

from dicomdesk.atomic_file import AtomicFile
from dicomdesk.dicom.files.part10 import read_open_header
from dicomdesk.dicom.instance import InputFormat, InstanceHeader
from dicomdesk.errors import DataError
from dicomdesk.records import dataclass

__all__ = ["UNKNOWN_FILE", "EarlierFile", "compare_with_earlier"]

MOST_COMPARED_BYTES = 64 << 20
"""What is longer is taken for another: the peer waits meanwhile."""
_CHUNK_BYTES = 1 << 18
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class EarlierFile:
    """What is known of the file that had the name."""

    study_instance_uid: str | None = None
    """None where it cannot be read."""
    has_same_data_set: bool = False


UNKNOWN_FILE = EarlierFile()


def compare_with_earlier(path: str, file: AtomicFile) -> EarlierFile:
    """Compare the file at ``path`` with one that is written and has no name yet. Raises nothing."""
    try:
        earlier = os.open(path, _OPEN_FLAGS)
    except OSError:
        return UNKNOWN_FILE
    try:
        found = os.fstat(earlier)
        if not stat.S_ISREG(found.st_mode):
            return UNKNOWN_FILE
        header = read_open_header(earlier, found.st_size, InputFormat.FILE_OR_DATA_SET)
        return EarlierFile(header.study_instance_uid, _is_same(earlier, header, file))
    except (OSError, DataError):
        return UNKNOWN_FILE
    finally:
        os.close(earlier)


def _is_same(earlier: int, header: InstanceHeader, file: AtomicFile) -> bool:
    if header.data_set_length > MOST_COMPARED_BYTES:
        return False
    descriptor = file.open_written()
    try:
        new = read_open_header(descriptor, file.size_bytes, InputFormat.FILE_OR_DATA_SET)
        if (new.data_set_length, new.transfer_syntax_uid) != (header.data_set_length, header.transfer_syntax_uid):
            return False
        return all(
            os.pread(earlier, _CHUNK_BYTES, header.data_set_offset + at)
            == os.pread(descriptor, _CHUNK_BYTES, new.data_set_offset + at)
            for at in range(0, new.data_set_length, _CHUNK_BYTES)
        )
    finally:
        os.close(descriptor)
