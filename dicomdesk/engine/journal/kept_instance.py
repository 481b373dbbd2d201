"""Instance as a journal has it: what it is, how it stands, the attempts of before, what the peer has committed to."""

from dataclasses import replace

from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.journal.records import (
    AttemptRecord,
    Commitment,
    InstanceNote,
    InstanceRecord,
    InstanceState,
)
from dicomdesk.engine.journal.standing import NEW, Standing, as_time, last_attempt, noted, reopened

__all__ = ["KeptInstance"]


class KeptInstance:
    """Instance and all that is known of it. Belongs to one thread at a time."""

    __slots__ = ("commitment", "commitment_reason", "found", "past", "standing")

    def __init__(self, found: FoundInstance, standing: Standing = NEW) -> None:
        self.found = found
        self.standing = standing
        self.past: tuple[AttemptRecord, ...] = ()
        self.commitment = Commitment.NOT_ASKED
        self.commitment_reason = ""

    @property
    def state(self) -> InstanceState:
        """Where it is."""
        return self.standing.note.state

    @property
    def is_touched(self) -> bool:
        """Whether something was tried for it, so that it belongs to the history."""
        return self.standing.note.attempts > 0 or self.state is not InstanceState.WAITING

    def note(self, note: InstanceNote, at_ms: int, peer: str, *, began_ms: int | None = None) -> None:
        """Take a note, made at a time; ``began_ms`` where the attempt that it ends began unnoticed, at that time."""
        if began_ms is not None:
            self.note(InstanceNote(InstanceState.UNDER_WAY, note.attempts), began_ms, peer)
        self.standing, past = noted(self.standing, note, at_ms, peer)
        self._keep(past)

    def reopen(self, peer: str) -> None:
        """Have it wait again where it was under way when the program ended."""
        self.standing, past = reopened(self.standing, peer)
        self._keep(past)

    def keep_last_attempt(self, peer: str) -> None:
        """Keep that the last attempt went to this peer, before it gets another one."""
        self._keep(last_attempt(self.standing, peer))

    def attempts(self, peer: str) -> list[AttemptRecord]:
        """All attempts, the first one first; the last one went to ``peer`` where nothing else was kept."""
        last = last_attempt(self.standing, peer)
        if last is None:
            return list(self.past)
        earlier = [past for past in self.past if past.number != last.number]
        kept = next((past for past in self.past if past.number == last.number), None)
        return [*earlier, last if kept is None else replace(last, peer=kept.peer)]

    def record(self, errand_id: int, number: int) -> InstanceRecord:
        """As others see it."""
        note = self.standing.note
        return InstanceRecord(
            errand_id=errand_id,
            number=number,
            found=self.found,
            state=note.state,
            attempts=note.attempts,
            status=note.status,
            reason=note.reason,
            not_sent_cause=note.not_sent_cause,
            at=as_time(self.standing.at_ms),
            file_bytes=note.file_bytes,
            file_mtime_ns=note.file_mtime_ns,
            commitment=self.commitment,
            commitment_reason=self.commitment_reason,
        )

    def _keep(self, attempt: AttemptRecord | None) -> None:
        if attempt is None:
            return
        known = next((past for past in self.past if past.number == attempt.number), None)
        others = [past for past in self.past if past is not known]
        self.past = (*others, attempt if known is None else replace(attempt, peer=known.peer))
