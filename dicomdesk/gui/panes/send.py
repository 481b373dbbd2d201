"""The Send view: peer, queue, and details of what is selected."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QMenu

from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.gui import wording
from dicomdesk.gui.commands.command import FIND, FIND_KEYS, Offer, offer_commands
from dicomdesk.gui.layouts import HEADER_MARGINS, column_of
from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.panels.details import Action, Details, DetailsStrip
from dicomdesk.gui.panels.speed_graph import SpeedGraph
from dicomdesk.gui.panels.status_strip import Figures
from dicomdesk.gui.panes import send_details
from dicomdesk.gui.panes.send_actions import SendActions
from dicomdesk.gui.panes.send_header import SendHeader
from dicomdesk.gui.panes.send_list import SendList
from dicomdesk.gui.security.credentials import SecurityAccess
from dicomdesk.gui.sending.queue import studies_of
from dicomdesk.gui.sending.view import MIME_TYPE
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.gui.view import Badge, View
from dicomdesk.gui.window_state import WindowState

if TYPE_CHECKING:
    from dicomdesk.gui.panels.preflight_panel import PreflightPanel


class SendPane(View):
    """View that joins header, list, details and the actions behind them."""

    key = "send"

    def __init__(
        self, theme: Theme, session: Session, tasks: Tasks, state: WindowState, access: SecurityAccess
    ) -> None:
        super().__init__()
        self._theme = theme
        self._session = session
        self._was_shown = False
        self._notice: Details | None = None
        self._is_of_entry = False
        """Whether the notice is about the peer as it is typed."""
        self.header = SendHeader(theme, tasks, state, access, self)
        self.commands = SendActions(theme, session, tasks, self.header, access, self)
        self.commands.recent_peers = state.recent_peers
        self.flow, self.preflight = self.commands.flow, self.commands.preflight
        self.flow.history_days = state.history_days
        self.list = SendList(theme, self.flow.model, self.flow.queue, self.header)
        self.details = DetailsStrip(theme)
        self.graph = SpeedGraph(theme)
        self._lay_out(theme)
        self._connect()
        self._show_all()

    def badge(self) -> Badge:
        queue = self._queued()
        return Badge(count=queue or self._session.problems.shelf(self.key).count, is_alarming=not queue)

    def show_problem(self, row: Hashable) -> None:
        if isinstance(row, tuple):
            errand_id, number = row
            study = self.flow.queue.study_of(errand_id)
            if study is not None:
                self.list.show_instance(study, number)

    def add_figures(self, figures: Figures) -> Figures:
        return replace(figures, queue=self._queued())

    def adopt(self, state: WindowState) -> None:
        self.flow.history_days = state.history_days
        self.header.resumes.setChecked(state.send_resumes)
        calling = self.header.peer_entry.calling
        if calling.value() != state.calling_ae_title:
            calling.setText(state.calling_ae_title)

    def remember(self, state: WindowState) -> WindowState:
        peer_entry = self.header.peer_entry
        peer = peer_entry.typed()
        return replace(
            state,
            peer_ae_title=peer.ae_title,
            peer_host=peer.host,
            peer_port=peer.port,
            calling_ae_title=peer_entry.calling.value(),
            history_days=self.flow.history_days,
            recent_peers=self.commands.recent_peers,
            send_at_once=self.header.at_once.isChecked(),
            send_resumes=self.header.resumes.isChecked(),
            send_commits=self.header.commits.asks.isChecked(),
            send_when_done=self.header.when_done.chosen.value,
        )

    def take_peer(self, peer: KnownPeer) -> None:
        self.header.peer_setup.choose(peer)

    def send_files(self, paths: Sequence[str], peer: KnownPeer, origin: str = "window") -> None:
        """Send all instances among files to a peer as soon as they are read; nobody is asked."""
        self.flow.add(paths, peer.name, origin)

    def unfinished(self) -> tuple[int, int]:
        """Return how many studies, and instances of them, are ready, wait, are on their way or paused."""
        studies = [study for study in self.flow.queue.studies if study.ended < study.total]
        left = [study for study in studies if study.whole_state is not ItemState.CANCELLED]
        return len(left), sum(study.total - study.ended for study in left)

    def closing_words(self) -> str:
        """Return what is to be said before the window closes; "" where nothing waits."""
        studies, instances = self.unfinished()
        if self.flow.is_scanning:
            return self.tr("What was added is still being read. What is not listed yet has to be added again.")
        if not studies:
            return ""
        words = wording.plural(studies, self.tr("{count} study"), self.tr("{count} studies"))
        ready = len(self.flow.ready()) == studies
        pattern = (
            self.tr("{studies} ({instances}) are listed and not sent.")
            if ready
            else self.tr("{studies} ({instances}) have not been sent completely.")
        )
        text = pattern.format(studies=words, instances=wording.instances_text(instances))
        goes_on = self.header.resumes.isChecked() and self.flow.going()
        later = (
            self.tr("They will be there again when dicomdesk starts, and go on by themselves.")
            if goes_on
            else self.tr("They will be there again when dicomdesk starts.")
        )
        return f"{text} {later}"

    def tell(self, details: Details | None) -> None:
        """Show something until a row is selected; None shows what is usual."""
        self._notice = details
        self._is_of_entry = False
        if details is not None:
            self._show_panel(is_shown=False)
        self._show_details()

    def _tell_of_entry(self, details: Details) -> None:
        self.tell(details)
        self._is_of_entry = True

    def _on_peer_changed(self) -> None:
        """What was said of the peer that was typed before holds no longer; what was sent is still so."""
        if self._is_of_entry:
            self.tell(None)
        self._show_all()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._was_shown:
            self._was_shown = True
            self.header.take_first_focus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take rows that are dropped on the peer: they go there."""
        if isinstance(event, QDragEnterEvent | QDropEvent) and event.mimeData().hasFormat(MIME_TYPE):
            event.acceptProposedAction()
            if event.type() == QEvent.Type.Drop:
                self.commands.redirect_to_typed(self.list.view.selected_nodes())
            return True
        return super().eventFilter(watched, event)

    # Building.

    def _lay_out(self, theme: Theme) -> None:
        top = column_of(self.header, self.list.filters, margins=HEADER_MARGINS, spacing=12)
        self.details.put_beside(self.graph)
        self._column = column_of(top, (self.list, 1), self.details, inside=self)
        self.graph.hide()

    def _connect(self) -> None:
        actions, header, view = self.commands, self.header, self.list.view
        actions.changed.connect(self._show_all)
        actions.told.connect(self.tell)
        actions.answered.connect(self._tell_of_entry)
        actions.begun.connect(self._on_begun)
        actions.association_wanted.connect(self.association_wanted)
        self.list.dropped.connect(self.flow.add)
        view.selection_changed.connect(self._on_selected)
        view.menu_wanted.connect(self._on_menu)
        view.removal_wanted.connect(lambda: actions.removal.remove(view.selected_nodes()))
        view.step_wanted.connect(lambda step: actions.order.step(view.selected_nodes(), step))
        view.first_wanted.connect(lambda: actions.order.send_first(view.selected_nodes()))
        view.moved.connect(lambda before: actions.order.move(view.selected_nodes(), before))
        header.command_wanted.connect(lambda: actions.copy_command(view.selected_nodes()))
        header.peer_entry.changed.connect(self.state_changed)
        header.peer_entry.changed.connect(self._on_peer_changed)
        for changed in (header.at_once.toggled, header.resumes.toggled, header.when_done.changed):
            changed.connect(self.state_changed)
        header.peer_setup.told.connect(self._tell_of_entry)
        header.peer_setup.changed.connect(self.state_changed)
        header.peer_setup.changed.connect(self._on_peer_changed)
        header.peer_entry.setAcceptDrops(True)
        header.peer_entry.installEventFilter(self)
        self.preflight.changed.connect(self._show_preflight)
        self._session.second_passed.connect(self._on_second)
        self.flow.scanned.connect(self._on_scanned)
        self._session.outbox.noticed.connect(self._on_noticed)
        offers = (
            Offer("send", self.tr("&Send what is ready"), actions.run_primary, "Ctrl+Return"),
            Offer("check", self.tr("&Check how it would go"), actions.check, "Ctrl+Shift+Return"),
            Offer("pause", self.tr("&Pause, or go on"), actions.run_pause, "Ctrl+."),
            Offer("test", self.tr("&Test the peer step by step"), actions.questions.test, "Ctrl+T"),
            Offer(FIND, self.tr("&Find in the list"), self.list.filters.search.setFocus, FIND_KEYS),
        )
        offer_commands(self, offers)

    @cached_property
    def panel(self) -> "PreflightPanel":
        """How everything would go; built when that is asked for first."""
        from dicomdesk.gui.panels.preflight_panel import PreflightPanel  # noqa: PLC0415 - the window is painted before

        panel = PreflightPanel(self._theme, self.preflight.model)
        panel.hide()
        panel.closed.connect(self._on_panel_closed)
        panel.stop_wanted.connect(self.preflight.cancel)
        panel.again_wanted.connect(self.commands.check)
        panel.decompression_wanted.connect(self.commands.check_decompressed)
        self._column.insertWidget(self._column.indexOf(self.details), panel, 1)
        return panel

    # Showing.

    def _queued(self) -> int:
        counts = self.flow.queue.counts
        return counts[ItemState.WAITING] + counts[ItemState.SENDING]

    def _show_all(self) -> None:
        """Bring everything but the rows up to date; cheap, for it is called at each tick."""
        self.flow.queue.show_peer(self.header.peer_entry.called.value() if self.header.peer_entry.is_valid() else "")
        self.list.show_counts(self.flow.queue)
        self.header.show_state(self.commands.state())
        self._show_details()

    def _show_details(self) -> None:
        view = self.list.view
        if self._notice is not None:
            self.details.show_details(self._notice)
        elif view.has_selection():
            self.details.show_details(self._selected(view.selected_nodes()))
        else:
            self.details.show_details(self._summary())

    def _selected(self, nodes: Sequence[Node]) -> Details:
        studies = studies_of(nodes)
        if len(nodes) == 1 or not studies:
            described = send_details.describe_node(nodes[0]) if nodes else Details(title="")
        else:
            described = send_details.describe_several(studies)
        return replace(described, actions=self.commands.actions_for(nodes))

    def _summary(self) -> Details:
        queue, flow = self.flow.queue, self.flow
        progress = self._session.send_progress()
        if progress is not None:
            peers = {run.peer: 1 for run in self._session.outbox.runs.values()}
            details = send_details.describe_progress(progress, peers)
            return replace(details, actions=[self._stop_reading()]) if flow.is_scanning else details
        if flow.is_scanning or flow.is_taking_up or self._session.outbox.is_opening:
            return self._reading()
        census = flow.census()
        retrying = [study for study in census.going if study.whole_state is ItemState.RETRYING]
        if retrying:
            return send_details.describe_retries(retrying)
        ready = sum(study.counts[ItemState.WAITING] for study in census.ready)
        if ready:
            return self._invitation(ready)
        if census.scheduled or census.held:
            return send_details.describe_held(census.held, census.scheduled)
        if queue.total:
            return Details(title=self.tr("Select a row to see what became of it"), icon="info", tone=Tone.QUIET)
        peer_entry = self.header.peer_entry
        if peer_entry.is_valid():
            return Details(
                title=self.tr("Nothing to send yet"),
                text=self.tr("It will go to {peer} as {own}.").format(
                    peer=peer_entry.typed(), own=peer_entry.calling.value()
                ),
                icon="info",
                tone=Tone.QUIET,
            )
        return Details(
            title=self.tr("Say where to send, then drop something"),
            text=self.tr("AE title, host and port of the peer stand at the top. Test tells whether it answers."),
            icon="info",
            tone=Tone.QUIET,
        )

    def _reading(self) -> Details:
        if not self.flow.is_scanning:
            return Details(title=self.tr("Looking for what was not finished…"), icon="search", tone=Tone.QUIET)
        return Details(
            title=self.tr("Reading… {found} found").format(found=wording.instances_text(self.flow.queue.total)),
            text=self.tr("You can go on working; sending can start when everything is listed."),
            icon="search",
            actions=[self._stop_reading()],
        )

    def _stop_reading(self) -> Action:
        return Action(word=self.tr("Stop reading"), run=self.flow.stop_reading, icon="stop")

    def _invitation(self, ready: int) -> Details:
        peer_entry = self.header.peer_entry
        title = self.tr("{instances} ready to send").format(instances=wording.instances_text(ready))
        if not peer_entry.is_valid():
            return Details(title=title, text=peer_entry.first_problem(), icon="info", tone=Tone.WARNING)
        text = self.tr("To {peer} as {own}.").format(peer=peer_entry.typed(), own=peer_entry.calling.value())
        return Details(title=title, text=text, icon="waiting")

    def _show_preflight(self) -> None:
        self.panel.show_details(self.preflight.details, is_running=self.preflight.is_running)
        if self.preflight.is_running:
            self._show_panel(is_shown=True)

    def _show_panel(self, *, is_shown: bool) -> None:
        if is_shown or "panel" in self.__dict__:
            self.panel.setVisible(is_shown)
        self.details.setVisible(not is_shown)

    def _on_panel_closed(self) -> None:
        self.preflight.cancel()
        self._show_panel(is_shown=False)

    def _on_begun(self) -> None:
        self.list.view.clearSelection()
        self.tell(None)
        self._on_panel_closed()
        self.state_changed.emit()

    def _on_selected(self) -> None:
        self.tell(None)
        nodes = self.list.view.selected_nodes()
        if len(nodes) == 1:
            self.flow.load(studies_of(nodes))

    def _on_scanned(self, ready: int) -> None:
        """What was told is of those before; now it is about what has just been listed."""
        if ready and self._notice is not None:
            self.tell(None)

    def _on_second(self) -> None:
        progress = self._session.send_progress()
        if progress is not None:
            self.graph.note(progress.bytes_per_s)
            self.graph.show()
        elif self.graph.rates and not self._session.is_sending:
            self.graph.clear()
            self.graph.hide()

    def _on_noticed(self, text: str) -> None:
        self.tell(
            Details(
                title=self.tr("What is in the queue may not be kept"),
                text=text,
                icon="warning",
                tone=Tone.WARNING,
                can_copy=True,
            )
        )

    def _on_menu(self, node: Node | None, place: QPoint) -> None:
        view = self.list.view
        nodes = view.selected_nodes()
        if node is not None and node not in nodes:
            nodes = [node]
        menu = QMenu(self)
        for action in self.commands.actions_for(nodes):
            menu.addAction(action.word, action.run)
        menu.addSeparator()
        for action in self.commands.more_actions_for(nodes):
            menu.addAction(action.word, action.run)
        menu.addSeparator()
        menu.addAction(self.header.clear_action)
        menu.addAction(self.header.clear_all_action)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)
