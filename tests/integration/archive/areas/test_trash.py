import time
from pathlib import Path

import pytest

from dicomdesk.archive.areas.trash import Trash
from dicomdesk.archive.index import Index
from dicomdesk.archive.index_entries import StoredInstance
from dicomdesk.errors import StorageError
from tests.helpers.archives.kept_areas import make, put


class KilledError(Exception):
    """Stands for the end of the process."""


def stored(index: Index) -> list[StoredInstance]:
    return list(index.find_instances("ARCHIVE"))


def test_what_did_not_go_leaves_the_trash_again(tmp_path: Path, index: Index) -> None:
    keeper = make(tmp_path, index)
    put(keeper, "1.2", "1.3", "1.4")
    put(keeper, "1.2", "1.3", "1.5")
    trash = Trash(keeper.storage.folder)
    one, other = stored(index)
    with trash.filling([one, other], what="it", by="me", why="", keep_days=1) as complete:
        entry = complete([other])
    assert entry is not None
    assert [found.path for found in trash.instances(entry)] == [other.path]
    assert trash.file_of(entry, other.path).read_bytes() == b"instance 1.2 1.3 1.5"
    assert not trash.file_of(entry, one.path).exists()
    assert trash.entries() == [entry]
    with trash.filling([one], what="it", by="me", why="", keep_days=1) as complete:
        assert complete([]) is None
    assert trash.entries() == [entry]


def _fill_half(trash: Trash, instances: list[StoredInstance]) -> None:
    with trash.filling(instances, what="it", by="", why="", keep_days=None):
        (entry,) = trash.entries()
        assert trash.settle(entry, lambda _path, _uid: False) is None  # it is under way
        raise KilledError


def test_an_entry_whose_removal_was_killed_is_settled_by_what_the_index_still_has(tmp_path: Path, index: Index) -> None:
    keeper = make(tmp_path, index)
    put(keeper, "1.2", "1.3", "1.4")
    put(keeper, "1.2", "1.3", "1.5")
    trash = Trash(keeper.storage.folder)
    one, other = stored(index)
    with pytest.raises(KilledError):
        _fill_half(trash, [one, other])
    (entry,) = trash.entries()
    assert not entry.is_complete
    settled = trash.settle(entry, lambda path, _uid: path == one.path)
    assert settled is not None
    assert [found.path for found in trash.instances(settled)] == [other.path]
    assert trash.settle(settled, lambda _path, _uid: True) == settled
    assert keeper.storage.exists(one.path)


def test_entries_go_when_their_time_is_over(tmp_path: Path, index: Index) -> None:
    keeper = make(tmp_path, index)
    trash = Trash(keeper.storage.folder)
    for number, days in enumerate((1.0, 3.0, None)):
        put(keeper, f"1.{number}", "1.3", "1.4")
        with trash.filling(stored(index)[-1:], what=str(days), by="", why="", keep_days=days) as complete:
            complete(stored(index)[-1:])
    now = time.time()
    assert trash.delete_over(now) == []
    assert [entry.what for entry in trash.delete_over(now + 2 * 86_400)] == ["1.0"]
    assert {entry.what for entry in trash.entries()} == {"3.0", "None"}
    trash.delete(next(entry for entry in trash.entries() if entry.what == "None"))
    assert [entry.what for entry in trash.entries()] == ["3.0"]


def test_an_entry_is_found_by_the_beginning_of_its_number(tmp_path: Path, index: Index) -> None:
    keeper = make(tmp_path, index)
    trash = Trash(keeper.storage.folder)
    put(keeper, "1.2", "1.3", "1.4")
    for _ in range(2):
        with trash.filling(stored(index), what="", by="", why="", keep_days=1) as complete:
            complete(stored(index))
    one, other = trash.entries()
    assert trash.find(one.id) == one
    assert trash.find(other.id[:-1]) == other
    for wrong in ("", "2", "x"):
        with pytest.raises(StorageError):
            trash.find(wrong)


def test_a_path_that_leads_elsewhere_is_refused(tmp_path: Path, index: Index) -> None:
    keeper = make(tmp_path, index)
    put(keeper, "1.2", "1.3", "1.4")
    trash = Trash(keeper.storage.folder)
    with trash.filling(stored(index), what="", by="", why="", keep_days=1) as complete:
        entry = complete(stored(index))
    assert entry is not None
    for path in ("../../x", "a//b", "./a"):
        with pytest.raises(StorageError):
            trash.file_of(entry, path)
