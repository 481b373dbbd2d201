"""Data sets in the DICOM JSON model (PS3.18 F.2)."""

import math
from base64 import b64encode
from collections.abc import Mapping, Sequence

from dicomdesk.dicom.documents.data_set import CHARACTER_SET, DataSet, Element, Item, written_vr
from dicomdesk.dicom.documents.element_text import text_values
from dicomdesk.dicom.documents.value_text import STRING_VRS, numbers_of, tags_of

__all__ = ["Json", "json_object"]

Json = str | int | float | None | Sequence["Json"] | Mapping[str, "Json"]
"""What a JSON document is made of."""

_BASE64 = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"UN"))
_NAME_GROUPS = ("Alphabetic", "Ideographic", "Phonetic")
_UTF_8 = "ISO_IR 192"


def json_object(data_set: DataSet) -> dict[str, Json]:
    """The attributes of a data set by tag, eight hexadecimal digits in upper case.

    JSON is UTF-8: Specific Character Set says so wherever it stands. Group lengths are left out.
    """
    return _object(data_set, data_set.character_set)


def _object(item: Item, character_set: bytes) -> dict[str, Json]:
    own = item.elements.get(CHARACTER_SET)
    if own is not None:
        character_set = own.value
    return {
        f"{element.tag:08X}": _attribute(element, character_set) for element in item.in_order() if element.tag & 0xFFFF
    }


def _attribute(element: Element, character_set: bytes) -> dict[str, Json]:
    vr = written_vr(element.vr)
    made: dict[str, Json] = {"vr": vr.decode("latin-1")}
    if element.items is not None:
        values: list[Json] = [_object(item, character_set) for item in element.items]
    elif vr in _BASE64:
        if element.value:
            made["InlineBinary"] = b64encode(element.value).decode("ascii")
        return made
    else:
        values = _values(element, vr, character_set)
    if values:
        made["Value"] = values
    return made


def _values(element: Element, vr: bytes, character_set: bytes) -> list[Json]:
    if element.tag == CHARACTER_SET:
        return [_UTF_8] if element.value else []
    if vr == b"AT":
        return [f"{tag:08X}" for tag in tags_of(element)]
    if vr not in STRING_VRS:
        return [_number(number) for number in numbers_of(element) or []]
    texts = text_values(element, character_set)
    if not any(texts):
        return []
    if vr == b"PN":
        return [_name(text) for text in texts]
    if vr in (b"DS", b"IS"):
        return [_number_of_text(text) for text in texts]
    return [text or None for text in texts]


def _number(number: float) -> Json:
    """JSON has no number that is infinite or none: these are strings (PS3.18 F.2.3)."""
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _number_of_text(text: str) -> Json:
    """A number where the text is one that reads the same again, else the text itself (PS3.18 F.2.2, table F.2.3-1)."""
    if not text:
        return None
    try:
        return int(text) if text.isascii() and text.lstrip("+-").isdigit() and len(text) <= 12 else _finite(text)
    except ValueError:
        return text


def _finite(text: str) -> Json:
    number = float(text) if len(text) <= 16 and "_" not in text else math.nan
    return number if math.isfinite(number) else text


def _name(text: str) -> Json:
    groups = text.split("=")
    made = {name: group for name, group in zip(_NAME_GROUPS, groups, strict=False) if group}
    return made or None
