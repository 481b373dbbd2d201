"""Top of the Send view: peer, buttons, and the switches that go with them."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from dicomdesk.gui import wording
from dicomdesk.gui.controls.buttons import PrimaryButton, menu_button, plain_button, show_word
from dicomdesk.gui.entries.peer_entry import PeerEntry
from dicomdesk.gui.layouts import row_of
from dicomdesk.gui.panes.peer_setup import PeerSetup
from dicomdesk.gui.security.credentials import SecurityAccess
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme
from dicomdesk.gui.window_state import WindowState

_ROOM_FOR_WORDS = 960


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderState:
    """State that decides how the header looks, and what of it can be used."""

    waiting: int
    """Instances that wait."""
    finished: int
    """Instances that the peer has stored."""
    problems: int
    cancels: int
    """How often the transfer was asked to end, 0 to 2."""
    is_sending: bool
    is_scanning: bool
    is_checking: bool
    is_echoing: bool
    has_report: bool


class SendHeader(QWidget):
    """Peer, buttons and menus; tells what is wanted and does nothing of it."""

    primary_wanted = Signal()
    """Send, stop, or stop now: whatever the button says."""
    check_wanted = Signal()
    test_wanted = Signal()
    echo_wanted = Signal()
    files_wanted = Signal()
    folder_wanted = Signal()
    report_wanted = Signal()
    retry_wanted = Signal()
    clear_wanted = Signal()

    def __init__(self, theme: Theme, tasks: Tasks, state: WindowState, access: SecurityAccess, view: QWidget) -> None:
        """``view`` is the parent of dialogs, and where the shortcuts of the menus work."""
        super().__init__()
        self._theme = theme
        self._view = view
        self.peer_entry = PeerEntry(state)
        self.peer_setup = PeerSetup(theme, tasks, access, self.peer_entry, view)
        self.at_once = _checkable(view, self.tr("&Send as soon as files are added"), is_checked=state.send_at_once)
        self.lossy = _checkable(view, self.tr("&Decompress lossy images where the peer needs it"), is_checked=False)
        self.test_button = plain_button(
            theme,
            self.tr("T&est"),
            "test",
            self.test_wanted.emit,
            self.tr("Check the connection step by step (Ctrl+T)"),
        )
        self.check_button = plain_button(
            theme,
            self.tr("&Check"),
            "check",
            self.check_wanted.emit,
            self.tr("See how everything that waits would go, without sending (Ctrl+Shift+Return)"),
        )
        self.add_menu = self._make_add_menu()
        self.add_button = menu_button(
            theme, self.tr("&Add"), "add", self.add_menu, self.tr("Add files, folders, DICOMDIR, ZIP")
        )
        self.more_button = menu_button(theme, "", "more", self._make_more_menu(), self.tr("More"))
        self.primary = PrimaryButton(theme, self.primary_wanted.emit)
        self._lay_out()

    def show_state(self, state: HeaderState) -> None:
        """Bring words, buttons and menus up to date; cheap, for it is called at each tick."""
        self._show_primary(state)
        is_idle = not state.is_sending
        self.peer_entry.set_fields_enabled(is_enabled=is_idle)
        self.peer_setup.button.setEnabled(is_idle)
        can_check = state.waiting > 0 and is_idle and not state.is_scanning
        self.check_button.setEnabled(can_check and not state.is_checking)
        self.echo_action.setEnabled(not state.is_echoing)
        self.report_action.setEnabled(state.has_report)
        self.retry_action.setEnabled(state.problems > 0 and is_idle)
        self.clear_action.setEnabled(state.finished > 0 and is_idle)

    def take_first_focus(self) -> None:
        """Put the focus where the first thing is to be done: the peer, or what is to be sent."""
        first = self.add_button if self.peer_entry.is_valid() else self.peer_entry.called
        first.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep only the icons of Test and Check where room is short."""
        has_room = self._view.width() >= _ROOM_FOR_WORDS
        for button, word in ((self.test_button, self.tr("Test")), (self.check_button, self.tr("Check"))):
            show_word(button, word, is_shown=has_room)
        super().resizeEvent(event)

    def _show_primary(self, state: HeaderState) -> None:
        if state.is_sending:
            if state.cancels == 0:
                tip = self.tr("Finish the current instance, then stop (Ctrl+Return)")
                self.primary.show_action(self.tr("Stop"), "stop", tip)
            else:
                tip = self.tr("Abort the association without waiting (Ctrl+Return)")
                is_enabled = state.cancels == 1
                self.primary.show_action(
                    self.tr("Stop now") if is_enabled else self.tr("Stopping…"), "stop", tip, is_enabled=is_enabled
                )
            return
        waiting = state.waiting
        text = self.tr("Send {count}").format(count=wording.count_text(waiting)) if waiting else self.tr("Send")
        tip = self.tr("Send everything that waits (Ctrl+Return)") if waiting else self.tr("Add files first")
        self.primary.show_action(text, "send", tip, is_enabled=waiting > 0 and not state.is_scanning)

    # Building.

    def _lay_out(self) -> None:
        right = (self.add_button, self.more_button, self.check_button, self.primary)
        row_of((self.peer_entry, 10), self.peer_setup.button, self.test_button, 1, *right, inside=self)

    def _make_add_menu(self) -> QMenu:
        menu = QMenu(self._view)
        menu.addAction(self.tr("&Files…"), QKeySequence.StandardKey.Open, self.files_wanted.emit)
        menu.addAction(self.tr("F&older…"), QKeySequence("Ctrl+Shift+O"), self.folder_wanted.emit)
        for action in menu.actions():
            action.setShortcutVisibleInContextMenu(True)
        return menu

    def _make_more_menu(self) -> QMenu:
        menu = QMenu(self._view)
        menu.addAction(self.at_once)
        menu.addAction(self.lossy)
        menu.addSeparator()
        self.echo_action = menu.addAction(self.tr("&Echo the peer"), QKeySequence("Ctrl+E"), self.echo_wanted.emit)
        security = menu.addAction(self.tr("&Peer and its security…"), QKeySequence("Ctrl+K"), self.peer_setup.edit)
        menu.addSeparator()
        self.report_action = menu.addAction(self.tr("Open &report"), QKeySequence("Ctrl+R"), self.report_wanted.emit)
        self.retry_action = menu.addAction(self.tr("&Try all problems again"), self.retry_wanted.emit)
        self.clear_action = menu.addAction(self.tr("&Clear finished"), QKeySequence("Ctrl+L"), self.clear_wanted.emit)
        for action in (self.echo_action, security, self.report_action, self.clear_action):
            self._view.addAction(action)
        return menu


def _checkable(parent: QWidget, text: str, *, is_checked: bool) -> QAction:
    action = QAction(text, parent)
    action.setCheckable(True)
    action.setChecked(is_checked)
    return action
