"""Actions of the Send view: add, send, stop, try again, check, test, echo, report, clear."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from dicomdesk import human
from dicomdesk.engine.check.requests import EchoRequest
from dicomdesk.errors import AssociationRejectedError, DicomdeskError
from dicomdesk.gui.dialogs.check import CheckDialog
from dicomdesk.gui.dialogs.report import ReportDialog
from dicomdesk.gui.models.send_nodes import GroupNode, InstanceNode, StudyNode
from dicomdesk.gui.models.send_queue import instances_below
from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.outline.states import PROBLEMS, ItemState
from dicomdesk.gui.panels.details import Action, Details
from dicomdesk.gui.panes import send_details
from dicomdesk.gui.panes.preflight_flow import PreflightFlow
from dicomdesk.gui.panes.send_flow import SendFlow
from dicomdesk.gui.panes.send_header import HeaderState, SendHeader
from dicomdesk.gui.questions.file_dialogs import ask_files, ask_folder
from dicomdesk.gui.security.credentials import PreparedPeer
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.gui.view import WantedAssociation
from dicomdesk.gui.window_state import TypedPeer, WindowState
from dicomdesk.settings import Decompression


class SendActions(QObject):
    """Runs the actions that header, list and details ask for. For the Qt thread."""

    changed = Signal()
    """What can be done may be something else now."""
    told = Signal(object)
    """Details that the user should read now; None for what is usual."""
    answered = Signal(object)
    """Details of what came of asking the peer that is typed."""
    begun = Signal()
    """A transfer begins."""
    association_wanted = Signal(object)
    """See ``View``."""

    def __init__(self, theme: Theme, session: Session, tasks: Tasks, header: SendHeader, view: QWidget) -> None:
        """``view`` is the parent of dialogs."""
        super().__init__(view)
        self._theme = theme
        self._session = session
        self._tasks = tasks
        self._header = header
        self._view = view
        self._is_echoing = False
        self._is_more_due = False
        """Whether files were added, to be sent at once, while something was being sent."""
        self.recent_peers: tuple[TypedPeer, ...] = ()
        self.flow = SendFlow(session, tasks, self)
        self.preflight = PreflightFlow(session, tasks, self)
        self._connect()

    def state(self) -> HeaderState:
        """Return what decides what can be done."""
        counts = self.flow.queue.counts
        return HeaderState(
            waiting=counts[ItemState.WAITING],
            finished=counts[ItemState.STORED] + counts[ItemState.WARNING],
            problems=self.flow.problems(),
            cancels=self._session.cancels,
            is_sending=self._session.is_sending,
            is_scanning=self.flow.is_scanning,
            is_checking=self.preflight.is_running,
            is_echoing=self._is_echoing,
            has_report=self.flow.report is not None,
        )

    def actions_for(self, node: Node) -> tuple[Action, ...]:
        """Return what can be done with a row."""
        actions: list[Action] = []
        has_problems = (isinstance(node, GroupNode) and any(node.counts[state] for state in PROBLEMS)) or (
            isinstance(node, InstanceNode) and node.state in PROBLEMS
        )
        is_idle = not self._session.is_sending
        if has_problems and is_idle:
            actions.append(Action(word=self.tr("Try again"), run=lambda: self._retry(node), icon="retry"))
        if send_details.may_need_decompression(node) and not self._header.lossy.isChecked() and is_idle:
            word = self.tr("Send decompressed")
            actions.append(Action(word=word, run=lambda: self._retry_decompressed(node), icon="send"))
        if has_problems:
            word = self.tr("Show negotiation")
            actions.append(Action(word=word, run=lambda: self._show_association(node), icon="associations"))
        return tuple(actions)

    def run_primary(self) -> None:
        """Send what waits; while something is sent, stop it, at once when asked for again."""
        if self._session.is_sending:
            self.flow.cancel()
        elif self.flow.queue.counts[ItemState.WAITING] or not self._header.peer_entry.is_valid():
            self._header.peer_setup.reach(self._send)

    def check(self) -> None:
        """Find out how what waits would go."""
        if self._header.check_button.isEnabled():
            self._header.peer_setup.reach(self._check)

    def check_decompressed(self) -> None:
        """Find out how it would go with lossy images decompressed."""
        self._header.lossy.setChecked(True)
        self.check()

    def test(self) -> None:
        """Check the connection step by step."""
        self._header.peer_setup.reach(self._test)

    def echo(self) -> None:
        """Ask the peer for a sign of life."""
        if not self._is_echoing:
            self._header.peer_setup.reach(self._begin_echo)

    def add_files(self) -> None:
        """Ask for files and add them."""
        self._tasks.start(self._add_files())

    def add_folder(self) -> None:
        """Ask for a folder and add it."""
        self._tasks.start(self._add_folder())

    def retry_all(self) -> None:
        """Try everything again that has a problem."""
        if self.flow.queue.all_wait_again():
            self.run_primary()

    def clear(self) -> None:
        """Take what was stored off the list."""
        if not self._session.is_sending:
            self.flow.queue.clear_finished()
            self.told.emit(None)
            self.changed.emit()

    def remove(self, study: StudyNode) -> None:
        """Take a study off the list, whatever became of it."""
        self.flow.queue.remove(study)
        self.changed.emit()

    def open_report(self) -> None:
        """Show the report of the last transfer."""
        report = self.flow.report
        if report is None:
            return
        dialog = ReportDialog(report, self._tasks, self._view)
        dialog.finished.connect(dialog.deleteLater)
        dialog.show()

    # Doing.

    def _connect(self) -> None:
        header, flow = self._header, self.flow
        flow.changed.connect(self.changed)
        flow.told.connect(self._on_told)
        flow.scanned.connect(self._on_scanned)
        flow.completed.connect(self._on_completed)
        self._session.changed.connect(self.changed)
        self._session.ticked.connect(self.changed)
        for rejected in (flow.rejected, self.preflight.rejected):
            rejected.connect(header.peer_setup.forget_passcode)
        header.peer_setup.test_wanted.connect(self._test)
        for wanted, run in (
            (header.primary_wanted, self.run_primary),
            (header.check_wanted, self.check),
            (header.test_wanted, self.test),
            (header.echo_wanted, self.echo),
            (header.files_wanted, self.add_files),
            (header.folder_wanted, self.add_folder),
            (header.report_wanted, self.open_report),
            (header.retry_wanted, self.retry_all),
            (header.clear_wanted, self.clear),
        ):
            wanted.connect(run)

    def _on_told(self, details: Details) -> None:
        actions: list[Action] = []
        if self.flow.report is not None and not self._session.is_sending:
            actions.append(Action(word=self.tr("Open report"), run=self.open_report, icon="report"))
            if self.flow.problems():
                actions.append(Action(word=self.tr("Try again"), run=self.retry_all, icon="retry"))
            actions.append(Action(word=self.tr("Clear finished"), run=self.clear, icon="clear"))
        self.told.emit(replace(details, actions=actions))

    def _on_scanned(self, waiting: int) -> None:
        if self._header.at_once.isChecked() and waiting:
            if self._session.is_sending:
                self._is_more_due = True
            else:
                self.run_primary()

    def _on_completed(self) -> None:
        is_due, self._is_more_due = self._is_more_due, False
        if is_due:
            self._on_scanned(self.flow.queue.counts[ItemState.WAITING])

    def _send(self, prepared: PreparedPeer) -> None:
        if self._session.is_sending or not self.flow.queue.counts[ItemState.WAITING]:
            return
        peer_entry, setup = self._header.peer_entry, self._header.peer_setup
        known = WindowState(recent_peers=self.recent_peers)
        self.recent_peers = known.with_recent_peer(peer_entry.typed()).recent_peers
        peer_entry.set_recent_peers(self.recent_peers)
        setup.remember()
        self.begun.emit()
        self.flow.parallel = setup.most_associations(prepared)
        self.flow.start(prepared.peer, setup.association(prepared), self._decompression())

    def _check(self, prepared: PreparedPeer) -> None:
        association = self._header.peer_setup.association(prepared)
        request = self.flow.request(prepared.peer, association, self._decompression())
        if request is not None:
            self.told.emit(None)
            self.preflight.start(request)
            self.changed.emit()

    def _test(self, prepared: PreparedPeer) -> None:
        dialog = CheckDialog(self._theme, self._session, self._tasks, self._view)
        dialog.checked.connect(lambda result: self._header.peer_setup.keep_check(prepared, result))
        dialog.show()
        dialog.start(prepared.peer, self._header.peer_setup.association(prepared))

    def _decompression(self) -> Decompression:
        return Decompression.LOSSY if self._header.lossy.isChecked() else Decompression.LOSSLESS

    def _retry(self, node: Node) -> None:
        if self.flow.queue.wait_again(node):
            self.run_primary()

    def _retry_decompressed(self, node: Node) -> None:
        self._header.lossy.setChecked(True)
        self._retry(node)

    def _show_association(self, node: Node) -> None:
        problem = next((instance for instance in instances_below(node) if instance.state in PROBLEMS), None)
        job_id, number = (problem.job_id, problem.association) if problem else ("", 0)
        self.association_wanted.emit(WantedAssociation(is_requestor=True, job_id=job_id, number=number))

    def _begin_echo(self, prepared: PreparedPeer) -> None:
        self._tasks.start(self._echo(prepared))

    async def _echo(self, prepared: PreparedPeer) -> None:
        name = human.printable(str(prepared.peer))
        self._is_echoing = True
        self.answered.emit(Details(title=self.tr("Asking {peer}…").format(peer=name), icon="echo", tone=Tone.ACTIVE))
        try:
            result = await self._session.echo(
                EchoRequest(peer=prepared.peer, association=self._header.peer_setup.association(prepared))
            )
            self.answered.emit(send_details.describe_echo(result, name))
            if isinstance(result.error, AssociationRejectedError):
                self._header.peer_setup.forget_passcode()
        except DicomdeskError as error:
            self.answered.emit(send_details.describe_echo_failure(error, name))
        finally:
            self._is_echoing = False
            self.changed.emit()

    async def _add_files(self) -> None:
        paths = await ask_files(self._tasks, self._view, self.tr("Add files to send"))
        if paths:
            self.flow.add(paths)

    async def _add_folder(self) -> None:
        folder = await ask_folder(self._tasks, self._view, self.tr("Add a folder to send"))
        if folder:
            self.flow.add([folder])
