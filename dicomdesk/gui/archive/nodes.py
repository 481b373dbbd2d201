"""Rows of the Archive view: a patient, a study, a series, an instance, and what is said in their place."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from dicomdesk.archive.administration.listing import Listed
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.gui.archive.cells import DESCRIPTION, INSTANCES, NAME, SIZE, Cells
from dicomdesk.gui.outline.model import Mark, Node, Part, Weight
from dicomdesk.gui.theme import Tone
from dicomdesk.records import dataclass

__all__ = ["Entry", "EntryNode", "NoteNode", "conflict_text"]

Key = tuple[str, ...]
_UIDS = ("study_instance_uid", "series_instance_uid", "sop_instance_uid")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row as it was read."""

    listed: Listed
    cells: Cells
    conflict: tuple[str, ...] = ()
    """What it contradicts, by stable words."""

    @property
    def key(self) -> Key:
        """What says that two rows are of the same."""
        values = self.listed.values
        who = (str(values.get("patient_id", "")), str(values.get("issuer_of_patient_id", "")))
        name = "" if who[0] else str(values.get("patient_name", ""))
        below = (str(values.get(uid, "")) for uid in _UIDS) if self.listed.level is not Level.PATIENT else ()
        path = str(values.get("path", "")) if self.listed.level is Level.IMAGE else ""
        return (self.listed.area, self.listed.level.value, *who, name, *below, path)


class EntryNode(Node):
    """One patient, study, series or instance."""

    __slots__ = ("entry", "is_asked", "is_known")

    opens = True

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self.entry = entry
        self.is_asked = False
        """Whether the rows below are being read."""
        self.is_known = entry.listed.level is Level.IMAGE
        """Whether the rows below are there."""

    @property
    def listed(self) -> Listed:
        """What it stands for."""
        return self.entry.listed

    def text(self, column: int) -> str:
        return self.entry.cells.texts[column]

    def sort_value(self, column: int) -> str | float:
        """Of rows below others; those at the top come in order."""
        cells, values = self.entry.cells, self.entry.listed.values
        if column == NAME and cells.number is not None:
            return f"{cells.number:012}"
        number = values.get({INSTANCES: "instances", SIZE: "bytes"}.get(column, ""))
        return f"{number:020}" if isinstance(number, int) else cells.texts[column].casefold()

    def parts(self, column: int) -> tuple[Part, ...] | None:
        if column != NAME:
            return None
        weight = Weight.STRONG if self.listed.level in {Level.PATIENT, Level.STUDY} else Weight.PLAIN
        cells = self.entry.cells
        identity = (Part(cells.identity, Weight.QUIET),) if cells.identity else ()
        return (Part(cells.texts[NAME], weight), *identity)

    def mark(self, column: int) -> Mark | None:
        if column != NAME or not self.entry.conflict:
            return None
        return Mark("warning", "", Tone.WARNING)

    def spoken(self, column: int) -> str:
        said = super().spoken(column)
        return f"{said}, {conflict_text(self.entry.conflict)}" if column == NAME and self.entry.conflict else said

    def tip(self, column: int) -> str:
        if column == NAME and self.entry.conflict:
            return conflict_text(self.entry.conflict)
        return self.text(column) if column in {NAME, DESCRIPTION} else ""

    def unfetched(self) -> int:
        return 0 if self.is_known else 1

    def ancestor(self, level: Level) -> "EntryNode | None":
        """The row of a level that this one is below of, or is."""
        node: Node | None = self
        while isinstance(node, EntryNode):
            if node.listed.level is level:
                return node
            node = node.parent
        return None


class NoteNode(Node):
    """A sentence in the place of rows: they are read, there are none, or it did not work."""

    __slots__ = ("_mark",)

    def __init__(self, word: str, icon: str = "waiting", tone: Tone = Tone.QUIET) -> None:
        super().__init__()
        self._mark = Mark(icon, word, tone)

    @property
    def is_trouble(self) -> bool:
        """Whether something did not work."""
        return self._mark.tone is Tone.BAD

    def text(self, column: int) -> str:
        return self._mark.word if column == NAME else ""

    def mark(self, column: int) -> Mark | None:
        return self._mark if column == NAME else None

    def tip(self, column: int) -> str:
        return self._mark.word


def conflict_text(words: Sequence[str]) -> str:
    """Say what a row contradicts."""
    known = {
        "other-patient": _say("another patient has the same UID, too"),
        "other-name": _say("its instances name the patient differently"),
        "other-study": _say("another study has this instance, too"),
        "other-series": _say("another series has this instance, too"),
    }
    return "; ".join(known.get(word, word) for word in words)


def _say(text: str) -> str:
    return QCoreApplication.translate("archive_nodes", text)
