"""Selects stored instances from the index, with what is needed to read and send them."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, bindparam, func, literal_column, select

from dicomdesk.archive.index_entries import Conflict, StoredInstance
from dicomdesk.archive.tables.schema import instance, series, study
from dicomdesk.dicom.query.attributes import (
    SERIES_INSTANCE_UID,
    SOP_INSTANCE_UID,
    STUDY_INSTANCE_UID,
    Level,
    find_attribute,
)

STORED: Final = (
    select(
        instance.c.path,
        instance.c.bytes,
        instance.c.sop_class_uid,
        instance.c.sop_instance_uid,
        instance.c.transfer_syntax_uid,
        study.c.study_instance_uid,
        series.c.series_instance_uid,
        instance.c.received,
        instance.c.conflict,
        instance.c.checksum,
        study.c.patient_id,
        study.c.issuer_of_patient_id,
    )
    .select_from(instance)
    .join(series, series.c.key == instance.c.series_key)
    .join(study, study.c.key == series.c.study_key)
)

FILE_ENTRIES: Final = (
    select(instance.c.key, instance.c.path, instance.c.bytes, instance.c.sop_instance_uid, instance.c.checksum)
    .select_from(instance)
    .join(series, series.c.key == instance.c.series_key)
    .join(study, study.c.key == series.c.study_key)
    .where(study.c.area.concat(literal_column("''")) == bindparam("area"), instance.c.key > bindparam("last"))
    .order_by(instance.c.key)
    .limit(bindparam("most"))
)
"""A page of what is said of files, in the order of the table: the key, and the fields of ``FileEntry``."""

_FOUND_BY_STUDY: Final = frozenset({STUDY_INSTANCE_UID, 0x00080020, 0x00080050, 0x00200010})
_FOUND_BY_THEMSELVES: Final = frozenset({SERIES_INSTANCE_UID, SOP_INSTANCE_UID})


def area_condition(area: str, restricting: frozenset[int]) -> ColumnElement[bool]:
    """Return the condition for the area, so written that the database starts from the index of the best of the keys.

    ``restricting`` are the tags of the keys that restrict. Nearly all rows are of one area, which planners do not know:
    where a key is rarer than the area, the condition on the area is one that no index serves.
    """
    if not restricting or restricting & _FOUND_BY_STUDY:
        return study.c.area == area
    attributes = [find_attribute(tag) for tag in restricting]
    if any(attribute is not None and attribute.level is Level.PATIENT for attribute in attributes):
        return study.c.area == area
    if restricting & _FOUND_BY_THEMSELVES:
        return whole_area_condition(area)
    return study.c.area == area


def whole_area_condition(area: str) -> ColumnElement[bool]:
    """Return the condition for the area, for selections in the order of the instances."""
    return study.c.area.concat("") == area


def checked_row(row: Sequence[Any], *numbers: int) -> Sequence[Any]:
    """Return a row; raises TypeError where one of the ``numbers`` is none, or a text is bytes: SQLite keeps any."""
    if bytes in map(type, row) or any(type(row[number]) is not int for number in numbers):
        raise TypeError("a value is of no column's kind")
    return row


def stored_instance(row: Sequence[Any]) -> StoredInstance:
    """Make a stored instance of a row of ``STORED``; raises TypeError as ``checked_row``."""
    checked_row(row, 1, 7)
    path, size, sop_class_uid, sop_instance_uid, transfer_syntax_uid, study_uid, series_uid, received, *others = row
    conflict, checksum, patient_id, issuer = others
    return StoredInstance(
        path=path,
        size_bytes=size,
        sop_class_uid=sop_class_uid,
        sop_instance_uid=sop_instance_uid,
        transfer_syntax_uid=transfer_syntax_uid,
        study_instance_uid=study_uid,
        series_instance_uid=series_uid,
        received=received / 1e6,
        conflict=Conflict(conflict),
        checksum=checksum,
        patient_id=patient_id,
        issuer_of_patient_id=issuer,
    )


def older_of_files(connection: Connection, area: str) -> list[int]:
    """Keys of the entries of an area whose file has a newer entry; it looks at all."""
    newest = func.max(instance.c.key).label("newest")
    joined = instance.join(series, series.c.key == instance.c.series_key).join(study, study.c.key == series.c.study_key)
    several = (
        select(instance.c.path, newest)
        .select_from(joined)
        .where(study.c.area == area)
        .group_by(instance.c.path)
        .having(func.count() > 1)
        .subquery()
    )
    chosen = (several.c.path == instance.c.path) & (several.c.newest != instance.c.key)
    statement = select(instance.c.key).select_from(joined.join(several, chosen)).where(study.c.area == area)
    return list(connection.execute(statement).scalars())
