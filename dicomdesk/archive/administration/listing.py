"""Lists what an archive has, level by level, and what of it contradicts other instances."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from dicomdesk.archive.administration.selection import Selection
from dicomdesk.archive.index_entries import Conflict
from dicomdesk.archive.matching.whole_levels import LISTED_NAMES
from dicomdesk.dicom.query.attributes import ATTRIBUTES, Attribute, Level, Source
from dicomdesk.errors import IndexDamagedError
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from dicomdesk.archive.administration.opening import OpenedArea

__all__ = [
    "Listed",
    "ListedValue",
    "columns_of",
    "conflict_words",
    "default_attributes",
    "find_conflicts",
    "list_area",
    "listed",
]

_DEFAULTS: Final[Mapping[Level, str]] = {
    Level.PATIENT: "PatientID IssuerOfPatientID PatientName PatientBirthDate PatientSex NumberOfPatientRelatedStudies "
    "NumberOfPatientRelatedInstances",
    Level.STUDY: "PatientID PatientName StudyDate StudyTime AccessionNumber StudyDescription ModalitiesInStudy "
    "NumberOfStudyRelatedSeries NumberOfStudyRelatedInstances StudyInstanceUID",
    Level.SERIES: "PatientID StudyInstanceUID Modality SeriesNumber SeriesDate SeriesDescription "
    "NumberOfSeriesRelatedInstances SeriesInstanceUID",
    Level.IMAGE: "PatientID StudyInstanceUID SeriesInstanceUID SOPClassUID InstanceNumber SOPInstanceUID",
}
_BY_KEYWORD: Final = {attribute.keyword: attribute for attribute in ATTRIBUTES}
_NUMBERS: Final = frozenset({Source.COUNT, Source.SUM})

ListedValue = str | int | float | list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A patient, study, series or instance of an area."""

    area: str
    level: Level
    values: Mapping[str, ListedValue]
    """By the name of the column; times are in seconds since 1970."""


def default_attributes(level: Level) -> tuple[Attribute, ...]:
    """The attributes that a listing of a level shows."""
    return tuple(_BY_KEYWORD[keyword] for keyword in _DEFAULTS[level].split())


def columns_of(level: Level, attributes: Sequence[Attribute]) -> tuple[str, ...]:
    """Names of the values that ``list_area`` gives, in their order."""
    return (*(_column(attribute) for attribute in attributes), *LISTED_NAMES[level])


def list_area(
    opened: "OpenedArea", selection: Selection, attributes: Sequence[Attribute] | None = None
) -> Iterator[Listed]:
    """Yield what is selected, in no particular order, with these attributes or the usual ones.

    No transaction is held while the caller has it. Raises the errors of the index.
    """
    level = selection.level
    shown = default_attributes(level) if attributes is None else attributes
    shown = [attribute for attribute in shown if not level.is_above(attribute.level)]
    for match, more in opened.index.find_listed(selection.query(returned=shown), opened.name):
        texts = [match.values.get(attribute.tag, "") for attribute in shown]
        yield listed(opened.name, level, shown, texts, more)


def listed(
    area: str, level: Level, shown: Sequence[Attribute], texts: Sequence[str], more: Mapping[str, str | int]
) -> Listed:
    """Make a row of the values of attributes, and those that ``LISTED_NAMES`` names."""
    values: dict[str, ListedValue] = {}
    for attribute, text in zip(shown, texts, strict=True):
        is_number = attribute.source in _NUMBERS and text.isdigit()
        values[_column(attribute)] = int(text) if is_number else text
    values |= {name: _shown(name, value) for name, value in more.items()}
    return Listed(area=area, level=level, values=values)


def find_conflicts(opened: "OpenedArea") -> Iterator[Listed]:
    """Yield what contradicts something else, and is kept nevertheless: studies first, then instances.

    Studies are those of a UID that another patient has, too, and those whose instances name the patient differently.
    Raises the errors of the index.
    """
    for study in opened.index.study_conflicts(opened.name):
        of_study: dict[str, ListedValue] = {
            "conflict": conflict_words(study.conflict),
            "patient_id": study.patient_id,
            "issuer_of_patient_id": study.issuer_of_patient_id,
            "patient_name": study.patient_name,
            "names": list(study.names),
            "study_instance_uid": study.study_instance_uid,
            "series": study.series_count,
            "instances": study.instance_count,
            "last_received": study.last_received,
        }
        yield Listed(area=opened.name, level=Level.STUDY, values=of_study)
    for found in opened.index.conflicts(opened.name):
        of_instance: dict[str, ListedValue] = {
            "conflict": conflict_words(found.conflict),
            "patient_id": found.patient_id,
            "study_instance_uid": found.study_instance_uid,
            "series_instance_uid": found.series_instance_uid,
            "sop_instance_uid": found.sop_instance_uid,
            "received": found.received,
            "path": found.path,
        }
        yield Listed(area=opened.name, level=Level.IMAGE, values=of_instance)


def conflict_words(conflict: int) -> list[str]:
    """What an instance contradicts, as "other-patient"."""
    return [str(one.name).lower().replace("_", "-") for one in Conflict if conflict & one]


def _column(attribute: Attribute) -> str:
    """Name of an attribute's value: that of its column, with the level before it where several levels have the same."""
    if attribute.source in _NUMBERS:
        return {"study_count": "studies", "series_count": "series", "instance_count": "instances"}[attribute.column]
    return attribute.column


def _shown(name: str, value: str | int) -> ListedValue:
    try:
        if name in {"received", "last_received"}:
            return int(value) / 1e6
        return conflict_words(int(value)) if name == "conflict" else value
    except (TypeError, ValueError, OverflowError) as error:  # a file of SQLite keeps anything in any column
        raise IndexDamagedError("the database of the index is damaged") from error
