"""Rows of a sheet of an OpenDocument spreadsheet (.ods), read as a stream (OASIS OpenDocument 1.2, part 1, 9.1)."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from xml.etree.ElementTree import Element, ParseError, iterparse

from dicomdesk.dicom.lists.csv_rows import tidy_cell
from dicomdesk.dicom.lists.rows import MOST_CELLS, MOST_ROWS, Row, Rows
from dicomdesk.errors import DataError
from dicomdesk.human import printable
from dicomdesk.records import dataclass

__all__ = ["read_open_document"]

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_MOST_REPEATS = 1 << 20
_MOST_CHILDREN = 20_000
"""Of one element, rows not counted."""
_DEEPEST = 100
"""Elements within each other."""


@dataclass(slots=True)
class _Sheet:
    name: str
    rows: list[Row]
    line: int = 1
    """Of the next row."""


def read_open_document(content: bytes, sheet: str = "") -> Rows:
    """Read a sheet, "" for the first that has anything; raises DataError, a predicate without subject.

    The package was checked to be of a reasonable size.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package, package.open("content.xml") as member:
            events = iterparse(member, events=("start", "end"))  # noqa: S314 - expat bounds what entities grow to
            sheets = list(_sheets(events))
    except DataError:
        raise
    except (LookupError, ParseError, zipfile.BadZipFile, OSError, ValueError, RuntimeError, EOFError) as error:
        raise DataError(f"is a spreadsheet that is damaged: {printable(str(error))[:100]}") from error
    return _choose(sheets, sheet)


def _choose(sheets: list[_Sheet], wanted: str) -> Rows:
    names = tuple(one.name for one in sheets)
    found = [one for one in sheets if one.name == wanted] if wanted else sheets
    if not found:
        said = f"no sheet {printable(wanted)}, only {', '.join(map(printable, names))}" if wanted else "no sheet"
        raise DataError(f"has {said}")
    chosen = next((one for one in found if one.rows), found[0])
    told = f", the first of {len(names)} sheets with content" if len(names) > 1 and not wanted else ""
    description = f"Spreadsheet, sheet {printable(chosen.name)}{told}"
    return Rows(rows=tuple(chosen.rows), description=description, sheets=names)


def _sheets(events: Iterator[tuple[str, Element]]) -> Iterator[_Sheet]:
    """All sheets; what was read of each row is dropped at once."""
    sheet: _Sheet | None = None
    above: list[Element] = []
    tables = 0
    for event, node in events:
        if event == "start":
            above.append(node)
            if len(above) > _DEEPEST:
                raise DataError("is a spreadsheet that is damaged: it is too deep")
            if node.tag == f"{_TABLE}table":
                tables += 1  # a cell may hold a table of its own
                sheet = _Sheet(node.get(f"{_TABLE}name") or "", []) if tables == 1 else sheet
            continue
        above.pop()
        if node.tag == f"{_TABLE}table":
            tables -= 1
            if tables == 0 and sheet is not None:
                yield sheet
        elif node.tag == f"{_TABLE}table-row" and tables == 1 and sheet is not None:
            _take_row(sheet, node)
            above[-1].remove(node)
        if above and len(above[-1]) > _MOST_CHILDREN:
            raise DataError(f"has more than {MOST_CELLS:,} columns in line {sheet.line if sheet is not None else 0}")


def _take_row(sheet: _Sheet, node: Element) -> None:
    cells: list[str] = []
    for cell in node:
        if cell.tag in _CELLS:
            times = min(_repeats(cell, "number-columns-repeated"), MOST_CELLS - len(cells))
            cells += [_text(cell)] * times
    while cells and not cells[-1]:
        cells.pop()
    times = _repeats(node, "number-rows-repeated")
    if cells:
        if len(sheet.rows) + times > MOST_ROWS:
            raise DataError(f"has more than {MOST_ROWS:,} rows")
        sheet.rows += [Row(sheet.line + number, tuple(cells)) for number in range(times)]
    sheet.line += times


def _repeats(node: Element, name: str) -> int:
    with suppress(ValueError):
        return max(1, min(int(node.get(f"{_TABLE}{name}") or "1"), _MOST_REPEATS))
    return 1


def _text(cell: Element) -> str:
    """What a cell holds, as it is to be asked for: numbers of digits as they are shown, dates as in DICOM."""
    shown = tidy_cell("\n".join("".join(part.itertext()) for part in cell.iter(f"{_TEXT}p")))
    match cell.get(f"{_OFFICE}value-type"):
        case "float" if not (shown.isascii() and shown.isdigit()):
            return _number_text(cell.get(f"{_OFFICE}value") or shown)
        case "date":
            return "".join(sign for sign in (cell.get(f"{_OFFICE}date-value") or shown)[:10] if sign.isdigit())
        case _:
            return shown


def _number_text(value: str) -> str:
    with suppress(ValueError, OverflowError):
        number = float(value)
        return str(int(number)) if number == int(number) else value
    return tidy_cell(value)
