"""What is done with the driver of a database itself: the transactions that come most, and the errors of all.

What the library does around a transaction of a few prepared statements takes several times as long as the transaction.
"""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Dialect, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as ConnectionsUsedUpError
from sqlalchemy.pool import PoolProxiedConnection

__all__ = ["CommitFailedError", "KeptConnection", "is_transient", "sqlite_code", "wrapped_error"]

_TRANSIENT_STATES: Final = frozenset({"40001", "40P01", "23505", "23503", "55P03"})
"""PostgreSQL: serialization failure, deadlock, key made or removed by a concurrent writer, lock not available."""
_LOCKED_CODES: Final = frozenset({5, 6})


class KeptConnection:
    """Connection that is kept from one transaction of prepared statements to the next; one thread at a time."""

    __slots__ = ("_begin", "_engine", "_kept", "connection", "dialect")

    def __init__(self, engine: Engine, begin: str) -> None:
        """``begin`` is the statement that begins a transaction, "" where the driver does so by itself."""
        self._engine = engine
        self._begin = begin
        self._kept: PoolProxiedConnection | None = None
        self.dialect: Dialect = engine.dialect
        self.connection: Any = None
        """That of the driver, while the work is done."""

    def run(self, work: Callable[["KeptConnection"], bool]) -> bool:
        """Do the work in a transaction; True where it said so, and is committed. Else nothing was changed.

        Raises DBAPIError where the transaction could not begin, CommitFailedError where it may be committed.
        """
        if not self._is_open():
            return False
        driver, errors, is_done = self.connection, self.dialect.loaded_dbapi.Error, False
        try:
            if self._begin:
                driver.execute(self._begin)
        except errors as error:
            self.close()
            raise self._wrapped(self._begin, error) from error
        try:
            is_done = work(self)
            if is_done:
                driver.commit()
            else:
                driver.rollback()
        except (DBAPIError, errors) as error:
            self.close()
            if is_done:
                raise CommitFailedError(self._wrapped("COMMIT", error)) from error
            return False
        except BaseException:
            self.close()
            raise
        return is_done

    def _is_open(self) -> bool:
        if self._kept is None:
            try:
                self._kept = self._engine.raw_connection()
            except (DBAPIError, ConnectionsUsedUpError, self.dialect.loaded_dbapi.Error):
                return False
            self.connection = self._kept.driver_connection
        return True

    def _wrapped(self, text: str, error: Exception) -> DBAPIError:
        found = error if isinstance(error, DBAPIError) else wrapped_error(self.dialect, text, error)
        if not isinstance(found, DBAPIError):
            raise found
        return found

    def close(self) -> None:
        """End what is under way, and the connection."""
        kept, self._kept = self._kept, None
        self.connection = None
        if kept is not None:
            kept.invalidate()


class CommitFailedError(Exception):
    """Transaction that failed when it was committed."""

    def __init__(self, error: DBAPIError) -> None:
        super().__init__()
        self.error = error


def wrapped_error(dialect: Dialect, text: str, error: Exception) -> BaseException:
    """The error of the library for one of the driver."""
    return DBAPIError.instance(text, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect)


def is_transient(error: DBAPIError) -> bool:
    """Whether the same may be done when it is tried again."""
    state = getattr(error.orig, "sqlstate", None)
    return state in _TRANSIENT_STATES or sqlite_code(error) in _LOCKED_CODES


def sqlite_code(error: DBAPIError) -> int:
    """The primary result code of SQLite; 0 for other errors."""
    return int(getattr(error.orig, "sqlite_errorcode", 0) or 0) & 0xFF
