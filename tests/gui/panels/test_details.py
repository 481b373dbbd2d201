from functools import partial

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from dicomdesk.gui.panels.details import Action, Details, DetailsStrip
from dicomdesk.gui.theme import Theme, Tone


def test_strip_says_what_why_and_what_to_do(theme: Theme, qtbot: QtBot) -> None:
    strip = DetailsStrip(theme)
    qtbot.addWidget(strip)
    ran: list[str] = []
    action = Action(word="Try again", run=lambda: ran.append("again"), icon="retry")
    strip.show_details(Details(title="Refused", text="Out of room", tone=Tone.BAD, actions=[action], can_copy=True))
    assert (strip.accessibleName(), strip.accessibleDescription()) == ("Refused", "Out of room")
    again, copy = strip.buttons()
    again.click()
    copy.click()
    assert ran == ["again"]
    assert QGuiApplication.clipboard().text() == "Refused\nOut of room"


def test_same_details_leave_the_buttons_alone(theme: Theme, qtbot: QtBot) -> None:
    strip = DetailsStrip(theme)
    qtbot.addWidget(strip)
    strip.show_details(Details(title="A", can_copy=True, progress=0.1))
    before = strip.buttons()
    strip.show_details(Details(title="A", can_copy=True, progress=0.2))
    assert strip.buttons() == before
    strip.show_details(Details(title="B"))
    assert strip.buttons() == []


def test_height_never_changes(theme: Theme, qtbot: QtBot) -> None:
    strip = DetailsStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(600, strip.sizeHint().height())
    strip.show()
    heights = set()
    for details in (Details(title=""), Details(title="A", text="long " * 300, can_copy=True, progress=0.5)):
        strip.show_details(details)
        heights.add(strip.height())
    assert len(heights) == 1


def test_buttons_that_have_no_room_become_entries_of_a_menu(theme: Theme, qtbot: QtBot) -> None:
    strip = DetailsStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(900, strip.sizeHint().height())
    strip.show()
    ran: list[str] = []
    words = [f"Action number {number}" for number in range(4)]
    actions = [Action(word=word, run=partial(ran.append, word), icon="retry") for word in words]
    strip.show_details(Details(title="Refused", actions=actions))
    qtbot.waitUntil(lambda: all(button.isVisible() for button in strip.buttons()))
    strip.resize(300, strip.height())
    qtbot.waitUntil(lambda: not strip.buttons()[-1].isVisible())
    assert strip.buttons()[0].isVisible()
    menu = next(menu for menu in strip.findChildren(QMenu) if menu.actions())
    menu.actions()[-1].trigger()
    assert ran == words[-1:]
    strip.resize(900, strip.height())
    qtbot.waitUntil(strip.buttons()[-1].isVisible)
    assert not menu.actions()
