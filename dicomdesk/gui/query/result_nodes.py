"""Rows of the results: a patient, a study, a series, an instance, and what is said in their place."""

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.dicom.query.attributes import MODALITY, PERSON_NAME_TAG, SOP_CLASS_UID, Level
from dicomdesk.dicom.query.results import QueryResult
from dicomdesk.engine.query.request import QueryModel
from dicomdesk.gui import wording
from dicomdesk.gui.models.found_entities import AskedPeer, FoundEntity, FoundPlace
from dicomdesk.gui.outline.model import Column, Mark, Node, Part, Weight
from dicomdesk.gui.theme import Tone

__all__ = [
    "COLUMNS",
    "NoteNode",
    "Place",
    "ResultNode",
    "found_entity",
    "result_columns",
]

_LONGEST_CELL = 200
"""Characters of foreign text in a cell."""

NAME, PATIENT_ID, BIRTH_DATE, DATE, MODALITIES, DESCRIPTION, ACCESSION, SERIES, INSTANCES, PEER = range(10)
COLUMNS = 10

_PATIENT_ID = 0x00100020
_BIRTH_DATE = 0x00100030
_STUDY_DATE, _STUDY_TIME = 0x00080020, 0x00080030
_ACCESSION = 0x00080050
_MODALITIES_IN_STUDY = 0x00080061
_STUDY_DESCRIPTION = 0x00081030
_SERIES_DESCRIPTION = 0x0008103E
_SERIES_NUMBER = 0x00200011
_INSTANCE_NUMBER = 0x00200013
_COUNTS = {Level.PATIENT: 0x00201204, Level.STUDY: 0x00201208, Level.SERIES: 0x00201209}
_SERIES_COUNT = 0x00201206
_STUDY_COUNT = 0x00201200


def _say(text: str) -> str:
    return QCoreApplication.translate("result_nodes", text)


def result_columns() -> tuple[Column, ...]:
    """Return the columns of the results."""
    return (
        Column(title=_say("Name"), width=240),
        Column(title=_say("Patient ID"), width=104),
        Column(title=_say("Born"), width=92, yields=2),
        Column(title=_say("Date"), width=132),
        Column(title=_say("Modality"), width=76),
        Column(title=_say("Description"), width=180, yields=5),
        Column(title=_say("Accession"), width=104, yields=4),
        Column(title=_say("Series"), width=62, is_number=True, yields=1),
        Column(title=_say("Instances"), width=82, is_number=True),
        Column(title=_say("Peer"), width=104),
    )


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
    identifier: bytes
    transfer_syntax_uid: str


class ResultNode(Node):
    """One entity, wherever it was found."""

    __slots__ = ("_cells", "below", "by_key", "level", "model", "places", "repeats")

    opens = True

    def __init__(self, level: Level, model: QueryModel, place: Place) -> None:
        super().__init__()
        self.level = level
        self.model = model
        self.places = [place]
        self.repeats = 0
        """Answers of a peer that said the same entity again."""
        self.by_key: dict[str, ResultNode] = {}
        """The rows below by unique key."""
        has_key = bool(place.result.unique_value(level))
        self.below = Below.UNKNOWN if has_key and level is not Level.IMAGE else Below.NOTHING
        self._cells: tuple[str, ...] | None = None

    @property
    def result(self) -> QueryResult:
        """The answer that is shown: the first."""
        return self.places[0].result

    def text(self, column: int) -> str:
        if self._cells is None:
            self._cells = _cells(self)
        return self._cells[column]

    def sort_value(self, column: int) -> str | float:
        if column in {SERIES, INSTANCES}:
            count = _count(self.text(column).replace(",", ""))
            return -1 if count is None else count
        if column == NAME and self.level in {Level.SERIES, Level.IMAGE}:
            number = _count(self.result.value(_SERIES_NUMBER if self.level is Level.SERIES else _INSTANCE_NUMBER))
            return f"{number:012}" if number is not None else self.text(column)
        return self.text(column).casefold()

    def parts(self, column: int) -> tuple[Part, ...] | None:
        text = self.text(column)
        if column == NAME and text:
            return (Part(text, Weight.STRONG if self.level in {Level.PATIENT, Level.STUDY} else Weight.PLAIN),)
        return None

    def tip(self, column: int) -> str:
        if column == PEER and len(self.places) > 1:
            return "\n".join(_place_text(place, self.level) for place in self.places)
        return self.text(column)

    def unfetched(self) -> int:
        return 1 if self.below is Below.UNKNOWN else 0

    def add_place(self, place: Place) -> bool:
        """Take note that a peer has it; False where that peer has said so before."""
        if any(known.asked is place.asked for known in self.places):
            self.repeats += 1
            return False
        self.places.append(place)
        self._cells = None
        return True

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
    return FoundEntity(
        level=node.level,
        model=node.model,
        title=" · ".join(text for text in (node.text(NAME), node.text(DATE), node.text(DESCRIPTION)) if text),
        places=tuple(FoundPlace(asked=place.asked, instances=announced(place, node.level)) for place in node.places),
        patient_id=node.unique_value(Level.PATIENT),
        study_instance_uid=node.unique_value(Level.STUDY),
        series_instance_uid=node.unique_value(Level.SERIES),
        sop_instance_uid=node.unique_value(Level.IMAGE),
        sop_class_uid=node.result.value(SOP_CLASS_UID) if node.level is Level.IMAGE else "",
        modalities=tuple(modalities.split("/")) if modalities else (),
    )


def announced(place: Place, level: Level) -> int | None:
    """How many instances a peer says that the entity has."""
    return _count(place.result.value(_COUNTS[level])) if level in _COUNTS else None


def _count(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _cut(text: str) -> str:
    shown = human.printable(text[:_LONGEST_CELL])
    return shown if len(text) <= _LONGEST_CELL else f"{shown}…"


def _cells(node: ResultNode) -> tuple[str, ...]:
    result, level = node.result, node.level
    cells = [""] * COLUMNS
    cells[PEER] = ", ".join(place.asked.word for place in node.places)
    most = max((count for place in node.places if (count := announced(place, level)) is not None), default=None)
    cells[INSTANCES] = "" if most is None else wording.count_text(most)
    if level in {Level.PATIENT, Level.STUDY}:
        cells[PATIENT_ID] = _cut(result.value(_PATIENT_ID))
        cells[BIRTH_DATE] = wording.date_text(_cut(result.value(_BIRTH_DATE)))
    if level is Level.PATIENT:
        cells[NAME] = _person(result)
    elif level is Level.STUDY:
        cells[NAME] = _person(result)
        cells[DATE] = _date_and_time(result)
        cells[MODALITIES] = _cut("/".join(result.value(_MODALITIES_IN_STUDY).split("\\")))
        cells[DESCRIPTION] = _cut(result.value(_STUDY_DESCRIPTION))
        cells[ACCESSION] = _cut(result.value(_ACCESSION))
        series = _count(result.value(_SERIES_COUNT))
        cells[SERIES] = "" if series is None else wording.count_text(series)
    elif level is Level.SERIES:
        number = _cut(result.value(_SERIES_NUMBER))
        cells[NAME] = _say("Series {number}").format(number=number) if number else _say("Series")
        cells[MODALITIES] = _cut(result.value(MODALITY))
        cells[DESCRIPTION] = _cut(result.value(_SERIES_DESCRIPTION))
    else:
        number = _cut(result.value(_INSTANCE_NUMBER))
        cells[NAME] = _say("Instance {number}").format(number=number) if number else _say("Instance")
        cells[DESCRIPTION] = wording.sop_class_text(_cut(result.value(SOP_CLASS_UID)))
    return tuple(cells)


def _person(result: QueryResult) -> str:
    return wording.person_name_text(_cut(result.value(PERSON_NAME_TAG))) or _say("No patient name")


def _date_and_time(result: QueryResult) -> str:
    date = wording.date_text(_cut(result.value(_STUDY_DATE)))
    time = result.value(_STUDY_TIME)
    if len(time) >= 4 and time[:4].isascii() and time[:4].isdigit():
        return f"{date} {time[:2]}:{time[2:4]}"
    return date


def _place_text(place: Place, level: Level) -> str:
    count = announced(place, level)
    if count is None:
        return place.asked.word
    return f"{place.asked.word}: {wording.instances_text(count)}"
