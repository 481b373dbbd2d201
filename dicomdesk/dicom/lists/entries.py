"""The lines of a list as values to ask for, with what is wrong with each, and warnings on the list as a whole."""

import re
from collections.abc import Iterator, Sequence

from dicomdesk.dicom.lists.columns import ACCESSION_NUMBER, Columns, kind_name
from dicomdesk.dicom.lists.rows import Row, Rows
from dicomdesk.dicom.query.attributes import (
    PATIENT_ID,
    SERIES_INSTANCE_UID,
    SOP_INSTANCE_UID,
    STUDY_INSTANCE_UID,
    find_attribute,
)
from dicomdesk.dicom.uids import is_valid_uid
from dicomdesk.human import count_text, printable
from dicomdesk.records import dataclass

__all__ = ["EntryValue", "ListEntries", "ListEntry", "read_entries"]

_UIDS = frozenset((STUDY_INSTANCE_UID, SERIES_INSTANCE_UID, SOP_INSTANCE_UID))
_IDENTIFYING = _UIDS | {PATIENT_ID, ACCESSION_NUMBER}
"""Values that name one thing: no wildcards, and no lists, are meant by them."""
_LONGEST = 64
_POWER = re.compile(r"[+-]?\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
"""1.23E+15: what spreadsheets make of long numbers."""
_AS_TEXT = re.compile(r'="(.*)"')
"""="00123": how spreadsheets are told that a number is a text."""
_ISO_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_DOTTED_DATE = re.compile(r"(\d\d?)\.(\d\d?)\.(\d{4})", re.ASCII)
_DATES = re.compile(r"[0-9*?]{1,8}|\d{8}-(?:\d{8})?|-\d{8}", re.ASCII)
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class EntryValue:
    """What is to match."""

    tag: int
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """One line of a list."""

    number: int
    """From 1, of the lines in which something stands, without the header."""
    line: int
    """In the file, from 1."""
    cells: tuple[str, ...]
    """The whole line."""
    values: tuple[EntryValue, ...] = ()
    """Of its key columns; what is empty is left out."""
    fault: str = ""
    """Why it cannot be asked for, "" where it can."""
    same_as: int = 0
    """The number of an earlier line with the same values, 0 for none."""

    @property
    def text(self) -> str:
        """Its values, for people."""
        return printable(", ".join(value.value for value in self.values))


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntries:
    """All lines of a list."""

    entries: tuple[ListEntry, ...]
    columns: Columns
    warnings: tuple[str, ...] = ()
    """On the list, one sentence each: what its owner may want to know before anything is asked for."""
    lost_zeros_to: int = 0
    """How many digits numbers seem to have had before a spreadsheet dropped zeros; 0 where none seem lost."""

    @property
    def askable(self) -> int:
        """How many lines there are to ask for."""
        return sum(not entry.fault and not entry.same_as for entry in self.entries)


def read_entries(rows: Rows, columns: Columns, *, fill_to: int = 0) -> ListEntries:
    """The lines of a list; ``fill_to`` puts zeros before values of digits only that are shorter than that."""
    body = rows.rows[1:] if columns.has_header else rows.rows
    first_seen: dict[tuple[EntryValue, ...], int] = {}
    entries = []
    for number, row in enumerate(body, 1):
        values = tuple(_values(row, columns, fill_to))
        fault = _find_fault(values, columns)
        same_as = 0 if fault else first_seen.setdefault(values, number)
        entries.append(
            ListEntry(
                number=number,
                line=row.line,
                cells=row.cells,
                values=values,
                fault=fault,
                same_as=same_as if same_as != number else 0,
            )
        )
    return ListEntries(
        entries=tuple(entries),
        columns=columns,
        warnings=tuple(_warnings(rows, columns, entries)),
        lost_zeros_to=max(_lost_zeros(key.tag, entries)[0] for key in columns.keys),
    )


def _values(row: Row, columns: Columns, fill_to: int) -> Iterator[EntryValue]:
    for key in columns.keys:
        cell = row.cells[key.column] if key.column < len(row.cells) else ""
        found = _AS_TEXT.fullmatch(cell)
        value = found[1].strip() if found is not None else cell.removeprefix("'").strip()
        if key.tag in _IDENTIFYING and key.tag not in _UIDS and value.isascii() and value.isdigit():
            value = value.zfill(fill_to)
        if value:
            yield EntryValue(key.tag, _as_date(value) if _is_date(key.tag) else value)


def _is_date(tag: int) -> bool:
    attribute = find_attribute(tag)
    return attribute is not None and attribute.vr == b"DA"


def _as_date(value: str) -> str:
    """A date, or a range of dates, as in DICOM: 2026-11-03 and 03.11.2026 are understood; anything else stays."""
    found = _ISO_DATE.fullmatch(value)
    if found is not None:
        return f"{found[1]}{found[2]}{found[3]}"
    found = _DOTTED_DATE.fullmatch(value)
    return f"{found[3]}{int(found[2]):02}{int(found[1]):02}" if found is not None else value


def _find_fault(values: Sequence[EntryValue], columns: Columns) -> str:
    """Why the line cannot be asked for: with fewer keys than the others have it would match more than is meant.

    That is otherwise for UIDs: a line without that of the series means the whole study.
    """
    if not values:
        return "The line has no value to ask for"
    tags = {value.tag for value in values}
    missing = [key.tag for key in columns.keys if key.tag not in tags and key.tag not in _UIDS]
    if missing:
        return f"The line has no value for {kind_name(missing[0])}"
    for each in values:
        fault = _fault_of(each)
        if fault:
            return fault
    if all(not each.value.strip("*?\\ ") for each in values):
        return "The line would match everything"
    return ""


def _fault_of(each: EntryValue) -> str:
    value, shown = each.value, printable(each.value[:_LONGEST])
    if len(value) > _LONGEST:
        return f"{shown}... is longer than {_LONGEST} characters"
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in value):
        return f"{shown} has control characters"
    if _is_date(each.tag) and not _DATES.fullmatch(value):
        return f"{shown} is no date such as 20261103 or 2026-11-03"
    if each.tag not in _IDENTIFYING:
        return ""
    if "\\" in value or "*" in value or "?" in value:
        return f"{shown} has a backslash or a wildcard: it does not name one thing"
    if _POWER.fullmatch(value):
        return f"{shown} is what a spreadsheet makes of a long number: have it show the column as text"
    if each.tag in _UIDS and not is_valid_uid(value):
        return f"{shown} is no UID"
    return ""


# -- warnings


def _warnings(rows: Rows, columns: Columns, entries: Sequence[ListEntry]) -> Iterator[str]:
    yield from rows.notes
    if columns.is_guessed:
        names = " and ".join(kind_name(key.tag) for key in columns.keys)
        yield f"Nothing says what {columns.name_of(columns.keys[0])} holds: taken for {names}"
    powers = [entry for entry in entries if any(_POWER.fullmatch(value.value) for value in entry.values)]
    if powers:
        yield f"{_lines(powers)} such as {powers[0].text}: a spreadsheet has rounded long numbers, and digits are lost"
    yield from (text for key in columns.keys if (text := _lost_zeros(key.tag, entries)[1]))
    faulty = [
        entry for entry in entries if entry.fault and not any(_POWER.fullmatch(value.value) for value in entry.values)
    ]
    if faulty:
        yield f"{_lines(faulty)} cannot be asked for ({faulty[0].fault[0].lower()}{faulty[0].fault[1:]})"
    repeated = [entry for entry in entries if entry.same_as]
    if repeated:
        repeat = "repeats an earlier one" if len(repeated) == 1 else "repeat earlier ones"
        yield f"{_lines(repeated)} {repeat}: each is asked for once"


def _lines(entries: Sequence[ListEntry]) -> str:
    named = ", ".join(str(entry.line) for entry in entries[:_MOST_NAMED])
    more = " and others" if len(entries) > _MOST_NAMED else ""
    word = "Line" if len(entries) == 1 else f"{count_text(len(entries), 'line')}: lines"
    return f"{word} {named}{more}"


def _lost_zeros(tag: int, entries: Sequence[ListEntry]) -> tuple[int, str]:
    """How many digits numbers seem to have had before a spreadsheet dropped zeros, with a warning; 0 for none.

    That is so where all are digits, none begins with a zero, and some are shorter than the longest.
    """
    if tag not in _IDENTIFYING or tag in _UIDS:
        return 0, ""
    numbers = [each.value for entry in entries for each in entry.values if each.tag == tag]
    digits = [value for value in numbers if value.isascii() and value.isdigit()]
    if len(digits) < 2 or len(digits) * 10 < len(numbers) * 9 or any(value[0] == "0" for value in digits):
        return 0, ""
    longest = max(map(len, digits))
    shorter = [value for value in digits if len(value) < longest]
    if not shorter or longest < 4:
        return 0, ""
    have = "has" if len(shorter) == 1 else "have"
    return longest, (
        f"{count_text(len(shorter), 'number')} of {len(digits):,} {have} fewer than {longest} digits, such as "
        f"{shorter[0]}: a spreadsheet may have dropped the zeros before them"
    )
