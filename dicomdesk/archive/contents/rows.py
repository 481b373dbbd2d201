"""Makes rows of the tables from index entries."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from dicomdesk.archive.contents.folded_names import fold, name_groups, sortable_date, sortable_date_time, sortable_time
from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.dicom.query.attributes import (
    ATTRIBUTES,
    PATIENT_ID,
    PERSON_NAME_TAG,
    TIMEZONE_OFFSET,
    Attribute,
    Level,
    stored_attributes,
)

Row = dict[str, str | int]

LONGEST_TEXT: Final = 512
"""Characters of a value that are kept: more than any VR but texts may have, fewer than a database's index can hold."""
LONGEST_PROSE: Final = 10240
"""The same for the VRs of texts, which are in no index."""

_SEPARATOR: Final = "\x1f"
_LONGEST_PART: Final = LONGEST_TEXT // 3
_ISSUER: Final = 0x00100021
_BIRTH_DATE: Final = 0x00100030
_PROSE: Final = frozenset({b"LT", b"ST", b"UT"})


def search_columns(attribute: Attribute) -> tuple[str, ...]:
    """Names of the columns beside that of the attribute itself."""
    if attribute.column == "patient_name":
        return ("name_alphabetic", "name_ideographic", "name_phonetic")
    if attribute.vr == b"PN":
        return (attribute.column + "_folded",)
    return (attribute.column + "_sort",) if attribute.vr in {b"TM", b"DT"} else ()


def longest_kept(vr: bytes) -> int:
    """How many characters of a value are kept."""
    return LONGEST_PROSE if vr in _PROSE else LONGEST_TEXT


class _Plan(NamedTuple):
    """What becomes of the value of an attribute."""

    attribute: Attribute
    column: str
    longest: int
    search: tuple[str, ...]
    is_date: bool


def _plans(level: Level) -> dict[int, _Plan]:
    return {
        attribute.tag: _Plan(
            attribute,
            attribute.column,
            LONGEST_PROSE if attribute.vr in _PROSE else LONGEST_TEXT,
            search_columns(attribute),
            attribute.vr == b"DA",
        )
        for attribute in stored_attributes(level)
    }


_PLANS: Final = {level: _plans(level) for level in Level}
"""By tag."""
_EMPTY: Final[dict[Level, Row]] = {
    level: {name: "" for plan in plans.values() for name in (plan.column, *plan.search)}
    for level, plans in _PLANS.items()
}
SEQUENCES: Final = {
    level: tuple(attribute for attribute in ATTRIBUTES if attribute.level is level and attribute.item_tags)
    for level in Level
}
"""The sequences of each level of which items are kept."""


def row_of(level: Level, entry: IndexEntry) -> Row:
    """The columns of a level that come from the data set."""
    row = _EMPTY[level].copy()
    find, values = _PLANS[level].get, entry.values
    for tag, value in values.items():
        plan = find(tag)
        if plan is None or not value:
            continue
        attribute, column, longest, search, is_date = plan
        kept = value if len(value) <= longest else value[:longest]
        row[column] = sortable_date(kept) if is_date else kept
        if search:
            row.update(zip(search, search_values(attribute, kept, values.get(TIMEZONE_OFFSET, "")), strict=True))
    return row


def search_values(attribute: Attribute, value: str, timezone_offset: str = "") -> tuple[str, ...]:
    """Return what the search columns of an attribute hold for a value."""
    if attribute.column == "patient_name":
        groups = name_groups(value)
        return tuple(group[:LONGEST_TEXT] for group in groups)
    if attribute.vr == b"PN":
        return (fold(value)[:LONGEST_TEXT],)
    if not value:
        return ("",)
    return (sortable_time(value) if attribute.vr == b"TM" else sortable_date_time(value, timezone_offset),)


def patient_identity(values: Mapping[int, str]) -> str:
    """Return the identity of a patient: ID and issuer; without an ID, folded name and date of birth.

    Names are no part of it where there is an ID: they are written in many ways, and clients take an ID for one patient.
    """
    get = values.get
    patient_id = get(PATIENT_ID, "")
    if patient_id:
        return f"{_part(patient_id)}{_SEPARATOR}{_part(get(_ISSUER, ''))}"
    name = get(PERSON_NAME_TAG, "")
    return f"{_SEPARATOR}{_part(folded_name(name))}{_SEPARATOR}{_part(get(_BIRTH_DATE, ''))}"


def folded_name(name: str) -> str:
    """A person's name as it is compared: without case, accents and empty components at its end."""
    return "=".join(name_groups(name[:LONGEST_TEXT])).rstrip("=") if name else ""


def _part(value: str) -> str:
    """A value in an identity, which an index of a database has to hold: its end as a digest where it is too long."""
    if len(value) <= _LONGEST_PART and _SEPARATOR not in value:
        return value
    digest = hashlib.sha256(value[:LONGEST_TEXT].encode("utf-8", "surrogatepass")).hexdigest()
    return value[: _LONGEST_PART - len(digest)].replace(_SEPARATOR, " ") + digest


def item_rows(level: Level, entry: IndexEntry, owner: int) -> list[Row]:
    """Rows for what is kept of the sequences of a level."""
    return [
        row
        for attribute in SEQUENCES[level]
        for row in rows_of_items(attribute.tag, entry.items.get(attribute.tag, ()), owner)
    ]


def rows_of_items(tag: int, items: Iterable[Mapping[int, str]], owner: int) -> list[Row]:
    """Rows for what is kept of the items of one sequence."""
    return [
        {"sequence": tag, "owner": owner, "item": number, "tag": inner, "value": value[:LONGEST_TEXT]}
        for number, item in enumerate(items)
        for inner, value in item.items()
        if value
    ]


def is_listed(sop_class_uid: str) -> bool:
    """Whether a study lists this SOP class: one that reads as several UIDs is none, and no key of a query names it."""
    return bool(sop_class_uid) and "\\" not in sop_class_uid


def joined(values: str, more: str, key: Callable[[str], str] | None = None) -> str:
    """A multiple value with one more, sorted; unchanged when it is there already or empty."""
    known = values.split("\\") if values else []
    if not more or more in known:
        return values
    return "\\".join(sorted([*known, more], key=key))
