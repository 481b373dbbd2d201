from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.query.asking import AskingState
from dicomdesk.gui.query.cells import DATE, INSTANCES, NAME, PATIENT, PEER
from dicomdesk.gui.query.flow import QueryFlow
from dicomdesk.gui.query.header import QueryHeader
from dicomdesk.gui.query.pane import QueryPane
from dicomdesk.gui.query.result_nodes import NoteNode, ResultNode
from dicomdesk.gui.query.result_tree import FIRST_WINDOW
from dicomdesk.gui.query.results_view import ResultsView
from tests.helpers.archives.served_archives import ARCHIVE, Running, encoded, running
from tests.helpers.data.datasets import EXPLICIT, Builder
from tests.helpers.peers.fake_peer import Answer, FakePeer

WaitUntil = Callable[[Callable[[], bool]], None]


@pytest.fixture
def pane(window: MainWindow) -> QueryPane:
    window.sidebar.choose([view.key for view in (window.send, window.receive, window.query)].index("query"))
    return window.query


def ask(pane: QueryPane, archive: Running, wait_until: WaitUntil) -> None:
    header: QueryHeader = pane.header
    flow: QueryFlow = pane.flow
    header.peer_entry.called.setText(ARCHIVE)
    header.peer_entry.port.setText(str(archive.port))
    header.primary.click()
    wait_until(lambda: bool(flow.askings) and not flow.is_asking)


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
        pane.header.patient_name.setText("Ro")
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


def test_many_results_are_shown_from_the_first_on_and_further_where_the_end_comes_into_sight(
    pane: QueryPane, wait_until: WaitUntil
) -> None:
    count = 3 * FIRST_WINDOW
    answers = [Answer(0xFF00, study(number)) for number in range(count)]
    with FakePeer(answers=[[*answers, Answer(0)]]) as peer:
        pane.header.peer_entry.port.setText(str(peer.port))
        pane.header.primary.click()
        wait_until(lambda: bool(pane.flow.askings) and not pane.flow.is_asking)
    view: ResultsView = pane.view
    assert (len(pane.flow.tree), view.visible_rows()) == (count, FIRST_WINDOW)
    view.header().setSortIndicator(PATIENT, Qt.SortOrder.AscendingOrder)
    assert [node.text(PATIENT) for node in tops(pane)[:2]] == ["P0000", "P0001"]
    view.scrollToBottom()
    assert view.visible_rows() == 2 * FIRST_WINDOW
    QTest.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(pane.selected()) == count
    assert pane.selected()[0].level is Level.STUDY


def study(number: int) -> bytes:
    build = Builder(EXPLICIT)
    return build.element(0x00100020, "LO", f"P{number:04}") + build.element(0x0020000D, "UI", f"1.2.{number}")


def test_what_is_selected_and_open_stays_so_when_other_rows_are_shown(
    pane: QueryPane, wait_until: WaitUntil, tmp_path: Path
) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.9.1"), encoded("1.2.9.3", "1.2.4", "1.2.4.5", patient="P2", name="Roe^Rick"))
        ask(pane, archive, wait_until)
        jane = next(node for node in tops(pane) if node.text(PATIENT) == "P1")
        pane.view.expand_node(jane)
        wait_until(lambda: not pane.flow.is_loading)
    pane.view.select_node(jane.children[0])
    pane.flow.tree.filter(lambda node: node is jane)
    assert (tops(pane), pane.view.is_open(jane), pane.view.selected_nodes()) == ([jane], True, [jane.children[0]])
    pane.flow.tree.filter(None)
    assert (len(tops(pane)), pane.view.is_open(jane), pane.view.selected_nodes()) == (2, True, [jane.children[0]])
