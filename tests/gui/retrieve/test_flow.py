"""Jobs of the window with peers that do as they should not."""

from pathlib import Path

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.engine.retrieve.outcome import DiagnosisKind
from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.models.association_log import AssociationRecord
from dicomdesk.gui.retrieve.errand import Errand, Target, plan_errands
from dicomdesk.gui.retrieve.job_nodes import JobNode, Stage
from dicomdesk.gui.retrieve.part import RetrievePart
from tests.gui.retrieve.conftest import WaitUntil
from tests.helpers.archives.served_archives import encoded, running
from tests.helpers.data.found import asked_peer, found
from tests.helpers.dcmtk.programs import free_port


def errand(port: int, folder: Path, method: RetrieveMethod = RetrieveMethod.AUTOMATIC, study: str = "1.2.3") -> Errand:
    entity = found(Level.STUDY, (asked_peer(port), None), study=study)
    return plan_errands([entity], Target(folder=folder), method)[0]


def fetch(part: RetrievePart, wait_until: WaitUntil, *errands: Errand) -> list[JobNode]:
    nodes = part.flow.begin(errands)
    wait_until(lambda: all(node.is_over for node in nodes))
    return nodes


def kinds(node: JobNode) -> list[DiagnosisKind]:
    return [one.kind for one in node.outcome.diagnoses] if node.outcome is not None else []


def test_moves_at_once_share_one_listener(
    part: RetrievePart, window: MainWindow, wait_until: WaitUntil, tmp_path: Path
) -> None:
    port = int(window.receive.port.value())
    with running(tmp_path / "archive", peers={"WS1": port}) as archive:
        archive.put(
            *(
                encoded(f"1.{study}.{number}", f"1.2.{study}", f"1.2.{study}.1")
                for study in range(3)
                for number in range(4)
            )
        )
        nodes = fetch(
            part,
            wait_until,
            *(errand(archive.port, tmp_path / "in", RetrieveMethod.MOVE, f"1.2.{study}") for study in range(3)),
        )
    assert [(node.stage, node.standing.stored) for node in nodes] == [(Stage.DONE, 4)] * 3
    assert len(list((tmp_path / "in").iterdir())) == 12
    wait_until(lambda: not window._session.is_receiving)


def test_what_is_under_way_is_not_begun_twice(part: RetrievePart, wait_until: WaitUntil, tmp_path: Path) -> None:
    with running(tmp_path / "archive") as archive:
        archive.put(encoded("1.1"))
        wanted = errand(archive.port, tmp_path / "in")
        first, second = part.flow.begin([wanted, wanted])
        assert first is second
        wait_until(lambda: first.is_over)
        assert part.flow.begin([wanted])[0] is not first


def test_a_study_that_has_vanished_is_said_with_what_to_do(
    part: RetrievePart, wait_until: WaitUntil, tmp_path: Path
) -> None:
    with running(tmp_path / "archive") as archive:
        (node,) = fetch(part, wait_until, errand(archive.port, tmp_path / "in"))
    assert node.stage is Stage.FAILED
    assert kinds(node) == [DiagnosisKind.NOTHING_FOUND]


def test_a_peer_that_is_gone_is_said(part: RetrievePart, wait_until: WaitUntil, tmp_path: Path) -> None:
    (node,) = fetch(part, wait_until, errand(free_port(), tmp_path / "in"))
    assert (node.stage, kinds(node)) == (Stage.FAILED, [DiagnosisKind.UNREACHABLE])


def test_a_folder_that_cannot_be_made_is_said(part: RetrievePart, wait_until: WaitUntil, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (node,) = fetch(part, wait_until, errand(free_port(), tmp_path / "file" / "in"))
    assert node.stage is Stage.FAILED
    assert "file" in node.error


def test_associations_of_retrieves_are_in_the_log(
    part: RetrievePart, window: MainWindow, wait_until: WaitUntil, tmp_path: Path
) -> None:
    with running(tmp_path / "archive") as archive:
        archive.put(encoded("1.1"))
        (node,) = fetch(part, wait_until, errand(archive.port, tmp_path / "in"))
    records = [each for each in window.associations.model.root.children if isinstance(each, AssociationRecord)]
    assert node.stage is Stage.DONE
    assert sum(record.stored for record in records) == 1
    assert all(record.is_requestor for record in records)
    names = [message.name for record in records for message in record.messages]
    assert {"C-FIND-RQ", "C-FIND-RSP", "C-GET-RQ", "C-GET-RSP"} <= set(names)
    (end,) = (message for record in records for message in record.messages if message.name == "C-GET-RSP")
    assert (end.status, end.reason) == (0, "1 sent")


def test_finished_retrieves_are_taken_off_the_list(part: RetrievePart, wait_until: WaitUntil, tmp_path: Path) -> None:
    (node,) = fetch(part, wait_until, errand(free_port(), tmp_path / "in"))
    assert part.flow.problems == 1
    part.flow.clear_finished()
    assert (part.flow.nodes, part.flow.problems) == ([], 0)
    assert node.is_over
