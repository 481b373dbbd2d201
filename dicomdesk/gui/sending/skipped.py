"""Rows of inputs that are not taken."""

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.gui import wording
from dicomdesk.gui.outline.model import Mark, Node, Part, Weight, mark_of
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.sending.group_node import LEFT, PROGRESS, RATE, SIZE, STATE, STORED, TITLE


def _say(text: str) -> str:
    return QCoreApplication.translate("send_nodes", text)


_NUMBERS = frozenset({STORED, SIZE, PROGRESS, RATE, LEFT})
"""Columns that are sorted by numbers."""


class SkippedNode(Node):
    """One input that is not taken."""

    __slots__ = ("path", "reason")

    def __init__(self, path: str, reason: str) -> None:
        super().__init__()
        self.path = human.printable(path)
        self.reason = human.printable(reason)

    def text(self, column: int) -> str:
        name = self.path.replace("\\", "/").rsplit("/", 1)[-1]
        return name if column == TITLE else mark_of(ItemState.SKIPPED).word if column == STATE else ""

    def parts(self, column: int) -> tuple[Part, ...] | None:
        return (Part(self.text(TITLE)), Part(self.reason, Weight.QUIET)) if column == TITLE else None

    def sort_value(self, column: int) -> str | float:
        return 0.0 if column in _NUMBERS else self.text(column).casefold()

    def mark(self, column: int) -> Mark | None:
        return mark_of(ItemState.SKIPPED) if column == STATE else None

    def tip(self, column: int) -> str:
        return f"{self.path}\n{self.reason}" if column == TITLE else ""


class SkippedGroupNode(Node):
    """All inputs that are not taken; only the first of very many are kept by name."""

    __slots__ = ("count", "inputs")

    opens: ClassVar[bool] = True
    most_kept: ClassVar[int] = 2000

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.inputs: list[SkippedNode] = []

    def add(self, path: str, reason: str) -> None:
        """Count an input that is not taken."""
        self.count += 1
        if len(self.inputs) < self.most_kept:
            self.inputs.append(SkippedNode(path, reason))

    def text(self, column: int) -> str:
        if column == TITLE:
            return _say("Files that are not sent")
        if column == STORED:
            return wording.count_text(self.count)
        return mark_of(ItemState.SKIPPED).word if column == STATE else ""

    def parts(self, column: int) -> tuple[Part, ...] | None:
        if column != TITLE:
            return None
        return (Part(self.text(TITLE), Weight.STRONG), Part(_say("not DICOM, or not readable"), Weight.QUIET))

    def sort_value(self, column: int) -> str | float:
        return 0.0 if column in _NUMBERS else self.text(column).casefold()

    def mark(self, column: int) -> Mark | None:
        return mark_of(ItemState.SKIPPED) if column == STATE else None

    def unfetched(self) -> int:
        return len(self.inputs) - len(self.children)

    def fetch(self, most: int) -> Sequence[Node]:
        first = len(self.children)
        return self.inputs[first : first + most]
