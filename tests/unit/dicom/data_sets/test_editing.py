"""Changes of values and VRs: what is asked for changes, the rest keeps its bytes."""

import pytest

from dicomdesk.dicom.data_sets.deflate import deflate, inflate
from dicomdesk.dicom.data_sets.editing import DataSetChanges, edit_data_set
from dicomdesk.errors import ConversionError, DataError
from tests.helpers.data.datasets import BIG_ENDIAN, DEFLATED, EXPLICIT, IMPLICIT, Builder

NAME, ITEM_NAME, SERIES_NUMBER, STUDY_ID = 0x00100010, 0x00080018, 0x00200011, 0x00200010
JPEG = "1.2.840.10008.1.2.4.50"


def edited(data: bytes, transfer_syntax_uid: str, **changes: object) -> bytes:
    edited = edit_data_set(
        data,
        transfer_syntax_uid,
        DataSetChanges(**changes),  # type: ignore[arg-type] # options of a test
        compression_level=6,
    )
    return bytes(edited.data)


@pytest.mark.parametrize("uid", [EXPLICIT, IMPLICIT, BIG_ENDIAN])
def test_only_present_values_outside_of_sequences_change(uid: str) -> None:
    build = Builder(uid)

    def content(name: str) -> bytes:
        item = build.item(build.element(NAME, "PN", "inside"))
        return (
            build.sequence(0x00081140, item)
            + build.element(NAME, "PN", name)
            + build.element(0x00200013, "IS", "7")
            + build.element(0x7FE00010, "OW", b"\1\2" * 40)
        )

    changes = DataSetChanges(values={NAME: "A^New Name", STUDY_ID: "absent"})
    result = edit_data_set(content("old"), uid, changes, compression_level=6)
    assert result.data == content("A^New Name")
    assert result.replaced == {NAME}


@pytest.mark.parametrize("uid", [EXPLICIT, BIG_ENDIAN])
def test_a_number_stays_binary(uid: str) -> None:
    build = Builder(uid)
    data = build.element(SERIES_NUMBER, "US", 5)
    assert edited(data, uid, values={SERIES_NUMBER: "300"}) == build.element(SERIES_NUMBER, "US", 300)
    with pytest.raises(ConversionError):
        edited(data, uid, values={SERIES_NUMBER: "70000"})
    with pytest.raises(ConversionError, match="is no value of VR US"):
        edited(data, uid, values={SERIES_NUMBER: "OFFIS^TEST"})


def test_group_lengths_are_made_right() -> None:
    build = Builder()
    before = build.element(0x00100000, "UL", 12) + build.element(NAME, "PN", "Old!")
    after = build.element(0x00100000, "UL", 16) + build.element(NAME, "PN", "New name")
    assert edited(before, EXPLICIT, values={NAME: "New name"}) == after


def test_a_deflated_data_set_is_deflated_again() -> None:
    build = Builder()
    data = deflate(build.element(NAME, "PN", "old "), 6)
    assert inflate(edited(data, DEFLATED, values={NAME: "new!"})) == build.element(NAME, "PN", "new!")


def test_fragments_are_kept() -> None:
    build = Builder()
    pixels = build.fragments(b"\xff\xd8\xff\xd9")
    data = build.element(NAME, "PN", "old ") + pixels
    assert edited(data, JPEG, values={NAME: "new!"}) == build.element(NAME, "PN", "new!") + pixels


NEW_VRS = ["OD", "OF", "OL", "OV", "SV", "UC", "UN", "UR", "UT", "UV"]
OLD_VRS = ["OB", "OW", "LO", "LT", "SH", "PN"]


@pytest.mark.parametrize("vr", NEW_VRS + OLD_VRS)
def test_new_vrs_become_ob(vr: str) -> None:
    build = Builder()
    expected = "OB" if vr in NEW_VRS else vr

    def content(vr: str) -> bytes:
        element = build.element(0x00291001, vr, b"12345678")
        return element + build.sequence(0x00400275, build.item(element))

    assert edited(content(vr), EXPLICIT, has_only_old_vrs=True) == content(expected)


def test_without_vrs_there_is_nothing_to_replace() -> None:
    data = Builder(IMPLICIT).element(0x0040A160, "UT", "text")
    assert edited(data, IMPLICIT, has_only_old_vrs=True) == data


@pytest.mark.parametrize("cut", range(1, 12))
def test_what_cannot_be_followed_is_an_error(cut: int) -> None:
    data = Builder().element(NAME, "PN", "0123456789ab")
    with pytest.raises(DataError):
        edited(data[:-cut], EXPLICIT, values={NAME: "x"})


def test_an_unknown_transfer_syntax_is_an_error() -> None:
    with pytest.raises(ConversionError):
        edited(b"", "1.2.3", values={NAME: "x"})
