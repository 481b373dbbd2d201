"""What happens when everything is sent: nothing, a notification, or the end of the program."""

from enum import Enum

from PySide6.QtCore import QCoreApplication, QObject, QTimer
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon, QWidget

from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.theme import Theme

__all__ = ["WhenDone", "WhenDoneMenu", "WhenDoneRun"]

QUIT_AFTER_MS = 10_000
_SHOWN_MS = 10_000


def _say(text: str) -> str:
    return QCoreApplication.translate("when_done", text)


class WhenDone(Enum):
    """What happens when everything is sent; the value is what is kept."""

    NOTHING = "nothing"
    NOTIFY = "notify"
    QUIT = "quit"


class WhenDoneMenu:
    """The choice of that, as a menu; one is always chosen."""

    def __init__(self, view: QWidget, chosen: str) -> None:
        self.menu = QMenu(_say("&When everything is sent"), view)
        self._actions: dict[WhenDone, QAction] = {}
        group = QActionGroup(view)
        words = {
            WhenDone.NOTHING: _say("Do &nothing"),
            WhenDone.NOTIFY: _say("Show a n&otification"),
            WhenDone.QUIT: _say("&Quit dicomdesk"),
        }
        known = {each.value for each in WhenDone}
        for choice, word in words.items():
            self._actions[choice] = action = QAction(word, view)
            action.setCheckable(True)
            action.setChecked(choice.value == (chosen if chosen in known else WhenDone.NOTHING.value))
            group.addAction(action)
            self.menu.addAction(action)
        self.changed = group.triggered

    @property
    def chosen(self) -> WhenDone:
        """What is chosen."""
        return next((choice for choice, action in self._actions.items() if action.isChecked()), WhenDone.NOTHING)

    def choose(self, choice: WhenDone) -> None:
        """Choose as a click does."""
        self._actions[choice].trigger()


class WhenDoneRun(QObject):
    """Does what was chosen; before it quits there is time to say no. For the Qt thread."""

    def __init__(self, theme: Theme, view: QWidget) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view
        self._tray: QSystemTrayIcon | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(QUIT_AFTER_MS)
        self._timer.timeout.connect(self._quit)

    @property
    def is_about_to_quit(self) -> bool:
        """Whether the program ends soon."""
        return self._timer.isActive()

    def run(self, choice: WhenDone, result: Details) -> None:
        """Everything is sent, with this result."""
        if choice is WhenDone.NOTIFY:
            self._notify(result)
        elif choice is WhenDone.QUIT:
            self._timer.start()

    def stay(self) -> None:
        """Do not quit after all."""
        self._timer.stop()

    def _notify(self, result: Details) -> None:
        QApplication.alert(self._view.window())
        if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
            if self._tray is None:
                self._tray = QSystemTrayIcon(self._theme.icon("dicomdesk"), self)
                self._tray.messageClicked.connect(self._view.window().activateWindow)
            self._tray.show()
            self._tray.showMessage(result.title, result.text, self._theme.icon("dicomdesk"), _SHOWN_MS)
            QTimer.singleShot(2 * _SHOWN_MS, self._tray, self._tray.hide)

    def _quit(self) -> None:
        self._view.window().close()
