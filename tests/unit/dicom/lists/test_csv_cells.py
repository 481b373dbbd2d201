"""CSV that no spreadsheet takes for formulas."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.lists.csv_cells import csv_line, harmless_cell


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_looks_like_a_formula_is_made_text(cell: str) -> None:
    assert harmless_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Doe", "-12", "+3.5", "1.2.3", "a=b"])
def test_everything_else_stays(cell: str) -> None:
    assert harmless_cell(cell) == cell


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=1))
def test_a_line_is_one_record(cells: list[str]) -> None:
    assert list(csv.reader(io.StringIO(csv_line(cells), newline=""), strict=True)) == [cells]
