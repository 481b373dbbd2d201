"""Everything that can be done with the queue, through the real Outbox with real peers."""

import asyncio
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from dicomdesk.dicom.files.scan import scan
from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.journal.records import ErrandRecord
from dicomdesk.engine.journal.sqlite_journal import SqliteJournal
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.gui.event_bridge import Bridge
from dicomdesk.gui.input_scan import selection_of
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.security.destinations import CALLING
from dicomdesk.gui.sending.group_node import MODALITY, PEER, TITLE
from dicomdesk.gui.sending.nodes import InstanceNode
from dicomdesk.gui.sending.past.reports import ReportBook
from dicomdesk.gui.sending.view import SendView
from dicomdesk.gui.sending.when_done import WhenDone, WhenDoneRun
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.window_state import WindowState
from tests.gui.conftest import KEPT, Finish
from tests.helpers.peers.fake_peer import Accept, FakePeer, Hold, Reject, Status
from tests.helpers.window.sending import WaitUntil, add, confirm, to, write_studies


def press(view: SendView, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    held = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        held |= modifier
    view.setFocus()
    QTest.keyClick(view, key, held)


def test_studies_go_to_several_peers_at_once(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    write_studies(tmp_path / "a", 1)
    write_studies(tmp_path / "b", 0, 2)
    send, answer = window.send, Event()
    with FakePeer(stores=[Hold(answer, Status())]) as first, FakePeer() as second:
        to(window, first, "FIRST")
        add(window, tmp_path / "a", wait_until)
        send.header.primary.click()
        wait_until(lambda: send.flow.queue.counts[ItemState.SENDING] == 1)
        to(window, second, "SECOND")
        add(window, tmp_path / "b", wait_until)
        send.header.primary.click()
        wait_until(lambda: send.flow.queue.counts[ItemState.STORED] == 2)
        assert len(second.stores) == 2
        assert send.flow.queue.counts[ItemState.SENDING] == 1, "the first is still at it"
        assert [study.text(PEER) for study in send.flow.queue.studies] == ["FIRST", "SECOND"]
        answer.set()
        wait_until(lambda: send.flow.queue.counts[ItemState.STORED] == 3 and not session.is_sending)


def test_only_what_is_selected_goes_and_keys_take_the_rest_off(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    write_studies(tmp_path / "out", 1, 2, 3)
    send = window.send
    studies = add(window, tmp_path / "out", wait_until)
    with FakePeer() as peer:
        to(window, peer)
        send.list.view.select_nodes(studies[:2])
        assert send.details.details().title == "2 studies selected"
        next(action for action in send.details.details().actions if action.word == "Send these").run()
        wait_until(lambda: send.flow.queue.counts[ItemState.STORED] == 3 and not session.is_sending)
        assert len(peer.stores) == 3
    assert send.header.primary.accessibleName() == "Send 3"
    press(send.list.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    press(send.list.view, Qt.Key.Key_Delete)
    confirm(wait_until, is_wanted=False)
    assert len(send.flow.queue.studies) == 3
    press(send.list.view, Qt.Key.Key_Delete)
    confirm(wait_until)
    wait_until(lambda: not send.flow.queue.studies)
    assert send.list.area.currentIndex() == 0


def test_order_is_changed_by_keys_and_by_dragging(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    write_studies(tmp_path / "out", 1, 1, 1)
    send, queue, view = window.send, window.send.flow.queue, window.send.list.view
    first, second, third = add(window, tmp_path / "out", wait_until)
    alt = Qt.KeyboardModifier.AltModifier
    view.select_node(third)
    press(view, Qt.Key.Key_Up, alt)
    wait_until(lambda: queue.in_order() == [first, third, second])
    press(view, Qt.Key.Key_Home, alt)
    wait_until(lambda: queue.in_order() == [third, first, second])
    press(view, Qt.Key.Key_Down, alt)
    wait_until(lambda: queue.in_order() == [first, third, second])
    wait_until(lambda: send.flow.model.root.children == [first, third, second])
    view.select_node(second)
    place = view.visualRect(view.model().index(0, 0))
    view.drop_at(place.topLeft())
    wait_until(lambda: queue.in_order() == [second, first, third])
    with FakePeer() as peer:
        to(window, peer)
        send.header.primary.click()
        wait_until(lambda: queue.counts[ItemState.STORED] == 3 and not session.is_sending)
        assert [store.sop_instance_uid for store in peer.stores] == ["1.2.1.1", "1.2.0.1", "1.2.2.1"]


def test_a_study_goes_to_another_peer_without_losing_its_result(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    write_studies(tmp_path / "out", 2)
    send, queue = window.send, window.send.flow.queue
    add(window, tmp_path / "out", wait_until)
    with FakePeer() as first, FakePeer() as second:
        to(window, first, "FIRST")
        send.header.primary.click()
        wait_until(lambda: queue.counts[ItemState.STORED] == 2 and not session.is_sending)
        to(window, second, "SECOND")
        send.commands.redirect_to_typed(queue.studies)
        wait_until(lambda: queue.counts[ItemState.STORED] == 4 and not session.is_sending)
        assert len(second.stores) == 2
    assert {(study.text(PEER), study.stored) for study in queue.studies} == {("FIRST", 2), ("SECOND", 2)}


def test_a_study_is_paused_cancelled_and_tried_again(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    write_studies(tmp_path / "out", 3)
    send, queue, answer = window.send, window.send.flow.queue, Event()
    (study,) = add(window, tmp_path / "out", wait_until)
    with FakePeer(stores=[Hold(answer, Status(0xA900)), Status()]) as peer:
        to(window, peer)
        window.peers._book.add(  # else another association is tried when nothing has moved for half a second
            KnownPeer(name="PACS", ae_title="PACS", host="127.0.0.1", port=peer.port, associations=1)
        )
        send.header.primary.click()
        wait_until(lambda: queue.counts[ItemState.SENDING] == 1)
        send.commands.hold([study])
        wait_until(lambda: study.whole_state is ItemState.HELD)
        answer.set()
        wait_until(lambda: study.state is ItemState.HELD and not session.is_sending)
        send.list.view.select_node(study)
        assert send.details.details().title == "Paused: it goes to PACS when you let it go on"
        send.commands.cancel([study])
        wait_until(lambda: study.state is ItemState.CANCELLED)
        assert len(peer.stores) == 1
        send.commands.retry([study])
        wait_until(lambda: study.stored >= 1 and not session.is_sending)


def test_what_waits_for_its_next_try_says_when_and_why_and_can_be_tried_now(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    write_studies(tmp_path / "out", 2)
    send, queue = window.send, window.send.flow.queue
    (study,) = add(window, tmp_path / "out", wait_until)
    with FakePeer(associate=[Reject(2, 3, 2), Accept()]) as peer:
        to(window, peer)
        send.header.primary.click()
        wait_until(lambda: study.state is ItemState.RETRYING)
        assert study.state_text().startswith("Next try in ")
        wait_until(lambda: send.details.details().title.startswith("Next try in "))
        assert "rejected" in send.details.details().text
        words = send.closing_words()
        assert words.startswith("1 study (2 instances)")
        assert "will be there again when dicomdesk starts, and go on" in words
        send.commands.retry([study])
        wait_until(lambda: queue.counts[ItemState.STORED] == 2 and not session.is_sending)
    assert send.closing_words() == ""


def test_files_that_were_received_are_sent_on_at_once(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    write_studies(tmp_path / "out", 2)
    with FakePeer() as peer:
        known = KnownPeer(name="Main archive", ae_title="PACS", host="127.0.0.1", port=peer.port)
        window.peers._book.add(known)
        window.send.send_files([str(path) for path in (tmp_path / "out").iterdir()], known)
        wait_until(lambda: window.send.flow.queue.counts[ItemState.STORED] == 2 and not session.is_sending)
    (study,) = window.send.flow.queue.studies
    assert study.text(PEER) == "Main archive"


def test_reports_and_commands_are_of_what_is_selected(
    window: MainWindow, session: Session, wait_until: WaitUntil, finish: Finish, tmp_path: Path
) -> None:
    write_studies(tmp_path / "out", 1, 2)
    send = window.send
    _, second = add(window, tmp_path / "out", wait_until)
    with FakePeer() as peer:
        to(window, peer)
        QGuiApplication.clipboard().clear()
        send.commands.copy_command([second])
        wait_until(lambda: "dcmsend" in QGuiApplication.clipboard().text())
        assert QGuiApplication.clipboard().text().endswith("1-1")
        send.header.primary.click()
        wait_until(lambda: send.flow.queue.counts[ItemState.STORED] == 3 and not session.is_sending)
    book = send.commands.reports
    assert isinstance(book, ReportBook)
    (report,) = finish(book.make([second.errand_id]))
    assert len(report.items) == 2
    assert CALLING == "calling_ae_title"


def test_names_that_are_not_utf_8_are_dropped_as_they_are(window: MainWindow) -> None:
    given: list[object] = []
    window.send.list.dropped.disconnect()
    window.send.list.dropped.connect(given.append)
    paths = [os.fsdecode(b"/x/\xff.dcm")]
    window.send.list.dropped.emit(paths)
    assert given == [paths]


def test_when_everything_is_sent_the_program_ends_unless_somebody_stays(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    write_studies(tmp_path / "out", 1)
    send = window.send
    add(window, tmp_path / "out", wait_until)
    send.header.when_done.choose(WhenDone.QUIT)
    assert window.state().send_when_done == "quit"
    run = send.commands.when_done
    assert isinstance(run, WhenDoneRun)
    with FakePeer() as peer:
        to(window, peer)
        send.header.primary.click()
        wait_until(lambda: run.is_about_to_quit)
    assert [action.word for action in send.details.details().actions] == ["Stay"]
    send.details.details().actions[0].run()
    assert not run.is_about_to_quit
    closed: list[bool] = []
    window.closed.connect(lambda: closed.append(True))
    run._timer.setInterval(1)
    run.run(WhenDone.QUIT, send.details.details())
    wait_until(lambda: bool(closed))


def test_what_was_not_sent_is_there_again_and_goes_on_after_the_end(
    window: MainWindow,
    session: Session,
    wait_until: WaitUntil,
    finish: Finish,
    loop: asyncio.AbstractEventLoop,
    tmp_path: Path,
) -> None:
    write_studies(tmp_path / "out", 4, 2)
    path = tmp_path / "journal.sqlite"
    finish(begin_journal(session, path))
    send, answer = window.send, Event()
    first, second = add(window, tmp_path / "out", wait_until)
    with FakePeer(stores=[Status(), Hold(answer, Status()), Status()]) as peer:
        to(window, peer)
        send.list.view.select_node(first)
        send.commands.send_these([first])
        wait_until(lambda: send.flow.queue.counts[ItemState.SENDING] == 1 and first.stored >= 1)
        assert "2 studies" in send.closing_words()
        ending = asyncio.ensure_future(session.shut_down(), loop=loop)
        answer.set()
        finish(wait_for(ending))
        again_tasks = Tasks(loop)
        again = Session(Engine(), Bridge(loop), again_tasks)
        KEPT.extend((again, again_tasks))
        shown = MainWindow(
            window.send.commands._theme, again, again_tasks, WindowState(peer_ae_title="PACS", peer_host="127.0.0.1")
        )
        shown.build_all()
        KEPT.append(shown)
        finish(begin_journal(again, path))
        queue = shown.send.flow.queue
        finish(until(again, lambda: len(queue.studies) == 2))
        assert [study.text(0)[:6] for study in queue.in_order()] == [study.text(0)[:6] for study in (first, second)]
        finish(until(again, lambda: queue.studies[0].stored == 4 and not again.is_sending))
        assert queue.studies[1].whole_state is ItemState.READY
        assert {store.sop_instance_uid for store in peer.stores} == {f"1.2.0.{number}" for number in range(1, 5)}
        shown.show()
        (series,) = queue.studies[0].series.values()
        assert (series.total, series.stored, queue.studies[0].text(MODALITY)) == (4, 4, series.text(MODALITY))
        assert series.size_bytes == queue.studies[0].size_bytes > 0
        shown.send.list.view.expand_node(queue.studies[0])
        shown.send.list.view.expand_node(series)
        assert [row.text(TITLE) for row in series.instances] == [""] * 4
        finish(until(again, lambda: series.instances[3].text(TITLE) == "0-3"))
    finish(again.shut_down())
    finish(again_tasks.finish(5.0))
    shown.leave()
    shown.deleteLater()


def test_what_waits_is_held_at_the_start_where_its_user_wants_that(
    window: MainWindow, session: Session, wait_until: WaitUntil, finish: Finish, tmp_path: Path
) -> None:
    write_studies(tmp_path / "out", 2)
    path = tmp_path / "journal.sqlite"
    journal = SqliteJournal(str(path))
    found = tuple(each for each in scan(selection_of((str(tmp_path / "out"),)), lambda: None))
    with FakePeer() as peer:
        record = ErrandRecord(title="DOE, JANE", peer=f"PACS@127.0.0.1:{peer.port}", added_at=datetime.now(UTC))
        journal.add(record, [each for each in found if isinstance(each, FoundInstance)])
        journal.close()
        finish(begin_journal(session, path, resumes=False))
        wait_until(lambda: len(window.send.flow.held()) == 1)
        (study,) = window.send.flow.queue.studies
        assert study.text(PEER) == "PACS"
        wait_until(lambda: window.send.header.pause.accessibleName() == "Go on")
        assert "paused" in window.send._summary().title
        window.send.header.pause.click()
        wait_until(lambda: study.stored == 2 and not session.is_sending)


def test_what_was_given_up_before_the_end_is_a_problem_again_unless_it_was_dismissed(
    window: MainWindow, session: Session, wait_until: WaitUntil, finish: Finish, tmp_path: Path
) -> None:
    path = tmp_path / "journal.sqlite"
    finish(begin_journal(session, path))
    write_studies(tmp_path / "out", 3)
    (study,) = add(window, tmp_path / "out", wait_until)
    with FakePeer(stores=[Status(0xC000, "odd"), Status(0xC000, "even"), Status(0)]) as peer:
        to(window, peer)
        window.send.commands.send_these([study])
        wait_until(lambda: study.ended == study.total and not session.is_sending)
    told = {each.row: each for each in session.problems}
    assert len(told) == 2
    finish(wait_for(asyncio.ensure_future(session.shut_down())))

    def start_again(look: Callable[[Session], bool]) -> tuple[Session, Tasks, MainWindow]:
        tasks = Tasks(asyncio.get_event_loop())
        again = Session(Engine(), Bridge(asyncio.get_event_loop()), tasks)
        shown = MainWindow(window.send._theme, again, tasks, WindowState())
        KEPT.extend((again, tasks, shown))
        assert shown.send.flow.queue.total == 0
        finish(begin_journal(again, path))
        finish(until(again, lambda: look(again) and bool(shown.send.flow.queue.studies)))
        return again, tasks, shown

    def end(again: Session, tasks: Tasks, shown: MainWindow) -> None:
        finish(again.shut_down())
        finish(tasks.finish(5.0))
        shown.leave()
        shown.deleteLater()

    again, tasks, shown = start_again(lambda again: len(again.problems) == 2)
    recalled = {each.row: each for each in again.problems}
    assert {row: each.words for row, each in recalled.items()} == {row: each.words for row, each in told.items()}
    assert all(abs(recalled[row].at - told[row].at) < 5 for row in told), "with the time when it happened"
    (first, second) = again.problems
    again.problems.dismiss(first)
    shown._on_problem_wanted(second)
    finish(until(again, lambda: bool(shown.send.list.view.selected_nodes())))
    end(again, tasks, shown)
    again, tasks, shown = start_again(lambda again: len(again.problems) == 1)
    assert [each.row for each in again.problems] == [second.row]
    end(again, tasks, shown)


async def begin_journal(session: Session, path: Path, *, resumes: bool = True) -> None:
    session.outbox.begin(path, resumes=resumes)


async def wait_for(future: "asyncio.Future[None]") -> None:
    await future


async def until(session: Session, condition: Callable[[], bool]) -> None:
    """As ``wait_until``, for a session of the test's own."""
    is_true = asyncio.Event()
    session.ticked.connect(lambda: is_true.set() if condition() else None)
    await is_true.wait()


def test_a_folder_that_vanishes_is_one_problem_that_leads_to_its_study(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    write_studies(tmp_path / "out", 5)
    (study,) = add(window, tmp_path / "out", wait_until)
    shutil.rmtree(tmp_path / "out")
    with FakePeer() as peer:
        to(window, peer)
        window.send.header.primary.click()
        wait_until(lambda: study.ended == study.total and not session.is_sending)
    (problem,) = session.problems
    assert problem.words == "Not sent, 5 instances: No such file or directory"
    window._on_problem_wanted(problem)
    (chosen,) = window.send.list.view.selected_nodes()
    assert isinstance(chosen, InstanceNode)
    assert chosen.study is study
    session.problems.dismiss(problem)
    window.send.commands.retry([study])
    wait_until(lambda: len(session.problems) == 1 and not session.is_sending)
