"""A tree of plain nodes, and the one Qt model and filter that show any such tree.

Nodes know what they say; the model knows Qt. Changes are collected with ``touch`` and told to the views once per tick,
one range per parent.
"""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import ClassVar, Protocol

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    QTimer,
)

from dicomdesk.gui import wording
from dicomdesk.gui.outline.states import ICONS, TONES, ItemState, state_word
from dicomdesk.gui.theme import Tone
from dicomdesk.records import dataclass

SORT_ROLE = int(Qt.ItemDataRole.UserRole)
"""Native values: numbers sort as numbers."""
NODE_ROLE = SORT_ROLE + 1
"""The node itself, for who paints."""

FETCHED_AT_ONCE = 500

_FLUSH_MS = 100
"""How long touched rows may wait before the views are told, where nobody flushes earlier."""

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()


class Weight(Enum):
    """Weight of a piece of text."""

    STRONG = "strong"
    PLAIN = "plain"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of text with its weight."""

    text: str
    weight: Weight = Weight.PLAIN


def joined(parts: "Sequence[Part]") -> str:
    """Return pieces as one text."""
    return "   ".join(part.text for part in parts)


@dataclass(frozen=True, slots=True)
class Mark:
    """Icon, word and tone together: no state is told by colour alone."""

    icon: str
    word: str
    tone: Tone


def mark_of(state: ItemState, word: str = "") -> Mark:
    """Return the mark of a state; ``word`` replaces its usual word."""
    return Mark(ICONS[state], word or state_word(state), TONES[state])


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a list."""

    title: str
    width: int
    """For a font whose figures are 8 pixels wide; others in proportion, and never less than the title needs."""
    is_number: bool = False
    """Right-aligned, tabular figures."""
    is_fixed: bool = False
    """What stands in it never changes: rows that are sorted by it stay where they are, which costs nothing then."""
    yields: int = 0
    """Where room is short, columns are hidden in the order of these numbers; 0 never."""
    grows: int = 0
    """Share of the room that is left when all columns have their width; the stretched one has its share by itself."""


class Node:
    """One row. Subclasses say what stands in each column; plain values, no Qt."""

    __slots__ = ("children", "key", "parent", "row")

    opens: ClassVar[bool] = False
    """Whether rows of this kind can have rows below them."""

    def __init__(self, parent: "Node | None" = None) -> None:
        self.parent = parent
        self.row = 0
        self.key = 0
        """Given by the model that shows it."""
        self.children: list[Node] = []

    def text(self, column: int) -> str:
        """Return what stands in a column, for people and for screen readers."""
        raise NotImplementedError

    def sort_value(self, column: int) -> str | float:
        """Return what the column is sorted by; one type per column."""
        return self.text(column)

    def parts(self, column: int) -> tuple[Part, ...] | None:
        """Return the text of a column in pieces, None where it is one piece."""
        return None

    def mark(self, column: int) -> Mark | None:
        """Return the mark of a column, None where there is none."""
        return None

    def spoken(self, column: int) -> str:
        """Return what a screen reader says of a column: what is painted there."""
        mark, parts = self.mark(column), self.parts(column)
        if mark and mark.word:
            return mark.word
        return joined(parts) if parts else self.text(column)

    def progress(self, column: int) -> float | None:
        """Return how far it is, for a column that shows it."""
        return None

    def shares(self, column: int) -> "tuple[tuple[float, Tone], ...]":
        """Return of what ``progress`` is made, one after the other, each with its tone; () where it is of one kind."""
        return ()

    def tip(self, column: int) -> str:
        """Return what the pointer resting on a column tells; "" for nothing."""
        return ""

    def unfetched(self) -> int:
        """Return the count of rows below that have not been made yet."""
        return 0

    def fetch(self, most: int) -> "Sequence[Node]":
        """Make up to ``most`` rows below and return them, without adding them."""
        return ()


class Outline(Protocol):
    """Place where nodes are shown: lists of plain values tell it what they change."""

    def insert(self, parent: Node | None, nodes: Sequence[Node]) -> None:
        """Add rows at the end below ``parent``, None for the top."""

    def remove(self, node: Node) -> None:
        """Take a row away, with all below it."""

    def touch(self, node: Node) -> None:
        """Remember that a row looks different now."""


class OutlineModel(QAbstractItemModel):
    """Shows a tree of nodes. For the Qt thread.

    Indexes hold a node's key, never a pointer to it: an index that outlives its node leads nowhere instead of crashing.
    """

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._changing = _changing_columns(self.columns)
        self.root = Node()
        self._nodes: dict[int, Node] = {}
        self._next_key = 1
        self._touched: dict[Node, tuple[int, int]] = {}

    # What the lists of plain values call.

    def insert(self, parent: Node | None, nodes: Sequence[Node]) -> None:
        """Add rows at the end below ``parent``, None for the top."""
        if not nodes:
            return
        owner = parent or self.root
        first = len(owner.children)
        self.beginInsertRows(self.index_of(parent), first, first + len(nodes) - 1)
        for row, node in enumerate(nodes, first):
            node.parent = owner
            node.row = row
            self._know(node)
            owner.children.append(node)
        self.endInsertRows()

    def remove(self, node: Node) -> None:
        """Take a row away, with all below it."""
        owner = node.parent or self.root
        self.beginRemoveRows(self.index_of(owner if owner is not self.root else None), node.row, node.row)
        del owner.children[node.row]
        self._forget(node)
        for row in range(node.row, len(owner.children)):
            owner.children[row].row = row
        self._touched.clear()
        self.endRemoveRows()
        self.touch_all()

    def arrange(self, parent: Node | None, nodes: Sequence[Node]) -> None:
        """Show the same rows below ``parent`` in another order; what is selected and open stays so."""
        self.layoutAboutToBeChanged.emit()
        before = [(index, self.node_at(index)) for index in self.persistentIndexList()]
        owner = parent or self.root
        owner.children[:] = nodes
        for row, child in enumerate(nodes):
            child.row = row
        self._touched.pop(owner, None)
        for index, node in before:
            if node is not None and node.parent is owner:
                self.changePersistentIndex(index, self.index_of(node, index.column()))
        self.layoutChanged.emit()

    def replace(self, nodes: Sequence[Node]) -> None:
        """Show these rows at the top, with what is below them, instead of those that are there."""
        self.beginResetModel()
        for node in self.root.children:
            node.parent = None
        self._nodes.clear()
        self._touched.clear()
        self.root.children[:] = nodes
        for row, node in enumerate(nodes):
            node.parent, node.row = self.root, row
            self._know(node)
        self.endResetModel()

    def _know(self, node: Node) -> None:
        if not node.key:
            node.key = self._next_key
            self._next_key += 1
        self._nodes[node.key] = node
        for child in node.children:
            self._know(child)

    def clear(self) -> None:
        """Take all rows away."""
        self.beginResetModel()
        self.root = Node()
        self._nodes.clear()
        self._touched.clear()
        self.endResetModel()

    def _forget(self, node: Node) -> None:
        del self._nodes[node.key]
        for child in node.children:
            self._forget(child)

    def touch(self, node: Node) -> None:
        """Remember that a row, and those above it, look different now; the views are told within a moment."""
        if not self._touched:
            QTimer.singleShot(_FLUSH_MS, self, self.flush)
        while node is not self.root and node.parent is not None:
            owner = node.parent
            known = self._touched.get(owner)
            row = node.row
            if known is None:
                self._touched[owner] = (row, row)
            elif known[0] <= row <= known[1]:
                return  # and those above are touched too
            else:
                self._touched[owner] = (min(known[0], row), max(known[1], row))
            node = owner

    def touch_all(self) -> None:
        """Remember that all rows at the top look different now."""
        if self.root.children:
            if not self._touched:
                QTimer.singleShot(_FLUSH_MS, self, self.flush)
            self._touched[self.root] = (0, len(self.root.children) - 1)

    def flush(self) -> None:
        """Tell the views what was touched: one range per parent."""
        touched, self._touched = self._touched, {}
        for owner, (lowest, highest) in touched.items():
            above = self.index_of(owner if owner is not self.root else None)
            top = self.index(lowest, 0, above)
            if top.isValid():
                for first, last in self._changing:
                    self.dataChanged.emit(self.index(lowest, first, above), self.index(highest, last, above))

    def shows(self, node: Node) -> bool:
        """Whether a node is among the rows of this model."""
        while (owner := node.parent) is not None:
            siblings = owner.children
            if node.row >= len(siblings) or siblings[node.row] is not node:
                return False
            node = owner
        return node is self.root

    def index_of(self, node: Node | None, column: int = 0) -> QModelIndex:
        """Return the index of a node, the invalid one for None."""
        return QModelIndex() if node is None else self.createIndex(node.row, column, node.key)

    def node_at(self, index: Index) -> Node | None:
        """Return the node at an index of this model."""
        return self._nodes.get(index.internalId()) if index.isValid() else None

    # What Qt calls.

    def index(self, row: int, column: int, parent: Index = _NO_INDEX) -> QModelIndex:
        owner = self.node_at(parent) or self.root
        if 0 <= row < len(owner.children) and 0 <= column < len(self.columns):
            return self.createIndex(row, column, owner.children[row].key)
        return QModelIndex()

    def parent(self, index: Index = _NO_INDEX) -> QModelIndex:  # type: ignore[override] # Qt overloads it with QObject.parent()
        node = self.node_at(index)
        if node is None or node.parent is None or node.parent is self.root:
            return QModelIndex()
        return self.index_of(node.parent)

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        if parent.column() > 0:
            return 0
        return len((self.node_at(parent) or self.root).children)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        return len(self.columns)

    def hasChildren(self, parent: Index = _NO_INDEX) -> bool:
        node = self.node_at(parent)
        if node is None:
            return bool(self.root.children)
        return parent.column() == 0 and node.opens and bool(node.children or node.unfetched())

    def canFetchMore(self, parent: Index) -> bool:
        node = self.node_at(parent)
        return node is not None and node.opens and node.unfetched() > 0

    def fetchMore(self, parent: Index) -> None:
        node = self.node_at(parent)
        if node is not None:
            self.insert(node, node.fetch(FETCHED_AT_ONCE))

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        node = self.node_at(index)
        if node is None:
            return None
        found = _READERS.get(role)
        if found is not None:
            return found(node, index.column())
        return self._alignment(index.column()) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if self.columns[column].is_number else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter


def _changing_columns(columns: Sequence[Column]) -> list[tuple[int, int]]:
    """Runs of columns that are not fixed: the first and the last of each."""
    runs: list[tuple[int, int]] = []
    for number, column in enumerate(columns):
        if column.is_fixed:
            continue
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _reader(name: str) -> Callable[[Node, int], object]:
    return lambda node, column: getattr(node, name)(column)


_READERS: dict[int, Callable[[Node, int], object]] = {
    int(Qt.ItemDataRole.DisplayRole): _reader("text"),
    int(Qt.ItemDataRole.ToolTipRole): lambda node, column: wording.plain_tip(node.tip(column)) or None,
    int(Qt.ItemDataRole.AccessibleTextRole): _reader("spoken"),
    SORT_ROLE: _reader("sort_value"),
    NODE_ROLE: lambda node, _column: node,
}


class OutlineFilter(QSortFilterProxyModel):
    """Sorts and filters an ``OutlineModel``; ``accepts`` decides per node."""

    def __init__(self, source: OutlineModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._accepts: Callable[[Node], bool] | None = None
        self._outline = source
        self.setSortRole(SORT_ROLE)
        self.setSortCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setSourceModel(source)

    def set_filter(self, accepts: Callable[[Node], bool] | None) -> None:
        """Show only nodes that ``accepts`` takes, None for all."""
        self.beginFilterChange()
        self._accepts = accepts
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        if self._accepts is None:
            return True
        owner = self._outline.node_at(source_parent) or self._outline.root
        return self._accepts(owner.children[source_row])

    def node_at(self, index: Index) -> Node | None:
        """Return the node at an index of this filter."""
        return self._outline.node_at(self.mapToSource(index))
