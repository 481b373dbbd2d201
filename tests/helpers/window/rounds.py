"""The whole program begun, used and closed again and again in one process, and what it leaves behind."""

import asyncio
import gc
import itertools
import os
import threading
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from dicomdesk import paths
from dicomdesk.gui import app, main_window
from dicomdesk.gui.frame.views import KEYS
from dicomdesk.gui.handover.claim import Claim
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.session import Session
from tests.helpers.data.studies import write_study

Use = Callable[[MainWindow], Coroutine[None, None, None]]
_DEADLINE_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the process holds."""

    threads: frozenset[str]
    files: Counter[str]
    """Open files and sockets, by what they are."""
    widgets: int


def held() -> Held:
    """Return what the process holds after all that can go has gone."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    descriptors = Path("/proc/self/fd")
    files = Counter(_kind(descriptors / name) for name in os.listdir(descriptors))
    threads = frozenset(thread.name for thread in threading.enumerate())
    return Held(threads=threads, files=files, widgets=len(QApplication.allWidgets()))


def _kind(descriptor: Path) -> str:
    try:
        target = str(descriptor.readlink())
    except OSError:  # that of the listing itself
        return ""
    return target.partition("[")[0] if ":[" in target else target


def live_once(application: QApplication, loop: asyncio.AbstractEventLoop, use: Use) -> None:
    """Begin the program, use it, close it in order."""
    claim = Claim(paths.state_folder())
    assert claim.take()
    show = MainWindow.show
    uses: list[asyncio.Future[None]] = []

    def show_and_use(window: MainWindow) -> None:
        show(window)
        if not uses:  # it is shown again where it comes to the front
            uses.append(asyncio.ensure_future(use(window)))
            uses[0].add_done_callback(lambda _use: window.close_without_asking())

    main_window.MainWindow.show = show_and_use  # type: ignore[assignment, method-assign] # the one place where it is known to be shown
    try:
        loop.run_until_complete(app._live(application, loop, app.Start(claim=claim, given=())))
    finally:
        main_window.MainWindow.show = show  # type: ignore[method-assign] # as it was
        claim.release()
    uses[0].result()


def sending_to_itself(folder: Path) -> Use:
    """A use: listen, send a new study to ourselves, look at each view, open the list of problems."""
    rounds = itertools.count(1)

    async def use(window: MainWindow) -> None:
        number = next(rounds)
        write_study(folder / str(number), 3, prefix=f"1.2.3.{number}")
        session, flow = window.receive._session, window.send.flow
        window.receive.flow.listen(replace(window.receive.request(), port=0))
        await _until(session, lambda: session.listening_port > 0)
        window.send.header.peer_entry.called.setText("ITSELF")
        window.send.header.peer_entry.host.setText("127.0.0.1")
        window.send.header.peer_entry.port.setText(str(session.listening_port))
        window.take_files([str(folder / str(number))])
        await _until(session, lambda: bool(flow.ready()) and not flow.is_scanning)
        window.send.header.primary.click()
        await _until(session, lambda: not flow.ready() and not flow.going() and not session.is_sending)
        for key in KEYS:
            window.open_view(key)
        window.problems.open()
        window.problems.close()

    return use


async def _until(session: Session, condition: Callable[[], bool]) -> None:
    """Return when a condition is true, looked at on each tick of the session."""
    is_true = asyncio.Event()

    def look() -> None:
        if condition():
            is_true.set()

    session.ticked.connect(look)
    try:
        async with asyncio.timeout(_DEADLINE_S):
            await is_true.wait()
    finally:
        session.ticked.disconnect(look)
