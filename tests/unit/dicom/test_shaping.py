"""What stored data sets look like: the same as DCMTK's dcmconv writes them."""

import io
import subprocess
from pathlib import Path

import pytest
from pydicom import Dataset, dcmread, dcmwrite
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

from dicomdesk.dicom.data_sets.deflate import deflate
from dicomdesk.dicom.data_sets.rewriting import GroupLengths
from dicomdesk.dicom.files.storing_format import StoringFormat
from dicomdesk.dicom.shaping import shaped
from dicomdesk.errors import CancelledError, ConversionError, DataError
from tests.helpers.dcmtk.programs import dcmtk_program

EXPLICIT, IMPLICIT, BIG, DEFLATED = (
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.1.99",
)


def sample() -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.LongCodeValue = "1", "99X", "long"
    step = Dataset()
    step.ScheduledProtocolCodeSequence = Sequence([code, Dataset(), code])
    step.ScheduledProcedureStepID = "STEP1"
    data = Dataset()
    data.SOPClassUID, data.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", "1.2.3"
    data.PatientName, data.StudyInstanceUID = "A^B", "1.2"
    data.RequestAttributesSequence = Sequence([step])
    data.Rows = data.Columns = 2
    data.add_new(0x7FE00010, "OW", bytes(8))
    data.add_new(0xFFFCFFFC, "OB", bytes(6))
    return data


def encoded(data: Dataset) -> bytes:
    buffer = io.BytesIO()
    dcmwrite(buffer, data, implicit_vr=False, little_endian=True, enforce_file_format=False)
    return buffer.getvalue()


@pytest.mark.dcmtk
@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (["-p"], StoringFormat()),
        (["+g", "-p"], StoringFormat(group_lengths=GroupLengths.CREATED)),
        (["-g", "-p"], StoringFormat(group_lengths=GroupLengths.REMOVED)),
        (["-e", "-p"], StoringFormat(has_undefined_lengths=True)),
        (["-u", "-p"], StoringFormat(allows_new_vrs=False)),
        (["+ti", "-p"], StoringFormat(transfer_syntax_uid=IMPLICIT)),
        (
            ["+tb", "-e", "+g", "-p"],
            StoringFormat(transfer_syntax_uid=BIG, has_undefined_lengths=True, group_lengths=GroupLengths.CREATED),
        ),
        (["+p", "512", "0"], StoringFormat(padded_file_bytes=512)),
        (["+p", "512", "64"], StoringFormat(padded_file_bytes=512, padded_item_bytes=64)),
        (
            ["+ti", "+p", "100", "30"],
            StoringFormat(transfer_syntax_uid=IMPLICIT, padded_file_bytes=100, padded_item_bytes=30),
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_data_sets_are_written_as_dcmtk_writes_them(tmp_path: Path, options: list[str], wanted: StoringFormat) -> None:
    data = sample()
    data.file_meta = Dataset()  # type: ignore[assignment]
    source, target = tmp_path / "source.dcm", tmp_path / "target.dcm"
    made = sample()
    made.ensure_file_meta()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.save_as(source, enforce_file_format=True)
    subprocess.run([dcmtk_program("dcmconv"), *options, str(source), str(target)], check=True, timeout=20)
    whole = target.read_bytes()
    meta_bytes = 144 + dcmread(target, stop_before_pixels=True).file_meta.FileMetaInformationGroupLength
    result, syntax = shaped(encoded(sample()), EXPLICIT, wanted, before_bytes=meta_bytes)
    assert bytes(result) == whole[meta_bytes:]
    assert syntax == (wanted.transfer_syntax_uid or EXPLICIT)


def test_bit_preserving_means_untouched() -> None:
    data = encoded(sample())
    wanted = StoringFormat(is_bit_preserving=True, transfer_syntax_uid=IMPLICIT, group_lengths=GroupLengths.CREATED)
    assert shaped(data, EXPLICIT, wanted) == (data, EXPLICIT)
    assert not wanted.converts(EXPLICIT)


def test_deflating_and_inflating() -> None:
    data = encoded(sample())
    deflated, syntax = shaped(data, EXPLICIT, StoringFormat(transfer_syntax_uid=DEFLATED, compression_level=9))
    assert syntax == DEFLATED
    again, _ = shaped(deflated, DEFLATED, StoringFormat(transfer_syntax_uid=EXPLICIT))
    assert again == shaped(data, EXPLICIT, StoringFormat())[0]
    kept, syntax = shaped(deflated, DEFLATED, StoringFormat(group_lengths=GroupLengths.CREATED))
    assert syntax == DEFLATED
    assert kept != deflated


def test_what_cannot_be_followed_is_an_error() -> None:
    with pytest.raises(DataError):
        shaped(encoded(sample())[:-3], EXPLICIT, StoringFormat())


def test_an_unknown_transfer_syntax_is_left_alone() -> None:
    assert shaped(b"data", "1.2.3.4", StoringFormat()) == (b"data", "1.2.3.4")


@pytest.mark.long
def test_what_is_too_much_work_for_its_length_is_not_written_again() -> None:
    items = b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff" + 510_000 * b"\xfe\xff\0\xe0\0\0\0\0" + b"\xfe\xff\xdd\xe0\0\0\0\0"
    deflated = deflate(items, 9)
    assert len(deflated) < 10_000
    assert shaped(deflated, DEFLATED, StoringFormat()) == (deflated, DEFLATED)
    with pytest.raises(ConversionError, match=r"more than 100[0-9]{4} elements, items and ends"):
        shaped(deflated, DEFLATED, StoringFormat(transfer_syntax_uid=EXPLICIT))


def test_writing_can_be_broken_off() -> None:
    def cancelled() -> None:
        raise CancelledError

    for wanted in (StoringFormat(), StoringFormat(transfer_syntax_uid=IMPLICIT)):
        with pytest.raises(CancelledError):
            shaped(encoded(sample()), EXPLICIT, wanted, moving=cancelled)
