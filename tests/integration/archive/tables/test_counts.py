"""Every kept count is compared with what it counts."""

from pathlib import Path

import pytest
from sqlalchemy import Connection

from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.tables.counts import recount, wrong_counts
from tests.helpers.archives.index_entries import AREA, index_entry

COLUMNS = [
    ("series", "instance_count"),
    ("study", "instance_count"),
    ("study", "series_count"),
    ("study", "bytes"),
    ("patient", "study_count"),
    ("study", "modalities"),
    ("study", "sop_classes"),
]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_each_wrong_count_is_told_and_made_right(empty_index: Index, table: str, column: str) -> None:
    empty_index.add([index_entry(), index_entry(study="1.9", series="1.9.1")])

    def spoil(connection: Connection) -> None:
        connection.exec_driver_sql(f"UPDATE {table} SET {column} = '99'")

    empty_index._database.write(spoil)
    with empty_index._database.reading() as connection:
        told = list(wrong_counts(connection))
    assert any(f"{column} is 99 and" in sentence.replace("'", "") for sentence in told)
    empty_index._database.write(recount)
    assert list(empty_index.wrong_counts()) == []
    assert empty_index.statistics(AREA).instances == 2


def test_classes_that_are_noted_wrongly_are_told_and_made_right(empty_index: Index) -> None:
    empty_index.add([index_entry()])

    def spoil(connection: Connection) -> None:
        connection.exec_driver_sql("UPDATE study_class SET sop_class_uid = '1.7'")

    empty_index._database.write(spoil)
    assert [sentence.partition(": ")[2] for sentence in empty_index.wrong_counts()] == [
        "SOP class 1.2.840.10008.5.1.4.1.1.2 is there and not noted",
        "SOP class 1.7 is noted and not there",
    ]
    empty_index.recount()
    assert list(empty_index.wrong_counts()) == []


def test_a_sound_database_finds_nothing_wrong_in_its_file(empty_index: Index) -> None:
    empty_index.add([index_entry()])
    assert empty_index.damages() == []


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "index.sqlite"
    index = Index(sqlite_url(file))
    index.add([index_entry(instance=f"1.{number}") for number in range(500)])
    index.close()
    with open(file, "r+b") as opened:
        content = opened.read()
        at = content.index(b"1.4991.2.840")  # in the row of the table
        opened.seek(at)
        opened.write(b"9.000")
    index = Index(sqlite_url(file))
    assert any("index" in line for line in index.damages())
    index.close()
