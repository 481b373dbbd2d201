"""Harnesses of what reads databases that were kept: those of sound files in which values or bytes were changed.

An input is lines: ``cell TABLE COLUMN ROW VALUE`` (numbers, and JSON), ``sql STATEMENT``, ``bytes PLACE HEX``.
"""

import json
import os
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from random import Random
from typing import TypeVar

from dicomdesk.engine.journal.file.history_search import find_errands
from dicomdesk.engine.journal.file.journal_file import JournalFile
from dicomdesk.engine.journal.file.operations import AddErrand, AddInstances, Keep, NoteCommitment
from dicomdesk.engine.journal.file.tables import JournalTables, Noted
from dicomdesk.engine.journal.records import Commitment, HistoryQuery, InstanceNote, InstanceState
from dicomdesk.errors import JournalError
from tests.fuzz.messages import ERRAND, FOUND
from tests.fuzz.mutations import JSON_VALUES
from tests.fuzz.properties import attempt, require, require_same

_MOST_CHANGES = 40
_ALLOWED = tuple(b"sql " + word for word in (b"DROP ", b"ALTER TABLE ", b"UPDATE ", b"DELETE FROM ", b"CREATE TABLE "))
"""Statements that touch nothing but the file."""

Value = TypeVar("Value")


@cache
def _folder() -> tuple["tempfile.TemporaryDirectory[str]", Path]:
    """A folder for this process; it goes when the process ends."""
    made = tempfile.TemporaryDirectory(prefix="fuzz-databases-")
    return made, Path(made.name)


def changed_file(name: str, content: bytes, changes: bytes) -> Path:
    """A file with this content, changed."""
    folder = _folder()[1]
    for old in folder.iterdir():
        old.unlink()
    path = folder / name
    path.write_bytes(content)
    lines = [line.split(b" ", 4) for line in changes.split(b"\n")[:_MOST_CHANGES]]
    cells = [line for line in lines if line[0] == b"cell" and len(line) == 5]
    statements = [line[4:] for line in changes.split(b"\n")[:_MOST_CHANGES] if line.startswith(_ALLOWED)]
    if cells or statements:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("PRAGMA ignore_check_constraints = 1")
            for _, *where, value in cells:
                with suppress(ValueError, OverflowError, sqlite3.Error, UnicodeError, RecursionError):
                    table, column, row = map(int, where)
                    _change_cell(connection, (table, column, row), json.loads(value))
            for statement in statements:
                with suppress(ValueError, sqlite3.Error, sqlite3.Warning):
                    connection.execute(statement.decode("ascii"))
    for line in lines:
        if line[0] == b"bytes" and len(line) == 3:
            with suppress(ValueError, OverflowError):
                place, raw = int(line[1]) % len(content), bytes.fromhex(line[2].decode("ascii", "replace"))
                with path.open("r+b") as file:
                    file.seek(place)
                    file.write(raw[:64])
    return path


def _change_cell(connection: sqlite3.Connection, place: tuple[int, int, int], value: object) -> None:
    table, column, row = place
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
    name = tables[table % len(tables)]
    columns = [(each[1], each[5]) for each in connection.execute(f"PRAGMA table_info({name})")]
    keys = [column for column, place in columns if place] or ["rowid"]
    rows = connection.execute(f"SELECT {', '.join(keys)} FROM {name}").fetchall()
    if not rows:
        return
    written = value if isinstance(value, str | int | float | None) else json.dumps(value)
    if isinstance(written, str) and not written.isascii():
        written = written.encode("utf-8", "surrogatepass")  # type: ignore[assignment]  # as text that is none
    where = " AND ".join(f"{key} = ?" for key in keys)
    statement = f"UPDATE {name} SET {columns[column % len(columns)][0]} = ? WHERE {where}"
    connection.execute(statement, (written, *rows[row % len(rows)]))


def build_changes(random: Random) -> bytes:
    """Some changes, mostly of values."""
    lines = []
    for _ in range(random.choice((0, 1, 1, 2, 3))):
        if random.random() < 0.85:
            value = json.dumps(random.choice(JSON_VALUES))
            lines.append(f"cell {random.randrange(12)} {random.randrange(24)} {random.randrange(4)} {value}")
        else:
            place = random.choice((random.randrange(100), random.randrange(1 << 16)))
            lines.append(f"bytes {place} {random.randbytes(random.choice((1, 1, 4, 30))).hex()}")
    return "\n".join(lines).encode("ascii")


CHANGE_WORDS = (
    b"cell",
    b"bytes",
    b"0",
    b"1",
    b"2",
    b"3",
    b"7",
    b"24",
    b"60",
    b"-1",
    b"null",
    b"true",
    b'"x"',
    b"1e999",
)


# -- journal

_CONTENT = "journal.sqlite"


@cache
def _journal() -> bytes:
    with tempfile.TemporaryDirectory(prefix="fuzz-journal-") as folder:
        file = JournalFile(os.path.join(folder, _CONTENT), is_own_place=False)
        file.open()
        note = InstanceNote(InstanceState.STORED, 2, 0, "why", None, 5, 6)
        failed = InstanceNote(InstanceState.FAILED, 1, 0xA700, "no space")
        file.write(
            [
                AddErrand(ERRAND),
                AddInstances(1, 0, [FOUND, FOUND, FOUND]),
                Keep("work", "k", "{}", 1),
                NoteCommitment(1, 0, Commitment.ASKED, "soon"),
                Noted(1, 0, failed, 5, 4),
                Noted(1, 0, note, 7, 6),
                Noted(1, 1, InstanceNote(InstanceState.UNDER_WAY, 1), 8),
            ]
        )
        file.close()
        return Path(folder, _CONTENT).read_bytes()


def read_journal(data: bytes) -> None:
    """A journal is opened, or kept aside and begun anew; all that is read of it is sound, or it is damaged."""
    path = changed_file(_CONTENT, _journal(), data)
    before = path.read_bytes()
    file = JournalFile(str(path), is_own_place=True)
    opened = attempt(file.open, JournalError)
    if opened.error is not None:
        require(path.exists(), "what cannot be opened stays", opened.error)
        return
    try:
        if file.notice:
            asides = [each for each in path.parent.iterdir() if each.name.startswith(f"{_CONTENT}.") and each.is_file()]
            require(
                any(each.read_bytes() == before for each in asides) or _has_log(path), "what is kept aside is whole"
            )
        _use_journal(file)
        again = attempt(lambda: file.write([AddErrand(ERRAND), AddInstances(1, 9, [FOUND])]), JournalError)
        _use_journal(file)
        require(again.value is None or len(again.value) <= 2, "what cannot be written is told")
    finally:
        file.close()


def _has_log(path: Path) -> bool:
    return any(each.name.endswith("-wal") for each in path.parent.iterdir())


def _use_journal(file: JournalFile) -> None:
    listed = _told(file, lambda tables: tables.listed()) or []
    for errand in listed:
        require(all(isinstance(text, str) for text in (errand.title, errand.peer, errand.reason)), "errands are texts")
        total = _told(file, lambda tables: tables.total(errand.id))  # noqa: B023 - called at once
        counts = _told(file, lambda tables: tables.counts(errand.id))  # noqa: B023 - as above
        instances = _told(file, lambda tables: list(tables.instances(errand.id)))  # noqa: B023 - as above
        digest = _told(file, lambda tables: tables.digest(errand.id))  # noqa: B023 - as above
        for number, kept in instances or ():
            _told(file, lambda tables: tables.past_attempts(errand.id, number))  # noqa: B023 - as above
            header = kept.found.header
            texts = (kept.found.path, header.sop_instance_uid, header.sop_class_uid, header.patient_name)
            require(all(isinstance(text, str) for text in texts), "instances are texts", texts)
        if digest is not None and instances is not None:
            require_same(len(digest.states), len(instances), "a digest is of all instances")
            require_same(
                (total, sum((counts or {}).values())), (len(instances), len(instances)), "instances are counted"
            )
    _told(file, lambda tables: tables.last_errand_id())
    _told(file, lambda tables: tables.ended_before(1 << 60))
    _told(file, lambda tables: tables.kept_all("work"))
    query = HistoryQuery(text="why", instance_states=frozenset({InstanceState.STORED}))

    def search() -> object:
        with file.connection() as connection:
            return find_errands(connection, query, before=None, limit=10)

    attempt(search, JournalError)


def _told(file: JournalFile, read: Callable[[JournalTables], Value]) -> Value | None:
    def look() -> Value:
        with file.reading() as tables:
            return read(tables)

    return attempt(look, JournalError).value
