"""The report as JSON: lines and document hold the same, and say of commitment only where it was asked for."""

import json

from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.engine.commit.deletion import Deletion
from dicomdesk.engine.commit.states import judge_outcome
from dicomdesk.engine.delivery.report_json import json_document, json_lines
from dicomdesk.engine.events import InputSkipped, ItemOutcome
from tests.helpers.jobs.sample_reports import AT, CT, record, report

SKIPPED = InputSkipped(job_id="j", path="x.txt", reason="no DICOM file")


def test_the_document_holds_what_the_lines_hold() -> None:
    some = report(record(), record(2, outcome=ItemOutcome.REFUSED, status=0xA700), skipped=(SKIPPED,))
    *objects, summary = map(json.loads, json_lines(some, AT))
    document = json.loads("".join(json_document(some, AT)))
    assert document == {"version": 1, "summary": summary, "instances": objects[:2], "skipped": objects[2:]}


def test_a_report_on_nothing_is_a_document() -> None:
    document = json.loads("".join(json_document(report(), AT)))
    assert (document["instances"], document["skipped"], document["summary"]["instances"]) == ([], [], 0)


def test_commitment_and_deletion_are_told_where_they_were_asked_for() -> None:
    (plain, _) = map(json.loads, json_lines(report(record()), AT))
    commitments = {
        Reference(CT, "1.2.3"): judge_outcome(0, "", may_come=False),
        Reference(CT, "1.2.4"): judge_outcome(0x0112, "", may_come=False),
    }
    items = record(), record(2, sop_instance_uid="1.2.4"), record(3, outcome=ItemOutcome.FAILED)
    deletions = {"d/ct.dcm": Deletion(path="d/ct.dcm", is_deleted=True)}
    first, second, third, summary = map(
        json.loads, json_lines(report(*items, commitments=commitments, deletions=deletions), AT)
    )
    assert set(first) - set(plain) == {"commitment", "commitment_failure_reason", "commitment_text", "file_deleted"}
    assert (first["commitment"], first["file_deleted"]) == ("committed", True)
    assert (second["commitment"], second["commitment_failure_reason"]) == ("not-committed", 0x0112)
    assert third["commitment"] == "not-asked"
    assert summary["commitments"] == {
        "not-asked": 1,
        "asked": 0,
        "committed": 1,
        "not-committed": 1,
        "unanswered": 0,
    }


def test_a_file_name_that_is_no_text_is_valid_json() -> None:
    found = json.loads(next(json_lines(report(record(path="b\udcff")), AT)))
    assert found["path"] == "b\\xff"
