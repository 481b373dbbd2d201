"""All that an index says, in a form that does not tell in which order it came to say it."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, select

from dicomdesk.archive.contents.contents import content_columns
from dicomdesk.archive.index import Index
from dicomdesk.archive.tables.schema import (
    instance,
    patient,
    sequence_item,
    series,
    series_face,
    study,
    study_class,
    study_face,
)
from dicomdesk.dicom.query.attributes import Level

Rows = dict[str, Counter[tuple[Any, ...]]]

_INTERNAL = frozenset(
    {"key", "patient_key", "study_key", "series_key", "revision", "number", "study_face", "series_face"}
)


def canonical_rows(index: Index, *, without: Collection[str] = ()) -> Rows:
    """The rows of all tables; keys are replaced by what they stand for, numbers of faces by what these say.

    Columns of the names in ``without`` are left out.
    """
    with index._database.reading() as connection:
        found = _rows(connection)
    return {
        table: Counter({tuple(_without(part, without) for part in row): count for row, count in rows.items()})
        for table, rows in found.items()
    }


def _without(part: Any, names: Collection[str]) -> Any:
    """A part of a row, which may be a column: (name, value)."""
    return None if isinstance(part, tuple) and len(part) == 2 and part[0] in names else part


def _rows(connection: Connection) -> Rows:
    patients: dict[int, tuple[str, ...]] = {
        row.key: (row.area, row.identity) for row in connection.execute(select(patient))
    }
    studies: dict[int, tuple[str, ...]] = {
        row.key: (*patients[row.patient_key], row.study_instance_uid) for row in connection.execute(select(study))
    }
    all_series: dict[int, tuple[str, ...]] = {
        row.key: (*studies[row.study_key], row.series_instance_uid) for row in connection.execute(select(series))
    }
    owners: dict[int, dict[int, tuple[str, ...]]] = {0x00081032: studies, 0x00400275: all_series}
    study_faces = {
        (row.study_key, row.number): _content(row, Level.STUDY) for row in connection.execute(select(study_face))
    }
    series_faces = {
        (row.series_key, row.number): _content(row, Level.SERIES) for row in connection.execute(select(series_face))
    }
    shown = {row.key: _content(row, Level.STUDY) for row in connection.execute(select(study))}
    shown_series = {row.key: _content(row, Level.SERIES) for row in connection.execute(select(series))}
    faces = {row.key: row.faces for row in connection.execute(select(study))}
    faces_of_series = {row.key: row.faces for row in connection.execute(select(series))}
    study_of = {row.key: row.study_key for row in connection.execute(select(series))}
    found: Rows = {table.name: Counter() for table in (patient, study, series, instance, study_face, series_face)}
    for table, named in ((patient, patients), (study, studies), (series, all_series)):
        for row in connection.execute(select(table)):
            found[table.name][named[row.key], *_plain(row)] += 1
    for row in connection.execute(select(study_face)):
        found["study_face"][studies[row.study_key], *_plain(row)] += 1
    for row in connection.execute(select(series_face)):
        found["series_face"][all_series[row.series_key], *_plain(row)] += 1
    instances: dict[int, tuple[str, ...]] = {}
    for row in connection.execute(select(instance)):
        owner = study_of[row.series_key]
        carried = study_faces[owner, row.study_face] if faces[owner] else shown[owner]
        own = (
            series_faces[row.series_key, row.series_face]
            if faces_of_series[row.series_key]
            else shown_series[row.series_key]
        )
        assert faces[owner] or not row.study_face
        assert faces_of_series[row.series_key] or not row.series_face
        instances[row.key] = (*all_series[row.series_key], row.sop_instance_uid)
        found["instance"][instances[row.key], *_plain(row), carried, own] += 1
    found["study_class"] = Counter(
        (studies[row.study_key], row.sop_class_uid) for row in connection.execute(select(study_class))
    )
    found["sequence_item"] = Counter(
        (row.sequence, owners.get(row.sequence, instances)[row.owner], row.item, row.tag, row.value)
        for row in connection.execute(select(sequence_item))
    )
    return found


def _content(row: Any, level: Level) -> tuple[str, ...]:
    return tuple(row._mapping[name] for name in content_columns(level))


def _plain(row: Any) -> tuple[Any, ...]:
    return tuple(
        (name, bool(value) if name == "faces" else value)
        for name, value in row._mapping.items()
        if name not in _INTERNAL
    )
