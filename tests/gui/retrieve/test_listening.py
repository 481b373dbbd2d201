import socket
from pathlib import Path

import pytest

from dicomdesk.engine.events import EchoReceived, Event
from dicomdesk.errors import DicomdeskError, PortInUseError, SettingsError
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.retrieve.listening import Ear
from dicomdesk.gui.retrieve.part import RetrievePart
from tests.gui.conftest import Finish
from tests.gui.retrieve.conftest import WaitUntil


class Job:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.noted: list[Event] = []

    def note_arrival(self, event: Event) -> None:
        self.noted.append(event)


def test_what_came_before_the_job_was_known_is_not_lost() -> None:
    ear, job = Ear(), Job()
    events = [EchoReceived(job_id="receive-1", association=1, message_id=number) for number in range(3)]
    ear.take(events[0])
    ear.take(events[1])
    ear.give_to(job)
    ear.take(events[2])
    assert job.noted == events


def test_a_listener_is_shared_and_ends_with_its_last_user(
    part: RetrievePart, window: MainWindow, finish: Finish, wait_until: WaitUntil, tmp_path: Path
) -> None:
    shared = part.flow.listener
    folder = tmp_path / "in"
    folder.mkdir()
    first = finish(shared.acquire(folder, str))
    second = finish(shared.acquire(folder, str))
    assert first == second
    assert (first.ae_title, first.folder, first.running.port) == ("WS1", folder, window._session.listening_port)
    shared.release()
    assert shared.running() == first
    shared.release()
    wait_until(lambda: not window._session.is_receiving)
    finish(shared.acquire(folder, str))
    shared.release()


def test_another_folder_waits_until_the_listener_is_free(part: RetrievePart, finish: Finish, tmp_path: Path) -> None:
    shared = part.flow.listener
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    finish(shared.acquire(one, str))
    told: list[str] = []

    def wait(note: str) -> None:
        told.append(note)
        shared.release()

    assert finish(shared.acquire(other, wait)).folder == other
    assert str(one) in told[0]
    shared.release()


def test_the_listener_of_the_receive_view_keeps_its_folder(
    part: RetrievePart, window: MainWindow, finish: Finish, wait_until: WaitUntil, tmp_path: Path
) -> None:
    window.receive.primary.click()
    wait_until(lambda: window._session.is_receiving)
    with pytest.raises(SettingsError, match="Choose that folder, stop listening in Receive, or retrieve by C-GET"):
        finish(part.flow.listener.acquire(tmp_path / "elsewhere", str))
    mine = Path(window.receive.folder.value())
    assert finish(part.flow.listener.acquire(mine, str)).folder == mine
    part.flow.listener.release()
    assert window._session.is_receiving


def test_a_port_in_use_and_fields_that_are_wrong_are_said(
    part: RetrievePart, window: MainWindow, finish: Finish, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        window.receive.port.setText(str(taken.getsockname()[1]))
        with pytest.raises(PortInUseError):
            finish(part.flow.listener.acquire(tmp_path / "in", str))
    window.receive.port.setText("no port")
    with pytest.raises(DicomdeskError, match="Receive view"):
        finish(part.flow.listener.acquire(tmp_path / "in", str))
