"""Rows of a sheet of a spreadsheet: .xlsx by openpyxl, which the extra ``spreadsheets`` brings, and .ods.

The old .xls is not read: such a list can be saved as one of these or as CSV.
"""

import io
import math
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from dicomdesk.dicom.lists.csv_rows import tidy_cell
from dicomdesk.dicom.lists.open_document_rows import read_open_document
from dicomdesk.dicom.lists.rows import MOST_CELLS, MOST_ROWS, Row, Rows
from dicomdesk.errors import DataError
from dicomdesk.human import printable

__all__ = ["read_spreadsheet"]

_MOST_MEMBERS = 5_000
_LARGEST_UNPACKED = 256 * 1024 * 1024
_SMALL, _MOST_TIMES = 8 * 1024 * 1024, 200
"""A member that is not small grows no more than so many times when it is unpacked."""
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
_EXACT_DIGITS = 15
"""Digits of a number that a spreadsheet keeps."""


def read_spreadsheet(content: bytes, sheet: str = "") -> Rows:
    """Read a sheet, "" for the first that has anything; raises DataError, a predicate without subject."""
    if _is_open_document(content):
        return read_open_document(content, sheet)
    try:
        from openpyxl import load_workbook  # noqa: PLC0415 - only where there is a spreadsheet; it may be missing
    except ImportError as error:
        raise DataError(
            "is a spreadsheet, for which the Python package openpyxl is needed: install dicomdesk[spreadsheets], "
            "or save the list as CSV"
        ) from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of extensions that are of no interest here
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            try:
                return _read_book(book, sheet)
            finally:
                book.close()
    except DataError:
        raise
    except Exception as error:  # its readers raise whatever a file leads them to
        raise DataError(f"is a spreadsheet that is damaged: {printable(str(error))[:100]}") from error


def _is_open_document(content: bytes) -> bool:
    """Whether this is an .ods file and no .xlsx; raises DataError where it is neither, or too large once unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = package.infolist()
            kind = package.read("mimetype")[:200] if any(one.filename == "mimetype" for one in members[:3]) else b""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise DataError("is a damaged ZIP file") from error
    names = {member.filename for member in members[:_MOST_MEMBERS]}
    is_open_document = kind.startswith(_OPEN_DOCUMENT)
    if not is_open_document and not any(name.lower().startswith("xl/") for name in names):
        raise DataError("is a ZIP file, and no spreadsheet")
    is_swollen = any(one.file_size > max(_SMALL, _MOST_TIMES * one.compress_size) for one in members)
    if is_swollen or len(members) > _MOST_MEMBERS or sum(one.file_size for one in members) > _LARGEST_UNPACKED:
        raise DataError("is a spreadsheet that is too large once it is unpacked")
    return is_open_document


def _read_book(book: Any, wanted: str) -> Rows:
    sheets = [one for one in book.worksheets if one.sheet_state == "visible"] or list(book.worksheets)
    names = tuple(str(one.title) for one in book.worksheets)
    if wanted:
        sheets = [one for one in book.worksheets if one.title == wanted]
        if not sheets:
            known = ", ".join(map(printable, names))
            raise DataError(f"has no sheet {printable(wanted)}, only {known}")
    title, rows, notes = "", tuple[Row, ...](), tuple[str, ...]()
    for one in sheets:
        title = str(one.title)
        rows, notes = _read_sheet(one)
        if rows:
            break
    others = len(names) - 1
    told = f", the first of {len(names)} sheets with content" if others and not wanted else ""
    return Rows(rows=rows, description=f"Spreadsheet, sheet {printable(title)}{told}", notes=notes, sheets=names)


def _read_sheet(sheet: Any) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    sheet.reset_dimensions()  # what a file says of its size may be a lie
    rows: list[Row] = []
    rounded = 0
    for line, all_cells in enumerate(_rows_of(sheet), 1):
        cells = all_cells[:MOST_CELLS]
        texts = [_text(cell.value, getattr(cell, "number_format", "")) for cell in cells]
        rounded += any(_is_rounded(cell.value) for cell in cells)
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            continue
        if len(rows) >= MOST_ROWS:
            raise DataError(f"has more than {MOST_ROWS:,} rows")
        rows.append(Row(line, tuple(texts)))
    notes = (
        (f"{rounded:,} rows have numbers of more than {_EXACT_DIGITS} digits, of which a spreadsheet keeps only these",)
        if rounded
        else ()
    )
    return tuple(rows), notes


def _rows_of(sheet: Any) -> Iterable[Sequence[Any]]:
    rows: Iterable[Sequence[Any]] = sheet.iter_rows()
    return rows


def _is_rounded(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 10**_EXACT_DIGITS


def _text(value: object, number_format: str) -> str:
    """What a cell holds, as it is to be asked for: numbers with the zeros of their format, dates as in DICOM."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case int() | float():
            return _number_text(value, number_format)
        case datetime():
            return f"{value:%Y%m%d}" if value.time() == time() else f"{value:%Y%m%d%H%M%S}"
        case date():
            return f"{value:%Y%m%d}"
        case _:
            return tidy_cell(str(value))


def _number_text(value: float, number_format: str) -> str:
    if not math.isfinite(value) or value != int(value):
        return repr(value)
    whole = int(value)
    is_filled = number_format != "" and not number_format.strip("0")
    return str(whole).zfill(len(number_format)) if is_filled and whole >= 0 else str(whole)
