"""The protocol of a journal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.journal.digest import ErrandDigest
from dicomdesk.engine.journal.records import (
    AttemptRecord,
    Commitment,
    ErrandRecord,
    HistoryPage,
    HistoryQuery,
    InstanceNote,
    InstanceRecord,
    InstanceState,
    KeptValue,
)

__all__ = ["Journal"]


class Journal(Protocol):
    """Keeper of errands, instances, attempts, and of what else shall outlive the program.

    Any thread may call it. What changes something returns at once and is on the disk at most 200 ms later, where there
    is a disk; no trouble with that is raised here. What reads shows what this process has changed before, and may wait
    for the disk: not for a thread that draws. ``errands`` and ``errand`` never wait. What is asked of an errand or an
    instance that is not there raises KeyError.
    """

    @property
    def notice(self) -> str:
        """What its user should know of how it was opened; "" for nothing."""
        ...

    @property
    def trouble(self) -> str:
        """Why what happens now is not kept, a sentence; "" while it is."""
        ...

    def add(self, errand: ErrandRecord, instances: Iterable[FoundInstance] = ()) -> int:
        """Keep a new errand and its instances, which wait; return its id. A journal gives it the last position."""
        ...

    def append(self, errand_id: int, instances: Iterable[FoundInstance]) -> int:
        """Keep more instances of an errand, which wait; return the number of the first."""
        ...

    def change(self, errand: ErrandRecord) -> None:
        """Keep an errand as it is now: all but its id and when it was added."""
        ...

    def remove(self, errand_id: int) -> None:
        """Put an errand away: it is not in ``errands`` any more, and in the history only if something was tried."""
        ...

    def note(self, errand_id: int, number: int, note: InstanceNote) -> None:
        """Keep what has become of an instance; made for each instance that is sent."""
        ...

    def identify(self, errand_id: int, number: int, found: FoundInstance) -> None:
        """Replace what is known of an instance, after its file was read again."""
        ...

    def note_commitment(self, errand_id: int, number: int, commitment: Commitment, reason: str = "") -> None:
        """Keep what the peer has said of keeping an instance."""
        ...

    def errands(self) -> Sequence[ErrandRecord]:
        """All that were not put away, in their order."""
        ...

    def errand(self, errand_id: int) -> ErrandRecord:
        """One of them."""
        ...

    def counts(self, errand_id: int) -> Mapping[InstanceState, int]:
        """How many instances of an errand are in which state; only states that occur."""
        ...

    def instances(
        self,
        errand_id: int,
        *,
        after: int = -1,
        limit: int | None = None,
        states: frozenset[InstanceState] = frozenset(),
    ) -> Sequence[InstanceRecord]:
        """Instances of an errand, also of one of the history, by their number: those after one, at most so many."""
        ...

    def digest(self, errand_id: int) -> ErrandDigest:
        """What a list needs of all instances of an errand; ten times as quick as ``instances``, and as small."""
        ...

    def attempts(self, errand_id: int, number: int) -> Sequence[AttemptRecord]:
        """The attempts for an instance, the first one first."""
        ...

    def history(self, query: HistoryQuery, *, before: int | None = None, limit: int = 100) -> HistoryPage:
        """A page of the errands that fit, the newest first, those on the queue and those put away."""
        ...

    def forget(self, ended_before: datetime) -> int:
        """Delete the errands that ended before, and what is kept of them; return how many. The rest stays."""
        ...

    def keep(self, kind: str, key: str, value: str) -> None:
        """Keep a text under a kind and a key, in the place of what was there."""
        ...

    def kept(self, kind: str, key: str) -> str | None:
        """That text."""
        ...

    def kept_all(self, kind: str) -> Iterator[KeptValue]:
        """All texts of a kind, by their keys, as they were at the first."""
        ...

    def discard(self, kind: str, key: str) -> None:
        """Keep it no longer."""
        ...

    def discard_older(self, kind: str, before: datetime) -> int:
        """Keep what was kept before then no longer; return how many."""
        ...

    def flush(self) -> bool:
        """Wait until all that was changed is on the disk; False where it cannot be."""
        ...

    def close(self) -> None:
        """Flush and let go."""
        ...
