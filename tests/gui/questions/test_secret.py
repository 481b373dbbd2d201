from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit
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


def test_keyring_is_offered_where_there_is_one(qtbot: QtBot) -> None:
    dialog = SecretDialog("Passcode", "It is sent.", "", keep=QCheckBox("&Keep it in the keyring"))
    plain = SecretDialog("Passcode", "It is sent.", "")
    for each in (dialog, plain):
        qtbot.addWidget(each)
        each.show()
    assert dialog._keep is not None
    assert dialog._keep.isVisible()
    assert not dialog.is_kept()
    dialog.keep()
    assert dialog.is_kept()
    plain.keep()
    assert not plain.is_kept()
    texts = [label.text() for label in plain.findChildren(QLabel)]
    assert "There is no keyring here: it is kept until the window closes." in texts
