"""What stands in the columns of a result: words made once, on the thread that reads the answer."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.dicom.query.attributes import MODALITY, PATIENT_ID, PERSON_NAME_TAG, SOP_CLASS_UID, Level
from dicomdesk.dicom.query.results import QueryResult
from dicomdesk.gui import wording
from dicomdesk.gui.outline.model import Column
from dicomdesk.records import dataclass

__all__ = [
    "ACCESSION",
    "BIRTH_DATE",
    "COLUMNS",
    "DATE",
    "DESCRIPTION",
    "INSTANCES",
    "MODALITIES",
    "NAME",
    "PATIENT",
    "PEER",
    "SERIES",
    "Cells",
    "cells_of",
    "cells_of_worklist",
    "count_of",
    "result_columns",
]

NAME, PATIENT, BIRTH_DATE, DATE, MODALITIES, DESCRIPTION, ACCESSION, SERIES, INSTANCES, PEER = range(10)
COLUMNS = 10
_LONGEST = 200
"""Characters of foreign text in a cell."""

_BIRTH_DATE = 0x00100030
_SEX = 0x00100040
_STUDY_DATE, _STUDY_TIME = 0x00080020, 0x00080030
_ACCESSION = 0x00080050
_START_DATE, _START_TIME = 0x00400002, 0x00400003
_STEP_DESCRIPTION, _PROCEDURE_DESCRIPTION = 0x00400007, 0x00321060
_MODALITIES_IN_STUDY = 0x00080061
_STUDY_DESCRIPTION = 0x00081030
_SERIES_DESCRIPTION = 0x0008103E
_SERIES_NUMBER = 0x00200011
_INSTANCE_NUMBER = 0x00200013
_INSTANCE_COUNTS = {Level.PATIENT: 0x00201204, Level.STUDY: 0x00201208, Level.SERIES: 0x00201209}
_SERIES_COUNT = 0x00201206


def _say(text: str) -> str:
    return QCoreApplication.translate("cells", text)


def result_columns() -> tuple[Column, ...]:
    """Return the columns of the results."""
    return (
        Column(title=_say("Name"), width=232, grows=1),
        Column(title=_say("Patient ID"), width=90),
        Column(title=_say("Born"), width=92),
        Column(title=_say("Date"), width=132),
        Column(title=_say("Modality"), width=76),
        Column(title=_say("Description"), width=140),
        Column(title=_say("Accession"), width=98, yields=3),
        Column(title=_say("Series"), width=62, is_number=True, yields=1),
        Column(title=_say("Instances"), width=118, is_number=True, yields=2),
        Column(title=_say("Peer"), width=96, grows=1),
    )


@dataclass(frozen=True, slots=True)
class Cells:
    """One answer in words; all text is of one line, and bounded."""

    texts: tuple[str, ...]
    """By column; the peer is not among them."""
    number: int | None
    """Of a series or an instance."""
    instances: int | None
    """That the peer announces."""
    identity: str = ""
    """Birth date and sex: what tells people of one name apart."""


def cells_of(level: Level, result: QueryResult) -> Cells:
    """Return an answer in words; for any thread."""
    texts = [""] * COLUMNS
    number, identity = None, ""
    if level is Level.PATIENT or level is Level.STUDY:
        texts[NAME] = wording.person_name_text(_cut(result.value(PERSON_NAME_TAG))) or _say("No patient name")
        texts[PATIENT] = _cut(result.value(PATIENT_ID))
        texts[BIRTH_DATE] = wording.date_text(_cut(result.value(_BIRTH_DATE)))
        identity = f"{texts[BIRTH_DATE]} {_cut(result.value(_SEX))}".strip()
    if level is Level.STUDY:
        texts[DATE] = _date_and_time(result.value(_STUDY_DATE), result.value(_STUDY_TIME))
        texts[MODALITIES] = _cut(result.value(_MODALITIES_IN_STUDY).replace("\\", "/"))
        texts[DESCRIPTION] = _cut(result.value(_STUDY_DESCRIPTION))
        texts[ACCESSION] = _cut(result.value(_ACCESSION))
        series = count_of(result.value(_SERIES_COUNT))
        texts[SERIES] = "" if series is None else wording.count_text(series)
    elif level is Level.SERIES:
        shown, number = _numbered(result.value(_SERIES_NUMBER))
        texts[NAME] = _say("Series {number}").format(number=shown) if shown else _say("Series")
        texts[MODALITIES] = _cut(result.value(MODALITY))
        texts[DESCRIPTION] = _cut(result.value(_SERIES_DESCRIPTION))
    elif level is Level.IMAGE:
        shown, number = _numbered(result.value(_INSTANCE_NUMBER))
        texts[NAME] = _say("Instance {number}").format(number=shown) if shown else _say("Instance")
        texts[DESCRIPTION] = wording.sop_class_text(_cut(result.value(SOP_CLASS_UID)))
    tag = _INSTANCE_COUNTS.get(level)
    instances = None if tag is None else count_of(result.value(tag))
    texts[INSTANCES] = "" if instances is None else wording.count_text(instances)
    return Cells(tuple(texts), number, instances, identity)


def cells_of_worklist(result: QueryResult, step: Mapping[int, str]) -> Cells:
    """Return an entry of a worklist in words; ``step`` has the values of its scheduled step. For any thread."""
    patient = cells_of(Level.PATIENT, result)
    texts = list(patient.texts)
    texts[DATE] = _date_and_time(step.get(_START_DATE, ""), step.get(_START_TIME, ""))
    texts[MODALITIES] = _cut(step.get(MODALITY, ""))
    texts[DESCRIPTION] = _cut(step.get(_STEP_DESCRIPTION, "") or step.get(_PROCEDURE_DESCRIPTION, ""))
    texts[ACCESSION] = _cut(result.value(_ACCESSION))
    texts[INSTANCES] = ""
    return Cells(tuple(texts), None, None, patient.identity)


def count_of(text: str) -> int | None:
    """Return the number that a peer says, None where it is none that can be."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _numbered(text: str) -> tuple[str, int | None]:
    return _cut(text), count_of(text)


def _cut(text: str) -> str:
    shown = human.printable(text[:_LONGEST])
    return shown if len(text) <= _LONGEST else f"{shown}…"


def _date_and_time(day: str, time: str) -> str:
    date = wording.date_text(_cut(day))
    if len(time) >= 4 and time[:4].isascii() and time[:4].isdigit():
        return f"{date} {time[:2]}:{time[2:4]}"
    return date
