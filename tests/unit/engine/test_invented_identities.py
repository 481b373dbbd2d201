"""Invented identities: the counters of DCMTK's storescu, as seen with its binary."""

from dicomdesk.dicom.uids import is_valid_uid
from dicomdesk.engine.invented_identities import InventedIdentity, Inventor

PATIENT_ID, STUDY_ID, INSTANCE_NUMBER = 0x00100020, 0x00200010, 0x00200013


def invented(count: int, *, images: int = 1, series: int = 2, studies: int = 2) -> list[InventedIdentity]:
    inventor = Inventor(
        images_per_series=images, series_per_study=series, studies_per_patient=studies, clock=lambda: 1700000000.7
    )
    return [inventor.invent() for _ in range(count)]


def test_counters_with_one_image_in_a_series() -> None:
    seen = [(i.patient, i.study, i.series, i.image, i.series_number, i.study_id[-1]) for i in invented(8)]
    assert seen == [
        (0, 0, 0, 0, "0", "0"),
        (0, 0, 1, 0, "1", "0"),
        (0, 1, 0, 0, "2", "1"),
        (0, 1, 1, 0, "1", "1"),
        (1, 0, 0, 0, "2", "2"),
        (1, 0, 1, 0, "1", "2"),
        (1, 1, 0, 0, "2", "1"),
        (1, 1, 1, 0, "1", "1"),
    ]


def test_names_are_made_of_the_time_and_the_counters() -> None:
    first, *_, last = invented(5)
    assert first.patient_name == "OFFIS^TEST_PN_17000000000"
    assert first.patient_id == "PID_17000000000"
    assert first.study_id == "SID_17000000000"
    assert last.patient_id == "PID_17000000001"


def test_uids_are_new_for_each_level() -> None:
    identities = invented(12, images=2)
    for identity in identities:
        assert is_valid_uid(identity.sop_instance_uid)
        assert is_valid_uid(identity.series_instance_uid)
        assert is_valid_uid(identity.study_instance_uid)
    assert len({identity.sop_instance_uid for identity in identities}) == 12
    assert len({identity.series_instance_uid for identity in identities}) == 6
    assert len({identity.study_instance_uid for identity in identities}) == 3
    assert [identity.instance_number for identity in identities[:4]] == ["0", "1", "0", "1"]


def test_lines_are_those_of_dcmtk() -> None:
    (identity,) = invented(1)
    first, *others = identity.lines()
    assert first == "Inventing Identifying Information (pa0, st0, se0, im0):"
    assert [line.split("=")[0] for line in others] == [
        "  PatientName",
        "  PatientID",
        "  StudyInstanceUID",
        "  StudyID",
        "  SeriesInstanceUID",
        "  SeriesNumber",
        "  SOPInstanceUID",
        "  ImageNumber",
    ]


def test_what_is_not_there_is_missing() -> None:
    (identity,) = invented(1)
    assert identity.missing == ()
    tags = frozenset(identity.values()) - {STUDY_ID, INSTANCE_NUMBER}
    assert identity.limited_to(tags).missing == ("StudyID (0020,0010)", "InstanceNumber (0020,0013)")
    assert identity.values()[PATIENT_ID] == identity.patient_id
