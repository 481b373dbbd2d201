"""Databases of older and newer versions, and those that are none of ours."""

import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Inspector, create_engine, inspect, text

from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.tables.database import Database
from dicomdesk.archive.tables.migrations import STEPS, read_version
from dicomdesk.archive.tables.schema import VERSION, patient, study
from dicomdesk.errors import IndexDamagedError, IndexUnusableError
from tests.helpers.archives.index_entries import AREA, TAGS, index_entry, study_query
from tests.helpers.archives.index_rows import canonical_rows


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


OF_PATIENT = [column.name for column in study.c if column.name in patient.c and column.name not in {"key", "area"}]
OF_PATIENT.remove("character_set")
BACK: dict[int, tuple[str, ...]] = {
    1: ("DROP INDEX instance_in_conflict",),
    2: (),
    3: (
        "ALTER TABLE patient ADD COLUMN series_count BIGINT DEFAULT '0' NOT NULL",
        "ALTER TABLE patient ADD COLUMN instance_count BIGINT DEFAULT '0' NOT NULL",
        "ALTER TABLE study_class ADD COLUMN instance_count BIGINT DEFAULT '0' NOT NULL",
    ),
    4: (
        *(f"DROP TABLE {table}" for table in ("study_face", "series_face", "lease")),
        *(f"DROP INDEX {name}" for name in ("study_by_name", "study_by_patient_id", "study_in_conflict")),
        "DROP INDEX patient_that_varies",
        *(f"ALTER TABLE study DROP COLUMN {column}" for column in OF_PATIENT),
        *(f"ALTER TABLE study DROP COLUMN {column}" for column in ("conflict", "faces", "revision")),
        "ALTER TABLE study DROP COLUMN procedure_code_sequence",
        "ALTER TABLE series DROP COLUMN request_attributes_sequence",
        "ALTER TABLE series DROP COLUMN faces",
        "ALTER TABLE patient DROP COLUMN varies",
        *(f"ALTER TABLE instance DROP COLUMN {column}" for column in ("checksum", "study_face", "series_face")),
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
    assert len(list(index.conflicts(AREA))) == 2
    assert list(index.wrong_counts()) == []
    index.close()
    assert "instance_in_conflict" in indexes(database_url, "instance")


def test_who_was_told_apart_by_name_is_one_patient_with_several_names(database_url: str) -> None:
    index = Index(database_url)
    index.add([index_entry(name="Doe^Jane", issuer="H"), index_entry(study="1.3", path="3", patient="", name="Roe")])
    index.add([index_entry(study="1.4", path="4", patient="P2", name="Poe", issuer="H")])
    index.close()
    same = "UPDATE patient SET patient_id = 'P1', identity = 'other' WHERE patient_id = 'P2'"
    run(database_url, *BACK[4], same, "UPDATE settings SET value = '4' WHERE name = 'version'")
    index = Index(database_url)
    assert index.is_doubted(AREA)
    assert (index.statistics(AREA).patients, index.statistics(AREA).studies) == (2, 3)
    for keys, names in (({"patient": "P1"}, ["Doe^Jane", "Poe"]), ({"name": "poe"}, ["Poe"])):
        found = index.find(study_query({"study": "", "name": "", **keys}), AREA)
        assert sorted(match.values[TAGS["name"]] for match in found) == names
    index.add([index_entry(study="1.5", path="5", name="Doe^Jane", issuer="H")])
    index.add([index_entry(study="1.3", path="6", instance="1.3.9", patient="", name="roe^^")])
    assert (index.statistics(AREA).patients, index.statistics(AREA).studies) == (2, 4)
    assert list(index.wrong_counts()) == []
    index.trust(AREA)
    assert not index.is_doubted(AREA)
    index.close()


def test_an_old_database_of_plain_studies_says_what_a_new_one_would(tmp_path: Path) -> None:
    items = {0x00081032: ({0x00080100: "C"},), 0x00400275: ({0x00401001: "R"}, {0x00400009: "S"})}
    entries = [
        replace(index_entry(study=study, series=f"{study}.1", instance=f"{study}.1.{number}", name="Doe"), items=items)
        for study in ("1.2", "1.3")
        for number in range(3)
    ]
    urls = [sqlite_url(tmp_path / name) for name in ("old", "new")]
    for url in urls:
        index = Index(url)
        index.add([replace(entry, received=1.0) for entry in entries])
        index.close()
    run(urls[0], *BACK[4], "UPDATE settings SET value = '4' WHERE name = 'version'")
    old, new = [Index(url) for url in urls]
    assert canonical_rows(old) == canonical_rows(new)
    old.close()
    new.close()


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


def test_indexes_of_conflicts_hold_those_few_rows_only(empty_index: Index) -> None:
    is_sqlite = empty_index.database.is_sqlite
    asked = "SELECT name, sql FROM sqlite_master" if is_sqlite else "SELECT indexname, indexdef FROM pg_indexes"
    with empty_index.database.reading() as connection:
        found = {name: text or "" for name, text in connection.exec_driver_sql(asked)}
    for name in ("patient_that_varies", "study_in_conflict", "instance_in_conflict"):
        assert "<> 0" in found[name]
