"""Migrates the database of an index to the version that this program knows.

Each step takes a database from one version to the next, in the same transaction as the note of its version. Several
processes may open a database at once: one does the steps, the others wait.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection, inspect, select, text, update

from dicomdesk.archive.tables.database import Database
from dicomdesk.archive.tables.rows import patient_identity
from dicomdesk.archive.tables.schema import VERSION, metadata, settings
from dicomdesk.errors import IndexDamagedError, IndexUnusableError

_LOCK_NUMBER: Final = 0x6469636F6D
_AT_ONCE: Final = 10_000
_IDENTIFYING: Final = (0x00100020, 0x00100021, 0x00100010)

Step = Callable[[Connection], None]


def _find_conflicts_fast(connection: Connection) -> None:
    """Version 2: instances in conflict are in an index of their own, of those few only."""
    connection.execute(text('CREATE INDEX instance_in_conflict ON instance (key) WHERE "conflict" <> 0'))


def _identify_by_name(connection: Connection) -> None:
    """Version 3: the name is part of a patient's identity.

    Who was merged stays merged, since names of the others are in the files only: making the index again parts them.
    """
    columns = "key, patient_id, issuer_of_patient_id, patient_name"
    rows = connection.execute(text(f"SELECT {columns} FROM patient WHERE patient_id <> ''")).all()  # noqa: S608  # constants
    # first to what is no identity, so that none meets one that is about to change
    connection.execute(text("UPDATE patient SET identity = CAST(key AS TEXT) WHERE patient_id <> ''"))
    statement = text("UPDATE patient SET identity = :identity WHERE key = :key")
    for start in range(0, len(rows), _AT_ONCE):
        connection.execute(
            statement,
            [
                {"key": key, "identity": patient_identity(dict(zip(_IDENTIFYING, values, strict=True)))}
                for key, *values in rows[start : start + _AT_ONCE]
            ],
        )


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


STEPS: Final[Mapping[int, Step]] = MappingProxyType(
    {1: _find_conflicts_fast, 2: _identify_by_name, 3: _keep_fewer_counts}
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
        metadata.create_all(connection)
        connection.execute(settings.insert().values(name="version", value=str(VERSION)))
        return
    for start in range(version, VERSION):
        STEPS[start](connection)
    connection.execute(update(settings).where(settings.c.name == "version").values(value=str(VERSION)))
