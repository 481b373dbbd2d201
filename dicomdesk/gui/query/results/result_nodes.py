"""Rows of the results: a patient, a study, a series, an instance, and what is said in their place."""

from collections.abc import Callable
from enum import Enum

from PySide6.QtCore import QCoreApplication

from dicomdesk.dicom.query.attributes import SOP_CLASS_UID, Level
from dicomdesk.dicom.query.results import QueryResult
from dicomdesk.engine.query.request import QueryModel
from dicomdesk.gui import wording
from dicomdesk.gui.models.found_entities import AskedPeer, FoundEntity, FoundPlace
from dicomdesk.gui.outline.model import Mark, Node, Part, Weight
from dicomdesk.gui.query.results.cells import (
    DATE,
    DESCRIPTION,
    INSTANCES,
    MODALITIES,
    NAME,
    PEER,
    SERIES,
    Cells,
    count_of,
)
from dicomdesk.gui.theme import Tone
from dicomdesk.records import dataclass

__all__ = ["Below", "NoteNode", "Place", "ResultNode", "found_entity"]


_MANY_PEERS = 3
"""So many are not all named in a cell."""


class Below(Enum):
    """What is known of the rows below a row."""

    UNKNOWN = "unknown"
    ASKED = "asked"
    KNOWN = "known"
    NOTHING = "nothing"
    """Nothing can be below it: an instance, or what names nothing that could be asked for."""


@dataclass(slots=True)
class Place:
    """A peer that has the entity, and its answer."""

    asked: AskedPeer
    result: QueryResult
    cells: Cells
    identifier: bytes
    transfer_syntax_uid: str


class ResultNode(Node):
    """One entity, wherever it was found."""

    __slots__ = ("below", "by_key", "here", "is_new", "level", "model", "places", "round")

    opens = True

    def __init__(self, level: Level, model: QueryModel, place: Place) -> None:
        super().__init__()
        self.level = level
        self.model = model
        self.places = [place]
        self.round = 0
        """When it was last named: see ``ResultTree.begin_round``."""
        self.is_new = False
        """Whether it came when the same was asked again."""
        self.by_key: dict[str, ResultNode] = {}
        """The rows below by unique key."""
        self.here: Callable[[ResultNode], str] = _unknown
        """Says how much of it is here already; "" where nothing is."""
        can_open = bool(place.result.unique_value(level)) and level is not Level.IMAGE
        if level is Level.STUDY and model in {QueryModel.PATIENT_STUDY_ONLY, QueryModel.WORKLIST}:
            can_open = False
        self.below = Below.UNKNOWN if can_open else Below.NOTHING

    @property
    def result(self) -> QueryResult:
        """The answer that is shown: the first."""
        return self.places[0].result

    @property
    def instances(self) -> int | None:
        """How many instances the peer announces that has most; None where nobody says."""
        counts = [place.cells.instances for place in self.places if place.cells.instances is not None]
        return max(counts) if counts else None

    @property
    def peers_text(self) -> str:
        """All peers that have it."""
        return ", ".join(place.asked.word for place in self.places)

    @property
    def search_text(self) -> str:
        """What can be searched in, folded."""
        texts = (*self.places[0].cells.texts, self.peers_text, self.result.unique_value(self.level))
        return " ".join(texts).casefold()

    def text(self, column: int) -> str:
        places = self.places
        if column == PEER:
            words = [place.asked.word for place in places]
            return ", ".join(words) if len(words) < _MANY_PEERS else f"{words[0]} +{len(words) - 1}"
        if column == INSTANCES and len(places) > 1:
            most = self.instances
            return "" if most is None else wording.count_text(most)
        text = places[0].cells.texts[column]
        return f"{_new_word()} {text}" if self.is_new and column == NAME else text

    def sort_value(self, column: int) -> str | float:
        if column == INSTANCES:
            most = self.instances
            return -1 if most is None else most
        if column == SERIES:
            count = count_of(self.text(SERIES).replace(",", ""))
            return -1 if count is None else count
        number = self.places[0].cells.number
        if column == NAME and number is not None:
            return f"{number:012}"
        return self.places[0].cells.texts[NAME].casefold() if column == NAME else self.text(column).casefold()

    def parts(self, column: int) -> tuple[Part, ...] | None:
        if column != NAME:
            return None
        weight = Weight.STRONG if self.level in {Level.PATIENT, Level.STUDY} else Weight.PLAIN
        cells = self.places[0].cells
        new = (Part(_new_word(), Weight.QUIET),) if self.is_new else ()
        identity = (Part(cells.identity, Weight.QUIET),) if cells.identity else ()
        return (*new, Part(cells.texts[NAME], weight), *identity)

    def mark(self, column: int) -> Mark | None:
        here = self.here(self) if column == INSTANCES else ""
        return Mark("", here, Tone.ACTIVE) if here else None

    def tip(self, column: int) -> str:
        if column in {PEER, INSTANCES} and len(self.places) > 1:
            return "\n".join(_place_text(place) for place in self.places)
        return self.text(column)

    def unfetched(self) -> int:
        return 1 if self.below is Below.UNKNOWN else 0

    def add_place(self, place: Place) -> bool:
        """Take note that a peer has it; False where that peer has said so before."""
        if any(known.asked is place.asked for known in self.places):
            return False
        self.places.append(place)
        return True

    def renew(self, place: Place) -> None:
        """Take what a peer says now in the place of what it said before."""
        self.places = [place if known.asked is place.asked else known for known in self.places]

    def ancestor(self, level: Level) -> "ResultNode | None":
        """The row of a level that this one is below of, or is."""
        node: Node | None = self
        while isinstance(node, ResultNode):
            if node.level is level:
                return node
            node = node.parent
        return None

    def unique_value(self, level: Level) -> str:
        """The unique key of a level, from the answer or from those above."""
        node = self.ancestor(level)
        return self.result.unique_value(level) or (node.result.unique_value(level) if node is not None else "")


class NoteNode(Node):
    """A sentence in the place of rows: they are asked for, there are none, or it did not work."""

    __slots__ = ("_mark",)

    def __init__(self, word: str, icon: str = "waiting", tone: Tone = Tone.QUIET) -> None:
        super().__init__()
        self._mark = Mark(icon, word, tone)

    def text(self, column: int) -> str:
        return self._mark.word if column == NAME else ""

    def mark(self, column: int) -> Mark | None:
        return self._mark if column == NAME else None

    def tip(self, column: int) -> str:
        return self._mark.word


def found_entity(node: ResultNode) -> FoundEntity:
    """Return what a row stands for."""
    modalities = node.text(MODALITIES)
    study = node.ancestor(Level.STUDY)
    words = [] if study is None or study is node else [study.text(NAME), study.text(DATE)]
    words += [node.text(NAME), node.text(DATE), node.text(DESCRIPTION)]
    return FoundEntity(
        level=node.level,
        model=node.model,
        title="  ".join(word for word in words if word),
        places=tuple(FoundPlace(asked=place.asked, instances=place.cells.instances) for place in node.places),
        patient_id=node.unique_value(Level.PATIENT),
        study_instance_uid=node.unique_value(Level.STUDY),
        series_instance_uid=node.unique_value(Level.SERIES),
        sop_instance_uid=node.unique_value(Level.IMAGE),
        sop_class_uid=node.result.value(SOP_CLASS_UID) if node.level is Level.IMAGE else "",
        modalities=tuple(modalities.split("/")) if modalities else (),
    )


def _unknown(_node: ResultNode) -> str:
    return ""


def _new_word() -> str:
    return QCoreApplication.translate("result_nodes", "New")


def _place_text(place: Place) -> str:
    count = place.cells.instances
    return place.asked.word if count is None else f"{place.asked.word}: {wording.instances_text(count)}"
