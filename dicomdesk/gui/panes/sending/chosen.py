"""What rows of the queue are chosen, as the Outbox knows it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.panes import send_details
from dicomdesk.gui.sending.nodes import StudyNode
from dicomdesk.gui.sending.queue import studies_of

if TYPE_CHECKING:
    from dicomdesk.engine.outbox.outbox import Outbox

__all__ = ["ids_of", "is_going", "numbers_by_study", "retry_numbers"]


def is_going(study: StudyNode) -> bool:
    """Whether a study is on its way, or waits for it."""
    still = {ItemState.READY, ItemState.HELD, ItemState.CANCELLED}
    return study.ended < study.total and study.whole_state not in still


def ids_of(studies: Iterable[StudyNode]) -> list[int]:
    """Return the errands of studies, of those that have one."""
    return [study.errand_id for study in studies if study.errand_id]


def retry_numbers(wanted: Mapping[int, set[int] | None], outbox: "Outbox") -> None:
    """Have the Outbox try instances again, see ``numbers_by_study``."""
    for errand_id, numbers in wanted.items():
        outbox.retry([errand_id], numbers)


def numbers_by_study(nodes: Sequence[Node]) -> dict[int, set[int] | None]:
    """The instances at or below rows, by errand; None for all of it."""
    found: dict[int, set[int] | None] = {}
    for node in nodes:
        for study in studies_of([node]):
            if isinstance(node, StudyNode) or found.get(study.errand_id, set()) is None:
                found[study.errand_id] = None
                continue
            numbers = found.setdefault(study.errand_id, set())
            if numbers is not None:
                numbers.update(number for _, number, _, _ in send_details.results_below(node))
    return {errand_id: numbers for errand_id, numbers in found.items() if errand_id}
