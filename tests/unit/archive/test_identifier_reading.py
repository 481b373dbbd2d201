import contextlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.archive.identifier_reading import LARGEST_IDENTIFIER_BYTES, decode_values, read_identifier
from dicomdesk.errors import DataError
from tests.helpers.datasets import BIG_ENDIAN, DEFLATED, EXPLICIT, IMPLICIT, Builder

NAME, LEVEL, ROWS, REQUEST = 0x00100010, 0x00080052, 0x00280010, 0x00400275


def encoded(syntax: str) -> bytes:
    builder = Builder(syntax)
    return b"".join(
        [
            builder.element(0x00080005, "CS", "ISO_IR 192"),
            builder.element(LEVEL, "CS", "SERIES"),
            builder.element(0x00091001, "LO", "private"),
            builder.element(NAME, "PN", "Müller^Jörg"),
            builder.element(ROWS, "US", 512),
            builder.sequence(
                REQUEST,
                builder.item(
                    builder.sequence(0x00321064, builder.item(builder.element(0x00401001, "SH", "deeper")))
                    + builder.element(0x00401001, "SH", "R*"),
                    is_defined=False,
                ),
                builder.item(builder.element(0x00401001, "SH", "second item")),
                is_defined=False,
            ),
        ]
    )


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, BIG_ENDIAN, DEFLATED, "1.2.840.10008.1.2.4.50"])
def test_an_identifier_says_the_same_in_every_transfer_syntax(syntax: str) -> None:
    data = encoded(syntax)
    if syntax == DEFLATED:
        deflating = zlib.compressobj(6, zlib.DEFLATED, -15)
        data = deflating.compress(data) + deflating.flush()
    found = read_identifier(data, syntax)
    assert found.values[NAME] == "Müller^Jörg"
    assert found.values[LEVEL] == "SERIES"
    assert found.values[ROWS] == "512"
    assert found.items == {REQUEST: {0x00321064: "", 0x00401001: "R*"}}
    assert found.crowded == {REQUEST}
    assert found.character_set == "ISO_IR 192"


def test_sequences_of_one_tag_are_one_with_several_items() -> None:
    builder = Builder(EXPLICIT)
    one = builder.sequence(REQUEST, builder.item(builder.element(0x00401001, "SH", "A")))
    two = builder.sequence(REQUEST, builder.item(builder.element(0x00400009, "SH", "B")))
    found = read_identifier(one + two, EXPLICIT)
    assert (found.items, found.crowded) == ({REQUEST: {0x00401001: "A"}}, frozenset({REQUEST}))
    assert read_identifier(one + builder.sequence(REQUEST), EXPLICIT).crowded == frozenset()


def test_values_lose_their_padding_one_by_one() -> None:
    assert decode_values(b" A \\B ", b"LO", b"") == "A\\B"
    assert decode_values(b"1.2\0", b"UI", b"") == "1.2"
    assert decode_values(b"  two\r\n lines ", b"LT", b"") == "  two\r\n lines"
    assert decode_values(b"A\0B", b"LO", b"") == "AB"


@pytest.mark.parametrize("character_set", [b"ISO_IR 100", b"BOGUS", b"", b"ISO 2022 IR 87\\\xff", b"\\\\\\"])
def test_text_in_a_broken_character_set_is_read_somehow(character_set: bytes) -> None:
    assert decode_values(b"M\xfcller", b"PN", character_set).startswith("M")


def test_a_backslash_within_a_character_separates_no_values() -> None:
    assert decode_values("表".encode("gb18030") + b"\\" + "表".encode("gb18030"), b"LO", b"GB18030") == "表\\表"


def test_one_that_ends_early_is_an_error() -> None:
    whole = encoded(EXPLICIT)
    with pytest.raises(DataError):
        read_identifier(whole[:-3], EXPLICIT)


@given(st.binary(max_size=200), st.sampled_from([IMPLICIT, EXPLICIT, BIG_ENDIAN, DEFLATED]))
def test_hostile_bytes_are_read_or_an_error(data: bytes, syntax: str) -> None:
    with contextlib.suppress(DataError):
        read_identifier(data, syntax)


def test_nesting_without_end_is_an_error() -> None:
    builder = Builder(EXPLICIT)
    open_item = builder.header(0xFFFEE000, "", 0xFFFFFFFF)
    with pytest.raises(DataError):
        read_identifier((builder.header(REQUEST, "SQ", 0xFFFFFFFF) + open_item) * 50_000, EXPLICIT)


def test_one_of_unreasonable_size_is_an_error() -> None:
    with pytest.raises(DataError, match="longer than"):
        read_identifier(bytes(LARGEST_IDENTIFIER_BYTES + 1), IMPLICIT)
    bomb = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = bomb.compress(bytes(LARGEST_IDENTIFIER_BYTES * 4)) + bomb.flush()
    with pytest.raises(DataError, match="grows"):
        read_identifier(data, DEFLATED)
