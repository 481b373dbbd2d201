"""The commands of the window itself: views, help, what it is, the whole screen, and the end."""

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QAction, QDesktopServices, QKeySequence
from PySide6.QtWidgets import QWidget

from dicomdesk import paths
from dicomdesk.gui.commands.command import Offer, offer_commands
from dicomdesk.gui.frame.log_access import FOLDER as LOG_FOLDER
from dicomdesk.gui.frame.views import ViewName
from dicomdesk.gui.theme import Theme
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from dicomdesk.gui.help.help_dialog import HelpDialog

_MOST_NUMBERED = 9
_QUIT = "Ctrl+Q"


def _say(text: str) -> str:
    return QCoreApplication.translate("window_commands", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deeds:
    """What the window does when it is asked."""

    open_view: Callable[[str], None]
    """By its key."""
    current_view: Callable[[], str]
    open_problems: Callable[[], None]
    show_log: Callable[[], None]
    """Show the log, or hide it."""
    write_bundle: Callable[[], None]
    """Ask for a file, and write the support bundle."""
    open_settings: Callable[[str], None]
    """At the page of a name, "" for the first."""


class WindowCommands:
    """Makes the commands, and opens what they open. For the Qt thread."""

    def __init__(self, theme: Theme, window: QWidget, names: Sequence[ViewName], deeds: Deeds) -> None:
        self._theme = theme
        self._window = window
        self.names = names
        self._words = {name.key: name.word for name in names}
        self._deeds = deeds
        views = [self._view_offer(number, name) for number, name in enumerate(names, 1)]
        actions = offer_commands(window, [*views, *self._offers()])
        self.actions: dict[str, QAction] = {action.objectName(): action for action in actions}
        """By their names."""
        roles = QAction.MenuRole
        for name, role in (("quit", roles.QuitRole), ("about", roles.AboutRole), ("settings", roles.PreferencesRole)):
            self.actions[name].setMenuRole(role)
        for name in ("full-screen", "log"):
            self.actions[name].setCheckable(True)

    @cached_property
    def help(self) -> "HelpDialog":
        """The help page."""
        from dicomdesk.gui.help.help_dialog import HelpDialog  # noqa: PLC0415 - loaded when it is first opened

        return HelpDialog(self._window)

    def _view_offer(self, number: int, name: ViewName) -> Offer:
        keys = f"Ctrl+{number}" if number <= _MOST_NUMBERED else ""
        return Offer(f"view-{name.key}", name.word, partial(self._deeds.open_view, name.key), keys)

    def _offers(self) -> list[Offer]:
        quit_keys = QKeySequence(QKeySequence.StandardKey.Quit)
        return [
            Offer("quit", _say("&Quit"), self._window.close, _QUIT if quit_keys.isEmpty() else quit_keys.toString()),
            Offer("log", _say("L&og"), self._deeds.show_log, "Ctrl+Shift+J"),
            Offer("log-folder", _say("Open the &folder of the log"), self._on_log_folder),
            Offer("full-screen", _say("&Full screen"), self._on_full_screen, "F11"),
            Offer("problems", _say("&Problems…"), self._deeds.open_problems, "Ctrl+Shift+P"),
            Offer("settings", _say("&Settings…"), partial(self._deeds.open_settings, ""), "Ctrl+,"),
            Offer("keyboard", _say("&Keys…"), partial(self._deeds.open_settings, "keyboard")),
            Offer("help", _say("&Help"), self._on_help, "F1"),
            Offer("bundle", _say("Support &bundle…"), self._deeds.write_bundle),
            Offer("about", _say("&About dicomdesk"), self._on_about),
        ]

    def _on_full_screen(self) -> None:
        is_full = self._window.isFullScreen()
        self.actions["full-screen"].setChecked(not is_full)
        if is_full:
            self._window.showNormal()
        else:
            self._window.showFullScreen()

    def _on_log_folder(self) -> None:
        folder = paths.state_folder() / LOG_FOLDER
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder if folder.is_dir() else folder.parent)))

    def _on_help(self) -> None:
        self.help.open_at(self._words.get(self._deeds.current_view(), ""))

    def _on_about(self) -> None:
        from dicomdesk.gui.help.about import AboutDialog  # noqa: PLC0415 - loaded when it is opened

        AboutDialog(self._theme, self._window).show()
