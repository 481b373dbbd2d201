"""The SOP classes of query and retrieve."""

import pytest

from dicomdesk.dicom.query.query import Model
from dicomdesk.dicom.query.sop_classes import SERVICES, Service, find_class


def test_there_are_nine() -> None:
    assert len(SERVICES) == 9
    assert {(found.service, found.model) for found in SERVICES.values()} == {
        (service, model) for service in Service for model in Model
    }


@pytest.mark.parametrize(
    ("service", "model", "uid"),
    [
        (Service.FIND, Model.PATIENT_ROOT, "1.2.840.10008.5.1.4.1.2.1.1"),
        (Service.MOVE, Model.STUDY_ROOT, "1.2.840.10008.5.1.4.1.2.2.2"),
        (Service.GET, Model.PATIENT_STUDY_ONLY, "1.2.840.10008.5.1.4.1.2.3.3"),
    ],
)
def test_classes_are_found_both_ways(service: Service, model: Model, uid: str) -> None:
    assert find_class(service, model) == uid
    assert SERVICES[uid] == (uid, service, model)
