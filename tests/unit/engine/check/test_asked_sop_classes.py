from dicomdesk.dicom.sop_classes import NEWER_STORAGE_SOP_CLASSES, STORAGE_SOP_CLASSES
from dicomdesk.dicom.uids import is_valid_uid
from dicomdesk.engine.check.asked_sop_classes import SERVICES, sop_class_words
from dicomdesk.engine.check_findings import ServiceGroup


def test_each_class_is_asked_for_once() -> None:
    uids = [service.sop_class_uid for service in SERVICES]
    assert len(uids) == len(set(uids))
    assert all(map(is_valid_uid, uids))
    storage = [service.sop_class_uid for service in SERVICES if service.group is ServiceGroup.STORAGE]
    assert storage == [entry.uid for entry in (*STORAGE_SOP_CLASSES, *NEWER_STORAGE_SOP_CLASSES)]
    assert {service.group for service in SERVICES} == set(ServiceGroup)


def test_classes_have_words() -> None:
    assert sop_class_words("1.2.840.10008.5.1.4.1.1.2") == "CT Image Storage"
    assert sop_class_words("1.2.840.10008.5.1.4.1.2.2.1") == "Study Root Query (C-FIND)"
    assert sop_class_words("1.2.840.10008.5.1.4.1.1.66.7") == "Label Map Segmentation Storage"
    assert not any("SOP class" in sop_class_words(service.sop_class_uid) for service in SERVICES)
