"""Files and index of an area together: storing and removing."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from dicomdesk.archive.index import Index
from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.errors import IndexUncertainError, IndexUnusableError, LocalError
from tests.helpers.archives.kept_areas import files, indexed, make, put


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


@pytest.mark.parametrize("is_committed", [True, False])
def test_a_commit_whose_end_is_not_known_is_settled_with_the_next_instance(
    tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch, is_committed: bool
) -> None:
    keeper = make(tmp_path, index)
    add = index.add

    def lose(*entries: Sequence[IndexEntry], **_named: object) -> None:
        if is_committed:
            add(*entries)
        raise IndexUncertainError("the connection is lost")

    def fail(*_: object) -> None:
        raise IndexUnusableError("there is no server")

    with monkeypatch.context() as patched:
        patched.setattr(index, "add", lose)
        patched.setattr(index, "known_paths", fail)
        for number in range(3):
            with pytest.raises(LocalError):
                put(keeper, "1.2", "1.3", f"1.4.{number}")
        assert len(files(keeper)) == 3
    put(keeper, "1.2", "1.3", "1.5")
    assert files(keeper) == indexed(keeper)
    assert len(files(keeper)) == (4 if is_committed else 1)
    keeper.end()
    assert keeper.storage.crashed_since() is None


def test_a_removal_that_the_index_refuses_leaves_no_note(
    tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = make(tmp_path, index)
    put(keeper, "1.2", "1.3", "1.4")

    def fail(*_: object, **__: object) -> None:
        raise IndexUnusableError("there is no server")

    with monkeypatch.context() as patched:
        patched.setattr(index, "remove", fail)
        with pytest.raises(LocalError):
            keeper.remove(study_instance_uid="1.2")
    assert keeper.storage.leaving() == set()
    assert files(keeper) == indexed(keeper) != set()


def test_removing_a_study_leaves_the_others(tmp_path: Path, index: Index) -> None:
    keeper = make(tmp_path, index)
    put(keeper, "1.2", "1.3", "1.4")
    other = put(keeper, "1.2.1", "1.3", "1.4")
    assert [found.study_instance_uid for found in keeper.remove(study_instance_uid="1.2")] == ["1.2"]
    assert files(keeper) == indexed(keeper) == {other.path}
    with pytest.raises(ValueError, match="must be said"):
        keeper.remove()
