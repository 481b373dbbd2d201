"""New values of a correction as words (``PatientID=4711``), checked by what the standard allows (PS3.5 6.2)."""

import re
from collections.abc import Sequence
from typing import Final

from dicomdesk.dicom.dictionary import find_name
from dicomdesk.dicom.query.attributes import ATTRIBUTES, Attribute, Level, Source
from dicomdesk.errors import SettingsError

__all__ = ["read_values"]

_LONGEST: Final = {b"CS": 16, b"SH": 16, b"LO": 64, b"AS": 4, b"DS": 16, b"IS": 12, b"LT": 10240, b"TM": 14, b"DA": 8}
_LONGEST_NAME: Final = 64
_FORMS: Final = {
    b"AS": (re.compile(r"\d{3}[DWMY]"), "three digits and D, W, M or Y, as 042Y"),
    b"CS": (re.compile(r"[A-Z0-9 _]*"), "capital letters, digits, blanks and underscores"),
    b"DA": (re.compile(r"\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"), "a date as 20261130"),
    b"DS": (re.compile(r"[+-]?\d*\.?\d+([eE][+-]?\d+)?"), "a decimal number"),
    b"IS": (re.compile(r"[+-]?\d+"), "a whole number"),
    b"TM": (re.compile(r"([01]\d|2[0-3])([0-5]\d([0-5]\d(\.\d{1,6})?)?)?"), "a time as 101500"),
}
_BY_NAME: Final = {
    name.lower(): attribute
    for attribute in ATTRIBUTES
    if attribute.source is Source.COLUMN and attribute.level is not Level.IMAGE and attribute.vr != b"UI"
    for name in (attribute.keyword, f"{attribute.tag:08X}")
}
"""What can be corrected: what is said of patient, study and series."""


def read_values(words: Sequence[str]) -> dict[int, str | None]:
    """Read values by tag from words KEY=VALUE; a key is a keyword in any case or a tag. Raises SettingsError."""
    values: dict[int, str | None] = {}
    for word in words:
        name, is_given, value = word.partition("=")
        attribute = _BY_NAME.get(name.strip("()").replace(",", "").lower())
        if not is_given:
            raise SettingsError(f'"{word}" is not KEY=VALUE')
        if attribute is None:
            raise SettingsError(f"{name} can not be corrected, only what is said of patient, study and series can be")
        _check(attribute, value)
        values[attribute.tag] = value
    return values


def _check(attribute: Attribute, value: str) -> None:
    name, vr = find_name(attribute.tag) or attribute.keyword, attribute.vr
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in value) and vr != b"LT":
        raise SettingsError(f"The value of {name} has control characters")
    for one in value.split("\\") if attribute.is_multiple or vr == b"LT" else [value]:
        _check_one(name, vr, one)


def _check_one(name: str, vr: bytes, value: str) -> None:
    if "\\" in value:
        raise SettingsError(f"{name} has one value only, and a backslash would make it two")
    if value != value.strip(" ") and vr != b"LT":
        raise SettingsError(f"The value of {name} begins or ends with blanks")
    longest = _LONGEST_NAME if vr == b"PN" else _LONGEST.get(vr, _LONGEST_NAME)
    for part in value.split("=") if vr == b"PN" else [value]:
        if len(part) > longest:
            raise SettingsError(f"The value of {name} is longer than {longest} characters")
    if vr == b"PN" and (value.count("=") > 2 or any(part.count("^") > 4 for part in value.split("="))):
        raise SettingsError(f"The value of {name} is no name: family^given^middle^prefix^suffix, three groups at most")
    form = _FORMS.get(vr)
    if value and form is not None and form[0].fullmatch(value) is None:
        raise SettingsError(f"The value of {name} must be {form[1]}")
