from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from dicomdesk.gui.controls.check_box import CheckBox
from dicomdesk.gui.controls.empty_state import EmptyState
from dicomdesk.gui.theme import Theme


def test_empty_view_invites_the_first_action(theme: Theme, qtbot: QtBot) -> None:
    state = EmptyState(theme, "send", takes_drops=True)
    qtbot.addWidget(state)
    pressed: list[bool] = []
    button = QPushButton("Add")
    button.clicked.connect(lambda: pressed.append(True))
    state.set_words("Drop studies here", "Files and folders.")
    state.set_buttons([button])
    state.set_option(CheckBox(theme, "At once", is_checked=False))
    state.resize(600, 400)
    state.show()
    assert button.isVisible()
    button.click()
    assert pressed == [True]
    assert state.accessibleName() == "Drop studies here"
    assert not state.grab().isNull()
