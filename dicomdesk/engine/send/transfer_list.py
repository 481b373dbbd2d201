"""The instances of a send job in order, and the one place where what becomes of them is written down and told."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from dicomdesk.dicom.files.scan import FoundInstance, SkippedInput
from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.engine.events import (
    EventSink,
    InputSkipped,
    InventedIdentity,
    ItemFinished,
    ItemOutcome,
    ItemStarted,
    NotSentCause,
)
from dicomdesk.engine.send.ledger import InstanceLedger, InstanceState
from dicomdesk.engine.send.report import ItemRecord
from dicomdesk.engine.stats import TransferStats
from dicomdesk.errors import DicomdeskError
from dicomdesk.network.presentation.planning import PlannedInstance
from dicomdesk.network.status import StatusClass, classify_status, status_advice, status_text

__all__ = [
    "Answer",
    "InstanceHaltError",
    "StoppedError",
    "TransferItem",
    "TransferList",
    "count_outcomes",
    "judge_status",
    "skipped_event",
]

_OUTCOMES = {
    StatusClass.SUCCESS: ItemOutcome.STORED,
    StatusClass.WARNING: ItemOutcome.WARNING,
    StatusClass.REFUSED: ItemOutcome.REFUSED,
    StatusClass.ERROR: ItemOutcome.REFUSED,
    StatusClass.UNKNOWN: ItemOutcome.REFUSED,
}


class InstanceHaltError(DicomdeskError):
    """An instance cannot be sent, and the job is to stop at that; ``condition`` is DCMTK's wording."""

    def __init__(self, message: str, *, condition: str = "") -> None:
        super().__init__(message)
        self.condition = condition


class StoppedError(Exception):
    """The job was asked to stop before a request that was about to be sent."""


class TransferItem:
    """One instance of the list. Belongs to one thread at a time."""

    __slots__ = (
        "association",
        "context_id",
        "found",
        "has_no_context",
        "index",
        "loaded_bytes",
        "message_id",
        "network_transfer_syntax_uid",
    )

    def __init__(self, index: int, found: FoundInstance) -> None:
        self.index = index
        """From 0."""
        self.found = found
        self.association = 0
        """Last one that it was, or was to be, sent over; 0 before."""
        self.context_id = 0
        self.message_id = 0
        self.network_transfer_syntax_uid = ""
        self.has_no_context = False
        """Not sent for want of an accepted presentation context."""
        self.loaded_bytes = 0
        """Of the data set, once it was read."""

    @property
    def size_bytes(self) -> int:
        """Of the data set in the file, as scanned."""
        return self.found.header.data_set_length


class Answer(NamedTuple):
    """How an instance ended, or would end if it were not tried again."""

    outcome: ItemOutcome
    status: int | None
    reason: str


def judge_status(status: int, comment: str) -> Answer:
    """Return what the peer's status means, in plain words; ``comment`` is its Error Comment."""
    if status == 0:
        return _STORED
    reason = status_advice(status) or status_text(status)
    if comment:
        reason += f' The peer says: "{comment}"'
    return Answer(_OUTCOMES[classify_status(status)], status, reason)


_STORED = Answer(ItemOutcome.STORED, 0, "")


class TransferList:
    """What is to be sent. Every change of an item goes through here, to the ledger, the gauges and the sink."""

    def __init__(self, job_id: str, report: EventSink, ledger: InstanceLedger, stats: TransferStats) -> None:
        self._job_id = job_id
        self._report = report
        self._ledger = ledger
        self._stats = stats
        self.items: list[TransferItem] = []
        self.planned_instances: list[PlannedInstance] = []
        """The same in the same order, for planning."""

    def add(self, found: FoundInstance) -> None:
        """Append an instance; before ``complete``."""
        self.items.append(TransferItem(len(self.items), found))
        header = found.header
        self.planned_instances.append(PlannedInstance(header.sop_class_uid, header.transfer_syntax_uid))

    def append(self, found: FoundInstance) -> TransferItem:
        """Add an instance whose turn has come, in a job that does not list all before; its totals are set elsewhere."""
        item = TransferItem(len(self.items), found)
        self.items.append(item)
        self._ledger.add(1)
        return item

    def identify(self, item: TransferItem, header: InstanceHeader) -> None:
        """The file of an item has been read when its turn came: this is what it holds now."""
        self._stats.resize(header.data_set_length - item.size_bytes)
        item.found = replace(item.found, header=header)

    def complete(self) -> int:
        """Nothing more is added; return the bytes of all data sets."""
        size_bytes = sum(item.found.header.data_set_length for item in self.items)
        self._ledger.add(len(self.items))
        self._stats.set_totals(len(self.items), size_bytes)
        return size_bytes

    def begin(
        self,
        item: TransferItem,
        message_id: int,
        *,
        converted_from: str = "",
        converted_to: str = "",
        invented: InventedIdentity | None = None,
    ) -> int:
        """The request for the item is about to be sent; return the number of this attempt."""
        item.message_id = message_id
        attempt = self._ledger.begin(item.index)
        header = item.found.header
        self._report(
            ItemStarted(
                job_id=self._job_id,
                association=item.association,
                index=item.index,
                message_id=message_id,
                sop_class_uid=header.sop_class_uid,
                sop_instance_uid=header.sop_instance_uid,
                converted_from=converted_from,
                converted_to=converted_to,
                context_id=item.context_id,
                path=item.found.name,
                transfer_syntax_uid=item.network_transfer_syntax_uid,
                invented=invented,
            )
        )
        return attempt

    def put_back(self, item: TransferItem, answer: Answer) -> None:
        """The item will be tried again."""
        self._ledger.put_back(item.index, answer.status, answer.reason)

    def finish(
        self, item: TransferItem, answer: Answer, attempts: int, *, not_sent_cause: NotSentCause | None = None
    ) -> None:
        """The item has ended, over its association."""
        outcome, status, reason = answer
        self._ledger.finish(item.index, outcome, status, reason)
        self._report(
            ItemFinished(
                job_id=self._job_id,
                association=item.association,
                index=item.index,
                path=item.found.name,
                outcome=outcome,
                status=status,
                reason=reason,
                message_id=item.message_id,
                size_bytes=item.found.header.data_set_length,
                header=item.found.header,
                attempts=attempts,
                not_sent_cause=not_sent_cause,
            )
        )

    def leave_out(self, item: TransferItem, cause: NotSentCause, reason: str) -> None:
        """The item has ended without being sent."""
        item.has_no_context = cause is NotSentCause.NO_CONTEXT
        self._stats.leave_out(item.size_bytes)
        self.finish(item, Answer(ItemOutcome.NOT_SENT, None, reason), attempts=0, not_sent_cause=cause)

    def finish_rest(self, reason: str) -> None:
        """End all that has not ended: what was tried ends as it last did, the rest is NOT_SENT. To be called last."""
        unfinished = self._ledger.unfinished()
        if not unfinished:
            return
        entries = self._ledger.entries()
        for index in unfinished:
            item, entry = self.items[index], entries[index]
            if not entry.attempts:
                self.leave_out(item, NotSentCause.NOT_REACHED, reason)
                continue
            was_answered = entry.state is InstanceState.WAITING and entry.status is not None
            outcome = ItemOutcome.REFUSED if was_answered else ItemOutcome.FAILED
            self._stats.leave_out(item.size_bytes)
            self.finish(
                item, Answer(outcome, entry.status if was_answered else None, entry.reason or reason), entry.attempts
            )

    def unfinished(self) -> int:
        """Return how many items have not ended."""
        return len(self._ledger.unfinished())

    def records(self) -> Iterator[ItemRecord]:
        """Yield what the report says of each item."""
        for entry, item in zip(self._ledger.entries(), self.items, strict=True):
            header = item.found.header
            yield ItemRecord(
                number=item.index + 1,
                path=item.found.name,
                sop_instance_uid=header.sop_instance_uid,
                sop_class_uid=header.sop_class_uid,
                transfer_syntax_uid=header.transfer_syntax_uid,
                data_set_bytes=item.loaded_bytes,
                association=item.association,
                context_id=item.context_id,
                network_transfer_syntax_uid=item.network_transfer_syntax_uid,
                status=entry.status,
                no_acceptable_context=item.has_no_context,
                outcome=ItemOutcome(entry.state.value),
                reason=entry.reason,
                attempts=entry.attempts,
            )


def skipped_event(job_id: str, skipped: SkippedInput) -> InputSkipped:
    """What is told of an input that is not taken."""
    return InputSkipped(
        job_id=job_id,
        path=skipped.name,
        reason=skipped.reason,
        is_failure=skipped.is_failure,
        is_missed=skipped.is_missed,
    )


def count_outcomes(records: Iterable[ItemRecord]) -> dict[ItemOutcome, int]:
    """Return how many items ended how; every outcome is a key."""
    counts = Counter(record.outcome for record in records)
    return {outcome: counts[outcome] for outcome in ItemOutcome}
