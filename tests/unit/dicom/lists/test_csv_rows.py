"""CSV of all kinds, read as it was meant."""

import codecs
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.lists.csv_rows import read_csv, tidy_cell
from dicomdesk.dicom.lists.rows import MOST_CELLS, MOST_ROWS
from dicomdesk.errors import DataError

CELLS = st.text(st.sampled_from("ABCxyz0123456789.-_/äß ,;|\t\"'"), min_size=1, max_size=12).map(str.strip).filter(bool)
TABLES = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=3, max_size=12)
)
MARKED = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-32": "UTF-32", "utf-8": ""}


def rows_of(content: bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in read_csv(content).rows]


@given(
    table=TABLES,
    separator=st.sampled_from(",;\t|"),
    quoting=st.sampled_from((csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC)),
    end=st.sampled_from(("\n", "\r\n", "\r")),
    encoding=st.sampled_from(sorted(MARKED)),
)
def test_what_csv_has_written_is_read_again(
    table: list[list[str]], separator: str, quoting: int, end: str, encoding: str
) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=separator, quoting=quoting, lineterminator=end).writerows(table)  # type: ignore[arg-type]  # one of its constants
    read = read_csv(written.getvalue().encode(encoding))
    assert [list(row.cells) for row in read.rows] == table
    assert MARKED[encoding] in read.description


@given(
    table=st.lists(
        st.lists(st.text(st.sampled_from("ABC0123456789.-_/"), min_size=1, max_size=12), min_size=3, max_size=3),
        min_size=2,
        max_size=12,
    ),
    separator=st.sampled_from(",;\t|"),
    quoting=st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
    quote=st.sampled_from("\"'"),
)
def test_identifiers_are_read_from_every_dialect(
    table: list[list[str]], separator: str, quoting: int, quote: str
) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=separator, quoting=quoting, quotechar=quote).writerows(table)  # type: ignore[arg-type]  # one of its constants
    assert [list(row) for row in rows_of(written.getvalue().encode())] == table


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_rows_or_a_refusal(content: bytes) -> None:
    try:
        read = read_csv(content)
    except DataError as error:
        assert str(error)[0].islower()  # noqa: PT017 - a predicate, to be put behind the name of the file
        return
    for row in read.rows:
        assert any(row.cells)
        assert not any("\0" in cell for cell in row.cells)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_known_by_its_look(codec: str) -> None:
    assert rows_of("Accession\r\n00123\r\n".encode(codec)) == [("Accession",), ("00123",)]


@pytest.mark.parametrize(("encoding", "name"), [("cp1252", "Windows-1252"), ("utf-8", "UTF-8")])
def test_umlauts_are_read_with_and_without_utf_8(encoding: str, name: str) -> None:
    read = read_csv("Müller;1\nGroß;2\n".encode(encoding))
    assert read.rows[0].cells == ("Müller", "1")
    assert read.description == f"CSV with semicolons, {name}"


def test_what_is_in_no_encoding_is_latin_1() -> None:
    assert read_csv(b"\x81\xfc;1\n").description.endswith("Latin-1")


def test_lines_are_numbered_as_in_the_file_whatever_is_empty_between() -> None:
    read = read_csv(b'\n\nA,B\n,\n"1\n2",x\n \n3,y\n')
    assert [(row.line, row.cells) for row in read.rows] == [(3, ("A", "B")), (5, ("1\n2", "x")), (8, ("3", "y"))]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('"0",";"\n"0",";"\n"0","0"\n', [("0", ";"), ("0", ";"), ("0", "0")]),
        ('A "x" B;1\n"C" D;2\n', [('A "x" B', "1"), ("C D", "2")]),
        ("\n".join(["1;2"] * 199 + ['3;"4', '5"']), [("1", "2")] * 199 + [("3", "4\n5")]),
    ],
)
def test_quotation_marks_tell_of_separators(text: str, rows: list[tuple[str, ...]]) -> None:
    assert rows_of(text.encode()) == rows


def test_a_line_that_tells_the_separator_is_no_row() -> None:
    read = read_csv(b"sep=|\r\n1,5|2,5\r\n")
    assert [(row.line, row.cells) for row in read.rows] == [(2, ("1,5", "2,5"))]


def test_nul_characters_are_left_out_and_told() -> None:
    read = read_csv(b"1234\x0056\n7890\n")
    assert read.rows[0].cells == ("123456",)
    assert any("NUL" in note for note in read.notes)


def test_a_quotation_mark_that_is_never_closed_swallows_no_lines() -> None:
    read = read_csv(b'A1\n"A2\nA3\nA4\n')
    assert [row.cells[0] for row in read.rows] == ["A1", '"A2', "A3", "A4"]
    assert any("never closed" in note for note in read.notes)


def test_a_quotation_mark_that_is_closed_far_below_swallows_no_lines() -> None:
    lines = [f"A{number}" for number in range(300)]
    lines[3], lines[250] = '"A3', '"A250'
    assert len(rows_of("\n".join(lines).encode())) == 300


def test_prose_with_commas_in_one_column_is_no_reason_for_commas() -> None:
    assert rows_of(b"Doe, John;123\nRoe, Jane;456\n") == [("Doe, John", "123"), ("Roe, Jane", "456")]


@pytest.mark.parametrize("content", [bytes(range(32)) * 10, b"\0" * 100, b"a" * 40_000])
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(DataError):
        read_csv(content)


def test_too_many_rows_and_columns_are_refused() -> None:
    with pytest.raises(DataError, match="lines"):
        read_csv(b"1\n" * (MOST_ROWS + 1))
    with pytest.raises(DataError, match="columns"):
        read_csv(b",".join([b"1"] * (MOST_CELLS + 1)))


@pytest.mark.parametrize("cell", ["\u00a0 12 \u200b", "\ufeff12", " 12\0", "\t12\r\n"])
def test_what_nobody_sees_does_not_belong_to_a_cell(cell: str) -> None:
    assert tidy_cell(cell) == "12"


def test_an_empty_file_has_no_rows() -> None:
    for content in (b"", b"\n\n", codecs.BOM_UTF8, b" ; ; \n"):
        assert read_csv(content).rows == ()
