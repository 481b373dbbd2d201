import os
from pathlib import Path

import pytest

from dicomdesk.dicom.data_sets.file_windows import Window, read_at


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(bytes(range(256)) * 1024)
    return path


def test_window_of_file_moves_forward_and_back(file: Path) -> None:
    content = file.read_bytes()
    with file.open("rb") as stream:
        window = Window.of_file(stream.fileno(), len(content))
        for offset in (0, 4090, 9000, 100, len(content) - 12):
            assert window.show(offset, 12)
            start = offset - window.base
            assert window.buffer[start : start + 12] == content[offset : offset + 12]
            assert window.available(offset) >= 12


def test_what_is_left_at_the_end_is_in_view(file: Path) -> None:
    size = file.stat().st_size
    with file.open("rb") as stream:
        window = Window.of_file(stream.fileno(), size)
        assert not window.show(size - 5, 12)
        assert window.available(size - 5) == 5
        assert not window.show(size, 1)
        assert window.available(size) == 0


def test_file_seems_to_end_after_the_moves_allowed(file: Path) -> None:
    with file.open("rb") as stream:
        window = Window.of_file(stream.fileno(), file.stat().st_size, 1)
        assert window.show(8000, 12)
        assert not window.show(200_000, 12)
        whole = window.whole()
        assert whole is not None
        assert whole.show(200_000, 12)


def test_window_of_bytes_shows_no_more_than_is_there() -> None:
    window = Window.of_bytes(b"abcdef", 100)
    assert window.show(0, 6)
    assert not window.show(3, 12)
    assert window.available(3) == 3
    assert window.read(4, 10) == b"ef"
    assert window.whole() is None
    assert Window.of_bytes(b"abc", 3).whole() is not None


def test_systems_without_pread_read_the_same(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "pread")
    with file.open("rb") as stream:
        assert read_at(stream.fileno(), 10, 5000) == file.read_bytes()[5000:5010]


def test_reading_does_not_move_the_view(file: Path) -> None:
    with file.open("rb") as stream:
        window = Window.of_file(stream.fileno(), file.stat().st_size)
        assert window.read(8000, 4) == file.read_bytes()[8000:8004]
        assert window.base == 0
        assert read_at(stream.fileno(), 10, file.stat().st_size - 3) == file.read_bytes()[-3:]
