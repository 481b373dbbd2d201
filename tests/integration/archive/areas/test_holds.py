import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dicomdesk.archive.areas.holds import held_studies, hold_study, read_holds, release_study
from dicomdesk.archive.index import Index
from dicomdesk.archive.setup.configuration import Quota
from dicomdesk.errors import StorageError
from tests.helpers.archives.kept_areas import files, indexed, make, put


def test_a_hold_is_kept_until_it_is_released(tmp_path: Path, index: Index) -> None:
    storage = make(tmp_path, index).storage
    assert held_studies(storage) == frozenset()
    assert hold_study(storage, "1.2", by="anna@here", why="a lawsuit")
    assert not hold_study(storage, "1.2", by="somebody", why="else")
    assert hold_study(storage, "1.3", by="anna@here", why="")
    assert read_holds(storage.folder)["1.2"].why == "a lawsuit"
    assert release_study(storage, "1.2")
    assert not release_study(storage, "1.2")
    assert held_studies(storage) == {"1.3"}


def test_the_quota_takes_the_next_study_and_no_instance_of_one_on_hold(
    tmp_path: Path, index: Index, announce_log: Callable[[str], None]
) -> None:
    announce_log("due to quota")
    keeper = make(tmp_path, index, Quota(max_studies=2, max_bytes_per_study=100))
    put(keeper, "1.1", "1.1.1", "1.1.1.1", size=60)
    hold_study(keeper.storage, "1.1", by="", why="")
    put(keeper, "1.1", "1.1.1", "1.1.1.2", size=60)
    put(keeper, "1.2", "1.2.1", "1.2.1.1")
    put(keeper, "1.3", "1.3.1", "1.3.1.1")
    assert {path.split("/")[1] for path in files(keeper)} == {"1.1", "1.3"}
    assert len(files(keeper)) == 3
    assert files(keeper) == indexed(keeper)
    for number in range(4, 7):
        put(keeper, f"1.{number}", "1.3.1", "1.3.1.1")
        hold_study(keeper.storage, f"1.{number}", by="", why="")
    assert {path.split("/")[1] for path in files(keeper)} == {"1.1", "1.4", "1.5", "1.6"}


def test_where_all_others_are_on_hold_the_quota_takes_what_it_can(
    tmp_path: Path, index: Index, announce_log: Callable[[str], None]
) -> None:
    announce_log("due to quota")
    keeper = make(tmp_path, index, Quota(max_studies=2))
    for study in ("1.1", "1.2"):
        put(keeper, study, f"{study}.1", f"{study}.1.1")
        hold_study(keeper.storage, study, by="", why="")
    for study in ("1.3", "1.4"):
        put(keeper, study, f"{study}.1", f"{study}.1.1")
    assert {path.split("/")[1] for path in files(keeper)} == {"1.1", "1.2", "1.4"}
    assert files(keeper) == indexed(keeper)


@pytest.mark.parametrize("content", ["{", "[]", json.dumps({"version": 1}), json.dumps({"version": 2, "studies": {}})])
def test_where_holds_cannot_be_told_nothing_goes(
    tmp_path: Path, index: Index, announce_log: Callable[[str], None], content: str
) -> None:
    keeper = make(tmp_path, index, Quota(max_studies=1))
    put(keeper, "1.1", "1.1.1", "1.1.1.1")
    (keeper.storage.folder / ".dicomdesk" / "holds.json").write_text(content)
    with pytest.raises(StorageError):
        held_studies(keeper.storage)
    announce_log("The quota removes nothing")
    put(keeper, "1.2", "1.2.1", "1.2.1.1")
    assert len(files(keeper)) == 2
