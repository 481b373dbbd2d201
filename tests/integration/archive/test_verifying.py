"""Every kept count is compared with what it counts."""

import pytest
from sqlalchemy import Connection

from dicomdesk.archive.index import Index
from dicomdesk.archive.verifying import recount, wrong_counts
from tests.helpers.index_entries import AREA, index_entry

COLUMNS = [
    ("series", "instance_count"),
    ("study", "instance_count"),
    ("study", "series_count"),
    ("study", "bytes"),
    ("patient", "study_count"),
    ("patient", "series_count"),
    ("patient", "instance_count"),
]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_each_wrong_count_is_told_and_made_right(empty_index: Index, table: str, column: str) -> None:
    empty_index.add([index_entry(), index_entry(study="1.9", series="1.9.1")])

    def spoil(connection: Connection) -> None:
        connection.exec_driver_sql(f"UPDATE {table} SET {column} = 99")

    empty_index._database.write(spoil)
    with empty_index._database.reading() as connection:
        told = list(wrong_counts(connection))
    assert any(f"{column} is 99 and should be" in sentence for sentence in told)
    empty_index._database.write(recount)
    assert list(empty_index.wrong_counts()) == []
    assert empty_index.statistics(AREA).instances == 2
