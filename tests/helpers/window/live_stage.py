"""A stage on which everything is real: the engine, and peers that are processes of our own tools."""

import asyncio
import contextlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication

from dicomdesk.engine.engine import Engine
from dicomdesk.gui.event_bridge import Bridge
from dicomdesk.gui.session import Session
from dicomdesk.gui.theme import Theme
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.processes.tool_process import OURS, environment
from tests.helpers.window.stage import AnyStage

_DEADLINE_S = 240.0


class LiveStage(AnyStage[Session]):
    """A window with a session of its own, the processes it talks with, and a folder for all of them."""

    def __init__(self, application: QApplication, theme: Theme, loop: asyncio.AbstractEventLoop) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dicomdesk-pictures-"))
        self._processes: list[subprocess.Popen[bytes]] = []
        self._held: list[subprocess.Popen[bytes]] = []
        self._is_over = threading.Event()
        super().__init__(application, theme, loop)

    def _make_session(self) -> Session:
        return Session(Engine(), Bridge(self._loop), self.tasks)

    def start(self, tool: str, *words: object) -> "subprocess.Popen[bytes]":
        """Start one of our tools, which ends with the stage."""
        command = [*OURS, tool, *map(str, words)]
        process = subprocess.Popen(
            command, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._processes.append(process)
        return process

    def serve(self, tool: str, *words: object) -> tuple["subprocess.Popen[bytes]", int]:
        """Start one of our tools on a free port, which follows the words; wait until it answers."""
        port = free_port()
        process = self.start(tool, *words, port)
        self.until(lambda: process.poll() is not None or _answers(port))
        return process, port

    def hold(self, process: "subprocess.Popen[bytes]", condition: Callable[[], bool]) -> None:
        """Let a process stand still as soon as a condition is true, as a peer does that has something else to do.

        Ticks of the session are too far apart for that: this one is looked at every other millisecond.
        """

        def watch() -> None:
            while not condition() and process.poll() is None and not self._is_over.wait(0.002):
                pass
            process.send_signal(signal.SIGSTOP)
            self._held.append(process)

        threading.Thread(target=watch, daemon=True).start()

    def is_held(self, process: "subprocess.Popen[bytes]") -> bool:
        """Whether a process stands still."""
        return process in self._held

    def until(self, condition: Callable[[], bool]) -> None:
        """Let everything run until a condition is true; AssertionError after a deadline."""

        async def wait() -> None:
            met = asyncio.Event()
            watch = lambda: met.set() if condition() else None  # noqa: E731 - needed twice
            self.session.ticked.connect(watch)
            try:
                await met.wait()
            finally:
                self.session.ticked.disconnect(watch)

        if not condition():
            try:
                self._loop.run_until_complete(asyncio.wait_for(wait(), _DEADLINE_S))
            except TimeoutError:
                raise AssertionError("what the picture is to show has not come about") from None

    def close(self) -> None:
        self._is_over.set()
        for process in self._processes:
            process.kill()
            process.wait(_DEADLINE_S)
        self._loop.run_until_complete(asyncio.wait_for(self.session.shut_down(), _DEADLINE_S))
        super().close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
        return True
    return False
