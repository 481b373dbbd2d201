from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from dicomdesk.gui.controls.scroll_box import ScrollBox


def test_box_is_as_high_as_its_content_and_no_higher_than_the_screen(qtbot: QtBot) -> None:
    box = ScrollBox(400)
    qtbot.addWidget(box)
    part = QLabel("x")
    part.setFixedHeight(120)
    box.add(part)
    box.show()
    grown: list[bool] = []
    box.grown.connect(lambda: grown.append(True))
    low = box.sizeHint().height()
    assert 120 <= low < 200
    assert box.sizeHint().width() == 400
    part.setFixedHeight(20_000)
    qtbot.waitUntil(lambda: bool(grown))
    assert low < box.sizeHint().height() < 20_000
