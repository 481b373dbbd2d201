"""Reports on errands, made from what the journal has."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.engine.commit import states
from dicomdesk.engine.delivery.report import ItemRecord, Report
from dicomdesk.engine.events import ItemOutcome, JobOutcome
from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.journal.records import ENDED_INSTANCES, Commitment, ErrandRecord, ErrandState, InstanceRecord
from dicomdesk.gui.outbox.access import OutboxAccess
from dicomdesk.gui.security.destinations import CALLING, Destinations
from dicomdesk.gui.tasks import Tasks

if TYPE_CHECKING:
    from dicomdesk.engine.outbox.outbox import Outbox

__all__ = ["ReportBook", "report_of"]


class ReportBook:
    """Makes reports on a worker thread and shows them. For the Qt thread."""

    def __init__(self, tasks: Tasks, outbox: OutboxAccess, destinations: Destinations, view: QWidget) -> None:
        """``view`` is the parent of dialogs."""
        self._tasks = tasks
        self._outbox = outbox
        self._destinations = destinations
        self._view = view

    def open(self, errand_ids: Sequence[int]) -> None:
        """Show the report on errands, one for each peer that they go to."""
        self._tasks.start(self._open(errand_ids))

    async def make(self, errand_ids: Sequence[int]) -> list[Report]:
        """Return the reports on errands, one for each peer; none where nothing is known of them."""
        errands = await self._outbox.ask(lambda outbox, journal: _read(outbox, journal, errand_ids))
        peers = dict.fromkeys(record.peer for record, _ in errands)
        return [self._named(report_of([each for each in errands if each[0].peer == peer]), peer) for peer in peers]

    def _named(self, report: Report, peer: str) -> Report:
        known = self._destinations.find(peer)
        if known is None:
            return report
        calling = report.calling_ae_title or known.calling_ae_title
        return replace(
            report,
            peer_host=known.host,
            peer_port=known.port,
            called_ae_title=known.ae_title,
            calling_ae_title=calling,
        )

    async def _open(self, errand_ids: Sequence[int]) -> None:
        reports = await self.make(errand_ids)
        if not reports:
            return
        from dicomdesk.gui.dialogs.report import ReportDialog  # noqa: PLC0415 - loaded when it is opened

        dialog = ReportDialog(reports, self._tasks, self._view)
        dialog.finished.connect(dialog.deleteLater)
        dialog.show()


def report_of(errands: Sequence[tuple[ErrandRecord, Sequence[InstanceRecord]]]) -> Report:
    """Return the report on errands to one peer, as far as they are."""
    items: list[ItemRecord] = []
    for _, instances in errands:
        items += [_item(record, number) for number, record in enumerate(instances, len(items) + 1)]
    records = [record for record, _ in errands]
    is_whole = all(record.state is ErrandState.DONE for record in records)
    return Report(
        peer_host=records[0].peer if records else "",
        peer_port=0,
        calling_ae_title=str(records[0].settings.get(CALLING, "")) if records else "",
        called_ae_title=records[0].peer if records else "",
        associations=0,
        contexts_proposed=0,
        items=tuple(items),
        job_outcome=JobOutcome.COMPLETED if is_whole else JobOutcome.CANCELLED,
        failure=next((record.reason for record in records if record.reason), ""),
        commitments=_commitments(errands),
    )


def _commitments(
    errands: Sequence[tuple[ErrandRecord, Sequence[InstanceRecord]]],
) -> dict[Reference, states.Commitment] | None:
    """What the peer has said of keeping instances; None where it was not asked for any."""
    said: dict[Reference, states.Commitment] = {}
    for _, instances in errands:
        for one in instances:
            if one.commitment is not Commitment.NOT_ASKED:
                header, state = one.found.header, states.CommitmentState(one.commitment.value)
                reference = Reference(header.sop_class_uid, header.sop_instance_uid)
                said[reference] = states.Commitment(state=state, text=one.commitment_reason)
    return said or None


def _item(record: InstanceRecord, number: int) -> ItemRecord:
    found = record.found
    has_ended = record.state in ENDED_INSTANCES
    return ItemRecord(
        number=number,
        path=found.name,
        sop_instance_uid=found.header.sop_instance_uid,
        sop_class_uid=found.header.sop_class_uid,
        transfer_syntax_uid=found.header.transfer_syntax_uid,
        data_set_bytes=found.header.data_set_length,
        status=record.status if has_ended else None,
        outcome=ItemOutcome(record.state.value) if has_ended else ItemOutcome.NOT_SENT,
        reason=record.reason,
        attempts=record.attempts,
        instance_id=found.id,
    )


def _read(
    outbox: "Outbox", journal: Journal, errand_ids: Sequence[int]
) -> list[tuple[ErrandRecord, Sequence[InstanceRecord]]]:
    """On a worker thread; errands that are gone are left out."""
    wanted = set(errand_ids)
    return [(errand.record, journal.instances(errand.id)) for errand in outbox.errands() if errand.id in wanted]
