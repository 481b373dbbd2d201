"""Views of a query: in which tables the values of its keys stand, by what entities show or by what instances carry.

Instances of a study mostly carry what it shows. Where they do not (the study has faces), each is found by what it
carries itself, and shown with that: images by their own face, a series by the most frequent face of its images that
matches, a study or patient that does not match as shown by the most frequent that does.
"""

from dataclasses import field
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Table, func, literal_column, select

from dicomdesk.archive.tables.schema import TABLES, instance, patient, series, study, study_face
from dicomdesk.archive.tables.selections import area_condition
from dicomdesk.dicom.query.attributes import (
    SERIES_INSTANCE_UID,
    SOP_INSTANCE_UID,
    STUDY_INSTANCE_UID,
    Attribute,
    Level,
    Source,
)
from dicomdesk.dicom.query.query import Query
from dicomdesk.records import dataclass

__all__ = ["CARRIED", "SHOWN", "View", "asks_of_studies", "face_views", "is_carried", "shown_view"]

_UIDS: Final = frozenset({STUDY_INSTANCE_UID, SERIES_INSTANCE_UID, SOP_INSTANCE_UID})


def is_carried(attribute: Attribute) -> bool:
    """Whether instances of one study may carry different values, which the study has faces for."""
    is_of_study = attribute.level in {Level.PATIENT, Level.STUDY} and attribute.source is Source.COLUMN
    return is_of_study and attribute.tag != STUDY_INSTANCE_UID


def asks_of_studies(query: Query) -> bool:
    """Whether what instances carry of patient and study may give other matches than what these show."""
    is_told = query.level in {Level.SERIES, Level.IMAGE}
    return any(is_carried(key.attribute) and (is_told or key.restricts) for key in query.keys)


@dataclass(slots=True, kw_only=True)
class View:
    """Tables of one statement."""

    carried: Table = study
    """Where the values stand that instances of a study may carry differently."""
    needs_study: bool = False
    """Whether patients are found by their studies."""
    conditions: tuple[ColumnElement[bool], ...] = ()
    weight: ColumnElement[Any] | None = field(default=None)
    """How often what a row tells is carried; the rows of one key come in that order."""
    is_free: bool = True
    """Whether the database may begin wherever it likes; else with the faces."""

    def table_of(self, attribute: Attribute) -> Table:
        """The table of an attribute's value."""
        return self.carried if is_carried(attribute) else TABLES[attribute.level]

    def character_set(self, level: Level) -> ColumnElement[str]:
        """The character set of what is told of an entity."""
        found: ColumnElement[str] = (series if level in {Level.SERIES, Level.IMAGE} else self.carried).c.character_set
        return found

    def area_condition(self, query: Query, area: str) -> ColumnElement[bool]:
        """The condition for the area; see ``selections.area_condition``."""
        if query.level is Level.PATIENT:
            return patient.c.area == area
        if self.is_free:
            return area_condition(area, query.restricting_tags)
        return study.c.area.concat("") == area

    def joined(self, table: Table, *, needs_patient: bool) -> FromClause:
        """The tables, from that of the query's level on."""
        joined: FromClause = table
        if table is instance:
            joined = joined.join(series, series.c.key == instance.c.series_key)
        if table in (instance, series):
            joined = joined.join(study, study.c.key == series.c.study_key)
        if table is patient and (self.needs_study or self.carried is study_face):
            joined = joined.join(study, study.c.patient_key == patient.c.key)
        if self.carried is study_face:
            # an expression is in no index: the faces, which are few, come first then
            key = study_face.c.study_key if self.is_free else study_face.c.study_key + 0
            joined = joined.join(study_face, study.c.key == key)
        if table is not patient and needs_patient:
            joined = joined.join(patient, patient.c.key == study.c.patient_key)
        return joined


SHOWN: Final = View()
CARRIED: Final = View(carried=study_face)
_OF_PATIENTS: Final = View(carried=patient)
_WEIGHT_IN_SERIES: Final = (
    select(func.count())
    .where(instance.c.series_key == series.c.key, instance.c.study_face == study_face.c.number)
    .correlate(series, study_face)
    .scalar_subquery()
)


def shown_view(query: Query) -> View:
    """The view by what entities show; where it matters, without series and images of studies that have faces."""
    if query.level is Level.PATIENT:
        return _OF_PATIENTS
    if query.level is Level.STUDY or not asks_of_studies(query):
        return SHOWN
    return View(conditions=(study.c.faces == 0,))


def face_views(query: Query) -> tuple[View, ...]:
    """The views by what instances carry."""
    is_free = bool(query.restricting_tags & _UIDS)
    if query.level is Level.PATIENT:
        varies = (patient.c.varies != literal_column("0"),)  # no parameter: the index is of those only
        return (
            View(needs_study=True, conditions=varies, weight=study.c.instance_count),
            View(carried=study_face, conditions=varies, weight=study_face.c.instance_count),
        )
    if query.level is Level.STUDY:
        return (View(carried=study_face, weight=study_face.c.instance_count, is_free=is_free),)
    if query.level is Level.SERIES:
        some = (_WEIGHT_IN_SERIES > 0,)
        return (View(carried=study_face, conditions=some, weight=_WEIGHT_IN_SERIES, is_free=is_free),)
    own = (study_face.c.number == instance.c.study_face,)
    return (View(carried=study_face, conditions=own, is_free=is_free),)
