"""States of the Send view, the pre-flight among them, on a stage."""

from dataclasses import replace

from dicomdesk.dicom.files.scan import SkippedInput
from dicomdesk.engine.delivery.report import Report
from dicomdesk.engine.events import GroupForecast, ItemOutcome
from dicomdesk.engine.forecast import ForecastGroup
from dicomdesk.gui.models.send_nodes import StudyNode
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.panes import send_details
from dicomdesk.gui.panes.preflight_flow import describe_preflight
from dicomdesk.gui.theme import Tone
from dicomdesk.gui.window_state import TypedPeer, WindowState
from tests.helpers.window import scenes
from tests.helpers.window.stage import Stage, just_now, progress, show_received


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
    show_received(stage)
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


def send_secure(stage: Stage) -> None:
    """The node is encrypted."""
    entry = TypedPeer(ae_title="PACS", host="pacs.example", port="104")
    stage.peers.keep_security(entry, scenes.PEER_SECURITY)
    stage.window.send.header.peer_entry.set_typed(replace(entry, port="105"))
    stage.window.send.header.peer_entry.set_typed(entry)
    waiting(stage)


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


def _open_first(stage: Stage) -> None:
    stage.window.send.list.view.expand_node(stage.window.send.flow.model.root.children[0])
