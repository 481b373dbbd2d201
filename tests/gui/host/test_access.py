import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from dicomdesk.engine.host.engine_host import _MOST_LOSSES, LOOKS_UNTIL_SILENT
from dicomdesk.engine.receive.book.arrival_book import ArrivalBook
from dicomdesk.errors import HostLostError
from dicomdesk.gui import session as sessions
from dicomdesk.gui.host.access import LOOK_EVERY_S, HostAccess
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.models.association_log import AssociationRecord, AssociationState
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.questions.confirm import ConfirmDialog
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import MOST_WORKERS
from tests.helpers.data.studies import write_study
from tests.helpers.jobs.sending import send
from tests.helpers.peers.fake_peer import FakePeer, Hold, Status
from tests.helpers.peers.requestors import connected

WaitUntil = Callable[[Callable[[], bool]], None]


@pytest.fixture
def has_host() -> bool:
    return True


def listen(window: MainWindow, wait_until: WaitUntil) -> HostAccess:
    session = window.receive._session
    window.receive.flow.listen(replace(window.receive.request(), port=0, address="127.0.0.1"))
    wait_until(lambda: session.is_receiving)
    assert session.host is not None
    return session.host


def problems(session: Session) -> list[str]:
    return [each.words for each in session.problems if each.row == sessions.HOST]


def test_a_process_that_is_killed_is_said_and_the_port_is_listened_on_again_with_what_was_acknowledged(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    host = listen(window, wait_until)
    studies, port, first = window.receive.flow.studies, session.listening_port, host.host.process_id
    send(port, write_study(tmp_path / "out", 3))
    wait_until(lambda: studies.instances == 3)
    with connected(port) as peer:
        peer.associate()
        wait_until(lambda: studies.book is session.book and window.associations.log.open == 1)
        os.kill(first, 9)
        wait_until(lambda: session.is_receiving and host.host.process_id not in (0, first))
    assert session.listening_port == port
    wait_until(lambda: studies.instances == 3 and len(studies) == 1)
    (said,) = problems(session)
    assert "killed by signal 9" in said
    assert f"listens again on port {port}" in said
    states = [each.state for each in window.associations.model.root.children if isinstance(each, AssociationRecord)]
    assert states == [AssociationState.RELEASED, AssociationState.ABORTED]
    send(port, write_study(tmp_path / "more", 2, prefix="1.2.3.9"))
    wait_until(lambda: studies.instances == 5)


def test_a_process_that_ends_again_and_again_is_given_up(
    window: MainWindow, session: Session, wait_until: WaitUntil
) -> None:
    host, flow, killed = listen(window, wait_until), window.receive.flow, {0}
    while flow.is_wanted:
        killed.add(host.host.process_id)
        os.kill(host.host.process_id, 9)
        wait_until(lambda: not flow.is_wanted or (session.is_receiving and host.host.process_id not in killed))
    assert len(killed) == _MOST_LOSSES + 1
    assert window.receive.details.details().title == "Cannot listen"
    assert "killed by signal 9" in window.receive.details.details().text


@pytest.mark.skipif(sys.platform == "win32", reason="no process is stopped there")
def test_a_process_that_hangs_is_said_and_begun_anew_if_its_user_wishes(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    host = listen(window, wait_until)
    studies, port, first = window.receive.flow.studies, session.listening_port, host.host.process_id
    send(port, write_study(tmp_path / "out", 3))
    wait_until(lambda: studies.instances == 3)

    def silences() -> list[str]:
        return [each.words for each in session.problems if each.row == sessions.SILENCE]

    def look_until_silent() -> ConfirmDialog:
        os.kill(first, signal.SIGSTOP)

        def is_asked() -> bool:  # what it has said before it was stopped may still be heard
            for _ in range(LOOK_EVERY_S * LOOKS_UNTIL_SILENT):
                host.look_after()
            return window._silence is not None and window._silence.isVisible()

        wait_until(is_asked)
        assert "nothing is lost" in silences()[0]
        assert window._silence is not None
        return window._silence

    look_until_silent()
    os.kill(first, signal.SIGCONT)  # it only took long

    def has_come_back() -> bool:
        host.look_after()
        return window._silence is None

    wait_until(has_come_back)
    assert (silences(), host.host.process_id) == ([], first)
    dialog = look_until_silent()
    for _ in range(MOST_WORKERS):  # all workers wait for it

        async def ask() -> None:
            with suppress(HostLostError):
                await session._tasks.run(host.host.ask, "files", "1", None)

        session._tasks.start(ask())
    dialog.confirm.click()
    wait_until(lambda: session.is_receiving and host.host.process_id not in (0, first))
    wait_until(lambda: studies.instances == 3 and session.listening_port == port)
    assert "did not answer" in problems(session)[0]
    for _ in range(LOOK_EVERY_S):
        host.look_after()
    assert silences() == []


def test_messages_of_an_association_are_asked_for_while_they_are_looked_at(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    listen(window, wait_until)
    window.open_view("associations")
    send(session.listening_port, write_study(tmp_path / "out", 4))
    log = window.associations.log
    wait_until(lambda: len(log) == 1 and log.open == 0)
    record = window.associations.model.root.children[0]
    assert isinstance(record, AssociationRecord)
    wait_until(lambda: record.message_count == 4)
    assert (record.stored, record.problems, len(record.messages)) == (4, 0, 0)
    window.associations.panel.chips.choose(1)
    wait_until(lambda: len(record.messages) == 4)
    assert (record.message_count, record.messages[0].status) == (4, 0)
    assert record.messages[0].sop_instance_uid == "1.2.3.4.1"


def test_the_book_of_a_window_that_has_a_process_is_a_mirror(session: Session, window: MainWindow) -> None:
    assert type(session.book) is not ArrivalBook
    assert session.host is not None
    assert session.host.host.process_id == 0  # until it is needed


def test_what_was_being_sent_when_the_process_was_killed_goes_on_in_the_next(
    window: MainWindow, session: Session, wait_until: WaitUntil, tmp_path: Path
) -> None:
    session.outbox.begin(tmp_path / "journal.sqlite")
    wait_until(lambda: session.outbox.is_open)
    assert session.host is not None
    host, may_answer, flow = session.host.host, threading.Event(), window.send.flow
    with FakePeer(stores=[Hold(may_answer, Status())]) as peer:
        window.send.header.peer_entry.port.setText(str(peer.port))
        window.send.list.dropped.emit([str(path) for path in write_study(tmp_path / "out", 3)])
        wait_until(lambda: not flow.is_scanning and bool(flow.ready()))
        window.send.header.primary.click()
        wait_until(lambda: session.is_sending and flow.queue.counts[ItemState.SENDING] > 0)
        first = host.process_id
        os.kill(first, 9)
        wait_until(lambda: host.process_id not in (0, first))
        may_answer.set()
        wait_until(lambda: flow.queue.counts[ItemState.STORED] == 3 and not session.is_sending)
    assert flow.queue.counts[ItemState.SENDING] == flow.queue.counts[ItemState.WAITING] == 0
