"""What has come of a list, kept line by line in a SQLite file, so that the list can be taken up again after any end.

A line that was booked stays so, whatever ends the process; one that was under way is as if it had not been begun. The
file is its owner's alone, since it holds the list, and one process works with it at a time.
"""

import json
import os
import sqlite3
import threading
from collections.abc import Mapping
from hashlib import sha256
from typing import Protocol

from dicomdesk.dicom.lists.entries import EntryValue, ListEntry
from dicomdesk.engine.journal.file.database_file import FileKind, explained, keep_aside, open_database
from dicomdesk.engine.lists.results import LineResult, LineState
from dicomdesk.errors import FileFault, ListStateError
from dicomdesk.human import printable
from dicomdesk.records import dataclass

__all__ = ["KeptList", "ListState", "MemoryState", "StateFile", "read_kept_list"]

_KIND = FileKind(
    noun="state file",
    whole_noun="state file of a list",
    in_use="somebody works off this list now",
    application_id=0x44444C31,
    version=1,
    schema=(
        "CREATE TABLE list (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        (
            "CREATE TABLE line"
            " (number INTEGER PRIMARY KEY, entry TEXT NOT NULL, state TEXT NOT NULL, result TEXT NOT NULL)"
        ),
    ),
    error=ListStateError,
)
_LISTED_UIDS = 20


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
        except ListStateError as error:
            if error.fault is not FileFault.DAMAGED:
                raise
            aside = printable(os.path.basename(keep_aside(self._path, _KIND, error)))
            self.notice = f"{error}: it is kept as {aside}, and the list is begun anew"
            self._connection = self._open(entries, is_synced=is_synced)

    def results(self) -> dict[int, LineResult]:
        """What was booked; lines that wait are left out."""
        with self._lock, explained(self._path, _KIND):
            return _read_results(self._connection)

    def book(self, result: LineResult) -> None:
        """Keep a result for good."""
        with self._lock, explained(self._path, _KIND):
            self._connection.execute(
                "UPDATE line SET state = ?, result = ? WHERE number = ?",
                (result.state.value, _write_result(result), result.number),
            )

    def close(self) -> None:
        """Let go of the file; it is one file then, without what SQLite keeps beside it."""
        with self._lock:
            self._connection.close()

    def _open(self, entries: tuple[ListEntry, ...], *, is_synced: bool) -> sqlite3.Connection:
        def fill(connection: sqlite3.Connection) -> None:
            connection.executemany("INSERT INTO list VALUES (?, ?)", list(self._told.items()))
            waiting = LineState.WAITING.value
            rows = ((entry.number, _write_entry(entry), waiting, "{}") for entry in entries)
            connection.executemany("INSERT INTO line VALUES (?, ?, ?, ?)", rows)

        def check(connection: sqlite3.Connection) -> None:
            _require_list(connection, self._path, self._told)
            _read_results(connection)

        return open_database(self._path, _KIND, fill, check, is_synced=is_synced)


def read_kept_list(path: str | os.PathLike[str]) -> KeptList:
    """Read a state file as it stands, without changing it; raises ListStateError, also while somebody works with it."""
    name = os.fspath(path)
    connection = open_database(name, _KIND, lambda _: None, lambda _: None, is_made=False)
    try:
        with explained(name, _KIND):
            told = dict(connection.execute("SELECT name, value FROM list"))
            lines = connection.execute("SELECT entry FROM line ORDER BY number")
            return KeptList(
                peer=told.get("peer", ""),
                about=told.get("about", ""),
                entries=tuple(_read_entry(entry) for (entry,) in lines),
                results=_read_results(connection),
            )
    finally:
        connection.close()


def _require_list(connection: sqlite3.Connection, path: str, wanted: Mapping[str, str]) -> None:
    """See that the file is of the list that is wanted."""
    name = printable(os.path.basename(path))
    told = dict(connection.execute("SELECT name, value FROM list"))
    if told.get("fingerprint") != wanted["fingerprint"]:
        raise ListStateError(
            f"The state file {name} is of another list, or this one was changed: take another state file",
            FileFault.FOREIGN,
        )
    if told.get("peer") != wanted["peer"]:
        kept, asked = printable(told.get("peer", "")), printable(wanted["peer"])
        raise ListStateError(f"The state file {name} is of a list for {kept}, and not for {asked}", FileFault.FOREIGN)


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
