"""Removes instances from the index within one transaction, keeps the counts and what is shown of those that stay."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from dicomdesk.archive.index_entries import Conflict, StoredInstance, StudyUsage
from dicomdesk.archive.tables.conflicts import lock_instances, lock_study_uid, note_instances, note_patients
from dicomdesk.archive.tables.counts import LAST_RECEIVED, drop_classes
from dicomdesk.archive.tables.faces import (
    SERIES_READ,
    STUDY_READ,
    Faces,
    StudyEntity,
    list_modalities,
    series_entity,
    study_entity,
)
from dicomdesk.archive.tables.patients import StaleError, refresh_patient
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
from dicomdesk.archive.tables.selections import STORED, stored_instance
from dicomdesk.dicom.query.attributes import Level, attributes_of

_AT_ONCE = 400


class _Gone(NamedTuple):
    """Instance that was removed, and where it was."""

    stored: StoredInstance
    key: int
    series_key: int
    study_key: int
    patient_key: int
    area: str
    study_conflict: int
    study_face: int
    series_face: int


def remove_instances(connection: Connection, condition: ColumnElement[bool]) -> list[StoredInstance]:
    """Remove the instances that meet the condition, and series, studies and patients that have none left.

    The condition is on the tables instance, series and study joined. The caller commits. Raises StaleError when others
    removed one of the studies meanwhile.
    """
    own = (instance.c.key, series.c.key, study.c.key, study.c.patient_key, study.c.area, study.c.conflict)
    rows = connection.execute(
        STORED.add_columns(*own, instance.c.study_face, instance.c.series_face)
        .where(condition)
        .with_for_update(of=instance)
    ).all()
    gone = [_Gone(stored_instance(row[:-8]), *row[-8:]) for row in rows]
    for start in range(0, len(gone), _AT_ONCE):
        _drop(connection, Level.IMAGE, [one.key for one in gone[start : start + _AT_ONCE]])
    if gone:
        _Removal(connection, gone).run()
    return [one.stored for one in gone]


def remove_surplus_study(
    connection: Connection, area: str, seen: StudyUsage, most_studies: int
) -> list[StoredInstance]:
    """Remove a study if the area has more than that many still, and nothing came to the study since it was ``seen``.

    The caller commits. Raises StaleError as ``remove_instances``.
    """
    condition = study.c.key == seen.study_key
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
    if level is Level.SERIES:
        connection.execute(delete(series_face).where(series_face.c.series_key.in_(keys)))
    if level is Level.STUDY:
        connection.execute(delete(study_face).where(study_face.c.study_key.in_(keys)))
        connection.execute(delete(study_class).where(study_class.c.study_key.in_(keys)))
    connection.execute(delete(table).where(table.c.key.in_(keys)))


class _Removal:
    """What follows when instances have gone: of their series, studies and patients."""

    def __init__(self, connection: Connection, gone: Sequence[_Gone]) -> None:
        self._connection = connection
        self._gone = gone
        self._faces = Faces(connection)

    def run(self) -> None:
        connection = self._connection
        lock_instances(connection, ((one.area, one.stored.sop_instance_uid) for one in self._gone))
        in_conflict = {
            (one.area, one.stored.study_instance_uid)
            for one in self._gone
            if one.study_conflict & Conflict.OTHER_PATIENT
        }
        for area, uid in sorted(in_conflict):
            lock_study_uid(connection, area, uid)
        by_study: dict[int, list[_Gone]] = {}
        for one in self._gone:
            by_study.setdefault(one.study_key, []).append(one)
        dropped = {key for key, members in sorted(by_study.items()) if self._uncount(key, members)}
        self._show()
        self._drop_or_show_patients(dropped)
        for area, uid in sorted(in_conflict):
            note_patients(connection, area, uid)
        repeated: dict[str, set[str]] = {}
        for one in self._gone:
            if one.stored.conflict:
                repeated.setdefault(one.area, set()).add(one.stored.sop_instance_uid)
        for area, uids in repeated.items():
            note_instances(connection, area, uids)

    def _drop_or_show_patients(self, dropped: set[int]) -> None:
        """Remove patients without studies, and have others show what their studies do.

        After all studies, as additions do: who locks in the same order does not wait in circles.
        """
        without = {one.patient_key for one in self._gone if one.study_key in dropped}
        for key in sorted(without):
            self._connection.execute(delete(patient).where(patient.c.key == key, patient.c.study_count <= 0))
        varying = select(patient.c.key).where(patient.c.key.in_(without), patient.c.varies != 0)
        shown = {*self._faces.changed_patients, *self._connection.execute(varying).scalars()}
        for key in sorted(shown):
            refresh_patient(self._connection, key)

    def _show(self) -> None:
        """Have the studies and series that are left show what most of their instances carry."""
        touched = self._faces.touched_studies()
        self._faces.apply()
        if touched:
            self._connection.execute(
                update(study).where(study.c.key.in_(touched)).values(revision=study.c.revision + 1)
            )

    def _uncount(self, key: int, gone: Sequence[_Gone]) -> bool:
        """Count the instances of a study that have gone; return whether it has gone with them."""
        connection = self._connection
        row = connection.execute(
            STUDY_READ.add_columns(study.c.last_received).where(study.c.key == key).with_for_update()
        ).one_or_none()
        if row is None:
            raise StaleError
        owner = study_entity(row[:-1])
        changes = {
            "instance_count": study.c.instance_count - len(gone),
            "bytes": study.c.bytes - sum(one.stored.size_bytes for one in gone),
        }
        if max(round(one.stored.received * 1e6) for one in gone) >= row[-1]:
            changes["last_received"] = LAST_RECEIVED
        connection.execute(update(study).where(study.c.key == key).values(**changes))
        of_series = Counter(one.series_key for one in gone)
        emptied = [
            series_key for series_key, number in sorted(of_series.items()) if self._uncount_series(series_key, number)
        ]
        if emptied:
            _drop(connection, Level.SERIES, emptied)
            if _drop_empty_study(connection, key, owner.patient_key):
                return True
            left = study.c.series_count - len(emptied)
            connection.execute(update(study).where(study.c.key == key).values(series_count=left))
            list_modalities(connection, key)
        drop_classes(connection, key, sorted({one.stored.sop_class_uid for one in gone}))
        self._count_faces(owner, gone, set(emptied))
        return False

    def _uncount_series(self, key: int, number: int) -> bool:
        """Count instances that a series has lost; return whether none is left."""
        connection = self._connection
        connection.execute(
            update(series).where(series.c.key == key).values(instance_count=series.c.instance_count - number)
        )
        left = connection.execute(select(series.c.instance_count).where(series.c.key == key)).scalar()
        return left is not None and left <= 0

    def _count_faces(self, owner: StudyEntity, gone: Sequence[_Gone], emptied: set[int]) -> None:
        for one in gone:
            self._faces.count(owner, one.study_face, -1)
        keys = {one.series_key for one in gone} - emptied
        rows = self._connection.execute(SERIES_READ.where(series.c.key.in_(keys), series.c.faces != 0))
        parts = {part.key: part for part in (series_entity(row, owner) for row in rows)}
        for one in gone:
            if one.series_key in parts:
                self._faces.count(parts[one.series_key], one.series_face, -1)


def _drop_empty_study(connection: Connection, key: int, patient_key: int) -> bool:
    """Remove a study that no series is left of; return whether it was one."""
    left = connection.execute(select(func.count()).select_from(series).where(series.c.study_key == key)).scalar()
    if left:
        return False
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
    connection.execute(delete(series_face).where(series_face.c.series_key.in_(all_series)))
    connection.execute(delete(study_face).where(study_face.c.study_key.in_(studies)))
    connection.execute(delete(study_class).where(study_class.c.study_key.in_(studies)))
    connection.execute(delete(series).where(series.c.study_key.in_(studies)))
    connection.execute(delete(study).where(study.c.area == area))
    connection.execute(delete(patient).where(patient.c.area == area))
