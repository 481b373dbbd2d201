"""Checksums: of what is written piece by piece, and of the file that it becomes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.archive.areas.checksums import checksum_of_file, is_comparable, new_hasher, written_checksum
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
    assert len(calls) == 3


def test_a_file_that_is_shortened_has_none(tmp_path: Path) -> None:
    file = AtomicFile(str(tmp_path))
    file.hasher = new_hasher()
    file.write([b"abc"])
    file.shorten(1)
    assert written_checksum(file) == ""
    assert not is_comparable("")
    file.discard()
