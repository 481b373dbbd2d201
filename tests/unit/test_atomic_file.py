import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicomdesk import atomic_file
from dicomdesk.atomic_file import AtomicFile, fsync_folder, remove_abandoned


@pytest.fixture(params=[True, False], ids=["unnamed", "named"])
def unnamed(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def open_descriptors() -> Iterator[None]:
    """Fails the test when it leaves a file open."""
    before = set(os.listdir("/proc/self/fd"))
    yield
    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_file_appears_whole_when_published(tmp_path: Path, unnamed: bool, open_descriptors: None) -> None:
    file = AtomicFile(str(tmp_path), unnamed=unnamed)
    file.write([b"one ", memoryview(b"two "), bytearray(b"three")])
    file.write([b" four"])
    assert not (tmp_path / "final").exists()
    assert file.publish("final", replace=False) is False
    assert (tmp_path / "final").read_bytes() == b"one two three four"
    assert file.size_bytes == 18
    assert os.listdir(tmp_path) == ["final"]


def test_discarded_file_leaves_nothing(tmp_path: Path, unnamed: bool, open_descriptors: None) -> None:
    file = AtomicFile(str(tmp_path), unnamed=unnamed)
    file.write([b"data"])
    file.discard()
    file.discard()
    assert os.listdir(tmp_path) == []


def test_existing_file_is_replaced_as_a_whole(tmp_path: Path, unnamed: bool, open_descriptors: None) -> None:
    (tmp_path / "final").write_bytes(b"much longer than what follows")
    file = AtomicFile(str(tmp_path), unnamed=unnamed)
    file.write([b"new"])
    assert file.publish("final", replace=True, fsync=True) is True
    assert (tmp_path / "final").read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["final"]


def test_taken_name_is_refused_and_another_can_be_tried(tmp_path: Path, unnamed: bool, open_descriptors: None) -> None:
    (tmp_path / "final").write_bytes(b"old")
    file = AtomicFile(str(tmp_path), unnamed=unnamed)
    file.write([b"new"])
    with pytest.raises(FileExistsError):
        file.publish("final", replace=False, fsync=True)
    file.publish("other", replace=False, fsync=True)
    assert (tmp_path / "final").read_bytes() == b"old"
    assert (tmp_path / "other").read_bytes() == b"new"
    assert sorted(os.listdir(tmp_path)) == ["final", "other"]


def test_folder_of_that_name_is_an_error_without_debris(tmp_path: Path, unnamed: bool, open_descriptors: None) -> None:
    (tmp_path / "final").mkdir()
    file = AtomicFile(str(tmp_path), unnamed=unnamed)
    with pytest.raises(OSError, match="directory"):
        file.publish("final", replace=True)
    file.discard()
    assert os.listdir(tmp_path) == ["final"]


def test_vanished_folder_is_an_error(tmp_path: Path, unnamed: bool) -> None:
    with pytest.raises(FileNotFoundError):
        AtomicFile(str(tmp_path / "gone"), unnamed=unnamed)


def test_more_fragments_than_one_call_takes_are_written(tmp_path: Path, unnamed: bool) -> None:
    file = AtomicFile(str(tmp_path), unnamed=unnamed)
    fragments = [bytes([number % 256]) * (number % 7) for number in range(3000)]
    file.write(fragments)
    file.publish("final", replace=False)
    assert (tmp_path / "final").read_bytes() == b"".join(fragments)


def test_starting_again_forgets_what_was_written(tmp_path: Path, unnamed: bool) -> None:
    file = AtomicFile(str(tmp_path), unnamed=unnamed)
    file.write([b"first and long"])
    file.start_again()
    file.write([b"second"])
    file.publish("final", replace=False)
    assert (tmp_path / "final").read_bytes() == b"second"


def test_mode_is_left_to_the_umask(tmp_path: Path, unnamed: bool) -> None:
    before = os.umask(0o027)
    try:
        file = AtomicFile(str(tmp_path), unnamed=unnamed)
        file.publish("final", replace=False)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "final").stat().st_mode) == 0o640


def test_unfinished_file_of_a_dead_writer_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".dicomdesk-0011.part").write_bytes(b"half")
    (tmp_path / ".dicomdesk-notes").write_bytes(b"kept")
    (tmp_path / "CT.1.part").write_bytes(b"kept")
    assert remove_abandoned(str(tmp_path)) == 1
    assert sorted(os.listdir(tmp_path)) == [".dicomdesk-notes", "CT.1.part"]


def test_unfinished_file_of_a_living_writer_is_kept(tmp_path: Path) -> None:
    file = AtomicFile(str(tmp_path), unnamed=False)
    file.write([b"half"])
    assert remove_abandoned(str(tmp_path)) == 0
    file.publish("final", replace=False)
    assert (tmp_path / "final").read_bytes() == b"half"


def test_link_of_an_unfinished_name_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_bytes(b"kept")
    (tmp_path / ".dicomdesk-0011.part").symlink_to(target)
    remove_abandoned(str(tmp_path))
    assert target.read_bytes() == b"kept"


def test_removing_from_a_vanished_folder_does_nothing(tmp_path: Path) -> None:
    assert remove_abandoned(str(tmp_path / "gone")) == 0


def test_named_file_is_locked_while_it_is_written(tmp_path: Path) -> None:
    file = AtomicFile(str(tmp_path), unnamed=False)
    (part,) = tmp_path.iterdir()
    with part.open("rb") as other, pytest.raises(BlockingIOError):
        fcntl.flock(other.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    file.discard()


def test_folder_can_be_made_durable(tmp_path: Path) -> None:
    fsync_folder(str(tmp_path))


def test_files_have_a_name_from_the_start_where_none_can_be_given_later(tmp_path: Path) -> None:
    assert atomic_file._flags_of_unnamed(str(tmp_path / "no-proc")) == 0
    assert atomic_file._flags_of_unnamed(str(tmp_path)) == (getattr(os, "O_TMPFILE", 0) and atomic_file._OPEN_UNNAMED)
