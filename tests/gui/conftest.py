"""The window's tests run without a display; each has a loop, a session and an engine of its own."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from threading import Event
from typing import Protocol, TypeVar

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest
import qasync
from PySide6.QtWidgets import QApplication

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.job import AnyJob, JobRequest
from dicomdesk.engine.receive.request import ReceiveRequest
from dicomdesk.gui.assets import load_assets
from dicomdesk.gui.event_bridge import Bridge
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme
from dicomdesk.gui.window_state import WindowState

DEADLINE_S = 20.0

KEPT: list[object] = []
"""Loops and Qt objects of tests that are over: collected on an engine's thread, they would take Qt down with them."""

Result = TypeVar("Result")
FactT = TypeVar("FactT")
JobT = TypeVar("JobT", bound=AnyJob)


class SlowEngine(Engine):
    """An engine that begins to receive only when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.may_begin = Event()

    def submit(self, request: JobRequest[FactT, JobT], sink: Callable[[FactT], None]) -> JobT:
        if isinstance(request, ReceiveRequest):
            self.asked += 1
            self.may_begin.wait(DEADLINE_S)
        return super().submit(request, sink)


class Finish(Protocol):
    """Runs Qt and the loop until a coroutine is over, and returns its result."""

    def __call__(self, coroutine: Coroutine[object, object, Result]) -> Result: ...


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[asyncio.AbstractEventLoop]:
    """A loop of Qt's, not running."""
    qapp.setQuitOnLastWindowClosed(False)
    found = qasync.QEventLoop(qapp)
    KEPT.append(found)
    asyncio.set_event_loop(found)
    yield found
    asyncio.set_event_loop(None)
    found.close()


@pytest.fixture
def finish(loop: asyncio.AbstractEventLoop) -> Finish:
    """Call with a coroutine: Qt and the loop run until it is over; fails after a deadline."""

    def run(coroutine: Coroutine[object, object, Result]) -> Result:
        return loop.run_until_complete(asyncio.wait_for(coroutine, DEADLINE_S))

    return run


@pytest.fixture
def wait_until(finish: Finish, session: Session) -> Callable[[Callable[[], bool]], None]:
    """Call with a condition: Qt and the loop run until it is true, looked at on each tick of the session."""

    async def wait(condition: Callable[[], bool]) -> None:
        is_true = asyncio.Event()

        def look() -> None:
            if condition():
                is_true.set()

        session.ticked.connect(look)
        try:
            await is_true.wait()
        finally:
            session.ticked.disconnect(look)

    def run(condition: Callable[[], bool]) -> None:
        if not condition():
            finish(wait(condition))

    return run


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    """The light theme."""
    return Theme(qapp, load_assets())


@pytest.fixture
def tasks(loop: asyncio.AbstractEventLoop) -> Iterator[Tasks]:
    """Tasks that are over when the test is."""
    found = Tasks(loop)
    KEPT.append(found)
    yield found
    loop.run_until_complete(found.finish(DEADLINE_S))


@pytest.fixture
def bridge(loop: asyncio.AbstractEventLoop) -> Iterator[Bridge]:
    """A bridge to the loop."""
    found = Bridge(loop)
    KEPT.append(found)
    yield found
    found.close()


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An engine that is closed when the test is over."""
    found = Engine()
    yield found
    found.close(abort=True)


@pytest.fixture
def has_host() -> bool:
    """Whether what is received is received by a process of its own, as in the program; folders of tests say so."""
    return False


@pytest.fixture
def session(
    engine: Engine, bridge: Bridge, tasks: Tasks, loop: asyncio.AbstractEventLoop, has_host: bool
) -> Iterator[Session]:
    """A session with a real engine, shut down in order."""
    found = Session(engine, bridge, tasks, has_host=has_host)
    KEPT.append(found)
    yield found
    loop.run_until_complete(asyncio.wait_for(found.shut_down(), DEADLINE_S))


@pytest.fixture
def state(tmp_path: Path) -> WindowState:
    """What a user has entered before."""
    return WindowState(
        peer_ae_title="PACS",
        peer_host="127.0.0.1",
        peer_port="104",
        calling_ae_title="WS1",
        listen_ae_title="WS1",
        listen_folder=str(tmp_path / "received"),
    )


@pytest.fixture
def window(
    theme: Theme, session: Session, tasks: Tasks, state: WindowState, loop: asyncio.AbstractEventLoop
) -> Iterator[MainWindow]:
    """The whole window, shown, with all its views; it outlives its jobs."""
    found = MainWindow(theme, session, tasks, state)
    found.build_all()
    KEPT.append(found)
    found.show()
    yield found
    loop.run_until_complete(asyncio.wait_for(session.shut_down(), DEADLINE_S))
    loop.run_until_complete(tasks.finish(DEADLINE_S))
    found.leave()
    found.deleteLater()
