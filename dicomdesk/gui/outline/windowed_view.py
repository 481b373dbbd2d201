"""The view of a long list: its rows sort and filter themselves; where its end is reached it asks for more of them."""

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from dicomdesk.gui.outline.model import Node, OutlineModel
from dicomdesk.gui.outline.view import OutlineView
from dicomdesk.gui.theme import Theme

__all__ = ["WindowSource", "WindowedView"]

_NEAR_THE_END = 60
"""Rows below what is seen, with which more are fetched."""


class WindowSource(Protocol):
    """Keeper of the rows at the top; see ``RowWindow``."""

    def sort(self, column: int | None, *, is_descending: bool = False) -> None:
        """Sort all levels."""

    def show_more(self) -> bool:
        """Show more rows, where there are more."""

    def passing(self) -> Sequence[Node]:
        """All rows at the top that pass the filter."""


class WindowedView(OutlineView):
    """Shows a window of rows; all of them can be selected, whether they are shown or not."""

    _has_all = False
    """Whether everything is selected, also what is not shown yet."""
    _is_selecting = False

    def __init__(self, theme: Theme, model: OutlineModel, source: WindowSource, *, stretched: int = 0) -> None:
        super().__init__(theme, model, stretched=stretched, selects_many=True, arranges=False)
        self._source = source
        self._kept: tuple[list[Node], list[Node], int, Node | None] = ([], [], 0, None)
        self._is_open: dict[Node, None] = {}
        header = self.header()
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.sortIndicatorChanged.connect(self._on_sort)
        self.verticalScrollBar().valueChanged.connect(lambda _value: self._look_further())
        self.expanded.connect(lambda index: self._note_open(index, is_open=True))
        self.collapsed.connect(lambda index: self._note_open(index, is_open=False))
        model.modelAboutToBeReset.connect(self._keep)
        model.modelReset.connect(self._restore)
        self.on_order: Callable[[], None] = lambda: None
        """Is called when what is shown was sorted anew."""

    def has_selection(self) -> bool:
        """Whether a row is selected."""
        return self._has_all or self.selectionModel().hasSelection()

    def selected_nodes(self) -> list[Node]:
        """Return all selected nodes, in no certain order; also those that are selected and not shown."""
        if self._has_all:
            return list(self._source.passing())
        found: list[Node] = []
        selection = self.selectionModel().selection()
        for number in range(selection.count()):
            selected = selection.at(number)
            for row in range(selected.top(), selected.bottom() + 1):
                node = self.node_of(self.model().index(row, 0, selected.parent()))
                if node is not None:
                    found.append(node)
        return found

    def selected_node(self) -> Node | None:
        selection = self.selectionModel().selection()
        if selection.isEmpty():
            return None
        first = selection.at(0)
        return self.node_of(self.model().index(first.top(), 0, first.parent()))

    def selectAll(self) -> None:
        """Select all rows at the top, shown or not."""
        self._has_all = True
        self._is_selecting = True
        try:
            self._select_shown()
        finally:
            self._is_selecting = False
        self.selection_changed.emit()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        if not self._is_selecting:
            self._has_all = False
        super().selectionChanged(selected, deselected)

    def rowsInserted(self, parent: QModelIndex | QPersistentModelIndex, start: int, end: int) -> None:
        super().rowsInserted(parent, start, end)
        if self._has_all and not parent.isValid():
            self._is_selecting = True
            try:
                self._select_shown()
            finally:
                self._is_selecting = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self.selectAll()
            return
        super().keyPressEvent(event)

    def _select_shown(self) -> None:
        model, flags = self.model(), QItemSelectionModel.SelectionFlag
        if model.rowCount():
            whole = QItemSelection(model.index(0, 0), model.index(model.rowCount() - 1, 0))
            self.selectionModel().select(whole, flags.ClearAndSelect | flags.Rows)

    def _on_sort(self, column: int, order: Qt.SortOrder) -> None:
        self._source.sort(None if column < 0 else column, is_descending=order == Qt.SortOrder.DescendingOrder)

    def _note_open(self, index: QModelIndex, *, is_open: bool) -> None:
        node = self.node_of(index)
        if node is None:
            return
        if is_open:
            self._is_open[node] = None
        else:
            self._is_open.pop(node, None)

    def _look_further(self) -> None:
        """Fetch more rows of what is seen last, and of what that is part of, where little is left below."""
        below = self.indexAt(self.viewport().rect().bottomLeft())
        if not below.isValid():
            below = self.indexAt(self.viewport().rect().center())
        node = self.node_of(below) if below.isValid() else None
        model = self.outline()
        while node is not None and node.parent is not None:
            owner = node.parent
            if node.row >= len(owner.children) - _NEAR_THE_END:
                if owner is model.root:
                    self._source.show_more()
                elif owner.unfetched():
                    model.fetchMore(model.index_of(owner))
            node = None if owner is model.root else owner

    def _keep(self) -> None:
        """Remember what is selected, open and seen: other rows come, but many stay."""
        shows = self.outline().shows
        self._is_open = {node: None for node in self._is_open if shows(node)}
        selected = [] if self._has_all else self.selected_nodes()
        current = self.node_of(self.currentIndex())
        self._kept = (selected, list(self._is_open), self.verticalScrollBar().value(), current)

    def _restore(self) -> None:
        selected, opened, seen, current = self._kept
        self._kept = ([], [], 0, None)
        shows = self.outline().shows
        for node in opened:
            if shows(node):
                self.expand_node(node)
        if self._has_all:
            self.selectAll()
        elif selected:
            self.select_nodes([node for node in selected if shows(node)])
        if current is not None and shows(current):
            self.set_current(current)
        self.verticalScrollBar().setValue(seen)
        self.on_order()

    def set_current(self, node: Node) -> None:
        """Give a node the keyboard's focus, whatever is selected."""
        self.selectionModel().setCurrentIndex(self.index_of(node), QItemSelectionModel.SelectionFlag.NoUpdate)
