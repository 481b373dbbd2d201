"""Values of elements as text, as DCMTK's tools write them."""

import math
from struct import unpack_from

from dicomdesk.dicom.documents.data_set import UNKNOWN_VR, Element

STRING_VRS = frozenset(b"AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT".split())
SINGLE_VALUED = frozenset((b"LT", b"ST", b"UT", b"UR"))
"""Where a backslash is a character like others (PS3.5 6.2)."""
TRAILING_ONLY = frozenset((b"LT", b"ST", b"UT", b"UR", b"UC"))
"""Where leading blanks belong to the value."""

_INTEGERS = {
    b"US": (2, "<H"),
    b"xs": (2, "<H"),
    b"SS": (2, "<h"),
    b"UL": (4, "<I"),
    b"SL": (4, "<i"),
    b"OL": (4, "<I"),
    b"SV": (8, "<q"),
    b"UV": (8, "<Q"),
    b"OV": (8, "<Q"),
}
_FLOATS = {b"FL": (4, "<f", 9), b"OF": (4, "<f", 9), b"FD": (8, "<d", 17), b"OD": (8, "<d", 17)}
_WHOLE = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"UN", UNKNOWN_VR))
"""One value, however long."""


def numbers_of(element: Element) -> list[int | float] | None:
    """The numbers of a value, None where its VR has none."""
    known = _INTEGERS.get(element.vr) or _FLOATS.get(element.vr)
    if known is None:
        return None
    size, form = known[:2]
    return [unpack_from(form, element.value, at)[0] for at in range(0, len(element.value) - size + 1, size)]


def tags_of(element: Element) -> list[int]:
    """The tags that are the value of an element of VR AT."""
    value = element.value
    found = [unpack_from("<HH", value, at) for at in range(0, len(value) - 3, 4)]
    return [group << 16 | number for group, number in found]


def count_values(element: Element) -> int:
    """The value multiplicity."""
    vr, value = element.vr, element.value
    if element.items is not None or vr in _WHOLE:
        return 1
    if not value:
        return 0
    if vr in _INTEGERS or vr in _FLOATS:
        return len(value) // (_INTEGERS.get(vr) or _FLOATS[vr])[0]
    if vr == b"AT":
        return len(value) // 4
    return 1 if vr in SINGLE_VALUED else value.count(b"\\") + 1


def shown_tag(tag: int) -> str:
    """A tag without parentheses: "0010,0020"."""
    return f"{tag >> 16:04x},{tag & 0xFFFF:04x}"


def words_text(element: Element) -> str | None:
    """The values of numbers and tags, joined by backslashes; None for other VRs."""
    if element.vr == b"AT":
        return "\\".join(f"({shown_tag(tag)})" for tag in tags_of(element))
    numbers = numbers_of(element)
    if numbers is None:
        return None
    digits = _FLOATS[element.vr][2] if element.vr in _FLOATS else 0
    return "\\".join(float_text(float(number), digits) if digits else str(number) for number in numbers)


def float_text(number: float, digits: int) -> str:
    """A number with so many significant digits, or fewer where these say the same."""
    if number == 0:
        return "0"
    text = f"{number:.{digits}g}"
    if digits < 17 or not math.isfinite(number):
        return text
    shorter = f"{number:.16g}"
    return shorter if ("e" in shorter) == ("e" in text) and float(shorter) == number else text


def bytes_text(element: Element) -> str:
    """The bytes, or the words of VR OW, in hexadecimal digits."""
    value = element.value
    if element.vr == b"OW":
        return "\\".join(f"{unpack_from('<H', value, at)[0]:04x}" for at in range(0, len(value) - 1, 2))
    return value.hex("\\")
