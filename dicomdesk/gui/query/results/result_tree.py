"""Results of several peers as one tree: the same entity is shown once, with all the peers that have it.

All results are kept here, sorted and filtered as plain values; of the rows at the top the outline has only a window
from the first on, which grows when its end comes into sight. So it costs the same to show ten results and ten thousand.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from typing import Protocol

from dicomdesk.dicom.query.attributes import PERSON_NAME_TAG, Level
from dicomdesk.engine.query.request import QueryModel
from dicomdesk.gui.outline.model import Node, Outline
from dicomdesk.gui.query.results.result_nodes import Below, NoteNode, Place, ResultNode

__all__ = ["FIRST_WINDOW", "ResultOutline", "ResultTree"]

FIRST_WINDOW = 200
"""Rows at the top that are shown at first."""


_BIRTH_DATE = 0x00100030


class ResultOutline(Outline, Protocol):
    """Place where results are shown."""

    def arrange(self, parent: Node | None, nodes: Sequence[Node]) -> None:
        """Show the same rows below ``parent`` in another order."""

    def replace(self, nodes: Sequence[Node]) -> None:
        """Show these rows at the top instead of those that are there."""


class ResultTree:
    """Plain values; rows are told to an outline. For the Qt thread."""

    def __init__(self, outline: ResultOutline) -> None:
        self._outline = outline
        self._tops: dict[str, ResultNode] = {}
        self._order: list[ResultNode] = []
        """What passes the filter, sorted, as of the last ``show``."""
        self._shown: list[ResultNode] = []
        self._window = FIRST_WINDOW
        self._is_in_order = True
        """Whether what is shown is sorted."""
        self._sorted_by: tuple[int, bool] | None = None
        """Column, and whether the greatest comes first; None for the order in which they came."""
        self._accepts: Callable[[ResultNode], bool] | None = None
        self.here: Callable[[ResultNode], str] | None = None
        """Says how much of a result is here already; for rows that come from now on."""
        self._round = 0
        """How often the same was asked again."""

    def __len__(self) -> int:
        return len(self._tops)

    @property
    def passing(self) -> int:
        """How many rows at the top pass the filter, shown or not."""
        return len(self._order)

    @property
    def shown(self) -> int:
        """How many rows at the top are shown."""
        return len(self._shown)

    def tops(self) -> Iterator[ResultNode]:
        """All results of the top level, in the order in which they came."""
        return iter(self._tops.values())

    def ordered(self) -> Sequence[ResultNode]:
        """The results of the top level that pass the filter, sorted; the rows that are not shown too."""
        return self._order

    def forget(self) -> None:
        """Begin anew."""
        self._tops.clear()
        self._order.clear()
        self._shown.clear()
        self._window = FIRST_WINDOW
        self._round = 0
        self._outline.replace(())

    def begin_round(self) -> None:
        """The same is asked again: what comes that is not there yet is marked as new, what was new no longer."""
        self._round += 1
        for node in self._tops.values():
            if node.is_new:
                node.is_new = False
                self._outline.touch(node)

    def end_round(self) -> int:
        """Forget what was not named again; returns how much is new."""
        self._tops = {key: node for key, node in self._tops.items() if node.round == self._round}
        self.show()
        return sum(node.is_new for node in self._tops.values())

    def sort(self, column: int | None, *, is_descending: bool = False) -> None:
        """Sort all levels by a column; None for the order in which they came."""
        self._sorted_by = None if column is None else (column, is_descending)
        self.show()
        for node in self._tops.values():
            self._sort_below(node)

    def filter(self, accepts: Callable[[ResultNode], bool] | None) -> None:
        """Show only the results of the top level that are accepted, None for all."""
        self._accepts = accepts
        self.show()

    def show(self) -> None:
        """Bring the rows at the top in order: which are shown, and where."""
        self._order = self._sorted([node for node in self._tops.values() if self._passes(node)])
        shown = self._order[: self._window]
        if len(shown) == len(self._shown) and set(shown) == set(self._shown):
            if shown != self._shown:
                self._outline.arrange(None, shown)
        else:
            self._outline.replace(shown)
        self._shown = shown
        self._is_in_order = True

    def show_more(self) -> bool:
        """Show twice as many rows at the top, where there are more; whether there were."""
        if len(self._shown) >= len(self._order):
            return False
        self._window *= 2
        more = self._order[len(self._shown) : self._window]
        self._outline.insert(None, more)
        self._shown += more
        return True

    def show_all(self) -> None:
        """Show all rows at the top that pass the filter."""
        while self.show_more():
            pass

    def settle(self) -> None:
        """Bring the rows at the top that are shown in order, where some have come; the others wait for ``show``."""
        if self._is_in_order:
            return
        self._is_in_order = True
        arranged = self._sorted(self._shown)
        if arranged != self._shown:
            self._outline.arrange(None, arranged)
            self._shown = arranged

    def add(self, parent: ResultNode | None, level: Level, model: QueryModel, places: Sequence[Place]) -> int:
        """Take answers; returns how many of them name what the same peer has named before."""
        known = self._tops if parent is None else parent.by_key
        new: list[ResultNode] = []
        repeated = 0
        for place in places:
            key = _key(place, level, model)
            node = known.get(key)
            if node is None:
                node = known[key] = ResultNode(level, model, place)
                if self.here is not None:
                    node.here = self.here
                node.is_new = parent is None and self._round > 0
                new.append(node)
            elif node.add_place(place):
                self._outline.touch(node)
            elif node.round < self._round:
                node.renew(place)
                self._outline.touch(node)
            else:
                repeated += 1
            node.round = self._round
        if parent is None:
            self._show_new(new)
        elif new:
            self._outline.insert(parent, new)
        return repeated

    def begin(self, node: ResultNode, words: str) -> None:
        """Say below a row that its content is asked for."""
        self._clear_notes(node)
        node.below = Below.ASKED
        self._outline.insert(node, [NoteNode(words)])

    def end(self, node: ResultNode, note: NoteNode | None) -> None:
        """Everything below a row has come; a note stays where it did not all go well, or nothing came."""
        node.below = Below.KNOWN
        self._clear_notes(node)
        self._sort_below(node)
        if note is not None:
            self._outline.insert(node, [note])

    def _show_new(self, new: list[ResultNode]) -> None:
        """Show new results while the window has room."""
        passing = [node for node in new if self._passes(node)]
        room = self._window - len(self._shown)
        self._order += passing
        if not passing or room <= 0:
            return
        added = passing[:room]
        self._outline.insert(None, added)
        self._shown += added
        self._is_in_order = False

    def _passes(self, node: ResultNode) -> bool:
        return self._accepts is None or self._accepts(node)

    def _sorted(self, nodes: Sequence[ResultNode]) -> list[ResultNode]:
        if self._sorted_by is None:
            return list(nodes)
        column, is_descending = self._sorted_by
        return sorted(nodes, key=lambda node: node.sort_value(column), reverse=is_descending)

    def _sort_below(self, node: ResultNode) -> None:
        children = [child for child in node.children if isinstance(child, ResultNode)]
        if len(children) > 1:
            notes = [child for child in node.children if not isinstance(child, ResultNode)]
            arranged = [*self._sorted_below(children), *notes]
            if arranged != node.children:
                self._outline.arrange(node, arranged)
        for child in children:
            self._sort_below(child)

    def _sorted_below(self, children: Sequence[ResultNode]) -> list[ResultNode]:
        """By their numbers where the column says nothing about this level."""
        column, is_descending = self._sorted_by or (0, False)
        if not any(child.text(column) for child in children):
            column, is_descending = 0, False
        return sorted(children, key=lambda child: child.sort_value(column), reverse=is_descending)

    def _clear_notes(self, node: ResultNode) -> None:
        for child in [child for child in node.children if isinstance(child, NoteNode)]:
            self._outline.remove(child)


def _key(place: Place, level: Level, model: QueryModel) -> str:
    """What says that two answers are of one entity; patients need more than the ID, which others give too."""
    result = place.result
    unique = result.unique_value(level)
    if not unique or model is QueryModel.WORKLIST:
        return f"\0{blake2b(place.identifier, digest_size=16).hexdigest()}"
    if level is not Level.PATIENT:
        return unique
    return "\0".join((unique, result.value(PERSON_NAME_TAG).casefold(), result.value(_BIRTH_DATE)))
