"""The lexical layer of association negotiation profile files: sections and entries, as DCMTK reads them.

A file is a sequence of ``[[SECTION]]``, ``[SUBSECTION]`` and ``KEY = VALUE``. Names and keys are folded: upper case,
and only letters, digits, ``_`` and ``-`` count. A key extends to the next ``=``, over line ends; a line that begins
with a blank continues the value before it; ``#`` in the first column makes a line a comment.
"""

import string
from bisect import bisect_right
from dataclasses import field
from typing import NamedTuple

from dicomdesk.records import dataclass

_KEY_CHARACTERS = frozenset(string.ascii_letters + string.digits + "_-")
_SPACE = " \t\n"
_BLANKS = (" ", "\t")


@dataclass(slots=True)
class Subsection:
    """One ``[SUBSECTION]`` with its entries."""

    name: str
    entries: dict[str, str]
    """The first value given for each key."""
    line: int = field(default=0, compare=False)
    """Where it begins, from 1."""
    lines: dict[str, int] = field(default_factory=dict, compare=False)
    """Where the entries begin."""

    def numbered(self, key: str) -> list[tuple[str, str]]:
        """Return (key, value) of KEY1, KEY2 ... up to the first that is missing."""
        found: list[tuple[str, str]] = []
        while (value := self.entries.get(f"{key}{len(found) + 1}")) is not None:
            found.append((f"{key}{len(found) + 1}", value))
        return found


class Section(NamedTuple):
    """One ``[[SECTION]]`` with its subsections in order; several may have the same name."""

    name: str
    subsections: list[Subsection]


def fold_key(text: str) -> str:
    """Return the form in which names of sections and keys are compared."""
    return "".join(c for c in text if c in _KEY_CHARACTERS).upper()


def read_sections(text: str) -> list[Section]:
    """Read a whole file; there are no errors on this level, only surprising readings."""
    return _Reader(text).read()


class _Lines:
    """A text without its comments, and which line of the file each place of it is."""

    def __init__(self, text: str) -> None:
        kept: list[str] = []
        self._begins: list[int] = []
        """Where the lines that are kept begin."""
        self._numbers: list[int] = []
        """Their numbers in the file, from 1."""
        begin = 0
        lines = text.replace("\0", " ").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for number, line in enumerate(lines, 1):
            if not line.startswith("#"):
                kept.append(line)
                self._begins.append(begin)
                self._numbers.append(number)
                begin += len(line) + 1
        self.text = "\n".join(kept)

    def number(self, position: int) -> int:
        """The line of the file that the position of the text is in."""
        return self._numbers[bisect_right(self._begins, position) - 1] if self._begins else 0


class _Reader:
    """Reads the text from front to end, once."""

    def __init__(self, text: str) -> None:
        self._lines = _Lines(text)
        self._text = self._lines.text
        self._position = 0
        self._sections: list[Section] = []

    def read(self) -> list[Section]:
        while self._skip_space():
            if self._text[self._position] == "[":
                self._read_head()
            else:
                self._read_entry()
        return self._sections

    def _skip_space(self) -> bool:
        """Go to the next visible character; False at the end."""
        while self._position < len(self._text) and self._text[self._position] in _SPACE:
            self._position += 1
        return self._position < len(self._text)

    def _read_until(self, end: str) -> str:
        """Return what comes before the next ``end``, and go behind that."""
        found = self._text.find(end, self._position)
        stop = len(self._text) if found < 0 else found
        text = self._text[self._position : stop]
        self._position = stop + 1
        return text

    def _read_head(self) -> None:
        line = self._lines.number(self._position)
        level = 0
        while self._skip_space() and self._text[self._position] == "[":
            self._position += 1
            level += 1
        name = fold_key(self._read_until("]"))
        for _ in range(level - 1):
            self._read_until("]")
        if level >= 2:
            self._sections.append(Section(name, []))
        elif self._sections:
            self._sections[-1].subsections.append(Subsection(name, {}, line))

    def _read_entry(self) -> None:
        line = self._lines.number(self._position)
        key = fold_key(self._read_until("="))
        value = self._read_value()
        if self._sections and self._sections[-1].subsections:
            subsection = self._sections[-1].subsections[-1]
            subsection.entries.setdefault(key, value)
            subsection.lines.setdefault(key, line)

    def _read_value(self) -> str:
        lines: list[str] = []
        while True:
            while self._text.startswith(_BLANKS, self._position):
                self._position += 1
            line = self._read_until("\n")
            if line:
                lines.append(line)
            while self._text.startswith("\n", self._position):
                self._position += 1
            if not self._text.startswith(_BLANKS, self._position):
                return "\n".join(lines)
