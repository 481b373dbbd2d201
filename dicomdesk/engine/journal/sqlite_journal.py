"""A journal in a SQLite file, written in batches by a thread of its own.

Each change goes to a queue and from there to the file, at most 200 ms later, whatever the file takes. What reads writes
what waits first. Where the file cannot be written - the disk is full, a share is away, the folder is not ours - the
queue keeps what happens, is tried again, and is what reads look at: who sends does not notice.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.journal.digest import ErrandDigest, digest_of
from dicomdesk.engine.journal.errand_list import ErrandList
from dicomdesk.engine.journal.file.history_search import find_errands
from dicomdesk.engine.journal.file.journal_file import JournalFile
from dicomdesk.engine.journal.file.operations import (
    AddErrand,
    AddInstances,
    ChangeErrand,
    DeleteErrand,
    Discard,
    DiscardOlder,
    Identify,
    Keep,
    NoteCommitment,
    Operation,
    PutAway,
    condensed,
    replay,
    replay_texts,
)
from dicomdesk.engine.journal.file.tables import JournalTables, Noted
from dicomdesk.engine.journal.kept_instance import KeptInstance
from dicomdesk.engine.journal.records import (
    AttemptRecord,
    Commitment,
    ErrandRecord,
    HistoryErrand,
    HistoryPage,
    HistoryQuery,
    InstanceNote,
    InstanceRecord,
    InstanceState,
    KeptValue,
)
from dicomdesk.engine.journal.standing import as_ms, as_time
from dicomdesk.errors import FileFault, JournalError

__all__ = ["SqliteJournal"]

_log = logging.getLogger(__name__)

_BATCH_S = 0.15
"""For how long changes are gathered."""
_FIRST_RETRY_S = 1.0
_LONGEST_RETRY_S = 30.0
_CONDENSE_FROM = 20_000
_DETACHED_IDS = 1_000_000_000
"""Where the ids of errands begin while nobody knows which ids a file has given that cannot be opened."""


class SqliteJournal:
    """A ``Journal`` that outlives its process. Its thread ends with ``close``."""

    def __init__(
        self,
        path: str,
        *,
        tell: Callable[[str], None] | None = None,
        is_own_place: bool = False,
        is_made: bool = True,
    ) -> None:
        """Open it, or make it unless ``is_made`` is False; see ``notice`` and ``trouble``.

        ``tell`` is called, on any thread, when ``trouble`` begins, with a sentence, and with "" when it is over.
        With ``is_own_place`` the file is of a place that is the program's alone, and kept aside if it is no journal.
        Raises JournalError where the file is of something else, or where it is not to be made.
        """
        self._file = JournalFile(path, is_own_place=is_own_place)
        self._tell = tell
        self._file_lock = threading.RLock()
        """Held by who works with the file; taken before the other."""
        self._lock = threading.Lock()
        self._woken = threading.Condition(self._lock)
        self._pending: list[Operation | Noted] = []
        self._begun: dict[tuple[int, int], Noted] = {}
        """What was noted last of an instance, that it is under way: most end before that is written."""
        self._is_awake = False
        """Whether the thread knows that something waits."""
        self._totals: dict[int, int] = {}
        self._errands = ErrandList(last_id=_DETACHED_IDS)
        self._trouble = ""
        self._has_deleted = False
        self._is_closing = self._is_closed = False
        try:
            self._file.open(is_made=is_made)
            self._load()
        except JournalError as error:
            if error.fault is not FileFault.DISK or not is_made:
                raise
            self._trouble = str(error)
        self._thread = threading.Thread(target=self._keep_writing, name="dicomdesk-journal", daemon=True)
        self._thread.start()

    @property
    def notice(self) -> str:
        """See ``Journal``."""
        return self._file.notice

    @property
    def trouble(self) -> str:
        """See ``Journal``."""
        return self._trouble

    @property
    def path(self) -> str:
        """Of the file in which it is kept."""
        return self._file.path

    # -- errands and instances

    def add(self, errand: ErrandRecord, instances: Iterable[FoundInstance] = ()) -> int:
        """See ``Journal``."""
        found = tuple(instances)
        with self._lock:
            added = self._errands.add(errand)
            self._totals[added.id] = len(found)
            self._put(AddErrand(added), *([AddInstances(added.id, 0, found)] if found else []))
        return added.id

    def append(self, errand_id: int, instances: Iterable[FoundInstance]) -> int:
        """See ``Journal``."""
        found = tuple(instances)
        with self._lock:
            self._errands.get(errand_id)
            first = self._totals[errand_id]
            self._totals[errand_id] += len(found)
            self._put(AddInstances(errand_id, first, found))
        return first

    def change(self, errand: ErrandRecord) -> None:
        """See ``Journal``."""
        with self._lock:
            self._errands.change(errand)
            self._put(ChangeErrand(self._errands.get(errand.id)))

    def remove(self, errand_id: int) -> None:
        """See ``Journal``."""
        with self._lock:
            self._errands.remove(errand_id)
            del self._totals[errand_id]
            self._put(PutAway(errand_id))

    def note(self, errand_id: int, number: int, note: InstanceNote) -> None:
        """See ``Journal``."""
        at_ms = time.time_ns() // 1_000_000
        total = self._totals.get(errand_id)
        if total is None:
            total = self._total(errand_id)
        if not 0 <= number < total:
            raise KeyError(number)
        key = errand_id, number
        with self._lock:
            if note.state is InstanceState.UNDER_WAY:
                if key in self._begun:
                    self._put_begun()
                self._begun[key] = Noted(errand_id, number, note, at_ms)
                self._awake()
                return
            begun = self._begun.pop(key, None)
            if begun is not None and begun.note.attempts != note.attempts:
                self._pending.append(begun)
                begun = None
            self._pending.append(Noted(errand_id, number, note, at_ms, None if begun is None else begun.at_ms))
            self._awake()

    def identify(self, errand_id: int, number: int, found: FoundInstance) -> None:
        """See ``Journal``."""
        self._require(errand_id, number)
        with self._lock:
            self._put(Identify(errand_id, number, found))

    def note_commitment(self, errand_id: int, number: int, commitment: Commitment, reason: str = "") -> None:
        """See ``Journal``."""
        self._require(errand_id, number)
        with self._lock:
            self._put(NoteCommitment(errand_id, number, commitment, reason))

    def errands(self) -> Sequence[ErrandRecord]:
        """See ``Journal``."""
        with self._lock:
            return self._errands.in_order()

    def errand(self, errand_id: int) -> ErrandRecord:
        """See ``Journal``."""
        with self._lock:
            return self._errands.get(errand_id)

    def counts(self, errand_id: int) -> Mapping[InstanceState, int]:
        """See ``Journal``."""
        with self._reading(errand_id) as (tables, waiting):
            if tables is not None and not waiting:
                return tables.counts(errand_id)
            counts: dict[InstanceState, int] = {}
            for kept in self._replayed(tables, waiting, errand_id).values():
                counts[kept.state] = counts.get(kept.state, 0) + 1
            return counts

    def instances(
        self,
        errand_id: int,
        *,
        after: int = -1,
        limit: int | None = None,
        states: frozenset[InstanceState] = frozenset(),
    ) -> Sequence[InstanceRecord]:
        """See ``Journal``."""
        with self._reading(errand_id) as (tables, waiting):
            if tables is not None and not waiting:
                found = tables.instances(errand_id, after=after, limit=limit, states=states)
                return [kept.record(errand_id, number) for number, kept in found]
            replayed = self._replayed(tables, waiting, errand_id)
            wanted = (
                kept.record(errand_id, number)
                for number, kept in sorted(replayed.items())
                if number > after and (not states or kept.state in states)
            )
            return list(wanted)[:limit]

    def digest(self, errand_id: int) -> ErrandDigest:
        """See ``Journal``."""
        with self._reading(errand_id) as (tables, waiting):
            if tables is not None and not waiting:
                return tables.digest(errand_id)
        return digest_of(self.instances(errand_id))

    def attempts(self, errand_id: int, number: int) -> Sequence[AttemptRecord]:
        """See ``Journal``."""
        with self._reading(errand_id) as (tables, waiting):
            kept = self._replayed(tables, waiting, errand_id, number)[number]
            return kept.attempts(self._peer_of(tables, errand_id))

    def history(self, query: HistoryQuery, *, before: int | None = None, limit: int = 100) -> HistoryPage:
        """See ``Journal``; raises JournalError where the file cannot be read. Of what is in the file only."""
        found: list[int] = []
        following = before
        while len(found) <= limit:
            with self._file_lock:
                self._write()
                with self._file.connection() as connection:
                    more, following = find_errands(connection, query, before=following, limit=limit + 1 - len(found))
            found += more
            if following is None:
                break
        with self._file_lock, self._file.reading() as tables:
            errands = [(tables.errand(number), tables.counts(number)) for number in found[:limit]]
        return HistoryPage(
            errands=tuple(HistoryErrand(errand=errand, counts=counts) for errand, counts in errands if errand),
            next_before=found[limit - 1] if len(found) > limit else None,
        )

    def forget(self, ended_before: datetime) -> int:
        """See ``Journal``; nothing where the file cannot be read."""
        with self._file_lock:
            if not self._write():
                return 0
            with self._file.reading() as tables:
                old = tables.ended_before(as_ms(ended_before))
        with self._lock:
            for errand_id in old:
                if self._errands.has(errand_id):
                    self._errands.remove(errand_id)
                self._totals.pop(errand_id, None)
            self._put(*map(DeleteErrand, old))
            self._has_deleted = bool(old)
        return len(old)

    # -- texts

    def keep(self, kind: str, key: str, value: str) -> None:
        """See ``Journal``."""
        with self._lock:
            self._put(Keep(kind, key, value, time.time_ns() // 1_000_000))

    def kept(self, kind: str, key: str) -> str | None:
        """See ``Journal``."""
        with self._file_lock:
            if not self._write():
                told = self._replayed_texts(kind).get(key)
                return None if told is None else told[0]
            with self._file.reading() as tables:
                return tables.kept(kind, key)

    def kept_all(self, kind: str) -> Iterator[KeptValue]:
        """See ``Journal``."""
        with self._file_lock:
            self._write()
            texts = sorted(self._replayed_texts(kind).items())
        return (KeptValue(key=key, value=value, at=as_time(at_ms) or _NEVER) for key, (value, at_ms) in texts)

    def discard(self, kind: str, key: str) -> None:
        """See ``Journal``."""
        with self._lock:
            self._put(Discard(kind, key))

    def discard_older(self, kind: str, before: datetime) -> int:
        """See ``Journal``."""
        with self._file_lock:
            before_ms = as_ms(before)
            count = sum(as_ms(kept.at) < before_ms for kept in self.kept_all(kind))
            with self._lock:
                self._put(DiscardOlder(kind, before_ms))
        return count

    # -- the file

    def flush(self) -> bool:
        """See ``Journal``."""
        with self._file_lock:
            return self._write()

    def close(self) -> None:
        """See ``Journal``; called twice it does nothing."""
        with self._lock:
            self._is_closing = True
            self._woken.notify_all()
        self._thread.join()
        with self._file_lock:
            if not self._is_closed:
                self._write()
            self._is_closed = True
            self._file.close()

    def _put(self, *operations: Operation | Noted) -> None:
        """Have these done; the lock is held."""
        self._put_begun()
        self._pending.extend(operations)
        self._awake()

    def _put_begun(self) -> None:
        """Let what was begun keep its place before what follows."""
        self._pending.extend(self._begun.values())
        self._begun.clear()

    def _awake(self) -> None:
        if not self._is_awake:
            self._is_awake = True
            self._woken.notify_all()

    def _keep_writing(self) -> None:
        """Write what waits until the journal is closed; the journal's thread."""
        pause_s = _FIRST_RETRY_S
        while True:
            with self._lock:
                self._woken.wait_for(lambda: self._is_awake or self._is_closing or self._trouble)
                self._woken.wait_for(lambda: self._is_closing, pause_s if self._trouble else _BATCH_S)
                if self._is_closing:
                    return
            try:
                with self._file_lock:
                    is_written = self._write()
                    if is_written and self._has_deleted:
                        self._tidy()
            except Exception as fault:  # noqa: BLE001 - top level of a worker: what follows is to be written all the same
                _log.exception("the journal failed by a fault of this program")
                is_written = False
                self._set_trouble(f"internal error: {fault!r}")
            pause_s = _FIRST_RETRY_S if is_written else min(2 * pause_s, _LONGEST_RETRY_S)

    def _write(self) -> bool:
        """Write what waits; False where the file does not take it. The lock of the file is held."""
        with self._lock:
            self._put_begun()
            batch, self._pending = self._pending, []
            self._is_awake = False
        if not batch and not self._trouble:
            return True
        was_open = self._file.is_open
        try:
            faulty = self._file.write(batch)
            if not was_open:
                self._load()
        except Exception as error:
            batch = condensed(batch) if len(batch) > _CONDENSE_FROM else batch
            with self._lock:
                self._pending = [*batch, *self._pending]
                self._is_awake = True
            if not isinstance(error, JournalError):  # a fault of this program: nothing is lost by it
                raise
            self._set_trouble(str(error))
            return False
        for operation, fault in faulty:
            _log.error("the journal left out a %s: %r", type(operation).__name__, fault)
        self._set_trouble("")
        return True

    def _set_trouble(self, trouble: str) -> None:
        is_news = bool(trouble) != bool(self._trouble)
        self._trouble = trouble
        if is_news and self._tell is not None:
            self._tell(trouble)

    def _tidy(self) -> None:
        self._has_deleted = False
        try:
            self._file.tidy()
        except JournalError as error:
            self._set_trouble(str(error))

    def _load(self) -> None:
        """Take over what the file has; what was added while it was away stays."""
        with self._file.reading() as tables:
            listed, last_id = tables.listed(), tables.last_errand_id()
            totals = {errand.id: tables.total(errand.id) for errand in listed}
        with self._lock:
            ours = {errand.id: errand for errand in self._errands.in_order()}
            is_first = not ours and self._errands.last_id == _DETACHED_IDS
            merged = {errand.id: errand for errand in listed} | ours
            self._errands = ErrandList(merged.values(), last_id=last_id if is_first else self._errands.last_id)
            self._totals = totals | self._totals

    @contextmanager
    def _reading(self, errand_id: int) -> Iterator[tuple[JournalTables | None, list[Operation | Noted]]]:
        """Give the tables, None where the file cannot be read, and what of an errand could not be written to them."""
        self._total(errand_id)
        with self._file_lock:
            waiting: list[Operation | Noted] = []
            if not self._write():
                with self._lock:
                    waiting = list(self._pending)
            if not self._file.is_open:
                yield None, waiting
                return
            with self._file.reading() as tables:
                yield tables, waiting

    def _replayed(
        self,
        tables: JournalTables | None,
        waiting: Sequence[Operation | Noted],
        errand_id: int,
        number: int | None = None,
    ) -> dict[int, KeptInstance]:
        """The instances of an errand, or one of them with its attempts, as they are with what could not be written."""
        kept: dict[int, KeptInstance] = {}
        if tables is not None and number is None:
            kept = dict(tables.instances(errand_id))
        elif tables is not None and number is not None:
            kept = dict(tables.instances(errand_id, after=number - 1, limit=1))
            for each in kept:
                kept[each].past = tables.past_attempts(errand_id, each)
        return replay(kept, waiting, errand_id, self._peer_of(tables, errand_id))

    def _replayed_texts(self, kind: str) -> dict[str, tuple[str, int]]:
        with self._lock:
            waiting = list(self._pending)
        kept: dict[str, tuple[str, int]] = {}
        if self._file.is_open:
            with self._file.reading() as tables:
                kept = {each.key: (each.value, as_ms(each.at)) for each in tables.kept_all(kind)}
        return replay_texts(kept, waiting, kind)

    def _peer_of(self, tables: JournalTables | None, errand_id: int) -> str:
        with self._lock:
            if self._errands.has(errand_id):
                return self._errands.get(errand_id).peer
        errand = None if tables is None else tables.errand(errand_id)
        return "" if errand is None else errand.peer

    def _require(self, errand_id: int, number: int) -> None:
        if not 0 <= number < self._total(errand_id):
            raise KeyError(number)

    def _total(self, errand_id: int) -> int:
        """How many instances an errand has, also one that was put away; raises KeyError."""
        with self._lock:
            total = self._totals.get(errand_id)
        if total is not None:
            return total
        with self._file_lock:
            self._write()
            with self._file.reading() as tables:
                if tables.errand(errand_id) is None:
                    raise KeyError(errand_id)
                return tables.total(errand_id)


_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
