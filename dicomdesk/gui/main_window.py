"""The one window: sidebar, views, status line; never modal while something is transferred."""

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QWidget

from dicomdesk import paths
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.gui.commands.command import commands_of, keys_text
from dicomdesk.gui.commands.keyboard import WINDOW, Keyboard
from dicomdesk.gui.frame.appearance import AppearanceButton
from dicomdesk.gui.frame.background import Background
from dicomdesk.gui.frame.log_access import FOLDER as LOG_FOLDER
from dicomdesk.gui.frame.log_access import LogAccess
from dicomdesk.gui.frame.menu_bar import MenuBar, Menus
from dicomdesk.gui.frame.support_access import SupportAccess
from dicomdesk.gui.frame.views import KEYS, Surroundings, ViewName, Views
from dicomdesk.gui.frame.window_commands import Deeds, WindowCommands
from dicomdesk.gui.layouts import OnScreen, column_of, resize_on_screen, row_of
from dicomdesk.gui.outline.view import OutlineView
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.panels.sidebar import Sidebar
from dicomdesk.gui.panels.status_strip import Figures, StatusStrip
from dicomdesk.gui.panels.view_stack import ViewStack, scrolling
from dicomdesk.gui.preferences.preferences import Preferences, keep_preferences, preferences_of
from dicomdesk.gui.security.credentials import Credentials, SecurityAccess
from dicomdesk.gui.security.peer_store import PeerStore
from dicomdesk.gui.security.security_store import SecurityStore
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.gui.view import PeerUse, View, WantedAssociation
from dicomdesk.gui.window_state import WindowState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dicomdesk.gui.archive.pane import ArchivePane
    from dicomdesk.gui.dialogs.first_start import FirstStartDialog, Proposal
    from dicomdesk.gui.dialogs.problem_list import ProblemList
    from dicomdesk.gui.panes.associations import AssociationsPane
    from dicomdesk.gui.panes.receive import ReceivePane
    from dicomdesk.gui.panes.send import SendPane
    from dicomdesk.gui.peers.pane import PeersPane
    from dicomdesk.gui.problems.book import Problem
    from dicomdesk.gui.query.pane import QueryPane
    from dicomdesk.gui.questions.confirm import ConfirmDialog
    from dicomdesk.gui.retrieve.part import RetrievePart
    from dicomdesk.gui.rules.pane import RulesPane
    from dicomdesk.gui.settings.dialog import Kept, SettingsDialog

SMALLEST = (1024, 700)
"""The smallest size in which all is shown as it is meant to be."""
_LEAST = (880, 400)
"""What a full HD screen at 200 % has room for, and less: the sidebar keeps its icons only, and views scroll."""
_FIRST_SIZE = (1280, 800)
_SAVE_AFTER_MS = 1000


class MainWindow(QMainWindow):
    """The window around the views. ``closed`` is emitted once, when it may go.

    The view that is shown first is there from the start; each of the others is built when it is first shown or asked
    for, or by ``build_next``.
    """

    closed = Signal()
    state_changed = Signal()
    """Something worth remembering has changed; ``state()`` has it."""

    def __init__(
        self, theme: Theme, session: Session, tasks: Tasks, state: WindowState, access: SecurityAccess | None = None
    ) -> None:
        """``access`` has the address book and the security of the listener; None begins without any."""
        super().__init__()
        access = access or SecurityAccess(store=SecurityStore(), peers=PeerStore(), credentials=Credentials(tasks))
        self._session = session
        self._tasks = tasks
        self._state = state
        self._columns = dict(state.columns)
        self._lists: dict[str, OutlineView] = {}
        """Those whose columns are remembered."""
        self._is_asking = False
        self._is_closing = False
        self._silence: ConfirmDialog | None = None
        """Asks what is to be done, while the engine does not answer."""
        profile = paths.profile_name()
        self.setWindowTitle(f"dicomdesk ({profile})" if profile else "dicomdesk")
        self.setWindowIcon(theme.icon("dicomdesk"))
        self.setMinimumSize(*_LEAST)
        self._theme = theme
        self._all = Views(Surroundings(theme=theme, session=session, tasks=tasks, state=state, access=access), self)
        self._names = self._all.names()
        self.appearance = AppearanceButton(theme, state.appearance)
        self.sidebar = Sidebar(theme, [(name.key, name.word) for name in self._names], self.appearance)
        self.views = ViewStack(len(KEYS))
        self.status = StatusStrip(theme)
        self.support = SupportAccess(tasks, session.problems, self.state, self)
        deeds = Deeds(
            open_view=self.open_view,
            current_view=self._current_view,
            open_problems=self._on_problems_wanted,
            open_settings=self.open_settings,
            show_log=self._on_log,
            write_bundle=self.support.write_bundle,
        )
        self.commands = WindowCommands(theme, self, self._names, deeds)
        self.keyboard = Keyboard(state.keys, self)
        self.preferences = preferences_of(state.preferences)
        """What the user prefers of the whole program."""
        self.log = LogAccess(theme, session, tasks, self)
        self.log.prefer(self.preferences)
        self.background = Background(theme, session, tasks, self, self._tray_offers)
        self.background.prefer(self.preferences)
        self.background.explained.connect(lambda: self._prefer(replace(self.preferences, knows_tray=True)))
        self._settings: SettingsDialog | None = None
        self._welcome: FirstStartDialog | None = None
        self.keyboard.take(WINDOW, self)
        self._lay_out()
        self._save_timer = QTimer(self)
        self._save_timer.setSingleShot(True)
        self._save_timer.setInterval(_SAVE_AFTER_MS)
        self._connect()
        self._restore(state)
        self._show_figures()

    @property
    def send(self) -> "SendPane":
        """The Send view."""
        return self._all.send

    @property
    def receive(self) -> "ReceivePane":
        """The Receive view."""
        return self._all.receive

    @property
    def query(self) -> "QueryPane":
        """The Query/Retrieve view."""
        return self._all.query

    @property
    def retrieve(self) -> "RetrievePart":
        """What retrieves, in the Query/Retrieve view."""
        return self._all.query.retrieve

    @property
    def archive(self) -> "ArchivePane":
        """The Archive view."""
        return self._all.archive

    @property
    def associations(self) -> "AssociationsPane":
        """The Associations view."""
        return self._all.associations

    @property
    def peers(self) -> "PeersPane":
        """The Peers view."""
        return self._all.peers

    @property
    def rules(self) -> "RulesPane":
        """The Rules view."""
        return self._all.rules

    @cached_property
    def problems(self) -> "ProblemList":
        """The list of problems."""
        from dicomdesk.gui.dialogs.problem_list import ProblemList  # noqa: PLC0415 - loaded when it is first opened

        words = {name.key: name.word for name in self._names}
        problems = ProblemList(self._theme, self._session.problems, words, self)
        problems.wanted.connect(self._on_problem_wanted)
        return problems

    def begin_log(self) -> None:
        """Keep the log in the profile from now on, and show it where it was shown the last time."""
        self.log.begin(paths.state_folder() / LOG_FOLDER)
        self.support.begin()
        self.background.begin()
        if self._state.shows_log:
            self.show_log(is_shown=True)

    def show_log(self, *, is_shown: bool) -> None:
        """Show the log at the foot of the window, or hide it."""
        self.commands.actions["log"].setChecked(is_shown)
        if is_shown and self._halves.count() == 1:
            self._halves.addWidget(self.log.pane)
            self.log.pane.close_wanted.connect(lambda: self.show_log(is_shown=False))
        if self._halves.count() > 1:
            self.log.pane.setVisible(is_shown)
        self._save_timer.start()

    def _on_log(self) -> None:
        is_shown = self.commands.actions["log"].isChecked()
        self.show_log(is_shown=is_shown)
        if is_shown:
            self.log.pane.search.setFocus()

    def open_settings(self, page: str = "") -> None:
        """Show the settings, at the page of a name."""
        if self._settings is None:
            self._tasks.start(self._ask_settings(page))
        else:
            self._settings.activateWindow()

    async def _ask_settings(self, page: str) -> None:
        from dicomdesk.gui.settings.dialog import Kept, SettingsDialog  # noqa: PLC0415 - loaded when it is opened

        kept = Kept(state=self.state(), preferences=self.preferences)
        words = {name.key: name.word for name in self._names}
        dialog = self._settings = SettingsDialog(self._theme, self._tasks, kept, self.keyboard, words, self)
        if page:
            dialog.open_page(getattr(dialog, page))
        try:
            is_saved = await self._tasks.ask(dialog)
        finally:
            self._settings = None
        if is_saved and not self._is_closing:
            self._adopt(dialog.kept(), dialog.keyboard.chosen())

    def _adopt(self, kept: "Kept", keys: "Mapping[str, str]") -> None:
        """Take what was saved in the settings."""
        self._state = kept.state
        self.appearance.choose(kept.state.appearance)
        self.keyboard.choose(keys)
        for view in self._all:
            view.adopt(self._state)
        self._prefer(kept.preferences)

    def _prefer(self, preferences: Preferences) -> None:
        """Take other preferences, and remember them."""
        self.preferences = preferences
        self._state = keep_preferences(self._state, preferences)
        for each in (self.log, self.background, *self._all):
            each.prefer(preferences)
        self._save_timer.start()

    def ask_first_start(self) -> None:
        """Ask what this machine is called, where it listens, and where received instances go."""
        self._tasks.start(self._ask_first_start())

    async def _ask_first_start(self) -> None:
        from dicomdesk.gui.dialogs import first_start  # noqa: PLC0415 - only at a first start

        proposal = await self._tasks.run(first_start.propose, Path.home(), first_start.is_port_free)
        if self._is_closing:
            return
        dialog = self._welcome = first_start.FirstStartDialog(self._theme, self._tasks, proposal, self)
        try:
            is_accepted = await self._tasks.ask(dialog)
        finally:
            self._welcome = None
        if is_accepted and not self._is_closing:
            self._take_proposal(dialog.chosen())

    def _take_proposal(self, chosen: "Proposal") -> None:
        self._state = replace(
            self.state(),
            calling_ae_title=chosen.ae_title,
            listen_ae_title=chosen.ae_title,
            listen_port=str(chosen.port),
            listen_folder=str(chosen.folder),
        )
        for view in self._all:
            view.adopt(self._state)
        self._save_timer.start()

    def _tray_offers(self) -> list[QAction]:
        """What the menu of the tray has."""
        wanted = ((self.receive, "listen"), (self.send, "pause"))
        found = [action for view, name in wanted for action in commands_of(view) if action.objectName() == name]
        return [*found, self.commands.actions["problems"], self.commands.actions["quit"]]

    def load_next(self) -> None:
        """Load what the next view is made of, so that ``build_next`` takes less at once."""
        for key in self._all.lacking()[:1]:
            self._all.load(key)

    def build_next(self) -> bool:
        """Build one more view; False where all are there."""
        lacking = self._all.lacking()
        if lacking:
            self._all.find(lacking[0])
        return bool(self._all.lacking())

    def build_all(self) -> None:
        """Build all views that are not there yet."""
        while self.build_next():
            pass

    def open_view(self, key: str) -> None:
        """Show a view, by its key."""
        self.sidebar.choose(KEYS.index(key))

    def state(self) -> WindowState:
        """Return all that is to be remembered."""
        geometry = self.saveGeometry().toBase64().toStdString()
        self._columns |= {name: widths for name, list_ in self._lists.items() if (widths := list_.widths())}
        state = replace(
            self._state,
            geometry=geometry,
            view=self._current_view(),
            appearance=self._theme.appearance.value,
            columns=dict(self._columns),
            keys=self.keyboard.chosen,
            shows_log=self.commands.actions["log"].isChecked(),
        )
        for view in self._all:
            state = view.remember(state)
        return state

    def take_files(self, paths: list[str]) -> None:
        """Come to the front, and add files, folders, DICOMDIRs and ZIP archives to what is to be sent."""
        self.background.show()
        if paths and not self._is_closing:
            self.open_view("send")
            self.send.list.dropped.emit(paths)

    def close_without_asking(self) -> None:
        """Begin to close, whatever is going on: for signals and the end of the desktop's session."""
        self._begin_closing()

    def leave(self) -> None:
        """Close without asking: everything is over."""
        self._is_closing = True
        self._end_views()
        self.close()

    def _end_views(self) -> None:
        for view in self._all:
            view.end()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_closing:
            event.accept()
            return
        event.ignore()
        if event.spontaneous() and self.background.takes_window():
            return
        if self._session.is_busy or self._closing_words():
            if not self._is_asking:
                self._tasks.start(self._ask_to_close())
        else:
            self._begin_closing()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.sidebar.show_words(is_shown=self.width() >= SMALLEST[0])

    async def _ask_to_close(self) -> None:
        from dicomdesk.gui.questions.closing import ClosingDialog  # noqa: PLC0415 - loaded when it is needed

        self._is_asking = True
        try:
            dialog = ClosingDialog(self._what_goes_on(), self, is_running=self._session.is_busy)
            await self._tasks.ask(dialog)
            shall_close = dialog.shall_close()
        finally:
            self._is_asking = False
        if shall_close:
            self._begin_closing()

    def _closing_words(self) -> list[str]:
        return [words for view in self._all if (words := view.closing_words())]

    def _what_goes_on(self) -> str:
        told = self._closing_words()
        if self._session.is_sending and not told:
            told.append(self.tr("Instances are being sent."))
        if self._session.retrieving:
            told.append(self.tr("Instances are being retrieved."))
        receiving = self._session.receive_progress()
        if receiving is not None and receiving.associations:
            told.append(self.tr("Somebody is sending to this machine."))
        return "\n".join(told)

    def _begin_closing(self) -> None:
        if not self._is_closing:
            self._is_closing = True
            self.views.setEnabled(False)
            self.background.end()
            for dialog in (self._settings, self._welcome):
                if dialog is not None:
                    dialog.reject()
            self._end_views()
            self.setWindowTitle(self.tr("dicomdesk is closing…"))
            self.closed.emit()

    def _lay_out(self) -> None:
        central = QWidget()
        above = QWidget()
        row_of(self.sidebar, (scrolling(self.views), 1), inside=above, spacing=0)
        self._halves = QSplitter(Qt.Orientation.Vertical)
        self._halves.setChildrenCollapsible(False)
        self._halves.setHandleWidth(1)
        self._halves.addWidget(above)
        self._halves.setStretchFactor(0, 1)
        column_of((self._halves, 1), self.status, inside=central)
        self.setCentralWidget(central)
        menus = Menus(
            names=self._names,
            find=self._all.find,
            current=self._current_view,
            open=self.open_view,
            commands=self.commands.actions,
            appearance=self.appearance.menu,
        )
        self.menu_bar = MenuBar(menus, self)
        self.setMenuBar(self.menu_bar)

    def _connect(self) -> None:
        self.sidebar.chosen.connect(self._on_chosen)
        self._all.built.connect(self._on_built)
        self._save_timer.timeout.connect(self.state_changed)
        self.appearance.changed.connect(self._save_timer.start)
        self.status.problems_wanted.connect(self._on_problems_wanted)
        self._session.ticked.connect(self._show_figures)
        self._session.changed.connect(self._show_figures)
        self._tasks.failed.connect(self._on_task_failed)
        self._tasks.asked.connect(OnScreen)
        if self._session.host is not None:
            self._session.host.silent.connect(self._on_engine_silent)
        self.keyboard.changed.connect(self._save_timer.start)
        self.keyboard.changed.connect(self._show_keys)
        self._show_keys()

    def _on_built(self, view: View) -> None:
        self.views.put(KEYS.index(view.key), view)
        self.keyboard.take(view.key, view)
        view.prefer(self.preferences)
        view.state_changed.connect(self._save_timer.start)
        for number, each in enumerate(view.findChildren(OutlineView)):
            self._remember_columns(f"{view.key}-{number}", each)
        view.association_wanted.connect(self._on_association_wanted)
        view.sending_wanted.connect(self._on_sending_wanted)
        view.peers_wanted.connect(lambda: self.open_view("peers"))
        if view.key == "send":
            self.send.flow.finished.connect(self.background.tell_sent)
        if view.key == "receive":
            self.receive.archive_wanted.connect(self._on_archive_wanted)
        if view.key == "peers":
            self.peers.offer_uses([self._use_of(name) for name in self._names if name.peer_word])

    def _show_keys(self) -> None:
        for number, name in enumerate(self._names):
            self.sidebar.show_keys(number, keys_text(self.commands.actions[f"view-{name.key}"].shortcut()))

    def _current_view(self) -> str:
        return KEYS[self.views.currentIndex()]

    def _remember_columns(self, name: str, view: OutlineView) -> None:
        self._lists[name] = view
        widths = self._columns.get(name)
        if isinstance(widths, dict):
            view.take_widths(widths)
        view.widths_changed.connect(self._save_timer.start)

    def _on_sending_wanted(self, paths: list[str], peer: KnownPeer) -> None:
        self.send.send_files(paths, peer)

    def _on_archive_wanted(self, port: int) -> None:
        self.open_view("archive")
        self.archive.receive(port)

    def _on_problems_wanted(self) -> None:
        self.problems.open()

    def _on_chosen(self, number: int) -> None:
        self._all.find(KEYS[number])
        self.views.setCurrentIndex(number)
        self._save_timer.start()

    def _use_of(self, name: ViewName) -> PeerUse:
        def run(peer: KnownPeer) -> None:
            self.open_view(name.key)
            self._all.find(name.key).take_peer(peer)

        return PeerUse(word=name.peer_word, icon=name.key, run=run)

    def _restore(self, state: WindowState) -> None:
        geometry = QByteArray.fromBase64(QByteArray(state.geometry.encode()))
        if not state.geometry or not self.restoreGeometry(geometry):
            resize_on_screen(self, *_FIRST_SIZE)
        self.open_view(state.view if state.view in KEYS else KEYS[0])

    def _show_figures(self) -> None:
        sending = self._session.send_progress()
        receiving = self._session.receive_progress()
        figures = Figures(
            associations=self._session.open_associations,
            up_bytes_per_s=sending.bytes_per_s if sending else 0.0,
            down_bytes_per_s=receiving.bytes_per_s if receiving and receiving.associations else 0.0,
            problems=len(self._session.problems),
        )
        for view in self._all:
            figures = view.add_figures(figures)
            badge = view.badge()
            self.sidebar.set_badge(KEYS.index(view.key), badge.count, is_alarming=badge.is_alarming)
        self.status.show_figures(figures)
        self.background.show_figures(figures)

    def _on_engine_silent(self, words: str) -> None:
        if not words and self._silence is not None:
            self._silence.reject()  # it answers: there is nothing to be decided any more
        elif words and self._silence is None and not self._is_closing:
            self._tasks.start(self._ask_to_begin_anew(words))

    async def _ask_to_begin_anew(self, words: str) -> None:
        from dicomdesk.gui.questions.confirm import ConfirmDialog  # noqa: PLC0415 - loaded when it is needed

        title, word = self.tr("The engine does not answer"), self.tr("&Begin it anew")
        dialog = self._silence = ConfirmDialog(title, words, word, self, keep_word=self.tr("&Wait"))
        try:
            await self._tasks.ask(dialog)
            shall_begin = dialog.is_confirmed()
        finally:
            self._silence = None
        if shall_begin and self._session.host is not None:
            self._session.host.begin_anew()

    def _on_problem_wanted(self, problem: "Problem") -> None:
        if problem.view in KEYS:
            self.open_view(problem.view)
            self._all.find(problem.view).show_problem(problem.row)
            self.activateWindow()

    def _on_association_wanted(self, wanted: WantedAssociation) -> None:
        self.open_view("associations")
        self.associations.show_association(wanted)

    def _on_task_failed(self, text: str) -> None:
        self.send.tell(
            Details(title=self.tr("That did not work"), text=text, icon="failed", tone=Tone.BAD, can_copy=True)
        )
