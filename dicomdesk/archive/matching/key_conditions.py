"""SQL conditions for key values, by the VR of their attribute (PS3.4 C.2.2.2)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from sqlalchemy import ColumnElement, Dialect, FromClause, and_, false, or_, true

from dicomdesk.archive.contents.folded_names import date_time_span, fold, fold_name, is_date, sortable_date, time_span
from dicomdesk.archive.contents.rows import LONGEST_TEXT, longest_kept
from dicomdesk.archive.matching.wildcards import TextColumn, like, like_name, one_of
from dicomdesk.dicom.query.attributes import Attribute, Source

_MOST_DIGITS: Final = 12
Span = tuple[str, str]


def value_condition(
    attribute: Attribute, value: str, table: FromClause, dialect: Dialect, timezone_offset: str = ""
) -> ColumnElement[bool]:
    """Return the condition for rows of the attribute's table that match the value, which is not empty.

    For attributes that ``needs_comparison`` names this selects candidates only.
    """
    value = _as_kept(attribute, value)
    if needs_comparison(attribute):
        return _candidates(attribute, value, table, dialect)
    if attribute.vr == b"PN":
        return or_(*(_name_condition(one, table, dialect) for one in listed(value)))
    if attribute.vr in {b"DA", b"TM", b"DT"}:
        return or_(*(_moment_condition(attribute, one, table, timezone_offset) for one in listed(value)))
    return text_condition(attribute.vr, value, table.c[attribute.column], dialect)


def _as_kept(attribute: Attribute, value: str) -> str:
    """The value with each of its values as long as the index keeps one: what is longer is found by that."""
    longest = longest_kept(attribute.vr)
    return value if len(value) <= longest else "\\".join(one[:longest] for one in value.split("\\"))


def listed(value: str) -> list[str]:
    """Return the values of a list that are not empty."""
    return [one for one in value.split("\\") if one]


def needs_comparison(attribute: Attribute) -> bool:
    """Whether rows that meet the condition are still to be compared by ``comparing``."""
    if attribute.source is not Source.COLUMN:
        return False
    return attribute.is_multiple or (attribute.vr == b"PN" and attribute.column != "patient_name")


def text_condition(vr: bytes, value: str, column: TextColumn, dialect: Dialect) -> ColumnElement[bool]:
    """Return the condition for a column of text, UIDs or numbers that matches one of the values in the list.

    What is kept with several values where one is allowed matches the whole, too: nothing else would find it.
    """
    values = listed(value)
    if len(values) > 1 and len(value) <= LONGEST_TEXT:
        values.append(value)
    if vr == b"UI":
        return one_of(column, values, dialect)
    if vr in {b"IS", b"US"}:
        numbers = [form for one in values for form in number_forms(one)]
        return one_of(column, numbers, dialect)
    if vr in {b"AS", b"DS"}:
        return one_of(column, values, dialect)
    return or_(*(like(column, one, dialect) for one in values)) if values else true()


def count_condition(value: str, column: TextColumn) -> ColumnElement[bool]:
    """A kept count is the number."""
    number = _whole_number(value)
    return false() if number is None else column == number


def number_forms(value: str) -> list[str]:
    """Return all integer strings of this value, up to a length (PS3.5 6.2: IS)."""
    number = _whole_number(value)
    if number is None:
        return [value]
    sign, digits = ("-", str(-number)) if number < 0 else ("", str(number))
    longest = _MOST_DIGITS - len(sign)
    forms = [sign + digits.zfill(length) for length in range(len(digits), max(longest, len(digits)) + 1)]
    if number >= 0:
        forms += ["+" + form for form in forms if len(form) < _MOST_DIGITS]
    return forms


def _whole_number(value: str) -> int | None:
    unsigned = value.removeprefix("-").removeprefix("+")
    if not (unsigned.isascii() and unsigned.isdigit() and len(unsigned) <= _MOST_DIGITS):
        return None
    return int(value.removeprefix("+"))


def _candidates(attribute: Attribute, value: str, table: FromClause, dialect: Dialect) -> ColumnElement[bool]:
    """Return the condition for rows that can match: the pattern is somewhere in all values together."""
    if attribute.vr == b"PN":
        column = table.c[attribute.column + "_folded"]
        patterns = [part for one in listed(value) for part in _longest_parts(fold(one).replace("=", "*").split("*"))]
    else:
        column = table.c[attribute.column]
        if attribute.vr == b"IS":
            return column != ""
        patterns = listed(value)
    return or_(*(like(column, f"*{one}*", dialect) for one in patterns))


def _longest_parts(parts: Sequence[str]) -> list[str]:
    """The longest part of a pattern between its stars, without what the name may write differently or leave out."""
    pieces = [piece.strip() for part in parts for piece in part.split("^")]
    return [max(pieces, key=len)]


def _name_condition(value: str, table: FromClause, dialect: Dialect) -> ColumnElement[bool]:
    columns = (table.c.name_alphabetic, table.c.name_ideographic, table.c.name_phonetic)
    if "=" in value:
        asked = [fold_name(group) for group in value.split("=")[:3]]
        conditions = [like_name(column, one, dialect) for column, one in zip(columns, asked, strict=False) if one]
        return and_(true(), *conditions)
    pattern = fold_name(value)
    if pattern.isascii():
        return like_name(columns[0], pattern, dialect)
    return or_(*(like_name(column, pattern, dialect) for column in columns))


def _moment_condition(attribute: Attribute, value: str, table: FromClause, timezone_offset: str) -> ColumnElement[bool]:
    if value == "*":
        return true()
    name = attribute.column if attribute.vr == b"DA" else attribute.column + "_sort"
    column: TextColumn = table.c[name]
    span = moment_range(attribute.vr, value, timezone_offset)
    if span is None:
        return false()
    first, last = span
    if first == last:
        return column == first
    conditions = [column >= (first or "0")]
    if last:
        conditions.append(column <= last)
    return and_(*conditions)


def moment_range(vr: bytes, value: str, timezone_offset: str = "") -> Span | None:
    """First and last moment of a single value or range, "" for an open end; None for what is neither."""
    read = _READERS[vr]
    whole = read(value, timezone_offset)
    if whole is not None:
        return whole
    for position in _range_signs(value):
        first = read(value[:position].strip(), timezone_offset) if value[:position].strip() else ("", "")
        last = read(value[position + 1 :].strip(), timezone_offset) if value[position + 1 :].strip() else ("", "")
        if first is not None and last is not None and value != "-":
            return first[0], last[1]
    return None


def _range_signs(value: str) -> list[int]:
    return [position for position, sign in enumerate(value[:64]) if sign == "-"]


def _date_span(value: str, _offset: str) -> Span | None:
    date = sortable_date(value)
    return (date, date) if is_date(date) else None


_READERS: Final[Mapping[bytes, Callable[[str, str], Span | None]]] = {
    b"DA": _date_span,
    b"TM": lambda value, _offset: time_span(value),
    b"DT": date_time_span,
}


def combined_condition(
    date: Attribute, date_value: str, time_value: str, table: FromClause
) -> ColumnElement[bool] | None:
    """One range of date and time together (PS3.4 C.2.2.2.5.4); None where they are not two ranges or single values."""
    dates, times = moment_range(b"DA", date_value), moment_range(b"TM", time_value)
    if dates is None or times is None:
        return None
    date_column: TextColumn = table.c[date.column]
    time_column: TextColumn = table.c[date.column.removesuffix("date") + "time_sort"]
    conditions = [date_column != ""]
    if dates[0]:
        later = and_(date_column == dates[0], time_column >= times[0]) if times[0] else date_column == dates[0]
        conditions += [date_column >= dates[0], or_(date_column > dates[0], later)]
    if dates[1]:
        earlier = and_(date_column == dates[1], time_column <= times[1]) if times[1] else date_column == dates[1]
        conditions += [date_column <= dates[1], or_(date_column < dates[1], earlier)]
    return and_(*conditions)
