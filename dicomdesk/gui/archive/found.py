"""What is found in the archive: asked for as somebody types, a page at a time; only the answer to the last is shown."""

from collections.abc import Hashable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QObject, Signal

from dicomdesk.archive.administration.search.orders import BY_RECEIVED, Order
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.errors import DicomdeskError
from dicomdesk.gui import wording
from dicomdesk.gui.archive.access import ArchiveAccess
from dicomdesk.gui.archive.cells import NAME, SORTED_BY, cells_of
from dicomdesk.gui.archive.nodes import Entry, EntryNode, NoteNode
from dicomdesk.gui.outline.model import Node, OutlineModel
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Tone
from dicomdesk.human import error_text
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dicomdesk.archive.administration.desk.desk import ArchiveDesk
    from dicomdesk.archive.administration.listing import Listed

__all__ = ["CONFLICTS", "PAGE", "PATIENTS", "STUDIES", "FoundList", "Wish"]

PAGE: Final = 100
"""Rows that are read at once."""

STUDIES, PATIENTS, CONFLICTS = range(3)
"""What is listed: the numbers of the filter's chips."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be listed."""

    shelf: int = STUDIES
    text: str = ""
    order: Order = BY_RECEIVED


@dataclass(frozen=True, slots=True)
class _Page:
    """Rows that were read."""

    entries: Sequence[Entry]
    total: int


class FoundList(QObject):
    """The rows at the top, and those below them. For the Qt thread; the archive is asked beside it.

    It is the source of a ``WindowedView``: rows are asked for in the order that is wished, as far as somebody scrolls.
    """

    changed = Signal()
    """Other rows, or a question was asked or answered."""

    def __init__(self, model: OutlineModel, access: ArchiveAccess, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._access = access
        self._tasks = tasks
        self._wish = Wish()
        self._answered: Wish | None = None
        """What the rows are the answer to; None where the archive has changed since."""
        self._round = 0
        """How often the archive has become another."""
        self._length = PAGE
        """How many rows are wanted."""
        self._rows: dict[Hashable, EntryNode] = {}
        self._is_asking = False
        self._is_short = False
        """Whether some of the rows had gone when they were to be read, or nothing could be."""
        self.total = 0
        """How many there are, read or not."""
        self.problem = ""
        """Why nothing could be read."""

    @property
    def wish(self) -> Wish:
        """What is to be listed."""
        return self._wish

    @property
    def is_asking(self) -> bool:
        """Whether an answer is awaited."""
        return self._is_asking

    @property
    def shown(self) -> int:
        """How many rows there are at the top."""
        return len(self._rows)

    def ask(self, *, shelf: int | None = None, text: str | None = None) -> None:
        """Wish for something else; what was asked before and is not answered is answered for nobody."""
        wish = self._wish
        self._wish = Wish(
            shelf=wish.shelf if shelf is None else shelf, text=wish.text if text is None else text, order=wish.order
        )
        if self._wish != wish:
            self._length = PAGE
            self._begin()

    def ask_again(self) -> None:
        """Ask the same of an archive that is another, or holds something else now."""
        self._answered, self._round = None, self._round + 1
        self._begin()

    def forget(self) -> None:
        """There is no archive."""
        self._answered, self._rows, self.total, self.problem = None, {}, 0, ""
        self._round += 1
        self._model.clear()
        self.changed.emit()

    # What the view asks of its source.

    def sort(self, column: int | None, *, is_descending: bool = False) -> None:
        """Sort all levels; None for what came last."""
        wish = self._wish
        order = BY_RECEIVED if column is None else Order(value=SORTED_BY[column], is_descending=is_descending)
        self._wish = Wish(shelf=wish.shelf, text=wish.text, order=order)
        if self._wish != wish:
            for node in self._rows.values():
                self._sort_below(node)
            self._begin()

    def show_more(self) -> bool:
        """Read more rows, where there are more."""
        if self._is_short or len(self._rows) >= self.total or self._length > len(self._rows):
            return False
        self._length = len(self._rows) + PAGE
        self._begin()
        return True

    def passing(self) -> Sequence[Node]:
        """All rows that are shown."""
        return list(self._rows.values())

    # Below a row.

    def open(self, node: EntryNode) -> None:
        """Read what is below a row, where that is not known."""
        if not (node.is_known or node.is_asked):
            self._tasks.start(self._read_below(node))

    async def _read_below(self, node: EntryNode) -> None:
        node.is_asked = True
        self._put_note(node, NoteNode(_say("Reading…")))
        try:
            conflicts = self._access.overview.conflicts
            entries = await self._access.ask(_below, node.listed, conflicts)
        except (DicomdeskError, OSError) as error:
            self._put_note(node, NoteNode(wording.explained(error_text(error)), "failed", Tone.BAD))
            return
        finally:
            node.is_asked = False
        node.is_known = True
        self._put_below(node, entries)

    def _put_below(self, node: EntryNode, entries: Sequence[Entry]) -> None:
        """Show these rows below one; those that were there stay what they are."""
        known = {child.entry.key: child for child in node.children if isinstance(child, EntryNode)}
        wanted: list[Node] = []
        for entry in entries:
            child = known.pop(entry.key, None)
            if child is None:
                child = EntryNode(entry)
            else:
                self._renew(child, entry)
            wanted.append(child)
        if not self._model.shows(node):
            node.children = []
            node.is_known = False
            return
        staying = set(wanted)
        for gone in [child for child in node.children if child not in staying]:
            self._model.remove(gone)
        there = set(node.children)
        self._model.insert(node, [child for child in wanted if child not in there])
        self._sort_below(node)
        if not wanted:
            self._put_note(node, NoteNode(_say("Nothing is left of it.")))

    def _put_note(self, node: EntryNode, note: NoteNode) -> None:
        if not self._model.shows(node):
            return
        for child in [child for child in node.children if isinstance(child, NoteNode)]:
            self._model.remove(child)
        if not node.children or note.is_trouble:
            self._model.insert(node, [note])

    def _sort_below(self, node: EntryNode) -> None:
        """By their numbers where the column says nothing about this level."""
        children = [child for child in node.children if isinstance(child, EntryNode)]
        if len(children) > 1 and self._model.shows(node):
            order = self._wish.order
            column = next(column for column, value in SORTED_BY.items() if value is order.value)
            is_descending = order.is_descending
            if order == BY_RECEIVED or not any(child.text(column) for child in children):
                column, is_descending = NAME, False
            arranged = sorted(children, key=lambda child: child.sort_value(column), reverse=is_descending)
            if arranged != node.children:
                notes = [child for child in node.children if not isinstance(child, EntryNode)]
                self._model.arrange(node, [*arranged, *notes])
        for child in children:
            self._sort_below(child)

    # Asking.

    def _begin(self) -> None:
        if not self._is_asking and self._access.is_open:
            self._is_asking = True
            self._tasks.start(self._ask())

    async def _ask(self) -> None:
        """Ask until what was answered last is what is wished."""
        try:
            while self._access.is_open and not self._is_answered():
                await self._ask_once()
        finally:
            self._is_asking = False
            self.changed.emit()

    def _is_answered(self) -> bool:
        has_all = self._is_short or len(self._rows) >= min(self._length, self.total)
        return self._answered == self._wish and has_all

    async def _ask_once(self) -> None:
        wish, length, asked_in = self._wish, self._length, self._round
        start = len(self._rows) if self._answered == wish else 0
        conflicts = self._access.overview.conflicts
        try:
            page = await self._access.ask(
                partial(_read, wish=wish, start=start, most=length - start, conflicts=conflicts)
            )
        except (DicomdeskError, OSError) as error:
            self._fail(wish, wording.explained(error_text(error)))
            return
        if wish != self._wish or asked_in != self._round:
            return
        self.problem, self.total = "", page.total
        if start:
            self._add(page.entries)
        else:
            self._show(page.entries)
        self._answered = wish
        self._is_short = len(self._rows) < min(length, page.total)
        self.changed.emit()

    def _fail(self, wish: Wish, problem: str) -> None:
        if wish == self._wish:
            self.problem, self._answered, self._is_short = problem, wish, True

    def _add(self, entries: Sequence[Entry]) -> None:
        new = [EntryNode(entry) for entry in entries if entry.key not in self._rows]
        self._rows |= {node.entry.key: node for node in new}
        self._model.insert(None, new)

    def _show(self, entries: Sequence[Entry]) -> None:
        """Show these rows; those that were there stay what they are, open and selected."""
        before = self._rows
        rows: dict[Hashable, EntryNode] = {}
        for entry in entries:
            node = before.get(entry.key)
            if node is None:
                node = EntryNode(entry)
            else:
                self._renew(node, entry)
            rows[entry.key] = node
        self._rows = rows
        if list(rows.values()) != self._model.root.children:
            self._model.replace(list(rows.values()))
        self._model.flush()

    def _renew(self, node: EntryNode, entry: Entry) -> None:
        """Show a row as it is now, and read again what is below it, where that is another."""
        if node.entry == entry:
            return
        has_changed = node.listed.values != entry.listed.values
        node.entry = entry
        self._model.touch(node)
        if has_changed and node.is_known and entry.listed.level is not Level.IMAGE:
            node.is_known = False
            self.open(node)


def _read(
    desk: "ArchiveDesk", *, wish: Wish, start: int, most: int, conflicts: "Mapping[str, tuple[str, ...]]"
) -> _Page:
    among = conflicts if wish.shelf == CONFLICTS else None
    find = desk.search_patients if wish.shelf == PATIENTS else desk.search
    found = find(wish.text, most, order=wish.order, start=start, among=among)
    return _Page([_entry(row, conflicts) for row in found.rows], found.total)


def _below(desk: "ArchiveDesk", row: "Listed", conflicts: "Mapping[str, tuple[str, ...]]") -> list[Entry]:
    return [_entry(one, conflicts) for one in desk.below(row)]


def _entry(row: "Listed", conflicts: "Mapping[str, tuple[str, ...]]") -> Entry:
    if row.level is Level.STUDY:
        conflict = conflicts.get(str(row.values["study_instance_uid"]), ())
    else:
        found = row.values.get("conflict", ())
        conflict = tuple(map(str, found)) if isinstance(found, list) else ()
    return Entry(row, cells_of(row), conflict)


def _say(text: str) -> str:
    return QCoreApplication.translate("archive_found", text)
