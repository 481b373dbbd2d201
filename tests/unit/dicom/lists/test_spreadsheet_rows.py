"""Spreadsheets, as openpyxl writes and reads them."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicomdesk.dicom.lists import spreadsheet_rows
from dicomdesk.dicom.lists.spreadsheet_rows import read_spreadsheet
from dicomdesk.errors import DataError

openpyxl = pytest.importorskip("openpyxl")

TEXTS = st.text(st.sampled_from("AZ09.-_ä "), max_size=8).map(str.strip)


def sheet_of(*lines: list[Any], formats: dict[str, str] | None = None, **others: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    for place, number_format in (formats or {}).items():
        book.active[place].number_format = number_format
    for title, more in others.items():
        sheet = book.create_sheet(title)
        for line in more:
            sheet.append(line)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_cells_are_read_as_they_are_to_be_asked_for() -> None:
    content = sheet_of(
        ["Accession", "When", "Flag"],
        ["00123", date(2026, 1, 2), True],
        [123, datetime.fromisoformat("2026-01-02T03:04:05"), None],
        [1.5, None, None],
        [77, None, None],
        formats={"A5": "000000"},
    )
    assert [row.cells for row in read_spreadsheet(content).rows] == [
        ("Accession", "When", "Flag"),
        ("00123", "20260102", "TRUE"),
        ("123", "20260102030405"),
        ("1.5",),
        ("000077",),
    ]


def test_empty_rows_are_none_and_the_others_keep_their_places() -> None:
    rows = read_spreadsheet(sheet_of(["A"], [None], [" "], ["B"])).rows
    assert [(row.line, row.cells) for row in rows] == [(1, ("A",)), (4, ("B",))]


def test_the_first_sheet_with_content_is_read_unless_another_is_named() -> None:
    content = sheet_of(Second=[["x"]], Third=[["y"]])
    read = read_spreadsheet(content)
    assert [row.cells for row in read.rows] == [("x",)]
    assert read.sheets == ("Sheet", "Second", "Third")
    assert read_spreadsheet(content, "Third").rows[0].cells == ("y",)
    with pytest.raises(DataError, match="no sheet Fourth, only Sheet, Second, Third"):
        read_spreadsheet(content, "Fourth")


def test_numbers_that_a_spreadsheet_has_rounded_are_told() -> None:
    read = read_spreadsheet(sheet_of(["A"], [1234567890123456789]))
    assert any("15 digits" in note for note in read.notes)


@settings(max_examples=30)
@given(
    st.lists(
        st.lists(st.text(st.sampled_from("AZ09.-_ä "), max_size=8).map(str.strip), min_size=1, max_size=4), max_size=8
    )
)
def test_text_is_read_again_as_it_was_written(table: list[list[str]]) -> None:
    expected = [tuple(line) for line in table]
    read = [row.cells for row in read_spreadsheet(sheet_of(*table)).rows]
    assert read == [tuple(_stripped(line)) for line in expected if any(line)]


def _stripped(line: tuple[str, ...]) -> list[str]:
    cells = list(line)
    while cells and not cells[-1]:
        cells.pop()
    return cells


def damaged(name: str, content: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sheet_of(["A"]))) as package, zipfile.ZipFile(written, "w") as changed:
        for member in package.namelist():
            changed.writestr(member, content if member == name else package.read(member))
    return written.getvalue()


@pytest.mark.parametrize("member", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
@pytest.mark.parametrize("content", [b"", b"<no", b"<worksheet/>"])
def test_a_damaged_spreadsheet_is_refused_or_empty(member: str, content: bytes) -> None:
    try:
        assert read_spreadsheet(damaged(member, content)).rows == ()
    except DataError as error:
        assert "spreadsheet" in str(error)  # noqa: PT017 - either is right


def test_a_spreadsheet_that_grows_when_unpacked_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet_rows, "_LARGEST_UNPACKED", 1_000_000)
    with pytest.raises(DataError, match="too large once it is unpacked"):
        read_spreadsheet(damaged("xl/worksheets/sheet1.xml", b" " * 2_000_000))


def test_what_is_missing_to_read_spreadsheets_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(DataError, match=r"dicomdesk\[spreadsheets\]"):
        read_spreadsheet(sheet_of_kept)


sheet_of_kept = sheet_of(["A"])
