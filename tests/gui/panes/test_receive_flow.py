from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from dicomdesk.engine.events import ItemFinished, ItemOutcome, Notice, NoticeLevel, RequestFailed, StudySettled
from dicomdesk.engine.receive.request import ReceiveRequest, Storage
from dicomdesk.gui.event_bridge import Bridge
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.panes import receive_details
from dicomdesk.gui.panes.receive_flow import ReceiveFlow
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.view import WantedAssociation
from tests.gui.conftest import KEPT, SlowEngine
from tests.helpers.window import scenes

WaitUntil = Callable[[Callable[[], bool]], None]


def test_folder_is_made_before_listening(session: Session, tasks: Tasks, wait_until: WaitUntil, tmp_path: Path) -> None:
    flow = ReceiveFlow(session, tasks)
    flow.listen(ReceiveRequest(port=0, storage=Storage(folder=tmp_path / "a" / "b")))
    assert flow.is_starting
    wait_until(lambda: session.is_receiving)
    assert (tmp_path / "a" / "b").is_dir()
    assert not flow.is_starting
    flow.listen(ReceiveRequest(port=0, storage=Storage(folder=tmp_path)))  # a second one is not begun
    flow.stop()
    wait_until(lambda: not session.is_receiving)


def test_listening_is_begun_once(bridge: Bridge, tasks: Tasks, wait_until: WaitUntil, tmp_path: Path) -> None:
    engine = SlowEngine()
    session = Session(engine, bridge, tasks)
    KEPT.append(session)
    flow = ReceiveFlow(session, tasks)
    flow.listen(ReceiveRequest(port=0, storage=Storage(folder=tmp_path)))
    wait_until(lambda: engine.asked == 1)
    assert flow.is_starting
    flow.listen(ReceiveRequest(port=0, storage=Storage(folder=tmp_path)))
    engine.may_begin.set()
    wait_until(lambda: session.is_receiving)
    closing = tasks.start(session.shut_down())
    assert closing is not None
    wait_until(closing.done)
    assert engine.asked == 1


def test_folder_that_cannot_be_made_is_told(
    session: Session, tasks: Tasks, wait_until: WaitUntil, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    flow = ReceiveFlow(session, tasks)
    told: list[Exception] = []
    flow.failed.connect(told.append)
    flow.listen(ReceiveRequest(port=0, storage=Storage(folder=tmp_path / "file" / "below")))
    wait_until(lambda: bool(told))
    assert isinstance(told[0], NotADirectoryError)
    assert not flow.is_starting


def test_disk_of_a_folder_that_is_not_there_yet_is_known(
    session: Session, tasks: Tasks, wait_until: WaitUntil, tmp_path: Path
) -> None:
    flow = ReceiveFlow(session, tasks)
    flow.watch_folder(str(tmp_path / "not" / "there"))
    wait_until(lambda: flow.free_bytes is not None)
    assert flow.free_bytes


def test_peer_of_a_failed_connection_is_told(session: Session, tasks: Tasks) -> None:
    flow = ReceiveFlow(session, tasks)
    told: list[tuple[Details, WantedAssociation]] = []
    flow.refused.connect(lambda details, wanted: told.append((details, wanted)))
    trouble = Notice(job_id="receive-1", level=NoticeLevel.ERROR, text="No TLS.", peer_host="10.0.0.9")
    failed = RequestFailed(job_id="receive-1", peer_host="10.0.0.9", reason="No PDU.")
    session.received.arrived.emit(scenes.at_noon([trouble, failed]))
    title = "Trouble with a connection from 10.0.0.9"
    assert [(each.title, each.text) for each, _ in told] == [
        (title, "No TLS."),
        (title, "Could not receive association request: No PDU."),
    ]


def test_what_could_not_be_stored_or_run_is_told(session: Session, tasks: Tasks) -> None:
    flow = ReceiveFlow(session, tasks)
    told: list[tuple[Details, WantedAssociation]] = []
    flow.refused.connect(lambda details, wanted: told.append((details, wanted)))
    session.received.arrived.emit(
        scenes.at_noon(
            [
                ItemFinished(
                    job_id="j",
                    association=1,
                    index=0,
                    path="",
                    outcome=ItemOutcome.REFUSED,
                    status=0xA700,
                    fault="full",
                ),
                StudySettled(job_id="j", study_instance_uid="1.2", folder="f", items=1, command_exit_code=3),
                StudySettled(job_id="j", study_instance_uid="1.3", folder="f", items=1, command_exit_code=0),
            ]
        )
    )
    assert [each.title for each, _ in told] == ["Trouble while listening"] * 2
    assert told[0][0].text == "Cannot store received object: full."
    assert told[1][0].text.startswith("The command for a received study ended with exit code 3. ")
    assert [wanted for _, wanted in told] == [
        WantedAssociation(is_requestor=False, job_id="j", number=1),
        WantedAssociation(is_requestor=False, job_id="j"),
    ]


def test_events_fill_the_studies(session: Session, tasks: Tasks) -> None:
    flow = ReceiveFlow(session, tasks)
    header = replace(scenes.header(scenes.JANE, ("1", "", "CT"), 1), patient_name="X^Y")
    session.received.arrived.emit(scenes.at_noon([*scenes.incoming(1), scenes.finished(header, 0, path="/in/F")]))
    assert flow.studies.instances == 1
    assert flow.model.rowCount() == 1


def test_a_refusal_for_what_was_proposed_says_what_to_change_here() -> None:
    details = receive_details.describe_refusal("CT1@ct.example", "no acceptable presentation contexts", "", 1)
    assert details.title == "CT1@ct.example was refused"
    assert "choose beside Start what is" in details.text
    told = receive_details.describe_refusal("CT1@ct.example", "calling AE title not recognized", "Ask for it.", 2)
    assert told.text == "Calling AE title not recognized. Ask for it."
