"""Checks that the lengths in a data set fit together, before it is sent and after it was received.

One walk over all element headers, values untouched: nothing is allocated by a length that the data set declares. It
accepts what DCMTK's loader accepts (trailing zeros, items without delimiter at the end, odd lengths, elements twice)
and refuses what that refuses, in the same words; ``walk_rule`` has the rule.
"""

from collections.abc import Callable
from struct import Struct
from typing import NamedTuple

from dicomdesk.dicom.data_set_source import DataSetSource, FileRange
from dicomdesk.dicom.data_sets.file_windows import Window, read_at
from dicomdesk.dicom.data_sets.inflating_window import InflatingWindow, element_limit
from dicomdesk.dicom.data_sets.walk_rule import ELEMENTS, Buffer, View, Walk, WholeView
from dicomdesk.dicom.dictionary import find_vr, needs_private_creators
from dicomdesk.dicom.encodings import (
    DELIMITER_GROUP,
    EXPLICIT_LITTLE,
    IMPLICIT_LITTLE,
    LONG_VRS,
    SHORT_VRS,
    Encoding,
)
from dicomdesk.errors import DataError

_UNLIMITED_MOVES = 1 << 62
_DEFLATED_PIECE = 65536

_SKIMMED = {EXPLICIT_LITTLE: Struct("<HHHH").unpack_from, IMPLICIT_LITTLE: Struct("<HHIH").unpack_from}
"""Group, element number, VR and length, of which the latter is another one in elements with a long header; in implicit
VR group, element number, length, and the two bytes that the value begins with."""
_SKIMMED_EXPLICIT = {EXPLICIT_LITTLE}
_DELIMITERS_BEGIN = DELIMITER_GROUP << 16
_SKIM_LONG = Struct("<I").unpack_from
_SHORT_VRS = frozenset(int.from_bytes(vr, "little") for vr in SHORT_VRS)
_PLAIN_LONG_VRS = frozenset(int.from_bytes(vr, "little") for vr in LONG_VRS - {b"SQ"})


class StructureFindings(NamedTuple):
    """What the walk saw; a tuple, since one is made of each instance, and a dataclass takes six times as long."""

    has_undefined_lengths: bool
    """Somewhere, encapsulated pixel data not counted."""
    has_group_lengths: bool
    has_odd_lengths: bool
    """Whether a value has an odd number of bytes, which PS3.5 7.1.1 forbids and some peers refuse."""
    element_count: int
    """All element headers, those in sequences included."""
    is_ordered: bool = True
    """Whether tags ascend, in items too, and none is there twice (PS3.5 7.1); group 0000 does not count."""
    is_irregular: bool = False
    """Whether lengths, delimiters and the end of the data disagree, though all can be followed."""
    rest_bytes: int = 0
    """What is left over at the end: too little for an element, or behind an item delimiter that ended everything."""

    @property
    def needs_new_lengths(self) -> bool:
        """Whether DCMTK would write the data set with other lengths than it has."""
        return self.has_undefined_lengths or self.has_group_lengths or self.is_irregular

    @property
    def is_empty(self) -> bool:
        """Whether the data set has no element at all."""
        return self.element_count == 0


def check_data_set(
    data: DataSetSource,
    *,
    is_explicit_vr: bool,
    is_little_endian: bool,
    is_deflated: bool = False,
    takes_rest: bool = False,
    moving: Callable[[], None] | None = None,
) -> StructureFindings:
    """Walk over a data set in memory, or in an open file, of which only headers are read and whose position stays.

    Raises TruncatedError when it ends too early, DataError when it cannot be read; OSError passes. ``takes_rest``
    accepts what DCMTK receives but does not load: at the end, bytes that are too few for an element header, or a header
    without value. ``moving`` is called before each further part is read or inflated; what it raises passes.
    """
    encoding = Encoding.of(is_explicit_vr=is_explicit_vr, is_little_endian=is_little_endian)
    if is_deflated:
        return _check_deflated(_pieces(data), encoding, takes_rest=takes_rest, moving=moving)
    if not isinstance(data, FileRange):
        return _Check.of(WholeView(data), encoding, takes_rest=takes_rest).run(0)
    window = Window.of_file(data.file_descriptor, data.offset + data.length, _UNLIMITED_MOVES)
    window.moving = moving
    return _Check.of(window, encoding, takes_rest=takes_rest).run(data.offset)


def check_window(window: View, offset: int, encoding: Encoding, *, takes_rest: bool = False) -> StructureFindings:
    """Walk over the data set that starts at ``offset`` of a window; ``takes_rest`` and errors as above."""
    return _Check.of(window, encoding, takes_rest=takes_rest).run(offset)


def _check_deflated(
    read_piece: Callable[[], Buffer],
    encoding: Encoding,
    *,
    takes_rest: bool,
    moving: Callable[[], None] | None,
) -> StructureFindings:
    """Walk over what a stream becomes, piece by piece: it may have as many elements as ``element_limit`` says."""
    window = InflatingWindow(read_piece)
    check = _Check.of(window, encoding, takes_rest=takes_rest)

    def require_few_elements(deflated_bytes: int) -> None:
        if moving is not None:
            moving()
        limit = element_limit(deflated_bytes)
        if check.count + check.item_count > limit and not check.has_given_up:
            raise DataError(f"The deflated data set has more than the {limit} elements and items that are believed")

    window.moving = require_few_elements
    return check.run(0)


def _pieces(data: DataSetSource) -> Callable[[], Buffer]:
    """Return what reads the next piece; b"" at the end."""
    position, end = (data.offset, data.offset + data.length) if isinstance(data, FileRange) else (0, len(data))

    def read_piece() -> Buffer:
        nonlocal position
        size = min(_DEFLATED_PIECE, end - position)
        if isinstance(data, FileRange):
            piece: Buffer = read_at(data.file_descriptor, size, position)
        else:
            piece = data[position : position + size]
        position += len(piece)
        return piece

    return read_piece


class _Check(Walk):
    """A walk that passes over plain elements in view without leaving its loop."""

    @classmethod
    def of(cls, window: View, encoding: Encoding, *, takes_rest: bool) -> "_Check":
        return cls(window, encoding, find_vr, notes_creators=needs_private_creators(), takes_rest=takes_rest)

    def run(self, offset: int) -> StructureFindings:
        try:
            self._walk(offset)
        except DataError:
            if not self.give_up():
                raise
        return StructureFindings(
            self.has_undefined_lengths,
            self.has_group_lengths,
            bool(self._odd & 1),
            self.count,
            self.is_ordered,
            self.is_irregular,
            self.rest_bytes,
        )

    def _walk(self, offset: int) -> None:
        skimmed, frames = _SKIMMED_EXPLICIT if self._notes_creators else _SKIMMED, self._frames
        while offset >= 0:
            if offset >= self._end:
                if offset == self._end:
                    self._level, self._end, self._encoding, self._creators, self._largest_tag = frames.pop()
                else:
                    offset = self._close_at(offset)
            elif self._level is ELEMENTS:
                if self._encoding in skimmed and self._largest_tag < _DELIMITERS_BEGIN:
                    offset = self._skim(offset)
                if offset < self._end:
                    offset = self._take_element(offset)
            else:
                offset = self._take_item(offset)

    def _skim(self, offset: int) -> int:
        """Pass over plain little endian elements in view; return where the first other is."""
        is_implicit = self._encoding is IMPLICIT_LITTLE
        buffer, base = self._window.buffer, self._window.base
        unpack, unpack_long = _SKIMMED[self._encoding], _SKIM_LONG
        short, long, delimiters = _SHORT_VRS, _PLAIN_LONG_VRS, DELIMITER_GROUP
        position, end = offset - base, min(len(buffer), self._end - base)
        largest_group, largest_number = self._largest_tag >> 16, self._largest_tag & 0xFFFF
        last, count, odd, has_group_lengths = end - 12, 0, 0, self.has_group_lengths
        while position <= last:
            group, number, third, length = unpack(buffer, position)
            if is_implicit:
                if length == delimiters:  # no length at all, but what the value begins with
                    break
                length = third
                following = position + 8 + length
            elif third in short:
                following = position + 8 + length
            elif third in long:
                length = unpack_long(buffer, position + 8)[0]
                following = position + 12 + length
            else:
                break
            if following > end:
                break
            if group != largest_group:
                if group < largest_group or group == delimiters:
                    break
                largest_group = group
                has_group_lengths |= not number
            elif number <= largest_number:
                break
            largest_number = number
            odd |= length
            position = following
            count += 1
        self._largest_tag = largest_group << 16 | largest_number
        self.has_group_lengths = has_group_lengths
        self.count += count
        self._odd |= odd
        return base + position
