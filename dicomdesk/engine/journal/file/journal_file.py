"""The file of a journal: opened, or another one in its place; written in transactions; found again when it was away.

Its methods are called by one thread at a time. What it raises is a JournalError.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from dicomdesk.engine.journal.file.database_file import explained, keep_aside, open_database
from dicomdesk.engine.journal.file.operations import Operation, write_all
from dicomdesk.engine.journal.file.tables import JOURNAL_FILE, JournalTables, Noted
from dicomdesk.errors import FileFault, JournalError
from dicomdesk.human import printable

__all__ = ["JournalFile"]

_MOST_SECOND_FILES = 99


class JournalFile:
    """A journal file, closed at first."""

    def __init__(self, path: str, *, is_own_place: bool) -> None:
        """With ``is_own_place`` nobody else has business with a file of this name: what is no journal is kept aside."""
        self.path = path
        """Of the file that is used, another one where the first is in use."""
        self.notice = ""
        """What became of the file that was to be opened."""
        self._is_own_place = is_own_place
        self._connection: sqlite3.Connection | None = None
        self._tables: JournalTables | None = None
        self._identity: tuple[int, int] | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is."""
        return self._connection is not None

    def open(self, *, is_made: bool = True) -> None:
        """Open it. What is damaged or of a newer version is kept aside, beside what is in use another one is begun.

        What was under way when the program that had it ended waits again.
        """
        first, faults = self.path, 0
        while True:
            try:
                self._connect(is_made=is_made)
            except JournalError as error:
                faults += 1
                if not is_made or faults > _MOST_SECOND_FILES:
                    raise
                self._go_around(error, first, faults)
            else:
                break
        if self.path == first and is_made:
            self._take_back(first)

    def close(self) -> None:
        """Let go of it; it is one file then, without what SQLite keeps beside it."""
        connection, self._connection, self._tables = self._connection, None, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()

    @contextmanager
    def reading(self) -> Iterator[JournalTables]:
        """Give the tables to read from."""
        tables = self._tables
        if tables is None:
            raise JournalError(f"The journal {printable(os.path.basename(self.path))} is not open")
        with explained(self.path, JOURNAL_FILE):
            yield tables

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Give the connection, for searches."""
        with self.reading():
            assert self._connection is not None
            yield self._connection

    def write(self, operations: Sequence[Operation | Noted]) -> list[tuple[Operation | Noted, Exception]]:
        """Do all, or nothing of it where an error is raised.

        What cannot be done for reasons of its own is left out and returned with what it raised.
        """
        self._require_there()
        with self.reading() as tables:
            try:
                self._in_transaction(lambda: write_all(tables, operations))
            except Exception as error:
                if _is_of_the_file(error):
                    raise
            else:
                return []
            faulty: list[tuple[Operation | Noted, Exception]] = []
            self._in_transaction(lambda: self._write_singly(tables, operations, faulty))
            return faulty

    def tidy(self) -> None:
        """Give room back to the disk that nothing needs any more."""
        with self.connection() as connection:
            connection.executescript("PRAGMA incremental_vacuum")  # which takes as many steps as there are pages

    def _connect(self, *, is_made: bool) -> None:
        self._connection = open_database(
            self.path,
            JOURNAL_FILE,
            lambda found: JournalTables(found).begin(),
            lambda found: JournalTables(found).check(),
            is_made=is_made,
        )
        self._tables = JournalTables(self._connection)
        try:
            with explained(self.path, JOURNAL_FILE):
                self._in_transaction(self._settle)
            found = os.stat(self.path)
        except (JournalError, OSError) as error:
            self.close()
            if isinstance(error, JournalError):
                raise
            raise JournalError(f"The journal cannot be opened: {error.strerror}") from error
        self._identity = (found.st_dev, found.st_ino)

    def _settle(self) -> None:
        """Have wait again what was under way, and what was running."""
        assert self._tables is not None
        self._tables.settle()

    def _go_around(self, error: JournalError, first: str, number: int) -> None:
        """Make way for another file where this one cannot be used."""
        name = printable(os.path.basename(self.path))
        if error.fault is FileFault.IN_USE:
            self.path = f"{first}-{number + 1}"
            second = printable(os.path.basename(self.path))
            self.notice = f"{error}: what happens now is kept in {second}"
        elif error.fault in (FileFault.DAMAGED, FileFault.NEWER) or (
            error.fault is FileFault.FOREIGN and self._is_own_place and os.path.isfile(self.path)
        ):
            aside = printable(os.path.basename(keep_aside(self.path, JOURNAL_FILE, error)))
            self.notice = f"{error}: it is kept as {aside}, and a new {name} is begun"
        else:
            raise error

    def _take_back(self, first: str) -> None:
        """Take over what stands in files that were begun while this one was in use, those that are not in use now."""
        for number in range(2, _MOST_SECOND_FILES + 1):
            second = JournalFile(f"{first}-{number}", is_own_place=False)
            if not os.path.exists(second.path):
                return
            try:
                second._connect(is_made=False)  # which has wait again what was under way
                second.close()
                with explained(self.path, JOURNAL_FILE):
                    self._merge(second.path)
            except JournalError:
                continue  # in use, or of something else: it stays, and is told of where it is opened
            name = printable(os.path.basename(second.path))
            self.notice = f"{self.notice}; " * bool(self.notice) + f"what was kept in {name} is in it again"

    def _merge(self, path: str) -> None:
        assert self._connection is not None
        connection, tables = self._connection, JournalTables(self._connection)
        connection.execute("ATTACH ? AS other", (path,))
        try:
            self._in_transaction(tables.take_over_other)
        finally:
            connection.execute("DETACH other")
        for each in (path, f"{path}-wal", f"{path}-shm"):
            with suppress(OSError):
                os.unlink(each)

    def _require_there(self) -> None:
        """See that the file still stands where it stood; where it was taken away, it is written there again."""
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            self._write_again()
            return
        except OSError as error:
            name = printable(os.path.basename(self.path))
            raise JournalError(f"The journal {name} cannot be read or written: {error.strerror}") from error
        if self.is_open and (found.st_dev, found.st_ino) != self._identity:
            self.close()
        if not self.is_open:
            self.open()

    def _write_again(self) -> None:
        """Make the file that was deleted while it was open once more, from what is still known of it."""
        old = self._connection
        if old is None:
            self.open()
            return
        self._connection = None
        try:
            self._connect(is_made=True)
            assert self._connection is not None
            with explained(self.path, JOURNAL_FILE):
                old.backup(self._connection)
        except JournalError:
            self.close()
            self._connection, self._tables = old, JournalTables(old)
            raise
        with suppress(sqlite3.Error):
            old.close()

    def _in_transaction(self, write: Callable[[], None]) -> None:
        connection = self._connection
        assert connection is not None
        connection.execute("BEGIN IMMEDIATE")
        try:
            write()
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if self._tables is not None:
                self._tables.roll_back()
            raise

    def _write_singly(
        self,
        tables: JournalTables,
        operations: Sequence[Operation | Noted],
        faulty: list[tuple[Operation | Noted, Exception]],
    ) -> None:
        assert self._connection is not None
        for operation in operations:
            self._connection.execute("SAVEPOINT one")
            try:
                write_all(tables, [operation])
            except Exception as error:
                if _is_of_the_file(error):
                    raise
                self._connection.execute("ROLLBACK TO one")
                tables.roll_back()
                faulty.append((operation, error))
            self._connection.execute("RELEASE one")


def _is_of_the_file(error: Exception) -> bool:
    """Whether SQLite says that the file or the disk is at fault, and not what was to be written."""
    return isinstance(error, sqlite3.DatabaseError) and not isinstance(
        error, sqlite3.IntegrityError | sqlite3.DataError | sqlite3.ProgrammingError | sqlite3.InterfaceError
    )
