"""Errands of an Outbox that nobody runs, for tests of what shows them and for screenshots."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

from dicomdesk.engine.journal.records import ErrandRecord, ErrandState, InstanceState
from dicomdesk.engine.outbox.errands import Errand
from dicomdesk.engine.outbox.facts import ErrandChanged, InstanceBegan, InstanceEnded
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.sending.nodes import StudyNode
from dicomdesk.gui.sending.queue import STATE_OF, SendQueue, natural_order

_INSTANCE_STATES = {state: found for found, state in STATE_OF.items()}


def counts_of(study: StudyNode) -> dict[InstanceState, int]:
    """The counts of a row, as an errand has them."""
    return {_INSTANCE_STATES[state]: count for state, count in study.counts.items() if count}


def errand_of(study: StudyNode, state: ErrandState, **record: object) -> Errand:
    """The errand of a row in a state."""
    fields: dict[str, object] = {
        "id": study.errand_id,
        "title": study.text(0),
        "peer": study.peer or "PACS",
        "added_at": datetime.now(UTC),
        "position": float(study.errand_id),
        "state": state,
        **record,
    }
    return Errand(record=ErrandRecord(**fields), counts=counts_of(study))  # type: ignore[arg-type] # fields of a test


def errand_with(errand_id: int, counts: Mapping[InstanceState, int], state: ErrandState, **record: object) -> Errand:
    """An errand of which nothing is known but these counts."""
    fields: dict[str, object] = {"title": "DOE, JANE   12345", "peer": "PACS", "added_at": datetime.now(UTC), **record}
    return Errand(record=ErrandRecord(id=errand_id, state=state, **fields), counts=Counter(counts))  # type: ignore[arg-type] # fields of a test


def hand_over(queue: SendQueue, peer: str = "PACS", first: int = 1) -> list[StudyNode]:
    """Hand what is listed over and let it go; the errands have the ids from ``first`` on, in the order of the list."""
    drafts = queue.drafts()
    for study in drafts:
        queue.put_in_order(study, natural_order(study))
    queue.begin_handing(drafts)
    queue.end_handing({study: number for number, study in enumerate(drafts, first)})
    for study in drafts:
        study.peer, study.whole_state = peer, None
        queue.take(ErrandChanged(errand=errand_of(study, ErrandState.WAITING)))
    return drafts


def begin(queue: SendQueue, study: StudyNode, number: int, attempt: int = 1) -> None:
    """An instance is about to be sent."""
    queue.take(InstanceBegan(errand_id=study.errand_id, number=number, attempt=attempt))


def end(
    queue: SendQueue,
    study: StudyNode,
    number: int,
    state: ItemState = ItemState.STORED,
    status: int | None = 0,
    reason: str = "",
) -> None:
    """An instance has ended."""
    found = study.found[number] if number < len(study.found) else None
    queue.take(
        InstanceEnded(
            errand_id=study.errand_id,
            number=number,
            path=found.name if found else f"/data/{number}",
            sop_instance_uid=found.header.sop_instance_uid if found else "",
            state=_INSTANCE_STATES[state],
            status=status,
            reason=reason,
            attempts=1,
        )
    )
