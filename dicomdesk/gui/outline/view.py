"""The list of every view: a tree without frames, with quiet lines, a clear selection and a visible focus."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyleOptionViewItem, QTreeView

from dicomdesk.gui.outline.header import OutlineHeader
from dicomdesk.gui.outline.model import Node, OutlineFilter, OutlineModel
from dicomdesk.gui.outline.row_delegate import RowDelegate
from dicomdesk.gui.theme import MARGIN, ROW_ICON, Theme, Tone

_INDENTATION = 20
_LEAST_STRETCHED_WIDTH = 230
_STRETCHED_SHARE = 3
"""Of the room that is left over, beside what other columns grow by."""
_NARROWEST, _WIDEST = 20, 4000
_Index = QModelIndex | QPersistentModelIndex


class OutlineView(QTreeView):
    """Shows an ``OutlineModel``; one row can be selected, or several."""

    node_selected = Signal(object)
    """The ``Node`` selected, or None."""
    selection_changed = Signal()
    """Other rows are selected; ``selected_nodes`` has them."""
    node_opened = Signal(object)
    """The ``Node`` whose rows below are shown now."""
    node_activated = Signal(object)
    """Return pressed, or clicked twice."""
    menu_wanted = Signal(object, QPoint)
    """The ``Node`` under the pointer or selected, and where on the screen."""
    widths_changed = Signal()
    """The user has given a column another width."""

    def __init__(
        self,
        theme: Theme,
        model: OutlineModel,
        *,
        stretched: int = 0,
        selects_many: bool = False,
        arranges: bool = True,
        least_width: int = _LEAST_STRETCHED_WIDTH,
    ) -> None:
        """Columns that yield are hidden until the stretched one has ``least_width``.

        ``arranges`` lets the view sort and filter; without, it shows the rows of the model as they are.
        """
        super().__init__()
        self._selected: Node | None = None
        """What was last told of as selected."""
        self._theme = theme
        self._outline = model
        self._filter = OutlineFilter(model, self) if arranges else None
        header = OutlineHeader(theme)
        self.setHeader(header)
        self.setModel(model if self._filter is None else self._filter)
        self.setItemDelegate(RowDelegate(theme, model.columns))
        modes = QAbstractItemView.SelectionMode
        self.setSelectionMode(modes.ExtendedSelection if selects_many else modes.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setUniformRowHeights(True)
        self.setIndentation(_INDENTATION)
        self.setSortingEnabled(arranges)
        self.setAllColumnsShowFocus(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu)
        self.activated.connect(self._on_activated)
        self.expanded.connect(lambda index: self.node_opened.emit(self.node_of(index)))
        self._columns = model.columns
        self._stretched = stretched
        self._least_width = least_width
        self._empty_text, self._is_filtered = "", False
        self._absent: set[int] = set()
        self._by_hand: set[int] = set()
        """Columns to which the user has given a width."""
        self._is_fitting = False
        self._lay_out_header(header, model, stretched)
        theme.changed.connect(self.viewport().update)

    def say_when_empty(self, text: str) -> None:
        """Say in the middle of a list without rows why there are none."""
        self._empty_text = text
        self.setAccessibleDescription(text)

    def outline(self) -> OutlineModel:
        """Return what is shown."""
        return self._outline

    def set_filter(self, accepts: Callable[[Node], bool] | None) -> None:
        """Show only the nodes that ``accepts`` takes, None for all; for a view that arranges."""
        if self._filter is not None:
            self._is_filtered = accepts is not None
            self._filter.set_filter(accepts)

    def sort_unsorted(self) -> None:
        """Show rows in the order in which they came."""
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)

    def selected_node(self) -> Node | None:
        """Return the selected node."""
        indexes = self.selectionModel().selectedRows()
        return self.node_of(indexes[0]) if indexes else None

    def selected_nodes(self) -> list[Node]:
        """Return all selected nodes, in no certain order."""
        found = (self.node_of(index) for index in self.selectionModel().selectedRows())
        return [node for node in found if node is not None]

    def node_of(self, index: _Index) -> Node | None:
        """Return the node that an index of this view shows, None for none."""
        return self._outline.node_at(index) if self._filter is None else self._filter.node_at(index)

    def index_of(self, node: Node) -> QModelIndex:
        """Return the index of this view that shows a node, the invalid one where it does not."""
        index = self._outline.index_of(node) if self._outline.shows(node) else QModelIndex()
        return index if self._filter is None else self._filter.mapFromSource(index)

    def select_node(self, node: Node) -> None:
        """Select a node and bring it into sight, opening what is above it."""
        index = self.index_of(node)
        if index.isValid():
            self.scrollTo(index)
            flags = QItemSelectionModel.SelectionFlag  # whatever keys are held: Ctrl would add to the selection
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)

    def bring_into_sight(self, node: Node) -> None:
        """Scroll so far that a node is seen, whatever is selected."""
        index = self.index_of(node)
        if index.isValid():
            self.scrollTo(index)

    def select_nodes(self, nodes: Sequence[Node]) -> None:
        """Select these nodes instead of those that are."""
        selection = QItemSelection()
        for node in nodes:
            index = self.index_of(node)
            selection.select(index, index)
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().select(selection, flags.ClearAndSelect | flags.Rows)

    def is_open(self, node: Node) -> bool:
        """Whether the rows below a node are shown."""
        return self.isExpanded(self.index_of(node))

    def add_to_selection(self, node: Node) -> None:
        """Select a node too, where several can be; what has the focus stays."""
        index = self.index_of(node)
        flags = QItemSelectionModel.SelectionFlag
        if index.isValid():
            self.selectionModel().select(index, flags.Select | flags.Rows)

    def expand_node(self, node: Node) -> None:
        """Open a node."""
        self.expand(self.index_of(node))

    def collapse_node(self, node: Node) -> None:
        """Close a node."""
        self.collapse(self.index_of(node))

    def visible_rows(self) -> int:
        """Return the count of rows at the top that pass the filter."""
        return self.model().rowCount()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        node = self.selected_node()
        if node is not self._selected:  # Qt tells of rows that only move, too
            self._selected = node
            self.node_selected.emit(node)
        self.selection_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.selected_node() is not None:
            self.node_activated.emit(self.selected_node())
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        delegate = self.itemDelegate()
        if isinstance(delegate, RowDelegate):
            delegate.begin(self, event.rect())
        super().paintEvent(event)
        text = self.tr("Nothing fits what is searched for.") if self._is_filtered else self._empty_text
        if text and not self.model().rowCount():
            painter = QPainter(self.viewport())
            painter.setPen(self._theme.colour(Tone.QUIET))
            room = self.viewport().rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
            painter.drawText(room, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, text)

    def drawRow(self, painter: QPainter, options: QStyleOptionViewItem, index: _Index) -> None:
        at = QModelIndex(index) if isinstance(index, QModelIndex) else index
        tokens = self._theme.tokens
        rect = QRect(0, options.rect.top(), self.viewport().width(), options.rect.height())
        above = index.parent()
        is_top, row = not above.isValid(), index.row()
        is_selected = self.selectionModel().isSelected(at)  # of a row all columns are
        if is_selected:
            painter.fillRect(rect, QColor(tokens.selection))
        elif not is_top:
            painter.fillRect(rect, QColor(tokens.background))
        self._draw_cells(painter, options, at)
        if is_selected:
            painter.fillRect(QRect(0, rect.top(), 3, rect.height()), QColor(tokens.accent))
        if is_top:
            painter.setPen(QColor(tokens.border))
            painter.drawLine(rect.topLeft(), rect.topRight())
        if row == self.model().rowCount(above) - 1 and self._is_last_of_all(at):
            painter.setPen(QColor(tokens.border))
            painter.drawLine(rect.left(), rect.bottom() + 1, rect.right(), rect.bottom() + 1)
        if self.hasFocus() and row == self.currentIndex().row() and above == self.currentIndex().parent():
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(tokens.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(rect).adjusted(1.5, 1.5, -1.5, -1.5), 4, 4)
            painter.restore()

    def _draw_cells(self, painter: QPainter, options: QStyleOptionViewItem, index: _Index) -> None:
        node, delegate = self.node_of(index), self.itemDelegate()
        if node is None or not isinstance(delegate, RowDelegate) or self.isRightToLeft():
            super().drawRow(painter, options, index)
            return
        depth, above = int(self.rootIsDecorated()), node.parent
        while above is not None and above is not self._outline.root:
            depth, above = depth + 1, above.parent
        arrow = delegate.paint_row(painter, options.rect, node, depth * self.indentation())
        if arrow is not None:
            self.drawBranches(painter, arrow, index)

    def drawBranches(self, painter: QPainter, rect: QRect, index: _Index) -> None:
        if not self.model().hasChildren(index):
            return
        is_open = self.isExpanded(QModelIndex(index) if isinstance(index, QModelIndex) else index)
        ratio = self.devicePixelRatioF()
        pixmap = self._theme.pixmap("chevron-down" if is_open else "chevron-right", Tone.QUIET, ROW_ICON - 4, ratio)
        left = rect.right() - _INDENTATION + (_INDENTATION - ROW_ICON + 4) // 2 + 1
        left += MARGIN // 2 if max(self.treePosition(), 0) == 0 else 0
        painter.drawPixmap(left, rect.top() + (rect.height() - ROW_ICON + 4) // 2, pixmap)

    def _is_last_of_all(self, index: _Index) -> bool:
        below = self.indexBelow(QModelIndex(index) if isinstance(index, QModelIndex) else index)
        return not below.isValid()

    def widths(self) -> dict[str, int]:
        """Return the widths that the user has given to columns, by the number of the column."""
        return {str(number): self._widths[number] for number in sorted(self._by_hand)}

    def take_widths(self, widths: Mapping[str, object]) -> None:
        """Give columns the widths that they had; what makes no sense is passed over."""
        for number in range(len(self._columns)):
            width = widths.get(str(number))
            if isinstance(width, int) and _NARROWEST <= width <= _WIDEST and number != self._stretched:
                self._widths[number] = width
                self._by_hand.add(number)
        self._fit(self.viewport().width())

    def _lay_out_header(self, header: OutlineHeader, model: OutlineModel, stretched: int) -> None:
        self._widths = [header.fitting_width(column.title, column.width) for column in model.columns]
        for number in range(len(model.columns)):
            is_stretched = number == stretched
            mode = QHeaderView.ResizeMode.Stretch if is_stretched else QHeaderView.ResizeMode.Interactive
            header.setSectionResizeMode(number, mode)
            self.setColumnWidth(number, self._widths[number])
        header.sectionResized.connect(self._on_resized)
        self.sort_unsorted()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit(event.size().width())
        super().resizeEvent(event)

    def show_column(self, column: int, *, is_shown: bool) -> None:
        """Show or hide a column whose content says nothing now; others may take its room."""
        if is_shown is (column not in self._absent):
            return
        self._absent ^= {column}
        self._fit(self.viewport().width())

    def _fit(self, width: int) -> None:
        """Hide what has no room, and share what is left among the columns that grow."""
        if self._is_fitting:
            return
        self._is_fitting = True
        try:
            shown = self._show_what_fits(width)
            spare = max(width - sum(self._widths[number] for number in shown), 0)
            shares = {n: 0 if n in self._by_hand else self._columns[n].grows for n in shown if n != self._stretched}
            whole = sum(shares.values()) + _STRETCHED_SHARE
            for number, share in shares.items():
                wanted = self._widths[number] + spare * share // whole
                if self.columnWidth(number) != wanted:
                    self.setColumnWidth(number, wanted)
        finally:
            self._is_fitting = False

    def _show_what_fits(self, width: int) -> list[int]:
        present = [number for number in range(len(self._columns)) if number not in self._absent]
        room = width - sum(self._widths[number] for number in present if number != self._stretched)
        hidden = set(self._absent)
        for number in sorted(present, key=lambda number: self._columns[number].yields):
            if self._columns[number].yields and room < self._least_width:
                room += self._widths[number]
                hidden.add(number)
        for number in range(len(self._columns)):
            if self.isColumnHidden(number) is not (number in hidden):
                self.setColumnHidden(number, number in hidden)
        return [number for number in present if number not in hidden]

    def _on_resized(self, column: int, _before: int, width: int) -> None:
        if not self._is_fitting and column != self._stretched and width >= _NARROWEST:
            self._widths[column] = width
            self._by_hand.add(column)
            self.widths_changed.emit()

    def _on_activated(self, index: QModelIndex) -> None:
        self.node_activated.emit(self.node_of(index))

    def _on_menu(self, place: QPoint) -> None:
        index = self.indexAt(place)
        node = self.node_of(index) if index.isValid() else self.selected_node()
        self.menu_wanted.emit(node, self.viewport().mapToGlobal(place))
