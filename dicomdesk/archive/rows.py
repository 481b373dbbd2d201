"""Rows of the tables, made from what is known of an instance."""

from collections.abc import Callable, Mapping
from typing import Final

from dicomdesk.archive.attributes import ATTRIBUTES, TIMEZONE_OFFSET, Attribute, Level, stored_attributes
from dicomdesk.archive.entries import IndexEntry
from dicomdesk.archive.folding import fold, name_groups, sortable_date, sortable_date_time, sortable_time
from dicomdesk.archive.schema import LONGEST_PROSE, LONGEST_TEXT, search_columns

Row = dict[str, str | int]

_SEPARATOR: Final = "\x1f"
_PROSE: Final = frozenset({b"LT", b"ST", b"UT"})


def _plan(level: Level) -> tuple[tuple[Attribute, str, int, tuple[str, ...], bool], ...]:
    return tuple(
        (
            attribute,
            attribute.column,
            LONGEST_PROSE if attribute.vr in _PROSE else LONGEST_TEXT,
            search_columns(attribute),
            attribute.vr == b"DA",
        )
        for attribute in stored_attributes(level)
    )


_PLANS: Final = {level: _plan(level) for level in Level}
_SEQUENCES: Final = {
    level: tuple(attribute for attribute in ATTRIBUTES if attribute.level is level and attribute.item_tags)
    for level in Level
}


def row_of(level: Level, entry: IndexEntry) -> Row:
    """The columns of a level that come from the data set."""
    row: Row = {}
    values = entry.values
    for attribute, column, longest, search, is_date in _PLANS[level]:
        value = values.get(attribute.tag, "")[:longest]
        row[column] = sortable_date(value) if is_date and value else value
        if search:
            row.update(zip(search, search_values(attribute, value, values.get(TIMEZONE_OFFSET, "")), strict=True))
    return row


def search_values(attribute: Attribute, value: str, timezone_offset: str = "") -> tuple[str, ...]:
    """What the search columns of an attribute hold for a value."""
    if attribute.column == "patient_name":
        groups = name_groups(value)
        return tuple(group[:LONGEST_TEXT] for group in groups)
    if attribute.vr == b"PN":
        return (fold(value)[:LONGEST_TEXT],)
    if not value:
        return ("",)
    return (sortable_time(value) if attribute.vr == b"TM" else sortable_date_time(value, timezone_offset),)


def patient_identity(values: Mapping[int, str]) -> str:
    """What makes a patient one: ID and issuer; without an ID, name and date of birth."""
    get = values.get
    patient_id = get(0x00100020, "")
    parts = (patient_id, get(0x00100021, "")) if patient_id else ("", get(0x00100010, ""), get(0x00100030, ""))
    return _SEPARATOR.join(part[: LONGEST_TEXT // 2] for part in parts)


def item_rows(level: Level, entry: IndexEntry, owner: int) -> list[Row]:
    """Rows for what is kept of the sequences of a level."""
    return [
        {"sequence": attribute.tag, "owner": owner, "item": number, "tag": tag, "value": value[:LONGEST_TEXT]}
        for attribute in _SEQUENCES[level]
        for number, item in enumerate(entry.items.get(attribute.tag, ()))
        for tag, value in item.items()
        if value
    ]


def joined(values: str, more: str, key: Callable[[str], str] | None = None) -> str:
    """A multiple value with one more, sorted; unchanged when it is there already or empty."""
    known = values.split("\\") if values else []
    if not more or more in known:
        return values
    return "\\".join(sorted([*known, more], key=key))
