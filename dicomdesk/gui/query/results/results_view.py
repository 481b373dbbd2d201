"""The list of results: as other lists, but sorted by the tree itself, and filled further where its end is reached."""

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from dicomdesk.gui.outline.model import Node, OutlineModel
from dicomdesk.gui.outline.view import OutlineView
from dicomdesk.gui.query.results.cells import BIRTH_DATE, DATE, DESCRIPTION
from dicomdesk.gui.query.results.result_nodes import ResultNode
from dicomdesk.gui.query.results.result_tree import ResultTree
from dicomdesk.gui.theme import Theme

__all__ = ["ResultsView"]

_LEAST_DESCRIPTION = 190


class ResultsView(OutlineView):
    """Shows a ``ResultTree``; several rows can be selected."""

    def __init__(self, theme: Theme, model: OutlineModel, tree: ResultTree) -> None:
        super().__init__(theme, model, stretched=DESCRIPTION, selects_many=True, least_width=_LEAST_DESCRIPTION)
        self._tree = tree
        self.show_column(BIRTH_DATE, is_shown=False)  # it stands behind the name
        self._kept: tuple[list[Node], list[Node]] = ([], [])
        self.setSortingEnabled(False)
        header = self.header()
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(DATE, Qt.SortOrder.DescendingOrder)
        header.sortIndicatorChanged.connect(self._on_sort)
        self._on_sort(DATE, Qt.SortOrder.DescendingOrder)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        model.modelAboutToBeReset.connect(self._keep)
        model.modelReset.connect(self._restore)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self._tree.show_all()
        super().keyPressEvent(event)

    def _on_activated(self, _index: QModelIndex) -> None:
        """Clicked twice, a row opens, and that is all; Return is told."""

    def _on_sort(self, column: int, order: Qt.SortOrder) -> None:
        is_descending = order == Qt.SortOrder.DescendingOrder
        self._tree.sort(None if column < 0 else column, is_descending=is_descending)

    def _on_scrolled(self, value: int) -> None:
        bar = self.verticalScrollBar()
        if value and value >= bar.maximum():
            self._tree.show_more()

    def _keep(self) -> None:
        """Remember what is selected and open: other rows come, but many stay."""
        opened = [node for node in self._nodes() if node.children and self.is_open(node)]
        self._kept = (self.selected_nodes(), opened)

    def _restore(self) -> None:
        selected, opened = self._kept
        self._kept = ([], [])
        for node in opened:
            if node.parent is not None:
                self.expand_node(node)
        self.select_nodes([node for node in selected if _is_below(node, self.outline().root)])

    def _nodes(self) -> list[Node]:
        found: list[Node] = []
        waiting = list(self.outline().root.children)
        while waiting:
            node = waiting.pop()
            if isinstance(node, ResultNode):
                found.append(node)
                waiting += node.children
        return found


def _is_below(node: Node, root: Node) -> bool:
    while node.parent is not None:
        node = node.parent
    return node is root
