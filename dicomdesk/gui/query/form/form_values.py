"""What the form of a query says, as plain values that can be kept; and the question that becomes of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import date, timedelta
from enum import Enum

from PySide6.QtCore import QCoreApplication

from dicomdesk.dicom.documents.data_set import DataSet, write_data_set
from dicomdesk.dicom.documents.key_paths import KeyPathError, apply_key
from dicomdesk.dicom.query.attributes import (
    MODALITY,
    PATIENT_ID,
    PERSON_NAME_TAG,
    STUDY_INSTANCE_UID,
    Level,
    find_attribute,
)
from dicomdesk.dicom.query.keys import KeyStep, QueryKey
from dicomdesk.engine.query.form import QueryForm
from dicomdesk.engine.query.request import Identifier, QueryModel
from dicomdesk.gui.query.asking import Question
from dicomdesk.records import dataclass

__all__ = [
    "MODELS",
    "FormValues",
    "Period",
    "birth_date_problem",
    "date_problem",
    "further_problem",
    "modalities_problem",
    "period_words",
    "question_of",
    "values_of_json",
]

MODELS = (
    QueryModel.STUDY_ROOT,
    QueryModel.PATIENT_ROOT,
    QueryModel.PATIENT_STUDY_ONLY,
    QueryModel.WORKLIST,
)
"""What can be asked in; the first is usual."""
_BIRTH_DATE, _ACCESSION, _PROCEDURE, _START_DATE = 0x00100030, 0x00080050, 0x00321060, 0x00400002
_WORKLIST_PATIENT = (PERSON_NAME_TAG, PATIENT_ID)
_WORKLIST_TOP = (*_WORKLIST_PATIENT, _BIRTH_DATE, 0x00100040, _ACCESSION, 0x00080090, STUDY_INSTANCE_UID, 0x00401001,
    _PROCEDURE)  # fmt: skip
_WORKLIST_STEP = (_START_DATE, 0x00400003, MODALITY, 0x00400001, 0x00400006, 0x00400007, 0x00400009)
_STEP = (KeyStep(tag=0x00400100),)
_LONGEST = 2000
"""Characters of a value that is kept."""
_MOST_MODALITIES = 30
_DATES = (
    re.compile(r"(?P<year>[0-9]{4})-?(?P<month>[0-9]{2})-?(?P<day>[0-9]{2})", re.ASCII),
    re.compile(r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})", re.ASCII),
)


class Period(Enum):
    """Which studies by their date."""

    ANY = "any"
    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"
    """The last seven days, today among them."""
    MONTH = "month"
    """The last thirty days."""
    YEAR = "year"
    """The last 365 days."""
    RANGE = "range"
    """From one date to another, either of which may be open."""


_DAYS = {Period.TODAY: 0, Period.WEEK: 6, Period.MONTH: 29, Period.YEAR: 364}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormValues:
    """As typed and chosen; each field has the value of an empty form."""

    patient_name: str = ""
    patient_id: str = ""
    birth_date: str = ""
    accession_number: str = ""
    description: str = ""
    period: Period = Period.ANY
    first_date: str = ""
    """Of a range."""
    last_date: str = ""
    modalities: tuple[str, ...] = ()
    further: str = ""
    """Any other keys, with semicolons between them: ``StationName=CT1; (0010,0040)=F``."""
    model: QueryModel = QueryModel.STUDY_ROOT

    def words(self) -> str:
        """A few words that tell it from others; "" for an empty form."""
        texts = (self.patient_name, self.patient_id, self.birth_date, self.accession_number, self.description)
        dates = {Period.ANY: "", Period.RANGE: f"{self.first_date}…{self.last_date}"}
        period = dates.get(self.period, _say(_PERIOD_WORDS[self.period]))
        return "  ".join(text for text in (*texts, period, "/".join(self.modalities), self.further) if text.strip())

    def as_json(self) -> dict[str, object]:
        """Return values that JSON has; without those of an empty form."""
        empty = asdict(FormValues())
        found = {name: value for name, value in asdict(self).items() if value != empty[name]}
        return {name: value.value if isinstance(value, Enum) else value for name, value in found.items()}


_PERIOD_WORDS = {
    Period.TODAY: "Today",
    Period.YESTERDAY: "Yesterday",
    Period.WEEK: "7 days",
    Period.MONTH: "30 days",
    Period.YEAR: "Year",
    Period.ANY: "Any date",
    Period.RANGE: "From … to",
}


def _say(text: str) -> str:
    return QCoreApplication.translate("form_values", text)


def period_words() -> tuple[tuple[Period, str], ...]:
    """Return what the periods are called, as they are offered."""
    return tuple((period, _say(_PERIOD_WORDS[period])) for period in Period)


def values_of_json(found: object) -> FormValues:
    """Return the values that ``as_json`` made; whatever is missing or wrong is that of an empty form."""
    if not isinstance(found, Mapping):
        return FormValues()
    known: dict[str, object] = {}
    for field in fields(FormValues):
        value = found.get(field.name)
        if field.name == "modalities" and isinstance(value, Sequence) and not isinstance(value, str):
            known[field.name] = tuple(str(word)[:16] for word in value[:_MOST_MODALITIES])
        elif field.name == "period" and value in {period.value for period in Period}:
            known[field.name] = Period(value)
        elif field.name == "model" and value in {model.value for model in MODELS}:
            known[field.name] = QueryModel(value)
        elif isinstance(value, str) and field.name not in {"modalities", "period", "model"}:
            known[field.name] = value[:_LONGEST]
    return FormValues(**known)  # type: ignore[arg-type] # each was checked for its own field


def read_date(text: str) -> date | None:
    """Return the day that is typed: 2026-11-20, 20261120 or 20.11.2026; None for none. Raises ValueError."""
    text = text.strip()
    if not text:
        return None
    for form in _DATES:
        if found := form.fullmatch(text):
            return date(int(found["year"]), int(found["month"]), int(found["day"]))
    raise ValueError(text)


def date_problem(text: str) -> str:
    """Return what is wrong with a typed day, "" where nothing is."""
    try:
        read_date(text)
    except ValueError:
        return _say("A date is typed as 2026-11-20 or 20.11.2026.")
    return ""


def birth_date_problem(text: str) -> str:
    """As ``date_problem``; a range as in DICOM is well too."""
    first, dash, last = text.strip().partition("-")
    if dash and len(first) in {0, 8} and len(last) in {0, 8}:
        return date_problem(first) or date_problem(last)
    return date_problem(text)


def further_problem(text: str) -> str:
    """Return what is wrong with the free keys, "" where nothing is."""
    try:
        _further(text)
    except KeyPathError as error:
        return _say(
            "A key is a name or a tag, and perhaps a value: StationName=CT1 or (0008,1010)=CT1. {error}"
        ).format(error=error)
    return ""


def question_of(values: FormValues, today: date) -> Question:
    """Return what is asked; raises DataError for what cannot be, ValueError for dates that are none.

    In a model of patients these are asked for first; what the form says of studies counts when one is opened.
    """
    if values.model is QueryModel.WORKLIST:
        return Question(identifier=_worklist_identifier(values, today), model=values.model)
    patient = QueryForm(
        level=Level.PATIENT,
        patient_name=values.patient_name,
        patient_id=values.patient_id,
        birth_date=_day_text(values.birth_date),
    )
    study = QueryForm(
        accession_number=values.accession_number,
        modalities=values.modalities,
        study_date=period_text(values, today),
        study_description=values.description,
    )
    further = _further(values.further)
    if values.model is QueryModel.STUDY_ROOT:
        both = replace(
            study, patient_name=patient.patient_name, patient_id=patient.patient_id, birth_date=patient.birth_date
        )
        return Question(identifier=_with_further(both.identifier, further), model=values.model)
    of_patient = DataSet({tag: element for tag, element in further.elements.items() if _is_of_patient(tag)})
    of_study = DataSet({tag: element for tag, element in further.elements.items() if not _is_of_patient(tag)})
    return Question(
        identifier=_with_further(patient.identifier, of_patient),
        level=Level.PATIENT,
        model=values.model,
        below=_with_further(study.identifier, of_study),
    )


def modalities_problem(values: FormValues) -> str:
    """Return what is wrong with the modalities for the model, "" where nothing is: see PS3.4 C.2.2.2.1."""
    if values.model is QueryModel.WORKLIST and len(values.modalities) > 1:
        return _say("A worklist is asked for one modality at a time, or for all.")
    return ""


def _worklist_identifier(values: FormValues, today: date) -> Identifier:
    """Scheduled steps (PS3.4 K.6.1.2); the dates are those on which they are to begin."""
    of_patient = QueryForm(level=Level.PATIENT, patient_name=values.patient_name, patient_id=values.patient_id)
    known = {key.tag: key.value for key in of_patient.identifier.keys if key.tag in _WORKLIST_PATIENT}
    top = known | {
        _BIRTH_DATE: _day_text(values.birth_date),
        _ACCESSION: values.accession_number,
        _PROCEDURE: f"*{values.description}*" if values.description else "",
    }
    step = {_START_DATE: period_text(values, today), MODALITY: "".join(values.modalities[:1])}
    keys = [QueryKey(tag=tag, value=top.get(tag, "")) for tag in _WORKLIST_TOP]
    keys += [QueryKey(tag=tag, value=step.get(tag, ""), path=_STEP) for tag in _WORKLIST_STEP]
    return _with_further(Identifier(keys=tuple(keys)), _further(values.further))


def period_text(values: FormValues, today: date) -> str:
    """Return the value of Study Date."""
    if values.period is Period.ANY:
        return ""
    if values.period is Period.RANGE:
        return _range_text(read_date(values.first_date), read_date(values.last_date))
    if values.period is Period.YESTERDAY:
        return _range_text(today - timedelta(days=1), today - timedelta(days=1))
    return _range_text(today - timedelta(days=_DAYS[values.period]), today)


def _range_text(first: date | None, last: date | None) -> str:
    texts = ["" if day is None else f"{day.year:04}{day:%m%d}" for day in (first, last)]
    return texts[0] if texts[0] == texts[1] else "-".join(texts)


def _day_text(text: str) -> str:
    """A day as DICOM has it; a range as it is."""
    try:
        day = read_date(text)
    except ValueError:
        return text.strip()
    return "" if day is None else f"{day.year:04}{day:%m%d}"


def _further(text: str) -> DataSet:
    data_set = DataSet()
    for key in text.split(";"):
        apply_key(data_set, key.strip())
    return data_set


def _is_of_patient(tag: int) -> bool:
    attribute = find_attribute(tag)
    return attribute is not None and attribute.level is Level.PATIENT


def _with_further(identifier: Identifier, further: DataSet) -> Identifier:
    """The identifier, with free keys besides its own or in the place of them."""
    if not further.elements:
        return identifier
    keys = tuple(key for key in identifier.keys if key.path or key.tag not in further.elements)
    return Identifier(keys=keys, data_set=write_data_set(further))
