import csv
import io
import json
from pathlib import Path

import pytest

from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.getscu.options import TOOL, GetOptions, read_options
from dicomdesk.cli.options.grammar import CommandLineError, parse
from dicomdesk.cli.query.options import Form
from dicomdesk.cli.retrieving.instance_rows import InstanceRows
from dicomdesk.cli.retrieving.json_lines import LISTENER_JOB, RetrieveJsonReporter
from dicomdesk.cli.retrieving.options import RetrieveExtras
from dicomdesk.cli.retrieving.output import make_output, write_report
from dicomdesk.engine import events
from dicomdesk.engine.query.facts import QueryAnswered
from dicomdesk.engine.retrieve.facts import (
    RetrieveAnswered,
    RetrieveDiagnosed,
    RetrieveEnded,
    RetrieveStarted,
    SubOperations,
)
from dicomdesk.engine.retrieve.outcome import Diagnosis, DiagnosisKind, RetrieveOutcome
from dicomdesk.logs import Level, console_log

FAILED = RetrieveEnded(
    job_id="g",
    association=1,
    number=0,
    message_id=1,
    status=0xB000,
    counts=SubOperations(completed=1, failed=1),
    failed_uids=("1.2",),
)
OUTCOME = RetrieveOutcome(
    outcome=events.JobOutcome.COMPLETED,
    ended=(FAILED,),
    announced=3,
    reported=SubOperations(completed=1, failed=1, warning=0, remaining=0),
    arrived=1,
    stored=1,
    missing=("1.2", "1.3"),
    refused=(),
    diagnoses=(Diagnosis(kind=DiagnosisKind.MISSING, text="It was not sent.", advice="Ask again.", uids=("1.3",)),),
)


def options(words: str = "") -> GetOptions:
    return read_options(parse(TOOL, [*words.split(), "-k", "PatientID=1", "pacs", "104"]))


def item(job_id: str = "g") -> list[events.Event]:
    started = events.ItemStarted(
        job_id=job_id, association=1, index=0, message_id=7, sop_class_uid="1.9", sop_instance_uid="1.1", context_id=1
    )
    finished = events.ItemFinished(
        job_id=job_id,
        association=1,
        index=0,
        path="a/CT.1.1",
        outcome=events.ItemOutcome.STORED,
        status=0,
        reason="",
        message_id=7,
        size_bytes=10,
    )
    return [started, finished]


def test_all_is_as_dcmtk_has_it_unless_asked_for() -> None:
    extras = RetrieveExtras(
        form=Form.NONE, report_file="", limit=None, compares=False, resumes=False, parallel=1, journal=""
    )
    assert options().extras == extras
    assert make_output(Form.NONE) is None


@pytest.mark.parametrize("words", ["--compare", "--resume", "--parallel 2", "--journal kept"])
def test_what_needs_to_know_what_exists_asks_first(words: str) -> None:
    assert options(words).extras.compares


@pytest.mark.parametrize("words", ["--limit 0", "--parallel 0", "--parallel 65", "--list l.csv --csv"])
def test_what_makes_no_sense_is_refused(words: str) -> None:
    with pytest.raises(CommandLineError):
        options(words)


def test_json_ends_with_the_comparison_and_the_end_of_the_job(capsys: pytest.CaptureFixture[str]) -> None:
    reporter = RetrieveJsonReporter()
    started = RetrieveStarted(
        job_id="g",
        association=1,
        number=0,
        repetition=0,
        message_id=1,
        context_id=1,
        sop_class_uid="1.9",
        identifier=b"Doe",
        transfer_syntax_uid="1.2",
    )
    answered = RetrieveAnswered(job_id="g", association=1, number=0, message_id=1, count=1, status=0xFF00, counts=None)
    finished = events.JobFinished(job_id="g", outcome=events.JobOutcome.COMPLETED, counts={})
    reporter.show([started, answered, *item(), FAILED, finished])
    reporter.end(OUTCOME)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == [
        "retrieve-started",
        "retrieve-answered",
        "item-started",
        "item-finished",
        "retrieve-ended",
        "retrieve-compared",
        "job-finished",
    ]
    assert lines[0]["destination"] is None
    assert lines[1]["sub_operations"] is None
    assert lines[4]["failed"] == ["1.2"]
    compared = lines[5]
    assert (compared["announced"], compared["arrived"], compared["stored"]) == (3, 1, 1)
    assert compared["reported"] == {"completed": 1, "failed": 1, "warning": 0}
    assert compared["missing"] == ["1.2", "1.3"]
    assert [one["kind"] for one in compared["diagnoses"]] == ["missing"]


def test_json_has_each_cause_when_it_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    RetrieveJsonReporter().show([RetrieveDiagnosed(job_id="g", diagnosis=OUTCOME.diagnoses[0])])
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["kind"], line["text"], line["uids"]) == (
        "retrieve-diagnosed",
        "missing",
        "It was not sent.",
        ["1.3"],
    )


def test_json_tells_what_comes_to_the_listener(capsys: pytest.CaptureFixture[str]) -> None:
    RetrieveJsonReporter().show([*item(f"{LISTENER_JOB}1"), *item("retrieve-1")])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line.get("is_incoming") for line in lines] == [True, True, None, None]


def test_json_has_nothing_of_what_was_asked_first(capsys: pytest.CaptureFixture[str]) -> None:
    RetrieveJsonReporter().show([QueryAnswered("g", 1, 0, 1, 1, 1, 0xFF00, b"Doe", "1.2")])
    assert capsys.readouterr().out == ""


def test_rows_have_what_came_what_failed_and_what_is_missing() -> None:
    parts: list[str] = []

    def write(text: str) -> bool:
        parts.append(text)
        return True

    rows = InstanceRows(Form.CSV, write)
    rows.show(item())
    assert "stored,1.1" in "".join(parts)
    rows.end(OUTCOME)
    read = list(csv.DictReader(io.StringIO("".join(parts), newline="")))
    assert [(row["Outcome"], row["SOPInstanceUID"]) for row in read] == [
        ("stored", "1.1"),
        ("failed", "1.2"),
        ("missing", "1.3"),
    ]
    assert (read[0]["Bytes"], read[0]["Path"], read[1]["Status"]) == ("10", "a/CT.1.1", "B000")


def test_report_compares_and_explains(tmp_path: Path) -> None:
    given = options(f"--create-report-file {tmp_path}/report.txt")
    assert write_report(given, given.extras, OUTCOME, console_log(Level.WARN).logger("x")) == 0
    text = (tmp_path / "report.txt").read_text()
    for line in (
        "AE Titles used     : GETSCU -> ANY-SCP",
        "announced:       3 instances",
        "reported failed: 1 instance",
        "stored:          1 instance",
        "missing:         2 instances",
        "  1.3",
        "It was not sent. Ask again.",
    ):
        assert line in text.splitlines()


def test_a_report_that_cannot_be_written_has_its_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = options(f"--create-report-file {tmp_path}/none/report.txt")
    logger = console_log(Level.WARN).logger("x")
    assert write_report(given, given.extras, OUTCOME, logger) == ExitCode.CANNOT_WRITE_REPORT_FILE
    assert "report.txt" in capsys.readouterr().err
