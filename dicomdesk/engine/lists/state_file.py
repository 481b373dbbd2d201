"""What has come of a list, kept line by line in a SQLite file, so that the list can be taken up again after any end.

A line that was booked stays so, whatever ends the process; one that was under way is as if it had not been begun. The
file is its owner's alone, since it holds the list, and one process works with it at a time.
"""

import json
import os
import sqlite3
import stat
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from dicomdesk.dicom.lists.entries import EntryValue, ListEntry
from dicomdesk.engine.lists.results import LineResult, LineState
from dicomdesk.errors import ListStateError
from dicomdesk.human import printable

__all__ = ["KeptList", "ListState", "MemoryState", "StateFile", "read_kept_list"]

_APPLICATION_ID = 0x44444C31
_VERSION = 1
_MAGIC = b"SQLite format 3\0"
_SCHEMA = (
    "CREATE TABLE list (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE line (number INTEGER PRIMARY KEY, entry TEXT NOT NULL, state TEXT NOT NULL, result TEXT NOT NULL)",
)
_LISTED_UIDS = 20
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


class ListState(Protocol):
    """Keeper of what has come of the lines of one list."""

    @property
    def notice(self) -> str:
        """What its user should know of how it was opened; "" for nothing."""

    def results(self) -> dict[int, LineResult]:
        """What was booked, by the number of the line."""

    def book(self, result: LineResult) -> None:
        """Keep a result for good; any thread. Raises ListStateError."""

    def close(self) -> None:
        """Let go of it."""


class MemoryState:
    """Keeps nothing beyond the job."""

    notice = ""

    def results(self) -> dict[int, LineResult]:
        """Nothing."""
        return {}

    def book(self, result: LineResult) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptList:
    """A list as it stands in a state file."""

    peer: str
    """As ``str(Peer)`` has it."""
    about: str
    """What the front end has noted; see ``ListRequest``."""
    entries: tuple[ListEntry, ...]
    results: Mapping[int, LineResult]


class StateFile:
    """One state file, open and locked until it is closed."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        peer: str,
        entries: tuple[ListEntry, ...],
        *,
        is_synced: bool = False,
        about: str = "",
    ) -> None:
        """Open the file for this list, or make it. Raises ListStateError.

        With ``is_synced`` a booked line outlives a power failure too. A damaged file is kept aside under a name that
        the notice tells, and the list is begun anew: what is stored already is found where it is.
        """
        self._path = os.fspath(path)
        self._lock = threading.Lock()
        self.notice = ""
        self._told = {"peer": peer, "fingerprint": _fingerprint(entries), "about": about}
        try:
            self._connection = self._open(entries, is_synced=is_synced)
        except _DamagedError as error:
            self.notice = self._keep_aside(error)
            self._connection = self._open(entries, is_synced=is_synced)

    def results(self) -> dict[int, LineResult]:
        """What was booked; lines that wait are left out."""
        with self._lock, _explained(self._path):
            return _read_results(self._connection)

    def book(self, result: LineResult) -> None:
        """Keep a result for good."""
        with self._lock, _explained(self._path):
            self._connection.execute(
                "UPDATE line SET state = ?, result = ? WHERE number = ?",
                (result.state.value, _write_result(result), result.number),
            )

    def close(self) -> None:
        """Let go of the file; it is one file then, without what SQLite keeps beside it."""
        with self._lock:
            self._connection.close()

    def _open(self, entries: tuple[ListEntry, ...], *, is_synced: bool) -> sqlite3.Connection:
        is_new = _prepare(self._path)
        with _explained(self._path):
            connection = _connect(self._path, is_synced=is_synced)
            try:
                if is_new or _is_empty(connection):
                    _create(connection, self._told, entries)
                else:
                    _check(connection, self._path, self._told)
                    _read_results(connection)
            except BaseException:
                connection.close()
                raise
        return connection

    def _keep_aside(self, error: Exception) -> str:
        number = 1
        while os.path.lexists(f"{self._path}.damaged-{number}"):
            number += 1
        aside = f"{self._path}.damaged-{number}"
        try:
            os.replace(self._path, aside)
            for suffix in _BESIDE:
                if os.path.exists(self._path + suffix):
                    os.replace(self._path + suffix, aside + suffix)
        except OSError as failure:
            raise ListStateError(f"{error}, and cannot be kept aside: {failure.strerror}") from failure
        return f"{error}: it is kept as {printable(os.path.basename(aside))}, and the list is begun anew"


def read_kept_list(path: str | os.PathLike[str]) -> KeptList:
    """Read a state file as it stands, without changing it; raises ListStateError, also while somebody works with it."""
    name = os.fspath(path)
    if not os.path.exists(name):
        raise ListStateError(f"There is no state file {printable(os.path.basename(name))}")
    _prepare(name)
    with _explained(name):
        connection = _connect(name, is_synced=False)
        try:
            _check(connection, name, {})
            told = dict(connection.execute("SELECT name, value FROM list"))
            lines = connection.execute("SELECT entry FROM line ORDER BY number")
            entries = tuple(_read_entry(entry) for (entry,) in lines)
            return KeptList(
                peer=told.get("peer", ""),
                about=told.get("about", ""),
                entries=entries,
                results=_read_results(connection),
            )
        finally:
            connection.close()


# -- the file


class _DamagedError(ListStateError):
    """State file that cannot be read."""


def _prepare(path: str) -> bool:
    """Make the file where there is none, for its owner alone; whether it is new. Raises ListStateError."""
    name = printable(os.path.basename(path))
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600)
    except FileExistsError:
        return _check_existing(path, name)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ListStateError(f"The state file {name} cannot be made: {reason}") from error
    os.close(descriptor)
    return True


def _check_existing(path: str, name: str) -> bool:
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            raise ListStateError(f"{name} is no state file of a list: it is no regular file")
        with open(path, "rb") as file:
            head = file.read(100)
        if head and not _MAGIC.startswith(head[: len(_MAGIC)]):
            raise ListStateError(f"{name} is no state file of a list, and is left as it is")
        application = int.from_bytes(head[68:72], "big")
        is_filled = found.st_size > _PAGE_BYTES  # else what says whose it is may stand beside it still
        if is_filled and application != _APPLICATION_ID:
            raise ListStateError(f"{name} is a database of another program, and is left as it is")
        if os.name == "posix" and found.st_mode & 0o077:
            Path(path).chmod(0o600)
    except OSError as error:
        raise ListStateError(f"The state file {name} cannot be opened: {error.strerror}") from error
    return not head


@contextmanager
def _explained(path: str) -> Iterator[None]:
    """Give what SQLite raises as an error that names the file; what means damage as ``_DamagedError``."""
    name = printable(os.path.basename(path))
    try:
        yield
    except (sqlite3.DatabaseError, ValueError, TypeError) as error:  # also what Python makes of damaged text
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if code in _IN_USE:
            raise ListStateError(f"The state file {name} is in use: somebody works off this list now") from error
        if code in _OF_THE_DISK:
            raise ListStateError(f"The state file {name} cannot be read or written: {printable(str(error))}") from error
        raise _DamagedError(f"The state file {name} is damaged") from error


def _connect(path: str, *, is_synced: bool) -> sqlite3.Connection:
    """Open it for us alone, as long as the connection stands."""
    connection = sqlite3.connect(path, timeout=0.2, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
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


def _create(connection: sqlite3.Connection, told: Mapping[str, str], entries: tuple[ListEntry, ...]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {_VERSION}")
    for statement in _SCHEMA:
        connection.execute(statement)
    connection.executemany("INSERT INTO list VALUES (?, ?)", list(told.items()))
    waiting = LineState.WAITING.value
    rows = ((entry.number, _write_entry(entry), waiting, "{}") for entry in entries)
    connection.executemany("INSERT INTO line VALUES (?, ?, ?, ?)", rows)
    connection.execute("COMMIT")


def _check(connection: sqlite3.Connection, path: str, wanted: Mapping[str, str]) -> None:
    """Whether the file is of this version and of this list, where one is wanted."""
    name = printable(os.path.basename(path))
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != _APPLICATION_ID:
        raise ListStateError(f"{name} is no state file of a list, and is left as it is")
    if version > _VERSION:
        raise ListStateError(f"The state file {name} was written by a newer version of dicomdesk")
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise _DamagedError(f"The state file {name} is damaged")
    told = dict(connection.execute("SELECT name, value FROM list"))
    if told.get("fingerprint") != wanted.get("fingerprint", told.get("fingerprint")):
        raise ListStateError(
            f"The state file {name} is of another list, or this one was changed: take another state file"
        )
    if told.get("peer") != wanted.get("peer", told.get("peer")):
        kept, asked = printable(told.get("peer", "")), printable(wanted["peer"])
        raise ListStateError(f"The state file {name} is of a list for {kept}, and not for {asked}")


# -- what stands in it


def _fingerprint(entries: tuple[ListEntry, ...]) -> str:
    """Of what the lines ask for, in their order."""
    digest = sha256()
    for entry in entries:
        values = [[value.tag, value.value] for value in entry.values]
        digest.update(json.dumps([entry.number, values, entry.fault, entry.same_as]).encode())
    return digest.hexdigest()


def _write_entry(entry: ListEntry) -> str:
    values = [[value.tag, value.value] for value in entry.values]
    return json.dumps([entry.number, entry.line, entry.cells, values, entry.fault, entry.same_as])


def _read_entry(text: str) -> ListEntry:
    try:
        number, line, cells, values, fault, same_as = json.loads(text)
        return ListEntry(
            number=int(number),
            line=int(line),
            cells=tuple(map(str, cells)),
            values=tuple(EntryValue(int(tag), str(value)) for tag, value in values),
            fault=str(fault),
            same_as=int(same_as),
        )
    except (ValueError, TypeError) as error:
        raise sqlite3.DatabaseError("a line cannot be read") from error


def _write_result(result: LineResult) -> str:
    return json.dumps(
        {
            "matches": result.matches,
            "announced": result.announced,
            "stored": result.stored,
            "missing": result.missing,
            "reason": result.reason,
            "uids": result.uids[:_LISTED_UIDS],
            "at": result.at,
            "attempts": result.attempts,
        }
    )


def _read_results(connection: sqlite3.Connection) -> dict[int, LineResult]:
    rows = connection.execute("SELECT number, state, result FROM line WHERE state <> ?", (LineState.WAITING.value,))
    return {number: _read_result(number, state, text) for number, state, text in rows}


def _read_result(number: int, state: str, text: str) -> LineResult:
    try:
        told = json.loads(text)
        return LineResult(
            number=number,
            state=LineState(state),
            matches=int(told["matches"]),
            announced=_number(told["announced"]),
            stored=_number(told["stored"]),
            missing=_number(told["missing"]),
            reason=str(told["reason"]),
            uids=tuple(map(str, told["uids"])),
            at=str(told["at"]),
            attempts=int(told["attempts"]),
        )
    except (ValueError, TypeError, KeyError) as error:
        raise sqlite3.DatabaseError("a result cannot be read") from error


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None
