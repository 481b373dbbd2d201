from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from dicomdesk.gui.outline.model import Node, OutlineModel
from dicomdesk.gui.peers.peer_list import PeerList
from dicomdesk.gui.peers.rows import GroupRow, PeerRow, PeerRows, peer_columns
from dicomdesk.gui.theme import Theme
from tests.gui.conftest import KEPT
from tests.helpers.peers.known_peers import named

PEERS = (named("Desk"), named("One", "X", 2), named("Two", "X", 3))


@pytest.fixture
def peers(theme: Theme, qapp: QApplication) -> Iterator[PeerList]:
    model = OutlineModel(peer_columns())
    rows = PeerRows(model)
    rows.show(PEERS)
    found = PeerList(theme, model)
    KEPT.extend((found, model, rows))
    found.resize(900, 300)
    found.expandAll()
    found.show()
    yield found
    found.close()


def name(node: object) -> str:
    if isinstance(node, PeerRow):
        return node.peer.name
    return node.group if isinstance(node, GroupRow) else ""


def place(peers: PeerList, node: Node, share: float) -> QPoint:
    """A point in the row of a node, so far down."""
    index = peers.model().index(node.row, 0, peers.rootIndex())
    if isinstance(node.parent, GroupRow):
        index = peers.model().index(node.row, 0, peers.model().index(node.parent.row, 0))
    rect = peers.visualRect(index)
    return QPoint(rect.left() + 5, rect.top() + int(rect.height() * share))


def test_drop_is_told_with_its_place(peers: PeerList) -> None:
    told: list[tuple[str, bool]] = []
    peers.moved.connect(lambda node, is_below: told.append((name(node), is_below)))
    desk, group = peers.outline().root.children
    one = group.children[0]
    for node, share in ((desk, 0.1), (one, 0.9), (group, 0.1), (group, 0.9)):
        peers.drop_at(place(peers, node, share))
    peers.drop_at(QPoint(10, 290))
    assert told == [("Desk", False), ("One", True), ("X", False), ("X", True), ("", True)]


def test_keys_move_edit_and_remove(peers: PeerList) -> None:
    told: list[object] = []
    peers.step_wanted.connect(told.append)
    peers.removal_wanted.connect(lambda: told.append("remove"))
    peers.edit_wanted.connect(lambda: told.append("edit"))
    peers.select_node(peers.outline().root.children[0])
    QTest.keyClick(peers, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(peers, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(peers, Qt.Key.Key_Delete)
    QTest.keyClick(peers, Qt.Key.Key_F2)
    QTest.keyClick(peers, Qt.Key.Key_Down)
    assert told == [-1, 1, "remove", "edit"]
    assert name(peers.selected_node()) == "X"


def test_rows_that_are_sorted_are_not_dragged(peers: PeerList) -> None:
    assert peers.is_in_order()
    peers.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert not peers.is_in_order()
    peers.startDrag(Qt.DropAction.MoveAction)  # does not wait for a drop
