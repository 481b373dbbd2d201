"""Renders the window in its states to PNG files: ``python -m tests.helpers.window.screenshots FOLDER``.

Runs under Xvfb (``QT_QPA_PLATFORM=xcb``) or without any display (``QT_QPA_PLATFORM=offscreen``). Nothing is sent: the
views are fed with event lists.
"""

import asyncio
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import qasync
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication, QWidget

from dicomdesk.dicom.files.scan import SkippedInput
from dicomdesk.engine.check_findings import CheckStage, CheckStep
from dicomdesk.engine.delivery.report import Report
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import CheckStepFinished, CheckStepStarted, Event, GroupForecast, ItemOutcome
from dicomdesk.engine.forecast import ForecastGroup
from dicomdesk.engine.stats import Progress
from dicomdesk.gui.assets import load_assets
from dicomdesk.gui.dialogs.check import CheckDialog
from dicomdesk.gui.dialogs.listener import ListenerDialog
from dicomdesk.gui.dialogs.peer import PeerDialog
from dicomdesk.gui.event_bridge import Arrival, Bridge
from dicomdesk.gui.main_window import SMALLEST, MainWindow
from dicomdesk.gui.models.send_nodes import StudyNode
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.panes import send_details
from dicomdesk.gui.panes.preflight_flow import describe_preflight
from dicomdesk.gui.security.credentials import Credentials
from dicomdesk.gui.security.security_store import PeerSecurity, SecurityStore
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.gui.window_state import TypedPeer, WindowState
from dicomdesk.settings import AssociationSettings, Peer, RevocationCheck, TlsSettings
from tests.helpers.window import scenes

USUAL = (1280, 800)
_PREFERRED_FONTS = ("Inter", "Noto Sans", "Cantarell", "DejaVu Sans")


class StagedSession(Session):
    """A session whose gauges are told to it."""

    sending: Progress | None = None
    receiving: Progress | None = None
    port = 0
    asked_to_end = 0

    @property
    def is_sending(self) -> bool:
        return self.sending is not None

    @property
    def is_receiving(self) -> bool:
        return self.receiving is not None

    @property
    def cancels(self) -> int:
        return self.asked_to_end

    @property
    def listening_port(self) -> int:
        return self.port

    @property
    def open_associations(self) -> int:
        return sum(progress.associations for progress in (self.sending, self.receiving) if progress is not None)

    def send_progress(self) -> Progress | None:
        return self.sending

    def receive_progress(self) -> Progress | None:
        return self.receiving


class Stage:
    """A window that is shown in one state after the other."""

    def __init__(self, application: QApplication, theme: Theme, loop: asyncio.AbstractEventLoop) -> None:
        self._application = application
        self._loop = loop
        self.theme = theme
        self.tasks = Tasks(loop)
        self.session = StagedSession(Engine(), Bridge(loop), self.tasks)
        state = WindowState(
            peer_ae_title="PACS",
            peer_host="pacs.example",
            calling_ae_title="WS1",
            listen_ae_title="WS1",
            listen_folder="/home/ws1/DICOM",
        )
        self.state = state
        self.store = SecurityStore()
        self.window = self._make_window(state)
        self.shown: QWidget | None = None
        """A dialog that is shown instead of the window."""

    def _make_window(self, state: WindowState) -> MainWindow:
        window = MainWindow(self.theme, self.session, self.tasks, state, self.store)
        window.receive.flow.free_bytes = 81_000_000_000
        return window

    def show(self, size: tuple[int, int]) -> None:
        """Show the window in a size."""
        self.window.resize(*size)
        self.window.show()

    def settle(self) -> None:
        """Let everything be drawn."""
        self.session.ticked.emit()
        self._application.processEvents()
        self.session.ticked.emit()
        self._application.processEvents()

    def shoot(self, path: Path) -> None:
        """Write what the window looks like."""
        self.settle()
        if not (self.shown or self.window).grab().save(str(path)):
            raise OSError(f"cannot write {path}")

    def close(self) -> None:
        """End the window."""
        if self.shown is not None:
            self.shown.close()
        self.window.leave()
        self._loop.run_until_complete(self.tasks.finish(1.0))
        for owner in (self.window, self.session):
            owner.deleteLater()
            QCoreApplication.sendPostedEvents(owner, QEvent.Type.DeferredDelete.value)


def just_now(events: list[Event]) -> list[Arrival]:
    """The events as the bridge delivers them, one after the other until now."""
    now = time.time()
    return [Arrival(now - 0.01 * number, event) for number, event in enumerate(reversed(events), 1)][::-1]


def progress(done: int, total: int, size_done: int, size_total: int, rate: float = 41e6) -> Progress:
    """Gauges of a job."""
    return Progress(
        items_total=total,
        items_done=done,
        bytes_total=size_total,
        bytes_done=size_done,
        bytes_per_s=rate,
        items_per_s=80.0,
        seconds_left=(size_total - size_done) / rate if size_total else None,
        associations=1,
    )


def first_start(stage: Stage) -> None:
    """Nothing was ever entered."""
    stage.window.leave()
    stage.window = stage._make_window(WindowState())


def idle(stage: Stage) -> None:
    """The peer is known, nothing is in the list."""


def echoed(stage: Stage) -> None:
    """The peer was asked and answered."""
    waiting(stage)
    stage.session.echoed.arrived.emit(just_now(scenes.rejected(scenes.ECHO_JOB, 1)))


def waiting(stage: Stage) -> None:
    """Studies were dropped."""
    stage.window.send.flow.queue.add(scenes.found(scenes.usual_headers()))
    stage.window.send.flow.queue.add(
        [SkippedInput(path=f"/data/notes{n}.txt", reason="Not a DICOM file") for n in range(3)]
    )


def busy(stage: Stage) -> None:
    """In the middle of sending and receiving."""
    waiting(stage)
    flow = stage.window.send.flow
    flow.peer_name = "PACS"
    headers = scenes.usual_headers()
    events = scenes.outgoing(1)
    order = [*range(2), *range(620, 768), *range(2, 412)]
    for index in order:
        events += [
            scenes.started(headers[index], index),
            scenes.finished(headers[index], index),
        ]
    for index in range(602, 608):
        reason = "The peer took Secondary Capture only as Explicit or Implicit VR Little Endian; this is JPEG 2000"
        events.append(
            scenes.finished(
                headers[index],
                index,
                ItemOutcome.NOT_SENT,
                status=None,
                reason=reason,
                association=0,
            )
        )
    events.append(scenes.started(headers[412], 412))
    stage.session.sending = progress(560, 812, 302_000_000, 1_550_000_000)
    stage.session.sent.arrived.emit(just_now(events))
    flow._ended_bytes = 301_700_000
    _receive(stage)
    for _ in range(3):
        stage.session.ticked.emit()
    _open_first(stage)


def selected_problem(stage: Stage) -> None:
    """A series that was not sent is selected while others go on."""
    busy(stage)
    study = stage.window.send.flow.model.root.children[0]
    assert isinstance(study, StudyNode)
    stage.window.send.list.view.select_node(list(study.series.values())[2])


def after_failures(stage: Stage) -> None:
    """A job has ended, with problems of all kinds."""
    busy(stage)
    flow = stage.window.send.flow
    headers = scenes.usual_headers()
    events = []
    for index in range(412, 602):
        events.append(scenes.finished(headers[index], index))
    for index in range(608, 620):
        events.append(
            scenes.finished(
                headers[index],
                index,
                ItemOutcome.WARNING,
                status=0xB000,
                reason="Coercion of data elements",
            )
        )
    for index in range(768, 790):
        events.append(
            scenes.finished(
                headers[index],
                index,
                ItemOutcome.REFUSED,
                status=0xA700,
                reason="Out of resources",
            )
        )
    for index in range(790, 812):
        events.append(
            scenes.finished(
                headers[index],
                index,
                ItemOutcome.FAILED,
                status=None,
                reason="The connection was lost before the peer answered",
            )
        )
    events.append(scenes.aborted(scenes.SEND_JOB, 1))
    stage.session.sent.arrived.emit(just_now(events))
    stage.session.sending = None
    flow.queue._on_job_finished()
    details = send_details.describe_result(
        {ItemOutcome.STORED: 750, ItemOutcome.WARNING: 12, ItemOutcome.REFUSED: 22, ItemOutcome.FAILED: 28},
        None,
        "PACS",
        is_cancelled=False,
    )
    flow.report = Report(
        peer_host="pacs.example",
        peer_port=104,
        calling_ae_title="WS1",
        called_ae_title="PACS",
        associations=1,
        contexts_proposed=5,
        items=(),
    )
    flow.told.emit(details)


def failed_row(stage: Stage) -> None:
    """After failures, the worst study is selected."""
    after_failures(stage)
    stage.window.send.list.view.select_node(stage.window.send.flow.model.root.children[2])


def keyboard(stage: Stage) -> None:
    """The focus is in the list."""
    busy(stage)
    view = stage.window.send.list.view
    stage.window.activateWindow()
    view.setFocus()
    view.select_node(stage.window.send.flow.model.root.children[1])


def thousand_rows(stage: Stage) -> None:
    """A thousand studies wait."""
    headers = []
    for number in range(1000):
        study = (f"PATIENT^{number:04}", f"{700000 + number}", "CT thorax with contrast", "20261101")
        headers += [scenes.header(study, ("1", "Axial", "CT"), n) for n in range(3)]
    headers += [scenes.header(scenes.LONG, ("1", "", ""), n) for n in range(2)]
    stage.window.send.flow.queue.add(scenes.found(headers))


def long_names(stage: Stage) -> None:
    """Names of 64 characters, missing names, missing descriptions."""
    studies = [scenes.LONG, ("", "", "", ""), ("=MÜLLER^ZOË", "77", "Schädel", "20261102"), scenes.JANE]
    headers = [scenes.header(study, ("", "", "OT"), n) for study in studies for n in range(3)]
    stage.window.send.flow.queue.add(scenes.found(headers))
    _open_first(stage)


def receive_empty(stage: Stage) -> None:
    """The Receive view at first."""
    stage.window.sidebar.choose(1)


def receive_waiting(stage: Stage) -> None:
    """Listening, nothing has come."""
    stage.window.sidebar.choose(1)
    stage.session.port = 11112
    stage.session.receiving = replace(progress(0, 0, 0, 0, 1.0), associations=0, bytes_per_s=0.0)
    stage.session.changed.emit()


def receiving(stage: Stage) -> None:
    """Studies arrive."""
    _receive(stage)
    stage.window.sidebar.choose(1)
    children = stage.window.receive.flow.model.root.children
    stage.window.receive.view.expand_node(children[0])
    stage.window.receive.view.select_node(children[0])


def associations_empty(stage: Stage) -> None:
    """The Associations view at first."""
    stage.window.sidebar.choose(2)


def associations(stage: Stage) -> None:
    """In and out, with refusals."""
    busy(stage)
    stage.session.echoed.arrived.emit(just_now(scenes.rejected(scenes.ECHO_JOB, 1)))
    stage.window.sidebar.choose(2)
    stage.settle()
    view = stage.window.associations.view
    view.select_node(stage.window.associations.model.root.children[0])


def associations_messages(stage: Stage) -> None:
    """The messages of an association."""
    associations(stage)
    stage.window.associations.panel.chips.choose(1)


def association_rejected(stage: Stage) -> None:
    """A rejection, with advice."""
    associations(stage)
    stage.window.associations.view.select_node(stage.window.associations.model.root.children[-1])


def associations_secure(stage: Stage) -> None:
    """Over TLS, with roles, user identity and extended negotiation, in and out."""
    stage.session.sent.arrived.emit(just_now(scenes.secured(scenes.outgoing(1), days_left=12)))
    stage.session.sent.arrived.emit(just_now(scenes.outgoing(2)))
    incoming = scenes.secured(scenes.incoming(1))
    stage.session.received.arrived.emit(just_now([*incoming, scenes.released(scenes.RECEIVE_JOB, 1)]))
    stage.session.echoed.arrived.emit(just_now(scenes.rejected(scenes.ECHO_JOB, 1)))
    stage.window.sidebar.choose(2)
    stage.settle()
    stage.window.associations.view.select_node(stage.window.associations.model.root.children[0])


def associations_agreement(stage: Stage) -> None:
    """What else was agreed for an association."""
    associations_secure(stage)
    stage.window.associations.panel.chips.choose(2)


def node_plain(stage: Stage) -> None:
    """A node without security, everything folded."""
    show_node(stage, PeerSecurity())


def node_security(stage: Stage) -> None:
    """A node with TLS, own certificate and revocation lists."""
    dialog = show_node(stage, scenes.PEER_SECURITY)
    dialog.open_security()
    dialog.tls._show_pass_phrase(is_encrypted=True)
    dialog.tls.message.say("The private key is encrypted: its pass phrase is asked for when needed.", "key", Tone.QUIET)


def node_problem(stage: Stage) -> None:
    """A file of a node cannot be used."""
    dialog = show_node(stage, replace(scenes.PEER_SECURITY, user_name=""))
    dialog.open_security()
    dialog.tls.revocation.choose(RevocationCheck.NONE)
    said = "The private key /etc/dicom/ws1-key.pem does not belong to the certificate /etc/dicom/ws1.pem."
    dialog.tls.message.say(said, "failed", Tone.BAD)


def node_identity(stage: Stage) -> None:
    """Who we are to a node."""
    dialog = show_node(stage, replace(scenes.PEER_SECURITY, uses_tls=False))
    dialog.identity_fold.open()


def show_node(stage: Stage, security: PeerSecurity) -> PeerDialog:
    """Show the dialog of a node."""
    node = (TypedPeer(ae_title="PACS", host="pacs.example", port="2762"), security)
    dialog = PeerDialog(stage.theme, stage.tasks, Credentials(stage.tasks), node)
    return show_dialog(stage, dialog)


def listener_tls(stage: Stage) -> None:
    """The listener's certificate, and what is demanded of peers."""
    dialog = show_listener(stage)
    dialog.tls.message.say("All files can be used.", "stored", Tone.GOOD)


def listener_access(stage: Stage) -> None:
    """Who may send."""
    show_listener(stage).access_fold.open()


def show_listener(stage: Stage) -> ListenerDialog:
    """Show the dialog of the listener."""
    return show_dialog(
        stage, ListenerDialog(stage.theme, stage.tasks, Credentials(stage.tasks), scenes.LISTENER_SECURITY)
    )


def receive_secure(stage: Stage) -> None:
    """Listening with TLS for some only; somebody was refused."""
    stage.store.keep_listener(scenes.LISTENER_SECURITY)
    receive_waiting(stage)
    stage.session.received.arrived.emit(just_now(scenes.refused_by_us(7)))


def send_secure(stage: Stage) -> None:
    """The node is encrypted."""
    entry = TypedPeer(ae_title="PACS", host="pacs.example", port="104")
    stage.store.keep_peer(entry, scenes.PEER_SECURITY)
    stage.window.send.header.peer_entry.set_typed(replace(entry, port="105"))
    stage.window.send.header.peer_entry.set_typed(entry)
    waiting(stage)


def check_running(stage: Stage) -> None:
    """A connection check in its middle."""
    show_check(stage, scenes.check_steps()[:4], running=CheckStage.ECHO)


def check_ok(stage: Stage) -> None:
    """A connection check that found everything well."""
    dialog = show_check(stage, scenes.check_steps())
    dialog.take(just_now(scenes.capabilities_found()))
    dialog._show_result(scenes.check_result(scenes.check_steps()))


def check_failed(stage: Stage) -> None:
    """A connection check that ended at TLS."""
    dialog = show_check(stage, scenes.failed_check_steps())
    dialog._show_result(scenes.check_result(scenes.failed_check_steps()))


def show_check(stage: Stage, steps: list[CheckStep], running: CheckStage | None = None) -> CheckDialog:
    """Show a connection check with steps that have ended, and one that goes on."""
    dialog = show_dialog(stage, CheckDialog(stage.theme, stage.session, stage.tasks))
    peer = Peer(host="pacs.example", port=2762, ae_title="PACS", tls=TlsSettings())
    dialog.show_asked(peer, AssociationSettings(calling_ae_title="WS1"))
    dialog.take(just_now([CheckStepFinished(job_id="check-1", step=step) for step in steps]))
    dialog._is_running = running is not None
    dialog._show_buttons()
    if running is not None:
        dialog.take(just_now([CheckStepStarted(job_id="check-1", stage=running)]))
    return dialog


def preflight_mixed(stage: Stage) -> None:
    """Some instances can go, some cannot."""
    show_preflight(stage, scenes.mixed_forecast())
    stage.window.send.panel.view.select_node(stage.window.send.preflight.model.root.children[0])


def preflight_fine(stage: Stage) -> None:
    """All instances can go."""
    show_preflight(stage, scenes.mixed_forecast()[3:])


def preflight_running(stage: Stage) -> None:
    """A pre-flight in its middle."""
    waiting(stage)
    pane = stage.window.send
    pane.preflight.details = Details(
        title="Checking how everything would go to PACS…",
        text="312 of 812 instances looked at. Nothing is sent.",
        icon="check",
        tone=Tone.ACTIVE,
    )
    pane.preflight.is_running = True
    pane._show_preflight()


def show_preflight(stage: Stage, groups: list[ForecastGroup]) -> None:
    """Show a pre-flight that has ended."""
    waiting(stage)
    pane = stage.window.send
    pane.preflight.take(just_now([GroupForecast(job_id="preflight-1", group=group) for group in groups]))
    pane.preflight.details = describe_preflight(scenes.preflight_result(groups), "PACS")
    pane._show_preflight()
    pane._show_panel(is_shown=True)


Shown = TypeVar("Shown", bound=QWidget)


def show_dialog(stage: Stage, dialog: Shown) -> Shown:
    """Show a dialog instead of the window."""
    stage.shown = dialog
    dialog.show()
    return dialog


def _receive(stage: Stage) -> None:
    now = time.time()
    headers = [h for h in scenes.usual_headers() if h.patient_name in {"DOE^JANE", "IVANOV^PETR"}]
    events = [*scenes.incoming(1), *scenes.incoming(2, calling="MR2", host="mr2.example")]
    for index, item in enumerate(headers[:300]):
        events.append(
            scenes.finished(item, index, path=f"/home/ws1/DICOM/CT.{index}", association=1, job_id=scenes.RECEIVE_JOB)
        )
    for index, item in enumerate(headers[-120:]):
        is_refused = index >= 117
        events.append(
            scenes.finished(
                item,
                index,
                ItemOutcome.REFUSED if is_refused else ItemOutcome.STORED,
                path="" if is_refused else f"/home/ws1/DICOM/MR.{index}",
                association=2,
                job_id=scenes.RECEIVE_JOB,
                status=0xA700 if is_refused else 0,
                reason="The disk has less room left than is kept free" if is_refused else "",
            )
        )
    arrivals = [Arrival(now - 12 + 0.01 * n, event) for n, event in enumerate(events)]
    arrivals.append(Arrival(now - 1, scenes.released(scenes.RECEIVE_JOB, 2)))
    stage.session.received.arrived.emit(arrivals)
    stage.session.port = 11112
    stage.session.receiving = replace(progress(420, 0, 190_000_000, 0, 12.4e6), associations=1)
    stage.session.second_passed.emit()
    stage.session.changed.emit()


def _open_first(stage: Stage) -> None:
    stage.window.send.list.view.expand_node(stage.window.send.flow.model.root.children[0])


SCENES: tuple[tuple[str, Callable[[Stage], None], tuple[int, int]], ...] = (
    ("first-start", first_start, USUAL),
    ("idle", idle, USUAL),
    ("waiting", waiting, USUAL),
    ("busy", busy, USUAL),
    ("busy-selected", selected_problem, USUAL),
    ("after-failures", after_failures, USUAL),
    ("keyboard", keyboard, USUAL),
    ("failed-row", failed_row, USUAL),
    ("thousand-rows", thousand_rows, USUAL),
    ("long-names", long_names, SMALLEST),
    ("narrow", selected_problem, SMALLEST),
    ("receive-empty", receive_empty, USUAL),
    ("receive-waiting", receive_waiting, SMALLEST),
    ("receive-busy", receiving, USUAL),
    ("receive-narrow", receiving, SMALLEST),
    ("associations-empty", associations_empty, USUAL),
    ("associations", associations, USUAL),
    ("associations-messages", associations_messages, USUAL),
    ("association-rejected", association_rejected, USUAL),
    ("associations-narrow", associations, SMALLEST),
    ("associations-secure", associations_secure, USUAL),
    ("associations-agreement", associations_agreement, USUAL),
    ("associations-agreement-narrow", associations_agreement, SMALLEST),
    ("node-plain", node_plain, USUAL),
    ("node-security", node_security, USUAL),
    ("node-problem", node_problem, USUAL),
    ("node-identity", node_identity, USUAL),
    ("listener-tls", listener_tls, USUAL),
    ("listener-access", listener_access, USUAL),
    ("receive-secure", receive_secure, SMALLEST),
    ("send-secure", send_secure, USUAL),
    ("check-running", check_running, USUAL),
    ("check-ok", check_ok, USUAL),
    ("check-failed", check_failed, USUAL),
    ("preflight-mixed", preflight_mixed, USUAL),
    ("preflight-narrow", preflight_mixed, SMALLEST),
    ("preflight-fine", preflight_fine, USUAL),
    ("preflight-running", preflight_running, USUAL),
)


def shoot_all(application: QApplication, folder: Path, names: set[str] | None = None) -> list[Path]:
    """Write a PNG of each scene in each theme; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    loop = asyncio.get_event_loop()
    theme = Theme(application, load_assets())
    written = []
    for scheme in (Qt.ColorScheme.Light, Qt.ColorScheme.Dark):
        for name, play, size in SCENES:
            if names and name not in names:
                continue
            theme.follow(scheme)
            stage = Stage(application, theme, loop)
            stage.show(size)
            play(stage)
            stage.show(size)
            path = folder / f"{name}-{scheme.name.lower()}.png"
            stage.shoot(path)
            stage.close()
            written.append(path)
    return written


def use_decent_font(application: QApplication) -> None:
    """Take the first font of a desktop's kind that is installed."""
    families = set(QFontDatabase.families())
    for family in _PREFERRED_FONTS:
        if family in families:
            application.setFont(QFont(family, 10))
            return


def main() -> int:
    """Write all screenshots to the folder given; further arguments name scenes."""
    application = QApplication(sys.argv[:1])
    use_decent_font(application)
    asyncio.set_event_loop(qasync.QEventLoop(application))
    for path in shoot_all(application, Path(sys.argv[1]), set(sys.argv[2:])):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
