from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.receive.request import Acceptance, ReceiveRequest, Storage
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.models.received_studies import ReceivedStudies
from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.peers.choice import PeerPopup
from dicomdesk.gui.receive.deletion import DeletionDialog
from dicomdesk.gui.receive.row_actions import study_of, widest
from tests.gui.answers import shown, wait_for
from tests.gui.receive.conftest import SendTo
from tests.helpers.data.studies import write_study
from tests.helpers.window import scenes
from tests.helpers.window.outlines import PlainOutline

WaitUntil = Callable[[Callable[[], bool]], None]


def press(dialog: QMessageBox, word: str) -> None:
    next(button for button in dialog.buttons() if word in button.text()).click()


def test_rows_below_others_go_with_them() -> None:
    outline = PlainOutline()
    studies = ReceivedStudies(outline)
    header = scenes.header(scenes.JANE, ("1", "Axial", "CT"), 1)
    studies.apply(scenes.finished(header, 0, path="/in/F1", job_id=scenes.RECEIVE_JOB), 1.0)
    (study,) = studies.studies
    (series,) = study.series.values()
    (instance,) = series.fetch(5)
    outline.insert(series, [instance])
    assert widest([instance, study, series]) == [study]
    assert widest([instance, series]) == [series]
    assert study_of(instance) is study_of(study) is study
    assert study_of(Node()) is None
    assert study_of("something") is None


def test_uid_of_a_row_is_copied(window: MainWindow, send_here: SendTo, tmp_path: Path) -> None:
    study = send_here(*write_study(tmp_path / "out", 1))
    rows = window.receive.list.actions_of_rows
    menu = QMenu()
    rows.fill_menu(menu, study)
    next(action for action in menu.actions() if action.text() == "Copy UID").trigger()
    assert QGuiApplication.clipboard().text() == study.record.uid
    rows.fill_menu(empty := QMenu(), None)
    assert [action.text() for action in empty.actions()] == ["Take finished studies off the list"]


def test_files_are_deleted_after_a_question_that_says_how_many_and_where(
    window: MainWindow, send_here: SendTo, wait_until: WaitUntil, tmp_path: Path
) -> None:
    study = send_here(*write_study(tmp_path / "out", 5))
    folder = tmp_path / "received"
    assert len(list(folder.iterdir())) == 5
    view = window.receive.view
    view.expand_node(study)
    series = study.children[0]
    view.expand_node(series)
    wait_until(lambda: len(series.children) == 5)
    view.select_nodes(series.children[:2])
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Delete)
    dialog = wait_for(DeletionDialog, wait_until)
    assert dialog.text() == "Delete 2 files of 2 instances?"
    assert str(folder) in dialog.informativeText()
    press(dialog, "Keep")
    wait_until(lambda: shown(DeletionDialog) is None and not window.receive.list.actions_of_rows._is_deleting)
    assert len(list(folder.iterdir())) == 5
    window.receive.list.actions_of_rows.delete_selected()
    press(wait_for(DeletionDialog, wait_until), "Delete")
    wait_until(lambda: window.receive.details.details().title == "2 files deleted")
    assert len(list(folder.iterdir())) == 3
    wait_until(lambda: (study.instances, len(series.children)) == (3, 3))
    view.select_node(study)
    window.receive.list.actions_of_rows.delete_selected()
    dialog = wait_for(DeletionDialog, wait_until)
    assert dialog.text().startswith("Delete 3 files of Doe, Jane")
    press(dialog, "Delete")
    wait_until(lambda: not window.receive.flow.model.root.children)
    assert list(folder.iterdir()) == []


def test_file_that_is_another_now_is_kept_and_said(
    window: MainWindow, send_here: SendTo, wait_until: WaitUntil, tmp_path: Path
) -> None:
    study = send_here(*write_study(tmp_path / "out", 2))
    kept = min((tmp_path / "received").iterdir())
    kept.write_bytes(b"something of somebody else's")
    window.receive.view.select_node(study)
    window.receive.list.actions_of_rows.delete_selected()
    press(wait_for(DeletionDialog, wait_until), "Delete")
    wait_until(lambda: window.receive.details.details().title == "1 file deleted, 1 kept")
    assert window.receive.details.details().text.endswith(str(kept))
    assert kept.exists()


@pytest.mark.long
def test_study_is_sent_on_to_a_peer_of_the_address_book(
    window: MainWindow, send_here: SendTo, wait_until: WaitUntil, tmp_path: Path
) -> None:
    (tmp_path / "there").mkdir()
    study = send_here(*write_study(tmp_path / "out", 3))
    there = ReceiveRequest(port=0, address="127.0.0.1", storage=Storage(folder=tmp_path / "there"))
    there = replace(there, acceptance=Acceptance(accept_all=True))
    with Engine() as engine:
        job = engine.submit(there, lambda _event: None)
        peer = KnownPeer(name="Archive", ae_title="ARCHIVE", host="127.0.0.1", port=job.port)
        window.receive._access.peers.attempt(lambda: window.receive._access.peers.book.add(peer))
        window.receive.view.select_node(study)
        send = next(button for button in window.receive.details.buttons() if "Send on" in button.text())
        send.click()
        popup = next(w for w in QApplication.topLevelWidgets() if isinstance(w, PeerPopup) and w.isVisible())
        QTest.keyClick(popup.search, Qt.Key.Key_Return)
        wait_until(lambda: window.receive.details.details().title == "3 instances are to go to Archive")
        wait_until(lambda: len(list((tmp_path / "there").iterdir())) == 3)
        job.cancel()
        job.done.result(20)
