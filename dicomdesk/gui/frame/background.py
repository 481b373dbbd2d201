"""Life without the window in sight: the tray, closing to it, and notices of what has ended."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from dicomdesk.gui.frame.tray import Tray
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.panels.status_strip import Figures
from dicomdesk.gui.preferences.preferences import Preferences
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme


class Background(QObject):
    """Hides the window and brings it back. For the Qt thread; nothing is shown before ``begin``."""

    explained = Signal()
    """The user knows where the window goes."""

    def __init__(
        self,
        theme: Theme,
        session: Session,
        tasks: Tasks,
        window: QWidget,
        offers: Callable[[], Sequence[QAction]],
    ) -> None:
        """``offers`` returns what the menu of the tray has."""
        super().__init__(window)
        self._session = session
        self._tasks = tasks
        self._window = window
        self._preferences = Preferences()
        self._has_begun = False
        self._is_asking = False
        self._retrieving = 0
        self.tray = Tray(theme, window, offers)
        self.tray.show_wanted.connect(self.show_or_hide)
        session.changed.connect(self._on_session)

    def begin(self) -> None:
        """Show the icon, where it is wanted."""
        self._has_begun = True
        self.prefer(self._preferences)

    def prefer(self, preferences: Preferences) -> None:
        """Take what is preferred."""
        self._preferences = preferences
        if self._has_begun:
            self.tray.prefer(is_wanted=preferences.has_tray)

    def show_figures(self, figures: Figures) -> None:
        """Show what goes on, and the window again where the tray is gone that it was closed to."""
        if self._has_begun:
            self.tray.show_figures(figures, is_sending=self._session.is_sending)
            if self._window.isHidden() and not self.tray.is_there:
                self.show()

    def takes_window(self) -> bool:
        """Whether the window that its user closes goes to the tray; where nobody has said so yet, that is asked."""
        if not (self._preferences.closes_to_tray and self.tray.is_there):
            return False
        if self._preferences.knows_tray:
            self._window.hide()
        elif not self._is_asking:
            self._tasks.start(self._explain())
        return True

    def show(self) -> None:
        """Bring the window to the front."""
        self._window.show()
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.raise_()
        self._window.activateWindow()

    def show_or_hide(self) -> None:
        """Bring the window to the front, or hide it where it is there."""
        if self._window.isVisible() and self._window.isActiveWindow() and self.tray.is_there:
            self._window.hide()
        else:
            self.show()

    def tell_sent(self, result: Details) -> None:
        """Everything is sent, with this result."""
        self._tell(result.title, result.text)

    def end(self) -> None:
        """Take the icon away."""
        self._has_begun = False
        self.tray.end()

    def _tell(self, title: str, text: str) -> None:
        if self._has_begun and self._preferences.notifies:
            self.tray.tell(title, text)

    def _on_session(self) -> None:
        before, self._retrieving = self._retrieving, len(self._session.retrieving)
        if before and not self._retrieving:
            problems = len(self._session.problems)
            text = self.tr("The list of problems says what is lacking.") if problems else ""
            self._tell(self.tr("What was to be retrieved has been asked for, and all answers are there"), text)

    async def _explain(self) -> None:
        from dicomdesk.gui.questions.confirm import ConfirmDialog  # noqa: PLC0415 - loaded when it is needed

        self._is_asking = True
        words = self.tr(
            "It goes on receiving and sending, and its icon in the tray brings the window back. File, Quit ends it; "
            "Settings, General has the choice."
        )
        try:
            title = self.tr("dicomdesk goes on in the tray")
            dialog = ConfirmDialog(title, words, self.tr("&Close to the tray"), self._window)
            await self._tasks.ask(dialog)
            is_confirmed = dialog.is_confirmed()
        finally:
            self._is_asking = False
        if is_confirmed:
            self.explained.emit()
            if self.tray.is_there:
                self._window.hide()
