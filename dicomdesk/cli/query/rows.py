"""Rows on stdout as a table or as CSV, and lines as they are."""

import csv
import io
from collections.abc import Callable, Sequence
from unicodedata import east_asian_width

from dicomdesk.cli.query.options import Form
from dicomdesk.human import printable

__all__ = ["RowWriter"]

_WIDEST = 40
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class RowWriter:
    """Gives rows to ``write`` as text; False from there ends it. For the main thread.

    The columns of a table are as wide as what was taken before ``flush``, and grow with what is taken later: nothing
    waits for its neighbours.
    """

    def __init__(self, form: Form, names: Sequence[str], write: Callable[[str], bool]) -> None:
        """``names`` are those of the columns."""
        self._form = form
        self._names = names
        self._write = write
        self._pending: list[str] = []
        self._rows: list[list[str]] = []
        self._widths: list[int] | None = None
        self.is_lost = False
        """Whether some could not be written, and somebody misses them."""
        if form is Form.CSV:
            self._pending.append(_csv_line(names))

    def take_line(self, line: str) -> None:
        """Take a line as it is, without its end."""
        self._pending.append(line + "\n")

    def take_row(self, cells: Sequence[str]) -> None:
        """Take a row, with a cell for each column."""
        if self._form is Form.CSV:
            self._pending.append(_csv_line([_harmless(cell) for cell in cells]))
        else:
            self._rows.append([printable(cell) for cell in cells])

    def flush(self) -> None:
        """Write what was taken."""
        if self._rows:
            self._lay_out()
        if self._pending and not self.is_lost:
            self.is_lost = not self._write("".join(self._pending))
        self._pending.clear()

    def end(self) -> None:
        """Write what was taken, and the heading of a table without rows."""
        if self._form is Form.TABLE and self._widths is None:
            self._lay_out()
        self.flush()

    def _lay_out(self) -> None:
        """Turn the waiting rows into lines; the first time also the heading."""
        is_first = self._widths is None
        widths = self._widths or [len(name) for name in self._names]
        for row in self._rows:
            widths = [max(width, min(_width(cell), _WIDEST)) for width, cell in zip(widths, row, strict=True)]
        self._widths = widths
        if is_first:
            self._pending += [self._table_line(self._names), self._table_line(["-" * width for width in widths])]
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
    """A cell that no spreadsheet takes for a formula, nor for the end of a text."""
    cell = cell.replace("\0", "\N{REPLACEMENT CHARACTER}")
    is_formula = cell.startswith(_FORMULA) and not cell.lstrip("+-").replace(".", "", 1).isdigit()
    return f"'{cell}" if is_formula else cell
