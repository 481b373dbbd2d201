import pytest

from dicomdesk.dicom.sop_classes import (
    MEDIA_STORAGE_DIRECTORY,
    NEWER_STORAGE_SOP_CLASSES,
    STORAGE_SOP_CLASSES,
    VERIFICATION,
    file_name_prefix,
    find_sop_class,
    find_uid_by_symbol,
    is_storable,
    is_unknown_standard_class,
    modality_prefix,
    uid_symbol,
)

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
PHOTOACOUSTIC_IMAGE = "1.2.840.10008.5.1.4.1.1.6.3"


def test_194_classes_are_known_of_which_8_belong_to_no_patient() -> None:
    assert len(STORAGE_SOP_CLASSES) == 194
    assert sum(not entry.is_patient_related for entry in STORAGE_SOP_CLASSES) == 8
    assert all(entry.known_to_dcmtk and entry.prefix for entry in STORAGE_SOP_CLASSES)


def test_newer_classes_are_no_known_ones() -> None:
    known = {entry.uid for entry in STORAGE_SOP_CLASSES}
    assert not known & {entry.uid for entry in NEWER_STORAGE_SOP_CLASSES}
    assert not any(entry.known_to_dcmtk for entry in NEWER_STORAGE_SOP_CLASSES)


@pytest.mark.parametrize(
    ("uid", "expected"),
    [
        (CT_IMAGE, True),
        ("1.2.840.10008.5.1.4.39.1", True),  # colour palette: outside the root of the others
        (PHOTOACOUSTIC_IMAGE, True),
        ("1.2.840.10008.5.1.4.1.1.999", True),
        ("1.3.12.2.1107.5.9.1", True),
        (VERIFICATION, False),
        (MEDIA_STORAGE_DIRECTORY, False),
        ("1.2.840.10008.5.1.4.1.1.200.4", True),  # a query model, but under the root of storage classes
        ("1.2.840.10008.5.1.4.1.2.1.1", False),
        ("1.2.840.10008.999", False),
        ("1.2.840.10008", False),
        ("", False),
        ("1.02.3", False),
        ("CT", False),
        ("1." * 40 + "1", False),
    ],
)
def test_storable_are_known_private_and_unknown_standard_storage_classes(uid: str, expected: bool) -> None:
    assert is_storable(uid) is expected


@pytest.mark.parametrize(
    ("uid", "expected"),
    [
        ("1.2.840.10008.999", True),
        (VERIFICATION, False),
        (CT_IMAGE, False),
        ("1.2.3", False),
        ("1.2.840.10008.01", False),
    ],
)
def test_unknown_standard_classes_are_told_from_wrong_ones(uid: str, expected: bool) -> None:
    assert is_unknown_standard_class(uid) is expected


def test_prefixes_have_different_words_for_unknown() -> None:
    assert (file_name_prefix(CT_IMAGE), modality_prefix(CT_IMAGE)) == ("CT", "CT")
    assert (file_name_prefix("1.2.3"), modality_prefix("1.2.3")) == ("UNKNOWN", "OT")
    assert (file_name_prefix(PHOTOACOUSTIC_IMAGE), modality_prefix(PHOTOACOUSTIC_IMAGE)) == ("UNKNOWN", "OT")


@pytest.mark.parametrize(
    ("uid", "symbol"),
    [
        (CT_IMAGE, "CTImageStorage"),
        (VERIFICATION, "VerificationSOPClass"),
        (MEDIA_STORAGE_DIRECTORY, "MediaStorageDirectoryStorage"),
        ("1.2.840.10008.1.2.1", "LittleEndianExplicit"),
        ("1.2.840.10008.5.1.4.1.2.2.1", "FINDStudyRootQueryRetrieveInformationModel"),
        ("1.2.840.10008.3.1.1.1", "StandardApplicationContext"),
    ],
)
def test_symbol_and_uid_find_each_other(uid: str, symbol: str) -> None:
    assert uid_symbol(uid) == symbol
    assert find_uid_by_symbol(symbol) == uid


def test_what_is_newer_has_no_symbol_for_reports_but_is_found_by_one() -> None:
    assert uid_symbol(PHOTOACOUSTIC_IMAGE) == ""
    assert uid_symbol("1.2.840.10008.1.2.4.201") == ""
    assert find_uid_by_symbol("PhotoacousticImageStorage") == PHOTOACOUSTIC_IMAGE
    newer = find_sop_class(PHOTOACOUSTIC_IMAGE)
    assert newer is not None
    assert newer.symbol == "PhotoacousticImageStorage"


def test_unknown_is_not_found() -> None:
    assert find_sop_class("1.2.3") is None
    assert find_uid_by_symbol("ctimagestorage") is None
    assert uid_symbol("1.2.3") == ""
