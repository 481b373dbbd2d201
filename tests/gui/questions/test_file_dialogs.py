import asyncio
from collections.abc import Coroutine
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from dicomdesk.gui.questions.file_dialogs import ask_files, ask_folder, ask_new_file
from dicomdesk.gui.tasks import Tasks
from tests.gui.conftest import Finish, Result


def answered(question: Coroutine[object, object, Result], *, path: str = "") -> Coroutine[object, object, Result]:
    """Ask, and answer as a user does: by naming a path and accepting, or by closing the dialog."""

    def answer() -> None:
        dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, QFileDialog) and w.isVisible())
        if path:
            dialog.findChildren(QLineEdit)[0].setText(path)
            dialog.done(QFileDialog.DialogCode.Accepted)
        else:
            dialog.reject()

    async def ask() -> Result:
        asking = asyncio.ensure_future(question)
        QTimer.singleShot(50, answer)
        return await asking

    return ask()


def test_chosen_file_is_returned(tasks: Tasks, finish: Finish, qtbot: QtBot, tmp_path: Path) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    file = tmp_path / "IM1"
    file.write_bytes(b"x")
    assert finish(answered(ask_files(tasks, parent, "Add"), path=str(file))) == [str(file)]


def test_nothing_chosen_is_nothing(tasks: Tasks, finish: Finish, qtbot: QtBot, tmp_path: Path) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    assert finish(answered(ask_files(tasks, parent, "Add"))) == []
    assert finish(answered(ask_folder(tasks, parent, "Add", str(tmp_path)))) == ""
    assert finish(answered(ask_new_file(tasks, parent, "Save", "report.txt"))) == ""
