"""Which column of a list is meant, and what it holds: found out from the header and the values, or told."""

import re
from collections.abc import Sequence
from typing import Final

from dicomdesk.dicom.dictionary import find_tag
from dicomdesk.dicom.lists.rows import Row, Rows
from dicomdesk.dicom.query.attributes import (
    MODALITY,
    PATIENT_ID,
    SERIES_INSTANCE_UID,
    SOP_INSTANCE_UID,
    STUDY_INSTANCE_UID,
    Level,
    Source,
    find_attribute,
)
from dicomdesk.dicom.uids import is_valid_uid
from dicomdesk.errors import SettingsError
from dicomdesk.human import printable
from dicomdesk.records import dataclass

__all__ = ["ACCESSION_NUMBER", "KINDS", "ColumnKey", "Columns", "find_columns", "kind_name", "read_key"]

ACCESSION_NUMBER: Final = 0x00080050

KINDS: Final = {
    ACCESSION_NUMBER: ("AccessionNumber", "accession numbers"),
    PATIENT_ID: ("PatientID", "patient IDs"),
    STUDY_INSTANCE_UID: ("StudyInstanceUID", "Study Instance UIDs"),
    SERIES_INSTANCE_UID: ("SeriesInstanceUID", "Series Instance UIDs"),
    SOP_INSTANCE_UID: ("SOPInstanceUID", "SOP Instance UIDs"),
}
"""What a list can consist of: keyword, and what it is called, by tag."""

_WORDS: Final = {
    "accession accessionno accessionnr accessionnum acc accno accnr accnumber accnum": ACCESSION_NUMBER,
    "patientid patid pid mrn patientno patientnr patientnumber medicalrecordnumber": PATIENT_ID,
    "studyinstanceuid studyuid studyiuid studyinstanceid": STUDY_INSTANCE_UID,
    "seriesinstanceuid seriesuid seriesiuid": SERIES_INSTANCE_UID,
    "sopinstanceuid sopuid sopiuid instanceuid imageuid": SOP_INSTANCE_UID,
}
_BY_WORD = {word: tag for words, tag in _WORDS.items() for word in words.split()} | {
    keyword.lower(): tag for tag, (keyword, _) in KINDS.items()
}
_TAG = re.compile(r"\(?([0-9A-Fa-f]{4}),?([0-9A-Fa-f]{4})\)?")
_SAMPLE_ROWS = 500
_MODALITIES = 0x00080061
"""In a study: what is meant by a column of modalities beside those of patients and dates."""
_UIDS = (STUDY_INSTANCE_UID, SERIES_INSTANCE_UID, SOP_INSTANCE_UID)
_MOST = 0.8
"""Of the rows: then all are meant."""


@dataclass(frozen=True, slots=True)
class ColumnKey:
    """A column, and the attribute that its cells are values of."""

    column: int
    """From 0."""
    tag: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """How the rows of a list are to be understood."""

    keys: tuple[ColumnKey, ...]
    has_header: bool
    is_guessed: bool
    """Whether neither a header nor anybody has said what the column holds."""
    names: tuple[str, ...]
    """Of all columns, from the header where there is one."""

    @property
    def text(self) -> str:
        """What is taken for what, for people."""
        parts = [f"{kind_name(key.tag)} from {self.name_of(key)}" for key in self.keys]
        return " and ".join(parts)

    def name_of(self, key: ColumnKey) -> str:
        """A column, for people: "column Accession", "column 2"."""
        return f"column {printable(self.names[key.column].removeprefix('column '))}"


def kind_name(tag: int) -> str:
    """What values of an attribute are called: "accession numbers"."""
    if tag in KINDS:
        return KINDS[tag][1]
    attribute = find_attribute(tag)
    return attribute.keyword if attribute is not None else f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def read_key(text: str) -> int:
    """The tag of an attribute from its keyword, its tag or what people call it; raises SettingsError."""
    tag = _find_key(text)
    if tag is None:
        raise SettingsError(f"{printable(text)} is no attribute that can be asked for by a list")
    return tag


def find_columns(
    rows: Rows, *, columns: Sequence[str] = (), keys: Sequence[str] = (), has_header: bool | None = None
) -> Columns:
    """How the rows are to be understood.

    ``columns`` are names of the header, numbers from 1 or letters as in spreadsheets; ``keys`` what they hold, in the
    same order. One column may be told without a key, and one key without a column. ``has_header`` None finds that out.
    Raises SettingsError where that cannot be followed.
    """
    width = max((len(row.cells) for row in rows.rows), default=0)
    if not width:
        raise SettingsError("The list is empty")
    tags = [read_key(key) for key in keys]
    first = rows.rows[0].cells
    is_header = has_header if has_header is not None else _is_header(rows.rows, columns)
    names = tuple(
        (first[number] if is_header and number < len(first) else "") or f"column {number + 1}"
        for number in range(width)
    )
    body = rows.rows[1:] if is_header else rows.rows
    found, is_guessed = _choose(names if is_header else (), body[:_SAMPLE_ROWS], width, columns, tags)
    return Columns(keys=tuple(found), has_header=is_header, is_guessed=is_guessed, names=names)


def _choose(
    header: Sequence[str], sample: Sequence[Row], width: int, columns: Sequence[str], tags: Sequence[int]
) -> tuple[list[ColumnKey], bool]:
    if columns:
        numbers = [_find_column(name, header, width) for name in columns]
        if len(set(numbers)) < len(numbers):
            raise SettingsError("A column of the list is named twice")
        if tags and len(tags) != len(numbers):
            raise SettingsError("There must be as many keys as there are columns of the list")
        if tags:
            return [ColumnKey(*pair) for pair in zip(numbers, tags, strict=True)], False
        told = [_find_key(header[number]) if number < len(header) else None for number in numbers]
        guessed = [tag or _guess_kind(sample, number) for tag, number in zip(told, numbers, strict=True)]
        return [ColumnKey(*pair) for pair in zip(numbers, guessed, strict=True)], None in told
    if tags:
        return _columns_of(tags, header, sample, width), False
    named = [ColumnKey(number, tag) for number, name in enumerate(header) if (tag := _find_key(name)) is not None]
    if named:
        return _best(named), False
    number = _guess_column(sample, width)
    return [ColumnKey(number, _guess_kind(sample, number))], True


# -- names


def _plain(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _find_key(name: str) -> int | None:
    """The attribute that a name means, among those that can be asked for."""
    name = name.strip()
    found = _TAG.fullmatch(name)
    tag = int(found[1] + found[2], 16) if found is not None else _BY_WORD.get(_plain(name)) or find_tag(name)
    attribute = find_attribute(tag) if tag is not None else None
    return tag if attribute is not None and not attribute.item_tags and attribute.vr != b"SQ" else None


def _find_column(name: str, header: Sequence[str], width: int) -> int:
    """A column by its name in the header, its number from 1 or its letter."""
    wanted = _plain(name)
    for number, title in enumerate(header):
        if title == name or (wanted and _plain(title) == wanted):
            return number
    number = int(name) - 1 if name.isascii() and name.isdigit() and len(name) < 6 else _letter(name)
    if not 0 <= number < width:
        raise SettingsError(f"The list has no column {printable(name)}")
    return number


def _letter(name: str) -> int:
    """A to Z as 0 to 25, and -1 for what is no letter."""
    return ord(name.upper()) - ord("A") if len(name) == 1 and name.isascii() and name.isalpha() else -1


def _columns_of(tags: Sequence[int], header: Sequence[str], sample: Sequence[Row], width: int) -> list[ColumnKey]:
    """The columns whose names mean these attributes; one key without such a column is that of the likeliest one."""
    by_tag = {tag: number for number in reversed(range(len(header))) if (tag := _find_key(header[number])) is not None}
    if len(tags) == 1 and tags[0] not in by_tag:
        return [ColumnKey(_guess_column(sample, width), tags[0])]
    for tag in tags:
        if tag not in by_tag:
            raise SettingsError(f"The list has no column for {kind_name(tag)}: say which one it is")
    return [ColumnKey(by_tag[tag], tag) for tag in tags]


def _best(named: Sequence[ColumnKey]) -> list[ColumnKey]:
    """Of the columns that are known by name those that say the most: UIDs, else the accession number, else all others.

    What a list has beside an identifier (names, dates, counts) was not written to be matched by a peer.
    """
    by_tag = {key.tag: key for key in reversed(named)}
    uids = [by_tag[tag] for tag in _UIDS if tag in by_tag]
    if uids:
        return uids
    if ACCESSION_NUMBER in by_tag:
        return [by_tag[ACCESSION_NUMBER]]
    others = [key for key in by_tag.values() if not _is_left_out(key.tag, has_patient_id=PATIENT_ID in by_tag)]
    chosen = sorted(others or by_tag.values(), key=lambda key: key.column)
    return [ColumnKey(key.column, _MODALITIES if key.tag == MODALITY else key.tag) for key in chosen]


def _is_left_out(tag: int, *, has_patient_id: bool) -> bool:
    """Counts are no keys, and what else describes a patient is not needed beside the ID."""
    attribute = find_attribute(tag)
    assert attribute is not None
    describes = has_patient_id and attribute.level is Level.PATIENT and tag != PATIENT_ID
    return attribute.source is Source.COUNT or describes


# -- values


def _is_header(rows: Sequence[Row], columns: Sequence[str]) -> bool:
    """Whether the first row names the columns: one of its cells means an attribute, or it alone has no digits."""
    first = rows[0].cells
    if any(_find_key(cell) is not None for cell in first):
        return True
    if any(cell and _plain(cell) == _plain(name) for cell in first for name in columns if not name.isdigit()):
        return True
    if len(rows) < 2 or any(_has_digit(cell) for cell in first):
        return False
    sample = rows[1:_SAMPLE_ROWS]
    return sum(any(map(_has_digit, row.cells)) for row in sample) >= _MOST * len(sample)


def _has_digit(text: str) -> bool:
    return any(sign.isdigit() for sign in text)


def _cells(sample: Sequence[Row], number: int) -> list[str]:
    return [row.cells[number] for row in sample if number < len(row.cells) and row.cells[number]]


def _is_uid(text: str) -> bool:
    return text.count(".") >= 3 and is_valid_uid(text)


def _guess_column(sample: Sequence[Row], width: int) -> int:
    """That of UIDs, else the one whose cells look most like identifiers and differ the most."""

    def likelihood(number: int) -> tuple[float, float]:
        cells = _cells(sample, number)
        if not cells:
            return 0.0, 0.0
        uids = sum(map(_is_uid, cells)) / len(cells)
        words = sum(_has_digit(cell) and len(cell) <= 64 and " " not in cell for cell in cells) / len(cells)
        return (2.0 if uids >= _MOST else round(words, 1)), len(set(cells)) / len(sample)

    return max(range(width), key=lambda number: (likelihood(number), -number))


def _guess_kind(sample: Sequence[Row], number: int) -> int:
    """Study Instance UIDs where they are UIDs, else accession numbers."""
    cells = _cells(sample, number)
    uids = sum(map(_is_uid, cells))
    return STUDY_INSTANCE_UID if cells and uids >= _MOST * len(cells) else ACCESSION_NUMBER
