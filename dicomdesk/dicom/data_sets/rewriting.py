"""Writes a data set again in another encoding: VR explicit or not, byte order, lengths.

Values keep every byte; only the order of bytes within binary words changes, and odd lengths get a padding byte.
Nothing is sorted or left out, so duplicates and private elements arrive as they were.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import Enum
from struct import unpack_from

from dicomdesk.dicom.data_sets.element_walk import PIXEL_DATA, DataSetBytes, Step, StepKind, describe, walk
from dicomdesk.dicom.data_sets.element_writer import ElementWriter, Place
from dicomdesk.dicom.dictionary import find_vr
from dicomdesk.dicom.encodings import Encoding
from dicomdesk.dicom.value_representations import US_OR_SS, WORD_BYTES, swap_words
from dicomdesk.errors import ConversionError
from dicomdesk.records import dataclass

_PIXEL_REPRESENTATION = 0x00280103
_TRAILING_PADDING = 0xFFFCFFFC
_STEPS_AT_ONCE = 4096
_SHORT_HEADER_BYTES, _LONG_HEADER_BYTES = 8, 12


def conversion_limit(wire_bytes: int) -> int:
    """Most steps of a conversion of a data set that came, perhaps deflated, in so many bytes.

    A step is what the walk meets: an element, the start or the end of a sequence or item. Dense functional groups have
    one in eight bytes when they are not deflated.
    """
    return 1_000_000 + wire_bytes // 4


def tidying_limit(wire_bytes: int) -> int:
    """Most steps where the data set may as well stay as it is."""
    return 200_000 + wire_bytes // 16


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSetEdit:
    """Changes to one data set or item."""

    replaced: Mapping[int, tuple[bytes, DataSetBytes]]
    """VR and value in the source's byte order, by tag; put in where its tag belongs when it is not there."""
    removed: frozenset[int] = frozenset()
    fragments: Mapping[int, list[DataSetBytes]] = field(default_factory=dict)
    """Fragments of encapsulated pixel data, offset table first, by tag."""


class GroupLengths(Enum):
    """What becomes of group length elements (gggg,0000), which are retired but for groups 0000 and 0002."""

    RECALCULATED = "recalculated"
    """Those that there are become right."""
    CREATED = "created"
    """Every group gets one."""
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Padding:
    """Data Set Trailing Padding (FFFC,FFFC), so that lengths become multiples; 0 leaves them as they are."""

    whole_bytes: int = 0
    """For the data set together with ``before_bytes``."""
    item_bytes: int = 0
    """For the content of each item of a sequence."""
    before_bytes: int = 0
    """What comes before the data set in its file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewriting:
    """Parameters of writing a data set again."""

    source: Encoding
    target: Encoding
    has_undefined_lengths: bool = False
    """Write sequences and items with delimiters instead of lengths."""
    has_only_old_vrs: bool = False
    """Write OB for VRs that are younger than the standard of 1993."""
    may_hold_fragments: bool = False
    """The target takes encapsulated pixel data."""
    swaps_pixel_data: bool = False
    """Pixel Data has the byte order opposite to everything else (private GE transfer syntax)."""
    group_lengths: GroupLengths = GroupLengths.RECALCULATED
    padding: Padding | None = None
    """None keeps padding that there is."""
    most_steps: int | None = None
    """After how many the work is given up; None for ``conversion_limit``."""
    moving: Callable[[], None] | None = None
    """Called every few thousand steps; what it raises passes."""
    edits: Mapping[int, DataSetEdit] = field(default_factory=dict)
    """Changes, by where the data set or item starts in the source."""


class _OpenLevel:
    """What is remembered of a data set or item while it is written."""

    __slots__ = ("edit", "edited", "group", "group_length", "pending", "signedness", "start", "undecided")

    def __init__(self, edit: DataSetEdit | None, start: int) -> None:
        self.edit = edit
        self.start = start
        """Where its content begins in what is written."""
        self.edited: frozenset[int] = frozenset()
        """Tags of elements that are not copied."""
        self.pending: list[int] = []
        """Tags of elements still to be put in, ascending."""
        if edit is not None:
            self.pending = sorted({*edit.replaced, *edit.fragments})
            self.edited = edit.removed.union(self.pending)
        self.group = -1
        self.group_length: Place | None = None
        self.signedness: bytes | None = None
        """US or SS, once Pixel Representation has been met."""
        self.undecided: list[Place] = []
        """VRs that Pixel Representation decides."""


def rewrite(data: DataSetBytes, rewriting: Rewriting) -> bytes | memoryview:
    """The data set in its new encoding; in a temporary file where it is long (``spool_file``).

    What is left over at the end of the source is left out; ``walk_rule`` says what that is.

    Raises DataError when it cannot be followed or not be written so; OSError passes.
    """
    return _Rewriter(data, rewriting).run()


class _Rewriter:
    def __init__(self, data: DataSetBytes, rewriting: Rewriting) -> None:
        self._data = memoryview(data)
        self._rewriting = rewriting
        self._writer = ElementWriter(
            rewriting.target,
            has_undefined_lengths=rewriting.has_undefined_lengths,
            has_only_old_vrs=rewriting.has_only_old_vrs,
        )
        self._open: list[_OpenLevel] = []
        self._skips_fragments = False

    def run(self) -> bytes | memoryview:
        self._enter(0)
        element = StepKind.ELEMENT
        for number, step in enumerate(walk(self._data, self._rewriting.source, find_vr, takes_rest=True)):
            if not number % _STEPS_AT_ONCE:
                self._require_going_on(number)
            if step.kind is element:
                self._copy_element(step)
            else:
                _HANDLERS[step.kind](self, step)
        padding = self._rewriting.padding
        self._leave(*((padding.whole_bytes, padding.before_bytes) if padding else ()))
        return self._writer.joined()

    def _require_going_on(self, steps: int) -> None:
        rewriting = self._rewriting
        if rewriting.moving is not None:
            rewriting.moving()
        limit = conversion_limit(len(self._data)) if rewriting.most_steps is None else rewriting.most_steps
        if steps > limit:
            raise ConversionError(
                f"the data set has more than {limit} elements, items and ends of items, too many to be written again"
            )

    def _enter(self, start: int) -> None:
        self._open.append(_OpenLevel(self._rewriting.edits.get(start), self._writer.size))

    def _leave(self, padded_bytes: int = 0, before_bytes: int = 0) -> None:
        opened = self._open.pop()
        while opened.pending:
            self._put_in(opened, opened.pending.pop(0))
        self._end_group(opened)
        if padded_bytes:
            self._pad(before_bytes + self._writer.size - opened.start, padded_bytes)
        if opened.undecided:
            if opened.signedness is None and self._open:
                enclosing = self._open[-1]
                # The shorter list is moved: else each level moves all that are below it, and nesting costs its square.
                fewer, more = sorted((enclosing.undecided, opened.undecided), key=len)
                more += fewer
                enclosing.undecided = more
            else:
                for place in opened.undecided:
                    self._writer.fill_vr(place, opened.signedness or b"US")

    def _reach(self, tag: int) -> _OpenLevel:
        """Prepare for writing an element of this tag: put in what comes before, close the group before."""
        opened = self._open[-1]
        while opened.pending and opened.pending[0] <= tag:
            self._put_in(opened, opened.pending.pop(0))
        if tag >> 16 != opened.group:
            self._begin_group(opened, tag >> 16)
        return opened

    def _begin_group(self, opened: _OpenLevel, group: int) -> None:
        self._end_group(opened)
        opened.group = group
        if self._rewriting.group_lengths is GroupLengths.CREATED:
            self._writer.write_element(group << 16, b"UL", bytes(4))
            opened.group_length = self._writer.mark_length()

    def _pad(self, length: int, multiple: int) -> None:
        """Add padding to what has this length so far."""
        header_bytes = _LONG_HEADER_BYTES if self._rewriting.target.is_explicit_vr else _SHORT_HEADER_BYTES
        missing = -length % multiple
        if not missing:
            return
        while missing < header_bytes:
            missing += multiple
        self._writer.write_element(_TRAILING_PADDING, b"OB", bytes(missing - header_bytes))

    def _end_group(self, opened: _OpenLevel) -> None:
        if opened.group_length is not None:
            self._writer.fill_length(opened.group_length)
            opened.group_length = None

    def _put_in(self, opened: _OpenLevel, tag: int) -> None:
        edit = opened.edit
        if edit is None:
            return
        if tag >> 16 != opened.group:
            self._begin_group(opened, tag >> 16)
        if tag in edit.fragments:
            self._writer.start_fragments(tag)
            for fragment in edit.fragments[tag]:
                self._writer.write_fragment(fragment)
            self._writer.end_fragments()
            return
        vr, value = edit.replaced[tag]
        self._writer.write_element(tag, vr, self._in_target_order(vr, value, self._rewriting.source))

    def _copy_element(self, step: Step) -> None:
        tag = step.tag
        if self._is_dropped(tag):
            return
        opened = self._reach(tag)
        if tag in opened.edited:
            return
        vr = step.vr
        value: DataSetBytes = self._data[step.start : step.start + step.length]
        if tag == _PIXEL_REPRESENTATION and step.length >= 2:
            opened.signedness = _signedness(value, step.encoding)
        is_swapped = self._rewriting.swaps_pixel_data and tag == PIXEL_DATA
        if is_swapped:
            value = swap_words(value, WORD_BYTES.get(vr, 1))
        value = self._in_target_order(vr, value, step.encoding)
        if vr == US_OR_SS:
            self._writer.write_element(tag, b"US", value)
            place = self._writer.mark_vr(step.length)
            if place is not None:
                opened.undecided.append(place)
            return
        self._writer.write_element(tag, vr, value)
        if not tag & 0xFFFF and step.length == 4:
            opened.group_length = self._writer.mark_length()

    def _is_dropped(self, tag: int) -> bool:
        """Whether an element of the source is made anew, or not to be written."""
        if not tag & 0xFFFF:
            return self._rewriting.group_lengths is not GroupLengths.RECALCULATED
        return tag == _TRAILING_PADDING and self._rewriting.padding is not None

    def _in_target_order(self, vr: bytes, value: DataSetBytes, encoding: Encoding) -> DataSetBytes:
        word_bytes = WORD_BYTES.get(vr)
        if word_bytes is None or encoding.is_little_endian == self._rewriting.target.is_little_endian:
            return value
        if len(value) % 2:
            value = bytes(value) + b"\0"  # before the bytes change places: they belong to the last word too
        return swap_words(value, word_bytes)

    def _start_sequence(self, step: Step) -> None:
        self._reach(step.tag)
        self._writer.start_sequence(step.tag)

    def _end_sequence(self, _step: Step) -> None:
        self._writer.end_sequence()

    def _start_item(self, step: Step) -> None:
        self._writer.start_item()
        self._enter(step.start)

    def _end_item(self, _step: Step) -> None:
        self._leave(self._rewriting.padding.item_bytes if self._rewriting.padding else 0)
        self._writer.end_item()

    def _start_fragments(self, step: Step) -> None:
        opened = self._reach(step.tag)
        self._skips_fragments = step.tag in opened.edited
        if self._skips_fragments:
            return
        if not self._rewriting.may_hold_fragments:
            raise ConversionError(
                f"{describe(step.tag)} is encapsulated, which the transfer syntax asked for cannot be"
            )
        self._writer.start_fragments(step.tag)

    def _copy_fragment(self, step: Step) -> None:
        if not self._skips_fragments:
            self._writer.write_fragment(self._data[step.start : step.start + step.length])

    def _end_fragments(self, _step: Step) -> None:
        if not self._skips_fragments:
            self._writer.end_fragments()


_HANDLERS: Mapping[StepKind, Callable[[_Rewriter, Step], None]] = {
    StepKind.SEQUENCE: _Rewriter._start_sequence,
    StepKind.SEQUENCE_END: _Rewriter._end_sequence,
    StepKind.ITEM: _Rewriter._start_item,
    StepKind.ITEM_END: _Rewriter._end_item,
    StepKind.FRAGMENTS: _Rewriter._start_fragments,
    StepKind.FRAGMENT: _Rewriter._copy_fragment,
    StepKind.FRAGMENTS_END: _Rewriter._end_fragments,
}
"""Of every step but an element. Not in the object: bound methods would keep it, and the data, until the next
garbage collection."""


def _signedness(value: DataSetBytes, encoding: Encoding) -> bytes:
    (number,) = unpack_from("<H" if encoding.is_little_endian else ">H", value)
    return b"SS" if number == 1 else b"US"
