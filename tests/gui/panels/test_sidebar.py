from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dicomdesk.gui.panels.sidebar import Sidebar, ViewButton
from dicomdesk.gui.theme import SIDEBAR_WIDTH, Theme


def test_views_are_chosen_by_click_and_keyboard(theme: Theme, qtbot: QtBot) -> None:
    sidebar = Sidebar(theme, [("send", "Send"), ("receive", "Receive")])
    qtbot.addWidget(sidebar)
    sidebar.show()
    sidebar.show_keys(1, "Ctrl+2")
    chosen: list[int] = []
    sidebar.chosen.connect(chosen.append)
    sidebar.choose(1)
    buttons = sidebar.findChildren(ViewButton)
    QTest.keyClick(buttons[0], Qt.Key.Key_Space)
    assert chosen == [1, 0]
    assert sidebar.width() == SIDEBAR_WIDTH
    assert "Ctrl+2" in buttons[1].toolTip()


def test_without_words_it_is_narrow_and_a_dot_tells_of_a_count(theme: Theme, qtbot: QtBot) -> None:
    sidebar = Sidebar(theme, [("send", "Send"), ("receive", "Receive")])
    qtbot.addWidget(sidebar)
    sidebar.show_words(is_shown=False)
    button, _ = sidebar.findChildren(ViewButton)
    assert sidebar.width() < SIDEBAR_WIDTH / 3
    plain = button.grab().toImage()
    sidebar.set_badge(0, 12)
    assert button.grab().toImage() != plain
    assert button.accessibleName() == "Send, 12"
    sidebar.show_words(is_shown=True)
    assert sidebar.width() == SIDEBAR_WIDTH


def test_badge_is_part_of_the_name(theme: Theme, qtbot: QtBot) -> None:
    sidebar = Sidebar(theme, [("send", "Send")])
    qtbot.addWidget(sidebar)
    (button,) = sidebar.findChildren(ViewButton)
    plain = button.grab().toImage()
    sidebar.set_badge(0, 12, is_alarming=True)
    assert button.accessibleName() == "Send, 12"
    assert button.grab().toImage() != plain
    sidebar.set_badge(0, 0)
    assert button.accessibleName() == "Send"
