"""Encapsulated pixel data: which fragments make which frame (PS3.5 A.4)."""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from struct import calcsize, unpack_from

from dicomdesk.dicom.data_sets.element_walk import DataSetBytes
from dicomdesk.errors import ConversionError
from dicomdesk.records import dataclass

_STARTS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\xff\x0a", b"\0\0\0\x0c")
"""How codestreams of JPEG, JPEG-LS, JPEG 2000, JPEG XL and their boxes begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncapsulatedPixels:
    """Pixel data as found, in pieces."""

    offset_table: DataSetBytes
    """Value of the first item, little endian; empty when frames are not indexed."""
    fragments: Sequence[DataSetBytes]
    extended_offset_table: DataSetBytes = b""
    """Value of (7FE0,0001), little endian."""


def split_frames(pixels: EncapsulatedPixels, frame_count: int) -> list[bytes]:
    """The codestream of each frame. Raises ConversionError when they cannot be told apart.

    One fragment per frame is taken as such whatever the offset tables say, since they are wrong more often.
    """
    fragments = [fragment for fragment in pixels.fragments if len(fragment)]
    if not fragments:
        raise ConversionError("the pixel data is empty")
    if frame_count > len(fragments):
        raise ConversionError(f"{len(fragments)} fragments cannot be divided into {frame_count} frames")
    if frame_count == 1:
        return [b"".join(fragments)]
    if len(fragments) == frame_count:
        return [bytes(fragment) for fragment in fragments]
    starts = _starts_by_offsets(pixels, frame_count)
    if starts is not None:
        fragments = list(pixels.fragments)
    else:
        starts = _starts_by_codestreams(fragments)
    if len(starts) != frame_count:
        raise ConversionError(f"{len(fragments)} fragments cannot be divided into {frame_count} frames")
    bounds = [*starts, len(fragments)]
    return [b"".join(fragments[first:after]) for first, after in pairwise(bounds)]


def _starts_by_offsets(pixels: EncapsulatedPixels, frame_count: int) -> list[int] | None:
    """Index of each frame's first fragment by an offset table, if there is one that fits the fragments."""
    positions = {
        position: index
        for index, position in enumerate(accumulate((len(piece) + 8 for piece in pixels.fragments), initial=0))
    }
    for table, code in ((pixels.offset_table, "I"), (pixels.extended_offset_table, "Q")):
        if len(table) // calcsize(f"<{code}") != frame_count:
            continue
        offsets = _read_offsets(table, code)
        if offsets[0] != 0 or any(a >= b for a, b in pairwise(offsets)):
            continue
        starts = [positions.get(offset, -1) for offset in offsets]
        if min(starts) >= 0 and starts[-1] < len(pixels.fragments):
            return starts
    return None


def _read_offsets(table: DataSetBytes, code: str) -> list[int]:
    size = calcsize(f"<{code}")
    return list(unpack_from(f"<{len(table) // size}{code}", table))


def _starts_by_codestreams(fragments: Sequence[DataSetBytes]) -> list[int]:
    """Index of each fragment that begins a codestream."""
    return [index for index, fragment in enumerate(fragments) if bytes(fragment[:4]).startswith(_STARTS)]
