"""Actions of the Send view: add, send, pause, try again, move, clear, check, test, echo, report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from dicomdesk import human
from dicomdesk.engine.journal.records import SettingValue
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.gui import wording
from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.outline.states import PROBLEMS, ItemState
from dicomdesk.gui.panels.details import Action, Details
from dicomdesk.gui.panes import send_details
from dicomdesk.gui.panes.preflight_flow import PreflightFlow
from dicomdesk.gui.panes.send_flow import SendFlow
from dicomdesk.gui.panes.send_header import HeaderState, PauseState, SendHeader
from dicomdesk.gui.panes.sending.additions import Additions
from dicomdesk.gui.panes.sending.chosen import ids_of, is_going, numbers_by_study, retry_numbers
from dicomdesk.gui.panes.sending.command_copy import CommandCopy
from dicomdesk.gui.panes.sending.order import Order
from dicomdesk.gui.panes.sending.peer_questions import PeerQuestions
from dicomdesk.gui.panes.sending.removal import Removal
from dicomdesk.gui.security.credentials import PreparedPeer, SecurityAccess
from dicomdesk.gui.security.destinations import CALLING, DECOMPRESSION, Destinations, peer_word, request_for
from dicomdesk.gui.sending.nodes import StudyNode
from dicomdesk.gui.sending.past.reports import ReportBook
from dicomdesk.gui.sending.queue import studies_of
from dicomdesk.gui.sending.when_done import WhenDone, WhenDoneRun
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.gui.view import WantedAssociation
from dicomdesk.gui.window_state import TypedPeer, WindowState
from dicomdesk.settings import Decompression

if TYPE_CHECKING:
    from dicomdesk.gui.sending.past.history import HistoryDialog


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

    def __init__(
        self,
        theme: Theme,
        session: Session,
        tasks: Tasks,
        header: SendHeader,
        access: SecurityAccess,
        view: QWidget,
    ) -> None:
        """``view`` is the parent of dialogs."""
        super().__init__(view)
        self._theme = theme
        self._session = session
        self._tasks = tasks
        self._header = header
        self._view = view
        self._access = access
        self._history: HistoryDialog | None = None
        self.recent_peers: tuple[TypedPeer, ...] = ()
        self.destinations = Destinations(tasks, access, self)
        session.outbox.resolve = self.destinations.resolve
        self.destinations.is_listening = lambda: session.is_receiving
        self.flow = SendFlow(session, tasks, self)
        self.flow.wish = header.commits.wish
        self.preflight = PreflightFlow(session, tasks, self)
        self.reports = ReportBook(tasks, session.outbox, self.destinations, view)
        self.when_done = WhenDoneRun(theme, view)
        self.questions = PeerQuestions(theme, session, tasks, header.peer_setup, view)
        self.removal = Removal(self.flow, tasks, view)
        self.order = Order(self.flow)
        self.additions = Additions(self.flow, tasks, view)
        self._commands = CommandCopy(self.flow, header, self.destinations, self._known)
        self._connect()

    def state(self) -> HeaderState:
        """Return what decides what can be done."""
        census = self.flow.census()
        return HeaderState(
            ready=sum(study.counts[ItemState.WAITING] for study in census.ready),
            finished=census.finished,
            problems=self.flow.problems(),
            rows=len(self.flow.queue.rows),
            going=len(census.going),
            held=len(census.held),
            is_sending=self._session.is_sending,
            is_scanning=self.flow.is_scanning,
            is_checking=self.preflight.is_running,
            is_echoing=self.questions.is_echoing,
            has_report=self.flow.has_report or census.has_ended,
        )

    # What can be done with rows.

    def actions_for(self, nodes: Sequence[Node]) -> tuple[Action, ...]:
        """Return what can be done with selected rows, the most wanted first."""
        studies = studies_of(nodes)
        actions: list[Action] = []
        if any(study.whole_state is ItemState.READY for study in studies):
            actions.append(Action(word=self.tr("Send these"), run=lambda: self.send_these(nodes), icon="send"))
        if any(study.problems for study in studies):
            actions.append(Action(word=self.tr("Try again"), run=lambda: self.retry(nodes), icon="retry"))
        elif any(study.whole_state is ItemState.RETRYING for study in studies):
            actions.append(Action(word=self.tr("Try now"), run=lambda: self.retry(nodes), icon="retry"))
        if len(nodes) == 1 and not self._header.lossy.isChecked() and send_details.may_need_decompression(nodes[0]):
            word = self.tr("Send decompressed")
            actions.append(Action(word=word, run=lambda: self._retry_decompressed(nodes), icon="send"))
        if any(study.whole_state is ItemState.HELD for study in studies):
            word = self.tr("Send now") if all(study.is_scheduled for study in studies) else self.tr("Go on")
            actions.append(Action(word=word, run=lambda: self.release(nodes), icon="start"))
        if any(is_going(study) for study in studies):
            actions.append(Action(word=self.tr("Pause"), run=lambda: self.hold(nodes), icon="pause"))
        if len(nodes) == 1 and any(study.problems for study in studies):
            word = self.tr("Show negotiation")
            actions.append(Action(word=word, run=lambda: self._show_association(nodes[0]), icon="associations"))
        return tuple(actions)

    def more_actions_for(self, nodes: Sequence[Node]) -> tuple[Action, ...]:
        """Return what else can be done with selected rows, for the menu."""
        studies = studies_of(nodes)
        if not studies:
            return ()
        actions = [Action(word=self.tr("Send to another peer…"), run=lambda: self.choose_peer(nodes))]
        if any(study.ended < study.total for study in studies):
            actions.append(Action(word=self.tr("Send first"), run=lambda: self.order.send_first(nodes)))
        if any(is_going(study) or study.whole_state is ItemState.HELD for study in studies):
            actions.append(Action(word=self.tr("Cancel"), run=lambda: self.cancel(nodes)))
        if any(study.ended for study in studies):
            actions.append(Action(word=self.tr("Report"), run=lambda: self.open_report(studies)))
        actions.append(Action(word=self.tr("Copy as command"), run=lambda: self.copy_command(nodes)))
        actions.append(Action(word=self.tr("Take off the list"), run=lambda: self.removal.remove(nodes)))
        return tuple(actions)

    def run_primary(self) -> None:
        """Send what is ready."""
        if self.flow.ready() or not self._header.peer_entry.is_valid():
            self._reach_to_send(self.flow.ready)

    def run_pause(self) -> None:
        """Pause what is on its way; break off what does not end; go on with what was paused; read no further."""
        flow = self.flow
        match self._header.pause_state:
            case PauseState.PAUSE:
                ids = ids_of(flow.going())
                flow.ask(lambda outbox: outbox.hold(ids))
            case PauseState.BREAK_OFF:
                ids = [errand_id for run in self._session.outbox.runs.values() for errand_id in run.errand_ids]
                flow.ask(lambda outbox: outbox.abort(ids))
            case PauseState.STOP_READING:
                flow.stop_reading()
            case PauseState.GO_ON:
                ids = ids_of(flow.held())
                flow.ask(lambda outbox: outbox.release(ids))
                self.begun.emit()
            case _:
                pass

    def send_these(self, nodes: Sequence[Node]) -> None:
        """Send only the studies that are selected, of those that are ready."""
        wanted = [study for study in studies_of(nodes) if study.whole_state is ItemState.READY]
        self._reach_to_send(lambda: wanted)

    def retry(self, nodes: Sequence[Node]) -> None:
        """Try again what did not succeed at or below rows, and what waits for its next try."""
        wanted = numbers_by_study(nodes)

        def retry() -> None:
            self.flow.ask(partial(retry_numbers, wanted))

        self._reach_peers(studies_of(nodes), retry)

    def retry_all(self) -> None:
        """Try everything again that has a problem."""
        self.retry([study for study in self.flow.queue.studies if study.problems])

    def hold(self, nodes: Sequence[Node]) -> None:
        """Let studies wait."""
        ids = ids_of(studies_of(nodes))
        self.flow.ask(lambda outbox: outbox.hold(ids))

    def release(self, nodes: Sequence[Node]) -> None:
        """Let studies go on that were paused."""
        held = [study for study in studies_of(nodes) if study.whole_state is ItemState.HELD]
        self._reach_peers(held, lambda: self.flow.ask(lambda outbox: outbox.release(ids_of(held))))

    def cancel(self, nodes: Sequence[Node]) -> None:
        """End studies with what they have."""
        ids = ids_of(study for study in studies_of(nodes) if study.whole_state is not ItemState.READY)
        self.flow.ask(lambda outbox: outbox.cancel(ids))

    def redirect(self, nodes: Sequence[Node], known: KnownPeer) -> None:
        """Send studies to a peer; those that are only listed wait until they are let go."""
        studies = studies_of(nodes)
        name = known.name
        self.flow.redirect(studies, name)
        words = wording.plural(
            len(studies), self.tr("{count} study goes to {{peer}} now"), self.tr("{count} studies go to {{peer}} now")
        )
        text = self.tr("What was sent before stays in the list with its result.")
        has_result = any(study.ended for study in studies)
        self.told.emit(
            Details(title=words.replace("{peer}", peer_word(name)), text=text if has_result else "", icon="send")
        )

    def redirect_to_typed(self, nodes: Sequence[Node]) -> None:
        """Send studies to the peer that is typed at the top."""
        self._header.peer_setup.reach(lambda prepared: self.redirect(nodes, self._known(prepared)))

    def choose_peer(self, nodes: Sequence[Node]) -> None:
        """Let the user choose another peer for studies."""
        from dicomdesk.gui.peers.choice import PeerPopup  # noqa: PLC0415 - opened seldom

        popup = PeerPopup(self._theme, self._access.peers, self._view)
        popup.chosen.connect(lambda known: self.redirect(nodes, known))
        popup.open_below(self._header.peer_entry)

    def copy_command(self, nodes: Sequence[Node]) -> None:
        """Copy what sends the rows in a terminal; all where none is selected."""
        self._tasks.start(self._commands.copy(studies_of(nodes) or self.flow.queue.studies))

    def open_report(self, studies: Sequence[StudyNode] = ()) -> None:
        """Show the report of what was sent last, or on certain studies."""
        ids = ids_of(studies) or list(self.flow.last_sent) or ids_of(self.flow.queue.studies)
        self.reports.open(ids)

    def open_history(self) -> None:
        """Show what was sent, and when."""
        from dicomdesk.gui.sending.past.history import HistoryDialog  # noqa: PLC0415 - loaded when it is opened

        if self._history is None:
            self._history = HistoryDialog(self._theme, self._tasks, self._session.outbox, self._view)
            self._history.send_again_wanted.connect(self.flow.add)
        self._history.open_anew()

    def check(self) -> None:
        """Find out how what is ready would go."""
        if self._header.check_button.isEnabled():
            self._header.peer_setup.reach(self._begin_check)

    def check_decompressed(self) -> None:
        """Find out how it would go with lossy images decompressed."""
        self._header.lossy.setChecked(True)
        self.check()

    # Doing.

    def _connect(self) -> None:
        header, flow = self._header, self.flow
        flow.changed.connect(self.changed)
        flow.told.connect(self._on_told)
        flow.scanned.connect(self._on_scanned)
        flow.finished.connect(self._on_finished)
        self._session.changed.connect(self.changed)
        self._session.ticked.connect(self.changed)
        self._access.peers.changed.connect(self._on_book_changed)
        self.preflight.rejected.connect(header.peer_setup.forget_passcode)
        flow.rejected.connect(self._on_rejected)
        self.destinations.secret_wanted.connect(self._on_secret_wanted)
        header.peer_setup.test_wanted.connect(self.questions.test_prepared)
        self.questions.answered.connect(self.answered)
        self.questions.changed.connect(self.changed)
        self.removal.removed.connect(lambda: self.told.emit(None))
        self._commands.told.connect(self.told)
        for wanted, run in (
            (header.primary_wanted, self.run_primary),
            (header.pause_wanted, self.run_pause),
            (header.check_wanted, self.check),
            (header.test_wanted, self.questions.test),
            (header.echo_wanted, self.questions.echo),
            (header.files_wanted, self.additions.ask_for_files),
            (header.folder_wanted, self.additions.ask_for_folder),
            (header.report_wanted, self.open_report),
            (header.retry_wanted, self.retry_all),
            (header.clear_wanted, self.removal.clear),
            (header.clear_all_wanted, self.removal.clear_all),
            (header.history_wanted, self.open_history),
        ):
            wanted.connect(run)

    def _on_told(self, details: Details) -> None:
        actions: list[Action] = []
        if self.flow.has_report and not self._session.is_sending:
            actions.append(Action(word=self.tr("Open report"), run=self.open_report, icon="report"))
            if self.flow.problems():
                actions.append(Action(word=self.tr("Try again"), run=self.retry_all, icon="retry"))
            actions.append(Action(word=self.tr("Clear finished"), run=self.removal.clear, icon="clear"))
        self.told.emit(replace(details, actions=actions))

    def _on_scanned(self, ready: int) -> None:
        if self._header.at_once.isChecked() and ready:
            self.run_primary()

    def _on_finished(self, result: Details) -> None:
        choice = self._header.when_done.chosen
        self.when_done.run(choice, result)
        if choice is WhenDone.QUIT:
            self.told.emit(
                replace(
                    result,
                    text=self.tr("dicomdesk quits in a few seconds, as you wanted when everything is sent."),
                    actions=[Action(word=self.tr("Stay"), run=self._stay, icon="close")],
                )
            )

    def _stay(self) -> None:
        self.when_done.stay()
        self.told.emit(None)

    def _on_book_changed(self) -> None:
        if self._session.outbox.is_open:
            self.flow.ask(lambda outbox: outbox.peers_changed())

    def _on_secret_wanted(self, peer: str) -> None:
        known = self.destinations.find(peer)
        if known is None:
            return
        self.told.emit(
            Details(
                title=self.tr("{peer} wants a passcode or pass phrase").format(peer=human.printable(peer_word(peer))),
                text=self.tr("What goes there waits until it is given."),
                icon="key",
                tone=Tone.WARNING,
                actions=[Action(word=self.tr("Give it"), run=lambda: self._ask_secret(known), icon="key")],
            )
        )

    def _ask_secret(self, known: KnownPeer) -> None:
        self._tasks.start(self._give_secret(known))

    async def _give_secret(self, known: KnownPeer) -> None:
        if await self._access.prepare(known, self._view) is not None:
            self.told.emit(None)
            self.flow.ask(lambda outbox: outbox.peers_changed())

    def _on_rejected(self, peer: str) -> None:
        """A peer that would not associate may have been given a wrong passcode."""
        known = self.destinations.find(peer)
        if known is not None and known.security.sends_passcode:
            self._access.credentials.forget_passcode(known.peer(), known.security.user_name)

    def _reach_to_send(self, which: Callable[[], Sequence[StudyNode]]) -> None:
        """Send studies when the peer that is typed is ready, and those that others go to."""
        studies = which()
        if studies and all(study.is_chosen_peer for study in studies):
            self._reach_peers(studies, lambda: self._begin(studies, "", {}))
            return
        self._header.peer_setup.reach(lambda prepared: self._send(prepared, which()))

    def _reach_peers(self, studies: Sequence[StudyNode], run: Callable[[], None]) -> None:
        """Call ``run`` when the secrets of all peers of studies are at hand, after a question where one is not."""
        self._tasks.start(self._prepare_peers(tuple(dict.fromkeys(study.peer for study in studies)), run))

    async def _prepare_peers(self, names: Sequence[str], run: Callable[[], None]) -> None:
        for name in names:
            known = self.destinations.find(name)
            is_plain = known is None or known.security.is_plain
            if known is not None and not is_plain and await self._access.prepare(known, self._view) is None:
                return
        run()

    def _known(self, prepared: PreparedPeer) -> KnownPeer:
        """The peer that is typed, as errands name it."""
        self._header.peer_setup.remember()
        known = self._header.peer_setup.find(prepared)
        peer = prepared.peer
        if known is not None:
            return known
        return KnownPeer(name=str(peer), ae_title=peer.ae_title, host=peer.host, port=peer.port)

    def _settings(self) -> Mapping[str, SettingValue]:
        return {
            CALLING: self._header.peer_entry.calling.value(),
            DECOMPRESSION: self._decompression().value,
        }

    def _send(self, prepared: PreparedPeer, studies: Sequence[StudyNode]) -> None:
        if not studies:
            return
        peer_entry = self._header.peer_entry
        known = WindowState(recent_peers=self.recent_peers)
        self.recent_peers = known.with_recent_peer(peer_entry.typed()).recent_peers
        peer_entry.set_recent_peers(self.recent_peers)
        self._begin(studies, self._known(prepared).name, self._settings())

    def _begin(self, studies: Sequence[StudyNode], peer: str, settings: Mapping[str, SettingValue]) -> None:
        self.when_done.stay()
        self.begun.emit()
        self.flow.send(studies, peer, settings)

    def _begin_check(self, prepared: PreparedPeer) -> None:
        self._tasks.start(self._check(prepared))

    async def _check(self, prepared: PreparedPeer) -> None:
        records = await self.flow.instances_of(self.flow.ready())
        if records:
            known = self._known(prepared)
            request = request_for(known, prepared, self._settings(), "")
            self.told.emit(None)
            self.preflight.start(replace(request, found=tuple(record.found for record in records)))
            self.changed.emit()

    def _decompression(self) -> Decompression:
        return Decompression.LOSSY if self._header.lossy.isChecked() else Decompression.LOSSLESS

    def _retry_decompressed(self, nodes: Sequence[Node]) -> None:
        self._header.lossy.setChecked(True)
        self.flow.set_settings(studies_of(nodes), {DECOMPRESSION: Decompression.LOSSY.value})
        self.retry(nodes)

    def _show_association(self, node: Node) -> None:
        study, number = next(
            ((study, number) for study, number, state, _ in send_details.results_below(node) if state in PROBLEMS),
            (None, 0),
        )
        job_id, association = "", 0
        if study is not None:
            job_id, association = self.flow.queue.carrier_of(study, number)
        self.association_wanted.emit(WantedAssociation(is_requestor=True, job_id=job_id, number=association))
