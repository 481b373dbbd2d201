"""Prepared statements do what the statements do that they were made of."""

from sqlalchemy import Connection, bindparam, delete, select, update

from dicomdesk.archive.index import Index
from dicomdesk.archive.tables.prepared_statement import PreparedStatement
from dicomdesk.archive.tables.schema import settings


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
            found.append(read.run(connection, {"which": "it's"}).scalar())
        found.append(change.run(connection, {"which": "other", "value": ""}).rowcount)
        found.append(drop.run(connection, {"which": "it's"}).rowcount)
        return found

    assert empty_index._database.write(work) == [1, "1", 1, "'2'; --%s", 0, 1]
