import pytest

from dicomdesk.dicom.data_sets.rewriting import GroupLengths
from dicomdesk.dicom.files.storing_format import StoringFormat

IMPLICIT = "1.2.840.10008.1.2"


@pytest.mark.parametrize(
    ("wanted", "is_usual"),
    [
        (StoringFormat(), True),
        (StoringFormat(compression_level=9), True),
        (StoringFormat(is_bit_preserving=True), True),
        (StoringFormat(is_file_format=False), False),
        (StoringFormat(is_bit_preserving=True, is_file_format=False), False),
        (StoringFormat(transfer_syntax_uid=IMPLICIT), False),
        (StoringFormat(group_lengths=GroupLengths.CREATED), False),
    ],
)
def test_files_are_as_usual_unless_another_format_is_asked_for(wanted: StoringFormat, *, is_usual: bool) -> None:
    assert wanted.is_usual is is_usual
