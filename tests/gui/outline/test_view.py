from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTreeView
from pytestqt.qtbot import QtBot

from dicomdesk.gui.outline.model import Node, OutlineModel
from dicomdesk.gui.outline.view import OutlineView
from dicomdesk.gui.sending.group_node import MODALITY, SIZE, send_columns
from dicomdesk.gui.sending.nodes import SeriesNode, StudyNode
from dicomdesk.gui.sending.queue import SendQueue
from dicomdesk.gui.theme import Theme
from tests.helpers.window import scenes

HEADERS = [scenes.header(study, ("1", "Axial", "CT"), n) for study in (scenes.JANE, scenes.PETR) for n in range(2)]


@pytest.fixture
def model(qtbot: QtBot) -> OutlineModel:
    found = OutlineModel(send_columns())
    SendQueue(found).add(scenes.found(HEADERS))
    return found


@pytest.fixture
def view(theme: Theme, model: OutlineModel, qtbot: QtBot) -> OutlineView:
    found = OutlineView(theme, model)
    qtbot.addWidget(found)
    found.resize(1100, 400)
    found.show()
    return found


def test_rows_are_reached_and_opened_by_keyboard(view: OutlineView, model: OutlineModel, qtbot: QtBot) -> None:
    selected: list[Node | None] = []
    activated: list[Node | None] = []
    view.node_selected.connect(selected.append)
    view.node_activated.connect(activated.append)
    view.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(view, key)
    assert isinstance(selected[-1], SeriesNode | StudyNode)
    assert activated == [view.selected_node()]


def test_node_is_selected_even_below_a_closed_row(view: OutlineView, model: OutlineModel) -> None:
    study = model.root.children[1]
    view.select_node(study.children[0])
    assert view.selected_node() is study.children[0]
    assert not view.grab().isNull()


def test_columns_that_yield_are_hidden_where_room_is_short(view: OutlineView) -> None:
    assert not view.isColumnHidden(MODALITY)
    yielding = sorted((each.yields, number) for number, each in enumerate(send_columns()) if each.yields)
    in_order = [number for _, number in yielding]
    counts = []
    for width in range(1200, 400, -10):
        view.resize(width, 400)
        hidden = {number for number in range(len(send_columns())) if view.isColumnHidden(number)}
        assert hidden == set(in_order[: len(hidden)])
        counts.append(len(hidden))
    assert (counts, counts[0], counts[-1]) == (sorted(counts), 0, len(in_order))
    view.resize(1200, 400)
    assert not view.isColumnHidden(MODALITY)


def test_a_row_is_painted_as_its_cells_are_one_by_one(
    view: OutlineView, model: OutlineModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look() -> list[QImage]:
        view.collapseAll()
        view.clearSelection()
        images = [view.grab().toImage()]
        view.expandAll()
        view.select_node(model.root.children[1])
        images.append(view.grab().toImage())
        view.setRootIsDecorated(False)
        images.append(view.grab().toImage())
        view.setRootIsDecorated(True)
        view.resize(500, 300)
        view.horizontalScrollBar().setValue(view.horizontalScrollBar().maximum())
        images.append(view.grab().toImage())
        view.resize(1100, 400)
        return images

    look()  # columns have their widths from then on
    at_once = look()
    monkeypatch.setattr(OutlineView, "_draw_cells", QTreeView.drawRow)
    assert look() == at_once


def test_filter_hides_rows(view: OutlineView) -> None:
    view.set_filter(lambda node: not isinstance(node, StudyNode) or node.words.patient_id == scenes.PETR[1])
    assert view.visible_rows() == 1
    view.set_filter(None)
    assert view.visible_rows() == 2


def test_a_list_without_rows_says_why(view: OutlineView, model: OutlineModel) -> None:
    view.say_when_empty("Nothing was sent so far.")
    view.set_filter(lambda _node: False)
    nothing_fits = view.grab().toImage()
    view.set_filter(None)
    model.clear()
    says_why = view.grab().toImage()
    view.say_when_empty("")
    assert says_why not in (nothing_fits, view.grab().toImage())
    view.say_when_empty("Nothing was sent so far.")
    assert view.grab().toImage() == says_why


def test_menu_is_asked_for_where_the_pointer_is(view: OutlineView, model: OutlineModel) -> None:
    asked: list[Node | None] = []
    view.menu_wanted.connect(lambda node, _place: asked.append(node))
    view.customContextMenuRequested.emit(QPoint(100, 5))
    view.customContextMenuRequested.emit(QPoint(100, 390))
    assert asked == [model.root.children[0], None]


def test_open_rows_and_focus_are_painted(view: OutlineView, model: OutlineModel) -> None:
    closed = view.grab().toImage()
    view.expand_node(model.root.children[0])
    assert view.grab().toImage() != closed


def test_rows_that_come_above_the_selected_one_are_no_selection(view: OutlineView, model: OutlineModel) -> None:
    view.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    last = max(model.root.children, key=lambda node: str(node.sort_value(0)))
    view.select_node(last)
    told: list[object] = []
    view.node_selected.connect(told.append)
    model.insert(None, [StudyNode(replace(HEADERS[0], patient_name="AAAA^First", study_instance_uid="1.2.3.9"))])
    assert view.selected_node() is last
    assert told == []


def test_a_column_that_says_nothing_leaves_its_room_to_others(view: OutlineView) -> None:
    for width in range(1200, 500, -10):
        view.resize(width, 400)
        if view.isColumnHidden(MODALITY):
            break
    assert view.isColumnHidden(MODALITY)
    view.show_column(SIZE, is_shown=False)
    assert view.isColumnHidden(SIZE)
    assert not view.isColumnHidden(MODALITY)
    view.show_column(SIZE, is_shown=True)
    assert not view.isColumnHidden(SIZE)
    assert view.isColumnHidden(MODALITY)


def test_several_rows_are_selected_where_that_is_wanted(theme: Theme, model: OutlineModel, qtbot: QtBot) -> None:
    view = OutlineView(theme, model, selects_many=True)
    qtbot.addWidget(view)
    view.show()
    told: list[int] = []
    view.selection_changed.connect(lambda: told.append(len(view.selected_nodes())))
    view.select_nodes(model.root.children)
    assert set(view.selected_nodes()) == set(model.root.children)
    assert told[-1] == 2
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert len(view.selected_nodes()) == 1


def test_what_is_opened_is_told(view: OutlineView, model: OutlineModel) -> None:
    opened: list[Node | None] = []
    view.node_opened.connect(opened.append)
    study = model.root.children[0]
    assert not view.is_open(study)
    view.expand_node(study)
    assert (opened, view.is_open(study)) == ([study], True)


def test_room_that_is_left_is_shared_with_the_columns_that_grow(theme: Theme, qtbot: QtBot) -> None:
    columns = [replace(each, grows=3 if number == MODALITY else 0) for number, each in enumerate(send_columns())]
    view = OutlineView(theme, OutlineModel(columns))
    qtbot.addWidget(view)
    view.resize(1200, 400)
    view.show()
    stretched, grown = view.columnWidth(0), view.columnWidth(MODALITY)
    view.resize(1400, 400)
    assert (view.columnWidth(0) - stretched, view.columnWidth(MODALITY) - grown) == (100, 100)
    view.resize(1200, 400)
    assert (view.columnWidth(0), view.columnWidth(MODALITY)) == (stretched, grown)


def test_width_that_the_user_gave_stays_and_can_be_remembered(view: OutlineView, theme: Theme, qtbot: QtBot) -> None:
    changed: list[bool] = []
    view.widths_changed.connect(lambda: changed.append(True))
    view.resize(1200, 400)
    assert not changed
    view.header().resizeSection(SIZE, 133)
    view.resize(1300, 400)
    assert changed == [True]
    assert view.widths() == {str(SIZE): 133}
    other = OutlineView(theme, OutlineModel(send_columns()))
    qtbot.addWidget(other)
    other.take_widths({str(SIZE): 133, "0": 12, "x": 5, "3": "wide", "99": 80, str(MODALITY): 10**9})
    other.resize(1300, 400)
    other.show()
    assert other.columnWidth(SIZE) == 133
    assert other.widths() == {str(SIZE): 133}
