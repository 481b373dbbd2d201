import zipfile
from collections.abc import Callable
from pathlib import Path
from threading import Event

from PySide6.QtWidgets import QApplication

from dicomdesk.gui.dialogs.report import ReportDialog
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.models.association_log import AssociationRecord
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.sending.nodes import StudyNode
from dicomdesk.gui.session import Session
from dicomdesk.gui.window_state import WindowState
from tests.gui.conftest import Finish
from tests.helpers.data.datasets import Builder, part10
from tests.helpers.data.studies import write_study
from tests.helpers.peers.fake_peer import FakePeer, Hold, Reject, Status
from tests.helpers.window import scenes
from tests.helpers.window.errands import loaded

WaitUntil = Callable[[Callable[[], bool]], None]


def add(window: MainWindow, folder: Path, wait_until: WaitUntil) -> None:
    window.send.list.area.dropped.emit([str(folder)])
    wait_until(lambda: not window.send.flow.is_scanning)


def test_echo_is_answered_in_words_and_time(window: MainWindow, wait_until: WaitUntil) -> None:
    with FakePeer() as peer:
        window.send.header.peer_entry.port.setText(str(peer.port))
        window.send.header.echo_action.trigger()
        wait_until(lambda: "answered" in window.send.details.details().title)
    details = window.send.details.details()
    assert details.title == f"PACS@127.0.0.1:{peer.port} answered"
    assert " ms" in details.text


def test_echo_that_fails_says_why(window: MainWindow, wait_until: WaitUntil) -> None:
    with FakePeer(associate=[Reject(1, 1, 7)]) as peer:
        window.send.header.peer_entry.port.setText(str(peer.port))
        window.send.header.echo_action.trigger()
        wait_until(lambda: "did not answer" in window.send.details.details().title)
    assert "AE title" in window.send.details.details().text


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


def test_study_taken_out_of_an_archive_is_not_sent(
    window: MainWindow, session: Session, wait_until: WaitUntil, finish: Finish, tmp_path: Path
) -> None:
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in (1, 2):
            data_set = Builder().instance(sop_instance_uid=f"1.2.3.{number}")
            usual, other = (Builder().element(0x0020000D, "UI", uid) for uid in ("1.2.3", f"1.2.9.{number}"))
            archive.writestr(str(number), part10(data_set.replace(usual, other)))
    add(window, path, wait_until)
    first, second = window.send.flow.model.root.children
    assert isinstance(first, StudyNode)
    window.send.commands.remove([first])
    (kept,) = loaded(window.send.flow, second, wait_until)
    with FakePeer() as peer:
        window.send.header.peer_entry.port.setText(str(peer.port))
        window.send.header.primary.click()
        wait_until(lambda: window.send.flow.has_report and not session.is_sending)
    (report,) = finish(window.send.commands.reports.make(window.send.flow.last_sent))
    assert [item.instance_id for item in report.items] == [kept.found.id]
    assert window.send.flow.queue.total == 1


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
