"""Attributes that the archive answers queries about: their levels, and where in the index each is (PS3.4 C.6)."""

from collections.abc import Mapping
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import Final

from dicomdesk.records import dataclass


class Level(Enum):
    """A level of the information models; the values are those of Query/Retrieve Level (0008,0052)."""

    PATIENT = "PATIENT"
    STUDY = "STUDY"
    SERIES = "SERIES"
    IMAGE = "IMAGE"

    @property
    def depth(self) -> int:
        """0 for patients to 3 for images."""
        return _DEPTHS[self]

    def is_above(self, other: "Level") -> bool:
        """Whether an entity of this level has many of the other level."""
        return _DEPTHS[self] < _DEPTHS[other]


_DEPTHS = {level: depth for depth, level in enumerate(Level)}


class Source(Enum):
    """Where the value of an attribute comes from."""

    COLUMN = "column"
    """A column of its level, filled from the instances."""
    COUNT = "count"
    """A count that the index keeps; a number."""
    SUM = "sum"
    """The sum of a kept count over the studies of a patient; a number."""
    SERIES_MODALITIES = "series modalities"
    """All modalities of the series of a study."""
    SOP_CLASSES = "sop classes"
    """All SOP classes of a study."""
    ITEMS = "items"
    """Items of a sequence, in a table of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute that can be a key."""

    tag: int
    keyword: str
    vr: bytes
    level: Level
    column: str
    """Its column in the table of its level; of a sum, in that of the studies."""
    source: Source = Source.COLUMN
    is_multiple: bool = False
    """May have several values, joined by backslashes; one that matches is enough."""
    item_tags: tuple[int, ...] = ()
    """Of a sequence: the tags in its items that are kept."""


PERSON_NAME_TAG: Final = 0x00100010
PATIENT_ID: Final = 0x00100020
STUDY_INSTANCE_UID: Final = 0x0020000D
SERIES_INSTANCE_UID: Final = 0x0020000E
SOP_INSTANCE_UID: Final = 0x00080018
SOP_CLASS_UID: Final = 0x00080016
MODALITY: Final = 0x00080060
CHARACTER_SET: Final = 0x00080005
QUERY_RETRIEVE_LEVEL: Final = 0x00080052
RETRIEVE_AE_TITLE: Final = 0x00080054
INSTANCE_AVAILABILITY: Final = 0x00080056
TIMEZONE_OFFSET: Final = 0x00080201

UNIQUE_KEYS: Final[Mapping[Level, int]] = MappingProxyType(
    {
        Level.PATIENT: PATIENT_ID,
        Level.STUDY: STUDY_INSTANCE_UID,
        Level.SERIES: SERIES_INSTANCE_UID,
        Level.IMAGE: SOP_INSTANCE_UID,
    }
)

ITEM_VRS: Final[Mapping[int, bytes]] = MappingProxyType(
    {
        0x00080050: b"SH",
        0x00080100: b"SH",
        0x00080102: b"SH",
        0x00080103: b"SH",
        0x00080104: b"LO",
        0x0020000D: b"UI",
        0x00321060: b"LO",
        0x00400007: b"LO",
        0x00400009: b"SH",
        0x00401001: b"SH",
    }
)
"""VR of what is kept of the items of sequences."""

_CODE: Final = (0x00080100, 0x00080102, 0x00080103, 0x00080104)
_REQUEST: Final = (0x00080050, 0x0020000D, 0x00321060, 0x00400007, 0x00400009, 0x00401001)
_SEQUENCE_ITEMS = {0x00081032: _CODE, 0x00400275: _REQUEST, 0x0040A043: _CODE}

_TABLE: Final = """
PATIENT 00100010 PN PatientName patient_name
PATIENT 00100020 LO PatientID patient_id
PATIENT 00100021 LO IssuerOfPatientID issuer_of_patient_id
PATIENT 00100030 DA PatientBirthDate patient_birth_date
PATIENT 00100032 TM PatientBirthTime patient_birth_time
PATIENT 00100040 CS PatientSex patient_sex
PATIENT 00101000 LO OtherPatientIDs other_patient_ids multiple
PATIENT 00101001 PN OtherPatientNames other_patient_names multiple
PATIENT 00102160 SH EthnicGroup ethnic_group
PATIENT 00104000 LT PatientComments patient_comments
PATIENT 00201200 IS NumberOfPatientRelatedStudies study_count count
PATIENT 00201202 IS NumberOfPatientRelatedSeries series_count sum
PATIENT 00201204 IS NumberOfPatientRelatedInstances instance_count sum
STUDY 0020000D UI StudyInstanceUID study_instance_uid
STUDY 00080020 DA StudyDate study_date
STUDY 00080030 TM StudyTime study_time
STUDY 00080050 SH AccessionNumber accession_number
STUDY 00200010 SH StudyID study_id
STUDY 00080061 CS ModalitiesInStudy modalities modalities
STUDY 00080062 UI SOPClassesInStudy sop_classes classes
STUDY 00080090 PN ReferringPhysicianName referring_physician_name
STUDY 00081030 LO StudyDescription study_description
STUDY 00081032 SQ ProcedureCodeSequence procedure_code_sequence items
STUDY 00081060 PN NameOfPhysiciansReadingStudy reading_physician_names multiple
STUDY 00081080 LO AdmittingDiagnosesDescription admitting_diagnoses_description multiple
STUDY 00101010 AS PatientAge patient_age
STUDY 00101020 DS PatientSize patient_size
STUDY 00101030 DS PatientWeight patient_weight
STUDY 00102180 SH Occupation occupation
STUDY 001021B0 LT AdditionalPatientHistory additional_patient_history
STUDY 00201070 IS OtherStudyNumbers other_study_numbers multiple
STUDY 00201206 IS NumberOfStudyRelatedSeries series_count count
STUDY 00201208 IS NumberOfStudyRelatedInstances instance_count count
SERIES 0020000E UI SeriesInstanceUID series_instance_uid
SERIES 00200011 IS SeriesNumber series_number
SERIES 00080060 CS Modality modality
SERIES 00080021 DA SeriesDate series_date
SERIES 00080031 TM SeriesTime series_time
SERIES 00080070 LO Manufacturer manufacturer
SERIES 00080080 LO InstitutionName institution_name
SERIES 00081010 SH StationName station_name
SERIES 0008103E LO SeriesDescription series_description
SERIES 00081040 LO InstitutionalDepartmentName institutional_department_name
SERIES 00081050 PN PerformingPhysicianName performing_physician_name multiple
SERIES 00081070 PN OperatorsName operators_name multiple
SERIES 00081090 LO ManufacturerModelName manufacturer_model_name
SERIES 00180015 CS BodyPartExamined body_part_examined
SERIES 00181030 LO ProtocolName protocol_name
SERIES 00200060 CS Laterality laterality
SERIES 00201209 IS NumberOfSeriesRelatedInstances instance_count count
SERIES 00400244 DA PerformedProcedureStepStartDate performed_procedure_step_start_date
SERIES 00400245 TM PerformedProcedureStepStartTime performed_procedure_step_start_time
SERIES 00400253 SH PerformedProcedureStepID performed_procedure_step_id
SERIES 00400254 LO PerformedProcedureStepDescription performed_procedure_step_description
SERIES 00400275 SQ RequestAttributesSequence request_attributes_sequence items
IMAGE 00080018 UI SOPInstanceUID sop_instance_uid
IMAGE 00080016 UI SOPClassUID sop_class_uid
IMAGE 00200013 IS InstanceNumber instance_number
IMAGE 00080008 CS ImageType image_type multiple
IMAGE 00080022 DA AcquisitionDate acquisition_date
IMAGE 00080023 DA ContentDate content_date
IMAGE 0008002A DT AcquisitionDateTime acquisition_date_time
IMAGE 00080032 TM AcquisitionTime acquisition_time
IMAGE 00080033 TM ContentTime content_time
IMAGE 00200012 IS AcquisitionNumber acquisition_number
IMAGE 00280008 IS NumberOfFrames number_of_frames
IMAGE 00280010 US Rows rows
IMAGE 00280011 US Columns columns
IMAGE 00280100 US BitsAllocated bits_allocated
IMAGE 0040A043 SQ ConceptNameCodeSequence concept_name_code_sequence items
"""
"""Level, tag, VR, keyword, column, what is special."""

_SOURCES = {
    "count": Source.COUNT,
    "sum": Source.SUM,
    "modalities": Source.SERIES_MODALITIES,
    "classes": Source.SOP_CLASSES,
    "items": Source.ITEMS,
}


def _parse(line: str) -> Attribute:
    level, tag, vr, keyword, column, *special = line.split()
    word = special[0] if special else ""
    return Attribute(
        tag=int(tag, 16),
        keyword=keyword,
        vr=vr.encode("ascii"),
        level=Level(level),
        column=column,
        source=_SOURCES.get(word, Source.COLUMN),
        is_multiple=word in {"multiple", "modalities", "classes"},
        item_tags=_SEQUENCE_ITEMS.get(int(tag, 16), ()),
    )


ATTRIBUTES: Final = tuple(_parse(line) for line in _TABLE.split("\n") if line)
"""All attributes that are supported as keys; each belongs to one level."""

_BY_TAG = {attribute.tag: attribute for attribute in ATTRIBUTES}


def find_attribute(tag: int) -> Attribute | None:
    """The attribute of this tag; None when it is not supported as a key."""
    return _BY_TAG.get(tag)


@cache
def attributes_of(level: Level) -> tuple[Attribute, ...]:
    """All attributes of a level."""
    return tuple(attribute for attribute in ATTRIBUTES if attribute.level is level)


@cache
def stored_attributes(level: Level) -> tuple[Attribute, ...]:
    """The attributes of a level whose columns are filled from the instances."""
    return tuple(attribute for attribute in attributes_of(level) if attribute.source is Source.COLUMN)
