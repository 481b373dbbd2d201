import io
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dicomdesk.dicom.files.zip_members import read_pieces
from dicomdesk.errors import TruncatedError
from tests.helpers.data.memory import measured

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


def write(folder: Path, content: bytes, method: int) -> tuple[str, zipfile.ZipInfo]:
    path = folder / "archive.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("before", b"x" * 99)
        archive.writestr("1", content)
    with zipfile.ZipFile(path) as archive:
        return str(path), archive.getinfo("1")


@pytest.mark.long
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=20_000), st.integers(1, 9), st.sampled_from(METHODS), st.sampled_from((1, 100, 65536)))
def test_pieces_are_the_content(tmp_path: Path, part: bytes, times: int, method: int, piece_bytes: int) -> None:
    path, member = write(tmp_path, part * times, method)
    pieces = list(read_pieces(path, member, piece_bytes))
    assert b"".join(pieces) == part * times
    assert all(len(piece) <= max(piece_bytes, 65536) for piece in pieces)


@pytest.mark.parametrize("method", METHODS)
def test_cut_or_wrong_content_is_told(method: int, tmp_path: Path) -> None:
    path, member = write(tmp_path, os.urandom(5000), method)
    for size in (0, 3, 10, member.compress_size // 2):
        member.compress_size = size
        with pytest.raises(TruncatedError, match="ZIP archive member cannot be read"):
            list(read_pieces(path, member))
    path, member = write(tmp_path, b"abc" * 99, method)
    member.CRC ^= 1
    with pytest.raises(TruncatedError, match="its checksum is wrong"):
        list(read_pieces(path, member))


@pytest.mark.long
def test_first_piece_of_a_bomb_is_small(tmp_path: Path) -> None:
    """The standard library's reader takes 100 MB for it."""
    path, member = write(tmp_path, bytes(100 << 20), zipfile.ZIP_BZIP2)
    with measured() as peak:
        assert next(read_pieces(path, member, 65536)) == bytes(65536)
    assert peak.size_bytes < 10 << 20


def test_dictionary_that_lzma_would_allocate_is_bounded(tmp_path: Path) -> None:
    path, member = write(tmp_path, b"abc" * 99, zipfile.ZIP_LZMA)
    content = bytearray(Path(path).read_bytes())
    start = member.header_offset + 30 + len("1")
    assert content[start + 2 : start + 4] == b"\x05\0"
    content[start + 5 : start + 9] = b"\xff\xff\xff\x7f"
    Path(path).write_bytes(content)
    with measured() as peak, pytest.raises(TruncatedError, match="LZMA dictionary of 2147483647 bytes"):
        list(read_pieces(path, member))
    assert peak.size_bytes < 10 << 20


@pytest.mark.parametrize("method", [9, 93, 99])
def test_other_methods_are_told(method: int, tmp_path: Path) -> None:
    path, member = write(tmp_path, b"abc", zipfile.ZIP_STORED)
    member.compress_type = method
    with pytest.raises(TruncatedError, match=f"compression method {method} is not supported"):
        list(read_pieces(path, member))


def test_header_somewhere_else_is_told(tmp_path: Path) -> None:
    path, member = write(tmp_path, b"abc", zipfile.ZIP_STORED)
    for offset in (1, member.header_offset - 1, 1 << 40):
        member.header_offset = offset
        with pytest.raises(TruncatedError, match="not where the directory says"):
            list(read_pieces(path, member))


def test_streams_without_an_end_are_read_to_where_they_claim(tmp_path: Path) -> None:
    """Writers to pipes leave the sizes to a descriptor behind the content."""
    pipe = io.BytesIO()
    pipe.seekable = lambda: False  # type: ignore[method-assign]  # as a pipe is
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1", b"abc" * 999)
    path = tmp_path / "piped.zip"
    path.write_bytes(pipe.getvalue())
    with zipfile.ZipFile(path) as archive:
        member = archive.getinfo("1")
    assert b"".join(read_pieces(str(path), member)) == b"abc" * 999
