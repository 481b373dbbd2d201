"""Iteration over the elements of an encoded data set, without decoding a value (PS3.5 section 7).

It goes by the rule of ``walk_rule``, as the check of structures does: what that accepts can be followed here. It yields
what it meets in the order of the bytes; nothing is sorted or merged, and only what is left over at the end is left out.
"""

from collections.abc import Iterator
from enum import Enum
from typing import Final, NamedTuple

from dicomdesk.dicom.data_sets.walk_rule import Level, Met, View, VrLookup, Walk, WholeView
from dicomdesk.dicom.encodings import Encoding
from dicomdesk.errors import DataError

DataSetBytes = bytes | bytearray | memoryview
"""One encoded data set, without file meta information."""

PIXEL_DATA: Final = 0x7FE00010
ITEM: Final = 0xFFFEE000
ITEM_DELIMITER: Final = 0xFFFEE00D
SEQUENCE_DELIMITER: Final = 0xFFFEE0DD


class StepKind(Enum):
    """Kinds of steps."""

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
    """Step of a walk: an element, or the start or end of what holds others."""

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


_KINDS: Final = {
    Level.ELEMENTS: (StepKind.ITEM, StepKind.ITEM_END),
    Level.ITEMS: (StepKind.SEQUENCE, StepKind.SEQUENCE_END),
    Level.FRAGMENTS: (StepKind.FRAGMENTS, StepKind.FRAGMENTS_END),
}


def walk(data: DataSetBytes, encoding: Encoding, find_vr: VrLookup, *, takes_rest: bool = False) -> Iterator[Step]:
    """Yield everything in a data set, by the rule of ``walk_rule``, which says what it means to take a rest.

    Raises TruncatedError or DataError where the bytes cannot be followed.
    """
    return walk_view(WholeView(data), 0, encoding, find_vr, takes_rest=takes_rest)


def walk_view(
    window: View, offset: int, encoding: Encoding, find_vr: VrLookup, *, takes_rest: bool = False
) -> Iterator[Step]:
    """Walk over what lies from ``offset`` on in a window, which moves; places are those of the window."""
    return _Steps(window, encoding, find_vr, notes_creators=True, takes_rest=takes_rest).run(offset)


class _Steps(Walk):
    """A walk that tells what it meets."""

    def __init__(
        self, window: View, encoding: Encoding, find_vr: VrLookup, *, notes_creators: bool, takes_rest: bool
    ) -> None:
        super().__init__(window, encoding, find_vr, notes_creators=notes_creators, takes_rest=takes_rest)
        self._met: list[Step] = []
        self._opened: list[tuple[StepKind, int, bytes]] = []
        """How the end of each is told that is open, with its tag and VR."""

    def run(self, offset: int) -> Iterator[Step]:
        met = self._met
        while offset >= 0:
            try:
                offset = self.go_on(offset)
            except DataError:
                if not self.give_up():
                    raise
                offset = -1
            yield from met
            met.clear()

    def _open(self, level: Level, end: int, encoding: Encoding, met: Met) -> None:
        tag, vr, start, length = met
        kind, end_kind = _KINDS[level]
        self._met.append(Step(kind, tag, vr, start, length, self._encoding))
        self._opened.append((end_kind, tag, vr))
        super()._open(level, end, encoding, met)

    def _close(self, offset: int) -> None:
        super()._close(offset)
        kind, tag, vr = self._opened.pop()
        self._met.append(Step(kind, tag, vr, offset, 0, self._encoding))

    def _take_value(self, tag: int, vr: bytes, start: int, length: int) -> int:
        place, encoding = len(self._met), self._encoding
        following = super()._take_value(tag, vr, start, length)
        vr = vr or self._look_up(tag)
        if vr != b"SQ":
            self._met.insert(place, Step(StepKind.ELEMENT, tag, vr, start, 0 if following < 0 else length, encoding))
        elif length:
            self._met.insert(place, Step(StepKind.ELEMENT, tag, b"UN", start, length, encoding))
        else:
            kinds = StepKind.SEQUENCE, StepKind.SEQUENCE_END
            self._met[place:place] = [Step(kind, tag, vr, start, 0, encoding) for kind in kinds]
        return following

    def _take_fragment_value(self, start: int, length: int) -> int:
        following = super()._take_fragment_value(start, length)
        _, tag, vr = self._opened[-1]
        self._met.append(Step(StepKind.FRAGMENT, tag, vr, start, length, self._encoding))
        return following


def describe(tag: int) -> str:
    """A tag as people write it: (0010,0020)."""
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
