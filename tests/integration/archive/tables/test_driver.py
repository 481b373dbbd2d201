"""A connection that is kept: what it does is done or not, and a database that goes away costs no addition."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import bindparam, insert, select

from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.index_entries import AdditionOutcome
from dicomdesk.archive.tables import database
from dicomdesk.archive.tables.driver import KeptConnection
from dicomdesk.archive.tables.prepared_statement import PreparedStatement
from dicomdesk.archive.tables.schema import settings
from dicomdesk.errors import IndexBusyError, IndexUncertainError
from tests.helpers.archives.index_entries import AREA, index_entry

ADD = PreparedStatement(insert(settings).values(name=bindparam("name"), value=bindparam("value")))


def add(kept: KeptConnection, *names: str, result: bool = True) -> bool:
    for name in names:
        ADD.run(kept, {"name": name, "value": "1"})
    return result


def names(index: Index) -> list[str]:
    with index.database.reading() as connection:
        found = connection.execute(select(settings.c.name).where(settings.c.value == "1")).scalars()
        return sorted(found)


def test_work_is_done_where_it_says_so_and_undone_where_not_or_where_a_statement_fails(empty_index: Index) -> None:
    work = empty_index.database.write_prepared
    assert work(lambda kept: add(kept, "a"))
    assert not work(lambda kept: add(kept, "b", result=False))
    assert not work(lambda kept: add(kept, "c", "a"))
    assert work(lambda kept: add(kept, "d"))
    assert names(empty_index) == ["a", "d"]


def test_a_defect_of_the_work_undoes_it(empty_index: Index) -> None:
    def fail(kept: KeptConnection) -> bool:
        add(kept, "a")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        empty_index.database.write_prepared(fail)
    assert empty_index.database.write_prepared(lambda kept: add(kept, "b"))
    assert names(empty_index) == ["b"]


def test_a_commit_that_fails_leaves_it_uncertain(tmp_path: Path) -> None:
    index = Index(sqlite_url(tmp_path / "index.sqlite"))

    def break_off(kept: KeptConnection) -> bool:
        add(kept, "a")
        kept.connection.execute("ROLLBACK")
        kept.connection.execute("CREATE TEMP TABLE parent (key PRIMARY KEY)")
        kept.connection.execute("CREATE TEMP TABLE child (key REFERENCES parent (key) DEFERRABLE INITIALLY DEFERRED)")
        kept.connection.execute("BEGIN IMMEDIATE")
        kept.connection.execute("INSERT INTO child VALUES (1)")
        return True

    with pytest.raises(IndexUncertainError):
        index.database.write_prepared(break_off)
    assert index.database.write_prepared(lambda kept: add(kept, "b"))
    assert names(index) == ["b"]
    index.close()


def test_a_database_that_is_locked_for_long_is_waited_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_BUSY_TIMEOUT_S", 0.01)
    index = Index(sqlite_url(tmp_path / "index.sqlite"))
    for instance in ("1.1", "1.2"):
        index.add([index_entry(instance=instance)])
    other = sqlite3.connect(tmp_path / "index.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(IndexBusyError):
        index.add([index_entry(instance="1.3")])
    other.close()
    index.add([index_entry(instance="1.3")])
    assert index.statistics(AREA).instances == 3
    index.close()


def test_connections_that_the_server_ends_are_made_again(open_index: Callable[[], Index]) -> None:
    index, other = open_index(), open_index()
    for instance in ("1.1", "1.2"):
        index.add([index_entry(instance=instance)])
    if not index.database.is_sqlite:
        with other.database.reading() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).all()
    for instance in ("1.3", "1.4"):
        (addition,) = index.add([index_entry(instance=instance)])
        assert addition.outcome is AdditionOutcome.ADDED
    assert index.statistics(AREA).instances == 4
    assert list(index.wrong_counts()) == []
