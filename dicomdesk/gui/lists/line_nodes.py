"""Rows of a list: what each line asks for, and what has come of it."""

from collections.abc import Sequence
from enum import IntEnum

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.dicom.lists.entries import ListEntry
from dicomdesk.engine.lists.results import LineResult, LineState
from dicomdesk.gui import wording
from dicomdesk.gui.outline.model import Column, Mark, Node, Part, Weight
from dicomdesk.gui.theme import Tone

__all__ = ["LineColumn", "LineNode", "line_columns", "state_mark"]


def _say(text: str) -> str:
    return QCoreApplication.translate("lists", text)


class LineColumn(IntEnum):
    """Columns, in their order."""

    LINE = 0
    VALUE = 1
    STATE = 2
    MATCHES = 3
    INSTANCES = 4
    REASON = 5


def line_columns() -> Sequence[Column]:
    """The columns of the rows."""
    return (
        Column(title=_say("Line"), width=64, is_number=True),
        Column(title=_say("Asks for"), width=270),
        Column(title=_say("State"), width=112),
        Column(title=_say("Found"), width=60, is_number=True, yields=1),
        Column(title=_say("Instances"), width=104, is_number=True, yields=2),
        Column(title=_say("Why"), width=240),
    )


def state_mark(state: LineState) -> Mark:
    """The mark of a state."""
    icon, word, tone = {
        LineState.WAITING: ("waiting", _say("To do"), Tone.QUIET),
        LineState.FOUND: ("accepted", _say("Found"), Tone.GOOD),
        LineState.AMBIGUOUS: ("warning", _say("Ambiguous"), Tone.WARNING),
        LineState.NOT_FOUND: ("skipped", _say("Not found"), Tone.WARNING),
        LineState.FETCHED: ("stored", _say("Fetched"), Tone.GOOD),
        LineState.INCOMPLETE: ("warning", _say("Incomplete"), Tone.BAD),
        LineState.FAILED: ("failed", _say("Failed"), Tone.BAD),
    }[state]
    return Mark(icon, word, tone)


_LONGEST_OTHER = 60


def _other_text(cell: str) -> str:
    """A cell beside those that are asked for: names as everywhere else."""
    return (wording.person_name_text(cell) if "^" in cell else human.printable(cell))[:_LONGEST_OTHER]


_ORDER = {state: number for number, state in enumerate(LineState)}


class LineNode(Node):
    """One line."""

    __slots__ = ("entry", "is_short", "is_under_way", "result")

    def __init__(self, entry: ListEntry, *, digits: int = 0) -> None:
        """``digits`` is how many its number should have, where a spreadsheet seems to have dropped zeros."""
        super().__init__()
        self.entry = entry
        self.result = LineResult(number=entry.number)
        self.is_under_way = False
        self.is_short = any(len(each.value) < digits and each.value.isdigit() for each in entry.values)

    def text(self, column: int) -> str:
        result = self.result
        match column:
            case LineColumn.LINE:
                return wording.count_text(self.entry.line)
            case LineColumn.VALUE:
                return self.entry.text or human.printable(" ".join(filter(None, self.entry.cells)))[:200]
            case LineColumn.STATE:
                return self._state().word
            case LineColumn.MATCHES:
                return wording.count_text(result.matches) if result.attempts else ""
            case LineColumn.INSTANCES:
                return self._instances()
            case _:
                return human.printable(result.reason or self._plan())

    def sort_value(self, column: int) -> str | float:
        result = self.result
        match column:
            case LineColumn.LINE:
                return self.entry.line
            case LineColumn.STATE:
                return _ORDER[result.state]
            case LineColumn.MATCHES:
                return result.matches
            case LineColumn.INSTANCES:
                return -1 if result.stored is None else result.stored
            case _:
                return self.text(column).casefold()

    def mark(self, column: int) -> Mark | None:
        if column == LineColumn.REASON and self.is_short and self.is_open and not self.entry.fault:
            return Mark("warning", self.text(column), Tone.WARNING)
        return self._state() if column == LineColumn.STATE else None

    def parts(self, column: int) -> tuple[Part, ...] | None:
        if column == LineColumn.VALUE:
            return self._value_parts()
        if column == LineColumn.REASON:
            return (Part(self.text(column), Weight.QUIET),)
        return None

    def tip(self, column: int) -> str:
        if column == LineColumn.REASON:
            return self.text(column)
        if column == LineColumn.VALUE:
            return human.printable("  ".join(filter(None, self.entry.cells)))
        return ""

    def passes(self, states: Sequence[LineState], words: Sequence[str]) -> bool:
        """Whether it passes a filter: any of the states (none: all), and all of the words, folded."""
        if states and self.result.state not in states:
            return False
        text = " ".join((*self.entry.cells, self.result.reason, self._state().word)).casefold() if words else ""
        return all(word in text for word in words)

    @property
    def is_open(self) -> bool:
        """Whether something may still come of it."""
        return self.result.state is LineState.WAITING

    def _value_parts(self) -> tuple[Part, ...]:
        """What it asks for, and quietly what else stands in the line."""
        asked = {value.value for value in self.entry.values}
        others = [_other_text(cell) for cell in self.entry.cells if cell and cell not in asked]
        parts = (Part(self.text(LineColumn.VALUE)),)
        return (*parts, Part("  ".join(others), Weight.QUIET)) if others and asked else parts

    def _state(self) -> Mark:
        if self.is_under_way:
            return Mark("receiving", _say("Under way"), Tone.ACTIVE)
        if self.is_open and self.entry.fault:
            return Mark("failed", _say("Cannot be asked"), Tone.BAD)
        return state_mark(self.result.state)

    def _plan(self) -> str:
        """What is known of it before anything was asked."""
        if not self.is_open:
            return ""
        if self.entry.fault:
            return self.entry.fault
        if self.entry.same_as:
            return _say("The same as an earlier line")
        return _say("Fewer digits than others") if self.is_short else ""

    def _instances(self) -> str:
        result = self.result
        if result.stored is None:
            return ""
        if result.announced is None:
            return wording.count_text(result.stored)
        return _say("{stored} of {announced}").format(
            stored=wording.count_text(result.stored), announced=wording.count_text(result.announced)
        )
