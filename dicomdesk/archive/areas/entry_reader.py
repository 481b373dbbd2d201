"""Reads index entries from data sets; stops before what the index does not need, such as the pixels."""

import os
import zlib
from collections.abc import Iterator
from dataclasses import field
from functools import lru_cache
from struct import Struct
from typing import Final, Protocol

from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.dicom.data_sets.element_walk import ITEM_DELIMITER, DataSetBytes, StepKind, walk_view
from dicomdesk.dicom.data_sets.file_windows import Window, read_at
from dicomdesk.dicom.data_sets.walk_rule import INVALID_STREAM, Buffer, View, Walk, WholeView
from dicomdesk.dicom.dictionary import find_vr
from dicomdesk.dicom.encodings import (
    DELIMITER_GROUP,
    EXPLICIT_LITTLE,
    IMPLICIT_LITTLE,
    SHORT_VRS,
    UNDEFINED_LENGTH,
    Encoding,
)
from dicomdesk.dicom.files.part10 import find_data_set, read_open_header
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.dicom.query.attributes import (
    ATTRIBUTES,
    CHARACTER_SET,
    ITEM_VRS,
    SERIES_INSTANCE_UID,
    SOP_CLASS_UID,
    SOP_INSTANCE_UID,
    STUDY_INSTANCE_UID,
    TIMEZONE_OFFSET,
    Source,
)
from dicomdesk.dicom.query.identifier_reader import decode_values
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.errors import DataError, InvalidUidError, TruncatedError
from dicomdesk.records import dataclass

_LONGEST_VALUE: Final = 1 << 16
_UNLIMITED_MOVES: Final = 1 << 62
_INFLATED_STARTS: Final = (1 << 20, 1 << 24)
"""So much of a deflated data set is inflated, and that where what is wanted lies behind long elements."""
_VRS: Final = {attribute.tag: attribute.vr for attribute in ATTRIBUTES if attribute.source is Source.COLUMN} | {
    CHARACTER_SET: b"CS",
    TIMEZONE_OFFSET: b"SH",
}
_SEQUENCES: Final = {
    attribute.tag: frozenset((CHARACTER_SET, *attribute.item_tags)) for attribute in ATTRIBUTES if attribute.item_tags
}
"""What is read of the items of each; they may have a character set of their own (PS3.3 C.12.1.1.2)."""
_LAST: Final = max(*_VRS, *_SEQUENCES)
_LAST_GROUP: Final = _LAST >> 16
_WANTED_LITTLE: Final = {(tag & 0xFFFF) << 16 | tag >> 16: tag for tag in (*_VRS, *_SEQUENCES)}
"""The tags as a little endian number of four bytes reads, to the tags."""
_SKIMMED: Final = {EXPLICIT_LITTLE: Struct("<I2sH").unpack_from, IMPLICIT_LITTLE: Struct("<IIH").unpack_from}
"""Tag, VR and length; in implicit VR tag, length, and the two bytes that the value begins with."""
_IDENTIFYING: Final = frozenset((SOP_CLASS_UID, SOP_INSTANCE_UID, STUDY_INSTANCE_UID, SERIES_INSTANCE_UID))
"""Until these are there the search goes on, also in data sets whose elements are not in order."""
_LONGEST_REMEMBERED: Final = 256
_MOST_ITEMS: Final = 100

_Items = dict[int, tuple[dict[int, bytes], ...]]


@dataclass(slots=True)
class _Found:
    """Encoded values of a data set that the index wants."""

    raw: dict[int, bytes] = field(default_factory=dict)
    items: _Items = field(default_factory=dict)
    is_enough: bool = False
    """Whether what follows need not be looked at."""


class _Readable(View, Protocol):
    """Window of which values are read, too."""

    def read(self, offset: int, size: int) -> Buffer:
        """Return up to ``size`` bytes from ``offset``, as far as they are there."""


def read_entry(file: str, *, area: str, path: str, received: float | None = 0.0) -> IndexEntry:
    """Read the entry of a Part 10 file or bare data set; ``path`` is what the index will know it by.

    With None it was received when the file was changed last.
    Raises DataError for what is not DICOM, InvalidUidError for what has no SOP Class or Instance UID; OSError passes.
    """
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0))
    try:
        status = os.fstat(descriptor)
        size, received = status.st_size, status.st_mtime if received is None else received
        window = Window.of_file(descriptor, size, _UNLIMITED_MOVES)
        offset, syntax = find_data_set(window)
        if 0 < offset < size and not _is_deflated(syntax):
            found = _collect(window, offset, Encoding.of_transfer_syntax(syntax))
            return _entry(found, syntax, area=area, path=path, size_bytes=size, received=received)
        header = read_open_header(descriptor, size, InputFormat.FILE_OR_DATA_SET, is_brief=True, takes_rest=True)
        if header.data_set_length == 0:
            raise InvalidUidError("the file holds no data set")
        offset, syntax = header.data_set_offset, header.transfer_syntax_uid
        return entry_of_open_file(descriptor, offset, size, syntax, area=area, path=path, received=received)
    finally:
        os.close(descriptor)


def entry_of_open_file(  # noqa: PLR0913 - a place, and what the entry says of it
    descriptor: int,
    offset: int,
    size_bytes: int,
    transfer_syntax_uid: str,
    *,
    area: str,
    path: str,
    received: float = 0.0,
) -> IndexEntry:
    """Make the entry of the data set at ``offset`` of an open file of that size; its position is not moved.

    Raises as ``entry_of_data_set``, and TruncatedError where the file is cut meanwhile; OSError passes.
    """
    if _is_deflated(transfer_syntax_uid):
        start = read_at(descriptor, _INFLATED_STARTS[-1], offset)
        return entry_of_data_set(
            start, transfer_syntax_uid, area=area, path=path, size_bytes=size_bytes, received=received
        )
    window = Window.of_file(descriptor, size_bytes, _UNLIMITED_MOVES)
    found = _collect(window, offset, Encoding.of_transfer_syntax(transfer_syntax_uid))
    return _entry(found, transfer_syntax_uid, area=area, path=path, size_bytes=size_bytes, received=received)


def entry_of_data_set(
    data: DataSetBytes,
    transfer_syntax_uid: str,
    *,
    area: str,
    path: str,
    size_bytes: int,
    received: float = 0.0,
) -> IndexEntry:
    """Make the entry of an encoded data set, or of so much of its start as holds everything before group 0041.

    Raises InvalidUidError where it has no SOP Class or Instance UID; what cannot be followed counts as absent.
    """
    encoding = Encoding.of_transfer_syntax(transfer_syntax_uid)
    found = _Found()
    for start in _inflate_starts(data) if _is_deflated(transfer_syntax_uid) else (data,):
        found = _collect(WholeView(start), 0, encoding)
        if found.is_enough:
            break
    return _entry(found, transfer_syntax_uid, area=area, path=path, size_bytes=size_bytes, received=received)


def _is_deflated(transfer_syntax_uid: str) -> bool:
    syntax = find_transfer_syntax(transfer_syntax_uid)
    return syntax is not None and syntax.is_deflated


def _entry(
    found: _Found,
    transfer_syntax_uid: str,
    *,
    area: str,
    path: str,
    size_bytes: int,
    received: float,
) -> IndexEntry:
    raw, items = found.raw, found.items
    is_little_endian = Encoding.of_transfer_syntax(transfer_syntax_uid).is_little_endian
    character_set = raw.get(CHARACTER_SET, b"")
    values: dict[int, str] = {}
    for tag, value in raw.items():
        if tag == SOP_INSTANCE_UID or len(value) > _LONGEST_REMEMBERED:
            text = decode_values(value, _VRS[tag], character_set)
        else:
            text = _text(value, _VRS[tag], character_set, is_little_endian)
        if text:
            values[tag] = text
    for tag, name in ((SOP_CLASS_UID, "SOP Class UID"), (SOP_INSTANCE_UID, "SOP Instance UID")):
        if not values.get(tag):
            raise InvalidUidError(f"the data set has no {name}")
    return IndexEntry(
        area=area,
        path=path,
        size_bytes=size_bytes,
        transfer_syntax_uid=transfer_syntax_uid.replace("\0", ""),
        character_set=character_set.decode("ascii", "replace").replace("\0", "").strip(),
        values=values,
        items={tag: tuple(_decode_item(item, character_set) for item in found) for tag, found in items.items()},
        received=received,
    )


@lru_cache(4096)
def _text(value: bytes, vr: bytes, character_set: bytes, is_little_endian: bool) -> str:  # noqa: FBT001 - key of a cache
    """The text of a value; the instances of a series have most of theirs in common."""
    words = _words(value, is_little_endian=is_little_endian) if vr == b"US" else ""
    return words or decode_values(value, vr, character_set)


def _decode_item(item: dict[int, bytes], character_set: bytes) -> dict[int, str]:
    own = item.get(CHARACTER_SET, character_set)
    return {tag: decode_values(value, ITEM_VRS[tag], own) for tag, value in item.items() if tag in ITEM_VRS}


def _words(value: bytes, *, is_little_endian: bool) -> str:
    order = "<" if is_little_endian else ">"
    from struct import iter_unpack  # noqa: PLC0415  # for images only

    return "\\".join(str(number) for (number,) in iter_unpack(order + "H", value[: len(value) & ~1]))


def _collect(window: _Readable, position: int, encoding: Encoding) -> _Found:
    """Read what is wanted of the data set at ``position``, inflated."""
    found = _Found()
    raw, items = found.raw, found.items
    while position >= 0:
        position = window.base + _skim(window.buffer, position - window.base, encoding, raw)
        if not window.show(position, 12) and window.available(position) < 8:
            break
        element = encoding.read_element(window.buffer, position - window.base)
        if element is None:
            break
        group, number, vr, header_bytes, length = element
        tag = group << 16 | number
        if tag > _LAST and raw.keys() >= _IDENTIFYING:
            found.is_enough = True
            break
        start = position + header_bytes
        if tag in _SEQUENCES:
            position = _read_sequence(window, encoding, tag, items, position)
        elif (
            vr == b"SQ"
            or length == UNDEFINED_LENGTH
            or (not vr and bytes(window.read(start, 4)) in encoding.sequence_starts)
        ):
            position = _pass_over(window, encoding, position)
        elif tag == ITEM_DELIMITER:
            position = start
        elif start + length > window.size:
            break
        else:
            if tag in _VRS and tag not in raw:
                raw[tag] = _value(window, start, length)
            position = start + length
    return found


def _skim(buffer: Buffer, position: int, encoding: Encoding, raw: dict[int, bytes]) -> int:
    """Take plain little endian elements as long as they are in view; return where the first other is."""
    unpack, is_implicit, short, wanted = _SKIMMED.get(encoding), not encoding.is_explicit_vr, SHORT_VRS, _WANTED_LITTLE
    end = len(buffer)
    last = end - 12
    while unpack is not None and 0 <= position <= last:
        tag, third, length = unpack(buffer, position)
        if is_implicit:
            if length == DELIMITER_GROUP or third > _LONGEST_VALUE:  # no length, but what the value begins with
                break
            length = third
        elif third not in short:
            break
        following: int = position + 8 + length
        if following > end or tag & 0xFFFF > _LAST_GROUP:
            break
        if tag in wanted:
            own = wanted[tag]
            if own in _SEQUENCES:
                break
            raw.setdefault(own, bytes(buffer[position + 8 : following]))
        position = following
    return position


def _value(window: _Readable, start: int, length: int) -> bytes:
    """Return a value, as far as it is of interest; raise TruncatedError where the file has been cut meanwhile."""
    wanted = min(length, _LONGEST_VALUE)
    value = bytes(window.read(start, wanted))
    if len(value) < wanted:
        raise TruncatedError(INVALID_STREAM)
    return value


def _pass_over(window: _Readable, encoding: Encoding, position: int) -> int:
    """Return where the element ends, items and all; -1 where nothing follows."""
    try:
        return Walk(window, encoding, find_vr, notes_creators=False, takes_rest=True).pass_over(position)
    except DataError:
        return -1


def _read_sequence(window: _Readable, encoding: Encoding, tag: int, items: _Items, position: int) -> int:
    """Take what is wanted of the sequence at ``position``; return where what follows it is, as above."""
    wanted = _SEQUENCES.get(tag, frozenset())
    found: list[dict[int, bytes]] = []
    depth = 0
    try:
        for step in walk_view(window, position, encoding, find_vr, takes_rest=True):
            kind = step.kind
            if kind in {StepKind.SEQUENCE, StepKind.FRAGMENTS}:
                depth += 1
            elif kind in {StepKind.SEQUENCE_END, StepKind.FRAGMENTS_END}:
                depth -= 1
            elif kind is StepKind.ITEM and depth == 1 and len(found) < _MOST_ITEMS:
                found.append({})
            elif kind is StepKind.ELEMENT and depth == 1 and found and step.tag in wanted:
                found[-1].setdefault(step.tag, _value(window, step.start, step.length))
            if depth == 0:
                if wanted and any(found):
                    items.setdefault(tag, tuple(found))
                return step.start + (step.length if kind is StepKind.ELEMENT else 0)
    except DataError:
        return -1
    return -1


def _inflate_starts(data: DataSetBytes) -> Iterator[bytes]:
    """Yield the start of what a stream becomes, and then a longer one."""
    for limit in _INFLATED_STARTS:
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            yield stream.decompress(memoryview(data)[:limit], limit)
        except zlib.error:
            return
        if stream.eof:
            return
