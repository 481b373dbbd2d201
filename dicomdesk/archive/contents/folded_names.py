"""Comparable forms of values: names without case and accents, dates and times of full length.

The index keeps these forms beside the values, and queries are brought into the same forms; both sides use the functions
here, so that what matches does not depend on who wrote it.
"""

import re
import unicodedata
from datetime import datetime, timedelta

_LATE_FRACTION = "999999"
_LATEST = "235959"
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "ħ": "h", "ŧ": "t"}
)
"""Letters with strokes and ligatures, which Unicode does not decompose."""

_DATE = re.compile(r"\d{8}", re.ASCII)
_OLD_DATE = re.compile(r"(\d{4})[.](\d{2})[.](\d{2})", re.ASCII)
_TIME = re.compile(r"(\d{2})(?::?(\d{2})(?::?(\d{2})(?:\.(\d{1,6})\d*)?)?)?", re.ASCII)
_DATE_TIME = re.compile(
    r"(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.(\d{1,6})\d*)?)?)?)?)?)?([+-](?:0\d|1[0-4])[0-5]\d)?",
    re.ASCII,
)


def fold(text: str) -> str:
    """The text in capitals and without accents; the wildcards * and ? stay."""
    if text.isascii():
        return text.upper()
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return unicodedata.normalize("NFC", "".join(sign for sign in apart if not "\u0300" <= sign <= "\u036f")).upper()


def without_accents(text: str) -> str:
    """The text without accents, its case kept."""
    folded = "".join(fold(sign) if sign.isupper() else fold(sign).lower() for sign in text)
    return unicodedata.normalize("NFC", folded)


def fold_name(group: str) -> str:
    """One component group of a person name, folded; without empty components at its end (PS3.5 6.2.1.1)."""
    return "^".join(component.strip() for component in fold(group).split("^")).rstrip("^ ")


def name_groups(name: str) -> tuple[str, str, str]:
    """The alphabetic, ideographic and phonetic group of a person name, folded; "" for one that is absent."""
    groups = [fold_name(group) for group in name.split("=", 3)[:3]]
    groups += [""] * (3 - len(groups))
    return groups[0], groups[1], groups[2]


def sortable_date(value: str) -> str:
    """A date as YYYYMMDD; what is no date stays as it is."""
    old = _OLD_DATE.fullmatch(value)
    return "".join(old.groups()) if old else value


def is_date(value: str) -> bool:
    """Whether this is YYYYMMDD."""
    return _DATE.fullmatch(value) is not None


def time_span(value: str) -> tuple[str, str] | None:
    """The first and last moment that a time of any precision can mean, as HHMMSS.FFFFFF; None when it is no time."""
    match = _TIME.fullmatch(value)
    if match is None:
        return None
    digits = "".join(part or "" for part in match.groups()[:3])
    fraction = match.group(4) or ""
    first = digits.ljust(6, "0") + "." + fraction.ljust(6, "0")
    last = digits + _LATEST[len(digits) :] + "." + fraction + _LATE_FRACTION[len(fraction) :]
    return first, last


def sortable_time(value: str) -> str:
    """The first moment that a time can mean; "" when it is no time."""
    span = time_span(value)
    return span[0] if span else ""


def date_time_span(value: str, offset: str = "") -> tuple[str, str] | None:
    """The first and last moment of a date time, as YYYYMMDDHHMMSS.FFFFFF; None when it is none.

    One with an offset from UTC, or where ``offset`` ("+0100") is known otherwise, is brought to UTC.
    """
    match = _DATE_TIME.fullmatch(value)
    if match is None:
        return None
    *parts, fraction, own_offset = match.groups()
    digits = "".join(part or "" for part in parts)
    fraction = fraction or ""
    first = digits + "00000101000000"[len(digits) :] + "." + fraction.ljust(6, "0")
    last = digits + _last_of(digits) + "." + fraction + _LATE_FRACTION[len(fraction) :]
    shift = own_offset or offset
    if not shift:
        return first, last
    return _to_utc(first, shift), _to_utc(last, shift)


def _last_of(digits: str) -> str:
    if len(digits) == 6:
        return f"{_days_in(digits)}{_LATEST}"
    return ("00001231" + _LATEST)[len(digits) :]


def _days_in(month: str) -> str:
    year, number = int(month[:4]), int(month[4:])
    if number == 2:
        return "29" if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else "28"
    return "30" if number in {4, 6, 9, 11} else "31"


def _to_utc(moment: str, offset: str) -> str:
    try:
        local = datetime.strptime(moment, "%Y%m%d%H%M%S.%f")  # noqa: DTZ007  # the offset is applied here
        minutes = int(offset[1:3]) * 60 + int(offset[3:5])
        utc = local - timedelta(minutes=minutes if offset[0] == "+" else -minutes)
    except (ValueError, OverflowError):
        return moment
    return f"{utc.year:04d}{utc:%m%d%H%M%S.%f}"


def sortable_date_time(value: str, offset: str = "") -> str:
    """The first moment of a date time; "" when it is none."""
    span = date_time_span(value, offset)
    return span[0] if span else ""
