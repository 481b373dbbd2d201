"""The log of the window: what it is told of, where it is kept, and its pane."""

import logging
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from dicomdesk.gui.log.ring import LEVELS, LogRing, line_text
from dicomdesk.gui.preferences.preferences import Preferences
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme
from dicomdesk.human import error_text

if TYPE_CHECKING:
    from dicomdesk.gui.event_bridge import Arrival
    from dicomdesk.gui.log.pane import LogPane

FOLDER = "log"
"""Within the profile's folder for state."""
_PACKAGE = "dicomdesk"


class LogAccess(QObject):
    """Collects lines from the beginning, and keeps them in files once ``begin`` says where. For the Qt thread."""

    def __init__(self, theme: Theme, session: Session, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._tasks = tasks
        self.ring = LogRing()
        self._folder: Path | None = None
        self._keeps = False
        self._kept = 0
        """Lines that are in files, or passed over."""
        self._is_keeping = False
        self._handlers: tuple[logging.Handler, ...] = ()
        for channel in (session.sent, session.received, session.echoed, session.checked):
            channel.arrived.connect(self._take)
        session.ticked.connect(self._on_tick)
        session.second_passed.connect(self._on_second)

    @cached_property
    def pane(self) -> "LogPane":
        """What shows it; built when it is first wanted."""
        from dicomdesk.gui.log.pane import LogPane  # noqa: PLC0415 - loaded when it is first opened

        return LogPane(self._theme, self._tasks, self.ring)

    def begin(self, folder: Path) -> None:
        """Take what the program logs, and keep lines in files of a folder where that is preferred."""
        self._folder = folder
        logger = logging.getLogger(_PACKAGE)
        told = logging.StreamHandler()  # who has started the program from a terminal reads faults there
        told.setLevel(logging.WARNING)
        self._handlers = (self.ring, told)
        for handler in self._handlers:
            logger.addHandler(handler)
        logger.setLevel(self.ring.level)

    def end(self) -> None:
        """Take no more of what the program logs."""
        logger = logging.getLogger(_PACKAGE)
        for handler in self._handlers:
            logger.removeHandler(handler)
        self._handlers = ()
        logger.setLevel(logging.NOTSET)

    def prefer(self, preferences: Preferences) -> None:
        """Take what is preferred of logs."""
        self.ring.setLevel(preferences.log_level if preferences.log_level in LEVELS else LEVELS[1])
        if self._handlers:
            logging.getLogger(_PACKAGE).setLevel(self.ring.level)
        self._keeps = preferences.keeps_log

    def flush(self) -> None:
        """Write what is not in files yet, now. Not for the Qt thread."""
        from dicomdesk.gui.log.log_file import append_lines  # noqa: PLC0415 - after the first paint

        self._kept, new = self.ring.since(self._kept)
        if self._folder is not None and self._keeps and new:
            append_lines(self._folder, [line_text(line) for line in new])

    def _take(self, arrivals: "list[Arrival[object]]") -> None:
        from dicomdesk.gui.log.told import told_of  # noqa: PLC0415 - after the first paint

        for level, text in told_of(arrivals):
            self.ring.write(level, text)

    def _on_tick(self) -> None:
        if "pane" in self.__dict__:
            self.pane.refresh()

    def _on_second(self) -> None:
        if self._folder is not None and not self._is_keeping and self._kept != self.ring.written:
            self._is_keeping = True
            self._tasks.start(self._keep(), is_routine=True)

    async def _keep(self) -> None:
        shelf = self._session.problems.shelf("")
        try:
            await self._tasks.run(self.flush)
        except OSError as error:
            words = self.tr("{folder} cannot be written: {reason}. The log is kept until the window closes.")
            reason = error_text(error, names_file=False)
            shelf.report("log", self.tr("The log is not kept"), words.format(folder=self._folder, reason=reason))
        else:
            shelf.mend("log")
        finally:
            self._is_keeping = False
