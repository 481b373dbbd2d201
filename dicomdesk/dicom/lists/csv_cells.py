"""CSV as it is written for spreadsheets: no cell of it is taken for a formula."""

import csv
import io
from collections.abc import Sequence

__all__ = ["csv_line", "harmless_cell"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_line(cells: Sequence[str]) -> str:
    """One line of CSV with its end."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()


def harmless_cell(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe stands before what looks like one.

    Numbers with a sign stay as they are.
    """
    is_formula = cell.startswith(_FORMULA) and not cell.lstrip("+-").replace(".", "", 1).isdigit()
    return f"'{cell}" if is_formula else cell
