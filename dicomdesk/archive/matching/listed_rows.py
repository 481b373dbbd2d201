"""What a listing shows of patients, studies, series and instances beside their attributes."""

from collections.abc import Generator, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Dialect, func, select

from dicomdesk.archive.matching.query_plan import Reading, find_rows
from dicomdesk.archive.tables.schema import instance, series, study
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.dicom.query.query import Match, Query

__all__ = ["LISTED", "find_listed"]

_SIZE_OF_SERIES: Final = (
    select(func.coalesce(func.sum(instance.c.bytes), 0))
    .where(instance.c.series_key == series.c.key)
    .correlate(series)
    .scalar_subquery()
)
LISTED: Final[Mapping[Level, Mapping[str, ColumnElement[Any]]]] = {
    Level.PATIENT: {},
    Level.STUDY: {"bytes": study.c.bytes, "last_received": study.c.last_received},
    Level.SERIES: {"bytes": _SIZE_OF_SERIES},
    Level.IMAGE: {
        "bytes": instance.c.bytes,
        "received": instance.c.received,
        "transfer_syntax_uid": instance.c.transfer_syntax_uid,
        "path": instance.c.path,
        "conflict": instance.c.conflict,
    },
}
"""By level and name; times are in microseconds since 1970, ``path`` is relative to the area's folder."""


def find_listed(
    reading: Reading, dialect: Dialect, query: Query, area: str
) -> Generator[tuple[Match, dict[str, str | int]]]:
    """Yield what matches with the values of ``LISTED``; see ``find_rows``."""
    columns = LISTED[query.level]
    for match, values in find_rows(reading, dialect, query, area, list(columns.values())):
        yield match, dict(zip(columns, values, strict=True))
