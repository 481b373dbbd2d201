"""Errands of an Outbox that nobody runs, for tests of what shows them and for screenshots."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from dicomdesk.engine.journal.records import ErrandRecord, ErrandState, InstanceState
from dicomdesk.engine.outbox.errands import Errand
from dicomdesk.engine.outbox.facts import ErrandChanged, InstanceBegan, InstanceEnded
from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.panes.send_flow import SendFlow
from dicomdesk.gui.sending.listing import natural_order
from dicomdesk.gui.sending.nodes import InstanceNode, SeriesNode, StudyNode
from dicomdesk.gui.sending.queue import STATE_OF, SendQueue

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


def instances_below(node: Node) -> list[InstanceNode]:
    """The instances at or below a row; none of a study that is not loaded."""
    match node:
        case InstanceNode():
            return [node]
        case SeriesNode():
            return node.instances
        case StudyNode():
            return [instance for series in node.series.values() for instance in series.instances]
        case _:
            return []


def loaded(flow: SendFlow, study: Node, wait_until: Callable[[Callable[[], bool]], object]) -> list[InstanceNode]:
    """The instances of a study, read from the journal."""
    assert isinstance(study, StudyNode)
    flow.load([study])
    wait_until(lambda: study.is_loaded)
    return instances_below(study)


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
