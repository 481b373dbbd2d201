import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dicomdesk.gui.layouts import column_of
from dicomdesk.gui.panels.heading import Heading, PlainLabel, loud_or_plain
from dicomdesk.gui.theme import Theme, Tone


def test_a_title_too_long_for_its_room_is_cut_and_its_tip_has_all_of_it(qtbot: QtBot, theme: Theme) -> None:
    panel = QWidget()
    qtbot.addWidget(panel)
    heading = Heading(theme, panel)
    column_of(heading, inside=panel)
    title = "57 of 813 instances cannot go to <PACS>"
    heading.say(title, "failed", Tone.BAD)
    (label,) = panel.findChildren(PlainLabel)
    panel.resize(150, 30)
    panel.show()
    assert label.text().endswith("…")
    assert "57 of 813 instances cannot go to" in label.toolTip()
    assert "<PACS>" not in label.toolTip()
    assert (heading.title(), panel.accessibleName()) == (title, title)
    panel.resize(1000, 30)
    qtbot.waitUntil(lambda: label.text() == title)
    assert label.toolTip() == ""


@pytest.mark.parametrize("tone", Tone)
def test_a_title_is_coloured_only_where_something_has_come_out(tone: Tone) -> None:
    assert loud_or_plain(tone) is (tone if tone in {Tone.GOOD, Tone.WARNING, Tone.BAD} else Tone.PLAIN)


def test_a_heading_said_once_has_the_colours_of_each_theme(qtbot: QtBot, theme: Theme) -> None:
    panel = QWidget()
    qtbot.addWidget(panel)
    heading = Heading(theme, panel)
    column_of(heading, inside=panel)
    heading.say("Remove 2 studies", "remove", Tone.PLAIN)
    (label,) = panel.findChildren(PlainLabel)
    panel.show()
    try:
        for scheme in (Qt.ColorScheme.Dark, Qt.ColorScheme.Light):
            theme.follow(scheme)
            assert label.palette().windowText().color() == theme.colour(Tone.PLAIN)
    finally:
        theme.follow(Qt.ColorScheme.Light)
