"""Copies what sends studies in a terminal."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.panes.send_flow import SendFlow
from dicomdesk.gui.panes.send_header import SendHeader
from dicomdesk.gui.security.credentials import PreparedPeer
from dicomdesk.gui.security.destinations import Destinations
from dicomdesk.gui.sending.nodes import StudyNode
from dicomdesk.gui.theme import Tone


class CommandCopy(QObject):
    """Makes a command of dcmsend and copies it. For the Qt thread."""

    told = Signal(object)
    """Details that the user should read now."""

    def __init__(
        self,
        flow: SendFlow,
        header: SendHeader,
        destinations: Destinations,
        known: Callable[[PreparedPeer], KnownPeer],
    ) -> None:
        """``known`` returns the peer that is typed, as errands name it."""
        super().__init__(flow)
        self._flow = flow
        self._header = header
        self._destinations = destinations
        self._known = known

    async def copy(self, studies: Sequence[StudyNode]) -> None:
        """Copy what sends studies."""
        from dicomdesk.gui.sending.command import MOST_FILES, command_line  # noqa: PLC0415 - loaded when it is wanted

        records = await self._flow.instances_of(studies)
        if not records:
            return
        entry = self._header.peer_entry
        name = next((study.peer for study in studies if study.peer), "")
        known = self._destinations.find(name) if name else None
        if known is None:
            if not entry.is_valid():
                self.told.emit(Details(title=entry.first_problem(), icon="warning", tone=Tone.WARNING))
                return
            known = self._known(PreparedPeer(peer=entry.peer()))
        found, calling = [record.found for record in records], known.calling_ae_title or entry.calling.value()
        command = command_line(known, calling, found, is_lossy=self._header.lossy.isChecked())
        QGuiApplication.clipboard().setText(command)
        paths = len({each.path for each in found})
        text = (
            self.tr("It names the folders, since there are {count} files: everything in them is sent.")
            if paths > MOST_FILES
            else self.tr("Paste it into a terminal of this machine. Secrets are left out.")
        )
        title = self.tr("Copied as a command of dcmsend")
        self.told.emit(Details(title=title, text=text.format(count=paths), icon="copy"))
