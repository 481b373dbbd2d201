"""Files of reports: the format that their name says, written as a whole or not at all, in pieces."""

import os
import tracemalloc
from pathlib import Path

import pytest

from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.engine.commit.deletion import Deletion
from dicomdesk.engine.commit.states import judge_outcome
from dicomdesk.engine.delivery.report import format_text
from dicomdesk.engine.delivery.report_files import ReportFormat, format_of_name, report_pieces, write_report
from dicomdesk.errors import ReportError
from tests.helpers.jobs.sample_reports import AT, CT, record, report


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("a.txt", ReportFormat.TEXT),
        ("a", ReportFormat.TEXT),
        ("a.JSON", ReportFormat.JSON),
        ("a.jsonl", ReportFormat.JSON_LINES),
        ("b.csv", ReportFormat.CSV),
        ("b.htm", ReportFormat.PAGE),
        ("b.html", ReportFormat.PAGE),
        ("json", ReportFormat.TEXT),
    ],
)
def test_the_end_of_a_name_says_the_format(name: str, wanted: ReportFormat) -> None:
    assert format_of_name(name) is wanted


@pytest.mark.parametrize("wanted", ReportFormat)
def test_every_format_is_written_whatever_the_names_of_files_are(tmp_path: Path, wanted: ReportFormat) -> None:
    target = tmp_path / "report"
    write_report(target, report(record(path="caf\udce9\n.dcm")), wanted, at=AT)
    content = target.read_bytes()
    assert b"caf" in content
    assert list(tmp_path.iterdir()) == [target]


def test_text_is_that_of_dcmtk_unless_the_peer_was_to_commit(tmp_path: Path) -> None:
    plain = report(record())
    write_report(tmp_path / "r", plain, at=AT)
    assert (tmp_path / "r").read_text() == format_text(plain, AT)
    commitments = {Reference(CT, "1.2.3"): judge_outcome(0x0112, "", may_come=False)}
    deletions = {"other": Deletion(path="other", is_deleted=True)}
    added = format_text(report(record(), commitments=commitments, deletions=deletions), AT).splitlines()
    (told,) = [line for line in added if line.startswith("Commitment    : ")]
    assert told.startswith("Commitment    : not committed (The peer does not have the instance.")
    assert "- NOT committed          : 1" in added
    plain_lines = format_text(plain, AT).splitlines()
    assert [line for line in added if line in plain_lines] == plain_lines


@pytest.mark.parametrize("wanted", ReportFormat)
def test_a_long_report_is_never_as_a_whole_in_memory(wanted: ReportFormat) -> None:
    items = tuple(record(number, sop_instance_uid=f"1.2.{number}") for number in range(2000))
    commitments = {Reference(CT, item.sop_instance_uid): judge_outcome(0, "", may_come=False) for item in items}
    some = report(*items, commitments=commitments)
    list(report_pieces(some, wanted, AT))  # what is imported and what is looked up does not count
    tracemalloc.start()
    try:
        size = sum(len(piece) for piece in report_pieces(some, wanted, AT))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < size / 2


def test_what_was_there_stays_where_the_report_cannot_be_written(tmp_path: Path) -> None:
    target = tmp_path / "r.html"
    target.write_text("before")
    with pytest.raises(ReportError, match="cannot write detailed report"):
        write_report(tmp_path / "r.html" / "x", report(record()), ReportFormat.PAGE)
    assert target.read_text() == "before"
    assert os.listdir(tmp_path) == ["r.html"]
