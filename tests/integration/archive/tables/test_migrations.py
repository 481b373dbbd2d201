"""Databases of older and newer versions, and those that are none of ours."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Inspector, create_engine, inspect, text

from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.tables.database import Database
from dicomdesk.archive.tables.migrations import STEPS, read_version
from dicomdesk.archive.tables.schema import VERSION
from dicomdesk.errors import IndexDamagedError, IndexUnusableError
from tests.helpers.archives.index_entries import AREA, index_entry


def run(url: str, *statements: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def version(url: str) -> int:
    database = Database(url)
    with database.reading() as connection:
        found = read_version(connection)
    database.close()
    return found


def indexes(url: str, table: str) -> set[str | None]:
    engine = create_engine(url)
    found = {index["name"] for index in inspect(engine).get_indexes(table)}
    engine.dispose()
    return found


BACK: dict[int, tuple[str, ...]] = {
    1: ("DROP INDEX instance_in_conflict",),
    2: ("UPDATE patient SET identity = patient_id || '\x1f' || issuer_of_patient_id WHERE patient_id <> ''",),
    3: (
        "ALTER TABLE patient ADD COLUMN series_count BIGINT DEFAULT '0' NOT NULL",
        "ALTER TABLE patient ADD COLUMN instance_count BIGINT DEFAULT '0' NOT NULL",
        "ALTER TABLE study_class ADD COLUMN instance_count BIGINT DEFAULT '0' NOT NULL",
    ),
}
"""What undoes each step."""


def make_old(url: str, old: int) -> None:
    """Make a database of an old version, with an instance in it."""
    index = Index(url)
    index.add([index_entry(), index_entry(study="1.9", series="1.9.1", path="other")])
    index.close()
    for number in range(VERSION - 1, old - 1, -1):
        run(url, *BACK[number])
    run(url, f"UPDATE settings SET value = '{old}' WHERE name = 'version'")


def test_there_is_a_step_from_each_version_to_the_next() -> None:
    assert sorted(STEPS) == list(range(1, VERSION))
    assert sorted(BACK) == sorted(STEPS)


@pytest.mark.parametrize("old", sorted(STEPS))
def test_an_old_database_becomes_a_new_one_with_all_that_is_in_it(database_url: str, old: int) -> None:
    make_old(database_url, old)
    assert version(database_url) == old
    index = Index(database_url)
    assert version(database_url) == VERSION
    assert index.statistics(AREA).instances == 2
    assert len(list(index.conflicts(AREA))) == 1
    assert list(index.wrong_counts()) == []
    index.close()
    assert "instance_in_conflict" in indexes(database_url, "instance")


def test_a_patient_of_an_old_database_is_known_by_its_name(database_url: str) -> None:
    index = Index(database_url)
    index.add([index_entry(name="Doe^Jane^^", issuer="H"), index_entry(study="1.3", path="3", patient="", name="Roe")])
    index.close()
    run(database_url, *BACK[3], *BACK[2], "UPDATE settings SET value = '2' WHERE name = 'version'")
    index = Index(database_url)
    for name in ("Doe^Jane", "Poe", ""):
        index.add([index_entry(study=f"1.4{name}", path=f"4{name}", name=name, issuer="H")])
    index.add([index_entry(study="1.5", path="5", patient="", name="Roe")])
    found = index.statistics(AREA)
    assert (found.patients, found.studies) == (4, 6)
    assert list(index.wrong_counts()) == []
    index.close()


def test_what_reads_as_several_classes_is_none_of_an_old_database_any_more(database_url: str) -> None:
    make_old(database_url, 3)
    rows = "INSERT INTO study_class (study_key, sop_class_uid) SELECT key, '1.4\\1.5' FROM study"
    run(database_url, rows, "UPDATE study SET sop_classes = sop_classes || '\\1.4\\1.5'")
    index = Index(database_url)
    assert list(index.wrong_counts()) == []
    index.close()


def test_a_migrated_database_is_as_a_new_one(tmp_path: Path) -> None:
    def schema(name: str) -> set[str]:
        with sqlite3.connect(tmp_path / name) as connection:
            found = {" ".join(sql.split()) for (sql,) in connection.execute("SELECT sql FROM sqlite_master") if sql}
        connection.close()
        return found

    make_old(sqlite_url(tmp_path / "old"), 1)
    Index(sqlite_url(tmp_path / "old")).close()
    Index(sqlite_url(tmp_path / "new")).close()
    assert {sql.replace('"', "") for sql in schema("old")} == {sql.replace('"', "") for sql in schema("new")}


def test_a_newer_database_is_refused_and_left_alone(database_url: str) -> None:
    Index(database_url).close()
    run(database_url, f"UPDATE settings SET value = '{VERSION + 1}' WHERE name = 'version'")
    with pytest.raises(
        IndexUnusableError, match=f"has version {VERSION + 1}, this program knows those up to {VERSION}"
    ):
        Index(database_url)
    assert version(database_url) == VERSION + 1


def test_a_database_of_another_program_is_refused(database_url: str) -> None:
    run(database_url, "CREATE TABLE patient (number INTEGER)")
    with pytest.raises(IndexUnusableError, match="other tables"):
        Index(database_url)


def test_a_database_without_version_is_damaged(database_url: str) -> None:
    Index(database_url).close()
    run(database_url, "DELETE FROM settings")
    with pytest.raises(IndexDamagedError):
        Index(database_url)


def test_many_open_a_new_database_at_once(open_index: Callable[[], Index]) -> None:
    errors: list[BaseException] = []

    def make() -> None:
        try:
            open_index()
        except BaseException as error:  # noqa: BLE001  # told below
            errors.append(error)

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []


def test_a_database_that_another_process_makes_meanwhile_is_an_index(
    open_index: Callable[[], Index], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    look = Inspector.has_table

    def looking(inspector: Inspector, name: str) -> bool:
        nonlocal looks
        looks += 1
        found = look(inspector, name)
        if looks == 1:
            open_index()
        return found

    monkeypatch.setattr(Inspector, "has_table", looking)
    index = open_index()
    assert looks > 2
    index.add([index_entry()])
    assert index.statistics(AREA).instances == 1
