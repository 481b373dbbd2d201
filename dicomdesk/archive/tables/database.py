"""Connections to the database of an index: SQLite in a file, or PostgreSQL.

SQLite runs with a write-ahead log: readers never wait for a writer, a writer waits for another one only, and a
transaction that returned is there after the process was killed. With ``Durability.PROCESS`` a power failure can undo
the last transactions, never half of one, and never damages the database; the files are there nevertheless, so the check
at the start finds what the index lost. ``Durability.POWER`` waits for the disk at each commit. PostgreSQL always does,
unless it is configured not to; with ``Durability.POWER`` it does so even then. As both write one log, in order, all
that was committed before is then on the disk too, by whomever.
"""

import logging
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as ConnectionsUsedUpError
from sqlalchemy.pool import ConnectionPoolEntry

from dicomdesk.archive.tables.driver import (
    CommitFailedError,
    KeptConnection,
    is_transient,
    sqlite_code,
    wrapped_error,
)
from dicomdesk.errors import IndexBusyError, IndexDamagedError, IndexUncertainError, IndexUnusableError

logger = logging.getLogger(__name__)

_BUSY_TIMEOUT_S: Final = 30.0
_RETRIES: Final = 8
_CACHE_KIB: Final = 8192
_CHECKPOINT_PAGES: Final = 8192
"""How far the log grows, 32 MiB: writing it back waits for the disk, so it is done seldom."""
_MOST_LOG_BYTES: Final = 64 << 20
"""A log that is longer is held by somebody who reads."""
_LOOKED_AT_EVERY: Final = 64
"""Transactions from one look at the length of the log to the next."""
_HELD_BY_READERS_S: Final = 0.2
"""So long readers of a log that is too long are waited for."""
_DAMAGED: Final = "the database of the index is damaged; it can be made again from the stored files"
_DAMAGED_CODES: Final = frozenset({11, 26})
_STRANGE_CODES: Final = frozenset({1, 19, 20})
"""Of SQLite, for a statement of ours: there is no such table, or a row that cannot be, as in a database that was
damaged and recovered, or that somebody else changed."""
_STRANGE_STATES: Final = frozenset({"42P01", "42703", "42704"})
"""Of PostgreSQL: there is no such table, column or object."""
_WRONG_KIND: Final = (TypeError, ValueError, AttributeError)
"""What work raises that finds a text where a number was, as SQLite keeps anything in any column."""
_BEGIN_WRITING: Final = "BEGIN IMMEDIATE"
_PATIENCE: Final = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
"""Of PostgreSQL's library, in seconds, the last in milliseconds: a server that has vanished is no longer waited for."""
_WRITES: Final = "writes"
"""In the information on a connection: its next transaction changes something."""

Result = TypeVar("Result")


class Durability(Enum):
    """Durability of a committed transaction."""

    PROCESS = "process"
    """The end of the process by any means."""
    POWER = "power"
    """Also the end of the machine."""


class Database:
    """Connections to one database. All methods may be called from any thread."""

    def __init__(self, url: str, durability: Durability = Durability.PROCESS, *, is_frozen: bool = False) -> None:
        """Prepare; nothing is connected yet. Raises IndexUnusableError for a URL that cannot be used.

        ``is_frozen`` is for a file that only can be read, and that nobody changes.
        """
        self._durability = durability
        self.is_frozen = is_frozen
        self._is_condemned = False
        self._writes = 0
        self._is_log_long = False
        try:
            parsed = make_url(url)
            self.is_sqlite = parsed.get_backend_name() == "sqlite"
            self.file = parsed.database if self.is_sqlite else None
            """Path of the database where it is a file."""
            self._engine = self._make_engine(parsed)
            self._kept = KeptConnection(self._engine, _BEGIN_WRITING if self.is_sqlite else "")
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            raise IndexUnusableError(f"the database URL of the index cannot be used: {_reason(error)}") from error

    def _make_engine(self, url: URL) -> Engine:
        if self.is_sqlite:
            if self.is_frozen and url.database:
                frozen = {"mode": "ro", "immutable": "1", "uri": "true"}
                url = url.set(database=Path(url.database).absolute().as_uri(), query=frozen)
            engine = create_engine(
                url,
                pool_size=4,
                max_overflow=128,
                hide_parameters=True,
                connect_args={"timeout": _BUSY_TIMEOUT_S, "check_same_thread": False},
            )
            if not self.is_frozen:
                event.listen(engine, "do_connect", self._make_private)
            event.listen(engine, "connect", self._prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return engine
        if url.get_backend_name() != "postgresql":
            raise IndexUnusableError("the index can be in SQLite or PostgreSQL only")
        engine = create_engine(
            url.set(drivername="postgresql+psycopg", query={**_PATIENCE, **url.query}),
            pool_size=4,
            max_overflow=60,
            pool_pre_ping=True,
            hide_parameters=True,
        )
        if self._durability is Durability.POWER:
            event.listen(engine, "connect", _wait_for_disk)
        return engine

    def _make_private(self, *_connecting: object) -> None:
        """Make the file where it is not there, for its owner only; SQLite gives its log the same mode.

        One that is there is not opened: closing it again would lose the locks that SQLite has on it.
        """
        if self.file and self.file != ":memory:":
            with suppress(OSError):  # SQLite tells it better
                os.close(os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))

    def _prepare_sqlite(self, connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # begun by _begin_sqlite
        cursor = connection.cursor()
        if not self.is_frozen:
            cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute(f"PRAGMA synchronous = {'NORMAL' if self._durability is Durability.PROCESS else 'FULL'}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        cursor.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        cursor.execute("PRAGMA temp_store = MEMORY")
        cursor.execute("PRAGMA journal_size_limit = 67108864")
        cursor.close()

    @property
    def dialect(self) -> Dialect:
        """SQL dialect."""
        return self._engine.dialect

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database, and streams what it selects."""
        self._check_use()
        with reading_values(), self._engine.connect() as connection:
            yield connection.execution_options(stream_results=True)

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """Do the work in one transaction and commit it; on a conflict with other writers, again from its start.

        Raises IndexBusyError when the conflict does not end, or the database was locked for half a minute;
        IndexDamagedError, IndexUnusableError. Nothing was changed then, but for IndexUncertainError.
        """
        self._check_use()
        end_s = time.monotonic() + _BUSY_TIMEOUT_S
        for attempt in range(_RETRIES):
            with _translated(*_WRONG_KIND), self._engine.connect() as connection:
                connection.info[_WRITES] = True
                is_done = False
                try:
                    with connection.begin():
                        result = work(connection)
                        is_done = True
                    self._bound_log(connection.connection)
                    return result
                except DBAPIError as error:
                    if is_done and not is_transient(error):
                        raise IndexUncertainError(str(_translate(error))) from error
                    if not is_transient(error) or attempt == _RETRIES - 1 or time.monotonic() >= end_s:
                        raise
            time.sleep(random.uniform(0.0, 0.01 * 2**attempt))  # noqa: S311  # spreads competing writers
        raise AssertionError("the last attempt returns or raises")

    def write_prepared(self, work: Callable[[KeptConnection], bool]) -> bool:
        """Do work that is prepared statements only in a transaction; whether it said so, and is committed.

        It is quicker than ``write``, which is to be tried where this is False: nothing was changed then. One thread at
        a time may call it. Raises IndexBusyError where the database was locked for half a minute, IndexDamagedError
        where it is known to be, and IndexUncertainError.
        """
        self._check_use()
        try:
            is_done = self._kept.run(work)
        except DBAPIError as error:
            if is_transient(error):
                raise _translate(error) from error
            return False
        except CommitFailedError as failed:
            if is_transient(failed.error):
                return False
            raise IndexUncertainError(str(_translate(failed.error))) from failed.error
        except (TypeError, AttributeError) as error:
            raise IndexDamagedError(_DAMAGED) from error
        if is_done:
            self._bound_log(self._kept.connection)
        return is_done

    def _bound_log(self, connection: DBAPIConnection) -> None:
        """Now and then see that the log of SQLite does not grow on; say so once where somebody's reading makes it."""
        self._writes += 1
        if self.file is None or self._writes % _LOOKED_AT_EVERY:
            return
        try:
            size_bytes = os.stat(f"{self.file}-wal").st_size
        except OSError:
            return
        if size_bytes <= _MOST_LOG_BYTES:
            self._is_log_long = False
            return
        driver = connection.cursor()
        with suppress(sqlite3.Error):  # the log stays as it is, and what was committed is
            driver.execute(f"PRAGMA busy_timeout = {round(_HELD_BY_READERS_S * 1000)}")
            is_held = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if is_held and not self._is_log_long:
                logger.warning(
                    "The log of the index %s has grown to %d MB, since somebody reads it for long: a backup, perhaps, "
                    "or another program; it shrinks when that ends",
                    self.file,
                    size_bytes >> 20,
                )
            self._is_log_long = bool(is_held)
        with suppress(sqlite3.Error):
            driver.execute(f"PRAGMA busy_timeout = {round(_BUSY_TIMEOUT_S * 1000)}")
        driver.close()

    def condemn(self) -> None:
        """Have everything refused with IndexDamagedError from now on."""
        self._is_condemned = True

    def _check_use(self) -> None:
        if self._is_condemned:
            raise IndexDamagedError(_DAMAGED)

    def optimize(self) -> None:
        """Refresh the statistics that the planner goes by."""
        with _translated(), self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")

    def close(self) -> None:
        """Close all connections that are not in use."""
        self._kept.close()
        self._engine.dispose()


class SoundnessCheck:
    """Check of a SQLite file, whose pages are read, once; ``run`` on one thread, ``interrupt`` on any."""

    def __init__(self, file: str, *, is_frozen: bool = False) -> None:
        self._is_ended = False
        self._connection = sqlite3.connect(
            Path(file).absolute().as_uri() + ("?mode=ro&immutable=1" if is_frozen else "?mode=ro"),
            uri=True,
            check_same_thread=False,
            timeout=1.0,
        )

    def run(self) -> str:
        """Return what is wrong, "" for nothing, or where it could not be told or was ended."""
        if self._is_ended:
            return ""
        try:
            found = self._connection.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            return str(error) if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED_CODES else ""
        return "" if found is None or found[0] == "ok" else str(found[0]).replace("\n", " ")

    def run_beside(self, found: Callable[[str], None]) -> threading.Thread:
        """Run on a thread of its own; ``found`` is told there what is wrong."""

        def check() -> None:
            text = self.run()
            if text:
                found(text)

        thread = threading.Thread(target=check, name="index-soundness", daemon=True)
        thread.start()
        return thread

    def interrupt(self) -> None:
        """Have ``run`` return soon, also where it has not begun."""
        self._is_ended = True
        self._connection.interrupt()

    def close(self) -> None:
        """Close the connection, when nothing runs any more."""
        self._connection.close()


@contextmanager
def reading_values() -> Iterator[None]:
    """Within the block values of rows are looked at, also after the connection was given back."""
    with _translated(*_WRONG_KIND, OverflowError):
        yield


def sqlite_url(file: Path) -> str:
    """The URL of an index in a file."""
    return URL.create("sqlite", database=str(file)).render_as_string(hide_password=False)


def _wait_for_disk(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Have PostgreSQL wait at each commit of this connection; where it waits for more already, that stays."""
    cursor = connection.cursor()
    cursor.execute(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )
    cursor.close()
    connection.commit()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later could be refused without waiting; so writers say so at once.
    statement = _BEGIN_WRITING if connection.info.pop(_WRITES, False) else "BEGIN"
    try:
        connection.connection.cursor().execute(statement)
    except sqlite3.Error as error:
        raise wrapped_error(connection.dialect, statement, error) from error


@contextmanager
def _translated(*of_values: type[Exception]) -> Iterator[None]:
    """Foreign exceptions become ours here; also those ``of_values`` that are of no kind that work can do with."""
    try:
        yield
    except of_values as error:
        if isinstance(error, UnicodeEncodeError):  # a text that was given, not one that was found
            raise
        raise IndexDamagedError(_DAMAGED) from error
    except DBAPIError as error:
        raise _translate(error) from error
    except ConnectionsUsedUpError as error:
        raise IndexBusyError("too many ask the database of the index at once") from error


def _translate(error: DBAPIError) -> Exception:
    code = sqlite_code(error)
    if code in _DAMAGED_CODES:
        return IndexDamagedError(_DAMAGED)
    if is_transient(error):
        return IndexBusyError("the database of the index is locked by others for too long")
    if code in _STRANGE_CODES or getattr(error.orig, "sqlstate", None) in _STRANGE_STATES:
        return IndexDamagedError(_DAMAGED)
    if code in {8, 10, 13, 14, 23} or (isinstance(error, OperationalError) and not code):
        return IndexUnusableError(f"the database of the index cannot be used: {_reason(error)}")
    return error


def _reason(error: BaseException) -> str:
    """The first line of the driver's message, without statement and parameters."""
    original = getattr(error, "orig", None) or error
    return str(original).strip().split("\n", 1)[0]
