"""What a JPEG XL codestream says about its image, read before a decoder sees it (ISO/IEC 18181-1 annex D)."""

from dicomdesk.dicom.boxes import walk_boxes
from dicomdesk.dicom.codestreams import CodestreamHeader
from dicomdesk.errors import ConversionError

_CODESTREAM = b"\xff\x0a"
_FILE = b"\0\0\0\x0cJXL \r\n\x87\n"
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
"""Columns to rows."""
_LAST_PART = 1 << 31
_HEADER_BYTES = 64
"""More than all that is read here can take."""
_GREY = 1
_SIZES = ((9, 1), (13, 1), (18, 1), (30, 1))
_BITS = ((0, 8), (0, 10), (0, 12), (6, 1))
_FLOAT_BITS = ((0, 32), (0, 16), (0, 24), (6, 1))
_EXTRA_CHANNELS = ((0, 0), (0, 1), (4, 2), (12, 1))
_ENUMERATION = ((0, 0), (0, 1), (4, 2), (6, 18))


def find_jpeg_xl_codestream(frame: bytes) -> bytes:
    """The codestream of a frame, out of the boxes if it is in some: whole in one, or in parts in several.

    Raises ConversionError when there is none.
    """
    codestream = _from_boxes(frame) if frame.startswith(_FILE) else frame
    if not codestream.startswith(_CODESTREAM):
        raise ConversionError("a frame holds no JPEG XL codestream")
    return codestream


def _from_boxes(frame: bytes) -> bytes:
    parts: list[bytes] = []
    for box in walk_boxes(frame):
        if box.kind == b"jxlc" and not parts:
            return frame[box.start : box.end]
        if box.kind == b"jxlp":
            number = int.from_bytes(frame[box.start : box.start + 4], "big")
            if number & ~_LAST_PART != len(parts):
                raise ConversionError("the parts of a JPEG XL frame are not in order")
            parts.append(frame[box.start + 4 : box.end])
            if number & _LAST_PART:
                break
    return b"".join(parts)


def read_jpeg_xl_header(codestream: bytes) -> CodestreamHeader:
    """The image (D.2, D.3). Raises ConversionError for what no image of DICOM is, which would take more memory.

    That are animations, previews, extra channels, and samples that are no integers.
    """
    if not codestream.startswith(_CODESTREAM) or len(codestream) < 4:
        raise ConversionError("a frame holds no JPEG XL codestream")
    bits = _Bits(codestream[2 : 2 + _HEADER_BYTES])
    rows, columns = _read_size(bits)
    if bits.read(1):
        return CodestreamHeader(rows=rows, columns=columns, components=3, precision=8)
    if bits.read(1):
        bits.read(3)  # the orientation, which is not applied
        if bits.read(1):
            _read_size(bits)
        if bits.read(1):
            raise ConversionError("a JPEG XL frame has a preview")
        if bits.read(1):
            raise ConversionError("a JPEG XL frame is an animation")
    is_float = bits.read(1)
    precision = bits.read_one_of(_FLOAT_BITS if is_float else _BITS)
    if is_float:
        raise ConversionError("a JPEG XL frame has samples that are no integers")
    bits.read(1)
    if bits.read_one_of(_EXTRA_CHANNELS):
        raise ConversionError("a JPEG XL frame has extra channels")
    bits.read(1)
    is_grey = False
    if not bits.read(1):
        bits.read(1)
        is_grey = bits.read_one_of(_ENUMERATION) == _GREY
    return CodestreamHeader(rows=rows, columns=columns, components=1 if is_grey else 3, precision=precision)


def _read_size(bits: "_Bits") -> tuple[int, int]:
    """Rows and columns."""
    is_small = bits.read(1)
    rows = _read_length(bits, is_small)
    ratio = bits.read(3)
    if ratio:
        numerator, denominator = _RATIOS[ratio - 1]
        return rows, rows * numerator // denominator
    return rows, _read_length(bits, is_small)


def _read_length(bits: "_Bits", is_small: int) -> int:
    return (bits.read(5) + 1) * 8 if is_small else bits.read_one_of(_SIZES)


class _Bits:
    """Bits from the lowest of the first byte on."""

    def __init__(self, data: bytes) -> None:
        self._bits = int.from_bytes(data, "little")
        self._left = len(data) * 8

    def read(self, count: int) -> int:
        """Raises ConversionError where there are no more."""
        self._left -= count
        if self._left < 0:
            raise ConversionError("a frame's JPEG XL codestream is cut off in its header")
        value = self._bits & (1 << count) - 1
        self._bits >>= count
        return value

    def read_one_of(self, choices: tuple[tuple[int, int], ...]) -> int:
        """A number of one of four lengths (B.2.2); each choice is its bits and what is added."""
        count, added = choices[self.read(2)]
        return self.read(count) + added
