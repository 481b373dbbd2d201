"""Corrected files: what is to be said is said, and every other byte is what it was."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pydicom
import pytest

from dicomdesk.dicom.corrections.corrected_file import ValueCorrection, correct_open_file
from dicomdesk.dicom.corrections.original_attributes import Modification, ReasonCode
from dicomdesk.dicom.corrections.patches import ValueEdit, plan_patches
from dicomdesk.dicom.data_sets.deflate import deflate
from dicomdesk.dicom.data_sets.walk_rule import WholeView
from dicomdesk.dicom.encodings import EXPLICIT_LITTLE
from dicomdesk.errors import ConversionError, DataError
from tests.helpers.data.datasets import BIG_ENDIAN, DEFLATED, EXPLICIT, IMPLICIT, PIXEL_DATA, UNDEFINED, Builder, part10

NAME, PATIENT_ID, ACCESSION, SOP_INSTANCE, COMMENTS = 0x00100010, 0x00100020, 0x00080050, 0x00080018, 0x00104000
ORIGINAL_ATTRIBUTES = 0x04000561
WHEN = Modification(when=datetime(2026, 11, 30, 12, 0, 0, 5, UTC), system="dicomdesk here")
PIXELS = bytes(range(256)) * 40


def corrected(
    folder: Path, content: bytes, values: Mapping[int, str | None], uids: Mapping[str, str] | None = None
) -> bytes | None:
    path = folder / "instance.dcm"
    path.write_bytes(content)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        correction = ValueCorrection(values=values, modification=WHEN, uids=uids or {})
        made = correct_open_file(descriptor, len(content), correction)
        return None if made is None else b"".join(made.parts())
    finally:
        os.close(descriptor)


def data_set(syntax: str = EXPLICIT, *, is_defined: bool = True, has_group_lengths: bool = False) -> bytes:
    """A data set with sequences before and behind what is corrected, and pixel data."""
    build = Builder(syntax)
    reference = build.element(0x00081150, "UI", "1.2") + build.element(0x00081155, "UI", "1.2.3.77")
    referenced = build.sequence(0x00081140, build.item(reference, is_defined=is_defined), is_defined=is_defined)
    nested = build.sequence(0x00081115, build.item(referenced, is_defined=is_defined), is_defined=is_defined)
    group = build.element(SOP_INSTANCE, "UI", "1.2.3.4") + build.element(ACCESSION, "SH", "ACC1") + nested
    patient = build.element(NAME, "PN", "Doe^Jane") + build.element(PATIENT_ID, "LO", "P1")
    if has_group_lengths:
        group = build.element(0x00080000, "UL", len(group)) + group
        patient = build.element(0x00100000, "UL", len(patient)) + patient
    head = group + patient + build.element(0x0020000D, "UI", "1.2.3")
    return head + build.element(PIXEL_DATA, "OW", PIXELS) + build.element(0xFFFCFFFC, "OB", b"\0" * 6)


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG_ENDIAN])
@pytest.mark.parametrize("is_defined", [True, False])
@pytest.mark.parametrize("has_group_lengths", [True, False])
def test_only_what_is_corrected_changes(
    tmp_path: Path, syntax: str, *, is_defined: bool, has_group_lengths: bool
) -> None:
    old = part10(data_set(syntax, is_defined=is_defined, has_group_lengths=has_group_lengths), syntax)
    new = corrected(tmp_path, old, {PATIENT_ID: "PATIENT-2", ACCESSION: None, COMMENTS: "comment"})
    assert new is not None
    assert has_group_lengths or new.startswith(old[: old.index(b"ACC1") - 8])
    assert new.endswith(old[old.rindex(PIXELS) - 8 :])
    read = pydicom.dcmread(BytesIO(new))
    assert (read.PatientID, read.PatientComments, read.PatientName) == ("PATIENT-2", "comment", "Doe^Jane")
    assert "AccessionNumber" not in read
    assert read.file_meta == pydicom.dcmread(BytesIO(old)).file_meta
    (item,) = read.OriginalAttributesSequence
    assert item.AttributeModificationDateTime == "20261130120000.000005+0000"
    assert (item.ModifyingSystem, item.ReasonForTheAttributeModification) == ("dicomdesk here", "CORRECT")
    (modified,) = item.ModifiedAttributesSequence
    assert [(element.keyword, element.value) for element in modified] == [
        ("AccessionNumber", "ACC1"),
        ("PatientID", "P1"),
    ]
    if has_group_lengths:
        builder = Builder(syntax)
        group = builder.element(NAME, "PN", "Doe^Jane") + builder.element(PATIENT_ID, "LO", "PATIENT-2")
        group += builder.element(COMMENTS, "LT", "comment")
        assert read[0x00100000].value == len(group)
    del read.OriginalAttributesSequence, read[0x00104000]
    if has_group_lengths:
        del read[0x00080000], read[0x00100000]
    before = pydicom.dcmread(BytesIO(part10(data_set(syntax, is_defined=is_defined), syntax)))
    before.PatientID = "PATIENT-2"
    del before.AccessionNumber
    assert read == before


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG_ENDIAN])
@pytest.mark.parametrize("is_defined", [True, False])
def test_references_follow_the_uids_that_change_and_all_lengths_around_them(
    tmp_path: Path, syntax: str, *, is_defined: bool
) -> None:
    old = part10(data_set(syntax, is_defined=is_defined), syntax)
    new = corrected(tmp_path, old, {SOP_INSTANCE: "1.2.3.400000"}, {"1.2.3.77": "1.2.3.7700000", "1.2": "1.2"})
    assert new is not None
    read = pydicom.dcmread(BytesIO(new))
    item = read.ReferencedSeriesSequence[0].ReferencedImageSequence[0]
    assert item.ReferencedSOPInstanceUID == "1.2.3.7700000"
    assert read.file_meta.MediaStorageSOPInstanceUID == read.SOPInstanceUID == "1.2.3.400000"
    assert (
        read.file_meta.FileMetaInformationGroupLength == pydicom.dcmread(BytesIO(old)).file_meta[0x00020000].value + 4
    )
    assert read.PixelData == PIXELS if syntax != BIG_ENDIAN else len(read.PixelData) == len(PIXELS)


def test_a_deflated_data_set_stays_deflated(tmp_path: Path) -> None:
    old = part10(deflate(data_set(), 6), DEFLATED)
    new = corrected(tmp_path, old, {PATIENT_ID: "P2"})
    assert new is not None
    read = pydicom.dcmread(BytesIO(new))
    assert (read.PatientID, read.PixelData) == ("P2", PIXELS)


def test_a_further_correction_adds_an_item_behind_the_first(tmp_path: Path) -> None:
    for is_defined in (True, False):
        build = Builder()
        own = build.element(0x04000564, "LO", "elsewhere")
        sequence = build.sequence(ORIGINAL_ATTRIBUTES, build.item(own, is_defined=is_defined), is_defined=is_defined)
        content = build.element(SOP_INSTANCE, "UI", "1.2.3.4") + build.element(0x00080016, "UI", "1.2")
        old = part10(content + build.element(PATIENT_ID, "LO", "P1") + sequence)
        new = corrected(tmp_path, old, {PATIENT_ID: "P2"})
        assert new is not None
        again = corrected(tmp_path, new, {PATIENT_ID: "P3"})
        assert again is not None
        items = pydicom.dcmread(BytesIO(again)).OriginalAttributesSequence
        assert [one.SourceOfPreviousValues for one in items] == ["elsewhere", "", ""]
        assert [one.ModifiedAttributesSequence[0].PatientID for one in items[1:]] == ["P1", "P2"]


def test_encapsulated_pixel_data_are_passed_over(tmp_path: Path) -> None:
    build = Builder()
    fragments = (
        build.header(PIXEL_DATA, "OB", UNDEFINED) + build.item() + build.item(PIXELS) + build.header(0xFFFEE0DD, "", 0)
    )
    old = part10(data_set()[: data_set().index(build.tag(PIXEL_DATA))] + fragments, "1.2.840.10008.1.2.4.90")
    new = corrected(tmp_path, old, {PATIENT_ID: "P2"})
    assert new is not None
    assert new.endswith(fragments)


def test_nothing_is_made_where_nothing_changes(tmp_path: Path) -> None:
    assert corrected(tmp_path, part10(data_set()), {PATIENT_ID: "P1", COMMENTS: "", 0x00102160: None}) is None


def test_a_name_that_the_character_set_has_is_written_in_it_and_else_all_text_becomes_utf_8(tmp_path: Path) -> None:
    build = Builder()
    inner = build.item(build.element(0x00080104, "LO", "Schädel".encode("latin-1")))
    own = build.item(
        build.element(0x00080005, "CS", "ISO_IR 144") + build.element(0x00080104, "LO", "Чр".encode("iso8859-5"))
    )
    old = part10(
        build.element(0x00080005, "CS", "ISO_IR 100")
        + build.element(0x00080016, "UI", "1.2")
        + build.element(SOP_INSTANCE, "UI", "1.2.3.4")
        + build.sequence(0x00081032, inner, own)
        + build.element(NAME, "PN", "Müller".encode("latin-1"))
        + build.element(PATIENT_ID, "LO", "P1")
    )
    same = corrected(tmp_path, old, {NAME: "Möller"})
    assert same is not None
    read = pydicom.dcmread(BytesIO(same))
    assert (read.SpecificCharacterSet, read.PatientName) == ("ISO_IR 100", "Möller")
    other = corrected(tmp_path, old, {NAME: "Żółć"})
    assert other is not None
    read = pydicom.dcmread(BytesIO(other))
    assert (read.SpecificCharacterSet, read.PatientName) == ("ISO_IR 192", "Żółć")
    assert [item.CodeMeaning for item in read.ProcedureCodeSequence] == ["Schädel", "Чр"]
    (modified,) = read.OriginalAttributesSequence[0].ModifiedAttributesSequence
    assert (modified.SpecificCharacterSet, modified.PatientName) == ("ISO_IR 100", "Müller")


def test_a_bare_data_set_stays_bare(tmp_path: Path) -> None:
    build = Builder(IMPLICIT)
    old = build.element(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2") + data_set(IMPLICIT)
    new = corrected(tmp_path, old, {PATIENT_ID: "P2", SOP_INSTANCE: "1.2.3.5"})
    assert new is not None
    assert new.startswith(old[:40])
    assert pydicom.dcmread(BytesIO(new), force=True).PatientID == "P2"


def test_what_cannot_be_followed_is_refused(tmp_path: Path) -> None:
    content = part10(data_set())
    for cut in range(200, len(content) - 20, 997):
        with pytest.raises(DataError):
            corrected(tmp_path, content[:cut], {PATIENT_ID: "P2"})


def test_the_reason_is_one_of_the_standard() -> None:
    assert {one.value for one in ReasonCode} == {"COERCE", "CORRECT"}


def test_a_sequence_can_be_removed_or_replaced_with_all_that_is_in_it() -> None:
    content = data_set()
    edit = ValueEdit(removed=frozenset((0x00081115,)), uids={b"1.2.3.77": b"1"})
    (patch,) = plan_patches(WholeView(content), 0, EXPLICIT_LITTLE, edit)
    removed = content[patch.start : patch.end]
    assert patch.content == b""
    assert removed.startswith(Builder().tag(0x00081115))
    assert (content[: patch.start] + content[patch.end :]).count(b"1.2.3.77") == 0


def test_nothing_is_put_in_beside_what_no_data_set_has(tmp_path: Path) -> None:
    stranger = bytes.fromhex("feff0100 00000000")  # the elements of its group have no VR
    content = part10(stranger + data_set())
    with pytest.raises(ConversionError, match=r"\(FFFE,0001\), which no data set has"):
        corrected(tmp_path, content, {PATIENT_ID: "P2"})
