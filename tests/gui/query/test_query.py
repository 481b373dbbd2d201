from pathlib import Path

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.gui.query.asking import AskingState
from dicomdesk.gui.query.pane import QueryPane
from dicomdesk.gui.query.results.cells import DATE, INSTANCES, NAME, PEER
from dicomdesk.gui.query.results.result_nodes import NoteNode, ResultNode
from tests.gui.query.conftest import WaitUntil, ask
from tests.helpers.archives.served_archives import ARCHIVE, encoded, running


def tops(pane: QueryPane) -> list[ResultNode]:
    return [node for node in pane.flow.model.root.children if isinstance(node, ResultNode)]


def test_studies_series_and_instances_are_asked_for_when_they_are_opened(
    pane: QueryPane, wait_until: WaitUntil, tmp_path: Path
) -> None:
    with running(tmp_path) as archive:
        archive.put(
            encoded("1.2.9.1", "1.2.3", "1.2.3.5"),
            encoded("1.2.9.2", "1.2.3", "1.2.3.5"),
            encoded("1.2.9.3", "1.2.4", "1.2.4.5", patient="P2", name="Roe^Rick"),
        )
        ask(pane, archive, wait_until)
        found = {node.text(NAME): node for node in tops(pane)}
        assert set(found) == {"Doe, Jane", "Roe, Rick"}
        study = found["Doe, Jane"]
        assert (study.text(DATE), study.text(INSTANCES), study.text(PEER)) == ("2024-01-02 10:11", "2", ARCHIVE)
        assert not study.children
        pane.view.expand_node(study)
        wait_until(lambda: not pane.flow.is_loading)
        (series,) = study.children
        assert isinstance(series, ResultNode)
        pane.view.expand_node(series)
        wait_until(lambda: not pane.flow.is_loading)
    assert [child.text(NAME) for child in series.children] == ["Instance 1", "Instance 1"]
    pane.view.select_node(series.children[0])
    (chosen,) = pane.selected()
    assert (chosen.level, chosen.study_instance_uid, chosen.series_instance_uid) == (Level.IMAGE, "1.2.3", "1.2.3.5")
    assert chosen.sop_instance_uid in {"1.2.9.1", "1.2.9.2"}
    assert chosen.places[0].asked.peer.port == archive.port


def test_what_the_form_says_is_asked_for(pane: QueryPane, wait_until: WaitUntil, tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.9.1"), encoded("1.2.9.3", "1.2.4", "1.2.4.5", patient="P2", name="Roe^Rick"))
        pane.header.form.patient_name.setText("Ro")
        ask(pane, archive, wait_until)
    assert [node.text(NAME) for node in tops(pane)] == ["Roe, Rick"]


def test_what_is_below_something_chosen_is_not_chosen_twice(
    pane: QueryPane, wait_until: WaitUntil, tmp_path: Path
) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.9.1"))
        ask(pane, archive, wait_until)
        pane.view.expand_node(tops(pane)[0])
        wait_until(lambda: not pane.flow.is_loading)
    told: list[int] = []
    pane.selection_changed.connect(lambda: told.append(len(pane.selected())))
    pane.view.selectAll()
    assert [chosen.level for chosen in pane.selected()] == [Level.STUDY]
    assert told[-1] == 1


def test_a_peer_that_does_not_answer_is_said_with_its_reason(pane: QueryPane, wait_until: WaitUntil) -> None:
    pane.header.peer_entry.port.setText("9")
    pane.header.primary.click()
    wait_until(lambda: bool(pane.flow.askings) and not pane.flow.is_asking)
    assert pane.flow.askings[0].state is AskingState.FAILED
    details = pane.details.details()
    assert "PACS" in details.title
    assert details.text


def test_a_peer_that_is_gone_when_a_study_is_opened_is_said_below_it(
    pane: QueryPane, wait_until: WaitUntil, tmp_path: Path
) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.9.1"))
        ask(pane, archive, wait_until)
    (study,) = tops(pane)
    pane.view.expand_node(study)
    wait_until(lambda: not pane.flow.is_loading)
    (note,) = study.children
    assert isinstance(note, NoteNode)
    assert ARCHIVE in note.text(NAME)


def test_how_much_is_here_already_stands_with_the_instances(
    pane: QueryPane, wait_until: WaitUntil, tmp_path: Path
) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.9.1"), encoded("1.2.9.2"))
        ask(pane, archive, wait_until)
    (study,) = tops(pane)
    assert study.mark(INSTANCES) is None
    asked: list[tuple[object, ...]] = []

    def words(*uids_and_count: object) -> str:
        asked.append(uids_and_count)
        return "1 of 2"

    pane.show_here(words)
    mark = study.mark(INSTANCES)
    assert mark is not None
    assert (mark.word, study.text(INSTANCES)) == ("1 of 2 here", "2")
    assert asked == [("1.2.3", "", "", 2)]
