"""Image headers of JPEG XL codestreams, read before a decoder sees them (ISO/IEC 18181-1 annex D)."""

from typing import NamedTuple

from dicomdesk.dicom.codestreams.boxes import walk_boxes
from dicomdesk.dicom.codestreams.codestream_headers import CodestreamHeader
from dicomdesk.errors import ConversionError

_CODESTREAM = b"\xff\x0a"
_FILE = b"\0\0\0\x0cJXL \r\n\x87\n"
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
"""Columns to rows."""
_LAST_PART = 1 << 31
_HEADER_BYTES = 64
"""More than all that is read here can take."""
_GREY, _XYB, _CUSTOM = 1, 2, 2
_REGULAR, _USES_LOW_FREQUENCY_FRAME = 0, 32
_FLAGS = ((0, 0), (4, 1), (8, 17), (0, _USES_LOW_FREQUENCY_FRAME))
"""The last stands for a longer number, which is not read."""
_SIZES = ((9, 1), (13, 1), (18, 1), (30, 1))
_BITS = ((0, 8), (0, 10), (0, 12), (6, 1))
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
    return _read_image(_open_bits(codestream)).header


def has_one_whole_frame(codestream: bytes) -> bool:
    """Whether a codestream with a header is surely made of one frame that is as large as the image.

    Other frames may be larger than the image, and there may be many; where there is a colour profile, which is
    compressed, what comes behind it is not looked at.
    """
    bits = _open_bits(codestream)
    try:
        image = _read_image(bits)
        return _skips_to_frame(bits, image) and _is_whole_and_last(bits, image)
    except ConversionError:
        return False


class _Image(NamedTuple):
    header: CodestreamHeader
    is_xyb: bool
    has_profile: bool
    has_extra_fields: bool
    is_all_default: bool
    has_custom_colour: bool
    """Colour is said in numbers, which are not read here."""


def _open_bits(codestream: bytes) -> "_Bits":
    if not codestream.startswith(_CODESTREAM) or len(codestream) < 4:
        raise ConversionError("a frame holds no JPEG XL codestream")
    return _Bits(codestream[2 : 2 + _HEADER_BYTES])


def _read_image(bits: "_Bits") -> _Image:
    rows, columns = _read_size(bits)
    has_profile = has_extra_fields = has_custom_colour = is_grey = False
    is_xyb, precision = True, 8
    is_all_default = bool(bits.read(1))
    if not is_all_default:
        has_extra_fields = bool(bits.read(1))
        if has_extra_fields:
            _read_extra_fields(bits)
        precision = _read_precision(bits)
        bits.read(1)
        if bits.read_one_of(_EXTRA_CHANNELS):
            raise ConversionError("a JPEG XL frame has extra channels")
        is_xyb = bool(bits.read(1))
        if not bits.read(1):
            has_profile = bool(bits.read(1))
            space = bits.read_one_of(_ENUMERATION)
            is_grey = space == _GREY
            has_custom_colour = not has_profile and _reads_custom_colour(bits, space)
    header = CodestreamHeader(rows=rows, columns=columns, components=1 if is_grey else 3, precision=precision)
    return _Image(header, is_xyb, has_profile, has_extra_fields, is_all_default, has_custom_colour)


def _read_extra_fields(bits: "_Bits") -> None:
    bits.read(3)  # the orientation, which is not applied
    if bits.read(1):
        _read_size(bits)
    if bits.read(1):
        raise ConversionError("a JPEG XL frame has a preview")
    if bits.read(1):
        raise ConversionError("a JPEG XL frame is an animation")


def _read_precision(bits: "_Bits") -> int:
    if bits.read(1):
        raise ConversionError("a JPEG XL frame has samples that are no integers")
    return bits.read_one_of(_BITS)


def _reads_custom_colour(bits: "_Bits", space: int) -> bool:
    """Read a colour encoding (E.2) behind its colour space; return whether it has numbers of its own."""
    if space != _XYB and bits.read_one_of(_ENUMERATION) == _CUSTOM:
        return True
    if space not in {_XYB, _GREY} and bits.read_one_of(_ENUMERATION) == _CUSTOM:
        return True
    if space != _XYB:
        if bits.read(1):
            bits.read(24)
        else:
            bits.read_one_of(_ENUMERATION)
    bits.read_one_of(_ENUMERATION)
    return False


def _skips_to_frame(bits: "_Bits", image: _Image) -> bool:
    """Read on to the first frame; return whether that is possible."""
    if image.has_profile or image.has_custom_colour:
        return False
    if not image.is_all_default:
        if image.has_extra_fields and not bits.read(1):
            return False  # how bright it is
        if bits.read(2):
            return False  # extensions
    if not bits.read(1):
        return False  # transforms of its own
    bits.align()
    return True


def _is_whole_and_last(bits: "_Bits", image: _Image) -> bool:
    """Read the header of the first frame (F.2)."""
    if bits.read(1):
        return True
    if bits.read(2) != _REGULAR:
        return False
    is_modular = bits.read(1)
    flags = bits.read_one_of(_FLAGS)
    if flags & _USES_LOW_FREQUENCY_FRAME:
        return False
    if not image.is_xyb and bits.read(1):
        bits.read(6)  # subsampling
    bits.read(2)  # upsampling
    if is_modular:
        bits.read(2)
    elif image.is_xyb:
        bits.read(6)
    is_in_one_pass = not bits.read(2)
    is_cropped = is_in_one_pass and bits.read(1)
    return bool(is_in_one_pass and not is_cropped and not bits.read(2) and bits.read(1))


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

    def align(self) -> None:
        """Pass over what is left of a byte."""
        self.read(self._left % 8)

    def read_one_of(self, choices: tuple[tuple[int, int], ...]) -> int:
        """A number of one of four lengths (B.2.2); each choice is its bits and what is added."""
        count, added = choices[self.read(2)]
        return self.read(count) + added
