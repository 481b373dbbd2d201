import pytest

from dicomdesk.engine.query.request import QueryModel


@pytest.mark.parametrize(
    ("model", "uid"),
    [
        (QueryModel.PATIENT_ROOT, "1.2.840.10008.5.1.4.1.2.1.1"),
        (QueryModel.STUDY_ROOT, "1.2.840.10008.5.1.4.1.2.2.1"),
        (QueryModel.PATIENT_STUDY_ONLY, "1.2.840.10008.5.1.4.1.2.3.1"),
        (QueryModel.WORKLIST, "1.2.840.10008.5.1.4.31"),
    ],
)
def test_each_model_has_its_sop_class(model: QueryModel, uid: str) -> None:
    assert model.sop_class_uid == uid
