"""Commitment in the window: wished in the menu, told in the row, in the instances and in the report."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.engine.commit.request import CommitWish
from dicomdesk.engine.journal.records import Commitment
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.sending.commitments import CommitMenu, counted
from dicomdesk.gui.sending.nodes import StudyNode
from dicomdesk.gui.session import Session
from tests.helpers.archives.served_archives import ARCHIVE, running
from tests.helpers.data.datasets import EXPLICIT
from tests.helpers.data.studies import write_study
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.peers.answering_peer import AnsweringPeer, Asked, Message, response
from tests.helpers.peers.commitment_peers import N_ACTION, action_answer, asked_for, report_pdus
from tests.helpers.peers.report_takers import COMMITMENT
from tests.helpers.peers.requestors import Proposal, connected
from tests.helpers.window.errands import loaded

WaitUntil = Callable[[Callable[[], bool]], None]
C_STORE = 0x0001


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    write_study(folder, 2)
    return folder


def send(window: MainWindow, port: int, folder: Path, wait_until: WaitUntil, *, deletes: bool = False) -> StudyNode:
    header = window.send.header
    header.peer_entry.port.setText(str(port))
    header.peer_entry.called.setText(ARCHIVE)
    header.commits.asks.setChecked(True)
    header.commits.deletes.setChecked(deletes)
    window.send.list.area.dropped.emit([str(folder)])
    wait_until(lambda: not window.send.flow.is_scanning)
    header.primary.click()
    (study,) = window.send.flow.queue.studies
    return study


def test_deleting_is_only_there_with_asking_and_never_on_by_itself(qtbot: QtBot) -> None:
    view = QWidget()
    qtbot.addWidget(view)
    menu = CommitMenu(view, is_asked=False)
    assert menu.wish() is None
    assert not menu.deletes.isEnabled()
    menu.asks.setChecked(True)
    assert menu.wish() == CommitWish(deletes=False)
    menu.deletes.setChecked(True)
    assert menu.wish() == CommitWish(deletes=True)
    menu.asks.setChecked(False)
    assert (menu.wish(), menu.deletes.isChecked()) == (None, False)
    assert CommitMenu(view, is_asked=True).wish() == CommitWish(deletes=False)


def test_the_word_of_a_row_is_the_one_that_matters_most() -> None:
    assert counted({}) == {}
    assert counted({Commitment.COMMITTED: 3}) == {"Committed": 3}
    assert counted({Commitment.COMMITTED: 3, Commitment.ASKED: 1}) == {"Asked to keep": 1}
    some = {Commitment.COMMITTED: 3, Commitment.ASKED: 1, Commitment.NOT_COMMITTED: 2}
    assert counted(some) == {"Not committed": 2}


def test_what_is_committed_is_told_and_deleted_where_that_is_wished(
    window: MainWindow, wait_until: WaitUntil, sources: Path, tmp_path: Path
) -> None:
    with running(tmp_path / "archive") as archive:
        study = send(window, archive.port, sources, wait_until, deletes=True)
        wait_until(lambda: study.state_text() == "Committed")
        wait_until(lambda: not [path for path in sources.rglob("*") if path.is_file()])


def test_what_is_not_committed_says_why_and_keeps_its_file(
    window: MainWindow, wait_until: WaitUntil, sources: Path
) -> None:
    def answer(asked: Asked, message: Message) -> None:
        if message.field == C_STORE:
            asked.send(response(message, 0, x1000=message.command.values[0x1000]))
        elif message.field == N_ACTION:
            transaction, references = asked_for(message)
            outcomes = {references[0]: 0x0112, **dict.fromkeys(references[1:], 0)}
            asked.send(action_answer(message), report_pdus(transaction, outcomes))

    files = [path for path in sources.rglob("*") if path.is_file()]
    with AnsweringPeer(answer) as peer:
        study = send(window, peer.port, sources, wait_until)
        wait_until(lambda: study.state_text() == "Not committed 1")
    told = [node for node in loaded(window.send.flow, study, wait_until) if node.result.commitment == "Not committed"]
    assert "0112H" in told[0].reason
    assert all(path.exists() for path in files)


def test_a_report_that_the_peer_brings_to_our_receiver_is_taken(
    window: MainWindow, session: Session, wait_until: WaitUntil, sources: Path
) -> None:
    asked_transactions: list[tuple[str, list[Reference]]] = []

    def answer(asked: Asked, message: Message) -> None:
        if message.field == C_STORE:
            asked.send(response(message, 0, x1000=message.command.values[0x1000]))
        elif message.field == N_ACTION:
            asked_transactions.append(asked_for(message))
            asked.send(action_answer(message))

    window.receive.port.setText(str(free_port()))
    window.receive.primary.click()
    wait_until(lambda: session.is_receiving)
    with AnsweringPeer(answer) as peer:
        study = send(window, peer.port, sources, wait_until)
        wait_until(lambda: bool(asked_transactions))
        ((transaction, references),) = asked_transactions
        with connected(session.listening_port) as bringer:
            bringer.associate(Proposal(contexts=[(1, COMMITMENT, [EXPLICIT])], roles=((COMMITMENT, 0, 1),)))
            bringer.send(report_pdus(transaction, dict.fromkeys(references, 0)))
            assert bringer.read_response().number(0x0900) == 0
            bringer.release()
        wait_until(lambda: study.state_text() == "Committed")
