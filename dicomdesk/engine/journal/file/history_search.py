"""Search in the history of a journal file, a slice of errands at a time, so that nobody waits long for the file."""

import sqlite3
from collections.abc import Iterable

from dicomdesk.engine.journal.file.rows import Cell, cell
from dicomdesk.engine.journal.records import HistoryQuery
from dicomdesk.engine.journal.standing import as_ms

__all__ = ["find_errands"]

_SLICE = 64
"""Errands that are looked at in one go."""


def find_errands(
    connection: sqlite3.Connection, query: HistoryQuery, *, before: int | None, limit: int
) -> tuple[list[int], int | None]:
    """Look at the next slice; return the errands that fit, newest first, and before which to go on, None at the end."""
    conditions, values = _conditions(query)
    if before is not None:
        conditions.append("id < ?")
        values.append(before)
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    rows = connection.execute(
        f"SELECT id FROM errand {where} ORDER BY id DESC LIMIT ?",  # noqa: S608 - conditions of ours
        (*values, _SLICE),
    ).fetchall()
    found: list[int] = []
    for (number,) in rows:
        if len(found) == limit:
            return found, found[-1]
        if _fits(connection, number, query):
            found.append(int(number))
    return found, int(rows[-1][0]) if len(rows) == _SLICE else None


def _conditions(query: HistoryQuery) -> tuple[list[str], list[Cell]]:
    conditions: list[str] = []
    values: list[Cell] = []
    if query.states:
        conditions.append(f"state IN ({_marks(query.states)})")
        values += [state.value for state in query.states]
    if query.origin:
        conditions.append("origin = ?")
        values.append(cell(query.origin))
    if query.since is not None:
        conditions.append("added_ms >= ?")
        values.append(as_ms(query.since))
    if query.until is not None:
        conditions.append("added_ms < ?")
        values.append(as_ms(query.until))
    return conditions, values


def _fits(connection: sqlite3.Connection, errand_id: int, query: HistoryQuery) -> bool:
    """Whether the instances fit, and the text, which may be in them."""
    if query.instance_states:
        wanted = f"SELECT 1 FROM instance WHERE errand = ? AND state IN ({_marks(query.instance_states)}) LIMIT 1"  # noqa: S608 - as above
        states = [state.value for state in query.instance_states]
        if connection.execute(wanted, (errand_id, *states)).fetchone() is None:
            return False
    return not query.text or _has_text(connection, errand_id, query.text)


_TEXT = """
    SELECT 1 FROM errand WHERE id = :errand AND ({0})
    UNION ALL
    SELECT 1 FROM shared WHERE errand = :errand AND words LIKE :text ESCAPE '!'
    UNION ALL
    SELECT 1 FROM instance WHERE errand = :errand AND ({1})
    LIMIT 1
"""


def _likes(columns: str) -> str:
    return " OR ".join(f"{column} LIKE :text ESCAPE '!'" for column in columns.split())


_FIND = _TEXT.format(_likes("title peer origin reason study_uid"), _likes("path member sop_instance_uid reason"))


def _has_text(connection: sqlite3.Connection, errand_id: int, text: str) -> bool:
    pattern = text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    values = {"errand": errand_id, "text": cell(f"%{pattern}%")}
    return connection.execute(_FIND, values).fetchone() is not None


def _marks(values: Iterable[object]) -> str:
    return ", ".join("?" for _ in values)
