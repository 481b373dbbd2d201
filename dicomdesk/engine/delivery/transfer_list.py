"""Ordered list of a job's instances; every change goes through it to ledger, gauges and sink."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.delivery.ledger import Answer, InstanceLedger, LedgerEntry
from dicomdesk.engine.delivery.report import ItemRecord
from dicomdesk.engine.events import (
    EventSink,
    InventedIdentity,
    ItemFinished,
    ItemOutcome,
    ItemStarted,
    NotSentCause,
)
from dicomdesk.engine.explain.peer_words import PEER_SAYS
from dicomdesk.engine.stats import TransferStats
from dicomdesk.network.presentation.context_planning import PlannedInstance
from dicomdesk.network.status import StatusClass, classify_status, status_text
from dicomdesk.network.status_meanings import status_advice

if TYPE_CHECKING:
    from dicomdesk.engine.preparation import PreparedInstance

__all__ = [
    "TransferItem",
    "TransferList",
    "judge_status",
    "not_sent",
]

_OUTCOMES = {
    StatusClass.SUCCESS: ItemOutcome.STORED,
    StatusClass.WARNING: ItemOutcome.WARNING,
    StatusClass.REFUSED: ItemOutcome.REFUSED,
    StatusClass.ERROR: ItemOutcome.REFUSED,
    StatusClass.UNKNOWN: ItemOutcome.REFUSED,
}


class TransferItem:
    """Instance of the list, with context and attempt. Belongs to one thread at a time."""

    __slots__ = (
        "association",
        "attempt",
        "context_id",
        "found",
        "index",
        "invented",
        "is_last",
        "loaded_bytes",
        "message_id",
        "network_transfer_syntax_uid",
        "prepared",
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
        self.loaded_bytes = 0
        """Of the data set, once it was read."""
        self.prepared: PreparedInstance | None = None
        """While it is in the hands of an association."""
        self.attempt = 0
        """Number of the attempt that is under way, 0 until its request was begun."""
        self.invented: InventedIdentity | None = None
        """Where it is sent under a new identity."""
        self.is_last = True
        """Whether its file is not sent again after this."""

    @property
    def size_bytes(self) -> int:
        """Bytes of the data set in the file, as scanned."""
        return self.found.header.data_set_length

    def close(self) -> None:
        """Close what was prepared: no association has the item any more."""
        if self.prepared is not None:
            self.prepared.close()
            self.prepared = None


def judge_status(status: int, comment: str) -> Answer:
    """Return what the peer's status means, in plain words; ``comment`` is its Error Comment."""
    if status == 0:
        return _STORED
    reason = status_advice(status) or status_text(status)
    if comment:
        reason += f' {PEER_SAYS} "{comment}"'
    return Answer(_OUTCOMES[classify_status(status)], status, reason)


_STORED = Answer(ItemOutcome.STORED, 0, "")


class TransferList:
    """Items of a job, in order. Every change of an item goes through here, to the ledger, the gauges and the sink."""

    def __init__(self, job_id: str, report: EventSink, ledger: InstanceLedger, stats: TransferStats) -> None:
        self._job_id = job_id
        self._report = report
        self._ledger = ledger
        self._stats = stats
        self.items: list[TransferItem] = []
        self.planned_instances: list[PlannedInstance] = []
        """The same in the same order, for planning."""
        self.is_complete = False
        """Whether ``complete`` was called."""

    def add(self, found: FoundInstance) -> None:
        """Append an instance; before ``complete``."""
        self.items.append(TransferItem(len(self.items), found))
        header = found.header
        self.planned_instances.append(PlannedInstance(header.sop_class_uid, header.transfer_syntax_uid))

    def append(self, found: FoundInstance) -> TransferItem:
        """Add an instance whose turn has come, in a job that does not list all before; its totals are set elsewhere."""
        item = TransferItem(len(self.items), found)
        self.items.append(item)
        self._ledger.add([found])
        return item

    def identify(self, item: TransferItem, header: InstanceHeader) -> None:
        """Replace what is known of an item, whose file was read when its turn came."""
        self._stats.resize(header.data_set_length - item.size_bytes)
        item.found = replace(item.found, header=header)
        self._ledger.identify(item.index, item.found)

    def complete(self) -> int:
        """Complete the list: set the totals and return the bytes of all data sets."""
        self.is_complete = True
        size_bytes = sum(item.size_bytes for item in self.items)
        self._ledger.add(item.found for item in self.items)
        self._stats.set_totals(len(self.items), size_bytes)
        return size_bytes

    def begin(self, item: TransferItem, message_id: int) -> None:
        """Begin an item, whose request is about to be sent."""
        item.message_id = message_id
        item.attempt = self._ledger.begin(item.index)
        header, sent_as = item.found.header, item.network_transfer_syntax_uid
        is_converted = header.transfer_syntax_uid != sent_as
        self._report(
            ItemStarted(
                job_id=self._job_id,
                association=item.association,
                index=item.index,
                message_id=message_id,
                sop_class_uid=header.sop_class_uid,
                sop_instance_uid=header.sop_instance_uid,
                converted_from=header.transfer_syntax_uid if is_converted else "",
                converted_to=sent_as if is_converted else "",
                context_id=item.context_id,
                path=item.found.name,
                instance_id=item.found.id,
                transfer_syntax_uid=sent_as,
                invented=item.invented,
            )
        )

    def put_back(self, item: TransferItem, answer: Answer) -> None:
        """Make an item wait again."""
        self._ledger.put_back(item.index, answer)

    def finish(self, item: TransferItem, answer: Answer) -> None:
        """End an item."""
        attempts = self._ledger.finish(item.index, answer)
        self._report(
            ItemFinished(
                job_id=self._job_id,
                association=item.association,
                index=item.index,
                path=item.found.name,
                instance_id=item.found.id,
                outcome=answer.outcome,
                status=answer.status,
                reason=answer.reason,
                message_id=item.message_id,
                size_bytes=item.size_bytes,
                header=item.found.header,
                attempts=attempts if answer.not_sent_cause is None else 0,
                not_sent_cause=answer.not_sent_cause,
            )
        )

    def leave_out(self, item: TransferItem, answer: Answer) -> None:
        """End an item without the peer's consent: its bytes are not part of the work any more."""
        self._stats.leave_out(item.size_bytes)
        self.finish(item, answer)

    def finish_rest(self, reason: str) -> None:
        """End all that has not ended: what was tried ends as it last did, the rest is NOT_SENT. To be called last."""
        unfinished = self._ledger.unfinished()
        if not unfinished:
            return
        entries = self._ledger.entries()
        for index in unfinished:
            self.leave_out(self.items[index], _last_answer(entries[index], reason))

    def unfinished(self) -> int:
        """Return how many items have not ended."""
        return len(self._ledger.unfinished())

    def counts(self) -> dict[ItemOutcome, int]:
        """Return how many items have ended how; every outcome is a key."""
        counts = Counter(self._ledger.outcomes())
        return {outcome: counts[outcome] for outcome in ItemOutcome}

    def records(self) -> Iterator[ItemRecord]:
        """Yield what the report says of each item, all of which have ended."""
        for entry, item in zip(self._ledger.entries(), self.items, strict=True):
            header = entry.found.header
            assert entry.last is not None
            yield ItemRecord(
                number=item.index + 1,
                instance_id=entry.found.id,
                path=entry.found.name,
                sop_instance_uid=header.sop_instance_uid,
                sop_class_uid=header.sop_class_uid,
                transfer_syntax_uid=header.transfer_syntax_uid,
                data_set_bytes=item.loaded_bytes,
                association=item.association,
                context_id=item.context_id,
                network_transfer_syntax_uid=item.network_transfer_syntax_uid,
                status=entry.last.status,
                no_acceptable_context=entry.last.not_sent_cause is NotSentCause.NO_CONTEXT,
                outcome=entry.last.outcome,
                reason=entry.last.reason,
                attempts=entry.attempts,
            )


def not_sent(cause: NotSentCause, reason: str) -> Answer:
    """Return how an instance ends for which no request is made."""
    return Answer(ItemOutcome.NOT_SENT, None, reason, cause)


def _last_answer(entry: LedgerEntry, reason: str) -> Answer:
    """Return how an instance that will not be tried again ends."""
    if not entry.attempts:
        return not_sent(NotSentCause.NOT_REACHED, reason)
    if entry.is_under_way or entry.last is None:
        return Answer(ItemOutcome.FAILED, None, (entry.last and entry.last.reason) or reason)
    return entry.last._replace(reason=entry.last.reason or reason)
