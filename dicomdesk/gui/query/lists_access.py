"""The way from the Query/Retrieve view to lists: a file that is dropped, or the menu."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from dicomdesk.gui.lists.dialog import LIST_SUFFIXES, ListDialog
from dicomdesk.gui.models.found_entities import AskedPeer
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.query.header import QueryHeader
from dicomdesk.gui.retrieve.part import RetrievePart
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone

__all__ = ["ListsAccess"]


class ListsAccess(QObject):
    """Opens the dialog that works through a list at the peer that is chosen. For the Qt thread."""

    told = Signal(object)
    """``Details`` that the user should read now."""

    def __init__(
        self, theme: Theme, session: Session, tasks: Tasks, header: QueryHeader, retrieve: RetrievePart, view: QWidget
    ) -> None:
        super().__init__(view)
        self._theme = theme
        self._session = session
        self._tasks = tasks
        self._header = header
        self._retrieve = retrieve
        self.dialogs: list[ListDialog] = []
        """Those that are not gone."""

    def offer(self) -> None:
        """Let a list be chosen, or one be taken up again."""
        self._tasks.start(self._open(None))

    def begin(self, paths: list[str]) -> None:
        """Work through the first list among what was dropped, after a look at it."""
        found = next((path for path in paths if path.lower().endswith(LIST_SUFFIXES)), None)
        if found is None:
            title = self.tr("Only lists can be dropped here: {endings}").format(endings=", ".join(LIST_SUFFIXES))
            text = self.tr("A column of accession numbers, patient IDs or UIDs. DICOM files are dropped on Send.")
            self.told.emit(Details(title=title, text=text, icon="warning", tone=Tone.WARNING))
            return
        self._tasks.start(self._open(found))

    async def _open(self, path: str | None) -> None:
        peers = await self._header.prepared_peers()
        if not peers:
            return
        dialog = self._dialog(peers[0])
        dialog.show()
        if path is None:
            dialog.offer()
        else:
            dialog.begin(path)

    def _dialog(self, asked: AskedPeer) -> ListDialog:
        lender = self._retrieve.flow.listener
        dialog = ListDialog(self._theme, self._session, self._tasks, asked, lender=lender)
        self.dialogs.append(dialog)
        dialog.gone.connect(lambda: self.dialogs.remove(dialog))
        return dialog
