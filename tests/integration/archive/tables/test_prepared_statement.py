"""Prepared statements do what the statements do that they were made of."""

import pytest
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from dicomdesk.archive.index import Index
from dicomdesk.archive.tables.prepared_statement import PreparedStatement
from dicomdesk.archive.tables.schema import settings
from dicomdesk.errors import LocalError


def test_a_prepared_statement_runs_again_and_again(empty_index: Index) -> None:
    change = PreparedStatement(
        update(settings).where(settings.c.name == bindparam("which")).values(value=bindparam("value"))
    )
    read = PreparedStatement(select(settings.c.value).where(settings.c.name == bindparam("which")))
    drop = PreparedStatement(delete(settings).where(settings.c.name == bindparam("which")))

    def work(connection: Connection) -> list[object]:
        connection.execute(settings.insert().values(name="it's", value="0%"))
        found: list[object] = []
        for value in ("1", "'2'; --%s"):
            found.append(change.run(connection, {"which": "it's", "value": value}).rowcount)
            found += read.run(connection, {"which": "it's"}).fetchone() or ()
        found.append(change.run(connection, {"which": "other", "value": ""}).rowcount)
        found.append(drop.run(connection, {"which": "it's"}).rowcount)
        return found

    assert empty_index._database.write(work) == [1, "1", 1, "'2'; --%s", 0, 1]


def test_many_rows_are_written_at_once(empty_index: Index) -> None:
    add = PreparedStatement(insert(settings).values({name: bindparam(name) for name in ("name", "value")}))
    rows = [{"name": f"row {number}", "value": str(number)} for number in range(300)]

    def work(connection: Connection) -> int:
        add.run_all(connection, rows)
        found = connection.execute(select(func.count()).where(settings.c.name.like("row %")))
        return found.scalar_one()

    assert empty_index._database.write(work) == 300


def test_errors_are_those_of_the_connection(empty_index: Index) -> None:
    add = PreparedStatement(insert(settings).values(name=bindparam("name"), value=bindparam("value")))

    def work(connection: Connection) -> None:
        add.run(connection, {"name": "one", "value": "1"})
        add.run(connection, {"name": "one", "value": "1"})

    def read(connection: Connection) -> list[str]:
        return list(connection.execute(select(settings.c.name).where(settings.c.name == "one")).scalars())

    with pytest.raises((IntegrityError, LocalError)):
        empty_index._database.write(work)
    assert empty_index._database.write(read) == []
