import pytest

from dicomdesk.dicom.encodings import (
    EXPLICIT_BIG,
    EXPLICIT_LITTLE,
    IMPLICIT_BIG,
    IMPLICIT_LITTLE,
    LONG_VRS,
    SHORT_VRS,
    Encoding,
    guess_encoding,
    is_long_vr,
)
from tests.helpers.data.datasets import BIG_ENDIAN, EXPLICIT, IMPLICIT, ITEM, SEQUENCE_END, Builder

ENCODINGS = [(EXPLICIT, EXPLICIT_LITTLE), (IMPLICIT, IMPLICIT_LITTLE), (BIG_ENDIAN, EXPLICIT_BIG)]


def test_vrs_are_short_or_long() -> None:
    assert len(SHORT_VRS) == 21
    assert len(LONG_VRS) == 13
    assert not SHORT_VRS & LONG_VRS


@pytest.mark.parametrize(("uid", "encoding"), ENCODINGS)
def test_element_headers_are_read(uid: str, encoding: Encoding) -> None:
    builder = Builder(uid)
    explicit = encoding.is_explicit_vr
    vr = b"OB" if explicit else b""
    assert encoding.read_element(builder.header(0x7FE00010, "OB", 70000) + b"\0" * 4, 0) == (
        0x7FE0,
        0x10,
        vr,
        12 if explicit else 8,
        70000,
    )
    assert encoding.read_element(builder.header(0x00080060, "CS", 2), 0) == (8, 0x60, b"CS" if explicit else b"", 8, 2)
    for tag in (ITEM, SEQUENCE_END):
        assert encoding.read_element(builder.header(tag, "", 5), 0) == (0xFFFE, tag & 0xFFFF, b"", 8, 5)


def test_header_of_long_vr_that_is_cut_off_is_none() -> None:
    whole = Builder().header(0x7FE00010, "OW", 4)
    assert [EXPLICIT_LITTLE.read_element(whole[:size], 0) is None for size in range(8, 13)] == [True] * 4 + [False]


@pytest.mark.parametrize(
    ("vr", "is_long"), [(b"OB", True), (b"ZZ", True), (b"??", False), (b"\0\0", False), (b"ob", False)]
)
def test_unknown_vrs_of_two_capitals_are_long(vr: bytes, is_long: bool) -> None:
    assert is_long_vr(vr) is is_long


@pytest.mark.parametrize(("uid", "encoding"), ENCODINGS)
def test_encoding_is_guessed_from_the_first_element(uid: str, encoding: Encoding) -> None:
    assert guess_encoding(Builder(uid).element(0x00080005, "CS", "ISO_IR 100"), 0) is encoding


def test_guess_takes_what_no_encoding_explains_for_implicit() -> None:
    assert guess_encoding(b"\0\x08\0\x05\0\0\0\x0a", 0) is IMPLICIT_BIG
    assert guess_encoding(b"hello world", 0) is IMPLICIT_LITTLE
    assert guess_encoding(b"\x08\0\x05\0C", 0) is None


def test_instances_are_shared() -> None:
    for encoding in (EXPLICIT_LITTLE, EXPLICIT_BIG, IMPLICIT_LITTLE, IMPLICIT_BIG):
        same = Encoding.of(is_explicit_vr=encoding.is_explicit_vr, is_little_endian=encoding.is_little_endian)
        assert same is encoding


@pytest.mark.parametrize(
    ("uid", "encoding"),
    [
        ("1.2.840.10008.1.2", IMPLICIT_LITTLE),
        ("1.2.840.10008.1.2.2", EXPLICIT_BIG),
        ("1.2.840.10008.1.2.1.99", EXPLICIT_LITTLE),
        ("1.2.840.10008.1.2.4.90", EXPLICIT_LITTLE),
        ("1.2.3", EXPLICIT_LITTLE),
    ],
)
def test_transfer_syntaxes_have_encodings(uid: str, encoding: Encoding) -> None:
    assert Encoding.of_transfer_syntax(uid) is encoding
