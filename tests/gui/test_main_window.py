from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtWidgets import QApplication

from dicomdesk.gui.frame.views import KEYS
from dicomdesk.gui.main_window import SMALLEST, MainWindow
from dicomdesk.gui.models.association_log import AssociationRecord, AssociationState
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.questions.closing import ClosingDialog
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme
from dicomdesk.gui.window_state import from_json, to_json
from tests.helpers.data.studies import write_study
from tests.helpers.peers.fake_peer import FakePeer, Hold, Reject, Status

WaitUntil = Callable[[Callable[[], bool]], None]


def listen(window: MainWindow, session: Session, wait_until: WaitUntil) -> None:
    """Listen on a free port, and send to ourselves."""
    window.receive.flow.listen(replace(window.receive.request(), port=0))
    wait_until(lambda: session.is_receiving)
    window.send.header.peer_entry.port.setText(str(session.listening_port))


def drop(window: MainWindow, paths: list[Path], wait_until: WaitUntil) -> None:
    window.send.list.area.dropped.emit([str(path) for path in paths])
    wait_until(lambda: not window.send.flow.is_scanning and window.send.flow.queue.total > 0)


def stored(window: MainWindow) -> int:
    return window.send.flow.queue.counts[ItemState.STORED]


def test_folder_dropped_is_sent_and_arrives(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    write_study(tmp_path / "out", 20)
    listen(window, session, wait_until)
    drop(window, [tmp_path / "out"], wait_until)
    assert window.send.header.primary.accessibleName() == "Send 20"
    window.send.header.primary.click()
    wait_until(lambda: not session.is_sending and stored(window) == 20)
    wait_until(lambda: window.receive.flow.studies.instances == 20)
    assert len(list((tmp_path / "received").iterdir())) == 20
    assert window.send.details.details().title == "All 20 instances stored by PACS"
    (study,) = window.receive.flow.studies.studies
    assert study.words.patient_name == "Doe, Jane"
    assert study.calling_ae_title == "WS1"
    wait_until(lambda: not study.is_open)
    records = [node for node in window.associations.model.root.children if isinstance(node, AssociationRecord)]
    assert {record.is_requestor for record in records} == {True, False}
    assert {record.state for record in records} == {AssociationState.RELEASED}
    assert all(record.accepted == record.proposed for record in records)


def test_rejection_is_told_and_what_was_to_go_is_kept(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    write_study(tmp_path / "out", 3)
    with FakePeer(associate=[Reject(1, 1, 3)]) as peer:
        window.send.header.peer_entry.port.setText(str(peer.port))
        drop(window, [tmp_path / "out"], wait_until)
        window.send.header.primary.click()
        wait_until(lambda: "could be sent" in window.send.details.details().title)
    details = window.send.details.details()
    assert details.title == "Nothing more could be sent to PACS"
    assert "does not know our AE title" in details.text
    assert [action.word for action in details.actions] == ["Open report", "Try again", "Clear finished"]
    (record,) = window.associations.model.root.children
    assert isinstance(record, AssociationRecord)
    assert record.state is AssociationState.REFUSED
    with FakePeer() as peer:
        window.send.header.peer_entry.port.setText(str(peer.port))
        window.send.commands.redirect_to_typed(window.send.flow.queue.studies)
        wait_until(lambda: stored(window) == 3 and not session.is_sending)


def test_closing_while_sending_asks_and_keeps_running(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    write_study(tmp_path / "out", 2)
    closed: list[bool] = []
    window.closed.connect(lambda: closed.append(True))
    answer = Event()
    with FakePeer(stores=[Hold(answer, Status())]) as peer:
        window.send.header.peer_entry.port.setText(str(peer.port))
        drop(window, [tmp_path / "out"], wait_until)
        window.send.header.primary.click()
        wait_until(lambda: session.is_sending)
        window.close()
        wait_until(lambda: _closing_dialog() is not None)
        assert window.isVisible()
        dialog = _closing_dialog()
        assert dialog is not None
        assert not dialog.isModal()
        dialog.reject()
        wait_until(lambda: _closing_dialog() is None)
        assert not closed
        answer.set()
        wait_until(lambda: not session.is_sending)
    window.close()
    assert closed == [True]


def test_closing_all_the_same_while_sending_closes(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    write_study(tmp_path / "out", 2)
    closed: list[bool] = []
    window.closed.connect(lambda: closed.append(True))
    answer = Event()
    with FakePeer(stores=[Hold(answer, Status())]) as peer:
        window.send.header.peer_entry.port.setText(str(peer.port))
        drop(window, [tmp_path / "out"], wait_until)
        window.send.header.primary.click()
        wait_until(lambda: session.is_sending)
        window.close()
        wait_until(lambda: _closing_dialog() is not None)
        dialog = _closing_dialog()
        assert dialog is not None
        next(button for button in dialog.buttons() if "Stop" in button.text()).click()
        wait_until(lambda: bool(closed))
        answer.set()


def _closing_dialog() -> ClosingDialog | None:
    return next((w for w in QApplication.topLevelWidgets() if isinstance(w, ClosingDialog) and w.isVisible()), None)


def test_window_fits_the_smallest_size(window: MainWindow) -> None:
    window.resize(*SMALLEST)
    assert (window.width(), window.height()) == SMALLEST


@pytest.mark.parametrize("number", range(len(KEYS)))
def test_each_view_is_remembered(window: MainWindow, number: int) -> None:
    window.sidebar.choose(number)
    assert window.state().view == KEYS[number]
    assert window.views.currentIndex() == number


def test_widths_of_columns_are_remembered_for_each_list(
    window: MainWindow, theme: Theme, session: Session, tasks: Tasks
) -> None:
    view = window.peers.list
    view.header().resizeSection(1, 171)
    state = window.state()
    other = MainWindow(theme, session, tasks, from_json(to_json(state)))
    other.build_all()
    assert other.peers.list.columnWidth(1) == 171
    assert other.state().columns == state.columns
    other.leave()
    other.deleteLater()
