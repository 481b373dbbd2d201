import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from dicomdesk.gui.outline.model import (
    FETCHED_AT_ONCE,
    NODE_ROLE,
    SORT_ROLE,
    Column,
    Node,
    OutlineFilter,
    OutlineModel,
)
from dicomdesk.gui.sending.group_node import SIZE, TITLE, send_columns
from dicomdesk.gui.sending.nodes import SeriesNode, StudyNode
from dicomdesk.gui.sending.queue import SendQueue
from tests.helpers.window import scenes
from tests.helpers.window.errands import end, hand_over

HEADERS = [scenes.header(scenes.JANE, ("1", "Axial", "CT"), n) for n in range(FETCHED_AT_ONCE + 20)]
HEADERS += [scenes.header(scenes.PETR, (str(n), "T1", "MR"), n, size_bytes=n + 1) for n in range(3)]
FOUND = scenes.found(HEADERS)


@pytest.fixture
def model(qapp: QApplication) -> OutlineModel:
    found = OutlineModel(send_columns())
    tester = QAbstractItemModelTester(found, QAbstractItemModelTester.FailureReportingMode.Fatal, found)
    tester.setUseFetchMore(False)  # it would fetch from inside the signals of another insertion
    return found


@pytest.fixture
def queue(model: OutlineModel) -> SendQueue:
    found = SendQueue(model)
    found.add(FOUND)
    return found


def test_model_keeps_all_promises_to_qt(model: OutlineModel, queue: SendQueue) -> None:
    _, second = hand_over(queue)
    for number in range(3):
        end(queue, second, number)
    model.flush()
    queue.remove([second])
    assert model.rowCount() == 1
    queue.add(FOUND[-3:])
    model.flush()
    assert model.rowCount() == 2
    model.clear()
    assert model.rowCount() == 0


def test_instances_become_rows_only_when_a_series_is_opened(model: OutlineModel, queue: SendQueue) -> None:
    series = model.index(0, 0, model.index(0, 0))
    assert isinstance(model.node_at(series), SeriesNode)
    assert model.hasChildren(series)
    assert model.rowCount(series) == 0
    assert model.canFetchMore(series)
    model.fetchMore(series)
    assert model.rowCount(series) == FETCHED_AT_ONCE
    model.fetchMore(series)
    assert model.rowCount(series) == FETCHED_AT_ONCE + 20
    assert not model.canFetchMore(series)
    assert not model.hasChildren(model.index(0, 0, series))


def test_changes_are_told_once_per_tick_and_parent(model: OutlineModel, queue: SendQueue) -> None:
    model.flush()
    told: list[tuple[QModelIndex, int, int]] = []
    model.dataChanged.connect(lambda top, bottom: told.append((top.parent(), top.row(), bottom.row())))
    first, second = hand_over(queue)
    model.flush()
    told.clear()
    for study, number in ((second, 0), (second, 2), (first, 0)):
        end(queue, study, number)
    model.flush()
    petr = model.index(1, 0)
    assert sorted((rows for parent, *rows in told if not parent.isValid())) == [[0, 1]]
    assert [rows for parent, *rows in told if parent == petr] == [[0, 2]]
    told.clear()
    model.flush()
    assert not told


def test_roles_give_text_node_and_native_values(model: OutlineModel, queue: SendQueue) -> None:
    index = model.index(0, SIZE)
    assert isinstance(index.data(NODE_ROLE), StudyNode)
    assert isinstance(index.data(SORT_ROLE), float)
    assert index.data(Qt.ItemDataRole.DisplayRole).endswith("MB")
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == index.data(Qt.ItemDataRole.DisplayRole)
    assert Qt.AlignmentFlag(index.data(Qt.ItemDataRole.TextAlignmentRole)) & Qt.AlignmentFlag.AlignRight
    assert index.data(Qt.ItemDataRole.DecorationRole) is None
    assert model.headerData(TITLE, Qt.Orientation.Horizontal) == "Patient / study / series"
    assert model.headerData(99, Qt.Orientation.Horizontal) is None


def test_numbers_sort_as_numbers(model: OutlineModel, queue: SendQueue) -> None:
    shown = OutlineFilter(model)
    shown.sort(SIZE, Qt.SortOrder.DescendingOrder)
    studies = [shown.node_at(shown.index(row, 0)) for row in range(2)]
    assert [study.text(TITLE)[:4] for study in studies if study] == ["DOE,", "IVAN"]
    shown.sort(SIZE, Qt.SortOrder.AscendingOrder)
    first = shown.node_at(shown.index(0, 0))
    assert first is not None
    assert first.text(TITLE).startswith("IVANOV")


def test_filter_takes_what_it_is_told(model: OutlineModel, queue: SendQueue) -> None:
    shown = OutlineFilter(model)
    shown.set_filter(lambda node: not isinstance(node, StudyNode) or "IVANOV" in node.words.patient_name)
    assert shown.rowCount() == 1
    shown.set_filter(None)
    assert shown.rowCount() == 2


def test_a_plain_node_says_nothing() -> None:
    node = Node()
    assert (node.parts(0), node.mark(0), node.progress(0), node.tip(0), node.unfetched(), node.fetch(1)) == (
        None,
        None,
        None,
        "",
        0,
        (),
    )
    with pytest.raises(NotImplementedError):
        node.text(0)
    assert Column(title="x", width=1).yields == 0


def test_rows_are_arranged_and_replaced_and_persistent_indexes_follow(model: OutlineModel, queue: SendQueue) -> None:
    first, second = model.root.children
    kept = QPersistentModelIndex(model.index_of(first))
    below = QPersistentModelIndex(model.index_of(first.children[0]))
    model.arrange(None, [second, first])
    assert [model.node_at(model.index(row, 0)) for row in range(2)] == [second, first]
    assert (model.node_at(kept), model.node_at(below)) == (first, first.children[0])
    assert kept.row() == 1
    assert below.parent().row() == 1
    model.replace([first])
    assert (model.rowCount(), model.node_at(model.index(0, 0)), kept.isValid()) == (1, first, False)
    assert model.node_at(model.index(0, 0, model.index_of(first))) is first.children[0]
    model.replace([second, first])
    assert [model.index(row, 0).row() for row in range(2)] == [0, 1]
    assert model.parent(model.index_of(first.children[0])) == model.index(1, 0)


def test_fixed_columns_are_not_told_of() -> None:
    columns = [Column(title=str(n), width=40, is_fixed=n == 1) for n in range(4)]
    model = OutlineModel(columns)
    node = Node()
    model.insert(None, [node])
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda top, bottom: told.append((top.column(), bottom.column())))
    model.touch(node)
    model.flush()
    assert told == [(0, 0), (2, 3)]
