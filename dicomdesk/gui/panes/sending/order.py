"""The order of the queue, as its user changes it."""

from collections.abc import Sequence

from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.panes.send_flow import SendFlow
from dicomdesk.gui.panes.sending.chosen import ids_of
from dicomdesk.gui.sending.nodes import StudyNode
from dicomdesk.gui.sending.queue import studies_of


class Order:
    """Moves the studies that rows belong to. For the Qt thread."""

    def __init__(self, flow: SendFlow) -> None:
        self._flow = flow

    def send_first(self, nodes: Sequence[Node]) -> None:
        """Let studies go before all others."""
        ids = ids_of(studies_of(nodes))
        self._flow.ask(lambda outbox: outbox.send_first(ids))

    def step(self, nodes: Sequence[Node], step: int) -> None:
        """Move studies up (-1) or down (1) by one place."""
        moved, order = studies_of(nodes), self._flow.queue.in_order()
        places = sorted(order.index(study) for study in moved if study in order)
        if not places:
            return
        at = places[0] - 1 if step < 0 else places[-1] + 2
        if at < 0 or at > len(order):
            return
        self.move(nodes, next((study for study in order[at:] if study not in moved), None))

    def move(self, nodes: Sequence[Node], before: StudyNode | None) -> None:
        """Let studies go before another one; None is after all."""
        moved = set(studies_of(nodes)) - {before}
        ids = ids_of(study for study in self._flow.queue.in_order() if study in moved)
        target = before.errand_id if before is not None and before.errand_id else None
        if ids:
            self._flow.ask(lambda outbox: outbox.move(ids, target))
