"""Adds files and folders that its user chooses."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from dicomdesk.gui.panes.send_flow import SendFlow
from dicomdesk.gui.questions.file_dialogs import ask_files, ask_folder
from dicomdesk.gui.tasks import Tasks


class Additions(QObject):
    """Asks for what is to be sent. For the Qt thread."""

    def __init__(self, flow: SendFlow, tasks: Tasks, view: QWidget) -> None:
        """``view`` is the parent of dialogs."""
        super().__init__(view)
        self._flow = flow
        self._tasks = tasks
        self._view = view

    def ask_for_files(self) -> None:
        """Ask for files and add them."""
        self._tasks.start(self._add_files())

    def ask_for_folder(self) -> None:
        """Ask for a folder and add it."""
        self._tasks.start(self._add_folder())

    async def _add_files(self) -> None:
        paths = await ask_files(self._tasks, self._view, self.tr("Add files to send"))
        if paths:
            self._flow.add(paths)

    async def _add_folder(self) -> None:
        folder = await ask_folder(self._tasks, self._view, self.tr("Add a folder to send"))
        if folder:
            self._flow.add([folder])
