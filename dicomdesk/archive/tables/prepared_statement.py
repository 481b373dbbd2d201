"""Prepared statements: compiled once, run several times for each addition to the index."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, CursorResult, Delete, Select, Update


class PreparedStatement:
    """Statement with bound parameters, compiled for each kind of database when it is first run there.

    Values go to the driver as they are: only text and numbers, which need no conversion, and no lists.
    """

    __slots__ = ("_compiled", "_statement")

    def __init__(self, statement: Select[Any] | Update | Delete) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, tuple[str, ...] | None]] = {}

    def run(self, connection: Connection, parameters: Mapping[str, str | int]) -> CursorResult[Any]:
        """Execute the statement; the parameters are those of ``bindparam``, all of them."""
        text, order = self._compiled.get(connection.dialect.name) or self._compile(connection)
        if order is None:
            return connection.exec_driver_sql(text, dict(parameters))
        return connection.exec_driver_sql(text, tuple(parameters[name] for name in order))

    def _compile(self, connection: Connection) -> tuple[str, tuple[str, ...] | None]:
        compiled = self._statement.compile(dialect=connection.dialect)
        order = getattr(compiled, "positiontup", None)
        found = (str(compiled), None if order is None else tuple(order))
        self._compiled[connection.dialect.name] = found
        return found
