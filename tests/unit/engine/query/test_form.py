import pytest

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.dicom.query.identifier_writer import put_keys
from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.dicom.query.results import read_result
from dicomdesk.engine.query.form import QueryForm, identifier_below
from dicomdesk.engine.query.request import Identifier, QueryModel

EXPLICIT = "1.2.840.10008.1.2.1"
NAME, PATIENT_ID, STUDY, SERIES, IMAGE = 0x00100010, 0x00100020, 0x0020000D, 0x0020000E, 0x00080018
MODALITIES, DESCRIPTION, LEVEL = 0x00080061, 0x00081030, 0x00080052


def asked(identifier: Identifier | None) -> dict[int, str]:
    assert identifier is not None
    return dict(read_result(put_keys(identifier.data_set, identifier.keys), EXPLICIT).values)


@pytest.mark.parametrize(
    ("name", "value"), [("", ""), ("doe", "doe*"), ("doe^j*", "doe^j*"), ("d?e", "d?e"), (" doe ", "doe*")]
)
def test_the_beginning_of_a_name_is_enough(name: str, value: str) -> None:
    assert asked(QueryForm(patient_name=name).identifier)[NAME] == value


def test_a_study_is_found_by_all_that_is_known_of_it() -> None:
    values = asked(QueryForm(modalities=("CT", "MR"), study_description="thorax", patient_id="7").identifier)
    assert (values[LEVEL], values[PATIENT_ID]) == ("STUDY", "7")
    assert (values[MODALITIES], values[DESCRIPTION]) == ("CT\\MR", "*thorax*")
    assert values[STUDY] == ""


def test_patients_are_not_asked_for_by_what_studies_have() -> None:
    values = asked(QueryForm(level=Level.PATIENT, patient_id="7", study_description="thorax").identifier)
    assert (values[LEVEL], values[PATIENT_ID]) == ("PATIENT", "7")
    assert not {STUDY, DESCRIPTION, MODALITIES} & set(values)


def test_a_free_key_counts_in_the_place_of_the_form() -> None:
    form = QueryForm(patient_id="7", further=(QueryKey(tag=PATIENT_ID, value="8"), QueryKey(tag=0x00080080)))
    assert asked(form.identifier)[PATIENT_ID] == "8"
    assert 0x00080080 in asked(form.identifier)


def test_what_is_below_is_asked_for_with_the_unique_keys_of_all_levels_above() -> None:
    study = read_result(
        put_keys(b"", [QueryKey(tag=PATIENT_ID, value="7"), QueryKey(tag=STUDY, value="1.2")]), EXPLICIT
    )
    values = asked(identifier_below(study, Level.STUDY, QueryModel.PATIENT_ROOT))
    assert (values[LEVEL], values[PATIENT_ID], values[STUDY], values[SERIES]) == ("SERIES", "7", "1.2", "")
    series = read_result(put_keys(b"", [QueryKey(tag=SERIES, value="1.2.3")]), EXPLICIT)
    values = asked(identifier_below(series, Level.SERIES, QueryModel.STUDY_ROOT, above=study))
    assert (values[LEVEL], values[STUDY], values[SERIES], values[IMAGE]) == ("IMAGE", "1.2", "1.2.3", "")
    assert PATIENT_ID not in values


def test_below_images_and_what_has_no_name_there_is_nothing() -> None:
    nothing = read_result(b"", EXPLICIT)
    image = read_result(put_keys(b"", [QueryKey(tag=IMAGE, value="1")]), EXPLICIT)
    assert identifier_below(image, Level.IMAGE, QueryModel.STUDY_ROOT) is None
    assert identifier_below(nothing, Level.STUDY, QueryModel.STUDY_ROOT) is None
