import pytest

from dicomdesk.dicom.encodings import LONG_VRS, SHORT_VRS
from dicomdesk.dicom.value_representations import WORD_BYTES, padding_byte, swap_words


@pytest.mark.parametrize(
    ("word_bytes", "swapped"),
    [(2, b"\x02\x01\x04\x03\x05"), (4, b"\x04\x03\x02\x01\x05"), (8, b"\x01\x02\x03\x04\x05")],
)
def test_words_change_their_bytes_and_a_rest_stays(word_bytes: int, swapped: bytes) -> None:
    assert swap_words(b"\x01\x02\x03\x04\x05", word_bytes) == swapped


def test_swapping_twice_changes_nothing() -> None:
    value = bytes(range(64))
    for word_bytes in (2, 4, 8):
        assert swap_words(swap_words(memoryview(value), word_bytes), word_bytes) == value


def test_text_unknown_and_bytes_have_no_byte_order() -> None:
    without = (SHORT_VRS | LONG_VRS) - set(WORD_BYTES)
    assert without == {
        *(b"AE", b"AS", b"CS", b"DA", b"DS", b"DT", b"IS", b"LO", b"LT", b"PN", b"SH", b"ST", b"TM", b"UI"),
        *(b"OB", b"SQ", b"UC", b"UN", b"UR", b"UT"),
    }


def test_text_is_padded_with_a_space_and_the_rest_with_zero() -> None:
    assert padding_byte(b"LO") == b" "
    assert padding_byte(b"UI") == b"\0"
    assert padding_byte(b"OB") == b"\0"
