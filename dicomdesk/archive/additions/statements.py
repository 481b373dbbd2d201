"""Statements of additions: those that run for each of them are prepared."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Table, Update, bindparam, case, delete, exists, insert, literal_column, select, text, update

from dicomdesk.archive.contents.rows import Row
from dicomdesk.archive.tables.faces import StudyEntity
from dicomdesk.archive.tables.prepared_statement import PreparedStatement
from dicomdesk.archive.tables.schema import instance, sequence_item, series, study
from dicomdesk.dicom.query.attributes import Level, attributes_of


def _adding(table: Table, *columns: str) -> Update:
    """An update that adds to these columns of the row ``which``."""
    return (
        update(table)
        .where(table.c.key == bindparam("which"))
        .values({column: table.c[column] + bindparam(column) for column in columns})
    )


INSTANCE_SEQUENCES: Final = tuple(one for one in attributes_of(Level.IMAGE) if one.item_tags)
_ALL_KNOWN: Final = (
    select(
        instance.c.sop_instance_uid,
        instance.c.key,
        instance.c.series_key,
        series.c.study_key,
        study.c.study_instance_uid,
        instance.c.path,
        instance.c.bytes,
        instance.c.sop_class_uid,
        instance.c.received,
        instance.c.study_face,
        instance.c.series_face,
    )
    .join(series, series.c.key == instance.c.series_key)
    .join(study, study.c.key == series.c.study_key)
    .where(study.c.area.concat(literal_column("''")) == bindparam("area"))
)
KNOWN: Final = _ALL_KNOWN.where(instance.c.sop_instance_uid.in_(bindparam("uids", expanding=True)))
KNOWN_ONE: Final = PreparedStatement(_ALL_KNOWN.where(instance.c.sop_instance_uid == bindparam("uid")))
_CHANGING_STUDY: Final = (
    _adding(study, "series_count", "instance_count", "bytes")
    .where(study.c.revision == bindparam("revision"), study.c.sop_classes == bindparam("remembered"))
    .values(
        revision=study.c.revision + bindparam("step"),
        sop_classes=bindparam("sop_classes"),
        last_received=case(
            (study.c.last_received < bindparam("received"), bindparam("received")), else_=study.c.last_received
        ),
    )
)
CHANGE_STUDY: Final = PreparedStatement(_CHANGING_STUDY)
_OTHER: Final = study.alias("other")
COUNT_UNKNOWN: Final = PreparedStatement(
    _CHANGING_STUDY.where(
        ~exists(literal_column("1"))
        .select_from(
            instance.join(series, series.c.key == instance.c.series_key).join(
                _OTHER, _OTHER.c.key == series.c.study_key
            )
        )
        .where(
            _OTHER.c.area.concat(literal_column("''")) == bindparam("area"),
            instance.c.sop_instance_uid == bindparam("uid"),
        )
    )
)
"""Only where the area has no instance of this UID."""
ADD_TO_SERIES: Final = PreparedStatement(_adding(series, "instance_count"))
ADD_CLASS: Final = text(
    "INSERT INTO study_class (study_key, sop_class_uid) VALUES (:study_key, :sop_class_uid) ON CONFLICT DO NOTHING"
)
"""Also where a list that was damaged did not say that it is there."""
ADD_INSTANCES: Final = PreparedStatement(
    insert(instance).values({column.name: bindparam(column.name) for column in instance.c if not column.primary_key})
)
REPLACE: Final = PreparedStatement(
    update(instance)
    .where(instance.c.key == bindparam("which"))
    .values({column.name: bindparam(column.name) for column in instance.c if not column.primary_key})
)
DROP_ITEMS: Final = PreparedStatement(
    delete(sequence_item).where(
        sequence_item.c.sequence == bindparam("which"), sequence_item.c.owner == bindparam("holder")
    )
)


def study_changes(owner: StudyEntity, counts: Mapping[str, int], received: int) -> Row:
    """Parameters of the statements that change a study by counts: its SOP classes and its revision stay as they are."""
    return {
        "series_count": 0,
        "instance_count": 0,
        "bytes": 0,
        **counts,
        "received": received,
        "sop_classes": owner.classes,
        "which": owner.key,
        "remembered": owner.classes,
        "revision": owner.revision,
        "step": 0,
    }
