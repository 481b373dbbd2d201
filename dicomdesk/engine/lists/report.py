"""Report on a list: CSV with one line for each line of the list, its own columns first, then what has come of it.

The columns behind its own are ``Line`` (of the list file), ``State`` (the values of ``LineState``), ``Matches``,
``Announced``, ``Stored``, ``Missing`` (numbers, or nothing where nobody has told), ``Reason``, ``UIDs`` (with blanks
between them) and ``Ended``. No cell can be taken for a formula.
"""

import os
from collections.abc import Iterator, Sequence

from dicomdesk.dicom.lists.csv_cells import csv_line, harmless_cell
from dicomdesk.dicom.lists.entries import ListEntry
from dicomdesk.engine.delivery.report_files import write_content
from dicomdesk.engine.lists.results import LineResult

__all__ = ["OWN_COLUMNS", "format_list_report", "write_list_report"]

OWN_COLUMNS = ("Line", "State", "Matches", "Announced", "Stored", "Missing", "Reason", "UIDs", "Ended")
_MARK = "\ufeff"
"""Spreadsheets know by it that text is UTF-8."""


def format_list_report(
    names: Sequence[str], entries: Sequence[ListEntry], results: Sequence[LineResult]
) -> Iterator[str]:
    """The lines of the report, each with its end; ``names`` are those of the list's columns, results as entries are."""
    yield csv_line([harmless_cell(name) for name in (*names, *OWN_COLUMNS)])
    for entry, result in zip(entries, results, strict=True):
        own = (*entry.cells, *[""] * (len(names) - len(entry.cells)))
        counts = (result.announced, result.stored, result.missing)
        told = (
            str(entry.line),
            result.state.value,
            str(result.matches) if result.attempts else "",
            *("" if count is None else str(count) for count in counts),
            result.reason,
            " ".join(result.uids),
            result.at,
        )
        yield csv_line([harmless_cell(cell) for cell in (*own, *told)])


def write_list_report(
    path: str | os.PathLike[str],
    names: Sequence[str],
    entries: Sequence[ListEntry],
    results: Sequence[LineResult],
) -> None:
    """Write the report to a file, which is replaced as a whole or not at all. Raises ReportError."""
    text = "".join(format_list_report(names, entries, results))
    mark = "" if text.isascii() else _MARK
    write_content(path, (mark + text).encode("utf-8", "surrogatepass"), "report on the list")
