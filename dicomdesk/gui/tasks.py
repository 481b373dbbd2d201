"""Coroutines of the window: started, remembered, and their failures shown instead of lost."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QDialog
from shiboken6 import isValid

from dicomdesk.errors import DicomdeskError
from dicomdesk.human import error_text

Result = TypeVar("Result")

MOST_WORKERS = 4

_GONE = "already deleted"
"""What PySide6 says of an object that Qt has destroyed, as it does with all when the program ends."""

_log = logging.getLogger(__name__)


class Tasks(QObject):
    """Starts coroutines and runs slow calls beside the Qt thread. All methods are for the Qt thread."""

    begun = Signal()
    """A coroutine was started, and not by a look at how things stand that is taken now and then."""
    asked = Signal(object)
    """A ``QDialog`` is shown next."""
    failed = Signal(str)
    """A coroutine ended with an error that it did not handle: one plain sentence."""

    def __init__(self, loop: asyncio.AbstractEventLoop, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loop = loop
        self._running: set[asyncio.Task[None]] = set()
        self._is_finished = False
        self._workers = ThreadPoolExecutor(MOST_WORKERS, thread_name_prefix="window")

    def start(
        self, coroutine: Coroutine[object, object, None], *, owner: QObject | None = None, is_routine: bool = False
    ) -> asyncio.Task[None] | None:
        """Run a coroutine to its end; errors go to ``failed``. None after ``finish``: nothing is begun any more.

        It is cancelled when ``owner`` is destroyed: a coroutine of a dialog that touches it after waiting needs one.
        What is begun now and then without anybody wishing it is routine, and ``begun`` does not tell of it.
        """
        if self._is_finished:
            coroutine.close()
            return None
        task = self._loop.create_task(coroutine)
        self._running.add(task)
        if not is_routine:
            self.begun.emit()
        task.add_done_callback(self._on_done)
        if owner is not None:
            owner.destroyed.connect(lambda _gone: task.cancel())
        return task

    def promise(self) -> "asyncio.Future[None]":
        """Make what can be waited for; a coroutine that Qt has taken up outside a run of the loop may ask, too."""
        return self._loop.create_future()

    async def run(self, function: Callable[..., Result], *arguments: object) -> Result:
        """Call what reads disk, network or database on a worker thread, and return what it returns."""
        return await self._loop.run_in_executor(self._workers, lambda: function(*arguments))

    def call(self, coroutine: Coroutine[object, object, Result]) -> Future[Result]:
        """Run a coroutine on the Qt thread for another thread, which may wait for what it returns. For any thread."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    async def breathe(self) -> None:
        """Let Qt paint and answer before a coroutine goes on."""
        turn: asyncio.Future[None] = self._loop.create_future()

        def end() -> None:
            if not turn.done():
                turn.set_result(None)

        QTimer.singleShot(0, end)
        await turn

    async def ask(self, dialog: QDialog) -> int:
        """Show a dialog that is not modal, and return its result code."""
        answer: asyncio.Future[int] = self._loop.create_future()

        def _on_finished(result: int) -> None:
            if not answer.done():
                answer.set_result(result)

        dialog.finished.connect(_on_finished)
        dialog.setModal(False)
        self.asked.emit(dialog)
        dialog.show()
        try:
            return await answer
        finally:
            if isValid(dialog):
                dialog.deleteLater()

    async def finish(self, deadline_s: float) -> None:
        """Wait for all other coroutines, cancel those that are not over in time, end the workers. The last call."""
        self._is_finished = True
        others = self._running - {asyncio.current_task()}
        if others:
            _, late = await asyncio.wait(others, timeout=deadline_s)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=1.0)
        self.end_workers()

    def end_workers(self) -> None:
        """Take no more slow calls; those that run go on to their end."""
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _on_done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, DicomdeskError | OSError):
            self.failed.emit(error_text(error))
        elif self._is_finished and isinstance(error, RuntimeError) and _GONE in str(error):
            _log.debug("what a task of the window would have shown in is gone")
        elif error is not None:
            _log.error("a task of the window failed", exc_info=error)
            self.failed.emit(self.tr("Something went wrong in the program: {error}").format(error=repr(error)))
