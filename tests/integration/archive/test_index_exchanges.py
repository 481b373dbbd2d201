"""Exchanges: instances of the index become others all at once, or none does."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dicomdesk.archive.index import Index, StaleError
from dicomdesk.archive.index_entries import StoredInstance
from dicomdesk.errors import DataError
from tests.helpers.archives.kept_areas import entry


@pytest.fixture
def index(open_index: Callable[[], Index]) -> Index:
    opened = open_index()
    opened.add([replace(entry(instance=f"1.2.3.{number}"), path=f"old{number}.dcm") for number in range(3)])
    return opened


def stored(index: Index) -> list[StoredInstance]:
    return list(index.find_instances("ARCHIVE"))


def test_the_new_are_there_and_the_old_are_not(index: Index) -> None:
    old = stored(index)[:2]
    new = [
        replace(entry(study="1.9", series="1.9.1", instance=f"1.9.1.{number}"), path=f"new{number}.dcm")
        for number in (0, 1)
    ]
    index.exchange("ARCHIVE", old, new)
    assert sorted(one.path for one in stored(index)) == ["new0.dcm", "new1.dcm", "old2.dcm"]
    assert index.statistics("ARCHIVE").studies == 2
    assert not list(index.wrong_counts())


def test_nothing_is_exchanged_where_one_of_the_old_came_again_or_went(index: Index) -> None:
    old = stored(index)
    index.add([replace(entry(instance="1.2.3.1"), path="again.dcm")])
    before = stored(index)
    new = [replace(entry(instance=f"1.2.3.{number}"), path=f"new{number}.dcm") for number in range(3)]
    with pytest.raises(StaleError):
        index.exchange("ARCHIVE", old, new)
    assert stored(index) == before


def test_nothing_is_exchanged_where_a_new_one_would_take_the_place_of_another(index: Index) -> None:
    before = stored(index)
    with pytest.raises(DataError, match=r"1\.2\.3\.2"):
        index.exchange("ARCHIVE", before[:1], [replace(entry(instance="1.2.3.2"), path="new.dcm")])
    assert stored(index) == before


def test_a_snapshot_has_all_files_of_an_area_as_they_came(index: Index) -> None:
    index.add([replace(entry(study="1.9", series="1.9.1", instance="1.9.1.1"), path="new.dcm", received=5.0)])
    snapshot = {one.path: one for one in index.snapshot("ARCHIVE")}
    assert snapshot["new.dcm"].received_us == 5_000_000
    assert {one.path: one.size_bytes for one in snapshot.values()} == {
        one.path: one.size_bytes for one in stored(index)
    }
    assert list(index.snapshot("OTHER")) == []
