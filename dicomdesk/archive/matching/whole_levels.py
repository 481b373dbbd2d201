"""Reads all patients, studies, series or instances of an area from an index in a file, with no more than SQLite.

To import the library that all else goes through takes longer than to read a first page. The statements are those of
``query_plan`` for a query that nothing restricts.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from dicomdesk.archive.contents.contents import SCHEMA_VERSION
from dicomdesk.dicom.query.attributes import Attribute, Level, Source
from dicomdesk.errors import IndexDamagedError, IndexUnusableError

__all__ = ["LISTED_NAMES", "WholeLevels"]

LISTED_NAMES: Final[Mapping[Level, tuple[str, ...]]] = {
    Level.PATIENT: (),
    Level.STUDY: ("bytes", "last_received"),
    Level.SERIES: ("bytes",),
    Level.IMAGE: ("bytes", "received", "transfer_syntax_uid", "path", "conflict"),
}
"""What a listing shows beside attributes; see ``listed_rows.LISTED``."""

_FIRST_PAGE: Final = 64
_PAGE: Final = 512
_BUSY_TIMEOUT_S: Final = 30.0
_DAMAGED_CODES: Final = frozenset({0, 1, 11, 26})
_TABLES: Final = {Level.PATIENT: "patient", Level.STUDY: "study", Level.SERIES: "series", Level.IMAGE: "instance"}
_JOINED: Final = {
    Level.PATIENT: "patient",
    Level.STUDY: "study",
    Level.SERIES: "series CROSS JOIN study ON study.key = series.study_key",
    Level.IMAGE: "instance CROSS JOIN series ON series.key = instance.series_key "
    "CROSS JOIN study ON study.key = series.study_key",
}
"""In the order in which SQLite is to look: that of the level, whose keys come in order."""
_OF_PATIENTS: Final = " CROSS JOIN patient ON patient.key = study.patient_key"
_SIZE_OF_SERIES: Final = (
    "(SELECT coalesce(sum(instance.bytes), 0) FROM instance WHERE instance.series_key = series.key)"
)


class WholeLevels:
    """Reader of one index, for one thread, which closes it."""

    def __init__(self, file: Path) -> None:
        """Open the file, which has to be there; ``sqlite3.Error`` passes."""
        uri = file.absolute().as_uri() + "?mode=rw"
        self._connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_TIMEOUT_S, isolation_level=None)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def can_read(self, level: Level, shown: Sequence[Attribute]) -> bool:
        """Whether a level can be read like this: of a known version, and with the same values for all of a study.

        ``sqlite3.Error`` passes.
        """
        connection = self._connection
        row = connection.execute("SELECT value FROM settings WHERE name = 'version'").fetchone()
        if row is None or row[0] != str(SCHEMA_VERSION):
            return False
        if any(attribute.source is Source.ITEMS for attribute in shown):
            return False
        is_told = level in {Level.SERIES, Level.IMAGE}
        return not is_told or connection.execute("SELECT 1 FROM study_face LIMIT 1").fetchone() is None

    def rows(
        self, area: str, level: Level, shown: Sequence[Attribute]
    ) -> Iterator[tuple[list[str], dict[str, str | int]]]:
        """Yield the values of attributes, which are of the level or above, and those that ``LISTED_NAMES`` names.

        They come page by page, without a transaction while the caller has them. Raises IndexDamagedError and
        IndexUnusableError.
        """
        statement = _statement(level, shown)
        last, most, names = -1, _FIRST_PAGE, LISTED_NAMES[level]
        while True:
            rows = self._page(statement, (area, last, most))
            for row in rows:
                texts = [str(value) for value in row[: len(shown)]]
                yield texts, dict(zip(names, row[len(shown) : -1], strict=True))
            if len(rows) < most:
                return
            last, most = rows[-1][-1], _PAGE

    def _page(self, statement: str, parameters: tuple[str | int, ...]) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(statement, parameters).fetchall()
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # 0 for texts that are none
            if code in _DAMAGED_CODES:
                raise IndexDamagedError("the database of the index is damaged") from error
            raise IndexUnusableError(f"the database of the index cannot be used: {error}") from error


def _statement(level: Level, shown: Sequence[Attribute]) -> str:
    """The statement of a page; its parameters are area, last key and number of rows."""
    table, owner = _TABLES[level], "patient" if level is Level.PATIENT else "study"
    more = [_SIZE_OF_SERIES if level is Level.SERIES else f"{table}.{name}" for name in LISTED_NAMES[level]]
    columns = [*(_value_of(attribute, level) for attribute in shown), *more, f"{table}.key"]
    joined = _JOINED[level]
    if level is not Level.PATIENT and any(_is_of_patients(attribute) for attribute in shown):
        joined += _OF_PATIENTS
    plain = " AND study.faces = 0" if level in {Level.SERIES, Level.IMAGE} else ""
    return (
        f"SELECT {', '.join(columns)} FROM {joined} "  # noqa: S608 - of names of columns
        f"WHERE {owner}.area = ? AND {table}.key > ?{plain} ORDER BY {table}.key LIMIT ?"
    )


def _is_of_patients(attribute: Attribute) -> bool:
    """Whether a value stands with the patient also where studies show what they carry."""
    return attribute.level is Level.PATIENT and attribute.source is not Source.COLUMN


def _value_of(attribute: Attribute, level: Level) -> str:
    if attribute.source is Source.SUM:
        total = f'SELECT coalesce(sum(some."{attribute.column}"), 0) FROM study AS some'  # noqa: S608 - as above
        return f"({total} WHERE some.patient_key = patient.key)"
    table = _TABLES[attribute.level]
    if level is not Level.PATIENT and attribute.level is Level.PATIENT and not _is_of_patients(attribute):
        table = "study"
    return f'{table}."{attribute.column}"'
