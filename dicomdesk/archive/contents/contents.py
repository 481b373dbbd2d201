"""Contents: what an instance says of its study with the patient, and of its series, as values in a fixed order.

Instances of one study mostly say the same of it. Where they do not, the study shows of each attribute the value that
most of them carry, the smallest one where several are carried as often, and none that is empty: ``Tally`` counts. So
what is shown depends on which instances there are, not on the order in which they came.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Final

from dicomdesk.archive.contents.folded_names import sortable_date
from dicomdesk.archive.contents.rows import (
    LONGEST_PROSE,
    LONGEST_TEXT,
    SEQUENCES,
    Row,
    rows_of_items,
    search_columns,
    search_values,
)
from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.dicom.query.attributes import (
    PERSON_NAME_TAG,
    SERIES_INSTANCE_UID,
    STUDY_INSTANCE_UID,
    Attribute,
    Level,
    stored_attributes,
)

__all__ = [
    "NAME_PLACE",
    "PATIENT_COLUMNS",
    "SCHEMA_VERSION",
    "Content",
    "Tally",
    "content_columns",
    "content_of",
    "content_row",
    "content_sequence_rows",
    "items_text",
    "name_of",
    "patient_part",
    "patient_row",
    "raw_content",
]

SCHEMA_VERSION: Final = 5
"""Version of the tables that hold contents; ``migrations`` brings older ones to it."""

Content = tuple[str, ...]
"""Values in the order of ``content_columns``."""

CHARACTER_SET: Final = "character_set"
_PROSE: Final = frozenset({b"LT", b"ST", b"UT"})
_KEYS: Final = frozenset({STUDY_INSTANCE_UID, SERIES_INSTANCE_UID})


@cache
def _attributes(level: Level) -> tuple[Attribute, ...]:
    """The attributes of a content: of a study those of its patient come first; the entity's UID is none of them."""
    found = stored_attributes(level)
    if level is Level.STUDY:
        found = stored_attributes(Level.PATIENT) + found
    return tuple(attribute for attribute in found if attribute.tag not in _KEYS)


@cache
def content_columns(level: Level) -> tuple[str, ...]:
    """The columns of a content of studies or series: attributes, sequences as JSON, the character set."""
    names = [attribute.column for attribute in _attributes(level)]
    return (*names, *(attribute.column for attribute in SEQUENCES[level]), CHARACTER_SET)


_OF_PATIENT: Final = len(stored_attributes(Level.PATIENT))
PATIENT_COLUMNS: Final = (*content_columns(Level.STUDY)[:_OF_PATIENT], CHARACTER_SET)
"""What a study shows of its patient."""
NAME_PLACE: Final = next(n for n, one in enumerate(_attributes(Level.STUDY)) if one.tag == PERSON_NAME_TAG)
"""Of the patient's name in the content of a study."""
_RAW: Final = tuple(
    attribute.tag for level in (Level.PATIENT, Level.STUDY, Level.SERIES) for attribute in stored_attributes(level)
)
_RAW_SEQUENCES: Final = tuple(one.tag for level in (Level.STUDY, Level.SERIES) for one in SEQUENCES[level])


def raw_content(entry: IndexEntry) -> tuple[str | None, ...]:
    """All that an entry says of patient, study and series, with their UIDs and its area."""
    items = entry.items
    some = [repr(items.get(tag)) for tag in _RAW_SEQUENCES] if items else ()
    return (entry.area, entry.character_set, *map(entry.values.get, _RAW), *some)


def content_of(level: Level, entry: IndexEntry) -> Content:
    """Return what an entry says of its study or series."""
    values: list[str] = []
    for attribute in _attributes(level):
        value = entry.values.get(attribute.tag, "")
        if value:
            value = value[: LONGEST_PROSE if attribute.vr in _PROSE else LONGEST_TEXT]
            value = sortable_date(value) if attribute.vr == b"DA" else value
        values.append(value)
    values += [_items_text(entry, attribute.tag) for attribute in SEQUENCES[level]]
    return (*values, entry.character_set[:LONGEST_TEXT])


def _items_text(entry: IndexEntry, tag: int) -> str:
    return items_text(entry.items.get(tag, ())) if entry.items else ""


def items_text(items: Sequence[Mapping[int, str]]) -> str:
    """Items of a sequence as they stand in a content: JSON without what is empty."""
    found = [{f"{tag:08x}": value[:LONGEST_TEXT] for tag, value in sorted(item.items()) if value} for item in items]
    return json.dumps(found) if any(found) else ""


def content_row(level: Level, content: Content) -> Row:
    """The columns that a content fills, with those that are searched."""
    row: Row = dict(zip(content_columns(level), content, strict=True))
    _add_search_columns(row, _attributes(level), content)
    return row


def _add_search_columns(row: Row, attributes: Sequence[Attribute], values: Content) -> None:
    for attribute, value in zip(attributes, values, strict=False):
        names = search_columns(attribute)
        if names:
            row.update(zip(names, search_values(attribute, value), strict=True))


def patient_part(content: Content) -> Content:
    """What the content of a study says of the patient, in the order of ``PATIENT_COLUMNS``."""
    return (*content[:_OF_PATIENT], content[-1])


def patient_row(part: Content) -> Row:
    """The columns of a patient, with those that are searched."""
    row: Row = dict(zip(PATIENT_COLUMNS, part, strict=True))
    _add_search_columns(row, _attributes(Level.STUDY)[:_OF_PATIENT], part)
    return row


def name_of(content: Content) -> str:
    """The patient's name in the content of a study."""
    return content[NAME_PLACE]


def content_sequence_rows(level: Level, content: Content, owner: int) -> list[Row]:
    """Rows for the items in a content."""
    rows: list[Row] = []
    texts = content[len(_attributes(level)) :]
    for attribute, text in zip(SEQUENCES[level], texts, strict=False):
        if text:
            items = [{int(tag, 16): value for tag, value in item.items()} for item in json.loads(text)]
            rows += rows_of_items(attribute.tag, items, owner)
    return rows


class Tally:
    """Count of what contents of one kind say; ``shown`` is what most of them do."""

    __slots__ = ("_counts", "_winners")

    def __init__(self, contents: Iterable[tuple[Content, int]] = ()) -> None:
        """Begin with contents, and how often each is carried."""
        self._counts: list[dict[str, int]] = []
        self._winners: list[str] = []
        for content, number in contents:
            self.add(content, number)

    @property
    def shown(self) -> Content:
        """Of each attribute the value that is carried most often, the smallest of several; "" where none is."""
        return tuple(self._winners)

    def values(self, place: int) -> Collection[str]:
        """All values at a place of the contents that are carried, without the empty one."""
        return self._counts[place].keys() if self._counts else ()

    def add(self, content: Sequence[str], number: int) -> None:
        """Count a content so many times more, or fewer where the number is negative."""
        if not self._counts:
            self._counts = [{} for _ in content]
            self._winners = [""] * len(content)
        for place, value in enumerate(content):
            if value:
                self._count(place, value, number)

    def _count(self, place: int, value: str, number: int) -> None:
        counts, winner = self._counts[place], self._winners[place]
        count = counts[value] = counts.get(value, 0) + number
        if count <= 0:
            del counts[value]
        if number < 0:
            if value == winner:
                self._winners[place] = min(counts, key=lambda one: (-counts[one], one), default="")
        elif count > 0 and value != winner:
            best = counts.get(winner, 0)
            if count > best or (count == best and value < winner):
                self._winners[place] = value
