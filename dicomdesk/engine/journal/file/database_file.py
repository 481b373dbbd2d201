"""SQLite files in which something is kept from one run to the next: opened, locked, versioned and kept aside here.

Such a file is its owner's alone, since it may name patients, and one process works with it at a time. Nothing that is
not of the kind wanted is touched. What was committed stays, whatever ends the process.
"""

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dicomdesk.errors import FileFault, KeptFileError
from dicomdesk.human import printable
from dicomdesk.records import dataclass

__all__ = ["FileKind", "explained", "keep_aside", "open_database"]

_MAGIC = b"SQLite format 3\0"
_BESIDE = ("-wal", "-shm")
"""What SQLite keeps beside a file, by the ends of its names."""
_PAGE_BYTES = 4096
_IN_USE = frozenset((sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED))
_OF_THE_DISK = frozenset(
    (
        *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN),
        *(sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOLFS, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_INTERRUPT),
    )
)
"""What is not the fault of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """What a file is for."""

    noun: str
    """Such as "state file"."""
    whole_noun: str
    """Such as "state file of a list"."""
    in_use: str
    """Who has it where it is in use, such as "another process works with it"."""
    application_id: int
    """By which its files are told from those of others (PRAGMA application_id)."""
    version: int
    """From 1; a file of a higher one is not read."""
    schema: tuple[str, ...]
    """The statements that make its tables."""
    error: type[KeptFileError]


def open_database(
    path: str,
    kind: FileKind,
    fill: Callable[[sqlite3.Connection], None],
    check: Callable[[sqlite3.Connection], None],
    *,
    is_synced: bool = False,
    is_made: bool = True,
) -> sqlite3.Connection:
    """Open the file for us alone, as long as the connection stands.

    Where it is missing or empty, it is made, unless ``is_made`` is False, and filled by ``fill`` in one transaction;
    else ``check`` looks at what stands in it. With ``is_synced`` what is committed outlives a power failure too. Raises
    the error of the kind; what ``check`` raises of SQLite's means damage.
    """
    is_new = _prepare(path, kind, is_made=is_made)
    with explained(path, kind):
        connection = _connect(path, is_synced=is_synced)
        try:
            if is_made and (is_new or _is_empty(connection)):
                _create(connection, kind, fill)
            else:
                _require_kind(connection, path, kind)
                check(connection)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def explained(path: str, kind: FileKind) -> Iterator[None]:
    """Give what SQLite raises as an error of the kind, which names the file and its fault."""
    name = printable(os.path.basename(path))
    try:
        yield
    except (sqlite3.DatabaseError, ValueError, TypeError, OverflowError) as error:  # also what Python makes of damage
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if code in _IN_USE:
            raise kind.error(f"The {kind.noun} {name} is in use: {kind.in_use}", FileFault.IN_USE) from error
        if code in _OF_THE_DISK:
            text = f"The {kind.noun} {name} cannot be read or written: {printable(str(error))}"
            raise kind.error(text, FileFault.DISK) from error
        raise kind.error(f"The {kind.noun} {name} is damaged", FileFault.DAMAGED) from error


def keep_aside(path: str, kind: FileKind, error: KeptFileError) -> str:
    """Give a file that cannot be used another name, with all that SQLite keeps beside it, and return that name."""
    number = 1
    while os.path.lexists(f"{path}.{error.fault.value}-{number}"):
        number += 1
    aside = f"{path}.{error.fault.value}-{number}"
    try:
        os.replace(path, aside)
        for suffix in _BESIDE:
            if os.path.exists(path + suffix):
                os.replace(path + suffix, aside + suffix)
    except OSError as failure:
        raise kind.error(f"{error}, and cannot be kept aside: {failure.strerror}") from failure
    return aside


def _prepare(path: str, kind: FileKind, *, is_made: bool) -> bool:
    """Make the file where there is none, for its owner alone; whether it is new."""
    name = printable(os.path.basename(path))
    if not is_made and not os.path.exists(path):
        raise kind.error(f"There is no {kind.noun} {name}")
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600)
    except FileExistsError:
        return _check_existing(path, name, kind)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise kind.error(f"The {kind.noun} {name} cannot be made: {reason}") from error
    os.close(descriptor)
    return True


def _check_existing(path: str, name: str, kind: FileKind) -> bool:
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            raise kind.error(f"{name} is no {kind.whole_noun}: it is no regular file", FileFault.FOREIGN)
        with open(path, "rb") as file:
            head = file.read(100)
        if head and not _MAGIC.startswith(head[: len(_MAGIC)]):
            raise kind.error(f"{name} is no {kind.whole_noun}, and is left as it is", FileFault.FOREIGN)
        application = int.from_bytes(head[68:72], "big")
        is_filled = found.st_size > _PAGE_BYTES  # else what says whose it is may stand beside it still
        if is_filled and application != kind.application_id:
            raise kind.error(f"{name} is a database of another program, and is left as it is", FileFault.FOREIGN)
        if os.name == "posix" and found.st_mode & 0o077:
            Path(path).chmod(0o600)
    except OSError as error:
        raise kind.error(f"The {kind.noun} {name} cannot be opened: {error.strerror}") from error
    return not head


def _connect(path: str, *, is_synced: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=0.2, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # has an effect on new files only
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {'FULL' if is_synced else 'NORMAL'}")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection


def _is_empty(connection: sqlite3.Connection) -> bool:
    """Whether its maker did not come to fill it."""
    return not list(connection.execute("SELECT 1 FROM sqlite_master LIMIT 1"))


def _create(connection: sqlite3.Connection, kind: FileKind, fill: Callable[[sqlite3.Connection], None]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(f"PRAGMA application_id = {kind.application_id}")
    connection.execute(f"PRAGMA user_version = {kind.version}")
    for statement in kind.schema:
        connection.execute(statement)
    fill(connection)
    connection.execute("COMMIT")


def _require_kind(connection: sqlite3.Connection, path: str, kind: FileKind) -> None:
    """See that the file is of this kind and version, and sound."""
    name = printable(os.path.basename(path))
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != kind.application_id:
        raise kind.error(f"{name} is no {kind.whole_noun}, and is left as it is", FileFault.FOREIGN)
    if version > kind.version:
        text = f"The {kind.noun} {name} was written by a newer version of dicomdesk"
        raise kind.error(text, FileFault.NEWER)
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise kind.error(f"The {kind.noun} {name} is damaged", FileFault.DAMAGED)
