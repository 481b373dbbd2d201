import pytest

from dicomdesk.dicom.query.query import Model
from dicomdesk.engine.retrieve.request import RetrieveMethod, RetrieveRequest
from dicomdesk.settings import Peer


@pytest.mark.parametrize(
    ("method", "model", "uid"),
    [
        (RetrieveMethod.MOVE, Model.PATIENT_ROOT, "1.2.840.10008.5.1.4.1.2.1.2"),
        (RetrieveMethod.GET, Model.STUDY_ROOT, "1.2.840.10008.5.1.4.1.2.2.3"),
        (RetrieveMethod.GET, Model.PATIENT_STUDY_ONLY, "1.2.840.10008.5.1.4.1.2.3.3"),
    ],
)
def test_each_way_has_its_sop_class(method: RetrieveMethod, model: Model, uid: str) -> None:
    request = RetrieveRequest(peer=Peer(host="h", port=1), identifiers=(), method=method, model=model)
    assert request.sop_class_uid == uid
