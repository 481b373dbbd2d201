from pathlib import Path

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.engine.query.request import QueryModel
from dicomdesk.gui.query.flow import MOST_AT_ONCE, QueryFlow
from dicomdesk.gui.query.form.form_values import FormValues
from dicomdesk.gui.query.pane import QueryPane
from dicomdesk.gui.query.results.cells import ACCESSION, DATE, DESCRIPTION, NAME
from dicomdesk.gui.query.results.result_nodes import ResultNode
from tests.gui.query.conftest import WaitUntil, answered, ask
from tests.helpers.archives.served_archives import encoded, running
from tests.helpers.data.datasets import EXPLICIT, Builder
from tests.helpers.peers.fake_peer import Answer, FakePeer


def study(number: int) -> bytes:
    return Builder(EXPLICIT).element(0x0020000D, "UI", f"1.2.{number}")


def test_patients_come_first_and_their_studies_by_the_rest_of_the_form(
    pane: QueryPane, wait_until: WaitUntil, tmp_path: Path
) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.9.1"), encoded("1.2.9.3", "1.2.5", "1.2.5.5", patient="P2", name="Roe^Rick"))
        pane.header.form.set_values(FormValues(model=QueryModel.PATIENT_ROOT, accession_number="no such"))
        ask(pane, archive, wait_until)
        patients = list(pane.flow.tree.tops())
        assert {node.level for node in patients} == {Level.PATIENT}
        assert len(patients) == 2
        pane.view.expand_node(patients[0])
        wait_until(lambda: not pane.flow.is_loading)
        assert not patients[0].by_key
        pane.header.form.set_values(FormValues(model=QueryModel.PATIENT_ROOT, patient_id="P1"))
        ask(pane, archive, wait_until)
        (jane,) = pane.flow.tree.tops()
        for _ in range(3):
            pane.view.expand_node(deepest(jane))
            wait_until(lambda: not pane.flow.is_loading)
    image = deepest(jane)
    assert (image.level, image.text(NAME)) == (Level.IMAGE, "Instance 1")
    assert [image.unique_value(level) for level in Level] == ["P1", "1.2.3", "1.2.3.5", "1.2.9.1"]


def step(accession: str, time: str) -> bytes:
    build = Builder(EXPLICIT)
    scheduled = b"".join(
        build.element(tag, vr, value)
        for tag, vr, value in (
            (0x00080060, "CS", "CT"),
            (0x00400002, "DA", "20261130"),
            (0x00400003, "TM", time),
            (0x00400007, "LO", "Chest CT"),
        )
    )
    top = ((0x00080050, "SH", accession), (0x00100010, "PN", "Doe^Jane"), (0x0020000D, "UI", "1.2.3"))
    elements = [build.element(tag, vr, value) for tag, vr, value in top]
    return b"".join([*elements, build.sequence(0x00400100, build.item(scheduled))])


def test_a_worklist_is_a_list_of_scheduled_steps_that_are_not_retrieved(pane: QueryPane, wait_until: WaitUntil) -> None:
    pane.header.form.set_values(FormValues(model=QueryModel.WORKLIST, modalities=("CT",)))
    answers = [Answer(0xFF00, step("A1", "0900")), Answer(0xFF00, step("A2", "1015")), Answer(0)]
    with FakePeer(answers=[answers]) as peer:
        pane.header.peer_entry.port.setText(str(peer.port))
        pane.ask()
        answered(pane, wait_until)
    assert b"1.2.840.10008.5.1.4.31" in peer.associations[0].pdu
    rows = sorted((node.text(ACCESSION), node.text(DATE), node.text(DESCRIPTION)) for node in pane.flow.tree.tops())
    assert rows == [("A1", "2026-11-30 09:00", "Chest CT"), ("A2", "2026-11-30 10:15", "Chest CT")]
    pane.view.selectAll()
    assert pane.selected() == []
    assert not any(node.opens and node.unfetched() for node in pane.flow.tree.tops())
    assert "--worklist" in pane.commands.command_text()


def deepest(node: ResultNode) -> ResultNode:
    while node.by_key:
        node = next(iter(node.by_key.values()))
    return node


def test_a_peer_is_asked_a_few_questions_at_once_and_all_in_the_end(pane: QueryPane, wait_until: WaitUntil) -> None:
    count = 3 * MOST_AT_ONCE
    first = [Answer(0xFF00, study(number)) for number in range(count)]
    with FakePeer(answers=[[*first, Answer(0)], [Answer(0)]]) as peer:
        pane.header.peer_entry.port.setText(str(peer.port))
        pane.ask()
        answered(pane, wait_until)
        flow: QueryFlow = pane.flow
        for node in flow.tree.tops():
            pane.view.expand_node(node)
        begun = [asking for node in flow.tree.tops() for asking in flow.askings_below(node)]
        most = 0

        def all_over() -> bool:
            nonlocal most
            most = max(most, peer.events.count("associated") - peer.events.count("released"))
            return not flow.is_loading

        wait_until(all_over)
    assert len(begun) == count
    assert len(peer.queries) == count + 1
    assert most <= MOST_AT_ONCE


def test_another_question_forgets_what_the_one_before_still_brings(pane: QueryPane, wait_until: WaitUntil) -> None:
    answers = [[Answer(0xFF00, study(1)), Answer(0)], [Answer(0xFF00, study(2)), Answer(0)]]
    with FakePeer(answers=answers) as peer:
        pane.header.peer_entry.port.setText(str(peer.port))
        pane.ask()
        wait_until(lambda: bool(pane.flow.askings))
        question, asked = pane.flow.question, [asking.asked for asking in pane.flow.askings]
        assert question is not None
        old = pane.flow.askings
        pane.flow.ask(question, asked)
        answered(pane, wait_until)
        wait_until(lambda: peer.events.count("released") >= len(peer.associations) and bool(peer.associations))
    assert all(asking.is_forgotten for asking in old)
    assert len(pane.flow.tree) == 1
