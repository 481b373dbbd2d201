"""Reads the bytes of identifiers: hostile nesting, lengths and character sets cost an error, not more.

Whatever cannot be read as it is meant is a fault of its element, never the empty value, which everything matches.
"""

from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from typing import Final, Literal

from dicomdesk.dicom.data_sets.character_sets import DecodedText, decode_text_checked
from dicomdesk.dicom.data_sets.deflate import inflate
from dicomdesk.dicom.data_sets.element_walk import Step, StepKind, walk
from dicomdesk.dicom.dictionary import find_vr
from dicomdesk.dicom.encodings import Encoding
from dicomdesk.dicom.query.attributes import CHARACTER_SET, ITEM_VRS, Source, find_attribute
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.errors import DataError
from dicomdesk.records import dataclass

LARGEST_IDENTIFIER_BYTES: Final = 8 << 20
"""A list of 100,000 UIDs fits."""
MOST_UIDS: Final = 100_000
"""In the list that one key is."""
_MOST_ELEMENTS: Final = 20_000
_LARGEST_KEY_BYTES: Final = 16 << 10
"""Of all other keys: whatever the character set, ``identifiers`` takes fewer characters."""
_LONGEST_CHARACTER_SET: Final = 1024

TEXT_VRS: Final = frozenset({b"LO", b"LT", b"PN", b"SH", b"ST", b"UC", b"UT"})
"""Where Specific Character Set counts (PS3.5 6.1.2.2)."""

_BEGINNINGS = frozenset({StepKind.SEQUENCE, StepKind.FRAGMENTS})
_ENDS = frozenset({StepKind.SEQUENCE_END, StepKind.FRAGMENTS_END})


class KeyFault(Enum):
    """Why the value of an element is not known."""

    UNDECODABLE = "undecodable"
    """Its bytes mean nothing in its character set."""
    TOO_LONG = "too long"
    MISPLACED = "misplaced"
    """A sequence where there is to be a value, or the other way round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """What stands in an identifier."""

    values: dict[int, str]
    """By tag, decoded, each value without padding; of elements with a fault, and those that are not supported, ""."""
    items: dict[int, dict[int, str]]
    """By tag of a sequence: the elements of its first item, like ``values``; of sequences in it, ""."""
    character_set: str
    crowded: frozenset[int] = frozenset()
    """Tags of the sequences that have more than the one item that a key has (PS3.4 C.2.2.2.6)."""
    faults: Mapping[int, KeyFault] = field(default_factory=dict)
    """Of elements, by tag."""
    item_faults: Mapping[tuple[int, int], KeyFault] = field(default_factory=dict)
    """Of elements in items, by the tag of the sequence and their own."""


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
        self._faults: dict[int, KeyFault] = {}
        self._item_faults: dict[tuple[int, int], KeyFault] = {}
        self._depth = 0
        self._sequence = 0
        self._item = 0

    def read(self, encoding: Encoding) -> Identifier:
        for count, step in enumerate(walk(self._data, encoding, find_vr)):
            if count > _MOST_ELEMENTS:
                raise DataError(f"it has more than {_MOST_ELEMENTS} elements and items")
            self._take(step)
        character_set = self._raw.get(CHARACTER_SET, (b"", encoding))[0][:_LONGEST_CHARACTER_SET]
        return Identifier(
            values={tag: self._decode(tag, raw, of, character_set) for tag, (raw, of) in self._raw.items()},
            items={tag: self._decode_item(tag, item, character_set) for tag, item in self._raw_items.items()},
            character_set=character_set.decode("ascii", "replace").strip(" \0"),
            crowded=frozenset(self._crowded),
            faults=self._faults,
            item_faults=self._item_faults,
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
                self._item_faults[self._sequence, step.tag] = KeyFault.MISPLACED
            self._depth += 1
        elif step.kind in _ENDS:
            self._depth -= 1

    @property
    def _is_in_key(self) -> bool:
        return self._depth == 1 and self._item == 1

    def _take_item(self) -> None:
        if self._depth != 1:
            return
        self._item += 1
        if self._item > 1:
            self._crowded.add(self._sequence)
        attribute = find_attribute(self._sequence)
        if attribute is not None and attribute.source is not Source.ITEMS:
            self._faults[self._sequence] = KeyFault.MISPLACED

    def _take_element(self, step: Step) -> None:
        value = self._data[step.start : step.start + step.length]
        if self._depth == 0:
            self._raw.setdefault(step.tag, (value, step.encoding))
        elif self._is_in_key:
            self._raw_items[self._sequence].setdefault(step.tag, value)

    def _decode(self, tag: int, raw: bytes, encoding: Encoding, character_set: bytes) -> str:
        attribute = find_attribute(tag)
        if attribute is None:
            return "" if tag >> 16 != 8 else raw[:64].decode("ascii", "replace").strip(" \0")
        if attribute.source is Source.ITEMS:
            text, fault = "", None if _is_blank(raw) else KeyFault.MISPLACED
        elif attribute.vr == b"US" and len(raw) <= _LARGEST_KEY_BYTES:
            text, fault = _decode_words(raw, encoding)
        else:
            text, fault = decode_key(raw, attribute.vr, character_set)
        if fault is not None:
            self._faults.setdefault(tag, fault)
        return text

    def _decode_item(self, sequence: int, item: Mapping[int, bytes], character_set: bytes) -> dict[int, str]:
        """The elements of an item, which may have a character set of its own."""
        own = item.get(CHARACTER_SET, character_set)[:_LONGEST_CHARACTER_SET]
        values = dict.fromkeys(item, "")
        for tag in values.keys() & ITEM_VRS.keys():
            values[tag], fault = decode_key(item[tag], ITEM_VRS[tag], own)
            if fault is not None:
                self._item_faults.setdefault((sequence, tag), fault)
        return values


def _is_blank(raw: bytes) -> bool:
    return not raw.strip(b" \0\\")


def _decode_words(raw: bytes, encoding: Encoding) -> tuple[str, KeyFault | None]:
    if len(raw) % 2:
        return "", KeyFault.UNDECODABLE
    order: Literal["little", "big"] = "little" if encoding.is_little_endian else "big"
    return "\\".join(str(int.from_bytes(raw[at : at + 2], order)) for at in range(0, len(raw), 2)), None


def decode_key(raw: bytes, vr: bytes, character_set: bytes) -> tuple[str, KeyFault | None]:
    """The values of a key, each without padding, or what is wrong with them.

    A key is empty only where its bytes are nothing but padding and delimiters. NUL pads, and is nowhere else.
    """
    if raw.count(b"\\") >= MOST_UIDS if vr == b"UI" else len(raw) > _LARGEST_KEY_BYTES:
        return "", KeyFault.TOO_LONG
    if vr == b"UI" and b"\x1b" in raw:
        return "", KeyFault.UNDECODABLE  # UIDs have no code extensions
    is_latin = _is_latin(raw, vr)
    decoded = (
        DecodedText(raw.decode("latin-1"), is_certain=True) if is_latin else decode_text_checked(raw, character_set)
    )
    text = _without_padding(decoded.text, vr, " \0")
    says_nothing = not text.strip(" \\") and not _is_blank(raw)
    if not decoded.is_certain or "\0" in text or says_nothing:
        return "", KeyFault.UNDECODABLE
    return text, None


def decode_values(raw: bytes, vr: bytes, character_set: bytes) -> str:
    """The text of an element, each of its values without padding and up to a NUL, as DCMTK reads them."""
    text = raw.decode("latin-1") if _is_latin(raw, vr) else decode_text_checked(raw, character_set).text
    text = _without_padding(text, vr, " \0")
    if vr == b"UI" and " " in text:
        text = text.replace(" ", "")  # some writers put them in
    if "\0" in text:
        text = "\\".join(value.partition("\0")[0].rstrip(" ") for value in text.split("\\"))
    return text


def _is_latin(raw: bytes, vr: bytes) -> bool:
    """Whether it can be decoded without its character set."""
    return b"\x1b" not in raw and (raw.isascii() or vr not in TEXT_VRS)


def _without_padding(text: str, vr: bytes, padding: str) -> str:
    if vr in {b"LT", b"ST", b"UT"}:
        return text.rstrip(padding)
    return "\\".join(value.strip(padding) for value in text.split("\\")) if "\\" in text else text.strip(padding)
