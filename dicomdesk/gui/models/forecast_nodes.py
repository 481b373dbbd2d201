"""Rows for a forecast of a transfer: a group of instances each, with verdict and reason."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.engine.forecast import ForecastGroup, Help, Verdict
from dicomdesk.gui import wording
from dicomdesk.gui.outline.model import Column, Mark, Node, Part, Weight
from dicomdesk.gui.theme import Tone

VERDICT, WHAT, ENCODING, COUNT, SIZE, WHY = range(6)
_ORDER = (Verdict.CANNOT_GO, Verdict.CONVERTED, Verdict.AS_IS)


def _say(text: str) -> str:
    return QCoreApplication.translate("forecast_nodes", text)


def forecast_columns() -> tuple[Column, ...]:
    """Return the columns, in the order of their numbers."""
    return (
        Column(title=_say("What happens"), width=262, grows=1),
        Column(title=_say("SOP class"), width=184),
        Column(title=_say("Encoding of the files"), width=180, yields=1),
        Column(title=_say("Instances"), width=76, is_number=True),
        Column(title=_say("Size"), width=76, is_number=True, yields=2),
        Column(title=_say("Why"), width=240),
    )


def verdict_mark(group: ForecastGroup) -> Mark:
    """Return how a verdict looks, in icon and words."""
    if group.verdict is Verdict.AS_IS:
        return Mark("stored", _say("As is"), Tone.GOOD)
    if group.verdict is Verdict.CANNOT_GO:
        return Mark("failed", _say("Cannot go"), Tone.BAD)
    name = wording.transfer_syntax_text(group.converted_to)
    return Mark("convert", _say("Converted to {syntax}").format(syntax=name), Tone.ACTIVE)


class ForecastNode(Node):
    """One group; opens to its first files."""

    __slots__ = ("group",)

    opens: ClassVar[bool] = True

    def __init__(self, group: ForecastGroup) -> None:
        super().__init__()
        self.group = group

    @property
    def needs_lossy_decompression(self) -> bool:
        """Whether allowing to decompress lossy images is all that it needs."""
        return self.group.verdict is Verdict.CANNOT_GO and self.group.helps == (Help.ALLOW_LOSSY_DECOMPRESSION,)

    def text(self, column: int) -> str:
        group = self.group
        return {
            VERDICT: verdict_mark(group).word,
            WHAT: _what(group),
            ENCODING: wording.transfer_syntax_text(group.transfer_syntax_uid) if group.transfer_syntax_uid else "",
            COUNT: wording.count_text(group.items),
            SIZE: human.size_text(group.size_bytes) if group.size_bytes else "",
            WHY: _sentence(group.reason),
        }[column]

    def sort_value(self, column: int) -> str | float:
        numbers: dict[int, float] = {
            VERDICT: _ORDER.index(self.group.verdict),
            COUNT: self.group.items,
            SIZE: self.group.size_bytes,
        }
        return float(numbers[column]) if column in numbers else self.text(column).casefold()

    def mark(self, column: int) -> Mark | None:
        return verdict_mark(self.group) if column == VERDICT else None

    def parts(self, column: int) -> tuple[Part, ...] | None:
        if column == WHAT:
            return (Part(self.text(column), Weight.STRONG),)
        return (Part(self.text(column), Weight.QUIET),) if column in {ENCODING, WHY} else None

    def tip(self, column: int) -> str:
        return self.text(column)

    def unfetched(self) -> int:
        return 0 if self.children else len(self.group.paths) + self._has_more()

    def fetch(self, most: int) -> Sequence[Node]:
        nodes = [PathNode(path) for path in self.group.paths[:most]]
        if self._has_more():
            more = wording.count_text(self.group.items - len(self.group.paths))
            nodes.append(PathNode("", _say("and {count} more").format(count=more)))
        return nodes

    def explanation(self) -> str:
        """Why, and what would help, in full."""
        return " ".join(_sentence(text) for text in (self.group.reason, self.group.advice) if text)

    def _has_more(self) -> bool:
        return 0 < len(self.group.paths) < self.group.items


class PathNode(Node):
    """One file of a group."""

    __slots__ = ("path", "word")

    def __init__(self, path: str, word: str = "") -> None:
        """``word`` stands for files that are not named."""
        super().__init__()
        self.path = human.printable(path)
        self.word = word or Path(self.path).name

    def text(self, column: int) -> str:
        return self.word if column == VERDICT else self.path if column == WHY else ""

    def sort_value(self, column: int) -> str | float:
        return float(self.row) if column in {VERDICT, COUNT, SIZE} else ""

    def parts(self, column: int) -> tuple[Part, ...] | None:
        return (Part(self.text(column), Weight.QUIET),)

    def tip(self, column: int) -> str:
        return self.path


def _what(group: ForecastGroup) -> str:
    if not group.sop_class_uid:
        return _say("Not readable")
    return wording.sop_class_text(group.sop_class_uid)


def _sentence(text: str) -> str:
    return wording.sentence(wording.capitalised(human.printable(text)))
