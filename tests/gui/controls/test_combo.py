import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dicomdesk.gui.controls.combo import Combo
from dicomdesk.gui.theme import Theme


@pytest.mark.parametrize("count", [1, 3, 8, 14])
def test_the_list_of_a_combo_box_shows_every_row(qtbot: QtBot, theme: Theme, count: int) -> None:
    combo = Combo(theme, [f"Word {number}" for number in range(count)])
    qtbot.addWidget(combo)
    combo.show()
    combo.showPopup()
    QApplication.processEvents()
    view = combo.view()
    rows = sum(view.sizeHintForRow(row) for row in range(count))
    assert view.viewport().height() >= rows
    combo.hidePopup()
