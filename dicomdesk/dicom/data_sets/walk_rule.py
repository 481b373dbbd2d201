"""Rule by which all readers go from one element header of a data set to the next (PS3.5 section 7).

It is the rule of DCMTK's loader, which follows data sets whose lengths and delimiters disagree, and refuses in the same
words what cannot be followed:

- In explicit VR an element holds items where its VR says so, or where its length is undefined; in implicit VR where its
  length is undefined, or where the dictionary says so and its value begins with an item or a sequence delimiter.
- A sequence or item of defined length ends at the first header that is not before the end which its length says. What
  reaches further than it should is read to its own end, and what encloses it goes on from there.
- A delimiter ends what is open, also where that has a defined length.
- The end of the data ends every item, and the sequences that are as long as they say.

Every header is looked at once, and everything is decided when it is met: the walk never goes back, so that it takes
time linear in the size of the data whatever this contains, and nesting costs no stack.
"""

from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from typing import Protocol

from dicomdesk.dicom.dictionary import find_name
from dicomdesk.dicom.encodings import (
    DELIMITER_GROUP,
    DELIMITERS,
    IMPLICIT_LITTLE,
    LONG_VRS,
    SHORT_VRS,
    UNDEFINED_LENGTH,
    Element,
    Encoding,
)
from dicomdesk.errors import DataError, NotDicomError, TruncatedError

PREMATURE_END = "I/O suspension or premature end of stream"
INVALID_STREAM = "Invalid stream"
INVALID_TAG = "Invalid tag"
NO_SEQUENCE_DELIMITER = "Sequence Delimitation Item missing"
NO_ITEM_DELIMITER = "Item Delimitation Item missing"
LARGER_THAN_ITEM = "Length of element larger than explicit length of surrounding item"
ILLEGAL_UNDEFINED_LENGTH = "Illegal element with OB or OW Value Representation and undefined length encountered"
NESTED_TOO_DEEPLY = "Sequences are nested too deeply"

NO_END = 1 << 62
"""Where something ends that a delimiter ends."""

ITEM_TAG = 0xFFFEE000

_ITEM = 0xE000
_ITEM_END = 0xE00D
_SEQUENCE_END = 0xE0DD
_PIXEL_DATA = 0x7FE00010
_LONGEST_HEADER = 12
_ITEM_HEADER = 8
_LONGEST_IN_MEMORY = 4096
_LONGEST_CREATOR = 64
_MOST_LEVELS = 65536
Buffer = bytes | bytearray | memoryview

VrLookup = Callable[[int, str], bytes]
"""Answers the VR of a tag and, for a private element, its private creator ("" when there is none)."""


class View(Protocol):
    """Window on a data set, as a walk needs it."""

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


class WholeView:
    """The view of a data set that is in memory as a whole."""

    __slots__ = ("base", "buffer", "size")

    def __init__(self, buffer: Buffer) -> None:
        self.buffer = buffer
        self.base = 0
        self.size = len(buffer)

    def available(self, offset: int) -> int:
        """See ``View``."""
        return max(0, self.size - offset)

    def show(self, offset: int, size: int) -> bool:
        """See ``View``."""
        return offset + size <= self.size

    def read(self, offset: int, size: int) -> Buffer:
        """Return up to ``size`` bytes from ``offset``."""
        return self.buffer[offset : offset + size]


class Level(Enum):
    """Kinds of what is open."""

    ELEMENTS = "elements of the data set or an item"
    ITEMS = "items of a sequence"
    FRAGMENTS = "fragments of encapsulated pixel data"


ELEMENTS, ITEMS, FRAGMENTS = Level
"""By these names since what is named by its class takes Python 3.11 long to find."""

Met = tuple[int, bytes, int, int]
"""What is opened: its tag, its VR, where its content starts, and its length as written."""

_Frame = tuple[Level, int, Encoding, dict[int, str] | None, int]


class Walk:
    """One walk; ``_level``, ``_end`` and ``_encoding`` are those of the innermost that is open.

    ``go_on`` raises TruncatedError where the data end too early, DataError where they cannot be followed. Where the
    walk ``takes_rest``, bytes at the end that are too few for a header, or a header whose value is missing altogether,
    are left over instead: DCMTK receives such data sets, though it does not load them.
    """

    def __init__(
        self, window: View, encoding: Encoding, find_vr: VrLookup, *, notes_creators: bool, takes_rest: bool
    ) -> None:
        """``notes_creators``: whether ``find_vr`` wants to know the private creator of elements in implicit VR."""
        self._window = window
        self._encoding = encoding
        self._find_vr = find_vr
        self._notes_creators = notes_creators
        self._takes_rest = takes_rest
        self._frames: list[_Frame] = []
        """What encloses the innermost that is open."""
        self._level = ELEMENTS
        self._end = NO_END
        self._creators: dict[int, str] | None = None
        """Private creators of the innermost data set or item, by their tag."""
        self._largest_tag = -1
        """Of the elements of the innermost data set or item so far."""
        self._opened_at = -1
        """Where the items begin of the sequence that was opened last."""
        self._item_end = -1
        """Where an item delimiter is among the elements of the data set itself, -1 where there is none."""
        self._odd = 0
        self._odd_before_item_end = 0
        self.count = 0
        """Elements met."""
        self.item_count = 0
        """Headers of items, fragments and their delimiters."""
        self.has_undefined_lengths = False
        self.has_group_lengths = False
        self.is_irregular = False
        """Whether lengths, delimiters and the end of the data disagree."""
        self.is_ordered = True
        """Whether tags ascend in the data set and each item, none being there twice; group 0000 does not count."""
        self.rest_bytes = 0
        """How much was left over at the end."""
        self.has_given_up = False
        """Whether what is behind an item delimiter is no longer walked over."""

    def go_on(self, offset: int) -> int:
        """Take what is at ``offset``; return where what follows is, -1 at the end of the data set."""
        if offset >= self._end:
            return self._close_at(offset)
        if self._level is ELEMENTS:
            return self._take_element(offset)
        return self._take_item(offset)

    def pass_over(self, offset: int) -> int:
        """Take the element at ``offset`` with all that it holds; return where what follows is, as ``go_on`` does."""
        enclosing = len(self._frames)
        offset = self.go_on(offset)
        while offset >= 0 and len(self._frames) > enclosing:
            offset = self.go_on(offset)
        return offset

    def give_up(self) -> bool:
        """After an error, end the walk if an item delimiter has ended the data set before; return whether it did.

        DCMTK reads nothing behind that, so what is there need not make sense.
        """
        if self._item_end < 0:
            return False
        self.has_given_up = True
        self._odd = self._odd_before_item_end
        with suppress(DataError):  # what is deflated may be damaged behind its end
            self._window.show(NO_END, 1)  # whose size is known only when all of it was inflated
        self._leave_rest(self._item_end)
        return True

    def _take_element(self, offset: int) -> int:
        element = self._read_element(offset)
        if element is None:
            return self._end_among_elements(offset)
        group, number, vr, header_size, length = element
        start = offset + header_size
        if length != UNDEFINED_LENGTH and start <= self._end < start + length:
            raise DataError(LARGER_THAN_ITEM)
        if group == DELIMITER_GROUP and number in DELIMITERS:
            return self._take_delimiter(number, start)
        self.count += 1
        if number == 0:
            self.has_group_lengths = True
        tag = group << 16 | number
        if tag > self._largest_tag:
            self._largest_tag = tag
        elif group:  # zeros behind a data set read as elements (0000,0000)
            self.is_ordered = False
        if length == UNDEFINED_LENGTH:
            self._open_undefined_length(tag, vr, start)
            return start
        if vr == b"SQ" or (not vr and self._begins_with_item(start, length) and self._look_up(tag) == b"SQ"):
            self._open(ITEMS, start + length, self._encoding, (tag, b"SQ", start, length))
            self._opened_at = start
            return start
        return self._take_value(tag, vr, start, length)

    def _read_element(self, offset: int) -> Element | None:
        """Return the element header at ``offset``; None where the data end before it does."""
        window = self._window
        if not window.show(offset, _LONGEST_HEADER) and window.available(offset) < _ITEM_HEADER:
            return None
        return self._encoding.read_element(window.buffer, offset - window.base)

    def _take_delimiter(self, number: int, offset: int) -> int:
        """Take an item or a delimiter where an element should be; ``offset`` is behind its header."""
        if number != _ITEM_END:
            raise DataError(NO_ITEM_DELIMITER if number == _SEQUENCE_END else INVALID_TAG)
        if self._end != NO_END or not self._frames:
            self.is_irregular = True
        if self._frames:
            self._close(offset)
        elif self._item_end < 0:
            self._item_end, self._odd_before_item_end = offset, self._odd
        return offset

    def _open_undefined_length(self, tag: int, vr: bytes, start: int) -> None:
        if tag == _PIXEL_DATA and vr in (b"OB", b"OW", b""):
            self._open(FRAGMENTS, NO_END, self._encoding, (tag, vr or b"OB", start, UNDEFINED_LENGTH))
            self._opened_at = start
            return
        if vr in (b"OB", b"OW"):
            raise DataError(ILLEGAL_UNDEFINED_LENGTH)
        if vr in SHORT_VRS or (vr in LONG_VRS and vr not in (b"SQ", b"UN")):
            raise TruncatedError(PREMATURE_END)
        self.has_undefined_lengths = True
        # What is not known as a sequence is implicit VR little endian inside (PS3.5 6.2.2, CP-246).
        encoding = self._encoding if vr in (b"SQ", b"") else IMPLICIT_LITTLE
        self._open(ITEMS, NO_END, encoding, (tag, vr or b"SQ", start, UNDEFINED_LENGTH))
        self._opened_at = start

    def _begins_with_item(self, start: int, length: int) -> bool:
        """Return whether a value can be one of items; what is cut off can, too."""
        window = self._window
        if length == 0:
            return False
        if window.show(start, 4):
            position = start - window.base
            if bytes(window.buffer[position : position + 4]) in self._encoding.sequence_starts:
                return True
        return start + length > window.size

    def _look_up(self, tag: int) -> bytes:
        """Return the VR of an element of implicit VR."""
        creator = ""
        if tag & 0x10000 and self._creators:
            creator = self._creators.get(tag & 0xFFFF0000 | tag >> 8 & 0xFF, "")
        return self._find_vr(tag, creator)

    def _take_value(self, tag: int, vr: bytes, start: int, length: int) -> int:
        if self._notes_creators and not vr and tag & 0x1FF00 == 0x10000:
            self._note_creator(tag, start, min(length, _LONGEST_CREATOR))
        if length and self._takes_rest and self._is_end(start):
            return self._end_without_value(tag, vr, start)
        return self._pass_value(tag, start, length)

    def _is_end(self, offset: int) -> bool:
        """Return whether the data end at ``offset``; of what is deflated that is known when all of it was inflated."""
        window = self._window
        if window.size == NO_END:
            window.show(offset, 1)
        return offset == window.size

    def _note_creator(self, tag: int, start: int, length: int) -> None:
        """Remember an element (gggg,00xx) of an odd group: the private creator of its block (PS3.5 7.8.1)."""
        if self._creators is None:
            self._creators = {}
        window = self._window
        window.show(start, length)
        position = start - window.base
        self._creators[tag] = bytes(window.buffer[position : position + length]).decode("latin-1").strip(" \0")

    def _pass_value(self, tag: int, start: int, length: int) -> int:
        size = self._window.size
        if start + length > size:
            words = INVALID_STREAM if length <= _LONGEST_IN_MEMORY and start < size else PREMATURE_END
            raise TruncatedError(words, cut=f"{_name(tag)} of {length} bytes is cut after {max(0, size - start)}")
        self._odd |= length
        return start + length

    def _take_item(self, offset: int) -> int:
        """Take an item of a sequence, a fragment, or the delimiter behind the last of them."""
        window = self._window
        if not window.show(offset, _ITEM_HEADER):
            return self._end_in_sequence(offset)
        group, number, length = self._encoding.read_item(window.buffer, offset - window.base)
        start = offset + _ITEM_HEADER
        if group != DELIMITER_GROUP or (number != _ITEM and number != _SEQUENCE_END):  # noqa: PLR1714 - a tuple takes longer
            raise DataError(NO_SEQUENCE_DELIMITER)
        self.item_count += 1
        if number == _SEQUENCE_END:
            return self._end_sequence(start)
        if self._level is FRAGMENTS:
            if length == 0 or (self._takes_rest and self._is_end(start)):
                self._opened_at = start
                length = 0
            return self._take_fragment_value(start, length)
        end = start + length
        if length == UNDEFINED_LENGTH:
            self.has_undefined_lengths = True
            end = NO_END
        self._open(ELEMENTS, end, self._encoding, (ITEM_TAG, b"", start, length))
        return start

    def _take_fragment_value(self, start: int, length: int) -> int:
        """Take a fragment, of which the header has been read."""
        return self._pass_value(_PIXEL_DATA, start, length)

    def _end_sequence(self, offset: int) -> int:
        """End a sequence at the delimiter whose end is at ``offset``."""
        if self._end != NO_END:
            self.is_irregular = True
        self._close(offset)
        return offset

    def _open(self, level: Level, end: int, encoding: Encoding, met: Met) -> None:  # noqa: ARG002 - for those who tell
        if len(self._frames) >= _MOST_LEVELS:
            raise NotDicomError(NESTED_TOO_DEEPLY)
        self._frames.append((self._level, self._end, self._encoding, self._creators, self._largest_tag))
        self._level, self._end, self._encoding, self._creators, self._largest_tag = level, end, encoding, None, -1

    def _close(self, offset: int) -> None:  # noqa: ARG002 - for those who tell
        """Close the innermost that is open; what follows it is at ``offset``."""
        self._level, self._end, self._encoding, self._creators, self._largest_tag = self._frames.pop()

    def _close_at(self, offset: int) -> int:
        """Close what is as long as it said, or longer."""
        if offset != self._end:
            self.is_irregular = True
        self._close(offset)
        return offset

    def _end_among_elements(self, offset: int) -> int:
        """End where the data end before an element header does."""
        size = self._window.size
        if offset == size:
            return self._end_data_set()
        if self._takes_rest and 0 < size - offset < _LONGEST_HEADER:
            return self._leave_rest(offset)
        raise TruncatedError(PREMATURE_END)

    def _end_without_value(self, tag: int, vr: bytes, start: int) -> int:  # noqa: ARG002 - as in ``_close``
        """End where the data end between a header and its value."""
        self.is_irregular = True
        self.rest_bytes = 12 if vr and vr not in SHORT_VRS else 8
        return self._end_data_set()

    def _end_in_sequence(self, offset: int) -> int:
        """End where the data end before an item: right behind the header that asks for one, and nowhere else."""
        size = self._window.size
        if offset != size:
            return self._end_among_elements(offset)
        if offset != self._opened_at:
            raise TruncatedError(NO_SEQUENCE_DELIMITER)
        self.is_irregular = True
        self._close(offset)
        return self._end_data_set()

    def _end_data_set(self) -> int:
        """Take the end of the data among elements: items may be open, but no sequence may wait for more."""
        offset = self._window.size
        while self._frames:
            if offset != self._end:
                self.is_irregular = True
            if self._level is not ELEMENTS and offset < self._end:
                raise TruncatedError(NO_SEQUENCE_DELIMITER)
            self._close(offset)
        return -1

    def _leave_rest(self, offset: int) -> int:
        """End the data set at ``offset``, whatever is open."""
        self.is_irregular = True
        window = self._window
        end = window.size if window.size < NO_END else window.base + len(window.buffer)
        self.rest_bytes = end - offset
        while self._frames:
            self._close(offset)
        return -1


def _name(tag: int) -> str:
    """What people call an element: its keyword, where it has one, and its tag."""
    number = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
    return f"{find_name(tag)} {number}".lstrip()
