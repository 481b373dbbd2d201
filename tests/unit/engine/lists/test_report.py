"""The report: a line for each line."""

import csv
import io
from pathlib import Path

import pytest

from dicomdesk.dicom.lists.entries import ListEntry
from dicomdesk.dicom.lists.table import read_table
from dicomdesk.engine.lists.report import OWN_COLUMNS, format_list_report, write_list_report
from dicomdesk.engine.lists.results import LineResult, LineState
from dicomdesk.errors import ReportError

ENTRIES = (
    ListEntry(number=1, line=2, cells=("A1", "=cmd()")),
    ListEntry(number=2, line=4, cells=("Ä2",)),
)
RESULTS = (
    LineResult(
        number=1,
        state=LineState.INCOMPLETE,
        matches=1,
        announced=3,
        stored=2,
        missing=1,
        reason="=why",
        uids=("1.2", "1.3"),
        at="T",
        attempts=2,
    ),
    LineResult(number=2),
)


def test_the_own_columns_stand_first_and_nothing_is_a_formula() -> None:
    lines = list(csv.reader(io.StringIO("".join(format_list_report(("Acc", "Name"), ENTRIES, RESULTS)))))
    assert lines == [
        ["Acc", "Name", *OWN_COLUMNS],
        ["A1", "'=cmd()", "2", "incomplete", "1", "3", "2", "1", "'=why", "1.2 1.3", "T"],
        ["Ä2", "", "4", "waiting", "", "", "", "", "", "", ""],
    ]


def test_a_report_is_a_list_that_can_be_read_again(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    write_list_report(path, ("Acc", "Name"), ENTRIES, RESULTS)
    rows = read_table(path).rows.rows
    assert [row.cells[0] for row in rows] == ["Acc", "A1", "Ä2"]


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="cannot write report on the list"):
        write_list_report(tmp_path / "no" / "such.csv", ("Acc",), (), ())
