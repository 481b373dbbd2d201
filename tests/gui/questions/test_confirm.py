from pytestqt.qtbot import QtBot

from dicomdesk.gui.questions.confirm import ConfirmDialog


def test_only_the_button_that_says_so_confirms(qtbot: QtBot) -> None:
    for is_wanted in (True, False):
        dialog = ConfirmDialog("Take 3 studies off the list?", "The files stay.", "&Take off")
        qtbot.addWidget(dialog)
        dialog.show()
        assert not dialog.isModal()
        assert dialog.defaultButton() is not dialog.confirm
        (dialog.confirm if is_wanted else dialog.defaultButton()).click()
        assert dialog.is_confirmed() is is_wanted
