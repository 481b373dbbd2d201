import errno
import os
import socket
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from dicomdesk.named_files import open_to_write, read_named_file

MOST = 1 << 20


def refusal(call: Callable[[], object]) -> int | None:
    with pytest.raises(OSError) as caught:  # noqa: PT011 - the caller looks at the number
        call()
    return caught.value.errno


def test_regular_file_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "x"
    for size in (0, 1, 100_000, MOST):
        path.write_bytes(b"x" * size)
        assert len(read_named_file(path, MOST)) == size


def test_file_of_the_kernel_whose_size_is_not_told_is_read() -> None:
    if os.path.exists("/proc/self/status"):
        assert b"Name:" in read_named_file("/proc/self/status", MOST)


def test_larger_file_is_refused_or_cut(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    assert refusal(lambda: read_named_file(path, MOST)) == errno.EFBIG
    assert len(read_named_file(path, 10, cuts=True)) == 10


def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    fifo, folder, linked = tmp_path / "fifo", tmp_path / "folder", tmp_path / "linked"
    os.mkfifo(fifo)
    folder.mkdir()
    linked.symlink_to(fifo)
    assert refusal(lambda: read_named_file(fifo, MOST)) == errno.EINVAL
    assert refusal(lambda: read_named_file(linked, MOST)) == errno.EINVAL
    assert refusal(lambda: read_named_file("/dev/zero", MOST)) == errno.EINVAL
    assert refusal(lambda: read_named_file("/dev/zero", 5, cuts=True)) == errno.EINVAL
    assert refusal(lambda: read_named_file(folder, MOST)) == errno.EISDIR
    with closing(socket.socket(socket.AF_UNIX)) as listening:
        listening.bind(str(tmp_path / "socket"))
        assert refusal(lambda: read_named_file(tmp_path / "socket", MOST)) == errno.ENXIO


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "", "x" * 5000])
def test_name_that_no_file_can_have_is_refused(name: str) -> None:
    assert refusal(lambda: read_named_file(name, MOST)) in {errno.EINVAL, errno.ENOENT, errno.ENAMETOOLONG}
    assert refusal(lambda: open_to_write(name, os.O_CREAT)) in {errno.EINVAL, errno.ENOENT, errno.ENAMETOOLONG}


def test_pipe_that_was_handed_over_is_read_to_its_end_but_not_waited_for_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dicomdesk.named_files._PATIENCE_S", 0.05)
    reader, writer = os.pipe()
    try:
        os.write(writer, b"words")
        assert refusal(lambda: read_named_file(f"/dev/fd/{reader}", MOST)) == errno.ETIMEDOUT
        os.write(writer, b"more words")
    finally:
        os.close(writer)
    try:
        assert read_named_file(f"/dev/fd/{reader}", MOST) == b"more words"
    finally:
        os.close(reader)


def test_fifo_is_read_where_it_may_be_and_somebody_writes_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with monkeypatch.context() as patched:
        patched.setattr("dicomdesk.named_files._PATIENCE_S", 0.05)
        assert refusal(lambda: read_named_file(fifo, MOST, takes_fifo=True)) == errno.ETIMEDOUT
    monkeypatch.setattr("dicomdesk.named_files._PATIENCE_S", 60.0)
    writer = threading.Thread(target=fifo.write_bytes, args=(b"secret",), daemon=True)
    writer.start()
    assert read_named_file(fifo, MOST, takes_fifo=True) == b"secret"
    writer.join(60)


def test_check_sees_the_file_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"x")
    seen: list[int] = []
    read_named_file(path, MOST, check=lambda found: seen.append(found.st_size))
    assert seen == [1]


def test_file_is_written_to_and_a_fifo_without_reader_refused(tmp_path: Path) -> None:
    descriptor = open_to_write(tmp_path / "new", os.O_CREAT | os.O_EXCL)
    assert os.get_blocking(descriptor)
    os.close(descriptor)
    os.mkfifo(tmp_path / "fifo")
    assert refusal(lambda: open_to_write(tmp_path / "fifo", os.O_CREAT)) == errno.ENXIO
    reader = os.open(tmp_path / "fifo", os.O_RDONLY | os.O_NONBLOCK)
    try:
        descriptor = open_to_write(tmp_path / "fifo", os.O_CREAT)
        assert os.get_blocking(descriptor)
        os.write(descriptor, b"x")
        os.close(descriptor)
    finally:
        os.close(reader)
