from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dicomdesk.gui.controls.check_box import CheckBox
from dicomdesk.gui.theme import Theme


def test_tick_is_seen_in_both_themes(theme: Theme, qtbot: QtBot) -> None:
    box = CheckBox(theme, "Send at once", is_checked=False)
    qtbot.addWidget(box)
    for scheme in (Qt.ColorScheme.Light, Qt.ColorScheme.Dark):
        theme.follow(scheme)
        box.setChecked(False)
        empty = box.grab().toImage()
        QTest.keyClick(box, Qt.Key.Key_Space)
        assert box.isChecked()
        assert box.grab().toImage() != empty
    theme.follow(Qt.ColorScheme.Light)
