"""Additions of many threads to one index: those that wait share a transaction."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from dicomdesk.archive.additions.adder import Adder
from dicomdesk.archive.additions.one_more import ONE_MORE, add_each
from dicomdesk.archive.additions.pace import Pace
from dicomdesk.archive.index_entries import Addition, DuplicateRule, IndexEntry
from dicomdesk.archive.tables.database import Database
from dicomdesk.archive.tables.group_commit import GroupCommit
from dicomdesk.archive.tables.schema import study
from dicomdesk.errors import IndexBusyError, IndexUnusableError

__all__ = ["AdditionTask", "Additions"]

_MOST_SINGLY = 16
"""For more it is quicker to look things up together."""

Write = Callable[[Callable[[Connection], Any]], Any]


class AdditionTask(NamedTuple):
    """Entries that are added all or none."""

    entries: Sequence[IndexEntry]
    rule: DuplicateRule
    refuses_conflicts: bool


class Additions:
    """Additions to one database. Any thread; raises the errors of the index."""

    def __init__(self, database: Database, write: Write) -> None:
        """``write`` does work in a transaction, again where it raises StaleError."""
        self._database = database
        self._write = write
        self._adder = Adder()
        self._pace = Pace()
        self._is_certain = True
        """Whether all that the adder remembers is committed: the keys of what is not are given to others (SQLite)."""
        self._last: int | None = None
        """When something was added last; None until the database has been asked."""
        self._commits: GroupCommit[AdditionTask, list[Addition]] = GroupCommit(
            self._commit, common_errors=(IndexBusyError, IndexUnusableError)
        )

    def do(self, task: AdditionTask) -> list[Addition]:
        """Add the entries of a task; see ``Index.add``."""
        return self._commits.do(task)

    def _commit(self, tasks: Sequence[AdditionTask]) -> list[list[Addition]]:
        with self._pace.watched(sum(len(task.entries) for task in tasks)):
            if self._add_singly(tasks):
                return [[ONE_MORE] for _task in tasks]
            results: list[list[Addition]] = self._write(partial(self._add_all, tasks=tasks))
        self._is_certain = True
        return results

    def _add_singly(self, tasks: Sequence[AdditionTask]) -> bool:
        """Add one more instance to its series for each task, where all are that and no more; whether it was done."""
        if not self._is_certain or self._last is None or len(tasks) > _MOST_SINGLY:
            return False
        if any(len(task.entries) != 1 for task in tasks):
            return False
        planned = self._adder.plan_each([task.entries[0] for task in tasks], self._after(self._last))
        return bool(planned) and self._database.write_prepared(partial(add_each, planned=planned))

    def _add_all(self, connection: Connection, tasks: Sequence[AdditionTask]) -> list[list[Addition]]:
        if not self._is_certain:
            self._adder.forget()
        self._is_certain = False
        if self._last is None:
            self._last = connection.execute(select(func.coalesce(func.max(study.c.last_received), 0))).scalar_one()
        now = self._after(self._last)
        additions: list[Addition] = []
        start = 0
        while start < len(tasks):
            end = start + 1
            first = tasks[start]
            while end < len(tasks) and tasks[end][1:] == first[1:]:
                end += 1
            entries = [entry for task in tasks[start:end] for entry in task.entries]
            additions += self._adder.add(
                connection, entries, first.rule, now, refuses_conflicts=first.refuses_conflicts
            )
            start = end
        results = iter(additions)
        return [[next(results) for _ in task.entries] for task in tasks]

    def _after(self, last: int) -> int:
        """Microseconds since 1970, later than all that was added: a clock that is set back makes nothing older."""
        self._last = max(time.time_ns() // 1000, last + 1)
        return self._last
