"""Removes instances from the index within one transaction, and keeps the counts."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select, update

from dicomdesk.archive.index_entries import StoredInstance, StudyUsage
from dicomdesk.archive.tables.counts import drop_classes
from dicomdesk.archive.tables.patients import StaleError
from dicomdesk.archive.tables.schema import instance, patient, sequence_item, series, study, study_class
from dicomdesk.archive.tables.selections import STORED, stored_instance
from dicomdesk.dicom.query.attributes import Level, attributes_of

_AT_ONCE = 400


def remove_instances(connection: Connection, condition: ColumnElement[bool]) -> list[StoredInstance]:
    """Remove the instances that meet the condition, and series, studies and patients that have none left.

    The condition is on the tables instance, series, study and patient joined. The caller commits. Raises StaleError
    when others moved one of the studies to another patient meanwhile.
    """
    rows = connection.execute(
        STORED.add_columns(instance.c.key, series.c.key, study.c.key, patient.c.key)
        .where(condition)
        .with_for_update(of=instance)
    ).all()
    keys = [row[-4] for row in rows]
    for start in range(0, len(keys), _AT_ONCE):
        _drop(connection, Level.IMAGE, keys[start : start + _AT_ONCE])
    if not rows:
        return []
    removed = [stored_instance(row[:-4]) for row in rows]
    owners = [(row[-3], row[-2], row[-1]) for row in rows]
    _uncount(connection, owners, removed)
    return removed


def remove_surplus_study(
    connection: Connection, area: str, seen: StudyUsage, most_studies: int
) -> list[StoredInstance]:
    """Remove a study if the area has more than that many still, and nothing came to the study since it was ``seen``.

    The caller commits. Raises StaleError as ``remove_instances``.
    """
    condition = and_(study.c.area == area, study.c.study_instance_uid == seen.study_instance_uid)
    columns = study.c.instance_count, study.c.bytes, study.c.last_received
    found = connection.execute(select(*columns).where(condition).with_for_update()).one_or_none()
    if found is None or tuple(found) != (seen.instance_count, seen.size_bytes, round(seen.last_received * 1e6)):
        return []
    count = connection.execute(select(func.count()).select_from(study).where(study.c.area == area)).scalar_one()
    return remove_instances(connection, condition) if count > most_studies else []


def _drop(connection: Connection, level: Level, keys: Sequence[int]) -> None:
    table = {Level.IMAGE: instance, Level.SERIES: series, Level.STUDY: study}[level]
    for attribute in attributes_of(level):
        if attribute.item_tags:
            connection.execute(
                delete(sequence_item).where(sequence_item.c.sequence == attribute.tag, sequence_item.c.owner.in_(keys))
            )
    connection.execute(delete(table).where(table.c.key.in_(keys)))


def _uncount(connection: Connection, owners: Sequence[tuple[int, int, int]], removed: Sequence[StoredInstance]) -> None:
    patients = sorted({patient_key for _series, _study, patient_key in owners})
    studies = Counter(study_key for _series, study_key, _patient in owners)
    of_series = Counter(series_key for series_key, _study, _patient in owners)
    sizes: Counter[int] = Counter()
    classes: dict[int, set[str]] = {}
    for (_series_key, study_key, _patient_key), one in zip(owners, removed, strict=True):
        sizes[study_key] += one.size_bytes
        classes.setdefault(study_key, set()).add(one.sop_class_uid)
    patient_of = {study_key: patient_key for _series_key, study_key, patient_key in owners}
    study_of = {series_key: study_key for series_key, study_key, _patient_key in owners}
    # before studies, as additions do: who locks in the same order does not wait in circles
    connection.execute(
        select(patient.c.key).where(patient.c.key.in_(patients)).order_by(patient.c.key).with_for_update(key_share=True)
    ).all()
    for key, number in sorted(studies.items()):
        counted = connection.execute(
            update(study)
            .where(study.c.key == key, study.c.patient_key == patient_of[key])
            .values(instance_count=study.c.instance_count - number, bytes=study.c.bytes - sizes[key])
        )
        if counted.rowcount != 1:
            raise StaleError
    for key, number in sorted(of_series.items()):
        _uncount_series(connection, key, number, study_of[key])
    for key in sorted(studies):
        if not _drop_empty_study(connection, key, patient_of[key]):
            drop_classes(connection, key, sorted(classes[key]))
    for key in patients:
        connection.execute(delete(patient).where(patient.c.key == key, patient.c.study_count <= 0))


def _uncount_series(connection: Connection, key: int, number: int, study_key: int) -> None:
    connection.execute(
        update(series).where(series.c.key == key).values(instance_count=series.c.instance_count - number)
    )
    left = connection.execute(select(series.c.instance_count).where(series.c.key == key)).scalar()
    if left is None or left > 0:
        return
    _drop(connection, Level.SERIES, [key])
    modalities = connection.execute(
        select(series.c.modality).where(series.c.study_key == study_key, series.c.modality != "").distinct()
    ).scalars()
    connection.execute(
        update(study)
        .where(study.c.key == study_key)
        .values(series_count=study.c.series_count - 1, modalities="\\".join(sorted(modalities)))
    )


def _drop_empty_study(connection: Connection, key: int, patient_key: int) -> bool:
    """Remove a study that no series is left of; return whether it was one."""
    left = connection.execute(select(func.count()).select_from(series).where(series.c.study_key == key)).scalar()
    if left:
        return False
    connection.execute(delete(study_class).where(study_class.c.study_key == key))
    _drop(connection, Level.STUDY, [key])
    connection.execute(
        update(patient).where(patient.c.key == patient_key).values(study_count=patient.c.study_count - 1)
    )
    return True


def clear_area(connection: Connection, area: str) -> None:
    """Remove all of an area, without learning what it was; the caller commits."""
    studies = select(study.c.key).where(study.c.area == area)
    all_series = select(series.c.key).where(series.c.study_key.in_(studies))
    owners = {
        Level.IMAGE: select(instance.c.key).where(instance.c.series_key.in_(all_series)),
        Level.SERIES: all_series,
        Level.STUDY: studies,
    }
    for level, keys in owners.items():
        tags = [attribute.tag for attribute in attributes_of(level) if attribute.item_tags]
        connection.execute(
            delete(sequence_item).where(sequence_item.c.sequence.in_(tags), sequence_item.c.owner.in_(keys))
        )
    connection.execute(delete(instance).where(instance.c.series_key.in_(all_series)))
    connection.execute(delete(study_class).where(study_class.c.study_key.in_(studies)))
    connection.execute(delete(series).where(series.c.study_key.in_(studies)))
    connection.execute(delete(study).where(study.c.area == area))
    connection.execute(delete(patient).where(patient.c.area == area))
