from pytestqt.qtbot import QtBot

from dicomdesk.gui.controls.combo import Combo
from dicomdesk.gui.theme import Theme


def test_first_word_is_chosen_at_first(theme: Theme, qtbot: QtBot) -> None:
    combo = Combo(theme, ["Everything", "Echo only"])
    qtbot.addWidget(combo)
    assert combo.currentText() == "Everything"
    assert combo.count() == 2
    assert not combo.grab().isNull()
