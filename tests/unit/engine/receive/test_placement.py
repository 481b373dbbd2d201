import errno
import fcntl
import os
import re
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.engine.receive.placement import Placement, PlacementKind
from dicomdesk.engine.receive.request import DuplicatePolicy, FileNaming, Storage, SubFolders
from dicomdesk.errors import StorageError

CT = "1.2.840.10008.5.1.4.1.1.2"
PRIVATE = "1.2.826.0.1.3680043.9.9999.77"


def placement(folder: Path, naming: FileNaming = FileNaming.INSTANCE_UID, **options: object) -> Placement:
    return Placement(Storage(folder=folder, naming=naming, **options))  # type: ignore[arg-type] # keyword options of a test


def store(target: Placement, uid: str, data: bytes = b"data", sop_class_uid: str = CT, subfolder: str = "") -> Path:
    file = target.open(subfolder)
    file.write([data])
    return Path(target.publish(file, sop_class_uid, uid, subfolder).path)


@pytest.mark.parametrize(
    ("naming", "sop_class_uid", "pattern"),
    [
        (FileNaming.INSTANCE_UID, CT, r"CT\.1\.2\.3\.dcm"),
        (FileNaming.INSTANCE_UID, PRIVATE, r"UNKNOWN\.1\.2\.3\.dcm"),
        (FileNaming.UNIQUE_UID, CT, r"CT\.X\.2\.25\.[0-9]+\.dcm"),
        (FileNaming.SHORT_UNIQUE, CT, r"CT_[0-9a-f]{16}\.dcm"),
        (FileNaming.SHORT_UNIQUE, PRIVATE, r"XX_[0-9a-f]{16}\.dcm"),
        (FileNaming.SYSTEM_TIME, CT, r"20[0-9]{12}\.[0-9]{6}\.CT\.dcm"),
    ],
)
def test_names_follow_their_scheme(tmp_path: Path, naming: FileNaming, sop_class_uid: str, pattern: str) -> None:
    path = store(placement(tmp_path, naming, extension=".dcm"), "1.2.3", sop_class_uid=sop_class_uid)
    assert re.fullmatch(pattern, path.name)
    assert path.parent == tmp_path
    assert path.read_bytes() == b"data"


@pytest.mark.parametrize(
    "uid",
    ["../../x", "/etc/passwd", "a\0b", "..", ".", "1.2\r\n.3", "9" * 300, "ä.ö", "\udcff\udcfe", "a\\b", "con", "~x"],
)
def test_hostile_uid_stays_in_the_folder_under_a_bounded_plain_name(tmp_path: Path, uid: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    path = store(placement(folder), uid)
    assert path.parent == folder
    assert [path.name] == os.listdir(folder)
    assert os.listdir(tmp_path) == ["in"]
    assert len(path.name) < 150
    assert re.fullmatch(r"CT\.[A-Za-z0-9._+=,@()~-]+", path.name)


@given(st.text(min_size=1, max_size=400), st.text(min_size=1, max_size=400))
def test_different_uids_never_share_a_name(tmp_path_factory: pytest.TempPathFactory, one: str, other: str) -> None:
    folder = tmp_path_factory.mktemp("in")
    target = placement(folder, on_duplicate=DuplicatePolicy.REFUSE)
    store(target, one)
    if one != other:
        store(target, other)
    assert len(os.listdir(folder)) == (2 if one != other else 1)


def test_overwriting_replaces_and_says_so(tmp_path: Path) -> None:
    target = placement(tmp_path)
    store(target, "1.2.3", b"old")
    file = target.open()
    file.write([b"new"])
    placed = target.publish(file, CT, "1.2.3")
    assert placed.kind is PlacementKind.REPLACED
    assert Path(placed.path).read_bytes() == b"new"


def test_keeping_both_stores_beside(tmp_path: Path) -> None:
    target = placement(tmp_path, on_duplicate=DuplicatePolicy.KEEP_BOTH, extension=".dcm")
    for text in (b"one", b"two", b"three"):
        store(target, "1.2.3", text)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "CT.1.2.3.dcm": b"one",
        "CT.1.2.3_2.dcm": b"two",
        "CT.1.2.3_3.dcm": b"three",
    }


def test_keeping_very_many_still_finds_names(tmp_path: Path) -> None:
    target = placement(tmp_path, on_duplicate=DuplicatePolicy.KEEP_BOTH)
    for _ in range(110):
        store(target, "1.2.3")
    assert len(os.listdir(tmp_path)) == 110


def test_refusing_keeps_the_first(tmp_path: Path) -> None:
    target = placement(tmp_path, on_duplicate=DuplicatePolicy.REFUSE)
    store(target, "1.2.3", b"one")
    file = target.open()
    file.write([b"two"])
    assert target.publish(file, CT, "1.2.3").kind is PlacementKind.REFUSED
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"one"]


@pytest.mark.parametrize("policy", DuplicatePolicy)
def test_same_instance_from_many_threads_ends_with_whole_files(tmp_path: Path, policy: DuplicatePolicy) -> None:
    target = placement(tmp_path, on_duplicate=policy)

    def store_many(mark: bytes) -> None:
        for _ in range(30):
            file = target.open()
            for _ in range(4):
                file.write([mark * 1000])
            target.publish(file, CT, "1.2.3")

    threads = [threading.Thread(target=store_many, args=(bytes([mark]),)) for mark in b"abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    contents = [path.read_bytes() for path in tmp_path.iterdir()]
    assert all(len(content) == 4000 and len(set(content)) == 1 for content in contents)
    assert len(contents) == (120 if policy is DuplicatePolicy.KEEP_BOTH else 1)


def test_sub_folders_are_made_also_again(tmp_path: Path) -> None:
    target = placement(tmp_path)
    subfolder = "data/2020/01/31"
    first = store(target, "1.2.3", subfolder=subfolder)
    assert first == tmp_path / "data" / "2020" / "01" / "31" / "CT.1.2.3"
    first.unlink()
    first.parent.rmdir()
    assert store(target, "1.2.3", subfolder=subfolder) == first


def test_missing_folder_is_refused_at_start(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="Directory does not exist"):
        placement(tmp_path / "gone")


def test_file_instead_of_folder_is_refused_at_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="Directory"):
        placement(tmp_path / "file")


def test_unfinished_files_of_earlier_runs_are_cleared_at_start(tmp_path: Path) -> None:
    (tmp_path / ".dicomdesk-77.part").write_bytes(b"half")
    placement(tmp_path)
    assert os.listdir(tmp_path) == []


def test_vanished_folder_is_an_error_and_not_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    target = placement(folder)
    folder.rmdir()
    with pytest.raises(FileNotFoundError):
        target.open()
    assert not folder.exists()


def test_too_little_free_space_is_an_error(tmp_path: Path) -> None:
    target = placement(tmp_path, min_free_bytes=1 << 62)
    with pytest.raises(OSError, match="free disk space") as caught:
        target.open()
    assert caught.value.errno == errno.ENOSPC
    assert os.listdir(tmp_path) == []


def test_enough_free_space_is_none(tmp_path: Path) -> None:
    store(placement(tmp_path, min_free_bytes=1), "1.2.3")


def test_unfinished_files_of_a_sub_folder_are_cleared_when_it_is_first_used(tmp_path: Path) -> None:
    abandoned, at_work = tmp_path / "data" / ".dicomdesk-1.part", tmp_path / "data" / ".dicomdesk-2.part"
    abandoned.parent.mkdir()
    abandoned.touch()
    with at_work.open("wb") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        target = placement(tmp_path)
        store(target, "1.2.3", subfolder="data")
        abandoned_later = tmp_path / "data" / ".dicomdesk-3.part"
        abandoned_later.touch()
        store(target, "1.2.4", subfolder="data")
    assert sorted(path.name for path in abandoned.parent.iterdir()) == [
        ".dicomdesk-2.part",
        ".dicomdesk-3.part",
        "CT.1.2.3",
        "CT.1.2.4",
    ]


def test_a_folder_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    target = placement(folder, sub_folders=SubFolders.SERIES_DATE)
    folder.rmdir()
    with pytest.raises(FileNotFoundError):
        target.open("data/2026")
    assert not folder.exists()
    folder.mkdir()
    target.open("data/2026").discard()
    assert (folder / "data/2026").is_dir()


def descriptors(folder: Path) -> set[int]:
    """Of files that this process has open in the folder, with a name or without."""
    found = set()
    for number in map(int, os.listdir("/proc/self/fd")):
        with suppress(OSError):
            if Path(f"/proc/self/fd/{number}").readlink().parent == folder:
                found.add(number)
    return found


def test_file_that_stands_ready_is_used_at_once_and_only_by_its_association(tmp_path: Path) -> None:
    target = placement(tmp_path)
    target.make_ready(1)
    if not descriptors(tmp_path):
        pytest.skip("files of this file system have names from the beginning")
    (ready,) = descriptors(tmp_path)
    other, own = target.open(association=2), target.open(association=1)
    assert own.descriptor == ready
    assert other.descriptor != ready
    assert os.listdir(tmp_path) == []
    for file, uid in ((own, "1.2.1"), (other, "1.2.2")):
        file.write([b"data"])
        assert Path(target.publish(file, CT, uid).path).read_bytes() == b"data"
        file.close()
    assert descriptors(tmp_path) == set()


def test_file_that_stood_ready_for_long_or_for_nobody_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = placement(tmp_path)
    target.make_ready(1)
    now = time.monotonic()
    monkeypatch.setattr("dicomdesk.engine.receive.placement.time.monotonic", lambda: now + 10)
    late = target.open(association=1)
    target.make_ready(1)
    target.make_ready(2)
    late.discard()
    target.forget(1)
    target.forget(2)
    target.forget(3)
    assert descriptors(tmp_path) == set()


def test_folder_that_is_gone_is_found_where_a_file_stands_ready(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    target = placement(folder)
    target.make_ready(1)
    folder.rmdir()
    file = target.open(association=1)
    with pytest.raises(FileNotFoundError):
        target.publish(file, CT, "1.2.3")
    file.discard()
