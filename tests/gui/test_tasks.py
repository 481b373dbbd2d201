import asyncio
import threading
from collections.abc import Callable
from typing import cast

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog
from shiboken6 import delete

from dicomdesk.errors import DicomdeskError
from dicomdesk.gui.tasks import Tasks
from tests.gui.conftest import Finish


async def fail(error: Exception) -> None:
    raise error


def test_slow_calls_run_beside_the_qt_thread(tasks: Tasks, finish: Finish) -> None:
    thread = finish(tasks.run(threading.current_thread))
    assert thread is not threading.current_thread()


def test_errors_are_shown_in_words(tasks: Tasks, finish: Finish) -> None:
    told: list[str] = []
    tasks.failed.connect(told.append)
    tasks.start(fail(DicomdeskError("The disk is full")))
    tasks.start(fail(OSError(28, "No space left")))
    finish(tasks.finish(5))
    assert told == ["The disk is full", "No space left"]


def test_faults_are_logged_and_shown(tasks: Tasks, finish: Finish, announce_log: Callable[[str], None]) -> None:
    announce_log("a task of the window failed")
    told: list[str] = []
    tasks.failed.connect(told.append)
    tasks.start(fail(ValueError("x")))
    finish(tasks.finish(5))
    assert len(told) == 1
    assert "ValueError" in told[0]


def test_dialog_is_asked_without_stopping_the_loop(tasks: Tasks, finish: Finish) -> None:
    dialog = QDialog()
    went_on: list[bool] = []

    async def accept() -> None:
        went_on.append(dialog.isVisible() and not dialog.isModal())
        dialog.accept()

    async def both() -> int:
        asking = asyncio.ensure_future(tasks.ask(dialog))
        while not dialog.isVisible():
            await asyncio.wait([asking], timeout=0.01)
        await accept()
        return await asking

    assert finish(both()) == QDialog.DialogCode.Accepted
    assert went_on == [True]


def test_late_tasks_are_cancelled_at_the_end(tasks: Tasks, finish: Finish) -> None:
    async def forever() -> None:
        await asyncio.Event().wait()

    task = tasks.start(forever())
    finish(tasks.finish(0.01))
    assert task is not None
    assert task.cancelled()
    assert tasks.start(forever()) is None


def test_coroutine_ends_with_its_owner(tasks: Tasks, finish: Finish) -> None:
    owner = QObject()
    forever: list[asyncio.Task[None] | None] = []

    async def wait() -> None:
        await asyncio.get_running_loop().create_future()

    async def destroy() -> None:
        forever.append(tasks.start(wait(), owner=owner))
        owner.deleteLater()
        with pytest.raises(asyncio.CancelledError):
            await cast("asyncio.Task[None]", forever[0])

    finish(destroy())


def test_what_is_destroyed_at_the_end_is_no_fault(tasks: Tasks, finish: Finish) -> None:
    shown, ends = QObject(), asyncio.Event()
    told: list[str] = []
    tasks.failed.connect(told.append)

    async def show() -> None:
        await ends.wait()
        shown.setObjectName("late")

    async def end() -> None:
        delete(shown)
        ends.set()

    async def leave() -> None:
        await asyncio.gather(tasks.finish(5), end())

    task = tasks.start(show())
    finish(leave())
    assert task is not None
    assert isinstance(task.exception(), RuntimeError)
    assert told == []
