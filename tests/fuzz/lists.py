"""Harnesses of what reads lists: delimited text, spreadsheets, and the state of lists that were begun."""

import csv
import io
import tempfile
import zipfile
from functools import cache, partial
from pathlib import Path
from random import Random

from dicomdesk.dicom.lists.columns import find_columns
from dicomdesk.dicom.lists.csv_rows import read_csv
from dicomdesk.dicom.lists.entries import EntryValue, ListEntries, ListEntry, read_entries
from dicomdesk.dicom.lists.rows import Rows
from dicomdesk.dicom.lists.spreadsheet_rows import read_spreadsheet
from dicomdesk.engine.lists.questions import plan_question
from dicomdesk.engine.lists.report import OWN_COLUMNS, format_list_report
from dicomdesk.engine.lists.results import LineResult, LineState
from dicomdesk.engine.lists.state_file import StateFile
from dicomdesk.engine.query.request import Identifier, QueryModel
from dicomdesk.errors import DataError, ListStateError, SettingsError
from tests.fuzz.properties import attempt, require, require_same

_FORMULA = ("=", "+", "-", "@", "\t", "\r")

WORDS = (
    *(b"Accession", b"PatientID", b"StudyInstanceUID", b"1.2.840.10008.1", b"00123", b"1.23E+15", b"sep=;"),
    *(b'"', b"'", b";", b"\t", b"\0", b"\r", b"\xff\xfe", b"\xef\xbb\xbf", b"\x81", b"=", b"*", b"\\"),
)


def read_list(data: bytes) -> None:
    """A text is a list, or is refused; what is read of it is asked for and reported whole and harmless."""
    read = attempt(lambda: read_csv(data), DataError)
    if read.value is not None:
        _use(read.value)


def read_sheet(data: bytes) -> None:
    """An .xlsx file has rows, or is refused."""
    read = attempt(lambda: read_spreadsheet(data), DataError)
    if read.value is not None:
        _use(read.value)


def _use(rows: Rows) -> None:
    for row in rows.rows:
        require(any(row.cells), "a row has something")
        require(not any("\0" in cell for cell in row.cells), "no cell has a NUL")
    columns = attempt(lambda: find_columns(rows), SettingsError)
    if columns.value is None:
        return
    found = read_entries(rows, columns.value)
    require_same(len(found.entries), len(rows.rows) - found.columns.has_header, "each row is a line")
    for entry in found.entries:
        if not entry.fault:
            require(plan_question(entry, Identifier(), QueryModel.STUDY_ROOT).keys, "a line without fault can be asked")
            require(any(value.value.strip("*?") for value in entry.values), "no line matches everything")
    _report(found)


def _report(found: ListEntries) -> None:
    results = [LineResult(number=entry.number, reason=entry.fault) for entry in found.entries]
    text = "".join(format_list_report(found.columns.names, found.entries, results))
    csv.field_size_limit(1 << 20)
    lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    require_same(len(lines), len(found.entries) + 1, "the report has a line for each line")
    width = len(found.columns.names) + len(OWN_COLUMNS)
    for line in lines:
        require_same(len(line), width, "each line of the report has all columns")
        for cell in line:
            is_number = cell.lstrip("+-").replace(".", "", 1).isdigit()
            require(is_number or not cell.startswith(_FORMULA), "no cell is a formula", cell)


def build_list(random: Random) -> bytes:
    """A list with some columns, in some encoding."""
    separator = random.choice(",;\t|")
    columns = random.randint(1, 4)
    names = random.sample(("Accession", "Patient ID", "StudyInstanceUID", "Name", "StudyDate", "x"), columns)
    lines = [separator.join(names)] if random.random() < 0.7 else []
    for _ in range(random.randint(0, 30)):
        cells = [random.choice(("00123", "1.2.840.1.3", "Doe", "", '"a;b"', "ä", "1.2E+10", "=1")) for _ in names]
        lines.append(separator.join(cells))
    text = random.choice(("\n", "\r\n", "\r")).join(lines)
    return text.encode(random.choice(("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252")))


@cache
def _book() -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415 - it may be missing

    book = Workbook()
    for line in (["Accession", "Name"], ["00123", "Doe"], [123456, 1.5], [None, True]):
        book.active.append(line)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


SHEET_WORDS = (
    *(b"<c ", b"</c>", b"<v>", b't="s"', b't="inlineStr"', b'r="ZZZ9"'),
    *(b"<row ", b"&#x0;", b"1e999", b"-1", b"<!--"),
)


def build_sheet(random: Random) -> bytes:
    """A spreadsheet with a member changed."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_book())) as package, zipfile.ZipFile(written, "w") as changed:
        victim = random.choice(package.namelist())
        for name in package.namelist():
            content = package.read(name)
            if name == victim:
                place = random.randint(0, len(content))
                content = content[:place] + random.choice(SHEET_WORDS) + content[place + random.randint(0, 9) :]
            changed.writestr(name, content)
    return written.getvalue()


_OPEN_DOCUMENT = (
    b'<o:document-content xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    b'xmlns:t="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    b'xmlns:x="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><o:body><o:spreadsheet><t:table t:name="S">'
    b"<t:table-row><t:table-cell><x:p>Accession</x:p></t:table-cell></t:table-row>"
    b'<t:table-row t:number-rows-repeated="2"><t:table-cell o:value-type="float" o:value="12"><x:p>0012</x:p>'
    b'</t:table-cell><t:table-cell t:number-columns-repeated="3"/></t:table-row>'
    b"</t:table></o:spreadsheet></o:body></o:document-content>"
)
OPEN_DOCUMENT_WORDS = (
    *(b"<t:table-row>", b"</t:table-row>", b"<t:table-cell/>", b"<t:table>", b"</t:table>", b"<x:p>", b"</x:p>"),
    *(b't:number-rows-repeated="', b'99999999999"', b'-1"', b"&#0;", b"<!DOCTYPE", b"]]>", b'encoding="x"'),
)


def build_open_document(random: Random) -> bytes:
    """The content of an OpenDocument spreadsheet, changed here and there."""
    content = _OPEN_DOCUMENT
    for _ in range(random.randint(0, 3)):
        place = random.randint(0, len(content))
        content = content[:place] + random.choice(OPEN_DOCUMENT_WORDS) + content[place + random.randint(0, 9) :]
    return content


def read_open_content(data: bytes) -> None:
    """The content of an .ods file has rows, or is refused."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", data)
    read_sheet(written.getvalue())


@cache
def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="fuzz-lists-")


_ENTRIES = tuple(
    ListEntry(number=number, line=number, cells=("A",), values=(EntryValue(0x00080050, f"A{number}"),))
    for number in range(1, 4)
)


def read_state(data: bytes) -> None:
    """A state file is taken up, kept aside and begun anew, or refused and left as it is."""
    folder = Path(_folder().name)
    for old in folder.iterdir():
        old.unlink()
    path = folder / "state"
    path.write_bytes(data)
    opened = attempt(lambda: StateFile(path, "P@h:1", _ENTRIES), ListStateError)
    if opened.value is None:
        require(path.exists(), "what is refused stays")
        return
    try:
        results = attempt(opened.value.results, ListStateError)
        for result in (results.value or {}).values():
            require(isinstance(result.state, LineState), "a result has a state")
        attempt(partial(opened.value.book, LineResult(number=1, state=LineState.FOUND)), ListStateError)
    finally:
        opened.value.close()


def build_state(random: Random) -> bytes:
    """The state of a list of which some lines have a result."""
    path = Path(_folder().name) / "built"
    path.unlink(missing_ok=True)
    state = StateFile(path, "P@h:1", _ENTRIES)
    for number in range(1, random.randint(1, 4)):
        state.book(LineResult(number=number, state=random.choice(list(LineState)), reason="x" * random.randint(0, 99)))
    state.close()
    content = path.read_bytes()
    path.unlink()
    return content
