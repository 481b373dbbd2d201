"""Files of boxes around codestreams: JP2 (ITU-T T.800 annex I) and JPEG XL (ISO/IEC 18181-2)."""

from collections.abc import Iterator
from struct import unpack_from
from typing import NamedTuple

from dicomdesk.errors import ConversionError

_HEADER_BYTES = 8
_LONG_HEADER_BYTES = 16
_TO_THE_END, _IS_LONG = 0, 1


class Box(NamedTuple):
    """One box at the top level."""

    kind: bytes
    """Four bytes."""
    start: int
    """Where its content begins."""
    end: int
    """Where its content ends; that of the last one may lie behind the file's end where that is cut off."""


def walk_boxes(file: bytes) -> Iterator[Box]:
    """Yield the boxes at the top level, in order; nothing is looked for within a box.

    Raises ConversionError for what can be no box.
    """
    position = 0
    while position < len(file):
        if position + _HEADER_BYTES > len(file):
            raise ConversionError("a frame's boxes are cut off")
        length, kind = unpack_from(">I4s", file, position)
        start = position + _HEADER_BYTES
        end = len(file) if length == _TO_THE_END else position + length
        if length == _IS_LONG:
            start = position + _LONG_HEADER_BYTES
            if start > len(file):
                raise ConversionError("a frame's boxes are cut off")
            end = position + int.from_bytes(file[position + _HEADER_BYTES : start], "big")
        if end < start:
            raise ConversionError(f"a frame's box at byte {position} has an impossible length")
        yield Box(kind, start, end)
        position = end
