import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dicomdesk.gui.layouts import column_of
from dicomdesk.gui.main_window import SMALLEST, MainWindow
from dicomdesk.gui.panels.view_stack import ViewStack, scrolling
from dicomdesk.gui.theme import SIDEBAR_WIDTH


def test_a_view_that_is_too_high_scrolls_and_one_that_is_not_fills_the_room(qtbot: QtBot) -> None:
    views = ViewStack(2)
    area = scrolling(views)
    qtbot.addWidget(area)
    high, content = QWidget(), QWidget()
    content.setMinimumSize(900, 500)
    column_of(content, inside=high)
    views.put(0, high)
    area.resize(300, 200)
    area.show()
    qtbot.waitUntil(lambda: views.size() == QSize(area.viewport().width(), 500))
    views.setCurrentIndex(1)
    qtbot.waitUntil(lambda: views.size() == QSize(300, 200))


def test_views_paint_no_ground_of_their_own_as_what_is_opaque_is_painted_twice_when_it_is_chosen(qtbot: QtBot) -> None:
    area = scrolling(ViewStack(1))
    qtbot.addWidget(area)
    content = area.widget()
    assert content is not None
    assert not content.autoFillBackground()


@pytest.mark.parametrize("number", range(5))
def test_no_view_is_squeezed_on_a_full_hd_screen_at_200_percent(window: MainWindow, qtbot: QtBot, number: int) -> None:
    window.sidebar.choose(number)
    window.resize(960, 540)
    assert window.size() == QSize(960, 540)
    view = window.views.currentWidget()
    assert view is not None
    qtbot.waitUntil(lambda: view.height() >= view.minimumSizeHint().height())
    assert window.sidebar.width() < SIDEBAR_WIDTH
    wide = window.views.width()
    window.resize(*SMALLEST)
    qtbot.waitUntil(lambda: window.sidebar.width() >= SIDEBAR_WIDTH)
    qtbot.waitUntil(lambda: window.views.width() < wide)
