import pytest

from dicomdesk.cli.movescu.options import TOOL
from dicomdesk.cli.options.grammar import CommandLineError, parse
from dicomdesk.cli.options.storing_format import read_storing_format
from dicomdesk.dicom.data_sets.rewriting import GroupLengths
from dicomdesk.dicom.files.storing_format import StoringFormat


def read(words: str) -> StoringFormat:
    return read_storing_format(parse(TOOL, [*words.split(), "h", "1"]))


def test_files_are_written_as_they_come() -> None:
    assert read("") == StoringFormat()
    assert read("+B").is_bit_preserving


def test_format_is_read() -> None:
    wanted = read("-F +td +cl 9 -u +g -e")
    assert wanted.transfer_syntax_uid == "1.2.840.10008.1.2.1.99"
    assert (wanted.is_file_format, wanted.allows_new_vrs, wanted.has_undefined_lengths) == (False, False, True)
    assert (wanted.group_lengths, wanted.compression_level) == (GroupLengths.CREATED, 9)
    assert (read("+p 512 64").padded_file_bytes, read("+p 512 64").padded_item_bytes) == (512, 64)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("+B +te", "--write-xfer-little not allowed with --bit-preserving"),
        ("+xv +ti", "--write-xfer-implicit not allowed with --prefer-j2k-lossless"),
        ("-F +p 2 2", "--padding-create not allowed with --write-dataset"),
    ],
)
def test_formats_that_exclude_each_other_are_refused(words: str, error: str) -> None:
    with pytest.raises(CommandLineError) as raised:
        read(words)
    assert str(raised.value) == error
