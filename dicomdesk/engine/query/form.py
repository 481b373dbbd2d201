"""A query as a form asks for it: what people know of a patient, a study or a series, as keys of the level asked for."""

from types import MappingProxyType
from typing import Final

from dicomdesk.dicom.query.attributes import (
    MODALITY,
    PATIENT_ID,
    QUERY_RETRIEVE_LEVEL,
    SERIES_INSTANCE_UID,
    SOP_CLASS_UID,
    SOP_INSTANCE_UID,
    STUDY_INSTANCE_UID,
    UNIQUE_KEYS,
    Level,
)
from dicomdesk.dicom.query.attributes import PERSON_NAME_TAG as PATIENT_NAME
from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.dicom.query.results import QueryResult
from dicomdesk.engine.query.request import Identifier, QueryModel
from dicomdesk.records import dataclass

__all__ = ["QueryForm", "identifier_below"]

_BIRTH_DATE: Final = 0x00100030
_SEX: Final = 0x00100040
_ACCESSION_NUMBER: Final = 0x00080050
_STUDY_DATE: Final = 0x00080020
_STUDY_TIME: Final = 0x00080030
_STUDY_DESCRIPTION: Final = 0x00081030
_STUDY_ID: Final = 0x00200010
_MODALITIES: Final = 0x00080061
_SERIES_NUMBER: Final = 0x00200011
_SERIES_DESCRIPTION: Final = 0x0008103E
_INSTANCE_NUMBER: Final = 0x00200013

_PATIENT = (PATIENT_NAME, PATIENT_ID, _BIRTH_DATE, _SEX)
_RETURNED: Final = MappingProxyType(
    {
        Level.PATIENT: (*_PATIENT, 0x00201200, 0x00201204),
        Level.STUDY: (
            *(*_PATIENT, STUDY_INSTANCE_UID, _STUDY_DATE, _STUDY_TIME, _ACCESSION_NUMBER, _STUDY_ID),
            *(_STUDY_DESCRIPTION, _MODALITIES, 0x00080090, 0x00201206, 0x00201208),
        ),
        Level.SERIES: (SERIES_INSTANCE_UID, _SERIES_NUMBER, MODALITY, _SERIES_DESCRIPTION, 0x00201209),
        Level.IMAGE: (SOP_INSTANCE_UID, SOP_CLASS_UID, _INSTANCE_NUMBER),
    }
)
"""What is asked for at a level, to be shown."""
_BELOW: Final = MappingProxyType({Level.PATIENT: Level.STUDY, Level.STUDY: Level.SERIES, Level.SERIES: Level.IMAGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryForm:
    """What is known; "" is nothing. Wildcards and ranges are as in DICOM: ``*``, ``?``, ``20260101-20261231``."""

    level: Level = Level.STUDY
    """PATIENT or STUDY."""
    patient_name: str = ""
    """The beginning of a name is enough: a star is put behind one that has no wildcard."""
    patient_id: str = ""
    birth_date: str = ""
    accession_number: str = ""
    modalities: tuple[str, ...] = ()
    """Any of them."""
    study_date: str = ""
    study_description: str = ""
    """Any part of it: stars are put around what has no wildcard."""
    study_instance_uid: str = ""
    further: tuple[QueryKey, ...] = ()
    """Keys of any kind; they come last, and in the place of those above."""

    @property
    def identifier(self) -> Identifier:
        """With what is to be returned at the level."""
        values = dict.fromkeys(_RETURNED[self.level], "")
        values |= {
            PATIENT_NAME: _beginning(self.patient_name),
            PATIENT_ID: self.patient_id.strip(),
            _BIRTH_DATE: self.birth_date.strip(),
        }
        if self.level is not Level.PATIENT:
            values |= {
                _ACCESSION_NUMBER: self.accession_number.strip(),
                _MODALITIES: "\\".join(self.modalities),
                _STUDY_DATE: self.study_date.strip(),
                _STUDY_DESCRIPTION: _part(self.study_description),
                STUDY_INSTANCE_UID: self.study_instance_uid.strip(),
            }
        return _identifier(self.level, values, self.further)


def identifier_below(
    result: QueryResult, level: Level, model: QueryModel, above: QueryResult | None = None
) -> Identifier | None:
    """What is below a match of a level, to be asked for next; None below images, or where it names nothing.

    ``above`` is the match of the level above, for peers that do not repeat its unique keys. Below studies only a model
    whose root is the patient knows patients (PS3.4 C.6.2.1).
    """
    below = _BELOW.get(level)
    if below is None or not result.unique_value(level):
        return None
    values = dict.fromkeys(_RETURNED[below], "")
    has_patients = below is Level.STUDY or model is not QueryModel.STUDY_ROOT
    for each in Level:
        if (each is level or each.is_above(level)) and (has_patients or each is not Level.PATIENT):
            known = result.unique_value(each) or (above.unique_value(each) if above is not None else "")
            values |= {UNIQUE_KEYS[each]: known} if known else {}
    return _identifier(below, values, ())


def _identifier(level: Level, values: dict[int, str], further: tuple[QueryKey, ...]) -> Identifier:
    keys = [QueryKey(tag=QUERY_RETRIEVE_LEVEL, value=level.value)]
    keys += [QueryKey(tag=tag, value=value) for tag, value in values.items()]
    return Identifier(keys=(*keys, *further))


def _has_wildcard(text: str) -> bool:
    return "*" in text or "?" in text


def _beginning(text: str) -> str:
    text = text.strip()
    return f"{text}*" if text and not _has_wildcard(text) else text


def _part(text: str) -> str:
    text = text.strip()
    return f"*{text}*" if text and not _has_wildcard(text) else text
