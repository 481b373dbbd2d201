"""Instances and studies that go because of the quota of an area."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from dicomdesk.archive.areas.keeper import StoredFile
from dicomdesk.archive.areas.quota import QuotaExceededError
from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.index_entries import StudyUsage
from dicomdesk.archive.setup.configuration import Quota
from tests.helpers.archives.index_entries import AREA
from tests.helpers.archives.kept_areas import files, indexed, make, put


def test_without_a_quota_nothing_goes(tmp_path: Path, index: Index) -> None:
    keeper = make(tmp_path, index)
    for number in range(30):
        put(keeper, f"1.2.{number}", "1.3", "1.4", size=1 << 40)
    assert len(files(keeper)) == 30
    keeper.quota.check_size(1 << 50)


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
        keeper.quota.check_size(9000)


@pytest.mark.parametrize("is_opened_again", [False, True])
def test_a_clock_that_is_set_back_makes_nothing_older(
    tmp_path: Path,
    index: Index,
    monkeypatch: pytest.MonkeyPatch,
    announce_log: Callable[[str], None],
    is_opened_again: bool,
) -> None:
    announce_log("due to quota")
    keeper = make(tmp_path, index, Quota(max_studies=2, max_bytes_per_study=3000))
    put(keeper, "1.2.1", "1.3", "1.4")
    put(keeper, "1.2.2", "1.3", "1.4.1", size=1300)
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now - 86400 * 10**9)
    if is_opened_again:
        index = Index(sqlite_url(keeper.storage.index_path))
        keeper = make(tmp_path, index, Quota(max_studies=2, max_bytes_per_study=3000))
    second = put(keeper, "1.2.2", "1.3", "1.4.2", size=1300)
    third = put(keeper, "1.2.2", "1.3", "1.4.3", size=1300)
    assert [path.split("/")[-1][:5] for path in third.removed] == ["1.4.1"]
    fourth = put(keeper, "1.2.3", "1.3", "1.4")
    assert [path.split("/")[1] for path in fourth.removed] == ["1.2.1"]
    fifth = put(keeper, "1.2.4", "1.3", "1.4")
    assert set(fifth.removed) == {second.path, third.path}
    assert files(keeper) == indexed(keeper) == {fourth.path, fifth.path}
    if is_opened_again:
        index.close()


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


def test_the_index_is_asked_once_for_many_instances_of_a_study(
    tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = make(tmp_path, index, Quota(max_studies=9, max_bytes_per_study=1 << 20))
    asked: list[str] = []
    usage = index.study_usage

    def noting_usage(area: str, study_uid: str) -> StudyUsage | None:
        asked.append(study_uid)
        return usage(area, study_uid)

    monkeypatch.setattr(index, "study_usage", noting_usage)
    monkeypatch.setattr("dicomdesk.archive.areas.quota._TRUSTED_S", 1000.0)
    for number in range(50):
        put(keeper, f"1.2.{number % 2}", "1.3", f"1.4.{number}", size=1300)
    assert sorted(asked) == ["1.2.0", "1.2.1"]


@pytest.mark.parametrize("seed", range(12))
def test_whatever_comes_and_goes_quotas_hold_at_each_moment(
    tmp_path: Path, index: Index, seed: int, announce_log: Callable[[str], None]
) -> None:
    announce_log("due to quota")
    random = Random(seed)
    keeper = make(tmp_path, index, Quota(max_studies=3, max_bytes_per_study=5000))
    for number in range(60):
        study = f"1.2.{random.randrange(5)}"
        if random.random() < 0.2:
            keeper.remove(study_instance_uid=study)
        else:
            put(keeper, study, "1.3", f"1.4.{random.randrange(12)}.{number % 3}", size=random.choice((100, 1300, 4000)))
        assert index.count_studies(AREA) <= 3
        for usage in index.oldest_studies(AREA, 9):
            assert usage.size_bytes <= 5000
    assert files(keeper) == indexed(keeper)


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
