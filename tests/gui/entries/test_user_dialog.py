from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from dicomdesk.gui.entries.user_dialog import UserDialog


def test_user_is_taken_when_new_and_sure_of_the_passcode(qtbot: QtBot) -> None:
    dialog = UserDialog(["ct-room"])
    qtbot.addWidget(dialog)
    dialog.name_field.setText("ct-room")
    dialog.passcode_field.setText("1234")
    dialog._on_ok()
    assert dialog.name_field.property("problem")
    dialog.name_field.setText("mr-room")
    dialog.again_field.setText("123")
    dialog._on_ok()
    assert dialog.again_field.toolTip() == "The two passcodes differ."
    assert dialog.result() != QDialog.DialogCode.Accepted
    dialog.again_field.setText("1234")
    dialog._on_ok()
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert (dialog.name(), dialog.passcode()) == ("mr-room", "1234")
