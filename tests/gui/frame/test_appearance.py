from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dicomdesk.gui.frame.appearance import AppearanceButton
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.theme import DARK, LIGHT, Appearance, Theme


@pytest.fixture(autouse=True)
def as_before(theme: Theme) -> Iterator[None]:
    yield
    theme.choose(Appearance.SYSTEM)


def test_choice_holds_at_once_whatever_the_system_has(theme: Theme, qtbot: QtBot, qapp: QApplication) -> None:
    button = AppearanceButton(theme, "system")
    qtbot.addWidget(button)
    changed: list[str] = []
    button.changed.connect(lambda: changed.append(theme.appearance.value))
    system, light, dark = button.menu.actions()
    assert system.isChecked()
    dark.trigger()
    assert qapp.palette().window().color().name().upper() == DARK.background
    qapp.styleHints().colorSchemeChanged.emit(qapp.styleHints().colorScheme())
    assert theme.tokens is DARK
    light.trigger()
    assert theme.tokens is LIGHT
    system.trigger()
    assert changed == ["dark", "light", "system"]


@pytest.mark.parametrize(("kept", "wanted"), [("dark", Appearance.DARK), ("blue", Appearance.SYSTEM)])
def test_what_was_kept_is_chosen_and_what_is_unknown_is_the_systems(
    theme: Theme, qtbot: QtBot, kept: str, wanted: Appearance
) -> None:
    button = AppearanceButton(theme, kept)
    qtbot.addWidget(button)
    assert theme.appearance is wanted
    assert [action.isChecked() for action in button.menu.actions()] == [each is wanted for each in Appearance]


def test_the_window_remembers_the_choice(window: MainWindow) -> None:
    window.appearance.menu.actions()[2].trigger()
    assert window.state().appearance == "dark"
