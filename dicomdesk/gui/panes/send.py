"""The Send view: peer, queue, and details of what is selected."""

from collections.abc import Hashable
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu

from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.gui import wording
from dicomdesk.gui.layouts import HEADER_MARGINS, column_of
from dicomdesk.gui.models.send_nodes import InstanceNode, SeriesNode, StudyNode
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.panels.details import Details, DetailsStrip
from dicomdesk.gui.panels.preflight_panel import PreflightPanel
from dicomdesk.gui.panels.status_strip import Figures
from dicomdesk.gui.panes import send_details
from dicomdesk.gui.panes.send_actions import SendActions
from dicomdesk.gui.panes.send_header import SendHeader
from dicomdesk.gui.panes.send_list import SendList
from dicomdesk.gui.security.credentials import SecurityAccess
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.gui.view import Badge, View
from dicomdesk.gui.window_state import WindowState


class SendPane(View):
    """View that joins header, list, details and the actions behind them."""

    key = "send"

    def __init__(
        self, theme: Theme, session: Session, tasks: Tasks, state: WindowState, access: SecurityAccess
    ) -> None:
        super().__init__()
        self._session = session
        self._notice: Details | None = None
        self._is_of_entry = False
        """Whether the notice is about the peer as it is typed."""
        self.header = SendHeader(theme, tasks, state, access, self)
        self.commands = SendActions(theme, session, tasks, self.header, self)
        self.commands.recent_peers = state.recent_peers
        self.flow, self.preflight = self.commands.flow, self.commands.preflight
        self.list = SendList(theme, self.flow.model, self.header)
        self.details = DetailsStrip(theme)
        self.panel = PreflightPanel(theme, self.preflight.model)
        self._lay_out()
        self._connect()
        self._show_all()

    def word(self) -> str:
        return self.tr("Send")

    def badge(self) -> Badge:
        queue = self._queued()
        return Badge(count=queue or self._session.problems.shelf(self.key).count, is_alarming=not queue)

    def show_problem(self, row: Hashable) -> None:
        if isinstance(row, InstanceNode):
            self.list.show_instance(row)

    def add_figures(self, figures: Figures) -> Figures:
        return replace(figures, queue=self._queued())

    def remember(self, state: WindowState) -> WindowState:
        peer_entry = self.header.peer_entry
        peer = peer_entry.typed()
        return replace(
            state,
            peer_ae_title=peer.ae_title,
            peer_host=peer.host,
            peer_port=peer.port,
            calling_ae_title=peer_entry.calling.value(),
            recent_peers=self.commands.recent_peers,
            send_at_once=self.header.at_once.isChecked(),
        )

    def peer_word(self) -> str:
        return self.tr("Send to it")

    def take_peer(self, peer: KnownPeer) -> None:
        self.header.peer_setup.choose(peer)

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

    # Building.

    def _lay_out(self) -> None:
        top = column_of(self.header, self.list.filters, margins=HEADER_MARGINS, spacing=12)
        column_of(top, (self.list, 1), (self.panel, 1), self.details, inside=self)
        self.panel.hide()

    def _connect(self) -> None:
        actions, header = self.commands, self.header
        actions.changed.connect(self._show_all)
        actions.told.connect(self.tell)
        actions.answered.connect(self._tell_of_entry)
        actions.begun.connect(self._on_begun)
        actions.association_wanted.connect(self.association_wanted)
        self.list.dropped.connect(self.flow.add)
        self.list.view.node_selected.connect(lambda _node: self.tell(None))
        self.list.view.menu_wanted.connect(self._on_menu)
        header.peer_entry.changed.connect(self.state_changed)
        header.peer_entry.changed.connect(self._on_peer_changed)
        header.at_once.toggled.connect(self.state_changed)
        header.peer_setup.told.connect(self._tell_of_entry)
        header.peer_setup.changed.connect(self.state_changed)
        header.peer_setup.changed.connect(self._on_peer_changed)
        self.preflight.changed.connect(self._show_preflight)
        self.panel.closed.connect(self._on_panel_closed)
        self.panel.stop_wanted.connect(self.preflight.cancel)
        self.panel.again_wanted.connect(actions.check)
        self.panel.decompression_wanted.connect(actions.check_decompressed)
        for keys, run in (
            ("Ctrl+Return", actions.run_primary),
            ("Ctrl+T", actions.test),
            ("Ctrl+Shift+Return", actions.check),
            (QKeySequence.StandardKey.Find, self.list.filters.search.setFocus),
        ):
            QShortcut(QKeySequence(keys), self, run)

    # Showing.

    def _queued(self) -> int:
        counts = self.flow.queue.counts
        return counts[ItemState.WAITING] + counts[ItemState.SENDING]

    def _show_all(self) -> None:
        """Bring everything but the rows up to date; cheap, for it is called at each tick."""
        self.list.show_counts(self.flow.queue)
        self.header.show_state(self.commands.state())
        self._show_details()

    def _show_details(self) -> None:
        node = self.list.view.selected_node()
        if self._notice is not None:
            self.details.show_details(self._notice)
        elif node is not None:
            described = send_details.describe_node(node, self.flow.peer_of(node))
            self.details.show_details(replace(described, actions=self.commands.actions_for(node)))
        else:
            self.details.show_details(self._summary())

    def _summary(self) -> Details:
        queue = self.flow.queue
        progress = self._session.send_progress()
        if progress is not None:
            return send_details.describe_progress(progress, self.flow.peer_name, queue.retry_at, queue.retry_reason)
        if self.flow.is_scanning:
            return Details(
                title=self.tr("Reading… {found} found").format(found=wording.instances_text(queue.total)),
                text=self.tr("You can go on working; sending can start when everything is listed."),
                icon="search",
            )
        if queue.counts[ItemState.WAITING]:
            return self._invitation(queue.counts[ItemState.WAITING])
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

    def _invitation(self, waiting: int) -> Details:
        peer_entry = self.header.peer_entry
        title = self.tr("{instances} ready to send").format(instances=wording.instances_text(waiting))
        if not peer_entry.is_valid():
            return Details(title=title, text=peer_entry.first_problem(), icon="info", tone=Tone.WARNING)
        text = self.tr("To {peer} as {own}.").format(peer=peer_entry.typed(), own=peer_entry.calling.value())
        return Details(title=title, text=text, icon="waiting")

    def _show_preflight(self) -> None:
        self.panel.show_details(self.preflight.details, is_running=self.preflight.is_running)
        if self.preflight.is_running:
            self._show_panel(is_shown=True)

    def _show_panel(self, *, is_shown: bool) -> None:
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

    def _on_menu(self, node: object, place: QPoint) -> None:
        menu = QMenu(self)
        if isinstance(node, StudyNode | SeriesNode | InstanceNode):
            for action in self.commands.actions_for(node):
                menu.addAction(action.word, action.run)
        if isinstance(node, StudyNode):
            remove = menu.addAction(self.tr("Take out of the list"), lambda: self.commands.remove(node))
            remove.setEnabled(not self._session.is_sending)
        menu.addAction(self.header.clear_action)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)
