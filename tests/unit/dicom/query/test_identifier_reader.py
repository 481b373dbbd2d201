import contextlib
import sys
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.data_sets.character_sets import decode_text_checked
from dicomdesk.dicom.query.identifier_reader import (
    LARGEST_IDENTIFIER_BYTES,
    MOST_UIDS,
    KeyFault,
    decode_key,
    decode_values,
    read_identifier,
)
from dicomdesk.errors import DataError
from tests.helpers.data.datasets import BIG_ENDIAN, DEFLATED, EXPLICIT, IMPLICIT, Builder

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
    assert decode_values(b"A\0B", b"LO", b"") == "A"
    assert decode_values(b"A \0\\B\0\0C\\D", b"LO", b"") == "A\\B\\D"
    assert decode_values(b"1.2\0.3", b"UI", b"") == "1.2"
    assert decode_values(b"1.2 .3 \0", b"UI", b"") == "1.2.3"
    assert decode_values(b" A \0B", b"ST", b"") == " A"


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


@pytest.mark.long
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


UNDECODABLE = {
    "an escape alone": (b"\x1b", b"ISO_IR 100"),
    "an escape at the end": (b"Doe\x1b", b""),
    "many escapes": (b"\x1b" * 10_000, b"\\ISO 2022 IR 87"),
    "an escape that designates nothing": (b"D\x1b(Zoe", b"ISO 2022 IR 6\\ISO 2022 IR 87"),
    "half a character of two bytes": (b"\x1b$B\x3b", b"\\ISO 2022 IR 87"),
    "half a character of UTF-8": (b"M\xc3", b"ISO_IR 192"),
    "Latin-1 said to be UTF-8": (b"M\xfcller*", b"ISO_IR 192"),
    "bytes that the set has not": (b"\xff\xfe*", b"ISO_IR 127"),
    "a set that nobody knows": (b"M\xfcller", b"BOGUS"),
    "a set of rubbish": (b"*\xfc", b"\xff\xfe"),
    "NUL within": (b"D\0oe", b""),
    "NUL before a star": (b"\0*\0x", b"ISO_IR 192"),
    "NUL within one of the values": (b"A\0\\B\0C", b""),
    "nothing but designations": (b"\x1b(B\x1b(B", b"\\ISO 2022 IR 87"),
}


@pytest.mark.parametrize("name", UNDECODABLE)
def test_a_key_that_cannot_be_decoded_is_no_key_that_is_empty(name: str) -> None:
    raw, character_set = UNDECODABLE[name]
    for vr in (b"PN", b"LO", b"LT"):
        assert decode_key(raw, vr, character_set) == ("", KeyFault.UNDECODABLE)
    builder = Builder(EXPLICIT)
    item = builder.item(builder.element(0x00080005, "CS", character_set) + builder.element(0x00400007, "LO", raw))
    data = builder.element(0x00080005, "CS", character_set) + builder.element(NAME, "PN", raw)
    for head, tail in ((data, builder.sequence(REQUEST)), (b"", builder.sequence(REQUEST, item))):
        found = read_identifier(head + tail, EXPLICIT)
        wanted = ([NAME], []) if head else ([], [(REQUEST, 0x00400007)])
        assert (list(found.faults), list(found.item_faults)) == wanted
        assert {*found.faults.values(), *found.item_faults.values()} == {KeyFault.UNDECODABLE}
        assert not any(found.values.get(NAME, "") or value for value in found.items[REQUEST].values())


@pytest.mark.parametrize(
    ("raw", "character_set", "text"),
    [
        (b"", b"", ""),
        (b"  ", b"BOGUS", ""),
        (b"\0\0", b"", ""),
        (b"Doe*\0", b"BOGUS", "Doe*"),
        (b"A\0\\B ", b"", "A\\B"),
        (b"M\xfcller", b"ISO_IR 100", "Müller"),
        (b"M\xfcller", b"", "Müller"),
        ("Müller".encode(), b"", "Müller"),
        ("山田*".encode(), b"ISO_IR 192", "山田*"),
        (b"\x1b$B;3ED\x1b(B^*", b"\\ISO 2022 IR 87", "山田^*"),
    ],
)
def test_a_key_that_can_be_decoded_is_its_text(raw: bytes, character_set: bytes, text: str) -> None:
    assert decode_key(raw, b"PN", character_set) == (text, None)


CHARACTER_SETS = [b"", b"ISO_IR 6", b"ISO_IR 100", b"ISO_IR 192", b"GB18030", b"GBK", b"ISO_IR 13", b"ISO_IR 127", b"X"]
CHARACTER_SETS += [b"\\ISO 2022 IR 87", b"ISO 2022 IR 6\\ISO 2022 IR 149", b"ISO 2022 IR 58"]
PIECES = st.sampled_from(
    [b"\x1b", b"\x1b$B", b"\x1b(B", b"\x1b$)C", b"\0", b"*", b"?", b"\\", b"=", b"^", b" ", b"Doe"]
)


@pytest.mark.long
@given(
    st.lists(st.one_of(PIECES, st.binary(max_size=6)), max_size=8).map(b"".join),
    st.sampled_from([b"PN", b"LO", b"LT", b"UI", b"CS", b"DA"]),
    st.sampled_from(CHARACTER_SETS),
)
def test_bytes_are_a_key_as_they_are_decoded_or_no_key(raw: bytes, vr: bytes, character_set: bytes) -> None:
    text, fault = decode_key(raw, vr, character_set)
    if fault is not None:
        assert text == ""
    elif not text.strip("\\"):
        assert not raw.strip(b" \0\\")
    elif vr in {b"PN", b"LO", b"LT"}:
        decoded = decode_text_checked(raw, character_set)
        assert decoded.is_certain
        assert text.replace(" ", "") == decoded.text.replace("\0", "").replace(" ", "")


def test_what_is_a_sequence_and_what_is_none_are_not_confused() -> None:
    builder = Builder(EXPLICIT)
    item = builder.item(builder.element(0x00401001, "SH", "A"))
    text = builder.element(0x00401001, "SH", "A")
    nested = builder.item(builder.sequence(0x00401001, item))
    for data, faults, item_faults in (
        (builder.sequence(NAME, item), {NAME}, set()),
        (builder.sequence(NAME, builder.item(), is_defined=False), {NAME}, set()),
        (builder.sequence(NAME), set(), set()),
        (builder.element(REQUEST, "UN", item), {REQUEST}, set()),
        (builder.element(REQUEST, "LO", "*"), {REQUEST}, set()),
        (builder.element(REQUEST, "LO", b""), set(), set()),
        (builder.sequence(REQUEST, nested), set(), {(REQUEST, 0x00401001)}),
        (builder.sequence(REQUEST, builder.item(text)), set(), set()),
    ):
        found = read_identifier(data, EXPLICIT)
        assert found.faults == dict.fromkeys(faults, KeyFault.MISPLACED)
        assert found.item_faults == dict.fromkeys(item_faults, KeyFault.MISPLACED)
    fragments = builder.header(NAME, "OB", 0xFFFFFFFF) + builder.item(b"*A") + builder.header(0xFFFEE0DD, "", 0)
    with pytest.raises(DataError):
        read_identifier(fragments, EXPLICIT)


def calls_of(work: Callable[[], object]) -> int:
    """How many functions are called, those written in C too."""
    count = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


FLOODS = {
    "escapes": b"\x1b",
    "designations": b"\x1b$B",
    "designations with text": b"\x1b$B;3\x1b(BA",
    "stars": b"*",
    "stars and letters": b"*a",
    "values": b"\\",
    "values with text": b"1.2\\",
    "components": b"^=",
    "NULs": b"\0",
    "high bytes": b"\xff",
    "spaces": b" ",
}


@pytest.mark.parametrize("piece", FLOODS)
@pytest.mark.parametrize("tag", [NAME, 0x0020000D, 0x00201208, ROWS, 0x00080005, 0x00104000])
def test_a_flood_in_one_key_is_not_decoded(piece: str, tag: int) -> None:
    size = LARGEST_IDENTIFIER_BYTES - 1000
    value = (FLOODS[piece] * (size // len(FLOODS[piece])))[: size & ~1]
    builder = Builder(IMPLICIT)
    data = builder.element(0x00080005, "CS", "\\ISO 2022 IR 87") if tag != 0x00080005 else b""
    data += builder.element(tag, "LO", value) + builder.element(NAME, "PN", "")
    tracemalloc.start()
    try:
        found = read_identifier(data, IMPLICIT)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5 * len(data)
    assert calls_of(lambda: read_identifier(data, IMPLICIT)) < 500
    assert len(found.character_set) <= 1024
    if tag == 0x0020000D and b"\\" not in FLOODS[piece]:
        assert found.values[tag] or piece in {"NULs", "spaces"} or found.faults[tag] is KeyFault.UNDECODABLE
    elif tag != 0x00080005:
        assert found.faults[tag] is KeyFault.TOO_LONG


def test_a_list_has_so_many_uids_and_no_more() -> None:
    values = [b"1.2.%d" % number for number in range(MOST_UIDS + 1)]
    assert decode_key(b"\\".join(values[:-1]), b"UI", b"")[1] is None
    assert decode_key(b"\\".join(values), b"UI", b"") == ("", KeyFault.TOO_LONG)
