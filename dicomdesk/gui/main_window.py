"""The one window: sidebar, views, status line; never modal while something is transferred."""

from dataclasses import replace

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QMainWindow, QWidget

from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.gui.dialogs.problem_list import ProblemList
from dicomdesk.gui.layouts import column_of, resize_on_screen, row_of
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.panels.sidebar import Sidebar
from dicomdesk.gui.panels.status_strip import Figures, StatusStrip
from dicomdesk.gui.panels.view_stack import ViewStack, scrolling
from dicomdesk.gui.panes.associations import AssociationsPane
from dicomdesk.gui.panes.receive import ReceivePane
from dicomdesk.gui.panes.send import SendPane
from dicomdesk.gui.peers.pane import PeersPane
from dicomdesk.gui.problems.book import Problem
from dicomdesk.gui.query.pane import QueryPane
from dicomdesk.gui.questions.closing import ClosingDialog
from dicomdesk.gui.rules.pane import RulesPane
from dicomdesk.gui.security.credentials import Credentials, SecurityAccess
from dicomdesk.gui.security.peer_store import PeerStore
from dicomdesk.gui.security.security_store import SecurityStore
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.gui.view import PeerUse, View, WantedAssociation
from dicomdesk.gui.window_state import WindowState

SMALLEST = (1024, 700)
"""The smallest size in which all is shown as it is meant to be."""
_LEAST = (880, 400)
"""What a full HD screen at 200 % has room for, and less: the sidebar keeps its icons only, and views scroll."""
_FIRST_SIZE = (1280, 800)
_SAVE_AFTER_MS = 1000


class MainWindow(QMainWindow):
    """The window around the views. ``closed`` is emitted once, when it may go."""

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
        self._is_asking = False
        self._is_closing = False
        self.setWindowTitle("dicomdesk")
        self.setWindowIcon(theme.icon("dicomdesk"))
        self.setMinimumSize(*_LEAST)
        self.send = SendPane(theme, session, tasks, state, access)
        self.receive = ReceivePane(theme, session, tasks, state, access)
        self.query = QueryPane(theme, session, tasks, state, access, self.receive)
        self.retrieve = self.query.retrieve
        self.rules = RulesPane(theme, session, tasks, access, self.receive.folder.value)
        self.associations = AssociationsPane(theme, session)
        self.peers = PeersPane(theme, session, tasks, access)
        self._views: tuple[View, ...] = (self.send, self.receive, self.query, self.associations, self.peers, self.rules)
        self.sidebar = Sidebar(theme, [(view.key, view.word()) for view in self._views])
        self.views = ViewStack()
        for view in self._views:
            self.views.addWidget(view)
        self.status = StatusStrip(theme)
        self.problems = ProblemList(theme, session.problems, {view.key: view.word() for view in self._views}, self)
        self._lay_out()
        self.peers.offer_uses([self._use_of(view) for view in self._views if view.peer_word()])
        self._save_timer = QTimer(self)
        self._save_timer.setSingleShot(True)
        self._save_timer.setInterval(_SAVE_AFTER_MS)
        self._connect()
        self._restore(state)
        self._show_figures()

    def state(self) -> WindowState:
        """Return all that is to be remembered."""
        geometry = self.saveGeometry().toBase64().toStdString()
        state = replace(self._state, geometry=geometry, view=self._views[self.views.currentIndex()].key)
        for view in self._views:
            state = view.remember(state)
        return state

    def take_files(self, paths: list[str]) -> None:
        """Come to the front, and add files, folders, DICOMDIRs and ZIP archives to what is to be sent."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()
        if paths and not self._is_closing:
            self.sidebar.choose(self._views.index(self.send))
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
        for view in self._views:
            view.end()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_closing:
            event.accept()
            return
        event.ignore()
        if self._session.is_busy or self._closing_words():
            if not self._is_asking:
                self._tasks.start(self._ask_to_close())
        else:
            self._begin_closing()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.sidebar.show_words(is_shown=self.width() >= SMALLEST[0])

    async def _ask_to_close(self) -> None:
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
        return [words for view in self._views if (words := view.closing_words())]

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
            self._end_views()
            self.setWindowTitle(self.tr("dicomdesk is closing…"))
            self.closed.emit()

    def _lay_out(self) -> None:
        central = QWidget()
        column_of((row_of(self.sidebar, (scrolling(self.views), 1), spacing=0), 1), self.status, inside=central)
        self.setCentralWidget(central)

    def _connect(self) -> None:
        self.sidebar.chosen.connect(self.views.setCurrentIndex)
        self.sidebar.chosen.connect(lambda _number: self._save_timer.start())
        for view in self._views:
            view.state_changed.connect(self._save_timer.start)
            view.association_wanted.connect(self._on_association_wanted)
            view.sending_wanted.connect(self.send.send_files)
            view.peers_wanted.connect(lambda: self.sidebar.choose(self._views.index(self.peers)))
        self._save_timer.timeout.connect(self.state_changed)
        self.status.problems_wanted.connect(self.problems.open)
        self.problems.wanted.connect(self._on_problem_wanted)
        self._session.ticked.connect(self._show_figures)
        self._session.changed.connect(self._show_figures)
        self._tasks.failed.connect(self._on_task_failed)
        quit_keys = QKeySequence(QKeySequence.StandardKey.Quit)
        QShortcut(quit_keys if not quit_keys.isEmpty() else QKeySequence("Ctrl+Q"), self, self.close)

    def _use_of(self, view: View) -> PeerUse:
        def run(peer: KnownPeer) -> None:
            self.sidebar.choose(self._views.index(view))
            view.take_peer(peer)

        return PeerUse(word=view.peer_word(), icon=view.key, run=run)

    def _restore(self, state: WindowState) -> None:
        geometry = QByteArray.fromBase64(QByteArray(state.geometry.encode()))
        if not state.geometry or not self.restoreGeometry(geometry):
            resize_on_screen(self, *_FIRST_SIZE)
        keys = [view.key for view in self._views]
        self.sidebar.choose(keys.index(state.view) if state.view in keys else 0)
        self.send.header.take_first_focus()

    def _show_figures(self) -> None:
        sending = self._session.send_progress()
        receiving = self._session.receive_progress()
        figures = Figures(
            associations=self._session.open_associations,
            up_bytes_per_s=sending.bytes_per_s if sending else 0.0,
            down_bytes_per_s=self.retrieve.bytes_per_s
            + (receiving.bytes_per_s if receiving and receiving.associations else 0.0),
            problems=len(self._session.problems),
        )
        for number, view in enumerate(self._views):
            figures = view.add_figures(figures)
            badge = view.badge()
            self.sidebar.set_badge(number, badge.count, is_alarming=badge.is_alarming)
        self.status.show_figures(figures)

    def _on_problem_wanted(self, problem: Problem) -> None:
        for number, view in enumerate(self._views):
            if view.key == problem.view:
                self.sidebar.choose(number)
                view.show_problem(problem.row)
                self.activateWindow()

    def _on_association_wanted(self, wanted: WantedAssociation) -> None:
        self.sidebar.choose(self._views.index(self.associations))
        self.associations.show_association(wanted)

    def _on_task_failed(self, text: str) -> None:
        self.send.tell(
            Details(title=self.tr("That did not work"), text=text, icon="failed", tone=Tone.BAD, can_copy=True)
        )
