import os
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.data_set_source import FileRange
from dicomdesk.dicom.data_sets import inflating_window
from dicomdesk.dicom.data_sets.file_windows import Window
from dicomdesk.dicom.data_sets.structure_check import (
    StructureFindings,
    check_data_set,
    check_window,
)
from dicomdesk.dicom.encodings import EXPLICIT_LITTLE
from dicomdesk.errors import DataError, TruncatedError
from tests.helpers.data.datasets import BIG_ENDIAN, EXPLICIT, IMPLICIT, ITEM, PIXEL_DATA, UNDEFINED, Builder
from tests.helpers.data.structures import (
    ACCEPTED,
    CODE,
    HEADER,
    LARGER_THAN_ITEM,
    NO_SEQUENCE_END,
    ONE_ITEM,
    PIXELS,
    PREMATURE_END,
    REFUSED,
    SEQUENCE,
    B,
    open_sequence,
)

NATIVE = [EXPLICIT, IMPLICIT, BIG_ENDIAN]


def check(data: bytes | memoryview, uid: str = EXPLICIT) -> StructureFindings:
    return check_data_set(data, is_explicit_vr=uid != IMPLICIT, is_little_endian=uid != BIG_ENDIAN)


def reason(data: bytes | memoryview, uid: str = EXPLICIT) -> str:
    """Return why the data set is refused; "" when it is not."""
    try:
        check(data, uid)
    except DataError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_can_be_loaded_is_accepted(name: str, tmp_path: Path) -> None:
    assert reason(ACCEPTED[name]) == ""
    assert reason_in_file(ACCEPTED[name], tmp_path) == ""


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_loaded_is_refused_with_the_reason(name: str, tmp_path: Path) -> None:
    data, expected = REFUSED[name]
    assert reason(data) == expected
    assert reason_in_file(data, tmp_path) == expected


def reason_in_file(data: bytes, folder: Path) -> str:
    """Return why a data set in the middle of a file is refused; "" when it is not."""
    path = folder / "file"
    path.write_bytes(b"12345" + data)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        check_data_set(FileRange(descriptor, 5, len(data)), is_explicit_vr=True, is_little_endian=True)
    except DataError as error:
        return str(error)
    finally:
        os.close(descriptor)
    return ""


@pytest.mark.parametrize("uid", NATIVE)
@pytest.mark.parametrize("is_defined", [True, False])
def test_findings_tell_what_was_seen(uid: str, is_defined: bool) -> None:
    b = Builder(uid)
    data = b.instance() + b.sequence(
        SEQUENCE, b.item(b.element(0x00080100, "SH", "A"), is_defined=is_defined), is_defined=is_defined
    )
    assert check(data, uid) == StructureFindings(
        has_undefined_lengths=not is_defined, has_group_lengths=False, has_odd_lengths=False, element_count=16
    )
    grouped = check(b.element(0x00080000, "UL", 5) + data, uid)
    assert grouped.has_group_lengths
    assert grouped.element_count == 17


@pytest.mark.parametrize("uid", NATIVE)
def test_odd_lengths_are_told_wherever_they_are(uid: str) -> None:
    b = Builder(uid)
    odd = b.header(0x00100020, "LO", 3) + b"123"
    even = b.instance()
    assert not check(even, uid).has_odd_lengths
    assert check(even + odd, uid).has_odd_lengths
    assert check(even + b.sequence(SEQUENCE, b.item(odd)), uid).has_odd_lengths


def test_empty_data_set_is_told() -> None:
    assert check(b"").is_empty
    assert not check(CODE).is_empty


def test_encapsulated_pixel_data_is_no_undefined_length() -> None:
    assert not check(HEADER + B.fragments(b"ab")).has_undefined_lengths


@pytest.mark.parametrize("uid", NATIVE)
def test_undefined_item_in_defined_sequence_is_seen(uid: str) -> None:
    b = Builder(uid)
    data = b.sequence(SEQUENCE, b.item(b.element(0x00080100, "SH", "A"), is_defined=False))
    assert check(data, uid).has_undefined_lengths


def test_implicit_value_that_only_looks_like_a_sequence_is_passed_over() -> None:
    b = Builder(IMPLICIT)
    private = b.element(0x00290010, "LO", "X") + b.element(
        0x00291010, "OB", b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + b"x" * 9
    )
    assert reason(private + b.element(PIXEL_DATA, "OW", b"ab"), IMPLICIT) == ""
    overrun = b.element(0x00291010, "OB", b.header(ITEM, "", 4) + b.element(0x00080100, "SH", "A")[:-2])
    assert reason(overrun + b.element(PIXEL_DATA, "OW", b"ab"), IMPLICIT) == ""


def test_implicit_sequence_of_the_dictionary_is_refused_where_it_is_wrong() -> None:
    b = Builder(IMPLICIT)
    wrong = b.header(SEQUENCE, "SQ", 18) + b.header(ITEM, "", 8) + b.element(0x00080100, "SH", "A")
    assert reason(wrong + b.element(PIXEL_DATA, "OW", b"ab"), IMPLICIT) == LARGER_THAN_ITEM
    assert reason(b.header(SEQUENCE, "SQ", 100) + b.item(b.element(0x00080100, "SH", "A")), IMPLICIT) == NO_SEQUENCE_END


@pytest.mark.parametrize("is_defined", [True, False])
def test_3000_nested_sequences_are_walked(is_defined: bool) -> None:
    data = CODE
    for _ in range(3000):
        data = B.sequence(SEQUENCE, B.item(data, is_defined=is_defined), is_defined=is_defined)
    assert check(data + PIXELS).element_count == 3002


@pytest.mark.long
def test_endless_nesting_is_refused() -> None:
    assert reason(open_sequence(B.header(ITEM, "", UNDEFINED)) * 40_000) == "Sequences are nested too deeply"


def deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


def test_deflated_data_sets_are_inflated_in_pieces(tmp_path: Path) -> None:
    data = HEADER + B.sequence(SEQUENCE, ONE_ITEM, is_defined=False) + B.element(PIXEL_DATA, "OW", b"\0" * 3_000_000)
    stream = deflate(data)
    path = tmp_path / "file"
    path.write_bytes(b"1234" + stream)
    with path.open("rb") as file:
        in_file = check_data_set(
            FileRange(file.fileno(), 4, len(stream)), is_explicit_vr=True, is_little_endian=True, is_deflated=True
        )
    assert (
        in_file == check_data_set(stream, is_explicit_vr=True, is_little_endian=True, is_deflated=True) == check(data)
    )


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (deflate(HEADER + PIXELS)[:-10], PREMATURE_END),
        (deflate((HEADER + PIXELS)[:-3]), PREMATURE_END),
        (b"\xff" * 20, "ZLib Error: invalid block type"),
    ],
)
def test_deflated_data_sets_are_refused_with_the_reason(stream: bytes, expected: str) -> None:
    with pytest.raises(DataError) as error:
        check_data_set(stream, is_explicit_vr=True, is_little_endian=True, is_deflated=True)
    assert str(error.value) == expected


TINY = {
    "elements": B.header(0x00080060, "CS", 0),
    "elements with a long header": B.header(0x00204000, "UT", 0),
    "items": b"\xfe\xff\0\xe0" + bytes(4),
    "items of undefined length": b"\xfe\xff\0\xe0\xff\xff\xff\xff\xfe\xff\x0d\xe0" + bytes(4),
    "fragments": b"\xfe\xff\0\xe0" + bytes(4),
}


@pytest.mark.long
@pytest.mark.parametrize("what", TINY)
def test_deflated_elements_are_bounded_in_number(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflating_window, "ALWAYS_ELEMENTS", 40_000)
    start = {"e": b"", "i": B.header(0x00081140, "SQ", 0xFFFFFFFF), "f": B.header(PIXEL_DATA, "OB", 0xFFFFFFFF)}
    end = b"\xfe\xff\xdd\xe0\0\0\0\0" if what[0] != "e" else b""

    def check_many(count: int) -> StructureFindings:
        stream = deflate(start[what[0]] + TINY[what] * count + end)
        assert len(stream) < 2 * count
        return check_data_set(stream, is_explicit_vr=True, is_little_endian=True, is_deflated=True)

    check_many(35_000)
    with pytest.raises(DataError, match=r"has more than the \d+ elements and items that are believed"):
        check_many(600_000)


ITEM_END = b"\xfe\xff\x0d\xe0" + bytes(4)
REST = {
    "nothing that can be read": b"\xff" * 100,
    "a value cut off": B.header(0x00204000, "UT", 200_000) + bytes(150_000),
    "much, then nothing that can be read": B.element(0x7FE10010, "OB", bytes(3_000_000)) + b"\xff" * 100,
    "a sequence that does not end": B.header(0x00081140, "SQ", UNDEFINED) + TINY["items"] + b"\xff" * 9,
    "too many elements": TINY["elements"] * 30_000 + bytes(300_000) + b"\xff" * 100,
}


@pytest.mark.parametrize("rest", REST)
def test_what_is_behind_an_item_delimiter_is_told_in_its_length_also_where_it_is_deflated(
    rest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inflating_window, "ALWAYS_ELEMENTS", 1_000)
    data = HEADER + ITEM_END + REST[rest]
    found = check_data_set(deflate(data), is_explicit_vr=True, is_little_endian=True, is_deflated=True)
    assert found.rest_bytes == len(REST[rest])
    assert found.is_irregular


def test_of_a_damaged_stream_behind_an_item_delimiter_is_told_what_is_there() -> None:
    stream = deflate(HEADER + ITEM_END + b"\xff" * 100 + bytes(range(256)) * 1000)[:-200]
    found = check_data_set(stream, is_explicit_vr=True, is_little_endian=True, is_deflated=True)
    assert found.rest_bytes >= 8


@pytest.mark.parametrize("vr", ["CS", "UT"])
def test_header_without_its_value_is_left_over_also_where_it_is_deflated(vr: str) -> None:
    data = HEADER + B.header(0x00204000, vr, 10)
    how: dict[str, Any] = {"is_explicit_vr": True, "is_little_endian": True, "takes_rest": True}
    found = check_data_set(deflate(data), is_deflated=True, **how)
    assert found == check_data_set(data, **how)
    assert found.rest_bytes == (8 if vr == "CS" else 12)


def test_check_of_a_deflated_data_set_in_memory_can_be_broken_off() -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_data_set(
            deflate(HEADER + PIXELS), is_explicit_vr=True, is_little_endian=True, is_deflated=True, moving=stop
        )


def test_large_file_is_walked_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "large"
    size = 470_000_000
    with path.open("wb") as file:
        file.write(HEADER + B.header(PIXEL_DATA, "OW", size))
        file.truncate(len(HEADER) + 12 + size)
    descriptor = os.open(path, os.O_RDONLY)
    tracemalloc.start()
    try:
        check_data_set(FileRange(descriptor, 0, len(HEADER) + 12 + size), is_explicit_vr=True, is_little_endian=True)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
        os.close(descriptor)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_every_kind_of_buffer_is_taken(kind: type) -> None:
    assert check(kind(HEADER + PIXELS)).element_count == 15


def test_part_of_a_window_is_checked() -> None:
    data = b"1234" + HEADER
    assert check_window(Window.of_bytes(data, len(data)), 4, EXPLICIT_LITTLE).element_count == 14


@pytest.mark.parametrize("uid", NATIVE)
def test_only_prefixes_that_end_between_elements_are_accepted(uid: str) -> None:
    b = Builder(uid)
    elements = [
        b.element(0x00080060, "CS", "CT"),
        b.element(0x00204000, "LT", "comment"),
        b.element(PIXEL_DATA, "OW", b"ab"),
    ]
    whole = b"".join(elements)
    ends = {len(b"".join(elements[:count])) for count in range(4)}
    assert {size for size in range(len(whole) + 1) if not reason(whole[:size], uid)} == ends
    with pytest.raises(TruncatedError):
        check(whole[:-1], uid)


@given(st.binary(max_size=200), st.sampled_from(NATIVE))
def test_random_bytes_are_accepted_or_refused(data: bytes, uid: str) -> None:
    b = Builder(uid)
    for content in (data, b.header(SEQUENCE, "SQ", UNDEFINED) + b.header(ITEM, "", UNDEFINED) + data):
        assert reason(content, uid) == reason(memoryview(content), uid)
