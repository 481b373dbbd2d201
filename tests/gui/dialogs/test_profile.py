from PySide6.QtWidgets import QDialog, QDialogButtonBox
from pytestqt.qtbot import QtBot

from dicomdesk.gui.dialogs.profile import ProfileDialog
from dicomdesk.gui.tasks import Tasks


def test_both_file_and_name_are_needed(tasks: Tasks, qtbot: QtBot) -> None:
    dialog = ProfileDialog(tasks, "", "")
    qtbot.addWidget(dialog)
    (box,) = dialog.findChildren(QDialogButtonBox)
    ok = box.button(QDialogButtonBox.StandardButton.Ok)
    ok.click()
    assert dialog.result() != QDialog.DialogCode.Accepted
    dialog.file.setText("/etc/storescp.cfg")
    dialog.name.setText("Default")
    ok.click()
    assert dialog.result() == QDialog.DialogCode.Accepted
