"""Where the bytes of a data set come from when it is sent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileRange:
    """A part of an open file, read piece by piece with ``os.pread``; whoever opened the file closes it."""

    file_descriptor: int
    offset: int
    """Where the data set starts, bytes."""
    length: int
    """Bytes of the data set."""


DataSetSource = bytes | bytearray | memoryview | FileRange
"""A whole data set: in memory when small or converted, else a part of a file."""
