import pytest
from pytestqt.qtbot import QtBot

from dicomdesk.gui.questions.closing import ClosingDialog


def test_staying_open_is_the_safe_choice(qtbot: QtBot) -> None:
    dialog = ClosingDialog("Instances are being sent.")
    qtbot.addWidget(dialog)
    default = dialog.defaultButton()
    assert default is not None
    assert "Keep" in default.text()
    assert dialog.escapeButton() is default


@pytest.mark.parametrize(("word", "shall_close"), [("Stop", True), ("Keep", False)])
def test_the_button_decides(word: str, shall_close: bool, qtbot: QtBot) -> None:
    dialog = ClosingDialog("Instances are being sent.")
    qtbot.addWidget(dialog)
    assert not dialog.shall_close()
    with qtbot.waitSignal(dialog.finished):
        next(button for button in dialog.buttons() if word in button.text()).click()
    assert dialog.shall_close() is shall_close


def test_leaving_by_the_keyboard_keeps_running(qtbot: QtBot) -> None:
    dialog = ClosingDialog("Instances are being sent.")
    qtbot.addWidget(dialog)
    dialog.reject()
    assert not dialog.shall_close()
