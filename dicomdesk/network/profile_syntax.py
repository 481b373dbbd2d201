"""The lexical layer of association negotiation profile files: sections and entries, as DCMTK reads them.

A file is a sequence of ``[[SECTION]]``, ``[SUBSECTION]`` and ``KEY = VALUE``. Names and keys are folded: upper case,
and only letters, digits, ``_`` and ``-`` count. A key extends to the next ``=``, over line ends; a line that begins
with a blank continues the value before it; ``#`` in the first column makes a line a comment.
"""

import string
from typing import NamedTuple

_KEY_CHARACTERS = frozenset(string.ascii_letters + string.digits + "_-")
_SPACE = " \t\n"
_BLANKS = (" ", "\t")


class Subsection(NamedTuple):
    """One ``[SUBSECTION]`` with its entries."""

    name: str
    entries: dict[str, str]
    """The first value given for each key."""

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


def _without_comments(text: str) -> str:
    lines = text.replace("\0", " ").replace("\r", "\n").split("\n")
    return "\n".join(line for line in lines if not line.startswith("#"))


class _Reader:
    """Reads the text from front to end, once."""

    def __init__(self, text: str) -> None:
        self._text = _without_comments(text)
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
            self._sections[-1].subsections.append(Subsection(name, {}))

    def _read_entry(self) -> None:
        key = fold_key(self._read_until("="))
        value = self._read_value()
        if self._sections and self._sections[-1].subsections:
            self._sections[-1].subsections[-1].entries.setdefault(key, value)

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
