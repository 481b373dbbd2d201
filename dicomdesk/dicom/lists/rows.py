"""Rows of cells, and what was noticed when they were read."""

from dicomdesk.records import dataclass

__all__ = ["MOST_CELLS", "MOST_ROWS", "Row", "Rows"]

MOST_ROWS = 200_000
"""Of a list: what has more is no list that somebody has made."""
MOST_CELLS = 1_000
"""Of a row."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row; rows in which nothing stands are none."""

    line: int
    """Where it begins in the file, from 1."""
    cells: tuple[str, ...]
    """As they stand there, without blanks around them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """All rows of a file."""

    rows: tuple[Row, ...]
    description: str
    """What the file is, for people: "CSV with semicolons, UTF-8"."""
    notes: tuple[str, ...] = ()
    """What was odd, one sentence each."""
    sheets: tuple[str, ...] = ()
    """Names of the sheets of a spreadsheet."""
