"""Patches to an encoded data set: places and what is put there, with the lengths of all that encloses them.

Nothing else of the data set is written anew, so that values, lengths and padding stay byte for byte; pixel data are
neither decoded nor read.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from struct import pack
from typing import Final, NamedTuple, Protocol

from dicomdesk.dicom.data_sets.character_sets import decode_text
from dicomdesk.dicom.data_sets.element_walk import (
    ITEM,
    ITEM_DELIMITER,
    SEQUENCE_DELIMITER,
    DataSetBytes,
    Step,
    StepKind,
    describe,
    walk_view,
)
from dicomdesk.dicom.data_sets.walk_rule import Buffer, View
from dicomdesk.dicom.dictionary import find_vr
from dicomdesk.dicom.encodings import IMPLICIT_LITTLE, LONG_VRS, SHORT_VRS, UNDEFINED_LENGTH, Encoding, is_long_vr
from dicomdesk.dicom.value_representations import padding_byte
from dicomdesk.errors import ConversionError
from dicomdesk.records import dataclass

__all__ = ["Patch", "Readable", "ValueEdit", "element_bytes", "plan_patches"]

_TEXT_VRS: Final = frozenset((b"LO", b"LT", b"PN", b"SH", b"ST", b"UC", b"UT"))
_CHARACTER_SET: Final = 0x00080005
_LONGEST_UIDS: Final = 4096
_LONGEST_SHORT: Final = 0xFFFE
_ITEM_GROUP: Final = 0xFFFE
_DELIMITERS: Final = frozenset((ITEM, ITEM_DELIMITER, SEQUENCE_DELIMITER))


class Readable(View, Protocol):
    """View of which values are read, too."""

    def read(self, offset: int, size: int) -> Buffer:
        """Return up to ``size`` bytes from ``offset``, as far as they are there."""


class Patch(NamedTuple):
    """Bytes in the place of others: from ``start`` to ``end`` of the source."""

    start: int
    end: int
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueEdit:
    """What becomes of the values of a data set."""

    replaced: Mapping[int, tuple[bytes, bytes]] = field(default_factory=dict)
    """VR and value, by tag, of elements outside of sequences; put in where they are not there."""
    removed: frozenset[int] = frozenset()
    """Tags of elements outside of sequences."""
    uids: Mapping[bytes, bytes] = field(default_factory=dict)
    """UIDs, without padding, that become others wherever they are referred to, in sequences."""
    recoded_from: bytes | None = None
    """The character set out of which all text is brought to UTF-8; None where it stays as it is."""
    appended: tuple[int, Callable[[Encoding], bytes]] | None = None
    """Tag of a sequence outside of others, and the maker of an item that becomes its last."""


def plan_patches(view: Readable, offset: int, encoding: Encoding, edit: ValueEdit) -> list[Patch]:
    """Return the patches for a data set that begins at ``offset`` of a view, in the order of their places.

    Raises DataError where the bytes cannot be followed, ConversionError where a length becomes too long to be written
    or an element would be put in beside one that may not stand there.
    """
    return _Planner(view, encoding, edit).plan(offset)


def element_bytes(tag: int, vr: bytes, value: DataSetBytes, encoding: Encoding) -> bytes:
    """Return an element, its value padded to even length."""
    content = bytes(value) + (padding_byte(vr) if len(value) % 2 else b"")
    order = "<" if encoding.is_little_endian else ">"
    length = len(content)
    if length >= UNDEFINED_LENGTH:
        raise ConversionError(f"{describe(tag)} is too long for any transfer syntax")
    if not encoding.is_explicit_vr:
        return pack(order + "HHI", tag >> 16, tag & 0xFFFF, length) + content
    if vr in SHORT_VRS and length <= _LONGEST_SHORT:
        return pack(order + "HH2sH", tag >> 16, tag & 0xFFFF, vr, length) + content
    written = vr if vr in LONG_VRS else b"UN"
    return pack(order + "HH2sHI", tag >> 16, tag & 0xFFFF, written, 0, length) + content


class _Level:
    """What is open: the data set, a sequence or an item."""

    __slots__ = (
        "encoding",
        "group",
        "group_growth",
        "group_lengths",
        "growth",
        "has_own_set",
        "header",
        "length",
        "tag",
    )

    def __init__(self, tag: int, header: int, length: int, encoding: Encoding, *, has_own_set: bool) -> None:
        self.tag = tag
        self.header = header
        """Where its header ends, whose last four bytes are the length."""
        self.length = length
        self.encoding = encoding
        self.growth = 0
        self.group = -1
        """Of the element that is walked over."""
        self.has_own_set = has_own_set
        """Whether text in it is in another character set than that of the data set."""
        self.group_lengths: dict[int, tuple[int, int]] = {}
        """By group: where the value is, and what it says."""
        self.group_growth: dict[int, int] = {}


class _Planner:
    def __init__(self, view: Readable, encoding: Encoding, edit: ValueEdit) -> None:
        self._view = view
        self._encoding = encoding
        self._edit = edit
        self._patches: list[Patch] = []
        self._levels = [_Level(0, 0, UNDEFINED_LENGTH, encoding, has_own_set=False)]
        wanted = {*edit.replaced, *((edit.appended[0],) if edit.appended else ())}
        self._missing = dict.fromkeys(sorted(wanted), -1)
        """Where each belongs of the tags that were not met, -1 where that is not known yet."""
        self._unplaced = sorted(wanted, reverse=True)
        self._top_end = 0
        self._stranger: int | None = None
        """Tag of an element of the group of items that is none: what is read after others depends on such."""

    def plan(self, offset: int) -> list[Patch]:
        self._top_end = offset
        for step in walk_view(self._view, offset, self._encoding, find_vr, takes_rest=True):
            _HANDLERS[step.kind](self, step)
        if self._missing and self._stranger is not None:
            raise ConversionError(f"nothing can be put in beside {describe(self._stranger)}, which no data set has")
        for tag, place in self._missing.items():
            self._levels[0].group = tag >> 16
            where = self._top_end if place < 0 else place
            self._patch(where, where, self._made(tag))
        self._fill_group_lengths(self._levels[0])
        return sorted(self._patches, key=lambda patch: (patch.start, patch.end))

    def _made(self, tag: int) -> bytes:
        """Return an element that is put in."""
        edit = self._edit
        if edit.appended is not None and tag == edit.appended[0]:
            return element_bytes(tag, b"SQ", edit.appended[1](self._encoding), self._encoding)
        vr, value = edit.replaced[tag]
        return element_bytes(tag, vr, value, self._encoding)

    # -- steps of the walk

    def _element(self, step: Step) -> None:
        header, end = _header_start(step), step.start + step.length
        self._levels[-1].group = step.tag >> 16
        if len(self._levels) == 1:
            if step.tag >> 16 == _ITEM_GROUP and step.tag not in _DELIMITERS:
                self._stranger = step.tag
            self._reach(step.tag, header)
            self._top_end = max(self._top_end, end)
            if self._edit_element(step, header, end):
                return
        self._look_into(step, header, end)

    def _edit_element(self, step: Step, header: int, end: int) -> bool:
        """Take an element of the data set itself; whether it becomes another."""
        tag, edit = step.tag, self._edit
        self._missing.pop(tag, None)
        if tag in edit.removed:
            self._patch(header, end, b"")
        elif edit.appended is not None and tag == edit.appended[0]:
            item = edit.appended[1](IMPLICIT_LITTLE if step.vr == b"UN" else step.encoding)
            value = bytes(self._view.read(step.start, step.length)) + item
            self._patch(header, end, element_bytes(tag, step.vr, value, step.encoding))
        elif tag in edit.replaced:
            vr, value = edit.replaced[tag]
            self._patch(header, end, element_bytes(tag, vr, value, step.encoding))
        else:
            return False
        return True

    def _look_into(self, step: Step, header: int, end: int) -> None:
        level, edit = self._levels[-1], self._edit
        if not step.tag & 0xFFFF and step.length == 4:
            raw = bytes(self._view.read(step.start, 4))
            number = int.from_bytes(raw, "little" if step.encoding.is_little_endian else "big")
            level.group_lengths[step.tag >> 16] = (step.start, number)
        elif step.tag == _CHARACTER_SET and len(self._levels) > 1:
            level.has_own_set = True
        elif step.vr == b"UI" and edit.uids and len(self._levels) > 1 and step.length <= _LONGEST_UIDS:
            old = bytes(self._view.read(step.start, step.length))
            new = b"\\".join(edit.uids.get(uid.strip(b" \0"), uid) for uid in old.split(b"\\"))
            if new != old:
                self._patch(header, end, element_bytes(step.tag, step.vr, new.rstrip(b"\0"), step.encoding))
        elif edit.recoded_from is not None and step.vr in _TEXT_VRS and not level.has_own_set:
            old = bytes(self._view.read(step.start, step.length))
            if not old.isascii() or b"\x1b" in old:
                new = decode_text(old, edit.recoded_from).encode()
                self._patch(header, end, element_bytes(step.tag, step.vr, new, step.encoding))

    def _open(self, step: Step) -> None:
        self._levels[-1].group = step.tag >> 16
        if len(self._levels) == 1:
            self._reach(step.tag, _header_start(step))
        has_own_set = self._levels[-1].has_own_set
        self._levels.append(_Level(step.tag, step.start, step.length, step.encoding, has_own_set=has_own_set))

    def _close_sequence(self, step: Step) -> None:
        level = self._levels[-1]
        if len(self._levels) == 2:
            self._top_end = max(self._top_end, step.start)
            self._close_top_sequence(level, step.start)
            return
        self._close(step)

    def _close_top_sequence(self, level: _Level, end: int) -> None:
        edit = self._edit
        self._missing.pop(level.tag, None)
        if level.tag in edit.removed or level.tag in edit.replaced:
            header = level.header - (12 if self._encoding.is_explicit_vr else 8)
            self._patches = [patch for patch in self._patches if patch.start < header]
            self._levels.pop()
            self._levels[0].group_growth[level.tag >> 16] = (
                self._levels[0].group_growth.get(level.tag >> 16, 0) - level.growth
            )
            self._patch(header, end, self._made(level.tag) if level.tag in edit.replaced else b"")
            return
        if edit.appended is not None and level.tag == edit.appended[0]:
            order = "<" if level.encoding.is_little_endian else ">"
            delimiter = pack(order + "HHI", SEQUENCE_DELIMITER >> 16, SEQUENCE_DELIMITER & 0xFFFF, 0)
            has_delimiter = bytes(self._view.read(end - len(delimiter), len(delimiter))) == delimiter
            place = end - len(delimiter) if has_delimiter else end
            self._patch(place, place, edit.appended[1](level.encoding))
        self._close_level()

    def _close(self, _step: Step) -> None:
        self._close_level()

    def _close_level(self) -> None:
        level = self._levels.pop()
        self._fill_group_lengths(level)
        if level.growth and level.length != UNDEFINED_LENGTH:
            # Four bytes in every case: what holds others has the long form of the length.
            content = self._number(level.length + level.growth, self._levels[-1].encoding, level.tag)
            self._patches.append(Patch(level.header - 4, level.header, content))

    def _fragment(self, step: Step) -> None:
        if len(self._levels) == 2:
            self._top_end = max(self._top_end, step.start + step.length)

    # -- places and lengths

    def _reach(self, tag: int, header: int) -> None:
        """Begin with an element of the data set itself: what is missing belongs before the first of a higher tag."""
        while self._unplaced and self._unplaced[-1] < tag:
            missing = self._unplaced.pop()
            if missing in self._missing:
                self._missing[missing] = header

    def _patch(self, start: int, end: int, content: bytes) -> None:
        self._patches.append(Patch(start, end, content))
        growth = len(content) - (end - start)
        for level in self._levels:
            level.growth += growth
            level.group_growth[level.group] = level.group_growth.get(level.group, 0) + growth

    def _fill_group_lengths(self, level: _Level) -> None:
        for group, (place, length) in level.group_lengths.items():
            growth = level.group_growth.get(group, 0)
            if growth and 0 <= length + growth < UNDEFINED_LENGTH:  # else it was wrong, and stays so
                content = self._number(length + growth, level.encoding, group << 16)
                self._patches.append(Patch(place, place + 4, content))

    @staticmethod
    def _number(value: int, encoding: Encoding, tag: int) -> bytes:
        if not 0 <= value < UNDEFINED_LENGTH:
            raise ConversionError(f"{describe(tag)} has a length that cannot be written any more")
        return value.to_bytes(4, "little" if encoding.is_little_endian else "big")


def _header_start(step: Step) -> int:
    """Return where the header of an element or a sequence begins."""
    if not step.encoding.is_explicit_vr or step.vr in SHORT_VRS:
        return step.start - 8
    return step.start - (12 if is_long_vr(step.vr) else 8)


_HANDLERS: Mapping[StepKind, Callable[[_Planner, Step], None]] = {
    StepKind.ELEMENT: _Planner._element,
    StepKind.SEQUENCE: _Planner._open,
    StepKind.SEQUENCE_END: _Planner._close_sequence,
    StepKind.ITEM: _Planner._open,
    StepKind.ITEM_END: _Planner._close,
    StepKind.FRAGMENTS: _Planner._open,
    StepKind.FRAGMENT: _Planner._fragment,
    StepKind.FRAGMENTS_END: _Planner._close_sequence,
}
