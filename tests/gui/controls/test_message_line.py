from pytestqt.qtbot import QtBot

from dicomdesk.gui.controls.message_line import MessageLine
from dicomdesk.gui.theme import Theme, Tone


def test_sentence_is_shown_without_a_jump(theme: Theme, qtbot: QtBot) -> None:
    line = MessageLine(theme)
    qtbot.addWidget(line)
    line.resize(300, line.sizeHint().height())
    height = line.sizeHint().height()
    line.say("The private key does not belong to the certificate, which is a long sentence.", "failed", Tone.BAD)
    assert line.sizeHint().height() == height
    assert (line.text()[:15], line.tone()) == ("The private key", Tone.BAD)
    assert line.accessibleName() == line.text()
    line.say("<img src=x>")
    assert "&lt;img" in line._words.toolTip()
    line.say("")
    assert not line.grab().isNull()
