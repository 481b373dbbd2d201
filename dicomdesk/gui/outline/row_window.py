"""The rows at the top of a long list: sorted and filtered as plain values; an outline has only the first of them.

The window grows when its end comes into sight. So it costs the same to show ten rows and ten thousand.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from dicomdesk.gui.outline.model import Node, Outline

__all__ = ["FIRST_WINDOW", "ArrangedOutline", "RowWindow"]

FIRST_WINDOW = 200
"""Rows that are shown at first."""

Rank = tuple[float, float]


class ArrangedOutline(Outline, Protocol):
    """Place where rows are shown in an order that is told to it."""

    def arrange(self, parent: Node | None, nodes: Sequence[Node]) -> None:
        """Show the same rows below ``parent`` in another order."""

    def replace(self, nodes: Sequence[Node]) -> None:
        """Show these rows at the top instead of those that are there."""


class RowWindow:
    """Keeps all rows at the top, and tells an outline of the first. For the Qt thread."""

    def __init__(self, outline: ArrangedOutline, rank: Callable[[Node], Rank] | None = None) -> None:
        """``rank`` orders rows where nobody sorts them; None is the order in which they came."""
        self._outline = outline
        self._rank = rank
        self._rows: dict[Node, None] = {}
        self._order: list[Node] = []
        """What passes the filter, sorted, as of the last ``show``."""
        self._shown: list[Node] = []
        self._window = FIRST_WINDOW
        self._sorted_by: tuple[int, bool] | None = None
        self._accepts: Callable[[Node], bool] | None = None
        self._is_stale = False

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def hidden(self) -> int:
        """How many rows the filter hides, as of the last ``show``."""
        return len(self._rows) - len(self._order)

    @property
    def is_live(self) -> bool:
        """Whether what changes in a row may change which are shown, or where."""
        return self._accepts is not None or self._sorted_by is not None

    def all(self) -> Iterable[Node]:
        """All rows, in the order in which they came."""
        return self._rows

    def passing(self) -> Sequence[Node]:
        """Rows that pass the filter, sorted; those that are not shown too."""
        return self._order

    def add(self, nodes: Sequence[Node]) -> None:
        """Add rows; where nothing is sorted they come last."""
        self._rows.update(dict.fromkeys(nodes))
        passing = [node for node in nodes if self._accepts is None or self._accepts(node)]
        self._order += passing
        self._is_stale = self._is_stale or bool(passing and self._sorted_by is not None)
        room = max(self._window - len(self._shown), 0)
        if passing[:room]:
            self._outline.insert(None, passing[:room])
            self._shown += passing[:room]

    def discard(self, nodes: Iterable[Node]) -> None:
        """Take rows away."""
        gone = {node for node in nodes if node in self._rows}
        if not gone:
            return
        for node in gone:
            del self._rows[node]
        self._order = [node for node in self._order if node not in gone]
        shown = [node for node in self._shown if node in gone]
        if len(shown) > 1:
            self.show()
            return
        for node in shown:
            self._outline.remove(node)
        self._shown = [node for node in self._shown if node not in gone]
        self._fill()

    def sort(self, column: int | None, *, is_descending: bool = False) -> None:
        """Sort by a column; None for the order in which they stand. What is below rows may be other than before."""
        self._sorted_by = None if column is None else (column, is_descending)
        self.show(is_anew=True)

    def filter(self, accepts: Callable[[Node], bool] | None) -> None:
        """Show only the rows that are accepted, None for all. What is below rows may be other than before."""
        self._accepts = accepts
        self._window = FIRST_WINDOW
        self.show(is_anew=True)

    def spoil(self) -> None:
        """Have the rows brought in order by the next ``settle``."""
        self._is_stale = True

    def settle(self) -> bool:
        """Bring the rows in order where that is due; whether it was."""
        if self._is_stale:
            self.show()
            return True
        return False

    def show(self, *, is_anew: bool = False) -> None:
        """Bring the rows in order: which are shown, and where; ``is_anew`` with all that is below them."""
        self._is_stale = False
        self._order = self._sorted([node for node in self._rows if self._accepts is None or self._accepts(node)])
        shown = self._order[: self._window]
        if is_anew:
            self._outline.replace(shown)
        elif shown == self._shown:
            return
        elif len(shown) == len(self._shown) and set(shown) == set(self._shown):
            self._outline.arrange(None, shown)
        else:
            self._outline.replace(shown)
        self._shown = shown

    def show_more(self) -> bool:
        """Show more rows, where there are more; whether there were."""
        if len(self._shown) >= len(self._order):
            return False
        self._window += FIRST_WINDOW
        self._fill()
        return True

    def show_row(self, node: Node) -> bool:
        """Show rows down to one that passes the filter; whether it is shown then."""
        if node not in self._shown and node in self._order:
            self._window = max(self._window, self._order.index(node) + 1)
            self._fill()
        return node in self._shown

    def _fill(self) -> None:
        more = self._order[len(self._shown) : self._window]
        if more:
            self._outline.insert(None, more)
            self._shown += more

    def _sorted(self, nodes: list[Node]) -> list[Node]:
        if self._rank is not None:
            nodes.sort(key=self._rank)
        if self._sorted_by is not None:
            column, is_descending = self._sorted_by
            nodes.sort(key=lambda node: node.sort_value(column), reverse=is_descending)
        return nodes
