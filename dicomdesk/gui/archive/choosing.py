"""Which archive is looked at: chosen or made once, and remembered."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from dicomdesk.errors import DicomdeskError
from dicomdesk.gui import wording
from dicomdesk.gui.archive.access import AccessState, ArchiveAccess
from dicomdesk.gui.controls.buttons import plain_button
from dicomdesk.gui.controls.empty_state import EmptyState
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.questions.file_dialogs import ask_files, ask_folder
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.human import error_text, printable

__all__ = ["ArchiveChoice"]


class ArchiveChoice(QObject):
    """Has an archive chosen, and says what there is to choose where there is none. For the Qt thread."""

    chosen = Signal()
    """Another archive is looked at."""
    told = Signal(object)
    """``Details`` that are to be read now."""

    def __init__(self, theme: Theme, tasks: Tasks, access: ArchiveAccess, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tasks = tasks
        self._access = access
        self._widget = parent
        self.empty = EmptyState(theme, "archive")
        self._buttons = [
            plain_button(theme, self.tr("Choose a configuration…"), "archive-file", self.choose_configuration),
            plain_button(theme, self.tr("Choose a folder…"), "folder", self.choose_folder),
            plain_button(theme, self.tr("Make a new one…"), "add", self.make),
        ]
        self.empty.set_buttons(self._buttons)
        access.changed.connect(self.show_state)
        self.show_state()

    def buttons(self) -> list[QPushButton]:
        """What can be done where there is no archive."""
        return self._buttons

    def show_state(self) -> None:
        """Say in the middle why there is nothing to be seen."""
        access = self._access
        for button in self._buttons:
            button.setVisible(access.state in {AccessState.NONE, AccessState.FAILED})
        where = printable(str(access.path or ""))
        if access.state is AccessState.OPENING:
            self.empty.set_words(self.tr("Reading the archive…"), where)
        elif access.state is AccessState.FAILED:
            text = access.problem if where in access.problem else f"{where}\n{access.problem}"
            self.empty.set_words(self.tr("The archive cannot be opened"), text)
        else:
            self.empty.set_words(
                self.tr("Look after an archive"),
                self.tr(
                    "Choose the configuration that dcmqrscp serves, or the folder of an archive: what is in it is "
                    "found as you type, and can be sent, corrected, exported and removed while its server runs."
                ),
            )

    def open(self, path: str) -> None:
        """Look at an archive from now on."""
        self._access.open(Path(path))
        self.chosen.emit()

    def choose_configuration(self) -> None:
        """Have a configuration file chosen."""
        self._tasks.start(self._choose(is_folder=False))

    def choose_folder(self) -> None:
        """Have the folder of an archive chosen."""
        self._tasks.start(self._choose(is_folder=True))

    def make(self) -> None:
        """Have a folder chosen in which an archive is made."""
        self._tasks.start(self._make())

    async def _choose(self, *, is_folder: bool) -> None:
        if is_folder:
            found = await ask_folder(self._tasks, self._widget, self.tr("Folder of the archive"))
        else:
            title = self.tr("Configuration of the archive, such as dcmqrscp.cfg")
            found = next(iter(await ask_files(self._tasks, self._widget, title)), "")
        if found:
            self.open(found)

    async def _make(self) -> None:
        found = await ask_folder(self._tasks, self._widget, self.tr("New or empty folder for the archive"))
        if not found:
            return
        try:
            await self._tasks.run(partial(_make_archive, Path(found)))
        except (DicomdeskError, OSError) as error:
            title = self.tr("No archive was made")
            text = wording.explained(error_text(error))
            self.told.emit(Details(title=title, text=text, icon="failed", tone=Tone.BAD, can_copy=True))
        else:
            self.open(found)


def _make_archive(folder: Path) -> None:
    from dicomdesk.archive.administration.keeping.making import make_archive  # noqa: PLC0415 - a database is loaded with it

    make_archive(folder)
