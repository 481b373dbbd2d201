"""Top of the Send view: peer, buttons, and the switches that go with them."""

from enum import Enum

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QMenu, QWidget

from dicomdesk.gui import wording
from dicomdesk.gui.commands.command import adopt
from dicomdesk.gui.controls.buttons import PrimaryButton, menu_button, plain_button, set_words
from dicomdesk.gui.entries.peer_entry import PeerEntry
from dicomdesk.gui.layouts import row_of
from dicomdesk.gui.panes.peer_setup import PeerSetup
from dicomdesk.gui.security.credentials import SecurityAccess
from dicomdesk.gui.sending.commitments import CommitMenu
from dicomdesk.gui.sending.when_done import WhenDoneMenu
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme
from dicomdesk.gui.window_state import WindowState
from dicomdesk.gui.wording import plain_tip
from dicomdesk.records import dataclass

_ROOM_FOR_ONE_LINE = 1200


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderState:
    """State that decides how the header looks, and what of it can be used."""

    ready: int
    """Instances that are listed, and that nobody has let go yet."""
    finished: int
    """Studies whose instances have all been stored."""
    problems: int
    rows: int
    """Studies in the list."""
    going: int
    """Studies that are on their way, or wait for it."""
    held: int
    """Studies that were paused."""
    is_sending: bool
    is_scanning: bool
    is_checking: bool
    is_echoing: bool
    has_report: bool


class PauseState(Enum):
    """What the button beside Send does."""

    NOTHING = "nothing"
    PAUSE = "pause"
    BREAK_OFF = "break-off"
    GO_ON = "go-on"
    STOP_READING = "stop-reading"


class SendHeader(QWidget):
    """Peer, buttons and menus; tells what is wanted and does nothing of it."""

    primary_wanted = Signal()
    """Send what is ready."""
    pause_wanted = Signal()
    """Pause, break off, go on, or stop reading: whatever the button says."""
    check_wanted = Signal()
    test_wanted = Signal()
    echo_wanted = Signal()
    files_wanted = Signal()
    folder_wanted = Signal()
    report_wanted = Signal()
    retry_wanted = Signal()
    clear_wanted = Signal()
    clear_all_wanted = Signal()
    history_wanted = Signal()
    command_wanted = Signal()

    def __init__(self, theme: Theme, tasks: Tasks, state: WindowState, access: SecurityAccess, view: QWidget) -> None:
        """``view`` is the parent of dialogs, and where the shortcuts of the menus work."""
        super().__init__()
        self._theme = theme
        self._view = view
        self.peer_entry = PeerEntry(state)
        self.peer_setup = PeerSetup(theme, tasks, access, self.peer_entry, view)
        self.at_once = _checkable(view, self.tr("&Send as soon as files are added"), is_checked=state.send_at_once)
        self.lossy = _checkable(view, self.tr("&Decompress lossy images where the peer needs it"), is_checked=False)
        self.resumes = _checkable(
            view, self.tr("Go on by it&self when dicomdesk starts"), is_checked=state.send_resumes
        )
        self.commits = CommitMenu(view, is_asked=state.send_commits)
        self.when_done = WhenDoneMenu(view, state.send_when_done)
        self.test_button = plain_button(
            theme,
            self.tr("Test"),
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
        self.pause = plain_button(theme, self.tr("Pause"), "pause", self.pause_wanted.emit)
        self.pause_state = PauseState.NOTHING
        self.primary = PrimaryButton(theme, self.primary_wanted.emit)
        self.primary.keep_room(self.tr("Send {count}").format(count=wording.count_text(10_000)), "send")
        self._lay_out()

    def show_state(self, state: HeaderState) -> None:
        """Bring words, buttons and menus up to date; cheap, for it is called at each tick."""
        self._show_primary(state)
        self._show_pause(state)
        can_check = state.ready > 0 and not state.is_scanning
        self.check_button.setEnabled(can_check and not state.is_checking)
        self.echo_action.setEnabled(not state.is_echoing)
        self.report_action.setEnabled(state.has_report)
        self.retry_action.setEnabled(state.problems > 0)
        self.clear_action.setEnabled(state.finished > 0)
        self.clear_all_action.setEnabled(state.rows > 0)
        self.command_action.setEnabled(state.rows > 0)

    def take_first_focus(self) -> None:
        """Put the focus where the first thing is to be done: the peer, or what is to be sent."""
        first = self.add_button if self.peer_entry.is_valid() else self.peer_entry.called
        first.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the peer and what is done on one line, or on two where room is short."""
        has_room = self._view.width() >= _ROOM_FOR_ONE_LINE
        directions = QBoxLayout.Direction
        self._lines.setDirection(directions.LeftToRight if has_room else directions.TopToBottom)
        super().resizeEvent(event)

    def _show_primary(self, state: HeaderState) -> None:
        ready = state.ready
        text = self.tr("Send {count}").format(count=wording.count_text(ready)) if ready else self.tr("Send")
        tip = self.tr("Send everything that is ready (Ctrl+Return)") if ready else self.tr("Add files first")
        self.primary.show_action(text, "send", tip, is_enabled=ready > 0 and not state.is_scanning)

    def _show_pause(self, state: HeaderState) -> None:
        word, icon, tip = self.tr("Pause"), "pause", self.tr("Finish what is under way, then wait (Ctrl+.)")
        found = PauseState.PAUSE if state.going else PauseState.NOTHING
        if not state.going and state.is_sending:
            found = PauseState.BREAK_OFF
            word, icon, tip = self.tr("Break off"), "stop", self.tr("Do not wait for what is under way (Ctrl+.)")
        elif not state.going and state.is_scanning:
            found = PauseState.STOP_READING
            word, icon, tip = self.tr("Stop reading"), "stop", self.tr("Keep what was found until now (Ctrl+.)")
        elif not state.going and state.held:
            found = PauseState.GO_ON
            word, icon, tip = self.tr("Go on"), "start", self.tr("Send what was paused (Ctrl+.)")
        if found is not self.pause_state:
            self.pause_state = found
            self._theme.keep_icon(self.pause, icon)
            self.pause.setToolTip(plain_tip(tip))
            set_words(self.pause, word)
            self.pause.setVisible(found is not PauseState.NOTHING)

    # Building.

    def _lay_out(self) -> None:
        self.pause.hide()
        peer, doing = QWidget(), QWidget()
        row_of((self.peer_entry, 10), self.peer_setup.button, self.test_button, 1, inside=peer)
        row_of(self.add_button, self.more_button, 1, self.check_button, self.pause, self.primary, inside=doing)
        self._lines = row_of((peer, 1), doing, inside=self)

    def _make_add_menu(self) -> QMenu:
        menu = QMenu(self._view)
        menu.addAction(self.tr("&Files…"), QKeySequence.StandardKey.Open, self.files_wanted.emit)
        menu.addAction(self.tr("F&older…"), QKeySequence("Ctrl+Shift+O"), self.folder_wanted.emit)
        for name, action in zip(("files", "folder"), menu.actions(), strict=True):
            action.setShortcutVisibleInContextMenu(True)
            adopt(self._view, name, action)
        return menu

    def _make_more_menu(self) -> QMenu:
        menu = QMenu(self._view)
        for option in (self.at_once, self.lossy, self.resumes, *self.commits.actions):
            menu.addAction(option)
        menu.addMenu(self.when_done.menu)
        menu.addSeparator()
        self.echo_action = menu.addAction(self.tr("&Echo the peer"), QKeySequence("Ctrl+E"), self.echo_wanted.emit)
        security = menu.addAction(self.tr("&Peer and its security…"), QKeySequence("Ctrl+K"), self.peer_setup.edit)
        menu.addSeparator()
        self.report_action = menu.addAction(self.tr("Open &report"), QKeySequence("Ctrl+R"), self.report_wanted.emit)
        history = menu.addAction(self.tr("&History…"), QKeySequence("Ctrl+H"), self.history_wanted.emit)
        self.command_action = menu.addAction(
            self.tr("Copy as co&mmand"), QKeySequence("Ctrl+Shift+C"), self.command_wanted.emit
        )
        menu.addSeparator()
        self.retry_action = menu.addAction(self.tr("&Try all problems again"), self.retry_wanted.emit)
        self.clear_action = menu.addAction(self.tr("&Clear finished"), QKeySequence("Ctrl+L"), self.clear_wanted.emit)
        self.clear_all_action = menu.addAction(
            self.tr("Clear &all…"), QKeySequence("Ctrl+Shift+L"), self.clear_all_wanted.emit
        )
        for name, action in (
            ("echo", self.echo_action),
            ("peer", security),
            ("report", self.report_action),
            ("history", history),
            ("copy-command", self.command_action),
            ("retry", self.retry_action),
            ("clear", self.clear_action),
            ("clear-all", self.clear_all_action),
        ):
            adopt(self._view, name, action)
        return menu


def _checkable(parent: QWidget, text: str, *, is_checked: bool) -> QAction:
    action = QAction(text, parent)
    action.setCheckable(True)
    action.setChecked(is_checked)
    return action
