import errno
import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.data_sets import spool_file
from dicomdesk.dicom.data_sets.spool_file import IN_MEMORY_BYTES, joined, open_spooled
from dicomdesk.errors import ConversionError
from tests.helpers.data.memory import measured


@given(st.lists(st.binary(max_size=40), max_size=9), st.integers(0, 100))
def test_what_was_written_is_viewed(pieces: list[bytes], in_memory: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool_file, "IN_MEMORY_BYTES", in_memory)
        assert bytes(joined(pieces)) == b"".join(pieces)


@pytest.mark.long
def test_memory_is_bounded_and_nothing_is_left() -> None:
    before = len(os.listdir("/proc/self/fd"))
    piece = os.urandom(1 << 20)
    with measured() as peak:
        view = joined(piece for _ in range(3 * IN_MEMORY_BYTES >> 20))
    assert peak.size_bytes < 1.5 * IN_MEMORY_BYTES
    assert len(view) == 3 * IN_MEMORY_BYTES
    assert view[-(1 << 20) :] == piece
    again = joined([view[:-1]])
    assert bytes(again[:99]) == piece[:99]
    del view, again
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == before


def test_file_of_what_is_long_can_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_file, "IN_MEMORY_BYTES", 10)
    view = joined([b"0123456789", b"abc"])
    descriptor = open_spooled(view)
    assert descriptor is not None
    with open(descriptor, "rb") as file:
        assert os.pread(file.fileno(), 99, 0) == b"0123456789abc"
        assert os.fstat(file.fileno()).st_nlink == 0
    assert bytes(view) == b"0123456789abc"
    assert open_spooled(view[1:]) is None
    assert open_spooled(memoryview(b"abc")) is None
    assert open_spooled(joined([b"abc"])) is None


def test_a_failing_source_leaves_no_file_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_file, "IN_MEMORY_BYTES", 10)
    before = len(os.listdir("/proc/self/fd"))

    def fail() -> Iterator[bytes]:
        yield bytes(20)
        raise ConversionError("corrupt")

    with pytest.raises(ConversionError):
        joined(fail())
    assert len(os.listdir("/proc/self/fd")) == before


def test_all_stays_in_memory_where_there_is_no_place_for_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_file, "IN_MEMORY_BYTES", 10)
    monkeypatch.setattr(tempfile, "tempdir", "/nonexistent")
    assert bytes(joined([b"12345678", b"12345678", b"12345678"])) == b"12345678" * 3


def test_a_full_disk_is_told_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_file, "IN_MEMORY_BYTES", 10)
    full = Path("/dev/full").open("wb", buffering=0)  # noqa: SIM115 - it is closed with the error
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda prefix: full)
    with pytest.raises(OSError, match=r"No space left on device \(temporary file in /") as caught:
        joined([bytes(20)])
    assert caught.value.errno == errno.ENOSPC
