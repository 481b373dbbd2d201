"""Commands and their keys: chosen by the user, refused where they cannot work, kept where nobody knows them."""

from functools import partial

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dicomdesk.gui.commands.command import Offer, commands_of, first_keys, offer_commands
from dicomdesk.gui.commands.keyboard import WINDOW, Keyboard
from dicomdesk.gui.main_window import MainWindow
from tests.gui.conftest import KEPT

Ran = list[str]


@pytest.fixture
def ran() -> Ran:
    return []


def make(qtbot: QtBot, ran: Ran, *offers: tuple[str, str]) -> QWidget:
    widget = QWidget()
    KEPT.append(widget)
    qtbot.addWidget(widget)
    offer_commands(widget, [Offer(name, f"&{name}", partial(ran.append, name), keys) for name, keys in offers])
    return widget


@pytest.fixture
def keyboard(qtbot: QtBot, ran: Ran) -> Keyboard:
    found = Keyboard({"send.check": "Ctrl+J", "send.unknown": "F9", "later": 7})
    found.take(WINDOW, make(qtbot, ran, ("quit", "Ctrl+Q")))
    found.take("send", make(qtbot, ran, ("check", "Ctrl+T"), ("pause", "Ctrl+.")))
    found.take("query", make(qtbot, ran, ("ask", "Ctrl+T")))
    return found


def keys(keyboard: Keyboard) -> dict[str, str]:
    return {each.name: each.keys for each in keyboard.bindings()}


def test_commands_have_the_keys_that_were_chosen_and_what_nobody_knows_is_kept(keyboard: Keyboard) -> None:
    expected = {"window.quit": "Ctrl+Q", "send.check": "Ctrl+J", "send.pause": "Ctrl+.", "query.ask": "Ctrl+T"}
    assert keys(keyboard) == expected
    assert keyboard.chosen == {"send.check": "Ctrl+J", "send.unknown": "F9", "later": 7}


@pytest.mark.parametrize(
    ("pressed", "told"),
    [
        ("Ctrl+.", "taken by “pause”"),
        ("Ctrl+Q", "taken by “quit”"),
        ("K", "needed to type"),
        ("Shift+K", "needed to type"),
        ("Return", "needed to type"),
        ("Ctrl+C", "edit text"),
        ("Alt+F", "open menus"),
        ("Ctrl+K, Ctrl+B", "one press"),
        ("no keys at all", "no keys"),
    ],
)
def test_keys_that_cannot_work_are_refused_in_words(keyboard: Keyboard, pressed: str, told: str) -> None:
    before = keys(keyboard), keyboard.chosen
    assert told in keyboard.set_keys("send.check", pressed)
    assert (keys(keyboard), keyboard.chosen) == before


def test_what_works_in_every_view_conflicts_with_all_views(keyboard: Keyboard) -> None:
    assert "taken by “ask”" in keyboard.set_keys("window.quit", "Ctrl+T")
    assert not keyboard.set_keys("send.check", "Ctrl+T"), "another view has it too, and only one is shown"


def test_keys_are_taken_away_changed_and_put_back(keyboard: Keyboard, qtbot: QtBot, ran: Ran) -> None:
    assert not keyboard.set_keys("send.pause", "")
    assert not keyboard.set_keys("query.ask", "F7")
    assert keys(keyboard)["send.pause"] == ""
    assert keyboard.chosen["send.pause"] == ""
    keyboard.choose({"send.pause": "Ctrl+J", "send.check": "Ctrl+."})
    assert keys(keyboard)["send.pause"] == "Ctrl+J", "two can change places"
    again = Keyboard(keyboard.chosen)
    again.take("send", make(qtbot, ran, ("check", "Ctrl+T"), ("pause", "Ctrl+.")))
    assert keys(again) == {"send.check": "Ctrl+.", "send.pause": "Ctrl+J"}
    keyboard.reset()
    assert keys(keyboard) == {each.name: each.first_keys for each in keyboard.bindings()}
    assert keyboard.chosen == {"send.unknown": "F9", "later": 7}


def test_a_chosen_key_that_conflicts_at_the_start_is_left_out(qtbot: QtBot, ran: Ran) -> None:
    keyboard = Keyboard({"send.check": "Ctrl+Q", "send.pause": "Ctrl+C", "send.send": ["F7"]})
    keyboard.take(WINDOW, make(qtbot, ran, ("quit", "Ctrl+Q")))
    keyboard.take("send", make(qtbot, ran, ("check", "Ctrl+T"), ("pause", "F3"), ("send", "F4")))
    expected = {"window.quit": "Ctrl+Q", "send.check": "Ctrl+T", "send.pause": "F3", "send.send": "F4"}
    assert keys(keyboard) == expected


def test_a_command_runs_by_its_action(qtbot: QtBot, ran: Ran) -> None:
    widget = make(qtbot, ran, ("one", "F6"), ("two", ""))
    one, two = commands_of(widget)
    one.trigger()
    two.trigger()
    assert ran == ["one", "two"]
    assert (first_keys(one), first_keys(two)) == ("F6", "")


def test_every_command_of_the_window_has_a_name_of_its_own_and_keys_that_are_allowed(window: MainWindow) -> None:
    bindings = list(window.keyboard.bindings())
    assert len(bindings) > 50
    assert len({each.name for each in bindings}) == len(bindings)
    clashes = [
        (each.name, problem)
        for each in bindings
        if each.keys and (problem := window.keyboard.problem(each.name, each.keys))
    ]
    assert not clashes


def test_chosen_keys_are_remembered_and_run(window: MainWindow) -> None:
    assert not window.keyboard.set_keys("send.clear", "Ctrl+Shift+F9")
    assert window.state().keys == {"send.clear": "Ctrl+Shift+F9"}
    (clear,) = (action for action in commands_of(window.send) if action.objectName() == "clear")
    assert clear.shortcut() == QKeySequence("Ctrl+Shift+F9")
