"""Errands as they are shown."""

from datetime import UTC, datetime

from dicomdesk.engine.journal.records import ErrandRecord, ErrandState, InstanceState
from dicomdesk.engine.outbox.errands import Errand


def test_an_errand_counts_what_is_stored_of_all_it_has() -> None:
    record = ErrandRecord(title="CT", peer="PACS", added_at=datetime.now(UTC), state=ErrandState.RUNNING)
    counts = {
        InstanceState.STORED: 3,
        InstanceState.WARNING: 1,
        InstanceState.REFUSED: 2,
        InstanceState.WAITING: 5,
        InstanceState.UNDER_WAY: 1,
    }
    errand = Errand(record=record, counts=counts)
    assert (errand.stored, errand.total, errand.waiting, errand.is_ended) == (4, 12, 6, False)
