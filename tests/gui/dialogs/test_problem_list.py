from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from dicomdesk.gui.dialogs.problem_list import ProblemList, ProblemNode
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.problems.book import ProblemBook
from dicomdesk.gui.sending.nodes import InstanceNode
from dicomdesk.gui.session import Session
from dicomdesk.gui.theme import Theme
from tests.helpers.data.studies import write_study
from tests.helpers.peers.fake_peer import FakePeer, Status

WaitUntil = Callable[[Callable[[], bool]], None]
VIEWS = {"send": "Send", "peers": "Peers"}


def made(theme: Theme, count: int) -> tuple[ProblemBook, ProblemList]:
    book = ProblemBook()
    for number in range(count):
        book.shelf("send").report(number, f"File {number}", f"Refused {number}", at=float(number))
    return book, ProblemList(theme, book, VIEWS, None)


def test_each_problem_is_a_row_with_time_view_and_words(theme: Theme) -> None:
    book, shown = made(theme, 10)
    book.shelf("").report("window.json", "Settings", "The disk is full")
    shown.open()
    rows = [node for node in shown.model.root.children if isinstance(node, ProblemNode)]
    assert [row.text(1) for row in rows] == ["Send"] * 10 + ["Program"]
    assert [row.text(2) for row in rows[:2]] == ["File 0", "File 1"]
    assert shown.heading.title() == "11 problems"
    assert shown.details.details().text == "The disk is full"
    assert not shown.show_button.isEnabled(), "no row is behind it"
    shown.close()


def test_list_follows_the_book_while_it_is_open(theme: Theme) -> None:
    book, shown = made(theme, 3)
    shown.open()
    book.mend("send", 1)
    book.shelf("send").report(2, "File 2", "Refused again")
    book.shelf("peers").report("PACS", "Check of PACS", "No answer")
    shown.refresh()
    assert [node.text(3) for node in shown.model.root.children] == ["Refused 0", "Refused again", "No answer"]
    book.dismiss_all()
    shown.refresh()
    assert shown.heading.title() == "No problems"
    shown.close()


def test_return_leads_to_the_row_and_delete_dismisses(theme: Theme) -> None:
    book, shown = made(theme, 3)
    wanted: list[object] = []
    shown.wanted.connect(wanted.append)
    shown.open()
    latest = shown.selected()[0]
    QTest.keyClick(shown.view, Qt.Key.Key_Return)
    assert wanted == [latest]
    shown.view.selectAll()
    assert len(shown.selected()) == 3
    shown.dismiss_button.click()
    assert len(book) == 0
    shown.close()


def test_count_in_the_strip_is_that_of_the_list_and_each_leads_to_its_instance(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    write_study(tmp_path / "out", 10)
    with FakePeer(stores=[Status(0xA900, f"reason {number}") for number in range(10)]) as peer:
        window.send.header.peer_entry.port.setText(str(peer.port))
        window.send.list.area.dropped.emit([str(tmp_path / "out")])
        wait_until(lambda: window.send.flow.queue.total == 10 and not window.send.flow.is_scanning)
        window.send.header.primary.click()
        wait_until(lambda: len(session.problems) == 10 and not session.is_sending)
    wait_until(lambda: window.status._problems.text() == "10 problems")
    window.sidebar.choose(1)
    window.status._problems.click()
    assert len(window.problems.model.root.children) == 10
    for node in list(window.problems.model.root.children):
        window.problems.view.node_activated.emit(node)
        assert window.views.currentWidget() is window.send
        assert isinstance(node, ProblemNode)
        shown = window.send.list.view.selected_node()
        assert isinstance(shown, InstanceNode)
        assert (shown.study.errand_id, shown.number) == node.problem.row
    window.send.commands.retry_all()
    wait_until(lambda: session.problems.shelf("send").count == 0)  # what is tried again is no problem
    window.problems.close()
