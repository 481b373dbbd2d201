import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.data_sets.inflating_window import ALWAYS_ELEMENTS, InflatingWindow, element_limit
from dicomdesk.errors import DataError, TruncatedError


def deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


def pieces(stream: bytes, size: int) -> Callable[[], bytes]:
    parts = iter([stream[start : start + size] for start in range(0, len(stream), size)])
    return lambda: next(parts, b"")


@given(st.binary(max_size=3000), st.integers(1, 500), st.lists(st.integers(0, 3000), max_size=8))
def test_every_part_is_shown_in_order(data: bytes, size: int, offsets: list[int]) -> None:
    window = InflatingWindow(pieces(deflate(data), size))
    for offset in sorted(offsets):
        is_shown = window.show(offset, 12)
        assert is_shown == (offset + 12 <= len(data))
        if is_shown:
            start = offset - window.base
            assert window.buffer[start : start + 12] == data[offset : offset + 12]
        elif offset <= len(data):
            assert window.available(offset) == len(data) - offset
            assert window.size == len(data)


def test_what_was_passed_over_is_dropped() -> None:
    window = InflatingWindow(pieces(deflate(b"\0" * 50_000_000), 65536))
    assert window.show(49_999_980, 12)
    assert len(window.buffer) < 200_000


def test_padding_after_the_stream_is_ignored() -> None:
    window = InflatingWindow(pieces(deflate(b"abc") + b"\0", 100))
    assert window.show(0, 3)
    assert not window.show(0, 4)
    assert window.size == 3


def test_stream_that_is_cut_off_is_refused() -> None:
    window = InflatingWindow(pieces(deflate(bytes(range(256)) * 10)[:-20], 7))
    with pytest.raises(TruncatedError, match="I/O suspension or premature end of stream"):
        window.show(10_000, 1)


def test_corrupt_stream_is_refused_in_the_words_of_zlib() -> None:
    with pytest.raises(DataError, match=r"^ZLib Error: invalid block type$"):
        InflatingWindow(pieces(b"\xff" * 50, 50)).show(0, 1)


def test_no_stream_at_all_is_empty() -> None:
    window = InflatingWindow(lambda: b"")
    assert not window.show(0, 1)
    assert window.size == 0


def test_how_much_was_read_is_told_before_more_is_inflated() -> None:
    told: list[int] = []
    stream = deflate(bytes(1_000_000))
    window = InflatingWindow(pieces(stream, 100))
    window.moving = told.append
    assert window.show(999_000, 12)
    assert told[0] == 0
    assert told == sorted(told)
    assert len(told) >= 1_000_000 // 65536
    assert told[-1] <= len(stream)


def test_what_is_raised_before_moving_passes() -> None:
    def refuse(_read: int) -> None:
        raise DataError("too much")

    window = InflatingWindow(pieces(deflate(b"abc"), 100))
    window.moving = refuse
    with pytest.raises(DataError, match="too much"):
        window.show(0, 1)


def test_elements_are_believed_by_the_length() -> None:
    assert element_limit(0) == ALWAYS_ELEMENTS
    assert element_limit(1_000) == ALWAYS_ELEMENTS + 4_000
