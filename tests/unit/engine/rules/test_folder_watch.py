"""Files of a watched folder come to rest."""

import os
import tracemalloc
from pathlib import Path

import pytest

from dicomdesk.engine.rules import folder_watch
from dicomdesk.engine.rules.folder_watch import FileState, FolderWatch


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Watched:
    """A watch with a clock of its own, which takes what has come to rest as dealt with."""

    def __init__(self, folder: Path, *, subfolders: bool = True, rest_s: float = 10.0) -> None:
        self.known: set[FileState] = set()
        self.clock = Clock()
        self.watch = FolderWatch(
            str(folder), subfolders=subfolders, rest_s=rest_s, is_known=self.known.__contains__, clock=self.clock
        )

    def names_after(self, seconds: float) -> list[str]:
        self.clock.now_s += seconds
        at_rest = self.watch.look().at_rest
        self.known.update(at_rest)
        return sorted(os.path.relpath(state.path, self.watch.folder) for state in at_rest)


def test_a_file_is_taken_once_when_it_has_not_changed_for_the_time(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    (tmp_path / "a").write_bytes(b"1")
    assert watched.names_after(0) == []
    assert watched.names_after(9) == []
    (tmp_path / "a").write_bytes(b"12")
    assert watched.names_after(5) == []
    assert watched.names_after(9) == []
    assert watched.names_after(1) == ["a"]
    assert watched.names_after(100) == []


def test_a_file_of_the_same_size_with_another_time_has_changed(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    (tmp_path / "a").write_bytes(b"1")
    watched.names_after(0)
    os.utime(tmp_path / "a", ns=(1, 1))
    assert watched.names_after(10) == []
    assert watched.names_after(10) == ["a"]
    os.utime(tmp_path / "a", ns=(2, 2))
    assert watched.names_after(10) == []
    assert watched.names_after(10) == ["a"]  # dealt with as it was, not as it is


def test_links_hidden_names_copies_under_way_and_what_was_sent_are_passed_over(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    for name in ("a", ".hidden", "b.part", "c.TMP", "sent/d", "deep/sent/e", "deep/f"):
        (inside / name).parent.mkdir(parents=True, exist_ok=True)
        (inside / name).write_bytes(b"1")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "x").write_bytes(b"1")
    (inside / "link").symlink_to(tmp_path / "outside" / "x")
    (inside / "links").symlink_to(tmp_path / "outside")
    (inside / "round").symlink_to(inside)
    os.mkfifo(inside / "pipe")
    watched = Watched(inside)
    watched.names_after(0)
    assert watched.names_after(10) == ["a", "deep/f", "deep/sent/e"]
    flat = Watched(inside, subfolders=False)
    flat.names_after(0)
    assert flat.names_after(10) == ["a"]


def test_names_may_be_any_bytes(tmp_path: Path) -> None:
    names = [b"\xff\xfe", b"a\nb", b"-rf", b"\xc3\xa9" * 100]
    for name in names:
        Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name))).write_bytes(b"1")
    watched = Watched(tmp_path)
    watched.names_after(0)
    assert {os.fsencode(name) for name in watched.names_after(10)} == set(names)


def test_a_folder_that_vanishes_is_said_and_goes_on_when_it_is_back(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    watched = Watched(folder)
    (folder / "a").write_bytes(b"1")
    watched.names_after(0)
    folder.rename(tmp_path / "away")
    assert "is not there. Mount it" in watched.watch.look().problem
    (tmp_path / "away").rename(folder)
    assert watched.watch.look().problem == ""
    assert watched.names_after(10) == ["a"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir(mode=0)
    assert "may not be read" in Watched(folder).watch.look().problem
    folder.chmod(0o700)


def test_many_files_are_handed_over_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_watch, "MOST_AT_ONCE", 3)
    monkeypatch.setattr(folder_watch, "MOST_NEW", 5)
    for number in range(12):
        (tmp_path / str(number)).write_bytes(b"1")
    watched = Watched(tmp_path)
    taken: list[str] = []
    for _ in range(20):
        found = watched.names_after(10)
        assert len(found) <= 3
        taken += found
    assert sorted(taken) == sorted(str(number) for number in range(12))


@pytest.mark.long
def test_what_was_dealt_with_costs_no_memory(tmp_path: Path) -> None:
    for number in range(3000):
        (tmp_path / f"{number:060}").write_bytes(b"")
    watch = FolderWatch(str(tmp_path), subfolders=True, rest_s=1, is_known=lambda _state: True)
    watch.look()
    tracemalloc.start()
    try:
        watch.look()
        assert tracemalloc.get_traced_memory()[1] < 200_000
    finally:
        tracemalloc.stop()


def test_a_long_look_is_followed_by_a_long_pause(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    (tmp_path / "a").write_bytes(b"1")

    def take_a_second() -> None:
        watched.clock.now_s += 1.0

    watched.watch.look(take_a_second)
    assert watched.watch.pause_s >= 20


def test_a_look_can_be_broken_off(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Watched(tmp_path).watch.look(stop)
