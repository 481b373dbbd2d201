"""Rows of CSV and other delimited text: encoding, separator and quotes are found out."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dicomdesk.dicom.lists.rows import MOST_CELLS, MOST_ROWS, Row, Rows
from dicomdesk.errors import DataError
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    import _csv

__all__ = ["read_csv", "tidy_cell"]

_SAMPLE_LINES = 200
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),  # before UTF-16: it begins alike
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_LONGEST_CELL = 32_767
"""What a spreadsheet holds in a cell, at most."""
_MOST_LINES_OF_CELL = 100
"""A quoted cell with more line breaks has begun with a quote that belongs to its text."""
_INVISIBLE = dict.fromkeys(map(ord, "\0\ufeff\u200b\u200c\u200d\u2060\u00ad"))
_BINARY = re.compile("[\x01-\x08\x0e-\x1f\x7f]")
_AT_END = "unexpected end of data"
_LAST = "\ue000"
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Manner:
    separator: str
    quote: str
    """"" for none."""


def read_csv(content: bytes) -> Rows:
    """Read delimited text; raises DataError, a predicate without subject, where it is none."""
    text, encoding, notes = _decode(content)
    text, told = _told_separator(text)
    sample = list(_first_lines(text))
    manner = _find_manner(sample, told)
    first_line = 2 if told else 1
    rows = _try_rows(text, manner, first_line)
    if rows is None:
        notes.append("A quotation mark is never closed: quotation marks are taken as text")
        rows = _try_rows(text, _Manner(manner.separator, ""), first_line)
    if rows is None:
        raise DataError("has cells that are longer than any identifier: this is no list")
    has_columns = any(len(row.cells) > 1 for row in rows)
    words = f"CSV with {_SEPARATORS.get(manner.separator, repr(manner.separator))}" if has_columns else "Text"
    return Rows(rows=tuple(rows), description=f"{words}, {encoding}", notes=tuple(notes))


def tidy_cell(cell: str) -> str:
    """A cell without what nobody sees: blanks of all kinds around it, NUL, marks of order and width."""
    if cell.isascii() and "\0" not in cell:
        return cell.strip()
    return cell.translate(_INVISIBLE).strip()


# -- encoding


def _decode(content: bytes) -> tuple[str, str, list[str]]:
    """The text, the name of its encoding, and what was odd."""
    notes: list[str] = []
    text, name = _decode_by_mark(content) or _decode_by_look(content)
    if "\0" in text:
        if text.count("\0") * 4 > len(text):
            raise DataError("is no text: it is full of NUL bytes")
        notes.append("There are NUL characters in the file; they are left out")
    if len(_BINARY.findall(text[:100_000])) * 10 > min(len(text), 100_000):
        raise DataError("is no text: it is full of control characters")
    if "\ufffd" in text:
        notes.append("Some characters cannot be read in the encoding of the file")
    return text, name, notes


def _decode_by_mark(content: bytes) -> tuple[str, str] | None:
    for mark, codec, name in _BOMS:
        if content.startswith(mark):
            return content[len(mark) :].decode(codec, "replace"), name
    return None


def _decode_by_look(content: bytes) -> tuple[str, str]:
    sample = content[:4000]
    for codec, first in (("utf-16-le", 1), ("utf-16-be", 0)):
        high, low = sample[first::2], sample[1 - first :: 2]
        if high and high.count(0) * 10 >= len(high) * 7 and low.count(0) * 10 <= len(low) * 3:
            return content.decode(codec, "replace"), "UTF-16"
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return content.decode("cp1252"), "Windows-1252"
        except UnicodeDecodeError:
            return content.decode("latin-1"), "Latin-1"
    return text, "ASCII" if text.isascii() else "UTF-8"


# -- separator and quotes


def _told_separator(text: str) -> tuple[str, str]:
    """The text behind a line "sep=;", with which spreadsheets are told of a separator, and that separator."""
    found = _SEPARATOR_LINE.match(text)
    return (text[found.end() :], found[1]) if found is not None else (text, "")


def _first_lines(text: str) -> Iterator[str]:
    lines = io.StringIO(text, newline=None)
    for _, line in zip(range(_SAMPLE_LINES), lines, strict=False):
        if line.strip():
            yield line[:10_000]


def _find_manner(sample: list[str], told: str) -> _Manner:
    """The separator by which most lines have the same number of columns, and the more the better."""
    if told:
        return _Manner(told, _find_quote(sample, told))
    manners = [_Manner(separator, _find_quote(sample, separator)) for separator in _SEPARATORS]
    for is_strict in (True, False):  # first those by which no quotation mark stands where it should not
        scores = [_score(sample, manner, is_strict=is_strict) for manner in manners]
        if any(score[0] for score in scores):
            return manners[scores.index(max(scores))]
    return manners[0]


def _score(sample: list[str], manner: _Manner, *, is_strict: bool) -> tuple[float, int, int]:
    """How alike the lines are, in how many columns; and that there are no blanks behind separators, as in prose."""
    text = "".join(sample)
    widths: Counter[int] = Counter()
    try:
        for cells in _reader(text, manner, is_strict=is_strict):
            widths[len(cells)] += 1
    except csv.Error as error:
        if str(error) != _AT_END:  # where the sample ends within a cell
            return 0.0, 0, 0
    widths.pop(0, None)
    if not widths:
        return 0.0, 0, 0
    width, lines = widths.most_common(1)[0]
    blanks = -text.count(f"{manner.separator} ")
    return (lines / widths.total(), width, blanks) if width > 1 else (0.0, 0, 0)


def _find_quote(sample: list[str], separator: str) -> str:
    """Double quotes unless cells are wrapped in single ones: a single one alone is how spreadsheets mark text."""
    wrapped = re.compile(rf"(?:^|{re.escape(separator)})\s*'[^']*'\s*(?=$|{re.escape(separator)})")
    found = sum(wrapped.search(line.rstrip("\r\n")) is not None for line in sample)
    has_double = any('"' in line for line in sample)
    return "'" if found * 2 > len(sample) and not has_double else '"'


# -- rows


def _reader(text: str, manner: _Manner, *, is_strict: bool = False) -> "_csv.Reader":
    return csv.reader(
        io.StringIO(text, newline=""),
        delimiter=manner.separator,
        quotechar=manner.quote or None,
        quoting=csv.QUOTE_MINIMAL if manner.quote else csv.QUOTE_NONE,
        skipinitialspace=True,
        strict=is_strict,
    )


def _try_rows(text: str, manner: _Manner, first_line: int) -> list[Row] | None:
    """All rows; None where a quotation mark is none, for it is never closed. Raises DataError for too many.

    A last line of our own tells whether the quotes of all others are closed.
    """
    rows: list[Row] = []
    reader = _reader(f"{text}\n{_LAST}", manner)
    before, last = 0, [""]
    try:
        for cells in reader:
            line, lines, before, last = before + first_line, reader.line_num - before, reader.line_num, cells
            if lines > _MOST_LINES_OF_CELL or any(len(cell) > _LONGEST_CELL for cell in cells):
                return None
            tidied = tuple(map(tidy_cell, cells))
            if not any(tidied):
                continue
            if len(rows) > MOST_ROWS:
                raise DataError(f"has more than {MOST_ROWS:,} lines")
            if len(tidied) > MOST_CELLS:
                raise DataError(f"has more than {MOST_CELLS:,} columns in line {line}")
            rows.append(Row(line, tidied))
    except csv.Error:
        return None
    return rows[:-1] if last == [_LAST] else None
