from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from dicomdesk.gui.dialogs.closing import ClosingDialog


def test_staying_open_is_the_safe_choice(qtbot: QtBot) -> None:
    dialog = ClosingDialog("Instances are being sent.")
    qtbot.addWidget(dialog)
    default = dialog.defaultButton()
    assert default is not None
    assert "Keep" in default.text()
    assert dialog.escapeButton() is default
    with qtbot.waitSignal(dialog.finished) as told:
        default.click()
    assert told.args != [QDialog.DialogCode.Accepted]


def test_closing_all_the_same_is_accepted(qtbot: QtBot) -> None:
    dialog = ClosingDialog("Instances are being sent.")
    qtbot.addWidget(dialog)
    close = next(button for button in dialog.buttons() if "Stop" in button.text())
    close.click()
    assert dialog.result() == QDialog.DialogCode.Accepted
