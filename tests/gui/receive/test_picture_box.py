from PySide6.QtGui import QColor, QPixmap
from pytestqt.qtbot import QtBot

from dicomdesk.gui.receive.picture_box import PictureBox
from dicomdesk.gui.receive.thumbnails import LARGE_SIDE
from dicomdesk.gui.theme import Theme


def test_box_shows_a_picture_or_what_stands_for_it(theme: Theme, qtbot: QtBot) -> None:
    box = PictureBox(theme)
    qtbot.addWidget(box)
    assert box.isHidden()
    red = QPixmap(LARGE_SIDE, LARGE_SIDE)
    red.fill(QColor("#FF0000"))
    box.show_picture(red, "CT")
    middle = LARGE_SIDE // 2
    assert box.grab().toImage().pixelColor(middle, middle) == QColor("#FF0000")
    box.show_picture(None, "SR", "It has no pixel data.")
    assert box.grab().toImage().pixelColor(middle, 4) == QColor(theme.tokens.track)
    assert box.accessibleName() == "It has no pixel data."
