"""Rows of the elements of one instance, made when they are looked at, and the search among them."""

import re
from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.dicom.files.element_tree import MOST_VALUE_BYTES, ElementRow
from dicomdesk.gui import wording
from dicomdesk.gui.outline.model import Column, Node, Part, Weight
from dicomdesk.records import dataclass

TAG, NAME, VR, SIZE, VALUE = range(5)

MOST_FOUND = 1000
"""Rows that a search shows; of more the first."""
MOST_TOP_ROWS = 20_000
_MOST_PAINTED = 300
"""Characters of a value in its column."""
_WORD_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_")


def _say(text: str) -> str:
    return QCoreApplication.translate("element_nodes", text)


def element_columns() -> tuple[Column, ...]:
    """Return the columns, in the order of their numbers."""
    return (
        Column(title=_say("Tag"), width=156),
        Column(title=_say("Name"), width=236),
        Column(title=_say("VR"), width=48),
        Column(title=_say("Length"), width=84, is_number=True, yields=1),
        Column(title=_say("Value"), width=300),
    )


class ElementNode(Node):
    """One element or item; what is below it becomes rows when it is opened."""

    __slots__ = ("element", "kept")

    opens: ClassVar[bool] = True

    def __init__(self, element: ElementRow, kept: "list[ElementNode] | None" = None) -> None:
        """``kept`` are the rows below that a search has found, with ways to what it has found; None for all."""
        super().__init__()
        self.element = element
        self.kept = kept

    def unfetched(self) -> int:
        below = self.element.children if self.kept is None else self.kept
        return len(below) - len(self.children)

    def fetch(self, most: int) -> Sequence[Node]:
        start = len(self.children)
        if self.kept is not None:
            return self.kept[start : start + most]
        return [ElementNode(row) for row in self.element.children[start : start + most]]

    def text(self, column: int) -> str:
        element = self.element
        match column:
            case 0:
                return _say("Item {number}").format(number=element.name) if element.is_item else element.shown_tag
            case 1:
                return "" if element.is_item else element_words(element)
            case 2:
                return element.vr
            case 3:
                return "" if element.children or element.is_item else wording.count_text(element.size_bytes)
        value = element.value[:_MOST_PAINTED]
        return f"{value}…" if element.is_cut or len(value) < len(element.value) else value

    def parts(self, column: int) -> tuple[Part, ...] | None:
        if column == VALUE and (self.element.children or self.element.is_item):
            return (Part(self.element.value, Weight.QUIET),)
        if column == NAME and not self.element.name:
            return (Part(self.text(column), Weight.QUIET),)
        return None

    def sort_value(self, column: int) -> str | float:
        if column == TAG:
            return float(int(self.element.name) if self.element.is_item else self.element.tag)
        return float(self.element.size_bytes) if column == SIZE else self.text(column).casefold()

    def tip(self, column: int) -> str:
        return self.text(column) if column in {NAME, VALUE} else ""

    def line(self) -> str:
        """The whole row as one line, with the value as far as it was read."""
        tag = f"({self.element.shown_tag})" if self.element.shown_tag else self.text(TAG)
        return "\t".join((tag, self.text(NAME), self.element.vr, self.element.value))

    def cut_text(self) -> str:
        """How much of the value is there, "" where it is whole."""
        if not self.element.is_cut:
            return ""
        return _say("The value has {size}; at most the first {most} of it are shown.").format(
            size=human.size_text(self.element.size_bytes), most=human.size_text(MOST_VALUE_BYTES)
        )


def element_words(element: ElementRow) -> str:
    """Return "Patient Birth Date" for PatientBirthDate, and what is known of elements without a keyword."""
    if element.name:
        return _WORD_BREAK.sub(" ", element.name)
    return _say("private") if element.tag & 0x10000 else _say("unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search has found."""

    nodes: list[ElementNode]
    """Those at the top, with the ways to all that was found."""
    count: int
    """Elements that fit, shown or not."""


def top_nodes(rows: Sequence[ElementRow]) -> list[ElementNode]:
    """Return the rows at the top; for any thread."""
    return [ElementNode(row) for row in rows[:MOST_TOP_ROWS]]


def find_nodes(rows: Sequence[ElementRow], words: Sequence[str]) -> Found:
    """Return the rows that have all of the folded words in tag, name, VR or value, and those above; for any thread.

    Nesting costs no stack.
    """
    found = 0
    top: list[ElementNode] = []
    waiting: list[tuple[list[ElementNode], ElementRow | None, Sequence[ElementRow], int]] = [(top, None, rows, 0)]
    while waiting:
        made, owner, below, at = waiting.pop()
        if at == len(below):
            if owner is not None and made:
                waiting[-1][0].append(ElementNode(owner, made))
            continue
        waiting.append((made, owner, below, at + 1))
        row = below[at]
        if _fits(row, words):
            found += 1
            if found <= MOST_FOUND:
                made.append(ElementNode(row))
                continue
        if row.children:
            waiting.append(([], row, row.children, 0))
    return Found(nodes=top, count=found)


def _fits(row: ElementRow, words: Sequence[str]) -> bool:
    if row.is_item:
        return False
    tag = row.shown_tag
    text = f"{tag} {tag.replace(',', '')} {row.name} {element_words(row)} {row.vr} {row.value}".casefold()
    return all(word in text for word in words)


def search_words(text: str) -> list[str]:
    """Return what was typed, folded, word by word; a tag may be in parentheses."""
    return [word.strip("()") or word for word in text.casefold().split()]
