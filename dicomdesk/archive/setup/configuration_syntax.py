"""Lexical layer of the archive's configuration: lines, values and tables, as DCMTK reads them."""

from dataclasses import field

from dicomdesk.records import dataclass

__all__ = ["TABLES", "Line", "Table", "Value", "read_lines", "split_values"]

TABLES = ("HostTable", "VendorTable", "AETable", "AccessTable", "RetentionTable", "ObjectTable")
_QUOTES = frozenset("\"'()")
_GAP = frozenset(" \t\r\f\v=,")


@dataclass(frozen=True, slots=True)
class Value:
    """Value in a line."""

    text: str
    is_quoted: bool = False
    """Whether it stood between quotes or brackets."""

    def parts(self) -> list[str]:
        """The values within a quoted value."""
        return [part.text for part in split_values(self.text)]


@dataclass(frozen=True, slots=True)
class Line:
    """Line with its values."""

    number: int
    """From 1."""
    name: str
    """The mnemonic, or the first value of a table's entry."""
    values: list[Value]


@dataclass(slots=True)
class Table:
    """Table; several may have the same name."""

    name: str
    lines: list[Line] = field(default_factory=list)


def read_lines(text: str) -> tuple[list[Line], list[Table], list[str]]:
    """The lines outside of tables, the tables in order, and what is wrong with the order of their begins and ends."""
    reader = _Lines()
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and not line.startswith("#"):
            reader.take(number, line)
    reader.end(text.rstrip("\n").count("\n") + 1)
    return reader.lines, reader.tables, reader.problems


def split_values(text: str) -> list[Value]:
    """Split what follows a mnemonic; a quote that is not closed extends to the end."""
    values: list[Value] = []
    position = 0
    while position < len(text):
        character = text[position]
        if character in _GAP:
            position += 1
        elif character in _QUOTES:
            end = position + 1
            while end < len(text) and text[end] not in _QUOTES:
                end += 1
            values.append(Value(text[position + 1 : end].strip(), is_quoted=True))
            position = end + 1
        else:
            end = position
            while end < len(text) and text[end] not in _GAP:
                end += 1
            values.append(Value(text[position:end]))
            position = end
    return values


class _Lines:
    """Splits the lines into those of tables and the others."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.tables: list[Table] = []
        self.problems: list[str] = []
        self._open: Table | None = None

    def take(self, number: int, text: str) -> None:
        words = text.split(maxsplit=1)
        if words[0] in TABLES:
            self._take_head(number, words[0], words[1].split()[0] if len(words) > 1 else "")
        elif self._open is None:
            values = split_values(words[1]) if len(words) > 1 else []
            self.lines.append(Line(number, words[0], values))
        else:
            values = split_values(text)
            if values:
                self._open.lines.append(Line(number, values[0].text, values[1:]))

    def end(self, number: int) -> None:
        if self._open is not None:
            self._problem(f'No "{self._open.name} END"', number)

    def _take_head(self, number: int, name: str, status: str) -> None:
        if status == "BEGIN":
            if self._open is not None:
                self._problem(f'No "{self._open.name} END" before "{name} BEGIN"', number)
            self._open = Table(name)
            self.tables.append(self._open)
        elif status != "END":
            kind = "Unknown" if self._open is None else "Illegal"
            self._problem(f'{kind} {name} status "{status}"', number)
        elif self._open is None:
            self._problem(f'No "{name} BEGIN" before END', number)
        elif self._open.name != name:
            self._problem(f'No "{self._open.name} END" before "{name} END"', number)
            self._open = None
        else:
            self._open = None

    def _problem(self, text: str, number: int) -> None:
        self.problems.append(f"{text} in configuration file, line {number}")
