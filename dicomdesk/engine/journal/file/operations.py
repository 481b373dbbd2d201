"""What is to be done to a journal file, as values: written in batches, or replayed on what could be read before.

Notes of instances come by thousands and are plain tuples (``Noted``); all else is an ``Operation``.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.journal.file.tables import JournalTables, Noted
from dicomdesk.engine.journal.kept_instance import KeptInstance
from dicomdesk.engine.journal.records import Commitment, ErrandRecord, InstanceState
from dicomdesk.records import dataclass

__all__ = [
    "AddErrand",
    "AddInstances",
    "ChangeErrand",
    "DeleteErrand",
    "Discard",
    "DiscardOlder",
    "Identify",
    "Keep",
    "NoteCommitment",
    "Operation",
    "PutAway",
    "condensed",
    "replay",
    "replay_texts",
    "write_all",
]


class Operation(Protocol):
    """Something that is done to the tables."""

    def write(self, tables: JournalTables) -> None:
        """Do it."""


@dataclass(frozen=True, slots=True)
class AddErrand:
    """Add an errand, which has its id."""

    errand: ErrandRecord

    def write(self, tables: JournalTables) -> None:
        """See ``Operation``."""
        tables.add_errand(self.errand)


@dataclass(frozen=True, slots=True)
class AddInstances:
    """Add instances to an errand."""

    errand_id: int
    first: int
    found: Sequence[FoundInstance]

    def write(self, tables: JournalTables) -> None:
        """See ``Operation``."""
        tables.add_instances(self.errand_id, self.first, self.found)


@dataclass(frozen=True, slots=True)
class ChangeErrand:
    """Take an errand as it is now."""

    errand: ErrandRecord

    def write(self, tables: JournalTables) -> None:
        """See ``Operation``."""
        tables.change_errand(self.errand)


@dataclass(frozen=True, slots=True)
class PutAway:
    """Take an errand off the queue."""

    errand_id: int

    def write(self, tables: JournalTables) -> None:
        """See ``Operation``."""
        tables.put_away(self.errand_id)


@dataclass(frozen=True, slots=True)
class DeleteErrand:
    """Delete an errand."""

    errand_id: int

    def write(self, tables: JournalTables) -> None:
        """See ``Operation``."""
        tables.delete(self.errand_id)


@dataclass(frozen=True, slots=True)
class Identify:
    """Replace what is known of an instance."""

    errand_id: int
    number: int
    found: FoundInstance

    def write(self, tables: JournalTables) -> None:
        """See ``Operation``."""
        tables.identify(self.errand_id, self.number, self.found)


@dataclass(frozen=True, slots=True)
class NoteCommitment:
    """Take what the peer has said of keeping an instance."""

    errand_id: int
    number: int
    commitment: Commitment
    reason: str

    def write(self, tables: JournalTables) -> None:
        """See ``Operation``."""
        tables.note_commitment(self.errand_id, self.number, self.commitment, self.reason)


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep a text."""

    kind: str
    key: str
    value: str
    at_ms: int

    def write(self, tables: JournalTables) -> None:
        """See ``Operation``."""
        tables.keep(self.kind, self.key, self.value, self.at_ms)


@dataclass(frozen=True, slots=True)
class Discard:
    """Delete a text."""

    kind: str
    key: str

    def write(self, tables: JournalTables) -> None:
        """See ``Operation``."""
        tables.discard(self.kind, self.key)


@dataclass(frozen=True, slots=True)
class DiscardOlder:
    """Delete texts of before."""

    kind: str
    before_ms: int

    def write(self, tables: JournalTables) -> None:
        """See ``Operation``."""
        tables.discard_older(self.kind, self.before_ms)


def write_all(tables: JournalTables, operations: Iterable[Operation | Noted]) -> None:
    """Do all in this order, notes that follow each other together."""
    notes: list[Noted] = []
    for operation in operations:
        if isinstance(operation, Noted):
            notes.append(operation)
            continue
        if notes:
            tables.note_all(notes)
            notes = []
        operation.write(tables)
    if notes:
        tables.note_all(notes)


def condensed(operations: Sequence[Operation | Noted]) -> list[Operation | Noted]:
    """The same in less room, where nothing can be written for long: a note of an attempt's end tells its beginning."""
    found: list[Operation | Noted | None] = []
    begun: dict[tuple[int, int], int] = {}
    """Where the note is that an instance is under way."""
    for operation in operations:
        if not isinstance(operation, Noted):
            begun.clear()
            found.append(operation)
            continue
        key, at = operation[:2], begun.pop(operation[:2], None)
        first = found[at] if at is not None else None
        if at is not None and isinstance(first, Noted) and first.note.attempts == operation.note.attempts:
            found[at] = None
            operation = operation._replace(began_ms=first.at_ms)  # noqa: PLW2901 - it tells both now
        if operation.note.state is InstanceState.UNDER_WAY:
            begun[key] = len(found)
        found.append(operation)
    return [operation for operation in found if operation is not None]


def replay(
    kept: dict[int, KeptInstance], operations: Iterable[Operation | Noted], errand_id: int, peer: str
) -> dict[int, KeptInstance]:
    """The instances of an errand, by number, as they are after the operations."""
    for operation in operations:
        if getattr(operation, "errand_id", None) != errand_id:
            continue
        match operation:
            case Noted() if operation.number in kept:
                kept[operation.number].note(operation.note, operation.at_ms, peer, began_ms=operation.began_ms)
            case AddInstances():
                kept |= {number: KeptInstance(each) for number, each in enumerate(operation.found, operation.first)}
            case Identify() if operation.number in kept:
                kept[operation.number].found = operation.found
            case NoteCommitment() if operation.number in kept:
                kept[operation.number].commitment = operation.commitment
                kept[operation.number].commitment_reason = operation.reason
            case DeleteErrand():
                kept = {}
            case _:
                pass
    return kept


def replay_texts(
    kept: dict[str, tuple[str, int]], operations: Iterable[Operation | Noted], kind: str
) -> dict[str, tuple[str, int]]:
    """The texts of a kind, and when they were kept, by key, as they are after the operations."""
    for operation in operations:
        match operation:
            case Keep() if operation.kind == kind:
                kept[operation.key] = (operation.value, operation.at_ms)
            case Discard() if operation.kind == kind:
                kept.pop(operation.key, None)
            case DiscardOlder() if operation.kind == kind:
                kept = {key: told for key, told in kept.items() if told[1] >= operation.before_ms}
            case _:
                pass
    return kept
