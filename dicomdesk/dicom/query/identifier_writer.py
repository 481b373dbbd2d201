"""Writes identifiers: a data set with keys put into it, in the transfer syntax of a presentation context."""

import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from dicomdesk.dicom.data_sets.character_encoding import encode_text
from dicomdesk.dicom.data_sets.deflate import deflate, inflate
from dicomdesk.dicom.data_sets.element_walk import Step, StepKind, describe, walk
from dicomdesk.dicom.data_sets.element_writer import ElementWriter
from dicomdesk.dicom.data_sets.rewriting import Rewriting, rewrite
from dicomdesk.dicom.dictionary import find_vr
from dicomdesk.dicom.encodings import EXPLICIT_LITTLE, Encoding
from dicomdesk.dicom.query.attributes import CHARACTER_SET
from dicomdesk.dicom.query.identifier_reader import LARGEST_IDENTIFIER_BYTES, TEXT_VRS
from dicomdesk.dicom.query.keys import KeyStep, QueryKey
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.dicom.value_representations import US_OR_SS
from dicomdesk.errors import DataError

__all__ = ["EncodedDataSet", "write_identifier"]

_NUMBERS: Final = {b"US": "H", b"SS": "h", b"UL": "I", b"SL": "i", b"UV": "Q", b"SV": "q", b"FL": "f", b"FD": "d"}
_TAG = re.compile(r"\(?([0-9A-Fa-f]{1,4}),([0-9A-Fa-f]{1,4})\)?", re.ASCII)
_DEEPEST: Final = 64
"""Items in items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedDataSet:
    """The bytes of a data set, and what they are written in."""

    data: bytes
    transfer_syntax_uid: str


@dataclass(slots=True)
class _Elements:
    """A data set or an item that is being put together."""

    values: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)
    """VR and value, by tag."""
    sequences: "dict[int, list[_Elements]]" = field(default_factory=dict)


def write_identifier(
    base: EncodedDataSet | None,
    keys: Sequence[QueryKey],
    transfer_syntax_uid: str,
    *,
    character_set: str = "",
    compression_level: int = 6,
) -> bytes:
    """The identifier that has everything of the base, with the keys put in or in the place of what is there.

    With ``character_set`` the keys' text is encoded in it and (0008,0005) says so; without, text goes out as it came
    from a command line, and nothing is said. Group lengths are left out. Raises DataError where the base cannot be
    followed, or a value cannot be written.
    """
    source = EXPLICIT_LITTLE if base is None else Encoding.of_transfer_syntax(base.transfer_syntax_uid)
    elements = _Elements() if base is None else _read(base, source)
    for key in keys:
        _put(elements, key, source, character_set)
    if character_set:
        elements.sequences.pop(CHARACTER_SET, None)
        elements.values[CHARACTER_SET] = b"CS", character_set.encode("ascii", "replace")
    writer = ElementWriter(source)
    _write(writer, elements)
    target = Encoding.of_transfer_syntax(transfer_syntax_uid)
    written = bytes(rewrite(writer.to_bytes(), Rewriting(source=source, target=target)))
    syntax = find_transfer_syntax(transfer_syntax_uid)
    return deflate(written, compression_level) if syntax is not None and syntax.is_deflated else written


def _read(base: EncodedDataSet, encoding: Encoding) -> _Elements:
    syntax = find_transfer_syntax(base.transfer_syntax_uid)
    data = base.data
    if syntax is not None and syntax.is_deflated:
        data = inflate(data, LARGEST_IDENTIFIER_BYTES)
    reader = _Reader()
    for step in walk(data, encoding, find_vr):
        reader.take(step, data)
    return reader.top


class _Reader:
    def __init__(self) -> None:
        self.top = _Elements()
        self._elements = [self.top]
        """That are open, from the outermost to the innermost."""
        self._items: list[list[_Elements]] = []

    def take(self, step: Step, data: bytes) -> None:
        here = self._elements[-1]
        match step.kind:
            case StepKind.ELEMENT if step.tag & 0xFFFF:
                here.values.setdefault(step.tag, (_written_vr(step.vr), data[step.start : step.start + step.length]))
            case StepKind.SEQUENCE:
                self._items.append(here.sequences.setdefault(step.tag, []))
            case StepKind.SEQUENCE_END:
                self._items.pop()
            case StepKind.ITEM:
                self._open_item()
            case StepKind.ITEM_END:
                self._elements.pop()
            case StepKind.FRAGMENTS:
                raise DataError("The query holds compressed pixel data, which has no place in it")

    def _open_item(self) -> None:
        item = _Elements()
        self._items[-1].append(item)
        self._elements.append(item)
        if len(self._elements) > _DEEPEST:
            raise DataError(f"The query has items in items, more than {_DEEPEST} deep")


def _put(elements: _Elements, key: QueryKey, encoding: Encoding, character_set: str) -> None:
    for step in key.path:
        elements = _item(elements, step)
    vr = find_vr(key.tag)
    if vr == b"SQ":
        if key.value:
            raise DataError(f"{describe(key.tag)} is a sequence and has no value")
        elements.values.pop(key.tag, None)
        elements.sequences[key.tag] = []
        return
    elements.sequences.pop(key.tag, None)
    elements.values[key.tag] = _written_vr(vr), _encode(key, vr, encoding, character_set)


def _item(elements: _Elements, step: KeyStep) -> _Elements:
    elements.values.pop(step.tag, None)
    items = elements.sequences.setdefault(step.tag, [])
    while len(items) <= step.item:
        items.append(_Elements())
    return items[step.item]


def _written_vr(vr: bytes) -> bytes:
    return b"US" if vr == US_OR_SS else vr


def _encode(key: QueryKey, vr: bytes, encoding: Encoding, character_set: str) -> bytes:
    if not key.value:
        return b""
    vr = _written_vr(vr)
    order = "<" if encoding.is_little_endian else ">"
    values = key.value.split("\\")
    try:
        if vr in _NUMBERS:
            number = float if vr in {b"FL", b"FD"} else int
            return struct.pack(f"{order}{len(values)}{_NUMBERS[vr]}", *(number(value.strip()) for value in values))
        if vr == b"AT":
            return b"".join(_tag_bytes(value, order) for value in values)
    except (ValueError, OverflowError, struct.error) as error:
        raise DataError(f"{describe(key.tag)} cannot have the value {key.value!r}: {error}") from error
    if not character_set or vr not in TEXT_VRS:
        return key.value.encode("utf-8", "surrogateescape")
    encoded = encode_text(key.value, character_set)
    if encoded is None:
        raise DataError(f"The value of {describe(key.tag)} cannot be written in the character set {character_set}")
    return encoded


def _tag_bytes(value: str, order: str) -> bytes:
    found = _TAG.fullmatch(value.strip())
    if found is None:
        raise ValueError("it is no tag")
    return struct.pack(f"{order}HH", int(found[1], 16), int(found[2], 16))


def _write(writer: ElementWriter, elements: _Elements) -> None:
    for tag in sorted(elements.values.keys() | elements.sequences.keys()):
        if tag in elements.sequences:
            writer.start_sequence(tag)
            _write_items(writer, elements.sequences[tag])
            writer.end_sequence()
        else:
            writer.write_element(tag, *elements.values[tag])


def _write_items(writer: ElementWriter, items: Iterable[_Elements]) -> None:
    for item in items:
        writer.start_item()
        _write(writer, item)
        writer.end_item()
