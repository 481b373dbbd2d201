import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.dicom.query.identifier_reader import KeyFault
from dicomdesk.dicom.query.identifier_writer import write_identifier
from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.dicom.query.results import read_result
from dicomdesk.errors import DataError

EXPLICIT = "1.2.840.10008.1.2.1"


def match(*keys: tuple[int, str], character_set: str = "") -> bytes:
    return write_identifier(
        b"", [QueryKey(tag=tag, value=value) for tag, value in keys], EXPLICIT, character_set=character_set
    )


def test_values_come_decoded_with_their_level() -> None:
    data = match((0x00080052, "SERIES"), (0x0020000E, "1.2.3"), (0x00100010, "Ελλάδα"), character_set="ISO_IR 126")
    result = read_result(data, EXPLICIT)
    assert result.level is Level.SERIES
    assert (result.unique_value(Level.SERIES), result.unique_value(Level.STUDY)) == ("1.2.3", "")
    assert result.value(0x00100010) == "Ελλάδα"
    assert not result.faults


@pytest.mark.parametrize("level", ["", "GALAXY", "study"])
def test_a_level_that_there_is_not_is_none(level: str) -> None:
    assert read_result(match((0x00080052, level), (0x0020000D, "1.2")), EXPLICIT).level is None


def test_text_in_another_character_set_than_is_told_is_a_fault() -> None:
    data = match((0x00080005, "ISO_IR 192"), (0x00100010, b"Buc\xe9".decode("utf-8", "surrogateescape")))
    result = read_result(data, EXPLICIT)
    assert result.faults[0x00100010] is KeyFault.UNDECODABLE
    assert result.value(0x00100010) == ""


@given(st.binary(max_size=300))
def test_any_bytes_are_a_result_or_an_error(data: bytes) -> None:
    try:
        result = read_result(data, EXPLICIT)
    except DataError:
        return
    assert all(isinstance(value, str) for value in result.values.values())
