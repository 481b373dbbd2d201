"""Migrates the database of an index to the version that this program knows.

Each step takes a database from one version to the next, in the same transaction as the note of its version. Several
processes may open a database at once: one does the steps, the others wait.
"""

from collections.abc import Callable, Mapping
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, delete, func, inspect, select, text, update

from dicomdesk.archive.contents.contents import items_text
from dicomdesk.archive.contents.rows import SEQUENCES, patient_identity
from dicomdesk.archive.tables.conflicts import recount_conflicts
from dicomdesk.archive.tables.database import Database
from dicomdesk.archive.tables.patients import refresh_patient
from dicomdesk.archive.tables.schema import (
    TABLES,
    VERSION,
    create_tables,
    metadata,
    patient,
    sequence_item,
    settings,
    study,
)
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.errors import IndexDamagedError, IndexUnusableError

_LOCK_NUMBER: Final = 0x6469636F6D
_AT_ONCE: Final = 10_000
_DOUBT: Final = "doubt:"
_IDENTIFYING: Final[Mapping[int, Any]] = MappingProxyType(
    {
        0x00100020: patient.c.patient_id,
        0x00100021: patient.c.issuer_of_patient_id,
        0x00100010: patient.c.patient_name,
        0x00100030: patient.c.patient_birth_date,
    }
)

Step = Callable[[Connection], None]


def _find_conflicts_fast(connection: Connection) -> None:
    """Version 2: instances in conflict are in an index of their own, of those few only."""
    connection.execute(text('CREATE INDEX instance_in_conflict ON instance (key) WHERE "conflict" <> 0'))


def _identify_later(_connection: Connection) -> None:
    """Version 3 made the name a part of a patient's identity; version 5 identifies all patients anew."""


def _keep_fewer_counts(connection: Connection) -> None:
    """Version 4: sums of what studies count are not kept, nor how many instances of a study have a SOP class.

    What reads as several SOP classes is none any more: a study's list says which it has.
    """
    for table, column in (
        ("patient", "series_count"),
        ("patient", "instance_count"),
        ("study_class", "instance_count"),
    ):
        connection.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))
    unlisted = "sop_class_uid = '' OR sop_class_uid LIKE '%\\%' ESCAPE '/'"
    keys = connection.execute(text(f"SELECT DISTINCT study_key FROM study_class WHERE {unlisted}")).scalars().all()  # noqa: S608  # constants
    connection.execute(text(f"DELETE FROM study_class WHERE {unlisted}"))  # noqa: S608  # constants
    classes = text("SELECT sop_class_uid FROM study_class WHERE study_key = :key ORDER BY sop_class_uid")
    for key in keys:
        listed = "\\".join(connection.execute(classes, {"key": key}).scalars())
        connection.execute(
            text("UPDATE study SET sop_classes = :listed WHERE key = :key"), {"listed": listed, "key": key}
        )


def _tell_patients_apart(connection: Connection) -> None:
    """Version 5: a study is one of its UID and its patient, and shows what most of its instances carry.

    What instances of one study carried differently is in the files only: the areas are noted as ``doubted_areas``.
    """
    for name in _REMADE:
        for found in inspect(connection).get_indexes(name):
            if not found.get("duplicates_constraint"):
                connection.execute(text(f'DROP INDEX "{found["name"]}"'))
        connection.execute(text(f"ALTER TABLE {name} RENAME TO old_{name}"))
    create_tables(connection)
    _copy(connection, "patient", identity="CAST(old_patient.key AS TEXT)")
    of_patient = {name: f"old_patient.{name}" for name in _patient_columns(connection)}
    _copy(connection, "study", "JOIN old_patient ON old_patient.key = old_study.patient_key", **of_patient)
    _copy(connection, "study_class")
    _copy(connection, "series")
    _copy(connection, "instance")
    for name in reversed(_REMADE):
        connection.execute(text(f"DROP TABLE old_{name}"))
    _set_items(connection)
    _merge_patients(connection)
    recount_conflicts(connection)
    for area in connection.execute(select(study.c.area).distinct()).scalars().all():
        connection.execute(settings.insert().values(name=f"{_DOUBT}{area}", value="1"))


_REMADE: Final = ("patient", "study", "study_class", "series", "instance")
"""Tables that version 5 makes anew, those that others refer to first."""


def _patient_columns(connection: Connection) -> list[str]:
    old = {column["name"] for column in inspect(connection).get_columns("old_patient")}
    return [column.name for column in study.c if column.name in old - {"key", "area", "character_set"}]


def _copy(connection: Connection, name: str, joined: str = "", **others: str) -> None:
    """Copy what the old table has of the columns of the new one; and the others, by expressions."""
    old = {column["name"] for column in inspect(connection).get_columns(f"old_{name}")}
    columns = {column.name: f"old_{name}.{column.name}" for column in metadata.tables[name].c if column.name in old}
    columns |= others
    targets, sources = ", ".join(f'"{one}"' for one in columns), ", ".join(columns.values())
    connection.execute(text(f"INSERT INTO {name} ({targets}) SELECT {sources} FROM old_{name} {joined}"))  # noqa: S608  # constants
    if connection.dialect.name == "postgresql" and "key" in columns:
        last = f"SELECT setval(pg_get_serial_sequence('{name}', 'key'), (SELECT MAX(key) FROM {name}))"  # noqa: S608  # constants
        connection.execute(text(last))


def _set_items(connection: Connection) -> None:
    """Have studies and series hold the items that they have."""
    for level in (Level.STUDY, Level.SERIES):
        table = TABLES[level]
        for attribute in SEQUENCES[level]:
            columns = sequence_item.c
            rows = connection.execute(
                select(columns.owner, columns.item, columns.tag, columns.value)
                .where(columns.sequence == attribute.tag)
                .order_by(columns.owner, columns.item, columns.tag)
            ).all()
            for owner, group in groupby(rows, key=lambda row: row[0]):
                items: dict[int, dict[int, str]] = {}
                for _owner, item, tag, value in group:
                    items.setdefault(item, {})[tag] = value
                found = items_text([items.get(number, {}) for number in range(max(items) + 1)])
                connection.execute(update(table).where(table.c.key == owner).values({attribute.column: found}))


def _merge_patients(connection: Connection) -> None:
    """Identify patients by ID and issuer, without the name where there is an ID."""
    rows = connection.execute(select(patient.c.key, patient.c.area, *_IDENTIFYING.values()).order_by(patient.c.key))
    kept: dict[tuple[str, str], int] = {}
    merged: dict[int, int] = {}
    for key, area, *values in rows.all():
        which = area, patient_identity(dict(zip(_IDENTIFYING, values, strict=True)))
        if kept.setdefault(which, key) != key:
            merged[key] = kept[which]
    for key, other in merged.items():
        connection.execute(update(study).where(study.c.patient_key == key).values(patient_key=other))
        connection.execute(delete(patient).where(patient.c.key == key))
    statement = text("UPDATE patient SET identity = :identity WHERE key = :key")
    changes = [{"key": key, "identity": identity} for (_area, identity), key in kept.items()]
    for start in range(0, len(changes), _AT_ONCE):
        connection.execute(statement, changes[start : start + _AT_ONCE])
    counted = select(func.count()).where(study.c.patient_key == patient.c.key).scalar_subquery()
    connection.execute(update(patient).values(study_count=counted))
    for key in sorted(set(merged.values())):
        refresh_patient(connection, key)


def doubted_areas(connection: Connection) -> list[str]:
    """The areas of which the index was made by an older version that did not keep what instances carry."""
    names = connection.execute(select(settings.c.name).where(settings.c.name.like(f"{_DOUBT}%"))).scalars()
    return sorted(name.removeprefix(_DOUBT) for name in names)


def trust_area(connection: Connection, area: str) -> None:
    """An area was indexed again."""
    connection.execute(delete(settings).where(settings.c.name == f"{_DOUBT}{area}"))


STEPS: Final[Mapping[int, Step]] = MappingProxyType(
    {1: _find_conflicts_fast, 2: _identify_later, 3: _keep_fewer_counts, 4: _tell_patients_apart}
)
"""By the version that a step starts from."""


def migrate(database: Database) -> None:
    """Make the tables, or bring those of an older version up to date.

    Raises IndexUnusableError for a database of a newer version or one that is not ours.
    """
    with database.reading() as connection:
        version = read_version(connection)
    _refuse_newer(version)
    if version != VERSION:
        database.write(_migrate)


def check_version(database: Database) -> None:
    """Raise IndexUnusableError where the tables are not those of this version, or the log is not written back."""
    log = Path(f"{database.file}-wal")
    if database.file and log.exists() and log.stat().st_size:
        raise IndexUnusableError(
            "the index was not left in order, and its folder cannot be written: let an archive that may write there "
            "start and end once"
        )
    with database.reading() as connection:
        version = read_version(connection)
    _refuse_newer(version)
    if version != VERSION:
        raise IndexUnusableError(
            f"the database of the index has version {version} and cannot be brought to {VERSION} where its folder "
            "cannot be written"
        )


def read_version(connection: Connection) -> int:
    """The version of the schema; 0 for an empty database. Raises IndexUnusableError where it is not ours."""
    inspector = inspect(connection)
    has_others = inspector.has_table(
        "patient"
    )  # before that of the version, as another process may make both meanwhile
    if not inspector.has_table(settings.name):
        if has_others:
            raise IndexUnusableError("the database has other tables than those of an index")
        return 0
    value = connection.execute(select(settings.c.value).where(settings.c.name == "version")).scalar()
    if value is None or not value.isdigit():
        raise IndexDamagedError("the database of the index does not say its version; it can be made again")
    return int(value)


def _refuse_newer(version: int) -> None:
    if version > VERSION:
        raise IndexUnusableError(
            f"the database of the index has version {version}, this program knows those up to {VERSION}: "
            "use a newer program, or make the index again from the stored files"
        )


def _migrate(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBER})
    version = read_version(connection)
    _refuse_newer(version)
    if version == 0:
        create_tables(connection)
        connection.execute(settings.insert().values(name="version", value=str(VERSION)))
        return
    for start in range(version, VERSION):
        STEPS[start](connection)
    connection.execute(update(settings).where(settings.c.name == "version").values(value=str(VERSION)))
