from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from dicomdesk.gui.layouts import column_of, row_of


def test_contents_stand_in_their_order_and_share_the_room(qtbot: QtBot) -> None:
    whole, first, last = QWidget(), QLabel("a"), QLabel("b")
    qtbot.addWidget(whole)
    column_of(first, (row_of(last, 1), 3), inside=whole, margins=(7, 0, 0, 0))
    whole.resize(200, 400)
    whole.show()
    assert first.geometry().left() == last.geometry().left() == 7
    assert first.geometry().bottom() < last.geometry().top()
    layout = whole.layout()
    assert layout is not None
    assert layout.count() == 2
    assert last.width() < 190


def test_a_share_is_a_share_of_what_is_left(qtbot: QtBot) -> None:
    whole = QWidget()
    qtbot.addWidget(whole)
    small, large = QWidget(), QWidget()
    row_of((small, 1), (large, 3), inside=whole, spacing=0)
    whole.resize(400, 20)
    whole.show()
    assert (small.width(), large.width()) == (100, 300)
