from pytestqt.qtbot import QtBot

from dicomdesk.gui.panels.short_label import ShortLabel


def test_a_text_is_cut_to_its_room_and_whole_in_its_tip(qtbot: QtBot) -> None:
    label = ShortLabel()
    qtbot.addWidget(label)
    label.resize(1000, 20)
    label.say("500 studies")
    assert (label.text(), label.toolTip(), label.accessibleName()) == ("500 studies", "", "500 studies")
    label.resize(30, 20)
    label.show()
    assert label.text() != "500 studies"
    assert (label.toolTip(), label.whole()) == ("500 studies", "500 studies")
