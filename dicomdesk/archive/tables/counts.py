"""Checks and repairs the kept counts and lists of an index."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final, NamedTuple

from sqlalchemy import (
    Connection,
    ScalarSelect,
    Table,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal_column,
    select,
    update,
)

from dicomdesk.archive.tables.conflicts import recount_conflicts, wrong_conflicts
from dicomdesk.archive.tables.prepared_statement import PreparedStatement
from dicomdesk.archive.tables.schema import instance, patient, series, series_face, study, study_class, study_face

_IN_SERIES: Final = select(func.count()).where(instance.c.series_key == series.c.key).scalar_subquery()
_SERIES_IN_STUDY: Final = select(func.count()).where(series.c.study_key == study.c.key).scalar_subquery()
_IN_STUDY: Final = (
    select(func.count())
    .select_from(instance)
    .join(series, series.c.key == instance.c.series_key)
    .where(series.c.study_key == study.c.key)
    .scalar_subquery()
)
_BYTES_IN_STUDY: Final = (
    select(func.coalesce(func.sum(instance.c.bytes), 0))
    .select_from(instance)
    .join(series, series.c.key == instance.c.series_key)
    .where(series.c.study_key == study.c.key)
    .scalar_subquery()
)
LAST_RECEIVED: Final = (
    select(func.coalesce(func.max(instance.c.received), 0))
    .join(series, series.c.key == instance.c.series_key)
    .where(series.c.study_key == study.c.key)
    .correlate(study)
    .scalar_subquery()
)
"""When the last of the instances of a study came."""
_STUDIES_OF_PATIENT: Final = select(func.count()).where(study.c.patient_key == patient.c.key).scalar_subquery()

_CARRIED_IN_STUDY: Final = (
    select(func.count())
    .select_from(instance)
    .join(series, series.c.key == instance.c.series_key)
    .where(series.c.study_key == study_face.c.study_key, instance.c.study_face == study_face.c.number)
    .scalar_subquery()
)
_CARRIED_IN_SERIES: Final = (
    select(func.count())
    .where(instance.c.series_key == series_face.c.series_key, instance.c.series_face == series_face.c.number)
    .scalar_subquery()
)

_COUNTS: Final[tuple[tuple[Table, str, str, ScalarSelect[int]], ...]] = (
    (series, "series_instance_uid", "instance_count", _IN_SERIES),
    (study, "study_instance_uid", "series_count", _SERIES_IN_STUDY),
    (study, "study_instance_uid", "instance_count", _IN_STUDY),
    (study, "study_instance_uid", "bytes", _BYTES_IN_STUDY),
    (patient, "key", "study_count", _STUDIES_OF_PATIENT),
    (study_face, "study_key", "instance_count", _CARRIED_IN_STUDY),
    (series_face, "series_key", "instance_count", _CARRIED_IN_SERIES),
)
"""Table, what names a row of it without telling who the patient is, the kept count, and what it should be."""


_MODALITIES: Final = (
    select(series.c.study_key, series.c.modality)
    .where(series.c.modality != "")
    .group_by(series.c.study_key, series.c.modality)
    .order_by(series.c.study_key, series.c.modality)
)
_CLASSES: Final = (
    select(series.c.study_key, instance.c.sop_class_uid)
    .join(series, series.c.key == instance.c.series_key)
    .where(instance.c.sop_class_uid != "", instance.c.sop_class_uid.not_like("%\\%", escape="/"))
    .group_by(series.c.study_key, instance.c.sop_class_uid)
)
"""Those that ``rows.is_listed`` says."""
_HAS_CLASS: Final = PreparedStatement(
    select(
        exists(literal_column("1"))
        .select_from(instance.join(series, series.c.key == instance.c.series_key))
        .where(series.c.study_key == bindparam("which"), instance.c.sop_class_uid == bindparam("uid"))
    )
)


def _has_class(connection: Connection, study_key: int, uid: str) -> bool:
    found = _HAS_CLASS.run(connection, {"which": study_key, "uid": uid}).fetchone()
    return found is not None and bool(found[0])


def drop_classes(connection: Connection, study_key: int, uids: Iterable[str]) -> str:
    """Remove those of the SOP classes that no instance of a study has any more; return the list of those it has.

    The transaction has written all instances, and changed the study's row: nobody else adds to it meanwhile.
    """
    gone = [uid for uid in uids if not _has_class(connection, study_key, uid)]
    if gone:
        connection.execute(
            delete(study_class).where(study_class.c.study_key == study_key, study_class.c.sop_class_uid.in_(gone))
        )
    left = connection.execute(
        select(study_class.c.sop_class_uid).where(study_class.c.study_key == study_key).order_by("sop_class_uid")
    ).scalars()
    listed = "\\".join(left)
    if gone:
        connection.execute(update(study).where(study.c.key == study_key).values(sop_classes=listed))
    return listed


def wrong_counts(connection: Connection) -> Iterator[str]:
    """Yield a sentence for each kept count or list that is wrong."""
    for table, name, column, truth in _COUNTS:
        statement = select(table.c[name], table.c[column], truth).where(table.c[column] != truth)
        for which, kept, right in connection.execute(statement):
            yield f"{table.name} {which}: {column} is {kept} and should be {right}"
    for wrong in _wrong_lists(connection):
        yield f"study {wrong.study_instance_uid}: {wrong.column} is {wrong.kept!r} and should be {wrong.right!r}"
    yield from wrong_conflicts(connection)
    kept_classes = {
        tuple(row) for row in connection.execute(select(study_class.c.study_key, study_class.c.sop_class_uid))
    }
    right_classes = {tuple(row) for row in connection.execute(_CLASSES)}
    for study_key, uid in sorted(kept_classes ^ right_classes):
        word = "is noted and not there" if (study_key, uid) in kept_classes else "is there and not noted"
        yield f"study {study_key}: SOP class {uid} {word}"


class _WrongList(NamedTuple):
    key: int
    study_instance_uid: str
    column: str
    kept: str
    right: str


def _wrong_lists(connection: Connection) -> Iterator[_WrongList]:
    """The lists of modalities and SOP classes of studies that are not what is there."""
    columns = study.c
    for column, statement in (
        ("modalities", _MODALITIES),
        ("sop_classes", _CLASSES.order_by(series.c.study_key, instance.c.sop_class_uid)),
    ):
        truth: dict[int, str] = {
            key: "\\".join(row[1] for row in rows)
            for key, rows in groupby(connection.execute(statement), key=lambda row: row[0])
        }
        for key, uid, kept in connection.execute(select(columns.key, columns.study_instance_uid, columns[column])):
            right = truth.get(key, "")
            if kept != right:
                yield _WrongList(key, uid, column, kept, right)


def recount(connection: Connection) -> None:
    """Make all kept counts and lists right; the caller commits."""
    for table, _name, column, truth in _COUNTS:
        connection.execute(update(table).values({column: truth}))
    connection.execute(delete(study_class))
    connection.execute(insert(study_class).from_select(["study_key", "sop_class_uid"], _CLASSES))
    recount_conflicts(connection)
    for wrong in list(_wrong_lists(connection)):
        connection.execute(update(study).where(study.c.key == wrong.key).values({wrong.column: wrong.right}))


def damages(connection: Connection) -> list[str]:
    """Return what the database itself finds wrong in its file; PostgreSQL has no such check."""
    if connection.dialect.name != "sqlite":
        return []
    found = connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars().all()
    return [] if list(found) == ["ok"] else [str(line) for line in found]
