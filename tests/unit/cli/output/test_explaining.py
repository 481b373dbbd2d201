"""The words for failures, as those who write lines get them."""

import sys

import pytest

from dicomdesk.cli.output.dcmtk_conditions import known_conditions
from dicomdesk.cli.output.explaining import explain_fact, explain_text
from dicomdesk.engine import events
from dicomdesk.engine.explain.recognition import find_failure


def test_a_line_and_the_event_of_the_same_failure_are_explained_alike() -> None:
    reason = "cannot create file '/in/a': No space left on device"
    told = explain_text(f"cannot store received object: {reason}")
    assert told.cause == find_failure("disk-full").cause
    notice = events.Notice(job_id="j", level=events.NoticeLevel.ERROR, text=reason)
    assert explain_fact(notice) == told


def test_nothing_is_said_where_nothing_is_known() -> None:
    assert explain_text("all is well").text == ""
    assert explain_fact(events.ScanFinished(job_id="j", items=1, size_bytes=1, skipped=0)).text == ""


def test_a_table_that_cannot_be_read_leaves_the_line_without_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dicomdesk.engine.explain.recognition", None)
    monkeypatch.setitem(sys.modules, "dicomdesk.engine.reasons.outcomes", None)
    assert explain_text("Connection refused").text == ""
    assert (
        explain_fact(events.JobFinished(job_id="j", outcome=events.JobOutcome.FAILED, counts={}, error="x")).text == ""
    )


@pytest.mark.parametrize("condition", known_conditions())
def test_every_condition_of_dcmtk_is_explained(condition: str) -> None:
    words = explain_text(f"E: Store Failed, file: a.dcm: {condition}")
    assert words.cause
    assert words.advice
