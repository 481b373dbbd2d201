"""The tables of a journal file: each thing that is written to them, and each that is read.

All of it is called by one thread at a time; what writes, inside a transaction of its caller's.
"""

import os
import sqlite3
import time
from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import NamedTuple

from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.journal.digest import STATE_CODES, ErrandDigest, instance_key
from dicomdesk.engine.journal.errand_list import settled
from dicomdesk.engine.journal.file.database_file import FileKind
from dicomdesk.engine.journal.file.rows import (
    ERRAND_COLUMNS,
    Cell,
    SharedPart,
    attempt_row,
    cell,
    errand_row,
    read_attempt,
    read_errand,
    read_found,
    read_header,
    read_shared,
    read_standing,
    shared_key,
    shared_row,
    standing_row,
    text,
)
from dicomdesk.engine.journal.kept_instance import KeptInstance
from dicomdesk.engine.journal.records import (
    AttemptRecord,
    Commitment,
    ErrandRecord,
    InstanceNote,
    InstanceState,
    KeptValue,
)
from dicomdesk.engine.journal.standing import as_time
from dicomdesk.errors import JournalError

__all__ = ["JOURNAL_FILE", "JournalTables", "Noted"]

JOURNAL_FILE = FileKind(
    noun="journal",
    whole_noun="journal",
    in_use="another process works with it",
    application_id=0x44444A31,
    version=1,
    schema=(
        (
            "CREATE TABLE errand (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, peer TEXT NOT NULL,"
            " settings TEXT NOT NULL, origin TEXT NOT NULL, study_uid TEXT NOT NULL, added_ms INTEGER NOT NULL,"
            " position REAL NOT NULL, state TEXT NOT NULL, next_try_ms INTEGER, reason TEXT NOT NULL,"
            " tries INTEGER NOT NULL, ended_ms INTEGER, redirected_from INTEGER, is_listed INTEGER NOT NULL DEFAULT 1)"
        ),
        "CREATE INDEX errand_ended ON errand (ended_ms) WHERE ended_ms IS NOT NULL",
        (
            "CREATE TABLE shared (errand INTEGER NOT NULL, number INTEGER NOT NULL, fields TEXT NOT NULL,"
            " words TEXT NOT NULL, PRIMARY KEY (errand, number)) WITHOUT ROWID"
        ),
        (
            "CREATE TABLE instance (errand INTEGER NOT NULL, number INTEGER NOT NULL, path TEXT NOT NULL,"
            " member TEXT NOT NULL, sop_instance_uid TEXT NOT NULL, data_set_offset INTEGER NOT NULL,"
            " data_set_bytes INTEGER NOT NULL, shared INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'waiting',"
            " attempts INTEGER NOT NULL DEFAULT 0, status INTEGER, reason TEXT NOT NULL DEFAULT '', cause TEXT,"
            " file_bytes INTEGER NOT NULL DEFAULT 0, file_mtime_ns INTEGER NOT NULL DEFAULT 0, began_ms INTEGER,"
            " at_ms INTEGER, commitment TEXT NOT NULL DEFAULT 'not-asked', commitment_reason TEXT NOT NULL DEFAULT '',"
            " PRIMARY KEY (errand, number)) WITHOUT ROWID"
        ),
        (
            "CREATE TABLE attempt (errand INTEGER NOT NULL, instance INTEGER NOT NULL, number INTEGER NOT NULL,"
            " peer TEXT NOT NULL, began_ms INTEGER, ended_ms INTEGER, state TEXT NOT NULL, status INTEGER,"
            " reason TEXT NOT NULL, PRIMARY KEY (errand, instance, number)) WITHOUT ROWID"
        ),
        (
            "CREATE TABLE kept (kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, at_ms INTEGER NOT NULL,"
            " PRIMARY KEY (kind, key)) WITHOUT ROWID"
        ),
    ),
    error=JournalError,
)
"""Of a journal."""

_ROWS_AT_ONCE = 60
"""Of one statement: with each the interpreter is handed over, and whoever is busy has it for a while."""
_WHAT = "path, member, sop_instance_uid, data_set_offset, data_set_bytes"
_HOW = "state, attempts, status, reason, cause, file_bytes, file_mtime_ns, began_ms, at_ms"
_PAST = "number, peer, began_ms, ended_ms, state, status, reason"
_ENDED = "state IN ('done', 'cancelled')"
_MOVED = ERRAND_COLUMNS.partition(", ")[2].replace("redirected_from", "redirected_from + :base")
"""All of an errand but its id, where ids are counted from elsewhere."""
_ALL = f"errand, number, {_WHAT}, shared, {_HOW}, commitment, commitment_reason"
_OWN, _NAME = "journal", "name"
"""Kind and key of what a file keeps of itself."""


class Noted(NamedTuple):
    """Note of an instance with its times, milliseconds since 1970."""

    errand_id: int
    number: int
    note: InstanceNote
    at_ms: int
    began_ms: int | None = None
    """When the attempt began that it ends, where that was not written yet."""


class JournalTables:
    """Tables of an open journal file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._shared: tuple[int, dict[SharedPart, int]] = (0, {})
        """What the instances of the last errand share, by the number that it has there."""

    def roll_back(self) -> None:
        """Know nothing any more of what was written since, which is undone."""
        self._shared = (0, {})

    # -- writing

    def add_errand(self, errand: ErrandRecord) -> None:
        """Add an errand, which has its id."""
        row = errand_row(errand)
        self._connection.execute(f"INSERT INTO errand ({ERRAND_COLUMNS}) VALUES ({_marks(row)})", row)  # noqa: S608 - names of ours

    def add_instances(self, errand_id: int, first: int, found: Iterable[FoundInstance]) -> None:
        """Add instances that wait, by numbers from ``first``."""
        if self._shared[0] != errand_id:
            self._shared = (errand_id, self._read_shared_keys(errand_id))
        numbers = self._shared[1]
        new: list[tuple[Cell, ...]] = []
        rows: list[tuple[Cell, ...]] = []
        for number, each in enumerate(found, first):
            key = shared_key(each)
            shared = numbers.get(key)
            if shared is None:
                shared = numbers[key] = len(numbers)
                new.append((errand_id, shared, *shared_row(key)))
            header = each.header
            rows.append(
                (
                    errand_id,
                    number,
                    cell(each.path),
                    cell(each.archive_member),
                    cell(header.sop_instance_uid),
                    header.data_set_offset,
                    header.data_set_length,
                    shared,
                )
            )
        self._connection.executemany("INSERT OR REPLACE INTO shared VALUES (?, ?, ?, ?)", new)
        insert, marks = f"INSERT INTO instance (errand, number, {_WHAT}, shared) VALUES ", "(?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - as above
        for at in range(0, len(rows), _ROWS_AT_ONCE):
            some = rows[at : at + _ROWS_AT_ONCE]
            self._connection.execute(insert + ", ".join([marks] * len(some)), tuple(chain.from_iterable(some)))

    def change_errand(self, errand: ErrandRecord) -> None:
        """Write an errand as it is now; where it has another peer, the attempts of before keep theirs."""
        before = self._peer_of(errand.id)
        if before is not None and before != errand.peer and self._was_tried(errand.id):
            for number, kept in self.instances(errand.id):
                kept.past = self.past_attempts(errand.id, number)
                kept.keep_last_attempt(before)
                self._write_past(errand.id, number, kept.past)
        self._connection.execute(
            f"UPDATE errand SET ({ERRAND_COLUMNS}) = ({_marks(ERRAND_COLUMNS.split(','))}) WHERE id = ?",  # noqa: S608 - as above
            (*errand_row(errand), errand.id),
        )

    def _was_tried(self, errand_id: int) -> bool:
        """Whether something has become of any of its instances."""
        tried = "SELECT 1 FROM instance WHERE errand = ? AND (attempts > 0 OR state <> 'waiting') LIMIT 1"
        return self._connection.execute(tried, (errand_id,)).fetchone() is not None

    def put_away(self, errand_id: int) -> None:
        """Take an errand off the queue; delete it where nothing was tried."""
        if self._was_tried(errand_id):
            self._connection.execute("UPDATE errand SET is_listed = 0 WHERE id = ?", (errand_id,))
        else:
            self.delete(errand_id)

    def delete(self, errand_id: int) -> None:
        """Delete an errand and all of it."""
        for table in ("instance", "shared", "attempt"):
            self._connection.execute(f"DELETE FROM {table} WHERE errand = ?", (errand_id,))  # noqa: S608 - as above
        self._connection.execute("DELETE FROM errand WHERE id = ?", (errand_id,))
        self._shared = (0, {})

    def note_all(self, notes: Sequence[Noted]) -> None:
        """Write what was noted of instances, in this order."""
        groups: dict[tuple[int, int], Noted | list[Noted]] = {}
        for noted in notes:
            key = noted[0], noted[1]
            known = groups.setdefault(key, noted)
            if known is not noted:
                groups[key] = [*known, noted] if isinstance(known, list) else [known, noted]
        plain: list[tuple[Cell, ...]] = []
        for (errand_id, number), group in groups.items():
            row = _plain_row(group) if isinstance(group, Noted) else None
            if row is not None:
                plain.append(row)
            else:
                self._note_each(errand_id, number, [group] if isinstance(group, Noted) else group)
        self._connection.executemany(_NOTE, plain)

    def identify(self, errand_id: int, number: int, found: FoundInstance) -> None:
        """Write what is known of an instance now."""
        kept = next(iter(self.instances(errand_id, after=number - 1, limit=1)), None)
        if kept is not None:
            self._connection.execute("DELETE FROM instance WHERE errand = ? AND number = ?", (errand_id, number))
            self.add_instances(errand_id, number, [found])
            self._write_kept(errand_id, number, kept[1])

    def note_commitment(self, errand_id: int, number: int, commitment: Commitment, reason: str) -> None:
        """Write what the peer has said of keeping an instance."""
        self._connection.execute(
            "UPDATE instance SET commitment = ?, commitment_reason = ? WHERE errand = ? AND number = ?",
            (commitment.value, cell(reason), errand_id, number),
        )

    def keep(self, kind: str, key: str, value: str, at_ms: int) -> None:
        """Write a text."""
        row = (cell(kind), cell(key), cell(value), at_ms)
        self._connection.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", row)

    def discard(self, kind: str, key: str) -> None:
        """Delete a text."""
        self._connection.execute("DELETE FROM kept WHERE kind = ? AND key = ?", (cell(kind), cell(key)))

    def discard_older(self, kind: str, before_ms: int) -> int:
        """Delete texts; return how many."""
        deleted = self._connection.execute("DELETE FROM kept WHERE kind = ? AND at_ms < ?", (cell(kind), before_ms))
        return deleted.rowcount

    def begin(self) -> None:
        """Give a new file a name of its own, by which another one knows that it has taken it over."""
        self.keep(_OWN, _NAME, os.urandom(8).hex(), time.time_ns() // 1_000_000)

    def take_over_other(self) -> None:
        """Copy all that stands in the attached database ``other``, unless that was done before; errands get new ids."""
        row = self._connection.execute(
            "SELECT value FROM other.kept WHERE kind = ? AND key = ?", (_OWN, _NAME)
        ).fetchone()
        name = "" if row is None else text(row[0])
        if name and self.kept(_OWN, name) is not None:
            return
        base = self.last_errand_id()
        copied = (
            (
                f"INSERT INTO errand ({ERRAND_COLUMNS}, is_listed)"  # noqa: S608 - as above
                f" SELECT id + :base, {_MOVED}, is_listed FROM other.errand"
            ),
            "INSERT INTO shared SELECT errand + :base, number, fields, words FROM other.shared",
            f"INSERT INTO instance ({_ALL}) SELECT errand + :base, {_ALL.partition(', ')[2]} FROM other.instance",  # noqa: S608 - as above
            f"INSERT INTO attempt SELECT errand + :base, instance, {_PAST} FROM other.attempt",  # noqa: S608 - as above
        )
        for statement in copied:
            self._connection.execute(statement, {"base": base})
        self._connection.execute("INSERT OR IGNORE INTO kept SELECT * FROM other.kept WHERE kind <> ?", (_OWN,))
        if name:
            self.keep(_OWN, name, "taken over", time.time_ns() // 1_000_000)

    def settle(self) -> None:
        """Have wait again what was under way when the program ended that had the file, and what was running."""
        running = f"SELECT {ERRAND_COLUMNS} FROM errand WHERE is_listed AND NOT {_ENDED}"  # noqa: S608 - as above
        for row in self._connection.execute(running).fetchall():
            errand = read_errand(row)
            for number, kept in self.instances(errand.id, states=frozenset({InstanceState.UNDER_WAY})):
                kept.past = self.past_attempts(errand.id, number)
                kept.reopen(errand.peer)
                self._write_kept(errand.id, number, kept)
            unfinished = self.counts(errand.id).get(InstanceState.WAITING, 0)
            standing = settled(errand, unfinished=unfinished, total=self.total(errand.id))
            if standing is not errand:
                self.change_errand(standing)

    def check(self) -> None:
        """Read what is read first, so that damage there is found at once."""
        self.listed()
        self.last_errand_id()

    # -- reading

    def last_errand_id(self) -> int:
        """The highest id that was ever given."""
        row = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'errand'").fetchone()
        return 0 if row is None else int(row[0])

    def listed(self) -> list[ErrandRecord]:
        """The errands on the queue."""
        return [
            read_errand(row)
            for row in self._connection.execute(f"SELECT {ERRAND_COLUMNS} FROM errand WHERE is_listed")  # noqa: S608 - as above
        ]

    def errand(self, errand_id: int) -> ErrandRecord | None:
        """One of all errands."""
        row = self._connection.execute(f"SELECT {ERRAND_COLUMNS} FROM errand WHERE id = ?", (errand_id,)).fetchone()  # noqa: S608 - as above
        return None if row is None else read_errand(row)

    def total(self, errand_id: int) -> int:
        """How many instances an errand has."""
        row = self._connection.execute("SELECT max(number) FROM instance WHERE errand = ?", (errand_id,)).fetchone()
        return 0 if row[0] is None else int(row[0]) + 1

    def counts(self, errand_id: int) -> dict[InstanceState, int]:
        """How many of its instances are in which state."""
        rows = self._connection.execute(
            "SELECT state, count(*) FROM instance WHERE errand = ? GROUP BY state", (errand_id,)
        )
        return {InstanceState(state): int(count) for state, count in rows}

    def instances(
        self,
        errand_id: int,
        *,
        after: int = -1,
        limit: int | None = None,
        states: frozenset[InstanceState] = frozenset(),
    ) -> Iterator[tuple[int, KeptInstance]]:
        """Instances with their numbers, without the attempts of before."""
        shared = {
            number: read_shared(fields)
            for number, fields in self._connection.execute(
                "SELECT number, fields FROM shared WHERE errand = ?", (errand_id,)
            )
        }
        of_states = f"AND state IN ({_marks(states)})" if states else ""
        rows = self._connection.execute(
            f"SELECT number, shared, commitment, commitment_reason, {_HOW}, {_WHAT} FROM instance"  # noqa: S608 - as above
            f" WHERE errand = ? AND number > ? {of_states} ORDER BY number LIMIT ?",
            (errand_id, after, *(state.value for state in states), -1 if limit is None else limit),
        )
        for number, part, commitment, reason, *told in rows.fetchall():
            if part not in shared:
                raise sqlite3.DatabaseError("what instances share is missing")
            kept = KeptInstance(read_found(tuple(told[9:]), shared[part]), read_standing(tuple(told[:9])))
            kept.commitment, kept.commitment_reason = Commitment(commitment), text(reason)
            yield number, kept

    def digest(self, errand_id: int) -> ErrandDigest:
        """The digest of an errand."""
        shared = self._connection.execute("SELECT number, fields FROM shared WHERE errand = ?", (errand_id,)).fetchall()
        places = {number: place for place, (number, _) in enumerate(shared)}
        header_of, lengths, keys, states = array("l"), array("q"), array("q"), bytearray()
        rows = self._connection.execute(
            "SELECT number, path, member, sop_instance_uid, data_set_bytes, shared, state FROM instance"
            " WHERE errand = ? ORDER BY number",
            (errand_id,),
        )
        for number, path, member, uid, length, part, state in rows:
            code = _CODES.get(state)
            if number != len(states) or part not in places or code is None:
                raise sqlite3.DatabaseError("instances of an errand are missing, or what they share is")
            header_of.append(places[part])
            lengths.append(length)
            keys.append(instance_key(text(path), text(member), text(uid)))
            states.append(code)
        headers = tuple(read_header(read_shared(written)) for _, written in shared)
        return ErrandDigest(headers=headers, header_of=header_of, states=bytes(states), lengths=lengths, keys=keys)

    def past_attempts(self, errand_id: int, number: int) -> tuple[AttemptRecord, ...]:
        """The attempts of before for an instance."""
        rows = self._connection.execute(
            f"SELECT {_PAST} FROM attempt WHERE errand = ? AND instance = ? ORDER BY number",  # noqa: S608 - as above
            (errand_id, number),
        )
        return tuple(read_attempt(row) for row in rows)

    def ended_before(self, before_ms: int) -> list[int]:
        """The errands that ended before."""
        found = f"SELECT id FROM errand WHERE ended_ms IS NOT NULL AND ended_ms < ? AND {_ENDED} ORDER BY id"  # noqa: S608 - as above
        return [int(number) for (number,) in self._connection.execute(found, (before_ms,))]

    def kept(self, kind: str, key: str) -> str | None:
        """A text."""
        found = "SELECT value FROM kept WHERE kind = ? AND key = ?"
        row = self._connection.execute(found, (cell(kind), cell(key))).fetchone()
        return None if row is None else text(row[0])

    def kept_all(self, kind: str) -> list[KeptValue]:
        """All texts of a kind."""
        rows = self._connection.execute("SELECT key, value, at_ms FROM kept WHERE kind = ? ORDER BY key", (cell(kind),))
        return [
            KeptValue(key=text(key), value=text(value), at=as_time(at_ms) or datetime.now(UTC))
            for key, value, at_ms in rows
        ]

    # -- parts

    def _note_each(self, errand_id: int, number: int, group: Sequence[Noted]) -> None:
        """Take notes one by one, where attempts of before have to be kept."""
        found = next(iter(self.instances(errand_id, after=number - 1, limit=1)), None)
        if found is None or found[0] != number:
            return
        kept, peer = found[1], self._peer_of(errand_id) or ""
        kept.past = self.past_attempts(errand_id, number)
        for noted in group:
            kept.note(noted.note, noted.at_ms, peer, began_ms=noted.began_ms)
        self._write_kept(errand_id, number, kept)

    def _write_kept(self, errand_id: int, number: int, kept: KeptInstance) -> None:
        standing = kept.standing
        columns = f"{_HOW}, commitment, commitment_reason"
        told = (*standing_row(standing.note), standing.began_ms, standing.at_ms)
        self._connection.execute(
            f"UPDATE instance SET ({columns}) = ({_marks(columns.split(','))}) WHERE errand = ? AND number = ?",  # noqa: S608 - as above
            (*told, kept.commitment.value, cell(kept.commitment_reason), errand_id, number),
        )
        self._write_past(errand_id, number, kept.past)

    def _write_past(self, errand_id: int, number: int, past: Sequence[AttemptRecord]) -> None:
        rows = [(errand_id, number, *attempt_row(attempt)) for attempt in past]
        self._connection.executemany("INSERT OR REPLACE INTO attempt VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def _peer_of(self, errand_id: int) -> str | None:
        row = self._connection.execute("SELECT peer FROM errand WHERE id = ?", (errand_id,)).fetchone()
        return None if row is None else text(row[0])

    def _read_shared_keys(self, errand_id: int) -> dict[SharedPart, int]:
        """What the instances of an errand share already, as good as it can be found again."""
        rows = self._connection.execute("SELECT number, fields FROM shared WHERE errand = ?", (errand_id,))
        probe = ("?", "", "?", 0, 0)  # no path and no UID, so that none is taken for its own
        return {shared_key(read_found(probe, read_shared(fields))): number for number, fields in rows}


_CODES = {state.value: code for state, code in STATE_CODES.items()}
_NOTE = (
    "UPDATE instance SET state = ?, attempts = ?, status = ?, reason = ?, cause = ?, file_bytes = ?, file_mtime_ns = ?,"
    " began_ms = coalesce(?, began_ms), at_ms = ? WHERE errand = ? AND number = ?"
)


def _plain_row(noted: Noted) -> tuple[Cell, ...] | None:
    """The values of ``_NOTE``, where it is all about the first attempt, so that nothing is of the past."""
    note = noted.note
    if note.attempts != 1 or note.state is InstanceState.WAITING:
        return None
    began_ms = noted.at_ms if note.state is InstanceState.UNDER_WAY else noted.began_ms
    return (*standing_row(note), began_ms, noted.at_ms, noted.errand_id, noted.number)


def _marks(values: Iterable[object]) -> str:
    """As many question marks."""
    return ", ".join("?" for _ in values)
