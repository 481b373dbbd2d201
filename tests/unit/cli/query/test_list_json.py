"""JSON Lines of a list."""

import json
from datetime import datetime

import pytest

from dicomdesk.cli.query.list_json import ListJsonReporter
from dicomdesk.dicom.lists.entries import EntryValue, ListEntry
from dicomdesk.engine.events import JobOutcome, JobStarted, Notice, NoticeLevel
from dicomdesk.engine.lists.facts import LineEnded, LineStarted, ListFact, ListPaused, ListResumed
from dicomdesk.engine.lists.results import LineResult, LineState, ListOutcome

ENTRIES = (ListEntry(number=1, line=4, cells=("SECRET",), values=(EntryValue(0x00100020, "SECRET"),)),)
NOW = datetime.fromisoformat("2026-11-30T20:00:00+01:00")
RESULT = LineResult(number=1, state=LineState.INCOMPLETE, matches=1, announced=3, stored=2, missing=1, reason="a\nb")
TOLD: list[tuple[ListFact, dict[str, object] | None]] = [
    (ListResumed(job_id="l", results=(RESULT,)), {"event": "list-resumed"}),
    (LineStarted(job_id="l", number=1), {"event": "line-started", "line": 4, "number": 1}),
    (
        LineEnded(job_id="l", result=RESULT),
        {
            "event": "line-ended",
            "line": 4,
            "number": 1,
            "state": "incomplete",
            "matches": 1,
            "announced": 3,
            "stored": 2,
            "missing": 1,
            "reason": "a\\nb",
            "uids": [],
            "ended_at": "",
            "attempts": 0,
        },
    ),
    (
        ListPaused(job_id="l", until=NOW, reason="why"),
        {"event": "list-paused", "until": NOW.isoformat(), "reason": "why"},
    ),
    (Notice(job_id="l", level=NoticeLevel.INFO, text="x"), {"event": "notice", "text": "x"}),
    (JobStarted(job_id="l", at=NOW), None),
]


@pytest.mark.parametrize(("fact", "expected"), TOLD)
def test_each_fact_is_a_line_or_none(
    fact: ListFact, expected: dict[str, object] | None, capsys: pytest.CaptureFixture[str]
) -> None:
    reporter = ListJsonReporter(ENTRIES)
    reporter.show([fact])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == (expected is not None)
    assert "SECRET" not in "".join(lines)
    if expected is not None:
        told = json.loads(lines[0])
        assert {key: told[key] for key in expected} == expected
    assert not reporter.is_lost


def test_the_end_has_the_counts(capsys: pytest.CaptureFixture[str]) -> None:
    ListJsonReporter(ENTRIES).end(ListOutcome(outcome=JobOutcome.COMPLETED, results=(RESULT,)))
    told = json.loads(capsys.readouterr().out)
    assert (told["event"], told["outcome"], told["error"]) == ("list-ended", "completed", "")
    assert told["counts"]["incomplete"] == 1
