from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from dicomdesk.gui.panels.band import Band
from dicomdesk.gui.theme import Theme


def test_a_band_has_a_line_above_plain_background(qtbot: QtBot, theme: Theme) -> None:
    band = Band(theme)
    qtbot.addWidget(band)
    band.resize(40, 20)
    image = band.grab().toImage()
    assert image.pixelColor(20, 0) == QColor(theme.tokens.border)
    assert image.pixelColor(20, 10) == QColor(theme.tokens.background)
