"""Keys as people write them on a command line, laid over a data set: ``0040,0100[0].Modality=CT``.

A key is a path, and perhaps a value behind the first equals sign. A path is a tag or a name of the dictionary; after a
sequence the number of an item may follow in brackets, a dot, and a path in that item. Items that are not there are
made. Faults are told in the words of DCMTK.
"""

import re
from struct import pack

from dicomdesk.dicom.dictionary import find_tag, find_vr
from dicomdesk.dicom.documents.data_set import UNKNOWN_VR, Element, Item
from dicomdesk.dicom.documents.value_text import STRING_VRS
from dicomdesk.dicom.sop_classes import find_uid_by_symbol
from dicomdesk.dicom.value_representations import padding_byte
from dicomdesk.errors import DataError

__all__ = ["KeyPathError", "apply_key", "find_tag_of", "open_item", "set_value"]

_TAG = re.compile(r"\s*([0-9a-fA-F]{1,4})\s*,\s*([0-9a-fA-F]{1,4})")
_ITEM_NUMBER = re.compile(r"\[\s*([+-]?\d+)[^\]]*\]")
_LARGEST_ITEM_NUMBER = 9_999
_BEGINNING_OF_NUMBER = re.compile(r"\s*([+-]?)(\d+)")
_BEGINNING_OF_FLOAT = re.compile(r"\s*[+-]?(?:inf(?:inity)?|nan|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)", re.IGNORECASE)
_BEGINNING_OF_BYTES = re.compile(r"\s*([0-9a-fA-F]+)")
_TAG_VALUE = re.compile(r"\s*\(\s*([0-9a-fA-F]{1,4})\s*,\s*([0-9a-fA-F]{1,4})")
_INTEGER_BYTES = {b"US": 2, b"SS": 2, b"xs": 2, b"UL": 4, b"SL": 4, b"OL": 4, b"SV": 8, b"UV": 8, b"OV": 8}
_FLOAT_FORMS = {b"FL": "<f", b"OF": "<f", b"FD": "<d", b"OD": "<d"}
_DELIMITER_GROUP = 0xFFFE


class KeyPathError(DataError):
    """A key cannot be understood; ``condition`` is what DCMTK's tools say, with their number of it."""

    def __init__(self, text: str, number: str = "0001:0019") -> None:
        super().__init__(text)
        self.condition = f"{number} {text}"


def apply_key(data_set: Item, text: str) -> None:
    """Put a key into a data set, over what is there; the empty key is none.

    Raises KeyPathError; an element whose value is wrong is there then, empty where it was not before.
    The value goes out as it is written: as UTF-8, or as the bytes that it had on the command line.
    """
    if not text:
        return
    path, equals, value = text.partition("=")
    if not path:
        raise KeyPathError("Illegal parameter", "0000:0001")
    item: Item = data_set
    while True:
        tag, rest = _read_tag(path)
        if not rest:
            set_value(item, tag, value if equals else "")
            return
        if _vr_of(item, tag) != b"SQ":
            raise KeyPathError("Invalid Path: Non-sequence tag found with rest path following")
        number, path = _read_item_number(rest)
        item = open_item(item, tag, number)
        if not path:
            if value:
                raise KeyPathError("Cannot insert value into path ending with item or sequence")
            return


def find_tag_of(text: str) -> int | None:
    """The tag of a whole key without value: ``0010,0010``, ``(0010,0010)`` or a name; None where it is none."""
    try:
        tag, rest = _read_tag(text)
    except KeyPathError:
        return None
    return None if rest else tag


def _read_tag(path: str) -> tuple[int, str]:
    """The tag that a path begins with, and what follows it: an item number, or nothing."""
    if path.startswith("("):
        end = path.find(")")
        found = _TAG.match(path, 1, end) if end > 0 else None
        if found is None:
            raise KeyPathError(f"Unable to parse tag at beginning of path: {path}")
        rest = path[end + 1 :]
    else:
        head, bracket, tail = path.partition("[")
        rest = bracket + tail
        found = _TAG.match(head)
        if found is None:
            tag = find_tag(head)
            if tag is None:
                raise KeyPathError(f"Unable to parse tag/dictionary name at beginning of path: {head}")
            return tag, rest
    return int(found[1], 16) << 16 | int(found[2], 16), rest


def _read_item_number(rest: str) -> tuple[int, str]:
    """The number in the brackets that a path begins with, and the path behind them, without its dot."""
    if rest.startswith("[*]"):
        raise KeyPathError("Item wildcard '*' found in path but wildcards disabled")
    found = _ITEM_NUMBER.match(rest)
    if found is None:
        raise KeyPathError(f"Unable to parse item number at beginning of path: {rest}")
    number = int(found[1])
    if number < 0:
        raise KeyPathError(f"Negative item number (not permitted) at beginning of path: {rest}")
    if number > _LARGEST_ITEM_NUMBER:
        raise KeyPathError(f"Item number beyond {_LARGEST_ITEM_NUMBER} at beginning of path: {rest}")
    return number, rest[found.end() + 1 :]


def _vr_of(item: Item, tag: int) -> bytes:
    """As the element has it that is there, else by the dictionary."""
    known = item.elements.get(tag)
    if known is not None:
        return known.vr
    found = find_vr(tag, item.find_creator(tag))
    return UNKNOWN_VR if found == b"UN" else found


def open_item(item: Item, tag: int, number: int) -> Item:
    """The item of a sequence, made where it is not there, with those before it; raises KeyPathError for no sequence."""
    sequence = item.elements.setdefault(tag, Element(tag, b"SQ", items=[]))
    if sequence.items is None:
        raise KeyPathError("Invalid Path: Non-sequence tag found with rest path following")
    while len(sequence.items) <= number:
        sequence.items.append(Item())
    return sequence.items[number]


def set_value(item: Item, tag: int, value: str) -> None:
    """Give an element a value that is written as text, "" for an empty one. Raises KeyPathError."""
    if tag >> 16 == _DELIMITER_GROUP:
        raise KeyPathError("Illegal call, perhaps wrong parameters", "0001:0007")
    vr = _vr_of(item, tag)
    if vr == b"SQ":
        if value:
            raise KeyPathError("Cannot insert value into path ending with item or sequence")
        item.elements.setdefault(tag, Element(tag, vr, items=[]))
        return
    try:
        encoded = _encode(vr, value) if value else b""
    except KeyPathError:
        item.elements.setdefault(tag, Element(tag, vr))
        raise
    padding = padding_byte(vr) if len(encoded) % 2 else b""
    creator = item.find_creator(tag)
    item.elements[tag] = Element(tag, vr, encoded + padding, creator=creator, own_bytes=len(encoded))


def _encode(vr: bytes, value: str) -> bytes:
    """The value of a VR, without padding; raises KeyPathError for what it cannot have."""
    if vr == b"UI" and value.startswith("="):
        value = find_uid_by_symbol(value[1:]) or ""
    if vr in STRING_VRS:
        return value.encode("utf-8", "surrogateescape")
    parts = value.split("\\")
    if vr in _INTEGER_BYTES:
        return b"".join(_encode_integer(part, _INTEGER_BYTES[vr]) for part in parts)
    if vr in _FLOAT_FORMS:
        return b"".join(pack(_FLOAT_FORMS[vr], _read_float(part, _FLOAT_FORMS[vr])) for part in parts)
    if vr == b"AT":
        return b"".join(map(_encode_tag, parts))
    size = 2 if vr == b"OW" else 1
    return b"".join(_encode_hexadecimal(part, size) for part in parts)


def _encode_integer(part: str, size: int) -> bytes:
    found = _BEGINNING_OF_NUMBER.match(part)
    if found is None:
        raise _corrupted()
    number = int(found[2][:40]) * (-1 if found[1] == "-" else 1)
    return (number % (1 << 8 * size)).to_bytes(size, "little")


def _read_float(part: str, form: str) -> float:
    found = _BEGINNING_OF_FLOAT.match(part)
    if found is None:
        raise _corrupted()
    number = float(found[0])
    try:
        pack(form, number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")
    return number


def _encode_tag(part: str) -> bytes:
    found = _TAG_VALUE.match(part)
    if found is None:
        raise _corrupted()
    return pack("<HH", int(found[1], 16), int(found[2], 16))


def _encode_hexadecimal(part: str, size: int) -> bytes:
    found = _BEGINNING_OF_BYTES.match(part)
    if found is None:
        raise _corrupted()
    return (int(found[1][:40], 16) % (1 << 8 * size)).to_bytes(size, "little")


def _corrupted() -> KeyPathError:
    return KeyPathError("Corrupted data", "0001:0006")
