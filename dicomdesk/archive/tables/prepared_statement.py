"""Prepared statements: compiled once, run several times for each addition to the index, by cursors of the driver.

What the library does around a statement takes several times as long as the database; here it is left out, but for its
errors, which are the same.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, Protocol, cast

from sqlalchemy import Connection, Delete, Insert, Select, Update

from dicomdesk.archive.tables.driver import KeptConnection, wrapped_error

Parameters = Mapping[str, str | int]
_Ordered = Callable[[Parameters], tuple[str | int, ...]]


class Cursor(Protocol):
    """Result of a statement: a cursor of the driver."""

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        ...

    def fetchone(self) -> Sequence[Any] | None:
        """Return the next row."""
        ...

    def __iter__(self) -> Iterator[Sequence[Any]]: ...


class PreparedStatement:
    """Statement with bound parameters, compiled for each kind of database when it is first run there.

    Values go to the driver as they are: only text and numbers, which need no conversion, and no lists.
    """

    __slots__ = ("_compiled", "_statement")

    def __init__(self, statement: Select[Any] | Insert | Update | Delete) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, _Ordered | None]] = {}

    def run(self, connection: Connection | KeptConnection, parameters: Parameters) -> Cursor:
        """Execute the statement; the parameters are those of ``bindparam``, all of them, and perhaps others.

        Raises DBAPIError, as the connection itself does.
        """
        text, ordered = self._compiled.get(connection.dialect.name) or self._compile(connection)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(text, parameters if ordered is None else ordered(parameters))
        except connection.dialect.loaded_dbapi.Error as error:
            raise wrapped_error(connection.dialect, text, error) from error
        return cast("Cursor", cursor)

    def run_all(self, connection: Connection | KeptConnection, rows: Sequence[Parameters]) -> None:
        """Execute the statement for each of the rows of parameters; raises as ``run``."""
        text, ordered = self._compiled.get(connection.dialect.name) or self._compile(connection)
        cursor = connection.connection.cursor()
        try:
            cursor.executemany(text, rows if ordered is None else [ordered(row) for row in rows])
        except connection.dialect.loaded_dbapi.Error as error:
            raise wrapped_error(connection.dialect, text, error) from error
        finally:
            cursor.close()

    def _compile(self, connection: Connection | KeptConnection) -> tuple[str, _Ordered | None]:
        compiled = self._statement.compile(dialect=connection.dialect)
        names = getattr(compiled, "positiontup", None)
        found = (str(compiled), None if names is None else _in_order(names))
        self._compiled[connection.dialect.name] = found
        return found


def _in_order(names: Sequence[str]) -> _Ordered:
    """What takes the values of these names, as a tuple."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda parameters: tuple(parameters[name] for name in names)
