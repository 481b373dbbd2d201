"""Headers of compressed codestreams: how large an image they claim to hold, before any decoder believes it."""

from dataclasses import dataclass
from struct import unpack_from

from dicomdesk.errors import ConversionError

_JPEG_2000_START = b"\xff\x4f\xff\x51"
_JPEG_XL_START = b"\xff\x0a"
_JPEG_XL_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
"""Columns to rows."""
_END_OF_IMAGE = b"\xff\xd9"
_STANDALONE = frozenset((0x01, 0xD8, *range(0xD0, 0xD8)))
_FRAME_MARKERS = frozenset((*range(0xC0, 0xD0), 0xF7)) - {0xC4, 0xC8, 0xCC}
"""SOF0 to SOF15, and SOF55 of JPEG-LS."""
_LOSSLESS_FRAME_MARKERS = frozenset((0xC3, 0xC7, 0xCB, 0xCF))


@dataclass(frozen=True, slots=True, kw_only=True)
class CodestreamHeader:
    """What a codestream says about itself."""

    rows: int
    columns: int
    components: int
    precision: int
    """Bits per sample."""
    is_lossless_process: bool = False
    """A lossless process of JPEG (PS3.5 8.2.1)."""


def read_jpeg_header(frame: bytes) -> CodestreamHeader:
    """The frame header of a JPEG or JPEG-LS codestream (ITU-T T.81 B.2.2, T.87 C.2.2)."""
    position = frame.find(b"\xff\xd8")
    if position < 0 or position > 16:
        raise ConversionError("a frame holds no JPEG codestream")
    while position + 4 <= len(frame):
        marker = frame[position + 1]
        if frame[position] != 0xFF:
            break
        if marker == 0xFF:
            position += 1
        elif marker in _STANDALONE:
            position += 2
        elif marker in _FRAME_MARKERS:
            return _read_frame_header(frame, position, marker)
        else:
            position += 2 + int(unpack_from(">H", frame, position + 2)[0])
    raise ConversionError("a frame's JPEG codestream has no frame header")


def _read_frame_header(frame: bytes, position: int, marker: int) -> CodestreamHeader:
    if position + 10 > len(frame):
        raise ConversionError("a frame's JPEG codestream is cut off")
    precision, rows, columns, components = unpack_from(">BHHB", frame, position + 4)
    return CodestreamHeader(
        rows=rows,
        columns=columns,
        components=components,
        precision=precision,
        is_lossless_process=marker in _LOSSLESS_FRAME_MARKERS,
    )


def require_jpeg_end(frame: bytes) -> None:
    """Raise ConversionError when the end of image is missing: decoders invent what was cut off."""
    if frame.rfind(_END_OF_IMAGE) < 0:
        raise ConversionError("a frame's JPEG codestream is cut off")


def read_jpeg_2000_header(frame: bytes) -> CodestreamHeader:
    """The image and tile size of a JPEG 2000 or HTJ2K codestream, in a JP2 file or not (ITU-T T.800 A.5.1)."""
    position = frame.find(_JPEG_2000_START, 0, 65536)
    if position < 0 or position + 45 > len(frame):
        raise ConversionError("a frame holds no JPEG 2000 codestream")
    right, bottom, left, top = unpack_from(">4I", frame, position + 8)
    components, depth = unpack_from(">HB", frame, position + 40)
    return CodestreamHeader(
        rows=bottom - top, columns=right - left, components=components, precision=(depth & 0x7F) + 1
    )


def read_jpeg_xl_size(frame: bytes) -> tuple[int, int]:
    """Columns and rows of a JPEG XL codestream, in a container or not (ISO/IEC 18181-1 annex D.2)."""
    start = 0 if frame.startswith(_JPEG_XL_START) else _find_in_boxes(frame)
    bits = int.from_bytes(frame[start + 2 : start + 14], "little")
    if start < 0 or not bits:
        raise ConversionError("a frame holds no JPEG XL codestream")
    is_small, bits = bits & 1, bits >> 1
    rows, bits = _read_jpeg_xl_length(bits, is_small=bool(is_small))
    ratio, bits = bits & 7, bits >> 3
    if ratio:
        numerator, denominator = _JPEG_XL_RATIOS[ratio - 1]
        return rows * numerator // denominator, rows
    return _read_jpeg_xl_length(bits, is_small=bool(is_small))[0], rows


def _read_jpeg_xl_length(bits: int, *, is_small: bool) -> tuple[int, int]:
    """One side of an image, and the bits behind it."""
    if is_small:
        return ((bits & 31) + 1) * 8, bits >> 5
    width = (9, 13, 18, 30)[bits & 3]
    return (bits >> 2 & (1 << width) - 1) + 1, bits >> 2 + width


def _find_in_boxes(frame: bytes) -> int:
    """Where the codestream begins in a container; -1 where none is."""
    for box, skipped in ((b"jxlc", 4), (b"jxlp", 8)):
        position = frame.find(box, 0, 65536)
        if position >= 0 and frame.startswith(_JPEG_XL_START, position + skipped):
            return position + skipped
    return -1
