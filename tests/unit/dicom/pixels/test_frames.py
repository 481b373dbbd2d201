import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.pixels.frames import EncapsulatedPixels, split_frames
from dicomdesk.errors import ConversionError
from tests.helpers.data.memory import measured

SOI = b"\xff\xd8\xff\xc0"


def offsets(*values: int, code: str = "I") -> bytes:
    return struct.pack(f"<{len(values)}{code}", *values)


def pixels(*fragments: bytes, table: bytes = b"", extended: bytes = b"") -> EncapsulatedPixels:
    return EncapsulatedPixels(offset_table=table, fragments=fragments, extended_offset_table=extended)


def test_all_fragments_make_the_only_frame() -> None:
    assert split_frames(pixels(b"ab", b"", b"cd", table=offsets(0, 99)), 1) == [b"abcd"]


def test_one_fragment_per_frame_needs_no_table_and_beats_a_wrong_one() -> None:
    assert split_frames(pixels(b"ab", b"cd", table=offsets(0, 2)), 2) == [b"ab", b"cd"]


def test_empty_fragments_do_not_count() -> None:
    assert split_frames(pixels(b"ab", b"", b"cd"), 2) == [b"ab", b"cd"]


def test_offset_table_divides_fragments() -> None:
    assert split_frames(pixels(b"ab", b"cd", b"ef", table=offsets(0, 20)), 2) == [b"abcd", b"ef"]


def test_extended_offset_table_divides_fragments() -> None:
    found = split_frames(pixels(b"ab", b"cd", b"ef", extended=offsets(0, 10, code="Q")), 2)
    assert found == [b"ab", b"cdef"]


@pytest.mark.parametrize("table", [b"", offsets(0), offsets(0, 3), offsets(10, 0), offsets(0, 5000), b"\0"])
def test_codestreams_divide_fragments_where_the_table_is_missing_or_wrong(table: bytes) -> None:
    assert split_frames(pixels(SOI, b"cd", SOI, table=table), 2) == [SOI + b"cd", SOI]


@pytest.mark.parametrize("fragments", [(), (b"",), (b"ab",), (b"ab", b"cd", b"ef")])
def test_what_cannot_be_divided_is_an_error(fragments: tuple[bytes, ...]) -> None:
    with pytest.raises(ConversionError):
        split_frames(pixels(*fragments), 2)


def test_memory_does_not_follow_an_offset_table_that_fits_nothing() -> None:
    table = bytes(4 << 20)
    found = pixels(SOI, b"cd", SOI, table=table, extended=table)
    with measured() as peak:
        assert split_frames(found, 2) == [SOI + b"cd", SOI]
        for frame_count in (1 << 20, 1 << 30):
            with pytest.raises(ConversionError, match="cannot be divided"):
                split_frames(found, frame_count)
    assert peak.size_bytes < 1 << 20


def test_no_frame_is_made_from_nothing() -> None:
    with pytest.raises(ConversionError, match="empty"):
        split_frames(pixels(), 1)


@given(
    table=st.binary(max_size=40),
    extended=st.binary(max_size=40),
    fragments=st.lists(st.binary(max_size=6), max_size=6),
    count=st.integers(1, 8),
)
def test_anything_gives_as_many_frames_as_wanted_or_an_error(
    table: bytes, extended: bytes, fragments: list[bytes], count: int
) -> None:
    try:
        frames = split_frames(pixels(*fragments, table=table, extended=extended), count)
    except ConversionError:
        return
    assert len(frames) == count
    assert b"".join(frames) == b"".join(fragments)
