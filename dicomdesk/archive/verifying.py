"""Checks and repairs the kept counts of an index."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, ScalarSelect, Table, func, select, update

from dicomdesk.archive.schema import instance, patient, series, study

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
_STUDIES_OF_PATIENT: Final = select(func.count()).where(study.c.patient_key == patient.c.key).scalar_subquery()


def _sum_of_studies(column: str) -> ScalarSelect[int]:
    return (
        select(func.coalesce(func.sum(study.c[column]), 0))
        .where(study.c.patient_key == patient.c.key)
        .scalar_subquery()
    )


_COUNTS: Final[tuple[tuple[Table, str, str, ScalarSelect[int]], ...]] = (
    (series, "series_instance_uid", "instance_count", _IN_SERIES),
    (study, "study_instance_uid", "series_count", _SERIES_IN_STUDY),
    (study, "study_instance_uid", "instance_count", _IN_STUDY),
    (study, "study_instance_uid", "bytes", _BYTES_IN_STUDY),
    (patient, "key", "study_count", _STUDIES_OF_PATIENT),
    (patient, "key", "series_count", _sum_of_studies("series_count")),
    (patient, "key", "instance_count", _sum_of_studies("instance_count")),
)
"""Table, what names a row of it without telling who the patient is, the kept count, and what it should be."""


def wrong_counts(connection: Connection) -> Iterator[str]:
    """Yield a sentence for each kept count that is wrong."""
    for table, name, column, truth in _COUNTS:
        statement = select(table.c[name], table.c[column], truth).where(table.c[column] != truth)
        for which, kept, right in connection.execute(statement):
            yield f"{table.name} {which}: {column} is {kept} and should be {right}"


def recount(connection: Connection) -> None:
    """Make all kept counts right; the caller commits."""
    for table, _name, column, truth in _COUNTS:
        connection.execute(update(table).values({column: truth}))
