"""The report as CSV: RFC 4180, a row for each instance, no cell that a spreadsheet takes for a formula."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.engine.commit.states import judge_outcome
from dicomdesk.engine.delivery.report import Report
from dicomdesk.engine.delivery.report_table import table_lines
from dicomdesk.engine.events import InputSkipped, ItemOutcome
from tests.helpers.jobs.sample_reports import CT, record, report

HOSTILE = st.text(max_size=20) | st.sampled_from(
    ('=HYPERLINK("x")', '+1+1"', "-2+3", "@SUM(1)", "\t=1", 'a","b', "a\r\nb")
)


def rows_of(some: Report) -> list[dict[str, str]]:
    lines = list(table_lines(some))
    assert all(line.endswith("\r\n") for line in lines)
    return list(csv.DictReader(io.StringIO("".join(lines), newline=""), strict=True))


def test_each_instance_is_a_row_and_each_input_that_was_not_taken() -> None:
    skipped = InputSkipped(job_id="j", path="x.txt", reason="no DICOM file")
    first, second, third = rows_of(
        report(record(), record(2, outcome=ItemOutcome.NOT_SENT, status=None), skipped=(skipped,))
    )
    assert (first["number"], first["outcome"], first["status"], first["sop_class_name"]) == (
        "1",
        "stored",
        "0000H",
        "CTImageStorage",
    )
    assert (second["outcome"], second["status"], second["status_text"]) == ("not-sent", "", "")
    assert (third["number"], third["path"], third["outcome"], third["reason"]) == (
        "",
        "x.txt",
        "skipped",
        "no DICOM file",
    )
    assert "commitment" not in first


def test_commitment_has_columns_where_it_was_asked_for() -> None:
    commitments = {Reference(CT, "1.2.3"): judge_outcome(0x0112, "", may_come=False)}
    (row,) = rows_of(report(record(), commitments=commitments))
    assert row["commitment"] == "not-committed"
    assert "0112H" in row["commitment_text"]


@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_text_of_others_makes_a_formula_or_another_cell(path: str, uid: str, reason: str) -> None:
    some = report(record(path=path, sop_instance_uid=uid, reason=reason), record(2))
    rows = rows_of(some)
    assert [row["number"] for row in rows] == ["1", "2"]
    for cell in rows[0].values():
        assert "\n" not in cell
        assert "\r" not in cell
        assert not cell.startswith(("=", "@", "\t", "+", "-")) or cell.lstrip("+-").replace(".", "", 1).isdigit()
