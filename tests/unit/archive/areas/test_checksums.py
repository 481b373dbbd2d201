"""Checksums: of what is written piece by piece, and of the file that it becomes."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.archive.areas import checksums
from dicomdesk.archive.areas.checksums import (
    CheckedFiles,
    checksum_of,
    checksum_of_file,
    is_comparable,
    new_hasher,
    written_checksum,
)
from dicomdesk.atomic_file import AtomicFile


@given(parts=st.lists(st.binary(max_size=50), max_size=6), is_begun_again=st.booleans())
def test_what_is_written_has_the_checksum_of_its_file(
    tmp_path_factory: pytest.TempPathFactory, parts: list[bytes], is_begun_again: bool
) -> None:
    folder = tmp_path_factory.getbasetemp()
    file = AtomicFile(str(folder))
    file.hasher = new_hasher()
    if is_begun_again:
        file.write([b"what is not kept"])
        file.start_again()
    for part in parts:
        file.write([memoryview(part), part])
    file.publish("hashed", replace=True)
    assert written_checksum(file) == checksum_of_file(str(folder / "hashed"))
    assert is_comparable(written_checksum(file))


def test_a_changed_byte_changes_the_checksum(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    content = bytes(3 << 20)
    one.write_bytes(content)
    other.write_bytes(content[:-1] + b"\1")
    calls: list[int] = []
    assert checksum_of_file(str(one), lambda: calls.append(1)) != checksum_of_file(str(other))
    assert len(calls) == 12


def test_a_file_that_is_shortened_has_none(tmp_path: Path) -> None:
    file = AtomicFile(str(tmp_path))
    file.hasher = new_hasher()
    file.write([b"abc"])
    file.shorten(1)
    assert written_checksum(file) == ""
    assert not is_comparable("")
    file.discard()


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_file_that_was_right_is_not_read_again_for_a_while_unless_it_was_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checksums, "_COARSE_NS", -(10**12))
    file, clock = tmp_path / "file", Clock()
    reads: list[int] = []
    file.write_bytes(b"content")
    checksum, other = checksum_of_file(str(file)), "xxh3-64:0"
    checked = CheckedFiles(clock)

    def is_right(wanted: str = checksum) -> tuple[bool, int]:
        reads.clear()
        return checked.is_right(str(file), wanted, lambda: reads.append(1)), len(reads)

    assert [is_right(), is_right()] == [(True, 1), (True, 0)]
    assert [is_right(other), is_right(other)] == [(False, 1), (False, 1)]
    clock.now_s += 601
    assert [is_right(), is_right()] == [(True, 1), (True, 0)]
    before = file.stat()
    with open(file, "r+b") as opened:
        opened.write(b"changed")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    if file.stat().st_ctime_ns != before.st_ctime_ns:  # a clock may be too coarse to tell: see below
        assert is_right() == (False, 1)
    file.unlink()
    with pytest.raises(FileNotFoundError):
        is_right()


def test_a_file_that_has_just_changed_is_read_each_time(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"content")
    checksum = checksum_of_file(str(file))
    reads: list[int] = []
    checked = CheckedFiles()
    for _ in range(2):
        assert checked.is_right(str(file), checksum, lambda: reads.append(1))
    assert len(reads) == 2


def test_not_too_many_files_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checksums, "_COARSE_NS", -(10**12))
    monkeypatch.setattr(checksums, "_MOST_CHECKED", 3)
    checked = CheckedFiles()
    for number in range(10):
        file = tmp_path / str(number)
        file.write_bytes(b"content")
        assert checked.is_right(str(file), checksum_of_file(str(file)))
        assert len(checked._known) <= 3


@given(st.binary(max_size=300), st.integers(1, 3000))
def test_what_was_read_at_once_has_the_checksum_of_its_file(part: bytes, times: int) -> None:
    content = part * times
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        assert checksum_of(content) == checksum_of_file(file.name)
