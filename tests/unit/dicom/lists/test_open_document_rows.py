"""OpenDocument spreadsheets, as LibreOffice writes them."""

import io
import zipfile
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicomdesk.dicom.lists.open_document_rows import read_open_document
from dicomdesk.dicom.lists.rows import MOST_ROWS
from dicomdesk.dicom.lists.spreadsheet_rows import read_spreadsheet
from dicomdesk.errors import DataError

KIND = "application/vnd.oasis.opendocument.spreadsheet"
NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"' for prefix in ("office", "table", "text")
)
TEXTS = st.text(st.sampled_from("AZ09.-_ä& <"), max_size=8).map(str.strip)


def package(content: str, kind: str = KIND) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("mimetype", kind)
        made.writestr("content.xml", content)
    return written.getvalue()


def document(*tables: str) -> bytes:
    body = "".join(tables)
    return package(
        f"<office:document-content {NAMES}><office:body><office:spreadsheet>{body}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )


def table(*rows: str, name: str = "Sheet1") -> str:
    return f'<table:table table:name="{name}"><table:table-column/>{"".join(rows)}</table:table>'


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row{more}>{''.join(cells)}</table:table-row>"


def cell(text: str, more: str = "") -> str:
    return f"<table:table-cell{more}><text:p>{escape(text)}</text:p></table:table-cell>"


def rows_of(content: bytes) -> list[tuple[int, tuple[str, ...]]]:
    return [(each.line, each.cells) for each in read_spreadsheet(content).rows]


def test_cells_are_read_as_they_are_to_be_asked_for() -> None:
    content = document(
        table(
            row(cell("Accession"), cell("When")),
            row(
                cell("00123", ' office:value-type="float" office:value="123"'),
                cell("01/02/26", ' office:value-type="date" office:date-value="2026-01-02"'),
            ),
            row(cell("1.2E+15", ' office:value-type="float" office:value="1234567890123456"')),
            row(cell("1,234", ' office:value-type="float" office:value="1234"')),
            row(cell(" 007 ", ' office:value-type="string"')),
        )
    )
    assert [cells for _, cells in rows_of(content)] == [
        ("Accession", "When"),
        ("00123", "20260102"),
        ("1234567890123456",),
        ("1234",),
        ("007",),
    ]


def test_what_is_repeated_is_there_so_often_and_what_is_empty_is_passed_over() -> None:
    content = document(
        table(
            row(cell("A"), "<table:table-cell table:number-columns-repeated='2'/>", cell("B")),
            row("<table:table-cell table:number-columns-repeated='16384'/>", more=" table:number-rows-repeated='5'"),
            row(cell("C", " table:number-columns-repeated='2'"), more=" table:number-rows-repeated='2'"),
            row("<table:table-cell/>", more=" table:number-rows-repeated='1048560'"),
        )
    )
    assert rows_of(content) == [(1, ("A", "", "", "B")), (7, ("C", "C")), (8, ("C", "C"))]


def test_the_first_sheet_with_content_is_read_unless_another_is_named() -> None:
    content = document(table(name="a"), table(row(cell("x")), name="b"), table(row(cell("y")), name="c"))
    assert rows_of(content) == [(1, ("x",))]
    assert read_spreadsheet(content).sheets == ("a", "b", "c")
    assert read_spreadsheet(content, "c").rows[0].cells == ("y",)
    with pytest.raises(DataError, match="no sheet d, only a, b, c"):
        read_spreadsheet(content, "d")


def test_a_table_in_a_cell_is_no_sheet() -> None:
    inner = table(row(cell("inner")), name="inner")
    content = document(table(row(f"<table:table-cell>{inner}<text:p>outer</text:p></table:table-cell>")))
    assert read_spreadsheet(content).sheets == ("Sheet1",)
    assert len(rows_of(content)) == 1


@settings(max_examples=40)
@given(st.lists(st.lists(TEXTS, min_size=1, max_size=4), max_size=8))
def test_text_is_read_again_as_it_was_written(lines: list[list[str]]) -> None:
    content = document(table(*(row(*map(cell, line)) for line in lines)))
    expected = []
    for number, line in enumerate(lines, 1):
        while line and not line[-1]:
            line.pop()
        if line:
            expected.append((number, tuple(line)))
    assert rows_of(content) == expected


ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
LAUGHS = f'<!DOCTYPE d [<!ENTITY e0 "{"x" * 100}">{ENTITIES}]><d>&e9;</d>'
DEEP = f"<d {NAMES}>{'<table:table>' * 200}{'</table:table>' * 200}</d>"


@pytest.mark.parametrize("content", ["", "<no", "<d/>", LAUGHS, DEEP, "<?xml version='1.0' encoding='x'?><d/>"])
def test_what_is_damaged_or_swells_is_refused(content: str) -> None:
    with pytest.raises(DataError):
        read_open_document(package(content))


def test_too_many_rows_and_cells_are_refused() -> None:
    many = row(cell("A"), more=f" table:number-rows-repeated='{MOST_ROWS + 1}'")
    with pytest.raises(DataError, match="rows"):
        read_spreadsheet(document(table(many)))
    with pytest.raises(DataError, match="columns"):
        read_spreadsheet(document(table(row("<table:table-cell/>" * 20_001))))


def test_a_member_that_swells_too_much_is_refused() -> None:
    with pytest.raises(DataError, match="too large once it is unpacked"):
        read_spreadsheet(document(table(row(cell("A") * 1_000) * 300)))
