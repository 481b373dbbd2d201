from struct import pack

import pytest

from dicomdesk.dicom.documents.data_set import Element
from dicomdesk.dicom.documents.value_text import bytes_text, count_values, float_text, words_text

CASES = [
    (b"US", b"\1\0\2\0", "1\\2", 2),
    (b"xs", b"\xfd\xff", "65533", 1),
    (b"SS", b"\xfd\xff", "-3", 1),
    (b"UL", b"\1\0\0\0", "1", 1),
    (b"SV", pack("<q", -5), "-5", 1),
    (b"AT", pack("<HHHH", 0x28, 0x10, 0x18, 0x10), "(0028,0010)\\(0018,0010)", 2),
    (b"FL", pack("<ff", 1.1, 2), "1.10000002\\2", 2),
    (b"FD", pack("<dddd", 2.5, 1 / 3, 1e22, 1e-7), "2.5\\0.3333333333333333\\1e+22\\1e-07", 4),
    (b"OF", pack("<ff", 1, 1), "1\\1", 1),
    (b"US", b"", "", 0),
]


@pytest.mark.parametrize(("vr", "value", "text", "count"), CASES)
def test_numbers_and_tags_are_text(vr: bytes, value: bytes, text: str, count: int) -> None:
    element = Element(0x00280010, vr, value)
    assert (words_text(element), count_values(element)) == (text, count)


@pytest.mark.parametrize(
    ("vr", "value", "count"),
    [(b"CS", b"A\\\\B ", 3), (b"LT", b"a\\b ", 1), (b"LO", b"", 0), (b"OB", b"", 1), (b"UN", b"x" * 9, 1)],
)
def test_multiplicity_is_that_of_the_vr(vr: bytes, value: bytes, count: int) -> None:
    element = Element(0x00080008, vr, value)
    assert (words_text(element), count_values(element)) == (None, count)


def test_bytes_are_hexadecimal() -> None:
    assert bytes_text(Element(0x00420011, b"OB", b"\1\xff")) == "01\\ff"
    assert bytes_text(Element(0x7FE00010, b"OW", b"\1\0\2\0")) == "0001\\0002"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.1, "0.1"),
        (-0.0, "0"),
        (1e15, "1000000000000000"),
        (1e16, "10000000000000000"),
        (1e17, "1e+17"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (100000.0, "100000"),
    ],
)
def test_floating_point_numbers_have_as_many_digits_as_they_need(number: float, text: str) -> None:
    assert float_text(number, 17) == text
