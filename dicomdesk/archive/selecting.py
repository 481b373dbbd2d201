"""Selections of stored instances from the index, with what is needed to read and send them."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select

from dicomdesk.archive.entries import Conflict, StoredInstance
from dicomdesk.archive.schema import instance, patient, series, study

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
    )
    .select_from(instance)
    .join(series, series.c.key == instance.c.series_key)
    .join(study, study.c.key == series.c.study_key)
    .join(patient, patient.c.key == study.c.patient_key)
)


def stored_instance(row: Sequence[Any]) -> StoredInstance:
    """What a row of ``STORED`` says."""
    path, size, sop_class_uid, sop_instance_uid, transfer_syntax_uid, study_uid, series_uid, received, conflict = row
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
    )
