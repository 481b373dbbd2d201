"""Data sets in memory as P-DATA."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.network.dimse.fragments import memory_fragments
from tests.helpers.peers.fake_peer import p_data


def _joined(command: bytes, data: bytes | bytearray | memoryview, fragment_bytes: int) -> bytes:
    parts = []
    for buffers, size in memory_fragments(5, command, data, fragment_bytes):
        part = b"".join(buffers)
        assert len(part) == size
        parts.append(part)
    return b"".join(parts)


def _expected(data: bytes, fragment_bytes: int) -> bytes:
    starts = list(range(0, len(data), fragment_bytes)) or [0]
    return b"".join(
        p_data(5, 2 if start == starts[-1] else 0, data[start : start + fragment_bytes]) for start in starts
    )


@given(st.binary(max_size=300), st.integers(min_value=1, max_value=150).map(lambda half: 2 * half))
def test_fragments_carry_the_data_set_in_order(data: bytes, fragment_bytes: int) -> None:
    assert _joined(b"command", data, fragment_bytes) == b"command" + _expected(data, fragment_bytes)


@pytest.mark.parametrize("size", [5118, 5120, 5122, 10240, 20001])
def test_many_fragments_come_in_several_lists(size: int) -> None:
    data = bytes(index % 251 for index in range(size))
    assert len(list(memory_fragments(5, b"", data, 10))) > 1
    assert _joined(b"", data, 10) == _expected(data, 10)


def test_memory_of_any_shape_is_taken_as_bytes() -> None:
    numbers = array("H", range(100))
    assert _joined(b"", memoryview(numbers), 64) == _expected(numbers.tobytes(), 64)
    assert _joined(b"", bytearray(b"abc"), 64) == _expected(b"abc", 64)
