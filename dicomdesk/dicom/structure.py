"""Checking that the lengths in a data set fit together, before it is sent and after it was received.

One walk over all element headers, values untouched: iterative, so that nesting costs no stack, and nothing is allocated
by a length that the data set declares. It accepts what DCMTK's loader accepts (trailing zeros, items without
delimiter at the end, odd lengths, elements twice) and refuses what that refuses, in the same words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from struct import Struct
from typing import Protocol

from dicomdesk.dicom.encodings import (
    DELIMITER_GROUP,
    DELIMITERS,
    EXPLICIT_LITTLE,
    IMPLICIT_LITTLE,
    LONG_VRS,
    SHORT_VRS,
    UNDEFINED_LENGTH,
    Element,
    Encoding,
)
from dicomdesk.dicom.inflating import InflatingWindow
from dicomdesk.dicom.windows import Window, read_at
from dicomdesk.errors import DataError, NotDicomError, TruncatedError

PREMATURE_END = "I/O suspension or premature end of stream"
INVALID_STREAM = "Invalid stream"
INVALID_TAG = "Invalid tag"
NO_SEQUENCE_DELIMITER = "Sequence Delimitation Item missing"
NO_ITEM_DELIMITER = "Item Delimitation Item missing"
LARGER_THAN_ITEM = "Length of element larger than explicit length of surrounding item"
ILLEGAL_UNDEFINED_LENGTH = "Illegal element with OB or OW Value Representation and undefined length encountered"
NESTED_TOO_DEEPLY = "Sequences are nested too deeply"

_ITEM = 0xE000
_ITEM_END = 0xE00D
_SEQUENCE_END = 0xE0DD
_PIXEL_DATA = 0x7FE00010
_LONGEST_IN_MEMORY = 4096
_MOST_LEVELS = 65536
_NO_END = 1 << 62
_UNLIMITED_MOVES = 1 << 62
_DEFLATED_PIECE = 65536

_SKIM_EXPLICIT = Struct("<I2sH")
_SKIM_LONG = Struct("<I")
_SKIM_IMPLICIT = Struct("<III")
_ITEM_AS_LITTLE = 0xE000FFFE
_PLAIN_LONG_VRS = LONG_VRS - {b"SQ"}


Buffer = bytes | bytearray | memoryview


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureFindings:
    """What the walk saw."""

    has_undefined_lengths: bool
    """Somewhere, encapsulated pixel data not counted."""
    has_group_lengths: bool
    has_odd_lengths: bool
    """Whether a value has an odd number of bytes, which PS3.5 7.1.1 forbids and some peers refuse."""
    element_count: int
    """All element headers, those in sequences included."""

    @property
    def is_empty(self) -> bool:
        """Whether the data set has no element at all."""
        return self.element_count == 0


def check_data_set(
    data: Buffer, *, is_explicit_vr: bool, is_little_endian: bool, is_deflated: bool = False
) -> StructureFindings:
    """Walk over a data set in memory.

    Raises TruncatedError when it ends too early, DataError when it cannot be read.
    """
    if is_deflated:
        pieces = iter(data[start : start + _DEFLATED_PIECE] for start in range(0, len(data), _DEFLATED_PIECE))
        window: View = InflatingWindow(lambda: next(pieces, b""))
    else:
        window = _Whole(data)
    return _Walk(window, Encoding.of(is_explicit_vr=is_explicit_vr, is_little_endian=is_little_endian)).run(0)


def check_data_set_file(
    descriptor: int,
    offset: int,
    length: int,
    *,
    is_explicit_vr: bool,
    is_little_endian: bool,
    is_deflated: bool = False,
) -> StructureFindings:
    """Walk over a data set in an open file, reading headers only; the position of the file is not moved.

    Raises as ``check_data_set``; OSError passes.
    """
    encoding = Encoding.of(is_explicit_vr=is_explicit_vr, is_little_endian=is_little_endian)
    if is_deflated:
        return _Walk(InflatingWindow(_pieces_of_file(descriptor, offset, length)), encoding).run(0)
    return _Walk(Window.of_file(descriptor, offset + length, _UNLIMITED_MOVES), encoding).run(offset)


def check_window(window: Window, offset: int, encoding: Encoding) -> StructureFindings:
    """Walk over the data set that starts at ``offset`` of a window; raises as ``check_data_set``."""
    return _Walk(window, encoding).run(offset)


def _pieces_of_file(descriptor: int, offset: int, length: int) -> Callable[[], bytes]:
    position, end = offset, offset + length

    def read_piece() -> bytes:
        nonlocal position
        piece = read_at(descriptor, min(_DEFLATED_PIECE, end - position), position)
        position += len(piece)
        return piece

    return read_piece


class View(Protocol):
    """What the walk needs to know of a window."""

    @property
    def buffer(self) -> Buffer:
        """Return the bytes in view."""

    @property
    def base(self) -> int:
        """Return where the view starts."""

    @property
    def size(self) -> int:
        """Return where the data set ends, as far as is known."""

    def available(self, offset: int) -> int:
        """Return how many bytes are in view from ``offset`` on."""

    def show(self, offset: int, size: int) -> bool:
        """Bring ``size`` bytes from ``offset`` into view; return whether they are, else what is left is."""


class _Whole:
    """The view of a data set that is in memory as a whole."""

    __slots__ = ("base", "buffer", "size")

    def __init__(self, buffer: Buffer) -> None:
        self.buffer = buffer
        self.base = 0
        self.size = len(buffer)

    def available(self, offset: int) -> int:
        return max(0, self.size - offset)

    def show(self, offset: int, size: int) -> bool:
        return offset + size <= self.size


class _Level(Enum):
    ELEMENTS = "elements of the data set or an item"
    ITEMS = "items of a sequence"
    FRAGMENTS = "fragments of encapsulated pixel data"


_Frame = tuple[_Level, int, Encoding]
"""Level, where it ends (_NO_END when a delimiter ends it), and its encoding."""


class _Walk:
    """One walk; ``_level``, ``_end`` and ``_encoding`` are those of the innermost open container."""

    __slots__ = (
        "_count",
        "_encoding",
        "_end",
        "_frames",
        "_has_group_lengths",
        "_has_undefined_lengths",
        "_level",
        "_odd",
        "_opened_at",
        "_presumed",
        "_window",
    )

    def __init__(self, window: View, encoding: Encoding) -> None:
        self._window = window
        self._level = _Level.ELEMENTS
        self._end = _NO_END
        self._encoding = encoding
        self._frames: list[_Frame] = []
        self._opened_at = -1
        self._presumed: list[tuple[int, int, int]] = []
        self._count = 0
        self._has_group_lengths = False
        self._has_undefined_lengths = False
        self._odd = 0

    def run(self, offset: int) -> StructureFindings:
        while offset >= 0:
            try:
                offset = self._go_on(offset)
            except DataError:
                offset = self._take_back_presumption()
                if offset < 0:
                    raise
        return StructureFindings(
            has_undefined_lengths=self._has_undefined_lengths,
            has_group_lengths=self._has_group_lengths,
            has_odd_lengths=bool(self._odd & 1),
            element_count=self._count,
        )

    def _go_on(self, offset: int) -> int:
        """Walk on from ``offset``; return -1 at the end of the data set."""
        while offset >= 0:
            if offset >= self._end:
                offset = self._close_at(offset)
            elif self._level is _Level.ELEMENTS:
                if self._encoding is EXPLICIT_LITTLE:
                    offset = self._skim_explicit(offset)
                elif self._encoding is IMPLICIT_LITTLE:
                    offset = self._skim_implicit(offset)
                if offset < self._end:
                    offset = self._take_element(offset)
            elif self._level is _Level.ITEMS:
                offset = self._take_item(offset)
            else:
                offset = self._take_fragment(offset)
        return offset

    def _skim_explicit(self, offset: int) -> int:
        """Pass over plain explicit VR little endian elements in view; return where the first other is."""
        buffer, base = self._window.buffer, self._window.base
        unpack, unpack_long, short, long = (
            _SKIM_EXPLICIT.unpack_from,
            _SKIM_LONG.unpack_from,
            SHORT_VRS,
            _PLAIN_LONG_VRS,
        )
        position, end = offset - base, min(len(buffer), self._end - base)
        last, count, odd = end - 12, 0, 0
        while position <= last:
            tag, vr, length = unpack(buffer, position)
            if vr in short:
                following = position + 8 + length
            elif vr in long:
                length = unpack_long(buffer, position + 8)[0]
                following = position + 12 + length
            else:
                break
            if following > end or tag & 0xFFFF == DELIMITER_GROUP:
                break
            if tag <= 0xFFFF:
                self._has_group_lengths = True
            odd |= length
            position = following
            count += 1
        self._count += count
        self._odd |= odd
        return base + position

    def _skim_implicit(self, offset: int) -> int:
        """Pass over plain implicit VR little endian elements in view; return where the first other is."""
        buffer, base = self._window.buffer, self._window.base
        unpack = _SKIM_IMPLICIT.unpack_from
        position, end = offset - base, min(len(buffer), self._end - base)
        last, count, odd = end - 12, 0, 0
        while position <= last:
            tag, length, start = unpack(buffer, position)
            following = position + 8 + length
            if following > end or tag & 0xFFFF == DELIMITER_GROUP or (start == _ITEM_AS_LITTLE and length >= 8):
                break
            if tag <= 0xFFFF:
                self._has_group_lengths = True
            odd |= length
            position = following
            count += 1
        self._count += count
        self._odd |= odd
        return base + position

    def _read_element(self, offset: int) -> Element | None:
        """Return the element header at ``offset``; None at the end of the data set."""
        window = self._window
        if not window.show(offset, 12) and window.available(offset) < 8:
            if offset == window.size:
                return None
            raise TruncatedError(PREMATURE_END)
        element = self._encoding.read_element(window.buffer, offset - window.base)
        if element is None:
            raise TruncatedError(PREMATURE_END)
        return element

    def _take_element(self, offset: int) -> int:
        element = self._read_element(offset)
        if element is None:
            return self._end_data_set()
        group, number, vr, header_size, length = element
        offset += header_size
        if length != UNDEFINED_LENGTH and offset <= self._end < offset + length:
            raise DataError(LARGER_THAN_ITEM)
        if group == DELIMITER_GROUP and number in DELIMITERS:
            return self._take_delimiter(number, offset)
        self._count += 1
        if number == 0:
            self._has_group_lengths = True
        tag = group << 16 | number
        if length == UNDEFINED_LENGTH:
            self._open_undefined_length(tag, vr, offset)
            return offset
        if vr == b"SQ":
            self._open(_Level.ITEMS, offset + length, self._encoding)
            self._opened_at = offset
            return offset
        if not vr and self._open_presumed_sequence(offset, length, tag):
            return offset
        return self._pass_value(offset, length)

    def _take_delimiter(self, number: int, offset: int) -> int:
        """Take an item or a delimiter where an element should be."""
        if number == _ITEM_END:
            if self._frames:
                self._close()
            return offset
        raise DataError(NO_ITEM_DELIMITER if number == _SEQUENCE_END else INVALID_TAG)

    def _open_undefined_length(self, tag: int, vr: bytes, offset: int) -> None:
        if tag == _PIXEL_DATA and vr in (b"OB", b"OW", b""):
            self._open(_Level.FRAGMENTS, _NO_END, self._encoding)
            self._opened_at = offset
            return
        if vr in (b"OB", b"OW"):
            raise DataError(ILLEGAL_UNDEFINED_LENGTH)
        if vr in SHORT_VRS or (vr in LONG_VRS and vr not in (b"SQ", b"UN")):
            raise TruncatedError(PREMATURE_END)
        self._has_undefined_lengths = True
        # What is not known as a sequence is implicit VR little endian inside (PS3.5 6.2.2, CP-246).
        self._open(_Level.ITEMS, _NO_END, self._encoding if vr in (b"SQ", b"") else IMPLICIT_LITTLE)
        self._opened_at = offset

    def _open_presumed_sequence(self, offset: int, length: int, tag: int) -> bool:
        """Open the value as a sequence where it starts with an item, though no VR says so; return whether it is open.

        One that is cut off is opened only where the dictionary says that it is a sequence.
        """
        if offset + length > self._window.size:
            if not _is_known_sequence(tag):
                return False
        elif length < 8 or not self._window.show(offset, 4):
            return False
        else:
            start = offset - self._window.base
            item = b"\xfe\xff\x00\xe0" if self._encoding.is_little_endian else b"\xff\xfe\xe0\x00"
            if bytes(self._window.buffer[start : start + 4]) != item:
                return False
            self._presumed.append((len(self._frames), offset + length, tag))
        self._open(_Level.ITEMS, offset + length, self._encoding)
        self._opened_at = offset
        return True

    def _take_item(self, offset: int) -> int:
        element = self._read_element(offset)
        if element is None:
            return self._end_in_sequence(offset)
        group, number, _, header_size, length = element
        offset += header_size
        if group == DELIMITER_GROUP and number == _SEQUENCE_END:
            self._close()
        elif group == DELIMITER_GROUP and number == _ITEM:
            if length == UNDEFINED_LENGTH:
                self._has_undefined_lengths = True
            self._open(_Level.ELEMENTS, _NO_END if length == UNDEFINED_LENGTH else offset + length, self._encoding)
        else:
            raise DataError(NO_SEQUENCE_DELIMITER)
        return offset

    def _take_fragment(self, offset: int) -> int:
        element = self._read_element(offset)
        if element is None:
            return self._end_in_sequence(offset)
        group, number, _, header_size, length = element
        offset += header_size
        if group == DELIMITER_GROUP and number == _SEQUENCE_END:
            self._close()
            return offset
        if group != DELIMITER_GROUP or number != _ITEM:
            raise DataError(NO_SEQUENCE_DELIMITER)
        if length == 0:
            self._opened_at = offset
        return self._pass_value(offset, length)

    def _pass_value(self, offset: int, length: int) -> int:
        size = self._window.size
        if offset + length > size:
            raise TruncatedError(INVALID_STREAM if length <= _LONGEST_IN_MEMORY and offset < size else PREMATURE_END)
        self._odd |= length
        return offset + length

    def _open(self, level: _Level, end: int, encoding: Encoding) -> None:
        if len(self._frames) >= _MOST_LEVELS:
            raise NotDicomError(NESTED_TOO_DEEPLY)
        self._frames.append((self._level, self._end, self._encoding))
        self._level, self._end, self._encoding = level, end, encoding

    def _close(self) -> None:
        self._level, self._end, self._encoding = self._frames.pop()
        if self._presumed and self._presumed[-1][0] >= len(self._frames):
            self._presumed.pop()

    def _close_at(self, offset: int) -> int:
        """Close a container of defined length; what was only presumed to be a sequence ends where its length says."""
        if offset > self._end and self._presumed and self._presumed[-1][0] == len(self._frames) - 1:
            end = self._take_back_presumption()
            if end >= 0:
                return end
        self._close()
        return offset

    def _end_in_sequence(self, offset: int) -> int:
        """Take the end of the data set where an item should be: allowed right after the header that asks for one."""
        if offset != self._opened_at:
            raise TruncatedError(NO_SEQUENCE_DELIMITER)
        self._close()
        return self._end_data_set()

    def _end_data_set(self) -> int:
        """Take the end of the data set among elements: items may be open, but no sequence may wait for more."""
        offset = self._window.size
        while self._frames:
            if self._level is not _Level.ELEMENTS and offset < self._end:
                raise TruncatedError(NO_SEQUENCE_DELIMITER)
            self._close()
        return -1

    def _take_back_presumption(self) -> int:
        """Take the innermost value that was presumed to be a sequence as a plain one; return where it ends, or -1."""
        if not self._presumed:
            return -1
        depth, end, tag = self._presumed[-1]
        if _is_known_sequence(tag):
            return -1
        self._presumed.pop()
        self._level, self._end, self._encoding = self._frames[depth]
        del self._frames[depth:]
        return end


def _is_known_sequence(tag: int) -> bool:
    from dicomdesk.dicom.dictionary import dictionary  # noqa: PLC0415  # only where something is wrong

    return dictionary().find_vr(tag) == b"SQ"
