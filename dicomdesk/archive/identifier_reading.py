"""Reads the bytes of identifiers: hostile nesting, lengths and character sets cost an error, not more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dicomdesk.archive.attributes import CHARACTER_SET, ITEM_VRS, find_attribute
from dicomdesk.dicom.character_sets import decode_text
from dicomdesk.dicom.deflate import inflate
from dicomdesk.dicom.dictionary import find_vr
from dicomdesk.dicom.elements import Step, StepKind, walk
from dicomdesk.dicom.encodings import Encoding
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.errors import DataError

LARGEST_IDENTIFIER_BYTES: Final = 8 << 20
"""A list of 100,000 UIDs fits."""
_MOST_ELEMENTS: Final = 20_000

TEXT_VRS: Final = frozenset({b"LO", b"LT", b"PN", b"SH", b"ST", b"UC", b"UT"})
"""Where Specific Character Set counts (PS3.5 6.1.2.2)."""

_BEGINNINGS = frozenset({StepKind.SEQUENCE, StepKind.FRAGMENTS})
_ENDS = frozenset({StepKind.SEQUENCE_END, StepKind.FRAGMENTS_END})


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """What stands in an identifier."""

    values: dict[int, str]
    """By tag, decoded, each value without padding; of elements that are not supported, ""."""
    items: dict[int, dict[int, str]]
    """By tag of a sequence: the elements of its first item; of those that are not supported, and of sequences, ""."""
    character_set: str
    crowded: frozenset[int] = frozenset()
    """Tags of the sequences that have more than the one item that a key has (PS3.4 C.2.2.2.6)."""


def read_identifier(data: bytes, transfer_syntax_uid: str) -> Identifier:
    """Read an identifier in the transfer syntax of its presentation context.

    Raises DataError where it cannot be followed or is larger than any sensible one. The first of elements of one tag
    counts.
    """
    syntax = find_transfer_syntax(transfer_syntax_uid)
    if len(data) > LARGEST_IDENTIFIER_BYTES:
        raise DataError(f"it is longer than {LARGEST_IDENTIFIER_BYTES} bytes")
    if syntax is not None and syntax.is_deflated:
        data = inflate(data, LARGEST_IDENTIFIER_BYTES)
    return _Reader(data).read(Encoding.of_transfer_syntax(transfer_syntax_uid))


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._raw: dict[int, tuple[bytes, Encoding]] = {}
        self._raw_items: dict[int, dict[int, bytes]] = {}
        self._crowded: set[int] = set()
        self._depth = 0
        self._sequence = 0
        self._item = 0

    def read(self, encoding: Encoding) -> Identifier:
        for count, step in enumerate(walk(self._data, encoding, find_vr)):
            if count > _MOST_ELEMENTS:
                raise DataError(f"it has more than {_MOST_ELEMENTS} elements and items")
            self._take(step)
        character_set = self._raw.get(CHARACTER_SET, (b"", encoding))[0]
        values = {tag: _decode(tag, raw, of, character_set) for tag, (raw, of) in self._raw.items()}
        items = {tag: decode_item(item, character_set) for tag, item in self._raw_items.items()}
        return Identifier(
            values=values,
            items=items,
            character_set=character_set.decode("ascii", "replace").strip(" \0"),
            crowded=frozenset(self._crowded),
        )

    def _take(self, step: Step) -> None:
        if step.kind is StepKind.ELEMENT:
            self._take_element(step)
        elif step.kind is StepKind.ITEM:
            self._take_item()
        elif step.kind in _BEGINNINGS:
            if self._depth == 0:
                # Of sequences of one tag the first counts, as of elements.
                self._sequence, self._item = step.tag, int(step.tag in self._raw_items)
                self._raw_items.setdefault(step.tag, {})
            elif self._is_in_key:
                self._raw_items[self._sequence].setdefault(step.tag, b"")
            self._depth += 1
        elif step.kind in _ENDS:
            self._depth -= 1

    @property
    def _is_in_key(self) -> bool:
        return self._depth == 1 and self._item == 1

    def _take_item(self) -> None:
        if self._depth == 1:
            self._item += 1
            if self._item > 1:
                self._crowded.add(self._sequence)

    def _take_element(self, step: Step) -> None:
        value = self._data[step.start : step.start + step.length]
        if self._depth == 0:
            self._raw.setdefault(step.tag, (value, step.encoding))
        elif self._is_in_key:
            self._raw_items[self._sequence].setdefault(step.tag, value)


def _decode(tag: int, raw: bytes, encoding: Encoding, character_set: bytes) -> str:
    attribute = find_attribute(tag)
    if attribute is None:
        return "" if tag >> 16 != 8 else raw[:64].decode("ascii", "replace").strip(" \0")
    if attribute.vr == b"US":
        if len(raw) % 2:
            return "?"
        order = "little" if encoding.is_little_endian else "big"
        return "\\".join(str(int.from_bytes(raw[at : at + 2], order)) for at in range(0, len(raw), 2))  # type: ignore[arg-type]  # one of the two
    return decode_values(raw, attribute.vr, character_set)


def decode_item(item: Mapping[int, bytes], character_set: bytes) -> dict[int, str]:
    """The elements of an item, "" for those that are not supported; an item may have a character set of its own."""
    own = item.get(CHARACTER_SET, character_set)
    return {tag: decode_values(raw, ITEM_VRS[tag], own) if tag in ITEM_VRS else "" for tag, raw in item.items()}


def decode_values(raw: bytes, vr: bytes, character_set: bytes) -> str:
    """The text of an element, each of its values without padding; NUL, which no database takes, is left out."""
    if (vr in TEXT_VRS and not raw.isascii()) or b"\x1b" in raw:
        text = decode_text(raw, character_set)
    else:
        text = raw.decode("latin-1")
    text = text.replace("\0", "")
    if vr in {b"LT", b"ST", b"UT"}:
        return text.rstrip(" ")
    return "\\".join(value.strip(" ") for value in text.split("\\")) if "\\" in text else text.strip(" ")
