"""Sources of the bytes of a data set that is sent: memory, or a part of an open file."""

import os

from dicomdesk.errors import DataError, TruncatedError
from dicomdesk.records import dataclass


@dataclass(frozen=True, slots=True)
class FileRange:
    """A part of an open file, read piece by piece with ``os.pread``; whoever opened the file closes it."""

    file_descriptor: int
    offset: int
    """Where the data set starts, bytes."""
    length: int
    """Bytes of the data set."""
    modified_ns: int | None = None
    """When the file was changed last, as it was told before anything was read of it; None where nobody watches that."""


def check_unchanged(data: FileRange) -> None:
    """Raise TruncatedError where the file has become too short, DataError where it was changed, since it was looked at.

    OSError passes.
    """
    status = os.fstat(data.file_descriptor)
    if status.st_size < data.offset + data.length:
        raise TruncatedError("The file is shorter than it was")
    if data.modified_ns is not None and status.st_mtime_ns != data.modified_ns:
        raise DataError("The file was changed while it was read")


DataSetSource = bytes | bytearray | memoryview | FileRange
"""A whole data set: in memory when small or converted, else a part of a file."""
