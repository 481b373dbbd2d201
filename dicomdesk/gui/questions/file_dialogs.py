"""File dialogs that never stop the loop."""

from PySide6.QtWidgets import QFileDialog, QWidget

from dicomdesk.gui.tasks import Tasks


def _open(dialog: QFileDialog, mode: QFileDialog.FileMode) -> QFileDialog:
    dialog.setFileMode(mode)
    return dialog


async def ask_files(tasks: Tasks, parent: QWidget, title: str) -> list[str]:
    """Let the user choose files; nothing chosen is an empty list."""
    dialog = _open(QFileDialog(parent, title), QFileDialog.FileMode.ExistingFiles)
    return dialog.selectedFiles() if await tasks.ask(dialog) else []


async def ask_folder(tasks: Tasks, parent: QWidget, title: str, folder: str = "") -> str:
    """Let the user choose a folder; nothing chosen is ""."""
    dialog = _open(QFileDialog(parent, title, folder), QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return next(iter(dialog.selectedFiles()), "") if await tasks.ask(dialog) else ""


async def ask_new_file(tasks: Tasks, parent: QWidget, title: str, name: str) -> str:
    """Let the user name a file to be written; nothing chosen is ""."""
    dialog = _open(QFileDialog(parent, title), QFileDialog.FileMode.AnyFile)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.selectFile(name)
    return next(iter(dialog.selectedFiles()), "") if await tasks.ask(dialog) else ""
