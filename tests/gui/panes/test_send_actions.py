from collections.abc import Callable
from pathlib import Path
from threading import Event

from PySide6.QtWidgets import QApplication

from dicomdesk.gui.dialogs.report import ReportDialog
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.models.association_log import AssociationRecord
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.session import Session
from dicomdesk.gui.window_state import WindowState
from tests.helpers.data.studies import write_study
from tests.helpers.peers.fake_peer import FakePeer, Hold, Status
from tests.helpers.window import scenes

WaitUntil = Callable[[Callable[[], bool]], None]


def add(window: MainWindow, folder: Path, wait_until: WaitUntil) -> None:
    window.send.list.area.dropped.emit([str(folder)])
    wait_until(lambda: not window.send.flow.is_scanning)


def test_refused_instances_are_tried_again_and_reported(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    write_study(tmp_path, 2)
    with FakePeer(stores=[Status(), Status(0xC000), Status()]) as peer:
        window.send.header.peer_entry.port.setText(str(peer.port))
        add(window, tmp_path, wait_until)
        window.send.header.primary.click()
        wait_until(lambda: window.send.flow.has_report and not session.is_sending)
        assert window.send.flow.queue.counts[ItemState.REFUSED] == 1
        study = window.send.flow.model.root.children[0]
        window.send.list.view.select_node(study)
        details = window.send.details.details()
        assert details.title == "PACS refused 1 instance"
        assert [action.word for action in details.actions] == ["Try again", "Show negotiation"]
        session.echoed.arrived.emit(scenes.at_noon(scenes.rejected(scenes.ECHO_JOB, 1)))  # a later association
        details.actions[1].run()
        shown = window.associations.view.selected_node()
        assert isinstance(shown, AssociationRecord)
        assert (shown.stored, shown.problems) == (1, 1)
        details.actions[0].run()
        wait_until(lambda: window.send.flow.queue.counts[ItemState.STORED] == 2 and not session.is_sending)
    wait_until(lambda: "stored by PACS" in window.send.details.details().title)
    words = [action.word for action in window.send.details.details().actions]
    assert words == ["Open report", "Clear finished"]
    window.send.details.details().actions[0].run()
    wait_until(lambda: any(isinstance(w, ReportDialog) and w.isVisible() for w in QApplication.topLevelWidgets()))
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, ReportDialog) and w.isVisible())
    assert "2 of 2 instances stored by the peer." in dialog.text()
    dialog.close()


def test_added_files_are_sent_at_once_when_wanted(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    write_study(tmp_path, 2)
    with FakePeer() as peer:
        window.send.header.peer_entry.port.setText(str(peer.port))
        window.send.header.at_once.setChecked(True)
        add(window, tmp_path, wait_until)
        wait_until(lambda: window.send.flow.queue.counts[ItemState.STORED] == 2 and not session.is_sending)
    remembered = window.send.remember(WindowState())
    assert remembered.send_at_once
    assert [recent.host for recent in remembered.recent_peers] == ["127.0.0.1"]


def test_files_added_while_sending_are_sent_afterwards_when_wanted_at_once(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    write_study(tmp_path / "first", 1)
    write_study(tmp_path / "second", 2, prefix="1.2.3.5")
    answer = Event()
    with FakePeer(stores=[Hold(answer, Status())]) as peer:
        window.send.header.peer_entry.port.setText(str(peer.port))
        window.send.header.at_once.setChecked(True)
        add(window, tmp_path / "first", wait_until)
        wait_until(lambda: window.send.flow.queue.counts[ItemState.SENDING] == 1)
        add(window, tmp_path / "second", wait_until)
        assert window.send.flow.queue.counts[ItemState.WAITING] == 2
        answer.set()
        wait_until(lambda: window.send.flow.queue.counts[ItemState.STORED] == 3 and not session.is_sending)
