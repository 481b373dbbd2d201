import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.data_sets.deflate import (
    ALWAYS_INFLATED_BYTES,
    BELIEVABLE_RATIO,
    MAXIMUM_INFLATED_BYTES,
    deflate,
    inflate,
    inflate_limit,
    inflate_spooled,
)
from dicomdesk.errors import CancelledError, ConversionError, DataError, TruncatedError
from tests.helpers.data.memory import measured

TEXT = b"a data set " * 1000


@pytest.mark.parametrize("level", range(10))
def test_inflating_undoes_deflating(level: int) -> None:
    deflated = deflate(TEXT, level)
    assert len(deflated) % 2 == 0
    assert inflate(deflated) == TEXT
    assert inflate(memoryview(deflated)) == TEXT


def test_deflated_is_a_raw_stream() -> None:
    assert zlib.decompress(deflate(TEXT, 6), -zlib.MAX_WBITS) == TEXT


def test_padding_after_the_stream_is_allowed() -> None:
    assert inflate(deflate(TEXT, 9) + b"\0\0") == TEXT


def test_every_cut_is_truncated() -> None:
    stream = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    deflated = stream.compress(TEXT) + stream.flush()
    for end in range(len(deflated)):
        with pytest.raises(TruncatedError):
            inflate(deflated[:end])


def test_corrupt_stream_cannot_be_converted() -> None:
    with pytest.raises(ConversionError, match="corrupt"):
        inflate(b"\xff" * 40)


def test_what_inflates_a_thousandfold_is_allowed_up_to_the_limit() -> None:
    blank = deflate(bytes(16 << 20), 9)
    assert len(blank) * 900 < 16 << 20
    assert len(inflate(blank)) == 16 << 20
    with pytest.raises(ConversionError, match=r"of \d+ bytes grows beyond the 1000000 bytes that are believed"):
        inflate(blank, limit=1_000_000)


def test_limit_grows_with_the_stream_and_ends() -> None:
    assert inflate_limit(0) == ALWAYS_INFLATED_BYTES
    assert inflate_limit(1 << 24) == BELIEVABLE_RATIO << 24
    assert inflate_limit(1 << 40) == MAXIMUM_INFLATED_BYTES


@given(st.binary(max_size=3000), st.integers(1, 50), st.integers(0, 9))
def test_spooled_and_not_are_the_same(part: bytes, times: int, level: int) -> None:
    data = part * times
    assert bytes(inflate_spooled(deflate(data, level))) == inflate(deflate(data, level)) == data


@pytest.mark.long
def test_memory_of_what_inflates_a_thousandfold_is_bounded() -> None:
    stream = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    blank = b"".join([*(stream.compress(bytes(1 << 20)) for _ in range(200)), stream.flush()])
    with measured() as peak:
        inflated = inflate_spooled(blank)
        again = deflate(inflated, 1)
    assert len(inflated) == 200 << 20
    assert len(again) < 2 << 20
    assert peak.size_bytes < 64 << 20


@given(st.binary(max_size=300))
def test_random_bytes_raise_only_data_errors(data: bytes) -> None:
    try:
        inflate(data)
    except DataError:
        return


@pytest.mark.parametrize("calls", [0, 1, 3])
def test_long_work_can_be_broken_off_after_each_piece(calls: int) -> None:
    data = bytes(20 << 20)
    left = 2 * [calls]

    def stop(work: int) -> None:
        if not left[work]:
            raise CancelledError("enough")
        left[work] -= 1

    with pytest.raises(CancelledError):
        deflate(data, 1, lambda: stop(0))
    stream = deflate(data, 1)
    with pytest.raises(CancelledError):
        inflate_spooled(stream, moving=lambda: stop(1))
    assert left == [0, 0]
