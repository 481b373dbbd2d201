"""Taking rows off the send queue, after a question where something has not been sent."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from dicomdesk.gui import wording
from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.panes.send_flow import SendFlow
from dicomdesk.gui.sending.nodes import StudyNode
from dicomdesk.gui.sending.queue import studies_of
from dicomdesk.gui.tasks import Tasks

__all__ = ["Removal"]


class Removal(QObject):
    """Takes off; the history keeps what was tried. For the Qt thread."""

    removed = Signal()
    """Something was taken off the list."""

    def __init__(self, flow: SendFlow, tasks: Tasks, view: QWidget) -> None:
        """``view`` is the parent of the question."""
        super().__init__(view)
        self.flow = flow
        self._tasks = tasks
        self._view = view

    def remove(self, nodes: Sequence[Node]) -> None:
        """Take studies off the list, whatever became of them; of what is not taken, the list of it."""
        studies = studies_of(nodes)
        if any(not isinstance(node, StudyNode) for node in nodes) and not studies:
            self.flow.queue.remove_skipped()
        self._ask_and_remove(studies)

    def clear(self) -> None:
        """Take what was stored off the list, and the list of what is not taken."""
        done = [study for study in self.flow.queue.studies if study.total and study.stored == study.total]
        self.flow.remove(done)
        self.flow.queue.remove_skipped()
        self.removed.emit()

    def clear_all(self) -> None:
        """Take everything off the list."""
        self.flow.queue.remove_skipped()
        self._ask_and_remove(self.flow.queue.studies)

    def _ask_and_remove(self, studies: Sequence[StudyNode]) -> None:
        unsent = sum(study.ended < study.total for study in studies)
        if not unsent or (all(study.whole_state is ItemState.READY for study in studies) and len(studies) == 1):
            self.flow.remove(studies)
            self.removed.emit()
        else:
            self._tasks.start(self._confirm_removal(list(studies), unsent))

    async def _confirm_removal(self, studies: list[StudyNode], unsent: int) -> None:
        title = wording.plural(
            len(studies), self.tr("Take {count} study off the list?"), self.tr("Take {count} studies off the list?")
        )
        text = wording.plural(
            unsent,
            self.tr("{count} of them has not been sent completely. The files themselves stay where they are."),
            self.tr("{count} of them have not been sent completely. The files themselves stay where they are."),
        )
        from dicomdesk.gui.questions.confirm import ConfirmDialog  # noqa: PLC0415 - loaded when it is opened

        dialog = ConfirmDialog(title, text, self.tr("&Take off"), self._view)
        await self._tasks.ask(dialog)
        if dialog.is_confirmed():
            self.flow.remove(studies)
            self.removed.emit()
