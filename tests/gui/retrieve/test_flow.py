"""Jobs of the window with peers that do as they should not."""

import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.engine.retrieve.outcome import DiagnosisKind
from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.models.association_log import AssociationRecord
from dicomdesk.gui.retrieve import words
from dicomdesk.gui.retrieve.errand import Errand, Target, plan_errands
from dicomdesk.gui.retrieve.job_nodes import JobNode, Stage
from dicomdesk.gui.retrieve.part import RetrievePart
from tests.gui.conftest import Finish
from tests.gui.retrieve.conftest import WaitUntil
from tests.helpers.archives.served_archives import encoded, make_settings, running, serving
from tests.helpers.data.found import asked_peer, found
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.jobs.retrieving import CT, ct
from tests.helpers.peers.answering_peer import C_CANCEL, Answer, AnsweringPeer, Asked, Message, response, roles
from tests.helpers.peers.requestors import ABORT, data_pdu, pdu, store_command

C_FIND = 0x0020


def series_errand(port: int, folder: Path) -> Errand:
    entity = found(Level.SERIES, (asked_peer(port), None), series="1.2.3.5")
    return plan_errands([entity], Target(folder=folder))[0]


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


# -- peers that do as they should not


def after_find(answer: Answer) -> Answer:
    """Finds two instances, and answers what else is asked."""

    def both(asked: Asked, message: Message) -> None:
        if message.field == C_FIND:
            asked.send(*(response(message, 0xFF00, ct(uid)) for uid in ("1.1", "1.2")), response(message, 0))
        else:
            answer(asked, message)

    return both


def one_then(end: Callable[[Asked, Message], None]) -> Answer:
    """Sends one instance of two, then does something else."""

    def answer(asked: Asked, message: Message) -> None:
        number = next(number for number, (uid, _) in asked.contexts.items() if uid == CT)
        asked.send(data_pdu(number, 3, store_command("1.1")), data_pdu(number, 2, ct("1.1")))
        asked.read_message()
        asked.send(response(message, 0xFF00, x1020=1, x1021=1, x1022=0, x1023=0))
        end(asked, message)

    return after_find(answer)


def test_a_peer_that_takes_only_moves_is_found_out_once(
    part: RetrievePart, window: MainWindow, wait_until: WaitUntil, tmp_path: Path
) -> None:
    port = int(window.receive.port.value())
    settings = make_settings(tmp_path / "archive", peers={"WS1": port}, allows_get=False)
    with serving(settings) as archive:
        archive.put(encoded("1.1"))
        (node,) = fetch(part, wait_until, errand(archive.port, tmp_path / "in"))
        assert (node.stage, node.method) == (Stage.DONE, RetrieveMethod.MOVE), words.report(node)
        assert "does not accept C-GET" in node.reason
        asked = len(window.associations.model.root.children)
        (again,) = fetch(part, wait_until, replace(errand(archive.port, tmp_path / "in"), takes_again=True))
        assert again.stage is Stage.DONE
        assert len(window.associations.model.root.children) - asked < asked


def test_a_peer_that_aborts_in_the_middle_is_said_and_what_came_is_kept(
    part: RetrievePart, wait_until: WaitUntil, tmp_path: Path
) -> None:
    with AnsweringPeer(one_then(lambda asked, _message: asked.send(pdu(ABORT, bytes(4)))), roles) as peer:
        (node,) = fetch(part, wait_until, series_errand(peer.port, tmp_path / "in"))
    assert (node.stage, kinds(node), node.done) == (Stage.FAILED, [DiagnosisKind.BROKEN_OFF], 1)
    assert [row.uid for row in node.lacking] == ["1.2"]
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["CT.1.1"]
    assert next(action.word for action in part._actions(node)) == "Retrieve what is missing"


def test_counters_that_lie_are_said(part: RetrievePart, wait_until: WaitUntil, tmp_path: Path) -> None:
    def lie(asked: Asked, message: Message) -> None:
        asked.send(response(message, 0, x1021=7, x1022=0, x1023=0))

    with AnsweringPeer(one_then(lie), roles) as peer:
        (node,) = fetch(part, wait_until, series_errand(peer.port, tmp_path / "in"))
    assert (node.stage, kinds(node)) == (Stage.INCOMPLETE, [DiagnosisKind.COUNTERS_DIFFER])
    assert "7 sent" in words.figures(node)
    assert "1 arrived" in words.figures(node)


def test_a_retrieve_is_cancelled_in_order(part: RetrievePart, wait_until: WaitUntil, tmp_path: Path) -> None:
    def wait(asked: Asked, message: Message) -> None:
        cancel = asked.read_message()
        assert cancel is not None
        assert cancel.field == C_CANCEL
        asked.send(response(message, 0xFE00, x1020=1, x1021=1, x1022=0, x1023=0))

    with AnsweringPeer(one_then(wait), roles) as peer:
        (node,) = part.flow.begin([series_errand(peer.port, tmp_path / "in")])
        wait_until(lambda: node.done == 1)
        assert part._session.is_busy
        part.flow.cancel(node)
        wait_until(lambda: node.is_over)
    assert (node.stage, node.standing.stored) == (Stage.CANCELLED, 1)
    assert not part._session.is_busy


def test_a_retrieve_that_waits_for_the_listener_can_be_cancelled(
    part: RetrievePart, window: MainWindow, finish: Finish, wait_until: WaitUntil, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    finish(part.flow.listener.acquire(tmp_path / "other", str))
    (node,) = part.flow.begin([errand(free_port(), tmp_path / "in", RetrieveMethod.MOVE)])
    wait_until(lambda: bool(node.note))
    part.flow.cancel(node)
    wait_until(lambda: node.is_over)
    assert (node.stage, node.note) == (Stage.CANCELLED, "")
    part.flow.listener.release()
    wait_until(lambda: not window._session.is_receiving)


def test_a_port_in_use_is_said_with_what_to_do(
    part: RetrievePart, window: MainWindow, wait_until: WaitUntil, tmp_path: Path
) -> None:
    with socket.create_server(("", 0)) as taken:
        window.receive.port.setText(str(taken.getsockname()[1]))
        (node,) = fetch(part, wait_until, errand(free_port(), tmp_path / "in", RetrieveMethod.MOVE))
    assert node.stage is Stage.FAILED
    assert "port" in node.error
    assert any("C-GET" in line for line in words.tell(node).lines)
