import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dicomdesk.gui.outline.model import FETCHED_AT_ONCE, OutlineModel
from dicomdesk.gui.outline.row_window import FIRST_WINDOW
from dicomdesk.gui.outline.windowed_view import WindowedView
from dicomdesk.gui.sending.group_node import SIZE, TITLE, send_columns
from dicomdesk.gui.sending.queue import SendQueue
from dicomdesk.gui.theme import Theme
from tests.helpers.window import scenes

MANY = 3 * FIRST_WINDOW


@pytest.fixture
def model(qtbot: QtBot) -> OutlineModel:
    return OutlineModel(send_columns())


@pytest.fixture
def queue(model: OutlineModel) -> SendQueue:
    found = SendQueue(model)
    studies = [(f"PATIENT^{number:04}", str(number), "CT", "20261101") for number in range(MANY)]
    found.add(scenes.found([scenes.header(study, ("1", "Axial", "CT"), 1) for study in studies]))
    return found


@pytest.fixture
def view(theme: Theme, model: OutlineModel, queue: SendQueue, qtbot: QtBot) -> WindowedView:
    found = WindowedView(theme, model, queue)
    qtbot.addWidget(found)
    found.resize(1100, 400)
    found.show()
    return found


def test_more_rows_come_where_the_end_is_reached(view: WindowedView) -> None:
    assert view.visible_rows() == FIRST_WINDOW
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    assert view.visible_rows() == 2 * FIRST_WINDOW


def test_all_are_selected_with_the_keyboard_shown_or_not(view: WindowedView) -> None:
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(view.selected_nodes()) == MANY
    assert view.visible_rows() == FIRST_WINDOW
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    assert len(view.selected_nodes()) == MANY, "what comes into sight is selected too"
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert len(view.selected_nodes()) == 1


def test_selection_and_open_rows_outlast_a_new_order_and_a_filter(view: WindowedView, queue: SendQueue) -> None:
    first, second = queue.studies[0], queue.studies[1]
    view.expand_node(first)
    view.select_nodes([first, second])
    view.header().setSortIndicator(TITLE, Qt.SortOrder.DescendingOrder)
    assert set(view.selected_nodes()) == set(), "they stand further down than what is shown"
    view.header().setSortIndicator(TITLE, Qt.SortOrder.AscendingOrder)
    view.select_nodes([first, second])
    view.expand_node(first)
    queue.filter(lambda node: node in {first, second})
    assert set(view.selected_nodes()) == {first, second}
    assert view.is_open(first)
    view.header().setSortIndicator(SIZE, Qt.SortOrder.AscendingOrder)
    assert set(view.selected_nodes()) == {first, second}


def test_instances_of_a_long_series_come_as_they_are_scrolled_to(view: WindowedView, queue: SendQueue) -> None:
    count = 3 * FETCHED_AT_ONCE
    queue.add(scenes.found([scenes.header(scenes.JANE, ("1", "Axial", "CT"), n) for n in range(count)]))
    study = queue.studies[-1]
    queue.filter(lambda node: node is study)
    view.expand_node(study)
    (series,) = study.series.values()
    view.expand_node(series)
    for _ in range(8):
        view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
        view.grab()
    assert len(series.children) == count
