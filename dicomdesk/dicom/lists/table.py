"""A list file as rows of cells, whatever its format: known by its first bytes, not by its name."""

import errno
import os

from dicomdesk.dicom.lists.csv_rows import read_csv
from dicomdesk.dicom.lists.rows import Rows
from dicomdesk.dicom.lists.spreadsheet_rows import read_spreadsheet
from dicomdesk.errors import DataError
from dicomdesk.human import printable
from dicomdesk.named_files import read_named_file
from dicomdesk.records import dataclass

__all__ = ["LARGEST_BYTES", "Table", "read_table"]

LARGEST_BYTES = 64 * 1024 * 1024
"""Of a list file."""
_ZIP = b"PK\3\4"
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DICOM = b"DICM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A list file that was read."""

    name: str
    """Of the file, without its folder."""
    rows: Rows


def read_table(path: str | os.PathLike[str], *, sheet: str = "") -> Table:
    """Read a list; ``sheet`` is the sheet of a spreadsheet, "" the first that has anything.

    Raises DataError, one sentence that names the file, for everything that is no list or cannot be read.
    """
    name = os.path.basename(os.fspath(path))
    try:
        content = read_named_file(path, LARGEST_BYTES)
    except OSError as error:
        is_large = error.errno == errno.EFBIG
        words = f"has more than {LARGEST_BYTES // 1024 // 1024} MB" if is_large else f"cannot be read: {error.strerror}"
        raise DataError(f"The list {printable(name)} {words}") from error
    try:
        return Table(name=name, rows=_read(content, sheet))
    except DataError as error:
        raise DataError(f"The list {printable(name)} {error}") from error


def _read(content: bytes, sheet: str) -> Rows:
    if content.startswith(_ZIP):
        return read_spreadsheet(content, sheet)
    if sheet:
        raise DataError("has no sheets: only spreadsheets do")
    if content.startswith(_COMPOUND_FILE):
        raise DataError("is a spreadsheet of the old kind (.xls): save it as .xlsx, .ods or CSV")
    if content[128:132] == _DICOM:
        raise DataError("is a DICOM file, and no list")
    return read_csv(content)
