"""Finds what contradicts each other, and notes it at both sides: studies of several patients, instances of one UID."""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from sqlalchemy import Connection, bindparam, func, literal_column, select, text, update

from dicomdesk.archive.index_entries import Conflict, ConflictCounts, StudyConflict
from dicomdesk.archive.tables.driver import KeptConnection, wrapped_error
from dicomdesk.archive.tables.schema import instance, series, study, study_face

_AT_ONCE: Final = 400
_UID_LOCKS: Final = 4096
"""So many locks stand for all SOP Instance UIDs: PostgreSQL has room for some thousand at a time."""
_OTHER_PATIENT: Final = int(Conflict.OTHER_PATIENT)


def lock_study_uid(connection: Connection, area: str, study_uid: str) -> None:
    """Have others wait who make or remove a study of this UID, until the transaction ends."""
    if connection.dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 5))")
        connection.execute(lock, {"name": f"{area}/{study_uid}"})


def lock_instances(connection: Connection | KeptConnection, areas_and_uids: Iterable[tuple[str, str]]) -> None:
    """Have others wait who add or remove instances of these SOP Instance UIDs, until the transaction ends.

    Of two that come at once each would else see none of the other, and neither would note that they contradict each
    other. SQLite has one writer at a time.
    """
    if connection.dialect.name == "postgresql":
        locks = sorted({_lock_number(area, uid) for area, uid in areas_and_uids})
        statement, values = (_LOCK_ONE, (locks[0],)) if len(locks) == 1 else (_LOCK_ALL, (locks,))
        cursor = connection.connection.cursor()
        try:
            cursor.execute(statement, values)
        except connection.dialect.loaded_dbapi.Error as error:
            raise wrapped_error(connection.dialect, statement, error) from error
        finally:
            cursor.close()


def _lock_number(area: str, uid: str) -> int:
    digest = hashlib.blake2b(f"{area}/{uid}".encode("utf-8", "surrogatepass"), digest_size=4).digest()
    return int.from_bytes(digest, "big") % _UID_LOCKS


def note_patients(connection: Connection, area: str, study_uid: str) -> list[int]:
    """Note whether several patients have a study of this UID; return the keys of the studies of which that is new."""
    rows = connection.execute(
        select(study.c.key, study.c.conflict).where(study.c.area == area, study.c.study_instance_uid == study_uid)
    ).all()
    wanted = _OTHER_PATIENT if len(rows) > 1 else 0
    changed = [key for key, conflict in rows if conflict & _OTHER_PATIENT != wanted]
    if changed:
        plain = study.c.conflict.op("&")(~_OTHER_PATIENT)
        connection.execute(
            update(study)
            .where(study.c.key.in_(changed))
            .values(conflict=plain.op("|")(wanted), revision=study.c.revision + 1)
        )
    return changed


def is_outnumbered(connection: Connection, area: str, study_uid: str, study_key: int) -> bool:
    """Whether another patient has as many instances under this Study Instance UID, or more."""
    rows = connection.execute(
        select(study.c.key, study.c.instance_count).where(study.c.area == area, study.c.study_instance_uid == study_uid)
    ).all()
    own = next((count for key, count in rows if key == study_key), 0)
    return any(count >= own for key, count in rows if key != study_key)


def note_instances(connection: Connection, area: str, sop_instance_uids: Iterable[str]) -> None:
    """Note of instances of these UIDs whether others of the area have them, too."""
    uids = sorted(set(sop_instance_uids))
    for start in range(0, len(uids), _AT_ONCE):
        chosen = instance.c.sop_instance_uid.in_(uids[start : start + _AT_ONCE])
        rows = connection.execute(_PLACES.where(study.c.area.concat(literal_column("''")) == area, chosen)).all()
        _note(connection, [tuple(row) for row in rows])


_Place = tuple[str, int, int, str, int, int]
"""SOP Instance UID, key of the instance, conflict, Study Instance UID, keys of study and series."""


def _note(connection: Connection, places: list[_Place]) -> None:
    """Write what is not noted of places in one area."""
    changes = [
        {"which": place[1], "bits": right}
        for _uid, group in groupby(sorted(places), key=lambda place: place[0])
        for place, right in _judged(list(group))
        if place[2] != right
    ]
    if changes:
        connection.execute(_FLAG, changes)


def _judged(same: list[_Place]) -> Iterator[tuple[_Place, int]]:
    """Each of the places that instances of one UID have, and its conflict with the others."""
    for place in same:
        right = 0
        for other in same:
            if other[1] != place[1]:
                right |= conflict_of(place[3:], other[3:])
        yield place, right


def conflict_of(ours: tuple[str, int, int], theirs: tuple[str, int, int]) -> Conflict:
    """What two instances of one UID are to each other; places are Study Instance UID, keys of study and series."""
    if ours[0] != theirs[0]:
        return Conflict.OTHER_STUDY
    if ours[1] != theirs[1]:
        return Conflict.OTHER_PATIENT
    return Conflict.OTHER_SERIES if ours[2] != theirs[2] else Conflict(0)


def study_conflicts(connection: Connection, area: str) -> Iterator[StudyConflict]:
    """Yield the studies that contradict others or themselves, those of one UID together."""
    shown = study.c.study_instance_uid, study.c.conflict, study.c.patient_id, study.c.issuer_of_patient_id
    counts = study.c.series_count, study.c.instance_count, study.c.last_received
    rows = connection.execute(
        select(study.c.key, *shown, study.c.patient_name, *counts)
        .where(study.c.area == area, study.c.conflict != literal_column("0"))
        .order_by(study.c.study_instance_uid, study.c.patient_id, study.c.issuer_of_patient_id, study.c.key)
    ).all()
    for key, uid, conflict, patient_id, issuer, name, series_count, instance_count, received in rows:
        names: tuple[str, ...] = ()
        if conflict & Conflict.OTHER_NAME:
            found = select(study_face.c.patient_name).where(study_face.c.study_key == key).distinct()
            names = tuple(sorted(one for one in connection.execute(found).scalars() if one))
        yield StudyConflict(
            study_instance_uid=uid,
            conflict=Conflict(conflict),
            patient_id=patient_id,
            issuer_of_patient_id=issuer,
            patient_name=name,
            names=names,
            series_count=series_count,
            instance_count=instance_count,
            last_received=received / 1e6,
        )


def conflict_counts(connection: Connection, area: str) -> ConflictCounts:
    """Count what contradicts each other in an area."""
    bits = connection.execute(
        select(study.c.conflict).where(study.c.area == area, study.c.conflict != literal_column("0"))
    ).scalars()
    found = list(bits)
    instances = connection.execute(
        select(func.count())
        .select_from(instance)
        .join(series, series.c.key == instance.c.series_key)
        .join(study, study.c.key == series.c.study_key)
        .where(study.c.area == area, instance.c.conflict != literal_column("0"))
    ).scalar_one()
    return ConflictCounts(
        patients=sum(1 for one in found if one & Conflict.OTHER_PATIENT),
        names=sum(1 for one in found if one & Conflict.OTHER_NAME),
        instances=instances,
    )


def wrong_conflicts(connection: Connection) -> Iterator[str]:
    """Yield a sentence for each conflict that is noted and not there, or there and not noted."""
    for table, wrong in (("study", _wrong_studies(connection)), ("instance", _wrong_instances(connection))):
        for uid in wrong:
            yield f"{table} {uid}: whether it contradicts others is not noted as it is"


def _wrong_studies(connection: Connection) -> list[str]:
    count = func.count().label("studies")
    rows = connection.execute(
        select(study.c.study_instance_uid, count, func.sum(study.c.conflict.op("&")(_OTHER_PATIENT)))
        .group_by(study.c.area, study.c.study_instance_uid)
        .having((count > 1) | (func.sum(study.c.conflict.op("&")(_OTHER_PATIENT)) > 0))
    )
    return [uid for uid, number, noted in rows if int(noted) != (_OTHER_PATIENT * number if number > 1 else 0)]


def _wrong_instances(connection: Connection) -> list[str]:
    wrong = {place[0] for places in _suspects(connection) for place, right in _judged(places) if place[2] != right}
    return sorted(wrong)


def _suspects(connection: Connection) -> Iterator[list[_Place]]:
    """The places of each UID that several instances have, or that is noted to be in conflict."""
    repeated = select(instance.c.sop_instance_uid).group_by(instance.c.sop_instance_uid).having(func.count() > 1)
    chosen = instance.c.sop_instance_uid.in_(repeated) | (instance.c.conflict != literal_column("0"))
    rows = connection.execute(_PLACES.add_columns(study.c.area).where(chosen)).all()
    for _uid, group in groupby(sorted(rows, key=lambda row: (row[-1], row[0])), key=lambda row: (row[-1], row[0])):
        yield [tuple(row[:-1]) for row in group]


def recount_conflicts(connection: Connection) -> None:
    """Note all conflicts anew; the caller commits."""
    for places in list(_suspects(connection)):
        _note(connection, places)
    several = (
        select(study.c.area, study.c.study_instance_uid)
        .group_by(study.c.area, study.c.study_instance_uid)
        .having((func.count() > 1) | (func.sum(study.c.conflict.op("&")(_OTHER_PATIENT)) > 0))
    )
    for area, uid in connection.execute(several).all():
        note_patients(connection, area, uid)


_PLACES: Final = (
    select(
        instance.c.sop_instance_uid,
        instance.c.key,
        instance.c.conflict,
        study.c.study_instance_uid,
        study.c.key,
        series.c.key,
    )
    .join(series, series.c.key == instance.c.series_key)
    .join(study, study.c.key == series.c.study_key)
)
_LOCK_ONE: Final = "SELECT pg_advisory_xact_lock(6, %s)"
_LOCK_ALL: Final = "SELECT count(pg_advisory_xact_lock(6, number)) FROM unnest(%s::int[]) AS number"
"""In the order of the numbers: who locks so waits for nobody in circles."""
_FLAG: Final = update(instance).where(instance.c.key == bindparam("which")).values(conflict=bindparam("bits"))
