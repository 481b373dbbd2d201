"""Send job that is an errand of a journal, so that what it does not come to is known and can be taken up again."""

import os
from collections.abc import Iterable
from dataclasses import field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.delivery.ledger import Answer, MemoryLedger
from dicomdesk.engine.events import ItemOutcome, NotSentCause
from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.journal.records import ErrandRecord, ErrandState, InstanceNote, InstanceState
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.engine.send.retry import is_transient_status
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from dicomdesk.engine.events import EventSink
    from dicomdesk.engine.job import ThreadStarter
    from dicomdesk.engine.send.planned_send import SendJob

__all__ = ["COMMIT_PORT", "REQUEST", "ErrandLedger", "JournaledSendRequest"]

REQUEST = "request"
"""Key of an errand's settings: the document of the request that it is to be sent by; see ``request_documents``."""

COMMIT_PORT = "commit_port"
"""Key of an errand's settings: where the peer's report on commitment is waited for."""

_STATES = {outcome: InstanceState(outcome.value) for outcome in ItemOutcome}


class ErrandLedger(MemoryLedger):
    """Ledger of a job that is one errand; see ``InstanceLedger``.

    For the journal an instance waits again where its attempt ended for a reason that may pass, or none was made: what
    is final for the job is so for the errand only where the same would come of it another time.
    """

    def __init__(self, journal: Journal, errand: ErrandRecord) -> None:
        """Add the errand, without instances yet, as one that is running."""
        super().__init__()
        self._journal = journal
        self.errand_id = journal.add(replace(errand, state=ErrandState.RUNNING))
        self._folder = os.path.join(os.getcwd(), "")

    def add(self, instances: Iterable[FoundInstance]) -> None:
        """See ``InstanceLedger``."""
        found = list(instances)
        super().add(found)
        if found:
            self._journal.append(self.errand_id, map(self._placed, found))

    def identify(self, index: int, found: FoundInstance) -> None:
        """See ``InstanceLedger``."""
        super().identify(index, found)
        self._journal.identify(self.errand_id, index, self._placed(found))

    def begin(self, index: int) -> int:
        """See ``InstanceLedger``."""
        attempts = super().begin(index)
        self._journal.note(self.errand_id, index, InstanceNote(InstanceState.UNDER_WAY, attempts))
        return attempts

    def finish(self, index: int, answer: Answer) -> int:
        """See ``InstanceLedger``."""
        was_under_way = index in self._under_way
        attempts = super().finish(index, answer)
        if was_under_way or (answer.not_sent_cause not in (None, NotSentCause.NOT_REACHED)):
            state = InstanceState.WAITING if _may_pass(answer) else _STATES[answer.outcome]
            self._note(index, state, attempts, answer)
        return attempts

    def put_back(self, index: int, answer: Answer) -> None:
        """See ``InstanceLedger``."""
        super().put_back(index, answer)
        self._note(index, InstanceState.WAITING, self._attempts[index], answer)

    def conclude(self, reason: str) -> int:
        """Have the errand be done, or wait for the reason; return how many of its instances wait."""
        errand = self._journal.errand(self.errand_id)
        counts = self._journal.counts(self.errand_id)
        waiting = counts.get(InstanceState.WAITING, 0)
        if not counts:
            self._journal.remove(self.errand_id)
        elif waiting:
            self._journal.change(replace(errand, state=ErrandState.WAITING, reason=reason))
        else:
            self._journal.change(replace(errand, state=ErrandState.DONE, ended_at=datetime.now(UTC)))
        return waiting

    def _note(self, index: int, state: InstanceState, attempts: int, answer: Answer) -> None:
        cause = answer.not_sent_cause if state is InstanceState.NOT_SENT else None
        self._journal.note(self.errand_id, index, InstanceNote(state, attempts, answer.status, answer.reason, cause))

    def _placed(self, found: FoundInstance) -> FoundInstance:
        """The same by a path that means the same from every folder."""
        if found.path.startswith(os.sep) or Path(found.path).is_absolute():
            return found
        path = self._folder + found.path
        return replace(found, path=path, origin=path if found.origin == found.path else found.origin)


def _may_pass(answer: Answer) -> bool:
    """Whether another attempt may end otherwise."""
    if answer.outcome is ItemOutcome.REFUSED:
        return answer.status is not None and is_transient_status(answer.status)
    return answer.outcome is ItemOutcome.FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class JournaledSendRequest:
    """Send, and keep in a journal what comes of it; the ledger is to be concluded when the job has ended."""

    send: SendRequest
    ledger: ErrandLedger = field(repr=False)

    def make_job(self, sink: "EventSink", start_thread: "ThreadStarter", /) -> "SendJob":
        """See ``JobRequest``."""
        from dicomdesk.engine.send.planned_send import SendJob  # noqa: PLC0415 - as in ``SendRequest``

        return SendJob(self.send, sink, start_thread, ledger=self.ledger)
