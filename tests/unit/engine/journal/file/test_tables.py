"""The tables of a journal file, as they were made, and what of a run needs no look at what stands there."""

import sqlite3

from dicomdesk.engine.journal.file.tables import JOURNAL_FILE, JournalTables, Noted
from dicomdesk.engine.journal.records import InstanceNote, InstanceState
from tests.unit.engine.journal.test_journal import errand, found


def test_its_tables_are_of_the_first_version() -> None:
    assert JOURNAL_FILE.version == 1
    connection = sqlite3.connect(":memory:")
    for statement in JOURNAL_FILE.schema:
        connection.execute(statement)
    tables = JournalTables(connection)
    assert (tables.last_errand_id(), tables.listed(), tables.kept_all("rule")) == (0, [], [])
    connection.close()


def test_what_goes_well_the_first_time_is_written_without_being_read() -> None:
    connection = sqlite3.connect(":memory:")
    for statement in JOURNAL_FILE.schema:
        connection.execute(statement)
    tables = JournalTables(connection)
    tables.add_errand(errand(id=1))
    tables.add_instances(1, 0, map(found, range(50)))
    asked: list[str] = []
    connection.set_trace_callback(asked.append)
    ended = [Noted(1, number, InstanceNote(InstanceState.STORED, 1, 0), 9, 5) for number in range(49)]
    tables.note_all([*ended, Noted(1, 49, InstanceNote(InstanceState.UNDER_WAY, 1), 5)])
    assert not [statement for statement in asked if statement.startswith("SELECT")]
    connection.set_trace_callback(None)
    assert tables.counts(1) == {InstanceState.STORED: 49, InstanceState.UNDER_WAY: 1}
    connection.close()
