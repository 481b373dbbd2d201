"""Spooling of bytes that may become many: in memory while they are few, in a temporary file from then on.

Files are mapped, so that their bytes can be had like any others; pages that were passed over do not stay resident.
"""

import mmap
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import IO, TypeVar

from dicomdesk.dicom.data_sets.element_walk import DataSetBytes

IN_MEMORY_BYTES = 32 << 20
"""Up to here bytes are kept in memory."""

_PIECE_BYTES = 4 << 20

_T = TypeVar("_T")


class _Pages(mmap.mmap):
    """A mapped temporary file."""

    descriptor = -1
    """Its own, closed with the mapping."""

    def __del__(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)


def joined(pieces: Iterable[DataSetBytes]) -> bytes | memoryview:
    """All the pieces, one behind the other.

    The file has no name: it is gone with the last view of it. Where none can be made, all stays in memory. Raises
    OSError where the file cannot hold them.
    """
    content = bytearray()
    rest = iter(pieces)
    for piece in rest:
        if len(content) + len(piece) > IN_MEMORY_BYTES and (file := _open_file()) is not None:
            with file:
                return _spool(file, chain((content, piece), rest))
        content += piece
    return bytes(content)


def _open_file() -> IO[bytes] | None:
    try:
        return tempfile.TemporaryFile(prefix="dicomdesk-")
    except OSError:
        return None


def _spool(file: IO[bytes], pieces: Iterable[DataSetBytes]) -> memoryview:
    size = 0
    for piece in pieces:
        size += len(piece)
        for part in walk_pieces(piece):
            _write(file, part)
    _write(file, b"")
    pages = _Pages(file.fileno(), size, access=mmap.ACCESS_READ)
    pages.descriptor = os.dup(file.fileno())
    return memoryview(pages)


def _write(file: IO[bytes], part: DataSetBytes) -> None:
    """Write, or flush where there is nothing to write; errors say what the file is."""
    try:
        if part:
            file.write(part)
        else:
            file.flush()
    except OSError as error:
        raise OSError(error.errno, f"{error.strerror} (temporary file in {tempfile.gettempdir()})") from error


def walk_pieces(data: DataSetBytes) -> Iterator[DataSetBytes]:
    """Bytes piece by piece; where they are a temporary file, the pages of pieces that were taken leave memory again."""
    if len(data) <= _PIECE_BYTES:
        yield data
        return
    view = memoryview(data)
    for start in range(0, len(view), _PIECE_BYTES):
        yield view[start : start + _PIECE_BYTES]
        if isinstance(view.obj, _Pages) and hasattr(mmap, "MADV_DONTNEED"):
            view.obj.madvise(mmap.MADV_DONTNEED)


def watched(pieces: Iterable[_T], moving: Callable[[], None] | None) -> Iterable[_T]:
    """The pieces; ``moving`` is called before each is made: what it raises passes, so that work can be broken off."""
    return pieces if moving is None else _watched(pieces, moving)


def _watched(pieces: Iterable[_T], moving: Callable[[], None]) -> Iterator[_T]:
    moving()
    for piece in pieces:
        yield piece
        moving()


def open_spooled(data: object) -> int | None:
    """A descriptor, which the caller closes, of the temporary file whose content these bytes are; None where they are
    something else.
    """
    if isinstance(data, memoryview) and isinstance(data.obj, _Pages) and len(data) == len(data.obj):
        return os.dup(data.obj.descriptor)
    return None
