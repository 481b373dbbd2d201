from datetime import date

import pytest

from dicomdesk.dicom.documents.data_set import read_data_set
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN
from dicomdesk.engine.query.request import Identifier, QueryModel
from dicomdesk.errors import DataError
from dicomdesk.gui.query.form.form_values import (
    FormValues,
    Period,
    birth_date_problem,
    date_problem,
    further_problem,
    modalities_problem,
    period_text,
    question_of,
    values_of_json,
)

TODAY = date(2026, 3, 1)
STUDY_DATE, PATIENT_NAME, PATIENT_ID, BIRTH_DATE, MODALITIES, LEVEL = (
    *(0x00080020, 0x00100010, 0x00100020, 0x00100030, 0x00080061),
    0x00080052,
)


def value(identifier: Identifier, tag: int) -> str:
    return next(key.value for key in reversed(identifier.keys) if key.tag == tag)


@pytest.mark.parametrize(
    ("period", "text"),
    [
        (Period.ANY, ""),
        (Period.TODAY, "20260301"),
        (Period.YESTERDAY, "20260228"),
        (Period.WEEK, "20260223-20260301"),
        (Period.MONTH, "20260131-20260301"),
        (Period.YEAR, "20250302-20260301"),
    ],
)
def test_periods_are_counted_from_today(period: Period, text: str) -> None:
    assert period_text(FormValues(period=period), TODAY) == text


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ("2026-01-05", "2026-02-01", "20260105-20260201"),
        ("5.1.2026", "", "20260105-"),
        ("", "20260201", "-20260201"),
        ("2026-01-05", "20260105", "20260105"),
        ("", "", ""),
    ],
)
def test_a_range_may_be_open(first: str, last: str, text: str) -> None:
    assert period_text(FormValues(period=Period.RANGE, first_date=first, last_date=last), TODAY) == text


@pytest.mark.parametrize("text", ["2026-13-01", "yesterday", "2026", "31.2.2026", "2026-1-1", "٢٠٢٦٠١٠١"])
def test_what_is_no_date_is_said(text: str) -> None:
    assert date_problem(text)
    with pytest.raises(ValueError, match=r"\S"):
        question_of(FormValues(period=Period.RANGE, first_date=text), TODAY)


@pytest.mark.parametrize("text", ["", "1950-12-31", "19501231", "31.12.1950", "1950-12-31 "])
def test_dates_are_typed_in_several_forms(text: str) -> None:
    assert not date_problem(text)
    assert not birth_date_problem(text)
    asked = question_of(FormValues(birth_date=text), TODAY)
    assert value(asked.identifier, BIRTH_DATE) == ("19501231" if text else "")


def test_a_birth_date_may_be_a_range_as_in_dicom() -> None:
    assert not birth_date_problem("19500101-19591231")
    assert birth_date_problem("19500101-19591331")
    assert value(question_of(FormValues(birth_date="1950-"), TODAY).identifier, BIRTH_DATE) == "1950-"


def test_studies_are_asked_for_in_study_root() -> None:
    question = question_of(FormValues(patient_name="Doe", patient_id="4711", modalities=("CT", "MR")), TODAY)
    assert (question.level, question.model, question.below) == (Level.STUDY, QueryModel.STUDY_ROOT, None)
    shown = [value(question.identifier, tag) for tag in (LEVEL, PATIENT_NAME, PATIENT_ID, MODALITIES)]
    assert shown == ["STUDY", "Doe*", "4711", "CT\\MR"]


def test_patients_are_asked_for_first_in_patient_root_and_their_studies_by_the_rest_of_the_form() -> None:
    values = FormValues(
        model=QueryModel.PATIENT_ROOT, patient_name="Doe", period=Period.TODAY, further="PatientSex=F; StationName=CT1"
    )
    question = question_of(values, TODAY)
    assert question.level is Level.PATIENT
    assert question.below is not None
    assert STUDY_DATE not in {key.tag for key in question.identifier.keys}
    assert value(question.below, STUDY_DATE) == "20260301"
    bases = [question.identifier.data_set, question.below.data_set]
    tags = [list(read_data_set(base, EXPLICIT_VR_LITTLE_ENDIAN).elements) for base in bases]
    assert tags == [[0x00100040], [0x00081010]]


def test_a_free_key_stands_in_the_place_of_that_of_the_form() -> None:
    question = question_of(FormValues(patient_id="1", further="(0010,0020)=2"), TODAY)
    assert PATIENT_ID not in {key.tag for key in question.identifier.keys}
    base = read_data_set(question.identifier.data_set, EXPLICIT_VR_LITTLE_ENDIAN)
    assert base.elements[PATIENT_ID].value == b"2 "


@pytest.mark.parametrize("text", ["NoSuchName=1", "(0010,00=1", "PatientID[0].X", "=", "ReferencedStudySequence=1"])
def test_a_free_key_that_is_none_is_said(text: str) -> None:
    assert further_problem(text)
    with pytest.raises(DataError):
        question_of(FormValues(further=text), TODAY)


def test_free_keys_may_be_paths_and_empty() -> None:
    assert not further_problem(" ; StationName ; RequestAttributesSequence[0].ScheduledProcedureStepID=1;")


def test_values_come_back_from_json_as_they_were() -> None:
    values = FormValues(
        patient_name="Döe",
        period=Period.RANGE,
        first_date="2026-01-01",
        modalities=("CT", "OPT"),
        model=QueryModel.PATIENT_ROOT,
        further="StationName=CT1",
    )
    assert values_of_json(values.as_json()) == values
    assert FormValues().as_json() == {}


@pytest.mark.parametrize(
    "found", [None, [], "x", {"period": "never", "model": "no-root", "patient_name": 7, "modalities": "CT", "more": 1}]
)
def test_what_is_wrong_in_json_is_that_of_an_empty_form(found: object) -> None:
    assert values_of_json(found) == FormValues()


def test_a_form_is_told_in_a_few_words() -> None:
    values = FormValues(patient_name="Doe", period=Period.WEEK, modalities=("CT", "MR"))
    assert values.words() == "Doe  7 days  CT/MR"
    assert FormValues().words() == ""


def test_a_worklist_is_asked_for_scheduled_steps() -> None:
    values = FormValues(
        model=QueryModel.WORKLIST, patient_name="Doe", period=Period.TODAY, modalities=("CT",), description="chest"
    )
    keys = question_of(values, TODAY).identifier.keys
    asked = {(tuple(step.tag for step in key.path), key.tag): key.value for key in keys}
    assert asked[(), PATIENT_NAME] == "Doe*"
    assert asked[(), 0x00321060] == "*chest*"
    assert asked[(0x00400100,), 0x00400002] == "20260301"
    assert asked[(0x00400100,), 0x00080060] == "CT"
    assert LEVEL not in {key.tag for key in keys}


def test_a_worklist_is_asked_for_one_modality_at_a_time() -> None:
    two = FormValues(model=QueryModel.WORKLIST, modalities=("CT", "MR"))
    assert modalities_problem(two)
    assert not modalities_problem(FormValues(model=QueryModel.WORKLIST, modalities=("CT",)))
    assert not modalities_problem(FormValues(modalities=("CT", "MR")))
