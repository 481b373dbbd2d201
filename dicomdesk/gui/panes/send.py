"""The Send view: where to, what, and what became of it."""

from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from dicomdesk import human
from dicomdesk.engine.report import ReportFormat, format_text, write_report
from dicomdesk.engine.requests import Decompression
from dicomdesk.errors import AssociationRejectedError, DicomdeskError
from dicomdesk.gui import wording
from dicomdesk.gui.credentials import Guard, Preparation
from dicomdesk.gui.dialogs.check import CheckDialog
from dicomdesk.gui.dialogs.report import ReportDialog
from dicomdesk.gui.dialogs.selection import ask_files, ask_folder, ask_new_file
from dicomdesk.gui.models.outline import Node
from dicomdesk.gui.models.send_nodes import GroupNode, InstanceNode, SeriesNode, StudyNode
from dicomdesk.gui.models.states import PROBLEMS, ItemState, state_word
from dicomdesk.gui.panes import send_details
from dicomdesk.gui.panes.node_setup import NodeSetup
from dicomdesk.gui.panes.preflighting import PreflightFlow
from dicomdesk.gui.panes.sending import SendFlow
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import GRID, MARGIN, Theme, Tone
from dicomdesk.gui.widgets.buttons import PrimaryButton, menu_button, plain_button, show_word
from dicomdesk.gui.widgets.check_box import CheckBox
from dicomdesk.gui.widgets.chips import ChipRow
from dicomdesk.gui.widgets.details import Action, Details, DetailsStrip
from dicomdesk.gui.widgets.drop_area import DropArea
from dicomdesk.gui.widgets.empty_state import EmptyState
from dicomdesk.gui.widgets.outline_view import OutlineView
from dicomdesk.gui.widgets.peer_entry import PeerRow
from dicomdesk.gui.widgets.preflight_panel import PreflightPanel
from dicomdesk.gui.widgets.search_field import search_field
from dicomdesk.gui.window_state import WindowState

_ROOM_FOR_WORDS = 960
_CHIP_STATES: tuple[tuple[ItemState, ...], ...] = (
    (),
    (ItemState.WAITING,),
    (ItemState.SENDING,),
    (ItemState.STORED,),
    (ItemState.WARNING,),
    (ItemState.REFUSED,),
    (ItemState.FAILED, ItemState.NOT_SENT),
)
"""What each filter chip lets through; nothing is all."""


class SendPane(QWidget):
    """Drop, send, watch."""

    state_changed = Signal()
    associations_wanted = Signal()

    def __init__(self, theme: Theme, session: Session, tasks: Tasks, state: WindowState, guard: Guard) -> None:
        super().__init__()
        self._theme = theme
        self._session = session
        self._tasks = tasks
        self.flow = SendFlow(session, tasks, self)
        self._notice: Details | None = None
        self._is_echoing = False
        self._is_more_due = False
        """Whether files were added, to be sent at once, while something was being sent."""
        self._recent_peers = state.recent_peers
        self.peer_row = PeerRow(state)
        self.node = NodeSetup(theme, tasks, guard, self.peer_row, self)
        self._at_once = _checkable(self, self.tr("&Send as soon as files are added"), is_checked=state.send_at_once)
        self._lossy = _checkable(self, self.tr("&Decompress lossy images where the peer needs it"), is_checked=False)
        self.view = OutlineView(theme, self.flow.model)
        self.details = DetailsStrip(theme)
        self.preflight = PreflightFlow(session, tasks, self)
        self.panel = PreflightPanel(theme, self.preflight.model)
        self.area = DropArea(theme)
        self.search: QLineEdit = search_field(theme, self.tr("Search patient, study, UID"))
        self.chips = ChipRow(theme, [(self._chip_word(states), _chip_tone(states)) for states in _CHIP_STATES])
        self._chip = 0
        self._lay_out()
        self._connect()
        self._show_all()

    def remember(self, state: WindowState) -> WindowState:
        """Return the window's state with what this view wants to remember."""
        peer = self.peer_row.entry()
        return replace(
            state,
            peer_ae_title=peer.ae_title,
            peer_host=peer.host,
            peer_port=peer.port,
            calling_ae_title=self.peer_row.calling.value(),
            recent_peers=self._recent_peers,
            send_at_once=self._at_once.isChecked(),
        )

    def take_first_focus(self) -> None:
        """Put the focus where the first thing is to be done: the peer, or what is to be sent."""
        first = self.add_button if self.peer_row.is_valid() else self.peer_row.called
        first.setFocus()

    def show_problems(self) -> None:
        """Show the first kind of problem that there is."""
        counts = self.flow.queue.counts
        self.chips.choose(5 if counts[ItemState.REFUSED] else 6)

    # Building.

    def _lay_out(self) -> None:
        self.view.setAccessibleName(self.tr("Send queue"))
        self.test_button = plain_button(
            self._theme, self.tr("&Test"), "test", self._on_test, self.tr("Check the connection step by step (Ctrl+T)")
        )
        self._add_menu = QMenu(self)
        self._add_menu.addAction(self.tr("&Files…"), QKeySequence.StandardKey.Open, self._on_add_files)
        self._add_menu.addAction(self.tr("F&older…"), QKeySequence("Ctrl+Shift+O"), self._on_add_folder)
        self.add_button = menu_button(
            self._theme, self.tr("&Add"), "add", self._add_menu, self.tr("Add files, folders, DICOMDIR, ZIP")
        )
        more = menu_button(self._theme, "", "more", self._make_more_menu(), self.tr("More"))
        self.primary = PrimaryButton(self._theme, self._on_primary)
        header = QHBoxLayout()
        header.setSpacing(GRID)
        header.addWidget(self.peer_row, 10)
        header.addWidget(self.node.button)
        header.addWidget(self.test_button)
        header.addStretch(1)
        self.check_button = plain_button(
            self._theme,
            self.tr("&Check"),
            "check",
            self._on_check,
            self.tr("See how everything that waits would go, without sending (Ctrl+Shift+Return)"),
        )
        for button in (self.add_button, more, self.check_button, self.primary):
            header.addWidget(button)
        self.filters = QWidget()
        filters = QHBoxLayout(self.filters)
        filters.setContentsMargins(0, 0, 0, 0)
        filters.setSpacing(GRID)
        filters.addWidget(self.chips)
        filters.addStretch(1)
        filters.addWidget(self.search, 4)
        top = QVBoxLayout()
        top.setContentsMargins(MARGIN, 14, MARGIN, 10)
        top.setSpacing(12)
        top.addLayout(header)
        top.addWidget(self.filters)
        self.area.addWidget(self._make_empty_state())
        self.area.addWidget(self.view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.area, 1)
        layout.addWidget(self.panel, 1)
        layout.addWidget(self.details)
        self.panel.hide()

    def _make_empty_state(self) -> EmptyState:
        empty = EmptyState(self._theme, "send", takes_drops=True)
        empty.set_words(
            self.tr("Drop studies here"),
            self.tr("Files, folders, a DICOMDIR or a ZIP archive: everything in them is listed before it is sent."),
        )
        files = plain_button(self._theme, self.tr("Add &files…"), "file", self._on_add_files)
        folder = plain_button(self._theme, self.tr("Add fo&lder…"), "folder", self._on_add_folder)
        empty.set_buttons([files, folder])
        words = self._at_once.text().replace("&", "")
        self._at_once_box = CheckBox(self._theme, words, is_checked=self._at_once.isChecked())
        self._at_once_box.toggled.connect(self._at_once.setChecked)
        self._at_once.toggled.connect(self._at_once_box.setChecked)
        empty.set_option(self._at_once_box)
        return empty

    def _make_more_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction(self._at_once)
        menu.addAction(self._lossy)
        menu.addSeparator()
        self.echo_action = menu.addAction(self.tr("&Echo the peer"), QKeySequence("Ctrl+E"), self._on_echo)
        node = menu.addAction(self.tr("&Node and its security…"), QKeySequence("Ctrl+K"), self.node.edit)
        menu.addSeparator()
        self._report_action = menu.addAction(self.tr("Open &report"), QKeySequence("Ctrl+R"), self._on_report)
        self._retry_action = menu.addAction(self.tr("&Try all problems again"), self._on_retry_all)
        self._clear_action = menu.addAction(self.tr("&Clear finished"), QKeySequence("Ctrl+L"), self._on_clear)
        for action in (self.echo_action, node, self._report_action, self._clear_action):
            self.addAction(action)
        return menu

    def _connect(self) -> None:
        self.flow.changed.connect(self._show_all)
        self.flow.told.connect(self._on_told)
        self.flow.scanned.connect(self._on_scanned)
        self.flow.completed.connect(self._on_completed)
        self._session.changed.connect(self._show_all)
        self._session.ticked.connect(self._show_all)
        self.area.dropped.connect(self.flow.add)
        self.view.node_selected.connect(self._on_selected)
        self.view.menu_wanted.connect(self._on_menu)
        self.chips.chosen.connect(self._on_chip)
        self.search.textChanged.connect(self._on_filter)
        self.peer_row.changed.connect(self.state_changed)
        self.peer_row.changed.connect(self._show_all)
        self._at_once.toggled.connect(self.state_changed)
        for rejected in (self.flow.rejected, self.preflight.rejected):
            rejected.connect(self.node.forget_passcode)
        self.preflight.changed.connect(self._show_preflight)
        self.panel.closed.connect(self._on_panel_closed)
        self.panel.stop_wanted.connect(self.preflight.cancel)
        self.panel.again_wanted.connect(self._on_check)
        self.panel.decompression_wanted.connect(self._on_check_decompressed)
        self.node.told.connect(self.tell)
        self.node.changed.connect(self.state_changed)
        self.node.changed.connect(self._show_all)
        self.node.test_wanted.connect(self._test)
        for keys, run in (
            ("Ctrl+Return", self._on_primary),
            ("Ctrl+T", self._on_test),
            ("Ctrl+Shift+Return", self._on_check),
            (QKeySequence.StandardKey.Find, self.search.setFocus),
            (QKeySequence.StandardKey.Open, self._on_add_files),
            ("Ctrl+Shift+O", self._on_add_folder),
        ):
            QShortcut(QKeySequence(keys), self, run)
        for action in self._add_menu.actions():
            action.setShortcutVisibleInContextMenu(True)

    # Showing.

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where room is short, Test and Check keep their icons only."""
        has_room = event.size().width() >= _ROOM_FOR_WORDS
        for button, word in ((self.test_button, self.tr("Test")), (self.check_button, self.tr("Check"))):
            show_word(button, word, is_shown=has_room)
        super().resizeEvent(event)

    def _show_all(self) -> None:
        """Bring everything but the rows up to date; cheap, for it is called at each tick."""
        queue = self.flow.queue
        counts = queue.counts
        self.chips.set_counts([sum(counts[s] for s in states) if states else queue.total for states in _CHIP_STATES])
        has_rows = bool(queue.total or queue.skipped)
        self.area.setCurrentIndex(1 if has_rows else 0)
        self.filters.setVisible(has_rows)
        self._show_primary()
        is_sending = self._session.is_sending
        self.peer_row.set_entry_enabled(is_enabled=not is_sending)
        self.node.button.setEnabled(not is_sending)
        can_check = counts[ItemState.WAITING] > 0 and not (is_sending or self.flow.is_scanning)
        self.check_button.setEnabled(can_check and not self.preflight.is_running)
        self.echo_action.setEnabled(not self._is_echoing)
        self._report_action.setEnabled(self.flow.report is not None)
        self._retry_action.setEnabled(self.flow.problems() > 0 and not is_sending)
        self._clear_action.setEnabled(counts[ItemState.STORED] + counts[ItemState.WARNING] > 0 and not is_sending)
        self._show_details()

    def _show_primary(self) -> None:
        if self._session.is_sending:
            if self._session.cancels == 0:
                tip = self.tr("Finish the current instance, then stop (Ctrl+Return)")
                self.primary.show_action(self.tr("Stop"), "stop", tip)
            else:
                tip = self.tr("Abort the association without waiting (Ctrl+Return)")
                is_enabled = self._session.cancels == 1
                self.primary.show_action(
                    self.tr("Stop now") if is_enabled else self.tr("Stopping…"), "stop", tip, is_enabled=is_enabled
                )
            return
        waiting = self.flow.queue.counts[ItemState.WAITING]
        text = self.tr("Send {count}").format(count=wording.count_text(waiting)) if waiting else self.tr("Send")
        tip = self.tr("Send everything that waits (Ctrl+Return)") if waiting else self.tr("Add files first")
        self.primary.show_action(text, "send", tip, is_enabled=waiting > 0 and not self.flow.is_scanning)

    def _show_details(self) -> None:
        node = self.view.selected_node()
        if self._notice is not None:
            self.details.show_details(self._notice)
        elif node is not None:
            peer = self.flow.peer_name or self.peer_row.called.value()
            described = send_details.describe_node(node, peer)
            self.details.show_details(replace(described, actions=self._actions_for(node)))
        else:
            self.details.show_details(self._summary())

    def _summary(self) -> Details:
        queue = self.flow.queue
        progress = self._session.send_progress()
        if progress is not None:
            return send_details.describe_progress(progress, self.flow.peer_name, queue.retry_at, queue.retry_reason)
        if self.flow.is_scanning:
            return Details(
                title=self.tr("Reading… {found} found").format(found=send_details.instances_text(queue.total)),
                text=self.tr("You can go on working; sending can start when everything is listed."),
                icon="search",
            )
        if queue.counts[ItemState.WAITING]:
            return self._invitation(queue.counts[ItemState.WAITING])
        if queue.total:
            return Details(title=self.tr("Select a row to see what became of it"), icon="info", tone=Tone.QUIET)
        if self.peer_row.is_valid():
            peer = self.peer_row.entry()
            return Details(
                title=self.tr("Nothing to send yet"),
                text=self.tr("It will go to {peer} as {own}.").format(peer=peer, own=self.peer_row.calling.value()),
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
        title = self.tr("{instances} ready to send").format(instances=send_details.instances_text(waiting))
        if not self.peer_row.is_valid():
            return Details(title=title, text=self.peer_row.first_problem(), icon="info", tone=Tone.WARNING)
        text = self.tr("To {peer} as {own}.").format(peer=self.peer_row.entry(), own=self.peer_row.calling.value())
        return Details(title=title, text=text, icon="waiting")

    def _actions_for(self, node: Node) -> tuple[Action, ...]:
        actions: list[Action] = []
        has_problems = (isinstance(node, GroupNode) and any(node.counts[state] for state in PROBLEMS)) or (
            isinstance(node, InstanceNode) and node.state in PROBLEMS
        )
        if has_problems and not self._session.is_sending:
            actions.append(Action(word=self.tr("Try again"), run=lambda: self._retry(node), icon="retry"))
        if send_details.may_need_decompression(node) and not self._lossy.isChecked() and not self._session.is_sending:
            word = self.tr("Send decompressed")
            actions.append(Action(word=word, run=lambda: self._retry_decompressed(node), icon="send"))
        if has_problems:
            actions.append(
                Action(word=self.tr("Show negotiation"), run=self.associations_wanted.emit, icon="associations")
            )
        return tuple(actions)

    # Doing.

    def _on_told(self, details: Details) -> None:
        actions: list[Action] = []
        if self.flow.report is not None and not self._session.is_sending:
            actions.append(Action(word=self.tr("Open report"), run=self._on_report, icon="report"))
            if self.flow.problems():
                actions.append(Action(word=self.tr("Try again"), run=self._on_retry_all, icon="retry"))
            actions.append(Action(word=self.tr("Clear finished"), run=self._on_clear, icon="clear"))
        self.tell(replace(details, actions=actions))

    def tell(self, details: Details | None) -> None:
        """Show something until a row is selected; None shows what is usual."""
        self._notice = details
        if details is not None:
            self._show_panel(is_shown=False)
        self._show_details()

    def _on_selected(self, _node: object) -> None:
        self.tell(None)

    def _on_scanned(self, waiting: int) -> None:
        if self._at_once.isChecked() and waiting:
            if self._session.is_sending:
                self._is_more_due = True
            else:
                self._on_primary()

    def _on_completed(self) -> None:
        is_due, self._is_more_due = self._is_more_due, False
        if is_due:
            self._on_scanned(self.flow.queue.counts[ItemState.WAITING])

    def _on_primary(self) -> None:
        if self._session.is_sending:
            self.flow.cancel()
        elif self.flow.queue.counts[ItemState.WAITING] or not self.peer_row.is_valid():
            self.node.reach(self._send)

    def _on_check(self) -> None:
        if self.check_button.isEnabled():
            self.node.reach(self._check)

    def _check(self, preparation: Preparation) -> None:
        request = self.flow.request(preparation.peer, self.node.association(preparation), self._decompression())
        if request is not None:
            self.tell(None)
            self.preflight.start(request)
            self._show_all()

    def _on_check_decompressed(self) -> None:
        self._lossy.setChecked(True)
        self._on_check()

    def _on_panel_closed(self) -> None:
        self.preflight.cancel()
        self._show_panel(is_shown=False)

    def _show_preflight(self) -> None:
        self.panel.show_details(self.preflight.details, is_running=self.preflight.is_running)
        if self.preflight.is_running:
            self._show_panel(is_shown=True)

    def _show_panel(self, *, is_shown: bool) -> None:
        self.panel.setVisible(is_shown)
        self.details.setVisible(not is_shown)

    def _send(self, preparation: Preparation) -> None:
        if self._session.is_sending or not self.flow.queue.counts[ItemState.WAITING]:
            return
        self._recent_peers = (
            WindowState(recent_peers=self._recent_peers).with_recent_peer(self.peer_row.entry()).recent_peers
        )
        self.peer_row.set_recent_peers(self._recent_peers)
        self.node.remember()
        self.view.clearSelection()
        self.tell(None)
        self._on_panel_closed()
        self.flow.start(preparation.peer, self.node.association(preparation), self._decompression())
        self.state_changed.emit()

    def _decompression(self) -> Decompression:
        return Decompression.LOSSY if self._lossy.isChecked() else Decompression.LOSSLESS

    def _retry(self, node: Node) -> None:
        if self.flow.queue.wait_again(node):
            self._on_primary()

    def _retry_decompressed(self, node: Node) -> None:
        self._lossy.setChecked(True)
        self._retry(node)

    def _on_retry_all(self) -> None:
        if self.flow.queue.all_wait_again():
            self._on_primary()

    def _on_clear(self) -> None:
        if not self._session.is_sending:
            self.flow.queue.clear_finished()
            self.tell(None)
            self._show_all()

    def _on_echo(self) -> None:
        if not self._is_echoing:
            self.node.reach(self._begin_echo)

    def _begin_echo(self, preparation: Preparation) -> None:
        self._tasks.start(self._echo(preparation))

    async def _echo(self, preparation: Preparation) -> None:
        name = human.printable(str(preparation.peer))
        self._is_echoing = True
        self.tell(Details(title=self.tr("Asking {peer}…").format(peer=name), icon="echo", tone=Tone.ACTIVE))
        try:
            result = await self._session.echo(preparation.peer, self.node.association(preparation))
            self.tell(send_details.describe_echo(result, name))
            if isinstance(result.error, AssociationRejectedError):
                self.node.forget_passcode()
        except DicomdeskError as error:
            self.tell(send_details.describe_echo_failure(error, name))
        finally:
            self._is_echoing = False
            self._show_all()

    def _on_test(self) -> None:
        self.node.reach(self._test)

    def _test(self, preparation: Preparation) -> None:
        dialog = CheckDialog(self._theme, self._session, self._tasks, self)
        dialog.show()
        dialog.start(preparation.peer, self.node.association(preparation))

    def _on_add_files(self) -> None:
        self._tasks.start(self._add_files())

    async def _add_files(self) -> None:
        paths = await ask_files(self._tasks, self, self.tr("Add files to send"))
        if paths:
            self.flow.add(paths)

    def _on_add_folder(self) -> None:
        self._tasks.start(self._add_folder())

    async def _add_folder(self) -> None:
        folder = await ask_folder(self._tasks, self, self.tr("Add a folder to send"))
        if folder:
            self.flow.add([folder])

    def _on_report(self) -> None:
        report = self.flow.report
        if report is None:
            return
        dialog = ReportDialog(format_text(report, datetime.now().astimezone()), self)
        dialog.save_wanted.connect(lambda: self._tasks.start(self._save_report()))
        dialog.finished.connect(dialog.deleteLater)
        dialog.show()

    async def _save_report(self) -> None:
        path = await ask_new_file(self._tasks, self, self.tr("Save the report"), "report.txt")
        if path and self.flow.report is not None:
            await self._tasks.run(write_report, path, self.flow.report, ReportFormat.TEXT)

    def _on_menu(self, node: object, place: QPoint) -> None:
        menu = QMenu(self)
        if isinstance(node, StudyNode | SeriesNode | InstanceNode):
            for action in self._actions_for(node):
                menu.addAction(action.word, action.run)
        if isinstance(node, StudyNode):
            remove = menu.addAction(self.tr("Take out of the list"), lambda: self._remove(node))
            remove.setEnabled(not self._session.is_sending)
        menu.addAction(self._clear_action)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def _remove(self, study: StudyNode) -> None:
        self.flow.queue.remove(study)
        self._show_all()

    # Filtering.

    def _on_chip(self, number: int) -> None:
        self._chip = number
        self._on_filter()

    def _on_filter(self) -> None:
        states = _CHIP_STATES[self._chip]
        words = self.search.text().casefold().split()
        self.view.set_filter((lambda node: accepts(node, states, words)) if states or words else None)

    def _chip_word(self, states: tuple[ItemState, ...]) -> str:
        return state_word(states[0]) if states else self.tr("All")


def _checkable(parent: QWidget, text: str, *, is_checked: bool) -> QAction:
    action = QAction(text, parent)
    action.setCheckable(True)
    action.setChecked(is_checked)
    return action


def accepts(node: Node, states: tuple[ItemState, ...], words: list[str]) -> bool:
    """Whether a row passes a filter: any of ``states`` (empty: all), and all of ``words``."""
    if isinstance(node, GroupNode):
        if states and not any(node.counts[state] for state in states):
            return False
        if isinstance(node, StudyNode):
            texts = [node.search_text, *(series.search_text for series in node.series.values())]
            return all(any(word in text for text in texts) for word in words)
        return True
    if isinstance(node, InstanceNode):
        return not states or node.state in states
    return not states and not words


def _chip_tone(states: tuple[ItemState, ...]) -> Tone:
    return Tone.BAD if set(states) & set(PROBLEMS) else Tone.WARNING if ItemState.WARNING in states else Tone.PLAIN
