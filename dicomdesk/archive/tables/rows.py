"""Makes rows of the tables from index entries."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Final

from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.archive.tables.folded_names import fold, name_groups, sortable_date, sortable_date_time, sortable_time
from dicomdesk.archive.tables.schema import LONGEST_PROSE, LONGEST_TEXT, search_columns
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

_SEPARATOR: Final = "\x1f"
_LONGEST_PART: Final = LONGEST_TEXT // 3
_ISSUER: Final = 0x00100021
_BIRTH_DATE: Final = 0x00100030
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
    """Return the identity of a patient: ID, issuer and folded name; without an ID, name and date of birth.

    IDs alone do not: modalities that nobody told a patient call all of them "1" or "TEST".
    """
    get = values.get
    patient_id, name = get(PATIENT_ID, ""), get(PERSON_NAME_TAG, "")
    if not patient_id:
        return f"{_SEPARATOR}{_part(name)}{_SEPARATOR}{_part(get(_BIRTH_DATE, ''))}"
    folded = "=".join(name_groups(name[:LONGEST_TEXT])).rstrip("=") if name else ""
    return f"{_part(patient_id)}{_SEPARATOR}{_part(get(_ISSUER, ''))}{_SEPARATOR}{_part(folded)}"


def _part(value: str) -> str:
    """A value in an identity, which an index of a database has to hold: its end as a digest where it is too long."""
    if len(value) <= _LONGEST_PART and _SEPARATOR not in value:
        return value
    digest = hashlib.sha256(value[:LONGEST_TEXT].encode("utf-8", "surrogatepass")).hexdigest()
    return value[: _LONGEST_PART - len(digest)].replace(_SEPARATOR, " ") + digest


def is_same_patient(identity: str, known: str) -> bool:
    """Whether an instance of this identity belongs to a known patient: also when it has ID and issuer but no name."""
    return identity == known or (_is_nameless(identity) and known.startswith(identity))


def names_patient(identity: str, known: str) -> bool:
    """Whether an instance of this identity has the name of a known patient who has ID and issuer but none."""
    return identity != known and _is_nameless(known) and identity.startswith(known)


def is_stranger(identity: str, known: str) -> bool:
    """Whether two patients have neither ID nor name in common: then one is no correction of the other."""
    ours, theirs = identity.split(_SEPARATOR), known.split(_SEPARATOR)
    if not (ours[0] and theirs[0]):
        return False
    return ours[0] != theirs[0] and ours[2] != theirs[2]


def _is_nameless(identity: str) -> bool:
    return identity.endswith(_SEPARATOR) and not identity.startswith(_SEPARATOR)


def item_rows(level: Level, entry: IndexEntry, owner: int) -> list[Row]:
    """Rows for what is kept of the sequences of a level."""
    return [
        {"sequence": attribute.tag, "owner": owner, "item": number, "tag": tag, "value": value[:LONGEST_TEXT]}
        for attribute in _SEQUENCES[level]
        for number, item in enumerate(entry.items.get(attribute.tag, ()))
        for tag, value in item.items()
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
