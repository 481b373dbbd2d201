import pytest
from PySide6.QtWidgets import QDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from dicomdesk.gui.layouts import OnScreen, column_of, row_of


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


@pytest.mark.parametrize("place", [(0, 0), (5000, 5000), (-900, 300)])
def test_a_dialog_opens_within_the_screen_with_its_title_bar_and_stays_there_when_it_grows(
    qtbot: QtBot, place: tuple[int, int]
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.setGeometry(*place, 400, 300)
    parent.show()
    dialog = QDialog(parent)
    OnScreen(dialog)
    dialog.resize(300, 200)
    dialog.show()
    room = dialog.screen().availableGeometry().adjusted(0, 30, 0, 0)
    assert room.contains(dialog.geometry())
    dialog.move(room.right() - 320, room.bottom() - 220)
    dialog.resize(500, room.height() - 10)
    assert room.contains(dialog.geometry())


def test_a_dialog_opens_over_its_window(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.setGeometry(150, 120, 500, 400)
    parent.show()
    dialog = QDialog(parent)
    OnScreen(dialog)
    dialog.resize(300, 200)
    dialog.show()
    distance = dialog.geometry().center() - parent.geometry().center()
    assert distance.manhattanLength() <= 2
