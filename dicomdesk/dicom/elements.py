"""Walks the bytes of a data set, element by element, without decoding a value (PS3.5 section 7).

The walk is one flat loop with its own stack: nesting of any depth costs no recursion, and memory grows with the depth
only. It yields what it meets in the order of the bytes; nothing is sorted, merged or left out.
"""

from collections.abc import Callable, Iterator
from enum import Enum
from typing import Final, NamedTuple

from dicomdesk.dicom.encodings import IMPLICIT_LITTLE, UNDEFINED_LENGTH, Encoding
from dicomdesk.errors import DataError, TruncatedError

DataSetBytes = bytes | bytearray | memoryview
"""One encoded data set, without file meta information."""

PIXEL_DATA: Final = 0x7FE00010
ITEM: Final = 0xFFFEE000
ITEM_DELIMITER: Final = 0xFFFEE00D
SEQUENCE_DELIMITER: Final = 0xFFFEE0DD


class StepKind(Enum):
    """What the walk has met."""

    ELEMENT = "element"
    """An element with a value."""
    SEQUENCE = "sequence"
    """A sequence begins; its items follow."""
    SEQUENCE_END = "sequence end"
    ITEM = "item"
    """An item begins; ``start`` is where its elements start."""
    ITEM_END = "item end"
    FRAGMENTS = "fragments"
    """Encapsulated pixel data begins; its fragments follow, the first being the Basic Offset Table."""
    FRAGMENT = "fragment"
    FRAGMENTS_END = "fragments end"


class Step(NamedTuple):
    """One thing met on the walk."""

    kind: StepKind
    tag: int
    """Group and element in one number; for ends that of what ends."""
    vr: bytes
    """As written, or by the dictionary where it is not written; "xs" for US or SS."""
    start: int
    """Where the value starts in the buffer."""
    length: int
    """Bytes of the value; for what holds others as written, that is perhaps undefined."""
    encoding: Encoding
    """How this element is written: inside an element of VR UN always implicit VR little endian (PS3.5 6.2.2)."""


VrLookup = Callable[[int, str], bytes]
"""Answers the VR of a tag and, for a private element, its private creator ("" when there is none)."""

_DELIMITER_GROUP: Final = 0xFFFE
_DATA_SET, _SEQUENCE, _FRAGMENTS = StepKind.ITEM, StepKind.SEQUENCE, StepKind.FRAGMENTS


class _Level:
    """Something open: a data set or item, a sequence, or encapsulated pixel data."""

    __slots__ = ("creators", "encoding", "end", "is_delimited", "kind", "tag", "vr")

    def __init__(self, kind: StepKind, tag: int, vr: bytes, encoding: Encoding) -> None:
        self.kind = kind
        self.tag = tag
        self.vr = vr
        self.encoding = encoding
        self.end = 0
        self.is_delimited = False
        """Its length is undefined, so a delimiter must come."""
        self.creators: dict[int, str] | None = None
        """Private creators by their tag."""


def walk(data: DataSetBytes, encoding: Encoding, find_vr: VrLookup) -> Iterator[Step]:
    """Yield everything in a data set. Raises TruncatedError or DataError where the bytes cannot be followed."""
    return _Walk(data, encoding, find_vr).steps()


class _Walk:
    def __init__(self, data: DataSetBytes, encoding: Encoding, find_vr: VrLookup) -> None:
        self._data = data
        self._position = 0
        self._find_vr = find_vr
        root = _Level(_DATA_SET, 0, b"", encoding)
        root.end = len(data)
        self._levels = [root]

    def steps(self) -> Iterator[Step]:
        levels = self._levels
        while True:
            level = levels[-1]
            if self._position >= level.end:
                if len(levels) == 1:
                    return
                yield self._end_of(level)
            elif level.kind is _DATA_SET:
                yield self._read_element(level)
            elif level.kind is _SEQUENCE:
                yield self._read_item(level)
            else:
                yield self._read_fragment(level)

    def _end_of(self, level: _Level) -> Step:
        if level.is_delimited:
            raise TruncatedError(f"{describe(level.tag)} has no end")
        return self._close(level)

    def _close(self, level: _Level) -> Step:
        self._levels.pop()
        kind = {
            _DATA_SET: StepKind.ITEM_END,
            _SEQUENCE: StepKind.SEQUENCE_END,
            _FRAGMENTS: StepKind.FRAGMENTS_END,
        }[level.kind]
        return Step(kind, level.tag, level.vr, self._position, 0, self._levels[-1].encoding)

    def _read_header(self, level: _Level) -> tuple[int, bytes, int]:
        """Tag, VR ("" when not written) and length of the element here; the position moves behind its header."""
        position = self._position
        header = level.encoding.read_element(self._data, position) if position + 8 <= level.end else None
        if header is None or position + header[3] > level.end:
            raise TruncatedError(f"the data set ends within an element's header at byte {position}")
        group, element, vr, header_bytes, length = header
        self._position = position + header_bytes
        return group << 16 | element, vr, length

    def _read_element(self, level: _Level) -> Step:
        tag, vr, length = self._read_header(level)
        if tag >> 16 == _DELIMITER_GROUP:
            return self._read_delimiter(level, tag)
        if not level.encoding.is_explicit_vr:
            vr = self._look_up(level, tag)
        start = self._position
        if vr == b"SQ" or length == UNDEFINED_LENGTH:
            return self._open(level, tag, vr, length)
        if length > level.end - start:
            raise TruncatedError(f"{describe(tag)} of {length} bytes is longer than the {level.end - start} bytes left")
        self._position = start + length
        if tag & 0x1FF00 == 0x10000 and not level.encoding.is_explicit_vr:
            self._note_creator(level, tag, start, length)
        return Step(StepKind.ELEMENT, tag, vr, start, length, level.encoding)

    def _look_up(self, level: _Level, tag: int) -> bytes:
        creator = ""
        if tag & 0x10000 and level.creators:
            creator = level.creators.get(tag & 0xFFFF0000 | tag >> 8 & 0xFF, "")
        return self._find_vr(tag, creator)

    def _note_creator(self, level: _Level, tag: int, start: int, length: int) -> None:
        """Remember an element (gggg,00xx) of an odd group: the private creator of its block (PS3.5 7.8.1)."""
        if level.creators is None:
            level.creators = {}
        level.creators[tag] = bytes(self._data[start : start + min(length, 64)]).decode("latin-1").strip(" \0")

    def _read_delimiter(self, level: _Level, tag: int) -> Step:
        if tag == ITEM_DELIMITER and level.is_delimited:
            return self._close(level)
        raise DataError(f"{describe(tag)} before byte {self._position} delimits nothing")

    def _open(self, level: _Level, tag: int, vr: bytes, length: int) -> Step:
        start = self._position
        encoding = level.encoding
        if length == UNDEFINED_LENGTH and encoding.is_explicit_vr and vr != b"SQ":
            if vr == b"UN" and tag != PIXEL_DATA:
                opened = _Level(_SEQUENCE, tag, vr, IMPLICIT_LITTLE)
            elif vr in {b"OB", b"OW", b"UN"}:
                opened = _Level(_FRAGMENTS, tag, vr, encoding)
            else:
                raise DataError(f"{describe(tag)} has undefined length, which VR {vr.decode('latin-1')!r} cannot have")
        elif length == UNDEFINED_LENGTH and tag == PIXEL_DATA:
            opened = _Level(_FRAGMENTS, tag, vr, encoding)
        else:
            opened = _Level(_SEQUENCE, tag, vr, encoding)
        self._push(level, opened, start, length)
        return Step(opened.kind, tag, vr, start, length, encoding)

    def _push(self, parent: _Level, level: _Level, start: int, length: int) -> None:
        level.is_delimited = length == UNDEFINED_LENGTH
        if level.is_delimited:
            level.end = parent.end
        elif length > parent.end - start:
            raise TruncatedError(
                f"{describe(level.tag)} of {length} bytes is longer than the {parent.end - start} left"
            )
        else:
            level.end = start + length
        self._levels.append(level)

    def _read_item(self, level: _Level) -> Step:
        tag, _vr, length = self._read_header(level)
        if tag == SEQUENCE_DELIMITER and level.is_delimited:
            return self._close(level)
        if tag != ITEM:
            raise DataError(f"{describe(level.tag)} holds {describe(tag)} where an item must be")
        item = _Level(_DATA_SET, ITEM, b"", level.encoding)
        start = self._position
        self._push(level, item, start, length)
        return Step(StepKind.ITEM, ITEM, b"", start, length, level.encoding)

    def _read_fragment(self, level: _Level) -> Step:
        tag, _vr, length = self._read_header(level)
        if tag == SEQUENCE_DELIMITER:
            return self._close(level)
        if tag != ITEM or length == UNDEFINED_LENGTH:
            raise DataError(f"{describe(level.tag)} holds {describe(tag)} where a fragment must be")
        start = self._position
        if length > level.end - start:
            raise TruncatedError(f"a fragment of {length} bytes is longer than the {level.end - start} bytes left")
        self._position = start + length
        return Step(StepKind.FRAGMENT, level.tag, level.vr, start, length, level.encoding)


def describe(tag: int) -> str:
    """A tag as people write it: (0010,0020)."""
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
