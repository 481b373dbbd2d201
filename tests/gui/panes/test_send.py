from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.sending.group_node import PEER
from dicomdesk.gui.session import Session
from tests.gui.conftest import Finish
from tests.helpers.data.directories import write_medium
from tests.helpers.data.replacing import instance_file, put_in_place
from tests.helpers.data.studies import write_study
from tests.helpers.data.zips import HOSTILE, hostile_zip
from tests.helpers.peers.fake_peer import FakePeer, Hold, Status
from tests.helpers.window.errands import loaded

WaitUntil = Callable[[Callable[[], bool]], None]


def add(window: MainWindow, folder: Path, wait_until: WaitUntil) -> None:
    window.send.list.area.dropped.emit([str(folder)])
    wait_until(lambda: not window.send.flow.is_scanning)


def test_wrong_entry_is_shown_instead_of_sent(window: MainWindow, wait_until: WaitUntil, tmp_path: Path) -> None:
    write_study(tmp_path, 1)
    add(window, tmp_path, wait_until)
    window.send.header.peer_entry.host.setText("")
    window.send.header.primary.click()
    assert "host" in window.send.details.details().title
    assert window.send.header.peer_entry.host.property("problem")


def test_a_transfer_is_paused_broken_off_and_goes_on(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    write_study(tmp_path, 3)
    send, answer = window.send, Event()
    with FakePeer(stores=[Hold(answer, Status())]) as peer:
        send.header.peer_entry.port.setText(str(peer.port))
        add(window, tmp_path, wait_until)
        send.header.primary.click()
        wait_until(lambda: send.flow.queue.counts[ItemState.SENDING] > 0)
        assert send.header.pause.accessibleName() == "Pause"
        send.header.pause.click()
        wait_until(lambda: send.header.pause.accessibleName() == "Break off")
        send.header.pause.click()
        wait_until(lambda: not session.is_sending)
        assert send.flow.queue.counts[ItemState.WAITING] == 3
        wait_until(lambda: send.details.details().title.startswith("Paused."))
        assert send.header.pause.accessibleName() == "Go on"
        answer.set()
        send.header.pause.click()
        wait_until(lambda: send.flow.queue.counts[ItemState.STORED] == 3 and not session.is_sending)


def send_all(window: MainWindow, session: Session, wait_until: WaitUntil, peer: FakePeer) -> None:
    window.send.header.peer_entry.port.setText(str(peer.port))
    window.send.header.primary.click()
    wait_until(lambda: window.send.flow.has_report and not session.is_sending)


def test_a_file_that_holds_another_instance_than_is_listed_is_not_sent(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.dcm").write_bytes(instance_file(f"1.2.3.{number}"))
    add(window, tmp_path, wait_until)
    put_in_place(tmp_path / "1.dcm", instance_file("1.2.3.9"))
    with FakePeer() as peer:
        send_all(window, session, wait_until, peer)
        assert [store.sop_instance_uid for store in peer.stores] == ["1.2.3.2"]
    queue = window.send.flow.queue
    wait_until(lambda: queue.counts[ItemState.NOT_SENT] == 1)
    (study,) = window.send.flow.model.root.children
    (changed,) = [node for node in loaded(window.send.flow, study, wait_until) if node.state is ItemState.NOT_SENT]
    assert changed.reason == "changed since it was listed: it holds another instance now"


def test_the_members_of_an_archive_are_sent_although_one_is_bad(
    window: MainWindow, session: Session, wait_until: WaitUntil, finish: Finish, tmp_path: Path
) -> None:
    path = hostile_zip(tmp_path / "a.zip", HOSTILE["nameless"][0])
    add(window, path, wait_until)
    with FakePeer() as peer:
        send_all(window, session, wait_until, peer)
        assert [store.sop_instance_uid for store in peer.stores] == ["1.2.3.1", "1.2.3.2"]
    wait_until(lambda: window.send.flow.queue.counts[ItemState.STORED] == 2)
    (report,) = finish(window.send.commands.reports.make(window.send.flow.last_sent))
    assert [item.path for item in report.items] == [f"{path}:a/1.dcm", f"{path}:b.dcm"]
    assert (report.peer_host, report.peer_port, report.calling_ae_title) == ("127.0.0.1", peer.port, "WS1")
    assert window.send.flow.queue.skipped == 1


def test_a_dicomdir_that_is_cut_is_told_of(window: MainWindow, wait_until: WaitUntil, tmp_path: Path) -> None:
    path = write_medium(tmp_path / "medium", {"IM1": "im1", "IM2": "im2"})
    path.write_bytes(path.read_bytes()[:-20])
    add(window, path, wait_until)
    assert window.send.flow.queue.counts[ItemState.WAITING] == 2
    assert window.send.flow.queue.skipped == 1


@pytest.mark.parametrize("is_folder", [False, True])
def test_keys_of_the_add_menu_work(window: MainWindow, is_folder: bool) -> None:
    told: list[bool] = []
    window.send.header.files_wanted.disconnect()
    window.send.header.folder_wanted.disconnect()
    window.send.header.files_wanted.connect(lambda: told.append(False))
    window.send.header.folder_wanted.connect(lambda: told.append(True))
    keys = Qt.KeyboardModifier.ControlModifier
    if is_folder:
        keys |= Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(window.send.header.add_button, Qt.Key.Key_O, keys)
    assert told == [is_folder]


def test_what_was_said_of_a_peer_goes_when_another_is_typed(
    window: MainWindow, session: Session, wait_until: WaitUntil
) -> None:
    send = window.send
    send.header.peer_entry.host.setText("")
    send.commands.questions.echo()
    assert "host" in send.details.details().title
    send.header.peer_entry.host.setText("127.0.0.1")
    assert send.details.details().title == "Nothing to send yet"
    with FakePeer() as peer:
        send.header.peer_entry.port.setText(str(peer.port))
        send.commands.questions.echo()
        wait_until(lambda: "answer" in send.details.details().title)
    send.header.peer_entry.called.setText("OTHER")
    assert send.details.details().title == "Nothing to send yet"
    assert "OTHER" in send.details.details().text


def test_row_names_the_peer_that_it_was_sent_to_whatever_is_typed_or_sent_since(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    send, titles = window.send, ("FIRST", "SECOND")
    for number, title in enumerate(titles):
        write_study(tmp_path / title, 1, prefix=f"1.2.{number}")
        with FakePeer(stores=[Status(0xC000)]) as peer:
            send.header.peer_entry.called.setText(title)
            add(window, tmp_path / title, wait_until)
            send_all(window, session, wait_until, peer)
            wait_until(lambda: send.flow.queue.counts[ItemState.WAITING] == 0 and not session.is_sending)
    send.header.peer_entry.called.setText("THIRD")
    first, second = send.flow.queue.studies
    assert [row.text(PEER) for row in (first, second)] == ["FIRST", "SECOND"]
    for row, title in ((first, "FIRST"), (second, "SECOND")):
        send.list.view.select_node(row)
        assert send.details.details().title == f"{title} refused 1 instance"


def test_what_is_added_is_told_instead_of_what_was_sent_before(
    window: MainWindow, wait_until: WaitUntil, tmp_path: Path
) -> None:
    window.send.tell(Details(title="All 13 instances stored by PACS"))
    write_study(tmp_path / "more", 2)
    window.send.list.dropped.emit([str(tmp_path / "more")])
    wait_until(lambda: window.send.details.details().title == "2 instances ready to send")


def test_while_the_journal_is_read_nobody_is_told_that_there_is_nothing(window: MainWindow) -> None:
    assert window.send._summary().title == "Nothing to send yet"
    window.send.flow.is_taking_up = True
    assert window.send._summary().title == "Looking for what was not finished…"
