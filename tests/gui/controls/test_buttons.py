from PySide6.QtWidgets import QMenu, QPushButton
from pytestqt.qtbot import QtBot

from dicomdesk.gui.controls.buttons import PrimaryButton, menu_button, plain_button, set_words
from dicomdesk.gui.theme import Theme


def test_button_runs_and_has_a_name(theme: Theme, qtbot: QtBot) -> None:
    pressed: list[bool] = []
    button = plain_button(theme, "&Echo", "echo", lambda: pressed.append(True), "Ask the peer")
    qtbot.addWidget(button)
    button.click()
    assert pressed == [True]
    assert button.accessibleName() == "Echo"
    assert button.shortcut().toString() == "Alt+E"
    assert "&" not in button.text()


def test_button_of_an_icon_only_is_named_by_its_tip(theme: Theme, qtbot: QtBot) -> None:
    button = menu_button(theme, "", "more", QMenu(), "More")
    qtbot.addWidget(button)
    assert button.accessibleName() == "More"
    assert button.text() == ""


def test_primary_button_says_what_it_does_now(theme: Theme, qtbot: QtBot) -> None:
    button = PrimaryButton(theme, lambda: None)
    qtbot.addWidget(button)
    button.show_action("Send 3", "send", "tip", is_enabled=False)
    assert (button.accessibleName(), button.isEnabled(), button.toolTip()) == ("Send 3", False, "tip")
    button.show_action("Stop", "stop", "tip")
    assert button.isEnabled()


def test_words_can_be_taken_away(qtbot: QtBot) -> None:
    button = QPushButton()
    qtbot.addWidget(button)
    set_words(button, "")
    assert button.text() == ""
