"""A journal that lasts as long as its process."""

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.journal.digest import ErrandDigest, digest_of
from dicomdesk.engine.journal.errand_list import ErrandList
from dicomdesk.engine.journal.kept_instance import KeptInstance
from dicomdesk.engine.journal.records import (
    ENDED_ERRANDS,
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

__all__ = ["MemoryJournal"]


class MemoryJournal:
    """A ``Journal`` without a disk."""

    notice = ""
    trouble = ""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._errands = ErrandList()
        self._past: dict[int, ErrandRecord] = {}
        """Those that were put away."""
        self._instances: dict[int, list[KeptInstance]] = {}
        self._texts: dict[str, dict[str, KeptValue]] = {}

    def add(self, errand: ErrandRecord, instances: Iterable[FoundInstance] = ()) -> int:
        """See ``Journal``."""
        with self._lock:
            added = self._errands.add(errand)
            self._instances[added.id] = [KeptInstance(found) for found in instances]
            return added.id

    def append(self, errand_id: int, instances: Iterable[FoundInstance]) -> int:
        """See ``Journal``."""
        with self._lock:
            kept = self._instances[errand_id]
            first = len(kept)
            kept.extend(KeptInstance(found) for found in instances)
            return first

    def change(self, errand: ErrandRecord) -> None:
        """See ``Journal``."""
        with self._lock:
            before = self._errands.change(errand)
            if before.peer != errand.peer:
                for kept in self._instances[errand.id]:
                    kept.keep_last_attempt(before.peer)

    def remove(self, errand_id: int) -> None:
        """See ``Journal``."""
        with self._lock:
            errand = self._errands.remove(errand_id)
            if any(kept.is_touched for kept in self._instances[errand_id]):
                self._past[errand_id] = errand
            else:
                del self._instances[errand_id]

    def note(self, errand_id: int, number: int, note: InstanceNote) -> None:
        """See ``Journal``."""
        with self._lock:
            kept, peer = self._kept(errand_id, number), self._any(errand_id).peer
            kept.note(note, time.time_ns() // 1_000_000, peer)

    def identify(self, errand_id: int, number: int, found: FoundInstance) -> None:
        """See ``Journal``."""
        with self._lock:
            self._kept(errand_id, number).found = found

    def note_commitment(self, errand_id: int, number: int, commitment: Commitment, reason: str = "") -> None:
        """See ``Journal``."""
        with self._lock:
            kept = self._kept(errand_id, number)
            kept.commitment, kept.commitment_reason = commitment, reason

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
        with self._lock:
            return Counter(kept.state for kept in self._instances[errand_id])

    def instances(
        self,
        errand_id: int,
        *,
        after: int = -1,
        limit: int | None = None,
        states: frozenset[InstanceState] = frozenset(),
    ) -> Sequence[InstanceRecord]:
        """See ``Journal``."""
        with self._lock:
            wanted = [
                kept.record(errand_id, number)
                for number, kept in enumerate(self._instances[errand_id][after + 1 :], after + 1)
                if not states or kept.state in states
            ]
            return wanted[:limit]

    def digest(self, errand_id: int) -> ErrandDigest:
        """See ``Journal``."""
        return digest_of(self.instances(errand_id))

    def attempts(self, errand_id: int, number: int) -> Sequence[AttemptRecord]:
        """See ``Journal``."""
        with self._lock:
            return self._kept(errand_id, number).attempts(self._any(errand_id).peer)

    def history(self, query: HistoryQuery, *, before: int | None = None, limit: int = 100) -> HistoryPage:
        """See ``Journal``."""
        with self._lock:
            errands = [*self._errands.in_order(), *self._past.values()]
            errands.sort(key=lambda errand: -errand.id)
            fitting = (
                errand for errand in errands if (before is None or errand.id < before) and self._fits(errand, query)
            )
            page = [errand for errand, _ in zip(fitting, range(limit + 1), strict=False)]
            return HistoryPage(
                errands=tuple(HistoryErrand(errand=each, counts=self.counts(each.id)) for each in page[:limit]),
                next_before=page[limit - 1].id if len(page) > limit else None,
            )

    def forget(self, ended_before: datetime) -> int:
        """See ``Journal``."""
        with self._lock:
            old = [
                errand.id
                for errand in (*self._errands.in_order(), *self._past.values())
                if errand.ended_at is not None and errand.ended_at < ended_before and errand.state in ENDED_ERRANDS
            ]
            for errand_id in old:
                if self._past.pop(errand_id, None) is None:
                    self._errands.remove(errand_id)
                del self._instances[errand_id]
            return len(old)

    def keep(self, kind: str, key: str, value: str) -> None:
        """See ``Journal``."""
        with self._lock:
            self._texts.setdefault(kind, {})[key] = KeptValue(key=key, value=value, at=datetime.now(UTC))

    def kept(self, kind: str, key: str) -> str | None:
        """See ``Journal``."""
        with self._lock:
            kept = self._texts.get(kind, {}).get(key)
            return None if kept is None else kept.value

    def kept_all(self, kind: str) -> Iterator[KeptValue]:
        """See ``Journal``."""
        with self._lock:
            return iter(sorted(self._texts.get(kind, {}).values(), key=lambda kept: kept.key))

    def discard(self, kind: str, key: str) -> None:
        """See ``Journal``."""
        with self._lock:
            self._texts.get(kind, {}).pop(key, None)

    def discard_older(self, kind: str, before: datetime) -> int:
        """See ``Journal``."""
        with self._lock:
            texts = self._texts.get(kind, {})
            old = [key for key, kept in texts.items() if kept.at < before]
            for key in old:
                del texts[key]
            return len(old)

    def flush(self) -> bool:
        """Nothing waits for a disk."""
        return True

    def close(self) -> None:
        """Nothing is held."""

    def _kept(self, errand_id: int, number: int) -> KeptInstance:
        kept = self._instances[errand_id]
        if not 0 <= number < len(kept):
            raise KeyError(number)
        return kept[number]

    def _any(self, errand_id: int) -> ErrandRecord:
        return self._errands.get(errand_id) if self._errands.has(errand_id) else self._past[errand_id]

    def _fits(self, errand: ErrandRecord, query: HistoryQuery) -> bool:
        states = {kept.state for kept in self._instances[errand.id]}
        return (
            (not query.states or errand.state in query.states)
            and (not query.instance_states or bool(states & query.instance_states))
            and (not query.origin or errand.origin == query.origin)
            and (query.since is None or errand.added_at >= query.since)
            and (query.until is None or errand.added_at < query.until)
            and (not query.text or self._has_text(errand, _folded(query.text)))
        )

    def _has_text(self, errand: ErrandRecord, text: str) -> bool:
        told = (errand.title, errand.peer, errand.origin, errand.reason, errand.study_instance_uid)
        return any(text in _folded(each) for each in told) or any(
            text in _folded(each) for kept in self._instances[errand.id] for each in _told(kept)
        )


def _told(kept: KeptInstance) -> tuple[str, ...]:
    found, header = kept.found, kept.found.header
    return (
        found.path,
        found.archive_member,
        header.sop_instance_uid,
        header.patient_name,
        header.patient_id,
        header.accession_number,
        kept.standing.note.reason,
    )


def _folded(text: str) -> str:
    """With ASCII letters in lower case."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)
