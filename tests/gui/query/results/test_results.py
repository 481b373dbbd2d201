from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.gui.query.pane import QueryPane
from dicomdesk.gui.query.results.cells import PATIENT
from dicomdesk.gui.query.results.result_nodes import ResultNode
from dicomdesk.gui.query.results.result_tree import FIRST_WINDOW
from dicomdesk.gui.query.results.results_view import ResultsView
from tests.gui.query.conftest import WaitUntil, ask
from tests.helpers.archives.served_archives import encoded, running
from tests.helpers.data.datasets import EXPLICIT, Builder
from tests.helpers.peers.fake_peer import Answer, FakePeer


def tops(pane: QueryPane) -> list[ResultNode]:
    return [node for node in pane.flow.model.root.children if isinstance(node, ResultNode)]


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
