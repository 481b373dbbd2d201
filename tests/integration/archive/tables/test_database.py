"""Databases that do not do their part: each failure is one of our errors, with nothing of patients in it."""

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event

from dicomdesk.archive.index import Index
from dicomdesk.archive.tables import database
from dicomdesk.archive.tables.database import Database, Durability, sqlite_url
from dicomdesk.errors import IndexBusyError, IndexDamagedError, IndexUnusableError, LocalError
from tests.helpers.archives.index_entries import AREA, index_entry


@pytest.mark.parametrize("url", ["nonsense", "mysql://host/name", "sqlite+nothing:///x", ""])
def test_a_url_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(IndexUnusableError):
        Database(url)


def test_a_server_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(IndexUnusableError, match="cannot be used"):
        Index(f"postgresql://someone:secret@/name?host={tmp_path}")


def test_an_error_does_not_tell_the_password(tmp_path: Path) -> None:
    with pytest.raises(LocalError) as caught:
        Index(f"postgresql://someone:secret@/name?host={tmp_path}")
    assert "secret" not in str(caught.value)


def test_a_folder_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(IndexUnusableError, match="unable to open database file"):
        Index(sqlite_url(tmp_path / "none" / "index.sqlite"))


@pytest.mark.parametrize(
    "content", [b"this is no database at all, however one reads it" * 100, b"SQLite format 3\0" * 100]
)
def test_a_file_that_is_no_database_is_damaged(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "index.sqlite").write_bytes(content)
    with pytest.raises(IndexDamagedError, match="can be made again"):
        Index(sqlite_url(tmp_path / "index.sqlite"))


def test_a_database_with_damaged_pages_is_damaged(tmp_path: Path) -> None:
    file = tmp_path / "index.sqlite"
    index = Index(sqlite_url(file))
    index.add([index_entry(instance=f"1.{number}") for number in range(2000)])
    index.close()
    with open(file, "r+b") as opened:
        opened.seek(8192)
        opened.write(os.urandom(os.path.getsize(file) - 8192))
    with pytest.raises(IndexDamagedError):
        list(Index(sqlite_url(file)).find_instances(AREA))


def test_a_full_disk_is_a_clear_error_and_what_was_there_stays(tmp_path: Path) -> None:
    file = tmp_path / "index.sqlite"
    index = Index(sqlite_url(file))
    index.add([index_entry()])
    with index._database._engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(IndexUnusableError, match="full") as caught:
        index.add([index_entry(instance=f"1.{number}", name="Secret^Patient" * 20) for number in range(2000)])
    assert "Secret" not in str(caught.value)
    assert index.statistics(AREA).instances == 1
    index.close()


def test_a_database_locked_for_long_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_BUSY_TIMEOUT_S", 0.01)
    monkeypatch.setattr(database, "_RETRIES", 2)
    file = tmp_path / "index.sqlite"
    index = Index(sqlite_url(file))
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(IndexBusyError):
        index.add([index_entry()])
    assert index.statistics(AREA).instances == 0
    other.execute("ROLLBACK")
    other.close()
    index.add([index_entry()])
    assert index.statistics(AREA).instances == 1
    index.close()


def test_a_writer_waits_for_a_lock_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_BUSY_TIMEOUT_S", 0.2)
    file = tmp_path / "index.sqlite"
    index = Index(sqlite_url(file))
    begun: list[bool] = []
    event.listen(index._database._engine, "begin", lambda _connection: begun.append(True))
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(IndexBusyError):
        index.add([index_entry()])
    other.close()
    assert len(begun) <= 1
    index.close()


def test_too_many_readers_are_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = Index(sqlite_url(tmp_path / "index.sqlite"))
    pool = index._database._engine.pool
    monkeypatch.setattr(pool, "_timeout", 0.01)
    monkeypatch.setattr(pool, "_max_overflow", 0)
    with contextlib.ExitStack() as readers:
        for _ in range(4):
            readers.enter_context(index._database.reading())
        with pytest.raises(IndexBusyError, match="too many"):
            index.count_studies(AREA)
    assert index.count_studies(AREA) == 0
    index.close()


def test_a_reader_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    index = Index(sqlite_url(tmp_path / "index.sqlite"))
    index.add([index_entry()])
    other = sqlite3.connect(tmp_path / "index.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert len(list(index.find_instances(AREA))) == 1
    other.close()
    index.close()


@pytest.mark.parametrize(("durability", "level"), [(Durability.PROCESS, 1), (Durability.POWER, 2)])
def test_durability_is_how_often_the_disk_is_waited_for(tmp_path: Path, durability: Durability, level: int) -> None:
    index = Index(sqlite_url(tmp_path / "index.sqlite"), durability=durability)
    with index._database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == level
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    index.close()


@pytest.mark.skipif(os.name == "nt", reason="files have no mode there")
def test_the_file_and_its_log_are_for_their_owner_only(tmp_path: Path) -> None:
    index = Index(sqlite_url(tmp_path / "index.sqlite"))
    index.add([index_entry()])
    modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    index.close()
    assert modes == dict.fromkeys(("index.sqlite", "index.sqlite-wal", "index.sqlite-shm"), 0o600)


def test_a_log_that_somebody_holds_is_told_once_and_shrinks_afterwards(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    announce_log: Callable[[str], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    announce_log("The log of the index .* has grown to 0 MB, since somebody reads it for long")
    monkeypatch.setattr(database, "_MOST_LOG_BYTES", 100_000)
    monkeypatch.setattr(database, "_LOOKED_AT_EVERY", 1)
    monkeypatch.setattr(database, "_HELD_BY_READERS_S", 0.0)
    file = tmp_path / "index.sqlite"
    log = tmp_path / "index.sqlite-wal"

    def add(index: Index, first: int) -> None:
        for number in range(first, first + 40):
            index.add([index_entry(instance=f"1.{number}.1", study=f"1.{number}")])

    with contextlib.closing(Index(sqlite_url(file))) as index, contextlib.closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM study").fetchall()
        add(index, 0)
        assert log.stat().st_size > 100_000
        other.rollback()
        add(index, 100)
        assert log.stat().st_size <= 200_000
    assert caplog.text.count("has grown") == 1
