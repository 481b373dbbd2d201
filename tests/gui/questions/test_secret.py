from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from dicomdesk.gui.questions.secret import SecretDialog


def test_secret_is_hidden_and_needed(qtbot: QtBot) -> None:
    dialog = SecretDialog("Pass phrase of ws1.key", "The key is encrypted.", "That is wrong.")
    qtbot.addWidget(dialog)
    assert dialog._field.echoMode() is QLineEdit.EchoMode.Password
    assert dialog._field.accessibleName() == "Pass phrase of ws1.key"
    assert dialog._field.property("problem")
    assert not dialog._ok.isEnabled()
    dialog.type_secret("sesame")
    assert dialog._ok.isEnabled()
    assert dialog.secret() == "sesame"
