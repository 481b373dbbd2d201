"""Responses on stdout: DICOM JSON lines, a table, CSV."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from dicomdesk.cli.findscu.options import Form
from dicomdesk.dicom.documents.data_set import CHARACTER_SET, DataSet, Element, Item
from dicomdesk.dicom.documents.dicom_json import json_object
from dicomdesk.dicom.documents.dump import UNKNOWN_NAME, element_name
from dicomdesk.dicom.documents.element_text import text_values
from dicomdesk.dicom.documents.value_text import STRING_VRS, shown_tag, words_text
from dicomdesk.human import printable

__all__ = ["Column", "FormWriter", "columns_of"]

_LEFT_OUT = frozenset((CHARACTER_SET, 0x00080052))
"""Specific Character Set and Query/Retrieve Level: they are the same in every response, or of no use there."""
_SAMPLE = 200
"""Rows that a table waits for, so that its columns are as wide as they need."""
_WIDEST = 40
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Column:
    """One key that was asked for, at the top or in an item."""

    path: tuple[tuple[int, int], ...]
    """Tags of sequences with the number of an item."""
    tag: int
    name: str

    def value_in(self, data_set: DataSet) -> str:
        """Its value in a response, several joined by backslashes; "" where it is not there."""
        item: Item = data_set
        for tag, number in self.path:
            sequence = item.elements.get(tag)
            if sequence is None or sequence.items is None or number >= len(sequence.items):
                return ""
            item = sequence.items[number]
        element = item.elements.get(self.tag)
        return _text(element, data_set.character_set) if element is not None else ""


def columns_of(identifiers: Sequence[DataSet]) -> list[Column]:
    """A column for each key that the identifiers ask for, in the order of their tags."""
    found: dict[tuple[tuple[tuple[int, int], ...], int], Column] = {}
    for identifier in identifiers:
        for column in _columns(identifier, (), ""):
            found.setdefault((column.path, column.tag), column)
    return sorted(found.values(), key=lambda column: (*column.path, (column.tag, -1)))


def _columns(item: Item, path: tuple[tuple[int, int], ...], prefix: str) -> Iterator[Column]:
    for element in item.in_order():
        if element.tag in _LEFT_OUT or not element.tag & 0xFFFF:
            continue
        name = element_name(element)
        name = prefix + (shown_tag(element.tag) if name == UNKNOWN_NAME else name)
        if element.items is None:
            yield Column(path, element.tag, name)
        for number, inner in enumerate(element.items or ()):
            yield from _columns(inner, (*path, (element.tag, number)), f"{name}[{number}].")


def _text(element: Element, character_set: bytes) -> str:
    if element.items is not None:
        return ""
    if element.vr in STRING_VRS:
        return "\\".join(text_values(element, character_set))
    text = words_text(element)
    return element.value.hex() if text is None else text


class FormWriter:
    """Gives responses to ``write`` as text; False from there ends it. For the main thread."""

    def __init__(self, form: Form, columns: Sequence[Column], write: Callable[[str], bool]) -> None:
        self._form = form
        self._columns = columns
        self._write = write
        self._pending: list[str] = []
        self._rows: list[list[str]] = []
        self._widths: list[int] | None = None
        self.is_lost = False
        """Whether some could not be written, and somebody misses them."""
        if form is Form.CSV:
            self._pending.append(_csv_line([column.name for column in columns]))

    @property
    def is_wanted(self) -> bool:
        """Whether there is anything to write."""
        return self._form is not Form.NONE

    def take(self, data_set: DataSet) -> None:
        """Take one response; ``flush`` writes it."""
        if self._form is Form.JSON:
            self._pending.append(json.dumps(json_object(data_set), ensure_ascii=False, separators=(",", ":")) + "\n")
            return
        row = [column.value_in(data_set) for column in self._columns]
        if self._form is Form.CSV:
            self._pending.append(_csv_line([_harmless(cell) for cell in row]))
            return
        self._rows.append([printable(cell) for cell in row])
        if self._widths is not None or len(self._rows) >= _SAMPLE:
            self._lay_out()

    def flush(self) -> None:
        """Write what was taken, as far as the form lets it."""
        if self._pending and not self.is_lost:
            self.is_lost = not self._write("".join(self._pending))
        self._pending.clear()

    def end(self) -> None:
        """Write all that was taken."""
        if self._form is Form.TABLE:
            self._lay_out()
        self.flush()

    def _lay_out(self) -> None:
        """Turn the waiting rows into lines; the first time also the heading."""
        if self._widths is None:
            names = [column.name for column in self._columns]
            self._widths = [
                max(len(name), *(min(_width(row[place]), _WIDEST) for row in self._rows), 0)
                for place, name in enumerate(names)
            ]
            self._pending += [self._table_line(names), self._table_line(["-" * width for width in self._widths])]
        self._pending += map(self._table_line, self._rows)
        self._rows.clear()

    def _table_line(self, cells: Sequence[str]) -> str:
        widths = self._widths or ()
        padded = (cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True))
        return "  ".join(padded).rstrip() + "\n"


def _width(text: str) -> int:
    """Columns that a text takes on a terminal, as far as that is known."""
    return len(text) if text.isascii() else len(text) + sum(east_asian_width(letter) in "WF" for letter in text)


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    is_formula = cell.startswith(_FORMULA) and not cell.lstrip("+-").replace(".", "", 1).isdigit()
    return f"'{cell}" if is_formula else cell
