from pathlib import Path

import pydicom
import pytest

from dicomdesk.archive.setup.storing_format import StoringFormat
from dicomdesk.cli.movescu.stored_files import needs_reshaping, reshape_file
from dicomdesk.dicom.data_sets.rewriting import GroupLengths
from dicomdesk.errors import DataError
from tests.helpers.data.datasets import EXPLICIT, Builder, part10

IMPLICIT = "1.2.840.10008.1.2"


@pytest.mark.parametrize(
    ("wanted", "needs"),
    [
        (StoringFormat(), False),
        (StoringFormat(compression_level=9), False),
        (StoringFormat(is_bit_preserving=True), False),
        (StoringFormat(is_file_format=False), True),
        (StoringFormat(is_bit_preserving=True, is_file_format=False), True),
        (StoringFormat(transfer_syntax_uid=IMPLICIT), True),
        (StoringFormat(group_lengths=GroupLengths.CREATED), True),
    ],
)
def test_files_stay_as_they_are_unless_another_format_is_asked_for(wanted: StoringFormat, needs: bool) -> None:
    assert needs_reshaping(wanted) is needs


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "CT.1.2.3.4"
    path.write_bytes(part10(Builder().instance(), EXPLICIT))
    return path


def test_files_are_converted(file: Path) -> None:
    reshape_file(file, StoringFormat(transfer_syntax_uid=IMPLICIT))
    read = pydicom.dcmread(file)
    assert (read.file_meta.TransferSyntaxUID, read.SOPInstanceUID) == (IMPLICIT, "1.2.3.4")
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_meta_information_can_be_left_out(file: Path) -> None:
    reshape_file(file, StoringFormat(is_file_format=False))
    assert file.read_bytes() == Builder().instance()


def test_a_file_that_cannot_be_converted_stays(file: Path) -> None:
    before = part10(Builder().instance() + Builder().fragments(b"no image"), "1.2.840.10008.1.2.4.90")
    file.write_bytes(before)
    with pytest.raises(DataError):
        reshape_file(file, StoringFormat(transfer_syntax_uid=IMPLICIT))
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]
