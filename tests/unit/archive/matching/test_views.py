"""Where the values of keys are looked for."""

import pytest

from dicomdesk.archive.matching.views import asks_of_studies, face_views, is_carried, shown_view
from dicomdesk.archive.tables.schema import patient, study, study_face
from dicomdesk.dicom.query.attributes import find_attribute
from dicomdesk.dicom.query.query import Model
from tests.helpers.archives.index_entries import TAGS, study_query


@pytest.mark.parametrize(("level", "tables"), [("PATIENT", [study, study_face]), ("STUDY", [study_face])])
def test_studies_and_patients_are_found_by_what_they_show_and_by_what_is_carried(
    level: str, tables: list[object]
) -> None:
    model = Model.PATIENT_ROOT if level == "PATIENT" else Model.STUDY_ROOT
    query = study_query({"name": "Doe", "patient": ""}, level=level, model=model)
    assert asks_of_studies(query)
    name = find_attribute(TAGS["name"])
    assert name is not None
    assert shown_view(query).table_of(name) is (patient if level == "PATIENT" else study)
    assert [view.table_of(name) for view in face_views(query)] == tables


def test_uids_are_the_same_for_all_instances_and_need_no_faces() -> None:
    assert not asks_of_studies(study_query({"study": "1.2", "series": "", "number": ""}, level="SERIES"))
    assert asks_of_studies(study_query({"study": "1.2", "series": "", "name": ""}, level="SERIES"))
    assert not asks_of_studies(study_query({"study": "1.2", "name": ""}))
    uid, modalities = find_attribute(TAGS["study"]), find_attribute(TAGS["modalities"])
    assert uid is not None
    assert modalities is not None
    assert not is_carried(uid)
    assert not is_carried(modalities)
