"""The index is made again from the files: ours, those that DCMTK's archive has left, and those that are none."""

import contextlib
import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dicomdesk.archive import reindex
from dicomdesk.archive.archive import Archive
from dicomdesk.archive.areas.storage_area import StorageArea
from dicomdesk.archive.file_check import check_area
from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.reindex import ReindexReport, reindex_area
from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Area
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.errors import IndexDamagedError, StorageError
from tests.helpers.archives.kept_areas import fail_on
from tests.helpers.archives.opened_archives import keep
from tests.helpers.archives.postgresql import PostgresqlServer
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, Builder, part10

AREA = "ARCHIVE"


@dataclass
class Seen:
    """Takes notes."""

    steps: list[tuple[str, int, int]] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)

    def progressed(self, area: str, done: int, total: int) -> None:
        self.steps.append((area, done, total))

    def check(self) -> None:
        """Nobody ends it."""

    def left_out(self, area: str, path: str, reason: str) -> None:
        assert area == AREA
        self.left.append((path, reason))


def instance(number: int, uid: str = "") -> bytes:
    uid = uid or f"1.2.826.0.1.3680043.9.9999.7.{number}"
    body = Builder(EXPLICIT).instance(sop_class_uid=CT_IMAGE, sop_instance_uid=uid)
    return part10(body, EXPLICIT, sop_class_uid=CT_IMAGE, sop_instance_uid=uid)


def settings_for(folder: Path, database_url: str = "") -> tuple[ArchiveSettings, Area]:
    folder.mkdir(exist_ok=True)
    area = Area(ae_title=AREA, folder=folder, is_writable=True)
    configuration = ArchiveConfiguration(areas=(area,), database_url=database_url)
    return ArchiveSettings(configuration=configuration, port=0, address="127.0.0.1"), area


def fill(settings: ArchiveSettings, tmp_path: Path, count: int) -> None:
    paths = []
    for number in range(count):
        paths.append(tmp_path / f"in{number}")
        paths[-1].write_bytes(instance(number))
    with Archive(settings) as archive:
        keep(archive, paths)


def count_of(settings: ArchiveSettings) -> int:
    with Archive(settings) as archive:
        return archive.keeper(AREA).index.statistics(AREA).instances


def test_a_damaged_index_is_made_again_from_the_files(tmp_path: Path) -> None:
    settings, area = settings_for(tmp_path / "area")
    fill(settings, tmp_path, 5)
    database = StorageArea(area.folder).index_path
    database.write_bytes(b"rubbish" * 1000)
    with pytest.raises(IndexDamagedError):
        Archive(settings)
    seen = Seen()
    assert reindex_area(settings, area, seen) == ReindexReport(indexed=5)
    assert seen.steps[-1] == (AREA, 5, 5)
    assert not seen.left
    assert count_of(settings) == 5
    assert check_area(settings, area, fail_on).is_right


def test_other_processes_help_where_there_are_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, area = settings_for(tmp_path / "area")
    fill(settings, tmp_path, 5)
    (area.folder / "notes.dcm").write_bytes(b"nothing")
    alone, together = Seen(), Seen()
    expected = reindex_area(settings, area, alone)
    monkeypatch.setattr(reindex, "_ALONE", 0)
    monkeypatch.setattr(reindex, "_BATCH", 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert reindex_area(settings, area, together) == expected == ReindexReport(indexed=5, unreadable=1)
    assert together.left == alone.left


def test_what_dcmtk_has_stored_is_taken_over_where_it_lies(tmp_path: Path) -> None:
    settings, area = settings_for(tmp_path / "area")
    (area.folder / "CT_0011aabb.dcm").write_bytes(instance(1))
    (area.folder / "index.dat").write_bytes(b"QRDB05" + bytes(100))
    assert reindex_area(settings, area, Seen()) == ReindexReport(indexed=1)
    with Archive(settings) as archive:
        keeper = archive.keeper(AREA)
        (found,) = keeper.index.find_instances(AREA)
        assert found.path == "CT_0011aabb.dcm"
        keeper.remove(study_instance_uid=found.study_instance_uid)
    assert sorted(os.listdir(area.folder)) == [".dicomdesk", "index.dat"]


def test_what_is_no_instance_is_named_and_left_alone(tmp_path: Path) -> None:
    settings, area = settings_for(tmp_path / "area")
    fill(settings, tmp_path, 2)
    (area.folder / "notes.dcm").write_bytes(b"nothing")
    (area.folder / "empty.dcm").touch()
    seen = Seen()
    result = reindex_area(settings, area, seen)
    assert (result.indexed, result.unreadable) == (2, 2)
    assert sorted(path for path, _ in seen.left) == ["empty.dcm", "notes.dcm"]
    assert (area.folder / "notes.dcm").exists()


@pytest.mark.parametrize("newest", ["a.dcm", "b.dcm"])
def test_of_two_files_of_one_instance_the_newer_one_counts(tmp_path: Path, newest: str) -> None:
    settings, area = settings_for(tmp_path / "area")
    for name in ("a.dcm", "b.dcm"):
        (area.folder / name).write_bytes(instance(1))
        os.utime(area.folder / name, (1_700_000_000 + (name == newest), 1_700_000_000 + (name == newest)))
    seen = Seen()
    assert reindex_area(settings, area, seen) == ReindexReport(indexed=1, superseded=1)
    assert [path for path, _ in seen.left] == [({"a.dcm", "b.dcm"} - {newest}).pop()]
    with Archive(settings) as archive:
        (found,) = archive.keeper(AREA).index.find_instances(AREA)
        assert found.path == newest


def test_an_index_in_use_is_not_replaced(tmp_path: Path) -> None:
    settings, area = settings_for(tmp_path / "area")
    with Archive(settings), pytest.raises(StorageError, match="in use"):
        reindex_area(settings, area, Seen())
    assert reindex_area(settings, area, Seen()) == ReindexReport()


def test_an_index_that_comes_into_use_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    settings, area = settings_for(tmp_path / "area")
    fill(settings, tmp_path, 1)
    with contextlib.ExitStack() as archives:

        class Starting(Seen):
            def progressed(self, area: str, done: int, total: int) -> None:
                archives.enter_context(Archive(settings))

        with pytest.raises(StorageError, match="came into use"):
            reindex_area(settings, area, Starting())
    assert count_of(settings) == 1
    assert not list((area.folder / ".dicomdesk").glob("index-new*"))


def test_what_ends_while_the_index_is_replaced_leaves_all_files_to_be_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, area = settings_for(tmp_path / "area")
    fill(settings, tmp_path, 3)

    def fail(*_: object) -> None:
        raise OSError("no more")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        with pytest.raises(StorageError, match="cannot be written: no more"):
            reindex_area(settings, area, Seen())
    with contextlib.closing(Index(sqlite_url(StorageArea(area.folder).index_path))) as index:
        index.clear(AREA)
    with Archive(settings) as archive:
        assert archive.repairs[AREA].adopted == 3
    with Archive(settings) as archive:
        assert archive.repairs == {}


def test_an_old_log_is_not_applied_to_the_new_index(tmp_path: Path) -> None:
    settings, area = settings_for(tmp_path / "area")
    fill(settings, tmp_path, 3)
    database = StorageArea(area.folder).index_path
    wal = database.with_name(database.name + "-wal")
    wal.write_bytes(os.urandom(5000))
    reindex_area(settings, area, Seen())
    assert not wal.exists()
    with sqlite3.connect(database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert count_of(settings) == 3


def test_a_shared_database_is_renewed_in_place(tmp_path: Path) -> None:
    shared = sqlite_url(tmp_path / "shared.sqlite")
    settings, area = settings_for(tmp_path / "area", shared)
    fill(settings, tmp_path, 3)
    gone = next(area.folder.glob("*/*/*/*.dcm"))
    gone.unlink()
    (area.folder / "new.dcm").write_bytes(instance(9))
    assert reindex_area(settings, area, Seen()) == ReindexReport(indexed=3, forgotten=1)
    assert check_area(settings, area, fail_on).is_right


def test_a_database_of_postgresql_is_renewed_in_place(
    tmp_path: Path, postgresql: PostgresqlServer, announce_log: Callable[[str], None]
) -> None:
    announce_log("its index is empty")
    settings, area = settings_for(tmp_path / "area", postgresql.new_database())
    fill(settings, tmp_path, 3)
    index = Index(settings.configuration.database_url)
    index.remove(AREA)
    with Archive(settings):
        assert reindex_area(settings, area, Seen()) == ReindexReport(indexed=3)
    assert index.statistics(AREA).instances == 3
    index.close()
