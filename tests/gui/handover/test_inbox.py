import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from dicomdesk.gui.handover.claim import Claim
from dicomdesk.gui.handover.inbox import (
    LARGEST_MESSAGE,
    MOST_AT_ONCE,
    Inbox,
    Meeting,
    from_message,
    meet,
    to_message,
)
from dicomdesk.gui.tasks import Tasks
from tests.gui.conftest import Finish


@pytest.fixture
def address() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="dd") as name:  # test folders have names that are too long for sockets
        yield f"{name}/s"


def from_another_process(address: str, paths: list[str]) -> bool:
    """Hand over as another start does; Qt's waiting keeps the other threads of a process from running."""
    code = (
        "import sys\n"
        "from dicomdesk.gui.handover.inbox import hand_over\n"
        "sys.exit(not hand_over(sys.argv[1], sys.argv[2:]))\n"
    )
    return subprocess.run([sys.executable, "-c", code, address, *paths], check=False, timeout=60).returncode == 0


@pytest.fixture
def inbox(address: str) -> Iterator[Inbox]:
    found = Inbox()
    assert found.listen(address) == ""
    yield found
    found.close()


def test_paths_come_as_they_were_given(inbox: Inbox, address: str, finish: Finish, tasks: Tasks) -> None:
    paths = ["/a b/ü.dcm", os.fsdecode(b"/odd/\xff\xfe.dcm"), "/x/-option"]
    got: list[list[str]] = []
    inbox.given.connect(got.append)
    assert finish(tasks.run(from_another_process, address, paths))
    assert got == [paths]
    assert finish(tasks.run(from_another_process, address, []))
    assert got[1] == []


def test_socket_is_its_owners_alone(inbox: Inbox, address: str) -> None:
    assert not os.stat(address).st_mode & 0o077


@pytest.mark.parametrize(
    "sent",
    [b"\n", b"[]\n", b'{"version": 2, "paths": []}\n', b'{"version": 1, "paths": ["relative"]}\n', b"x" * 5000000],
)
def test_what_is_no_message_is_not_taken(inbox: Inbox, address: str, qtbot: QtBot, sent: bytes) -> None:
    got: list[list[str]] = []
    inbox.given.connect(got.append)
    connection = QLocalSocket()
    with qtbot.waitSignal(connection.disconnected, timeout=20_000):
        connection.connectToServer(address)
        connection.write(sent)
    assert got == []


def test_those_who_say_nothing_do_not_keep_others_out_for_long(inbox: Inbox, address: str, qtbot: QtBot) -> None:
    idle = [QLocalSocket() for _ in range(MOST_AT_ONCE)]
    for connection in idle:
        connection.connectToServer(address)
    qtbot.waitUntil(lambda: len(inbox._lines) == MOST_AT_ONCE)
    late = QLocalSocket()
    with qtbot.waitSignal(late.disconnected, timeout=20_000):
        late.connectToServer(address)
    qtbot.waitUntil(lambda: not inbox._lines, timeout=20_000)


def test_socket_that_a_dead_window_left_is_no_obstacle(address: str, finish: Finish, tasks: Tasks) -> None:
    Path(address).touch()
    assert not finish(tasks.run(from_another_process, address, []))
    found = Inbox()
    assert found.listen(address) == ""
    assert finish(tasks.run(from_another_process, address, []))
    found.close()


def test_second_start_waits_for_the_window_that_is_closing(
    tmp_path: Path, loop: asyncio.AbstractEventLoop, finish: Finish, tasks: Tasks
) -> None:
    first, second = Claim(tmp_path), Claim(tmp_path)
    assert first.take()
    assert meet(second, [], patience_s=0.0) is Meeting.SILENT
    waiting = loop.create_task(tasks.run(meet, second, []))
    loop.call_later(0.1, first.release)

    async def wait() -> Meeting:
        return await waiting

    assert finish(wait()) is Meeting.FIRST
    second.release()


@given(st.lists(st.text(st.characters(exclude_characters="\0"))))
def test_message_holds_any_absolute_path(names: list[str]) -> None:
    paths = [f"/{name}" for name in names]
    assert from_message(to_message(paths)) == paths
    assert len(to_message(paths)) < LARGEST_MESSAGE


@given(st.binary() | st.text().map(str.encode))
def test_anything_else_is_none(line: bytes) -> None:
    found = from_message(line)
    assert found is None or all(path.startswith("/") for path in found)
