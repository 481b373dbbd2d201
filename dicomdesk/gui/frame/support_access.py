"""Faults of the program as the window takes note of them, and the support bundle."""

import contextlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox, QWidget

from dicomdesk import paths
from dicomdesk.gui.frame.log_access import FOLDER as LOG_FOLDER
from dicomdesk.gui.problems.book import ProblemBook
from dicomdesk.gui.questions.file_dialogs import ask_new_file
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.window_state import WindowState

if TYPE_CHECKING:
    from dicomdesk.gui.support.faults import FaultBook


class SupportAccess(QObject):
    """Writes bundles, and shows what went wrong the last time. For the Qt thread."""

    def __init__(self, tasks: Tasks, problems: ProblemBook, state: Callable[[], WindowState], window: QWidget) -> None:
        super().__init__(window)
        self._tasks = tasks
        self._problems = problems
        self._state = state
        self._window = window
        self._faults: FaultBook | None = None

    def begin(self) -> None:
        """Take note of faults from now on, and show those of the last time."""
        self._tasks.start(self._begin(), is_routine=True)

    def end(self) -> None:
        """Take no more note of faults."""
        if self._faults is not None:
            self._faults.end()

    def write_bundle(self) -> None:
        """Ask for a file, and write the bundle there."""
        self._tasks.start(self._write())

    async def _begin(self) -> None:
        from dicomdesk.gui.support.faults import FOLDER, FaultBook, take_reports  # noqa: PLC0415 - after the first paint

        folder = paths.state_folder() / FOLDER
        with contextlib.suppress(OSError):  # without a writable home there is nothing to be remembered
            report = await self._tasks.run(take_reports, folder)
            self._faults = FaultBook(folder)
            self._faults.begin()
            if report:
                self.show_report(report)

    def show_report(self, report: str) -> None:
        """Show what went wrong."""
        from dicomdesk.gui.support.fault_dialog import FaultDialog  # noqa: PLC0415 - loaded when it is needed

        FaultDialog(report, self.write_bundle, self._window).show()

    async def _write(self) -> None:
        from dicomdesk.gui.help.about import versions  # noqa: PLC0415 - loaded when it is needed
        from dicomdesk.gui.support.bundle import NAME, Case, write_bundle  # noqa: PLC0415 - loaded when it is needed
        from dicomdesk.gui.support.faults import FOLDER  # noqa: PLC0415 - loaded when it is needed

        chosen = await ask_new_file(self._tasks, self._window, self.tr("Save the support bundle as"), NAME)
        if not chosen:
            return
        state_folder = paths.state_folder()
        case = Case(
            versions=versions(),
            state=self._state(),
            problems=Counter(each.view for each in self._problems),
            log_folder=state_folder / LOG_FOLDER,
            faults_folder=state_folder / FOLDER,
        )
        await self._tasks.run(write_bundle, Path(chosen), case)
        await self._tell(Path(chosen))

    async def _tell(self, path: Path) -> None:
        dialog = QMessageBox(self._window)
        dialog.setIcon(QMessageBox.Icon.Information)
        dialog.setWindowTitle(self.tr("Support bundle"))
        dialog.setText(self.tr("The bundle is written."))
        dialog.setInformativeText(self.tr("{path}\n\nLook into it before you send it to anybody.").format(path=path))
        show = dialog.addButton(self.tr("&Open the folder"), QMessageBox.ButtonRole.ActionRole)
        show.clicked.connect(lambda _=False: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))))
        dialog.addButton(QMessageBox.StandardButton.Close)
        dialog.setTextFormat(Qt.TextFormat.PlainText)
        await self._tasks.ask(dialog)
