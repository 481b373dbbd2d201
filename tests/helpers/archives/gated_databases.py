"""Databases that answer when they are let to: each statement of the driver waits at a gate."""

import sqlite3
import threading
from typing import Any

from sqlalchemy import event

from dicomdesk.archive.index import Index

DEADLINE_S = 30.0


class Gate:
    """A gate for statements; open at first. For any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._left: int | None = None
        """How many may pass; None for any number."""
        self._waiting = 0

    def pass_through(self) -> None:
        """Wait until the gate lets one more statement pass."""
        with self._changed:
            self._waiting += 1
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: self._left is None or self._left > 0, DEADLINE_S)
            self._waiting -= 1
            if self._left is not None:
                self._left -= 1

    def close(self) -> None:
        """Let nothing pass."""
        self._set(0)

    def open(self) -> None:
        """Let everything pass."""
        self._set(None)

    def let_one(self) -> None:
        """Let one statement pass, and wait until it has."""
        with self._changed:
            assert self._left is not None
            self._left += 1
            self._changed.notify_all()

    def wait_for_statement(self, count: int = 1) -> None:
        """Wait until so many statements wait."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._waiting >= count, DEADLINE_S)

    def has_statement(self) -> bool:
        """Whether one waits that was not let pass."""
        with self._changed:
            return self._waiting > 0 and not self._left

    def _set(self, left: int | None) -> None:
        with self._changed:
            self._left = left
            self._changed.notify_all()


def gate_for(index: Index) -> Gate:
    """Put a gate before the statements of an index in SQLite."""
    gate = Gate()

    class Cursor(sqlite3.Cursor):
        def execute(self, *arguments: Any) -> sqlite3.Cursor:  # type: ignore[override]  # passed on as they are
            gate.pass_through()
            return super().execute(*arguments)

    class Gated(sqlite3.Connection):
        def cursor(self, *_factory: Any) -> sqlite3.Cursor:  # type: ignore[override]  # always of ours
            return super().cursor(Cursor)

    def connect(_dialect: Any, _record: Any, arguments: list[Any], parameters: dict[str, Any]) -> sqlite3.Connection:
        return sqlite3.connect(*arguments, **parameters, factory=Gated)

    engine = index.database._engine
    event.listen(engine, "do_connect", connect)
    engine.dispose()
    return gate
