import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicomdesk.errors import CancelledError
from dicomdesk.gui.retrieve.here.index import HereIndex
from tests.helpers.archives.served_archives import encoded
from tests.helpers.data.datasets import part10


def put(folder: Path, name: str, uid: str, study: str = "1.2.3", series: str = "1.2.3.5") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(part10(encoded(uid, study, series)))
    return path


def reads(index: HereIndex) -> int:
    """How many files are read to bring it up to date."""
    count = 0

    def one_more() -> None:
        nonlocal count
        count += 1

    index.refresh(one_more)
    return count


def test_instances_are_counted_by_study_series_and_uid(tmp_path: Path) -> None:
    put(tmp_path, "a", "1.1")
    put(tmp_path / "deeper" / "down", "b", "1.2", series="1.2.3.6")
    put(tmp_path, "c", "2.1", study="1.2.4")
    (tmp_path / "notes.txt").write_text("no instance")
    index = HereIndex(tmp_path)
    assert index.refresh() == 4
    assert (index.count("1.2.3"), index.count("1.2.3", "1.2.3.5"), index.count("1.2.4")) == (2, 1, 1)
    assert (index.count("1.2.3", "1.2.3.5", "1.1"), index.count("", "", "9")) == (1, 0)
    assert index.present("1.2.3") == {"1.1", "1.2"}
    assert index.present("1.2.3", "1.2.3.6") == {"1.2"}
    assert index.present() == {"1.1", "1.2", "2.1"}


def test_an_instance_in_two_files_counts_once_until_both_are_gone(tmp_path: Path) -> None:
    first, second = put(tmp_path, "a", "1.1"), put(tmp_path, "b", "1.1")
    index = HereIndex(tmp_path)
    index.refresh()
    assert index.count("1.2.3") == 1
    first.unlink()
    index.refresh()
    assert index.count("1.2.3") == 1
    second.unlink()
    index.refresh()
    assert index.count("1.2.3") == 0


def test_only_what_is_new_or_changed_is_read(tmp_path: Path) -> None:
    put(tmp_path, "a", "1.1")
    index = HereIndex(tmp_path)
    assert reads(index) == 1
    assert reads(index) == 0
    changed = put(tmp_path, "a", "1.22222")
    os.utime(changed, ns=(1, 1))
    put(tmp_path, "b", "1.3")
    assert reads(index) == 2
    assert index.present() == {"1.22222", "1.3"}


def test_a_cache_spares_reading_after_the_next_start(tmp_path: Path) -> None:
    folder, cache = tmp_path / "in", tmp_path / "state" / "cache"
    put(folder, "a", "1.1")
    put(folder / "below", "b", "1.2")
    (folder / "c").write_text("no instance")
    assert reads(HereIndex(folder, cache)) == 3
    again = HereIndex(folder, cache)
    assert reads(again) == 0
    assert again.present() == {"1.1", "1.2"}
    assert reads(HereIndex(tmp_path / "other", cache)) == 0
    assert HereIndex(tmp_path / "other", cache).present() == frozenset()


@settings(max_examples=40)
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode), position=st.integers(0, 400))
def test_a_damaged_cache_is_as_good_as_none(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, position: int
) -> None:
    folder = tmp_path_factory.mktemp("in")
    cache = tmp_path_factory.mktemp("state") / "cache"
    put(folder, "a", "1.1")
    HereIndex(folder, cache).refresh()
    sound = cache.read_bytes()
    cache.write_bytes(sound[:position] + content + sound[position + len(content) :])
    index = HereIndex(folder, cache)
    index.refresh()
    assert index.count("1.2.3", "1.2.3.5") <= 1
    assert len(index.present()) <= 1


def test_giving_up_keeps_what_was_read(tmp_path: Path) -> None:
    for number in range(5):
        put(tmp_path, f"f{number}", f"1.{number}")
    index, asked = HereIndex(tmp_path), iter(range(9))

    def moving() -> None:
        if next(asked) == 3:
            raise CancelledError("enough")

    with pytest.raises(CancelledError):
        index.refresh(moving)
    assert len(index.present()) == 3
    assert reads(index) == 2


def test_pipes_links_and_folders_that_are_not_there_do_no_harm(tmp_path: Path) -> None:
    assert HereIndex(tmp_path / "none").refresh() == 0
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path)
    index = HereIndex(tmp_path)
    index.refresh()
    assert index.present() == frozenset()
