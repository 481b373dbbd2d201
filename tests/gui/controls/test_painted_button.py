from PySide6.QtGui import QColor, QPainter
from pytestqt.qtbot import QtBot

from dicomdesk.gui.controls.painted_button import PaintedButton
from dicomdesk.gui.theme import DARK, LIGHT, Theme, Tokens


class Filled(PaintedButton):
    def paint(self, painter: QPainter, tokens: Tokens) -> None:
        painter.fillRect(self.rect(), QColor(tokens.accent if self.isChecked() else tokens.track))


def test_a_button_paints_itself_in_the_theme_as_it_is(qtbot: QtBot, theme: Theme) -> None:
    button = Filled(theme, "Word")
    qtbot.addWidget(button)
    button.resize(20, 20)
    assert button.text() == "Word"
    assert button.grab().toImage().pixelColor(10, 10) == QColor(LIGHT.track)
    button.click()
    assert button.isChecked()
    theme.tokens = DARK
    assert button.grab().toImage().pixelColor(10, 10) == QColor(DARK.accent)
