"""Files and index of an area together: storing, removing, quotas, and order after a crash."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from dicomdesk.archive.areas.keeper import Keeper, QuotaExceededError, StoredFile
from dicomdesk.archive.areas.storage_area import StorageArea
from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.index_entries import IndexEntry, StudyUsage
from dicomdesk.archive.setup.configuration import Area, Quota
from dicomdesk.errors import DataError, LocalError

STUDY, SERIES, INSTANCE = 0x0020000D, 0x0020000E, 0x00080018


def entry(study: str = "1.2", series: str = "1.2.3", instance: str = "1.2.3.4", *, size: int = 4) -> IndexEntry:
    return IndexEntry(
        area="ARCHIVE",
        path="",
        size_bytes=size,
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        character_set="",
        values={
            0x00100020: f"PID {study}",
            STUDY: study,
            SERIES: series,
            INSTANCE: instance,
            0x00080016: "1.2.840.10008.5.1.4.1.1.2",
        },
    )


def read_entry(path: str, relative: str) -> IndexEntry:
    """What ``put`` has written into the file."""
    content = Path(path).read_text()
    if not content.startswith("instance "):
        raise DataError("no instance")
    study, series, instance = content.split()[1:]
    made = entry(study, series, instance, size=len(content))
    return IndexEntry(**{**{name: getattr(made, name) for name in made.__slots__}, "path": relative})


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    (tmp_path / "area").mkdir()
    storage = StorageArea(tmp_path / "area")
    opened = Index(sqlite_url(storage.index_path))
    yield opened
    opened.close()


def make(tmp_path: Path, index: Index, quota: Quota | None = None) -> Keeper:
    area = Area(ae_title="ARCHIVE", folder=tmp_path / "area", is_writable=True, quota=quota or Quota())
    return Keeper(area, StorageArea(area.folder), index)


def put(keeper: Keeper, study: str, series: str, instance: str, *, size: int = 4) -> StoredFile:
    file = keeper.storage.open()
    file.write([f"instance {study} {series} {instance}".encode()])
    return keeper.keep(file, entry(study, series, instance, size=size))


def indexed(keeper: Keeper) -> set[str]:
    return {found.path for found in keeper.index.find_instances("ARCHIVE")}


def files(keeper: Keeper) -> set[str]:
    return set(keeper.storage.files())


def test_what_is_kept_is_a_file_and_in_the_index(tmp_path: Path, index: Index) -> None:
    keeper = make(tmp_path, index)
    kept = put(keeper, "1.2", "1.3", "1.4")
    assert files(keeper) == indexed(keeper) == {kept.path}
    assert kept.removed == ()


def test_an_instance_that_comes_again_takes_the_place_of_the_first(tmp_path: Path, index: Index) -> None:
    keeper = make(tmp_path, index)
    put(keeper, "1.2", "1.3", "1.4")
    second = put(keeper, "1.2", "1.3", "1.4")
    assert files(keeper) == indexed(keeper) == {second.path}


def test_the_same_instance_uid_in_another_study_is_kept_beside(tmp_path: Path, index: Index) -> None:
    keeper = make(tmp_path, index)
    paths = {put(keeper, study, f"{study}.1", "1.4").path for study in ("1.2", "1.3", "1.2", "1.3")}
    assert len(paths) == 4
    assert len(files(keeper)) == 2
    assert files(keeper) == indexed(keeper)
    assert len(list(index.conflicts("ARCHIVE"))) >= 1


def test_an_index_that_fails_leaves_no_file(tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = make(tmp_path, index)

    def fail(*_: object, **__: object) -> None:
        raise LocalError("the database is locked")

    monkeypatch.setattr(index, "add", fail)
    with pytest.raises(LocalError):
        put(keeper, "1.2", "1.3", "1.4")
    assert files(keeper) == set()


def test_without_a_quota_nothing_goes(tmp_path: Path, index: Index) -> None:
    keeper = make(tmp_path, index)
    for number in range(30):
        put(keeper, f"1.2.{number}", "1.3", "1.4", size=1 << 40)
    assert len(files(keeper)) == 30
    keeper.check_size(1 << 50)


def test_the_study_that_waited_longest_goes(tmp_path: Path, index: Index, announce_log: Callable[[str], None]) -> None:
    announce_log("due to quota")
    keeper = make(tmp_path, index, Quota(max_studies=2))
    put(keeper, "1.2.3.1", "1.3", "1.4")
    put(keeper, "1.2.3.1.5", "1.3", "1.4")
    put(keeper, "1.2.3.1", "1.3", "1.5")
    kept = put(keeper, "1.2.3.2", "1.3", "1.4")
    assert [path.split("/")[1] for path in kept.removed] == ["1.2.3.1.5"]
    assert {path.split("/")[1] for path in files(keeper)} == {"1.2.3.1", "1.2.3.2"}
    assert files(keeper) == indexed(keeper)


def test_a_study_that_grows_too_large_loses_its_oldest_instances(
    tmp_path: Path, index: Index, announce_log: Callable[[str], None]
) -> None:
    announce_log("due to quota")
    keeper = make(tmp_path, index, Quota(max_bytes_per_study=3000))
    first = put(keeper, "1.2", "1.3", "1.4.1", size=1300)
    put(keeper, "1.2", "1.3", "1.4.2", size=1300)
    put(keeper, "1.9", "1.3", "1.4.9", size=3000)
    kept = put(keeper, "1.2", "1.3", "1.4.3", size=1300)
    assert kept.removed == (first.path,)
    assert len(files(keeper)) == 3
    with pytest.raises(QuotaExceededError, match="9000"):
        keeper.check_size(9000)


def test_a_study_that_grows_while_it_is_chosen_stays(
    tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch, announce_log: Callable[[str], None]
) -> None:
    announce_log("due to quota")
    keeper, other = make(tmp_path, index, Quota(max_studies=2)), make(tmp_path, index)
    put(keeper, "1.2.1", "1.3", "1.4")
    put(keeper, "1.2.2", "1.3", "1.4")
    note = keeper.storage.note_removal
    came: list[StoredFile] = []

    def note_late(paths: Sequence[str]) -> str:
        if not came:
            came.append(put(other, "1.2.1", "1.3", "1.5"))
        return note(paths)

    monkeypatch.setattr(keeper.storage, "note_removal", note_late)
    kept = put(keeper, "1.2.3", "1.3", "1.4")
    assert [path.split("/")[1] for path in kept.removed] == ["1.2.2"]
    assert came[0].path in indexed(keeper)
    assert files(keeper) == indexed(keeper)
    assert list(keeper.storage.abandoned_removals()) == []


def test_two_that_make_room_at_once_remove_one_study(
    tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch, announce_log: Callable[[str], None]
) -> None:
    announce_log("due to quota")
    plain = make(tmp_path, index)
    for number in range(4):
        put(plain, f"1.2.{number}", "1.3", "1.4")
    keeper, other = (make(tmp_path, index, Quota(max_studies=3)) for _ in range(2))
    oldest = index.oldest_studies
    is_first = True

    def choose_late(*arguments: Any, **named: Any) -> list[StudyUsage]:
        nonlocal is_first
        if is_first:
            is_first = False
            put(other, "1.2.2", "1.3", "1.5")
        return oldest(*arguments, **named)

    monkeypatch.setattr(index, "oldest_studies", choose_late)
    put(keeper, "1.2.3", "1.3", "1.5")
    assert {path.split("/")[1] for path in files(keeper)} == {"1.2.1", "1.2.2", "1.2.3"}
    assert files(keeper) == indexed(keeper)


def test_removing_a_study_leaves_the_others(tmp_path: Path, index: Index) -> None:
    keeper = make(tmp_path, index)
    put(keeper, "1.2", "1.3", "1.4")
    other = put(keeper, "1.2.1", "1.3", "1.4")
    assert [found.study_instance_uid for found in keeper.remove(study_instance_uid="1.2")] == ["1.2"]
    assert files(keeper) == indexed(keeper) == {other.path}
    with pytest.raises(ValueError, match="must be said"):
        keeper.remove()


def test_a_file_that_was_not_indexed_yet_is_adopted(tmp_path: Path, index: Index) -> None:
    keeper = make(tmp_path, index)
    file = keeper.storage.open()
    file.write([b"instance 1.2 1.3 1.4"])
    path = keeper.storage.place(file, "1.2", "1.3", "1.4")
    order = keeper.repair(read_entry)
    assert (order.adopted, order.is_clean) == (1, False)
    assert indexed(keeper) == {path}
    assert keeper.repair(read_entry).is_clean


def test_a_file_whose_place_was_taken_is_removed(tmp_path: Path, index: Index) -> None:
    keeper = make(tmp_path, index)
    kept = put(keeper, "1.2", "1.3", "1.4")
    file = keeper.storage.open()
    file.write([b"instance 1.2 1.3 1.4"])
    keeper.storage.place(file, "1.2", "1.3", "1.4")
    assert keeper.repair(read_entry).superseded == 1
    assert files(keeper) == indexed(keeper) == {kept.path}


def test_a_file_that_another_process_may_be_about_to_index_stays(tmp_path: Path, index: Index) -> None:
    """It is to take the place of the other, which goes then: without both, the instance would be lost."""
    keeper, other = make(tmp_path, index), make(tmp_path, index)
    kept = put(keeper, "1.2", "1.3", "1.4")
    other.storage.mark_running()
    keeper.storage.mark_running()
    file = other.storage.open()
    file.write([b"instance 1.2 1.3 1.4"])
    path = other.storage.place(file, "1.2", "1.3", "1.4")
    assert keeper.repair(read_entry, since=5.0).superseded == 0
    assert files(keeper) == {kept.path, path}
    keeper.storage.mark_ended()
    other.storage.mark_ended()
    assert other.storage.crashed_since() == 5.0
    assert other.repair(read_entry, since=5.0).superseded == 1
    assert files(keeper) == indexed(keeper) == {kept.path}


def test_an_instance_whose_file_is_gone_is_replaced_by_the_one_that_is_there(tmp_path: Path, index: Index) -> None:
    keeper = make(tmp_path, index)
    kept = put(keeper, "1.2", "1.3", "1.4")
    os.unlink(keeper.storage.path_of(kept.path))
    file = keeper.storage.open()
    file.write([b"instance 1.2 1.3 1.4"])
    path = keeper.storage.place(file, "1.2", "1.3", "1.4")
    assert keeper.repair(read_entry).adopted == 1
    assert indexed(keeper) == {path}


def test_a_removal_is_completed_where_the_index_knows_of_it(tmp_path: Path, index: Index) -> None:
    keeper = make(tmp_path, index)
    gone, kept = put(keeper, "1.2", "1.3", "1.4"), put(keeper, "1.5", "1.6", "1.7")
    note = tmp_path / "area" / ".dicomdesk" / "removing-1.json"
    note.write_text(f'["{gone.path}", "{kept.path}"]')
    index.remove("ARCHIVE", study_instance_uid="1.2")
    order = keeper.repair(read_entry)
    assert (order.completed_removals, order.adopted) == (1, 0)
    assert files(keeper) == indexed(keeper) == {kept.path}
    assert not note.exists()


def test_a_removal_of_a_living_process_is_left_to_it(tmp_path: Path, index: Index) -> None:
    keeper, other = make(tmp_path, index), make(tmp_path, index)
    other.storage.mark_running()
    kept = put(other, "1.2", "1.3", "1.4")
    note = other.storage.note_removal([kept.path])
    index.remove("ARCHIVE", study_instance_uid="1.2")
    assert keeper.repair(read_entry).is_clean
    assert (files(keeper), indexed(keeper)) == ({kept.path}, set())
    other.storage.mark_ended()
    assert keeper.complete_removals() == 1
    assert files(keeper) == set()
    assert note not in os.listdir(tmp_path / "area" / ".dicomdesk")


@pytest.mark.parametrize("is_noted", [False, True])
def test_a_file_that_is_removed_while_it_is_adopted_is_not_indexed(
    tmp_path: Path, index: Index, *, is_noted: bool
) -> None:
    keeper, other = make(tmp_path, index), make(tmp_path, index)
    other.storage.mark_running()
    file = keeper.storage.open()
    file.write([b"instance 1.2 1.3 1.4"])
    path = keeper.storage.place(file, "1.2", "1.3", "1.4")

    def read(absolute: str, relative: str) -> IndexEntry:
        made = read_entry(absolute, relative)
        if is_noted:
            other.storage.note_removal([path])
        else:
            other.storage.remove([path])
        return made

    assert keeper.repair(read).is_clean
    assert indexed(keeper) == set()
    other.storage.mark_ended()


def test_what_is_no_instance_is_left_alone(tmp_path: Path, index: Index) -> None:
    keeper = make(tmp_path, index)
    folder = tmp_path / "area" / "ab" / "1.2" / "1.3"
    folder.mkdir(parents=True)
    (folder / "1.4.00000000.dcm").write_text("rubbish")
    order = keeper.repair(read_entry)
    assert order.unreadable == ("ab/1.2/1.3/1.4.00000000.dcm",)
    assert len(files(keeper)) == 1
