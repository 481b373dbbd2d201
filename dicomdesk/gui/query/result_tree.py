"""Results of several peers as one tree: the same entity is shown once, with all the peers that have it."""

from collections.abc import Sequence

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.dicom.query.results import QueryResult
from dicomdesk.engine.query.request import QueryModel
from dicomdesk.gui.outline.model import Node, Outline
from dicomdesk.gui.query.result_nodes import Below, NoteNode, Place, ResultNode

__all__ = ["ResultTree"]


class ResultTree:
    """Plain values; rows are told to an outline. For the Qt thread."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._tops: dict[str, ResultNode] = {}
        self._nameless = 0

    def __len__(self) -> int:
        return len(self._tops)

    def forget(self) -> None:
        """Begin anew; the outline is cleared by whoever owns it."""
        self._tops.clear()

    def add(self, parent: ResultNode | None, level: Level, model: QueryModel, places: Sequence[Place]) -> int:
        """Show answers; returns how many of them are new rows."""
        known = self._tops if parent is None else parent.by_key
        new: list[Node] = []
        for place in places:
            key = self._key(place.result, level)
            node = known.get(key)
            if node is None:
                node = known[key] = ResultNode(level, model, place)
                new.append(node)
            elif node.add_place(place):
                self._outline.touch(node)
        self._outline.insert(parent, new)
        return len(new)

    def begin(self, node: ResultNode, words: str) -> None:
        """Say below a row that its content is asked for."""
        self._clear_notes(node)
        node.below = Below.ASKED
        self._outline.insert(node, [NoteNode(words)])

    def end(self, node: ResultNode, note: NoteNode | None) -> None:
        """Everything below a row has come; a note stays where it did not all go well, or nothing came."""
        node.below = Below.KNOWN
        self._clear_notes(node)
        if note is not None:
            self._outline.insert(node, [note])

    def _clear_notes(self, node: ResultNode) -> None:
        for child in [child for child in node.children if isinstance(child, NoteNode)]:
            self._outline.remove(child)

    def _key(self, result: QueryResult, level: Level) -> str:
        """What says that two answers are of one entity; patients need more than the ID, which others give too."""
        unique = result.unique_value(level)
        if not unique:
            self._nameless += 1
            return f"\0{self._nameless}"
        if level is not Level.PATIENT:
            return unique
        return "\0".join((unique, result.value(0x00100010).casefold(), result.value(0x00100030)))
