"""Keeps the patients of studies within one transaction: finds and makes them, and has them show what their studies do.

A patient is one by ``rows.patient_identity``, and shows of each attribute the value that most of the studies show.
"""

from collections import Counter
from typing import Any, Final

from sqlalchemy import Connection, Table, bindparam, func, select, update

from dicomdesk.archive.contents.contents import PATIENT_COLUMNS, Content, Tally, patient_row
from dicomdesk.archive.contents.rows import Row
from dicomdesk.archive.tables.prepared_statement import PreparedStatement
from dicomdesk.archive.tables.schema import patient, study, study_face


class StaleError(Exception):
    """Remembered row that is no longer there, or is another than remembered: begin again."""


class Patients:
    """Patients of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._changes: Counter[int] = Counter()
        self._new: dict[int, list[Content]] = {}
        self._changed: dict[int, None] = {}

    def find_or_make(self, area: str, identity: str, part: Content) -> int:
        """The key of the patient of an identity; its row stays until the transaction ends."""
        key = self._connection.execute(
            select(patient.c.key)
            .where(patient.c.area == area, patient.c.identity == identity)
            .with_for_update(read=True, key_share=True)
        ).scalar()
        if key is None:
            row = {**patient_row(part), "area": area, "identity": identity}
            key = insert_one(self._connection, patient, row)
        return int(key)

    def add_study(self, key: int, part: Content) -> None:
        """A patient gets a study that shows this of it."""
        self._changes[key] += 1
        self._new.setdefault(key, []).append(part)

    def look_at(self, keys: dict[int, None]) -> None:
        """Studies of these patients show something else."""
        self._changed |= keys

    def apply_counts(self) -> None:
        """Add the counts to the rows. Raises StaleError where a patient is gone."""
        for key, number in sorted(self._changes.items()):
            if number and _ADD_STUDIES.run(self._connection, {"number": number, "which": key}).rowcount != 1:
                raise StaleError

    def apply_shown(self) -> None:
        """Have the patients show what most of their studies do; after all studies are written."""
        for key, parts in self._new.items():
            shown = self._connection.execute(select(*_SHOWN).where(patient.c.key == key)).one()
            if any(part != tuple(shown) for part in parts):
                self._changed[key] = None
        for key in sorted(self._changed):
            refresh_patient(self._connection, key)


def refresh_patient(connection: Connection, key: int) -> None:
    """Have a patient show what most of its studies do, and say whether any says something else."""
    locked = connection.execute(
        select(patient.c.varies, *_SHOWN).where(patient.c.key == key).with_for_update(key_share=True)
    ).one_or_none()
    if locked is None:
        return
    varied, *old = locked
    rows = connection.execute(
        select(func.count(), *_OF_STUDY).where(study.c.patient_key == key).group_by(*_OF_STUDY)
    ).all()
    parts = [(tuple(row[1:]), int(row[0])) for row in rows]
    if not parts:
        return
    shown = Tally(parts).shown
    carried = select(*_OF_FACE).join(study, study.c.key == study_face.c.study_key).where(study.c.patient_key == key)
    varies = any(part != shown for part, _count in parts)
    varies = varies or any(tuple(row) != shown for row in connection.execute(carried.distinct()))
    row: dict[str, str | int] = {"varies": int(varies)} if int(varies) != varied else {}
    if shown != tuple(old):
        row |= patient_row(shown)
    if row:
        connection.execute(update(patient).where(patient.c.key == key).values(**row))


def insert_one(connection: Connection, table: Table, row: Row) -> int:
    """Insert a row and return the key that the database gave it.

    The values are given apart from the statement, which is compiled once then.
    """
    key = connection.execute(table.insert(), row).inserted_primary_key
    if key is None:
        raise AssertionError("the database gives each row a key")
    return int(key[0])


_SHOWN: Final[tuple[Any, ...]] = tuple(patient.c[name] for name in PATIENT_COLUMNS)
_OF_STUDY: Final[tuple[Any, ...]] = tuple(study.c[name] for name in PATIENT_COLUMNS)
_OF_FACE: Final[tuple[Any, ...]] = tuple(study_face.c[name] for name in PATIENT_COLUMNS)
_ADD_STUDIES: Final = PreparedStatement(
    update(patient)
    .where(patient.c.key == bindparam("which"))
    .values(study_count=patient.c.study_count + bindparam("number"))
)
