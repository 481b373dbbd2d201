"""States of the Send view, the pre-flight among them, on a stage."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dicomdesk.dicom.files.scan import SkippedInput
from dicomdesk.engine.events import GroupForecast, ItemOutcome
from dicomdesk.engine.forecast import ForecastGroup
from dicomdesk.engine.journal.records import AttemptRecord, ErrandState, HistoryErrand, InstanceRecord, InstanceState
from dicomdesk.engine.outbox.facts import ErrandChanged, RunStarted
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.panes import send_details
from dicomdesk.gui.panes.preflight_flow import describe_preflight
from dicomdesk.gui.sending.nodes import StudyNode
from dicomdesk.gui.sending.past.history import HistoryDialog
from dicomdesk.gui.sending.past.history_nodes import AttemptNode, HistoryNode, PastInstanceNode, instance_nodes
from dicomdesk.gui.theme import Tone
from dicomdesk.gui.window_state import TypedPeer, WindowState
from tests.helpers.window import scenes
from tests.helpers.window.errands import begin, end, errand_of, errand_with, hand_over
from tests.helpers.window.stage import Stage, just_now, progress, show_dialog, show_received


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


_USUAL = "PACS"


def _sent(stage: Stage, count: int) -> list[StudyNode]:
    """Jane, Petr and Yuki are on their way, and this much of Jane has been stored, all of Petr."""
    waiting(stage)
    queue = stage.window.send.flow.queue
    jane, petr, yuki = hand_over(queue, _USUAL)
    stage.session.sent.arrived.emit(just_now(scenes.outgoing(1)))
    for study, numbers in ((jane, range(count)), (petr, range(148))):
        for number in numbers:
            begin(queue, study, number)
            end(queue, study, number)
    reason = "The peer took Secondary Capture only as Explicit or Implicit VR Little Endian; this is JPEG 2000"
    for number in range(602, 608):
        end(queue, jane, number, ItemState.NOT_SENT, None, reason)
    stage.window.send.flow.peer_name = _USUAL
    return [jane, petr, yuki]


def busy(stage: Stage) -> None:
    """In the middle of sending and receiving."""
    jane, *_ = _sent(stage, 412)
    flow = stage.window.send.flow
    begin(flow.queue, jane, 412)
    run = RunStarted(job_id=scenes.SEND_JOB, peer=_USUAL, errand_ids=(1, 2, 3))
    stage.session.outbox.runs[scenes.SEND_JOB] = run
    flow.gauges.begin(run)
    stage.session.sending = progress(560, 812, 302_000_000, 1_550_000_000)
    flow.gauges.show({scenes.SEND_JOB: stage.session.sending})
    _draw_speed(stage)
    show_received(stage)
    stage.settle()
    _open_first(stage)


def _draw_speed(stage: Stage) -> None:
    graph = stage.window.send.graph
    for second in range(70):
        graph.note(41e6 + 12e6 * math.sin(second / 6) - (20e6 if 30 < second < 36 else 0))
    graph.show()


def several_peers(stage: Stage) -> None:
    """Studies go to three peers at once: one is busy, one waits for its next try, one is paused."""
    waiting(stage)
    queue = stage.window.send.flow.queue
    jane, petr, yuki = hand_over(queue, _USUAL)
    headers = [scenes.header(scenes.LONG, ("1", "Whole body", "CT"), n) for n in range(240)]
    queue.add(scenes.found(headers), "Night archive")
    (later,) = queue.drafts("Night archive")
    queue.begin_handing([later])
    queue.end_handing({later: 4})
    for study, number, state, peer in (
        (petr, 2, ErrandState.RETRYING, "Research"),
        (yuki, 3, ErrandState.HELD, "ARCHIVE@archive.example:104"),
        (later, 4, ErrandState.WAITING, "Night archive"),
    ):
        soon = datetime.now(UTC) + timedelta(seconds=25.4)
        is_retry = state is ErrandState.RETRYING
        reason = "No connection to research.example port 104: Connection refused (nothing listens on that port)"
        study.peer = peer
        record = {"next_try_at": soon, "reason": reason, "tries": 3} if is_retry else {}
        queue.take(ErrandChanged(errand=errand_of(study, state, peer=peer, position=float(number), **record)))
    for number in range(180):
        begin(queue, jane, number)
        end(queue, jane, number)
    begin(queue, jane, 180)
    stage.session.outbox.runs["a"] = RunStarted(job_id="a", peer=_USUAL, errand_ids=(1,))
    stage.session.outbox.runs["b"] = RunStarted(job_id="b", peer="Night archive", errand_ids=(4,))
    begin(queue, later, 0)
    for run in stage.session.outbox.runs.values():
        stage.window.send.flow.gauges.begin(run)
    stage.session.sending = replace(progress(180, 860, 95_000_000, 452_000_000), associations=5)
    gauges = {"a": progress(180, 620, 95_000_000, 325_000_000), "b": progress(0, 240, 200_000, 126_000_000, 9e6)}
    stage.window.send.flow.gauges.show(gauges)
    _draw_speed(stage)


def retry_selected(stage: Stage) -> None:
    """The study that waits for its next try is selected."""
    several_peers(stage)
    stage.window.send.list.view.select_node(stage.window.send.flow.queue.studies[1])


def several_selected(stage: Stage) -> None:
    """Three studies are selected, and a filter hides others."""
    several_peers(stage)
    stage.window.send.list.filters.chips.choose(1)
    stage.window.send.list.view.selectAll()


def all_held(stage: Stage) -> None:
    """Everything is paused."""
    waiting(stage)
    queue = stage.window.send.flow.queue
    queue.remove_skipped()
    for study in hand_over(queue, _USUAL):
        queue.take(ErrandChanged(errand=errand_of(study, ErrandState.HELD)))


def history(stage: Stage) -> None:
    """The history, with one errand opened down to the tries of an instance."""
    dialog = HistoryDialog(stage.theme, stage.tasks, stage.session.outbox, stage.window)
    names = ("DOE, JANE   12345   CT abdomen", "IVANOV, PETR   88102   MR head", "SATO, YUKI   55410   US heart")
    stored, refused = InstanceState.STORED, InstanceState.REFUSED
    entries = [({stored: 620}, ErrandState.DONE, ""), ({stored: 140, refused: 8}, ErrandState.DONE, "")]
    entries += [({stored: 12, InstanceState.WAITING: 32}, ErrandState.CANCELLED, "sent to Night archive instead")]
    for number in range(12):
        counts, state, reason = entries[number % 3]
        errand = errand_with(90 - number, counts, state, title=names[number % 3], reason=reason)
        dialog.model.insert(None, [HistoryNode(HistoryErrand(errand=errand.record, counts=counts))])
    first = dialog.model.root.children[1]
    assert isinstance(first, HistoryNode)
    first.is_loaded = True
    found = scenes.found(scenes.usual_headers()[:3])
    at = datetime.now(UTC)
    records = [
        InstanceRecord(errand_id=89, number=number, found=each, state=refused if number == 1 else stored, attempts=2,
            status=0xA900 if number == 1 else 0, at=at, reason="Data set does not match its SOP class" if number == 1
            else "")
        for number, each in enumerate(found)
    ]  # fmt: skip
    dialog.model.insert(first, instance_nodes(records))
    second = first.children[1]
    assert isinstance(second, PastInstanceNode)
    second.is_loaded = True
    dialog.model.insert(second, [
        AttemptNode(AttemptRecord(number=1, peer=_USUAL, began_at=at, ended_at=at, state=InstanceState.FAILED,
            status=None, reason="The connection was lost before the peer answered")),
        AttemptNode(AttemptRecord(number=2, peer=_USUAL, began_at=at, ended_at=at, state=refused, status=0xA900,
            reason="Data set does not match its SOP class")),
    ])  # fmt: skip
    dialog.view.expand_node(first)
    dialog.view.expand_node(second)
    dialog._pages.setCurrentIndex(1)
    dialog.told.setText("12 entries")
    show_dialog(stage, dialog, (1000, 600))


def history_empty(stage: Stage) -> None:
    """Nothing was ever sent."""
    show_dialog(stage, HistoryDialog(stage.theme, stage.tasks, stage.session.outbox, stage.window), (1000, 600))


def selected_problem(stage: Stage) -> None:
    """A series that was not sent is selected while others go on."""
    busy(stage)
    study = stage.window.send.flow.model.root.children[0]
    assert isinstance(study, StudyNode)
    stage.window.send.list.view.select_node(list(study.series.values())[2])


def after_failures(stage: Stage) -> None:
    """All has ended, with problems of all kinds."""
    jane, _, yuki = _sent(stage, 602)
    flow = stage.window.send.flow
    for number in range(608, 620):
        end(flow.queue, jane, number, ItemState.WARNING, 0xB000, "Coercion of data elements")
    for number in range(44):
        is_refused = number < 22
        state, status = (ItemState.REFUSED, 0xA700) if is_refused else (ItemState.FAILED, None)
        reason = "Out of resources" if is_refused else "The connection was lost before the peer answered"
        end(flow.queue, yuki, number, state, status, reason)
    stage.session.sent.arrived.emit(just_now([scenes.aborted(scenes.SEND_JOB, 1)]))
    stage.session.sending = None
    details = send_details.describe_result(
        {ItemOutcome.STORED: 750, ItemOutcome.WARNING: 12, ItemOutcome.REFUSED: 22, ItemOutcome.FAILED: 28},
        None,
        _USUAL,
        is_held=False,
    )
    flow.has_report = True
    flow.told.emit(details)
    _open_first(stage)


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
