"""The tool route: its options, its lines, and what it says instead of carrying rules out."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dicomdesk.cli.options.grammar import CommandLineError, parse
from dicomdesk.cli.program import run_program
from dicomdesk.cli.route.answers import Answers
from dicomdesk.cli.route.json_lines import RouteJsonReporter
from dicomdesk.cli.route.lines import RouteLines
from dicomdesk.cli.route.options import TOOL, RouteOptions, read_options
from dicomdesk.cli.route.tool import PROGRAM
from dicomdesk.engine.events import JobFinished, JobOutcome, Notice, NoticeLevel
from dicomdesk.engine.outbox.facts import PeerFree, PeerPaused, RunEnded
from dicomdesk.engine.receive.request import StorageMode
from dicomdesk.engine.routing.facts import (
    FileHandled,
    FileUnusable,
    RuleSent,
    RulesMended,
    RulesTroubled,
    RuleWithheld,
    SendingEnded,
)
from dicomdesk.engine.routing.station import StationFact
from dicomdesk.engine.rules.deciding import Verdict
from dicomdesk.logs import Level, console_log
from tests.helpers.jobs.routing import write_instance

AT = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)
SENT = RuleSent(rule="CT", destination="A", errand_id=3, study_instance_uid="1.2\n", instances=2)
WITHHELD = RuleWithheld(rule="CT", destination="A", verdict=Verdict.TO_SENDER, study_instance_uid="1.2", instances=1)
TOLD: list[tuple[StationFact, str, dict[str, object]]] = [
    (
        SENT,
        "I: rule CT: 2 instances of study 1.2\\n to A\n",
        {"event": "rule-sent", "rule": "CT", "destination": "A", "errand": 3, "study_instance_uid": "1.2\\n",
         "instances": 2, "opens_at": None},
    ),
    (
        WITHHELD,
        "I: rule CT: not sent back to A, who has sent it: 1 instance, study 1.2\n",
        {"event": "rule-withheld", "rule": "CT", "destination": "A", "verdict": "to-sender",
         "study_instance_uid": "1.2", "instances": 1},
    ),
    (
        SendingEnded(rule="CT", destination="A", errand_id=3, stored=1, failed=1, reason="no"),
        "W: rule CT: 1 of 2 instances stored by A: no\n",
        {"event": "sending-ended", "rule": "CT", "destination": "A", "errand": 3, "stored": 1, "failed": 1,
         "reason": "no"},
    ),
    (
        FileHandled(path="/in/a", new_path="/in/sent/a"),
        "I: /in/a is now /in/sent/a\n",
        {"event": "file-handled", "path": "/in/a", "new_path": "/in/sent/a", "problem": ""},
    ),
    (
        FileHandled(path="/in/a"),
        "I: /in/a is deleted\n",
        {"event": "file-handled", "path": "/in/a", "new_path": "", "problem": ""},
    ),
    (
        FileHandled(path="/in/a", problem="it has changed"),
        "W: /in/a stays where it is: it has changed\n",
        {"event": "file-handled", "path": "/in/a", "new_path": "", "problem": "it has changed"},
    ),
    (
        FileUnusable(path="/in/\x1ba", reason="no DICOM"),
        "W: /in/\\x1ba is passed over: no DICOM\n",
        {"event": "file-unusable", "path": "/in/\\x1ba", "reason": "no DICOM"},
    ),
    (
        RulesTroubled(about="/in", text="It is gone."),
        "W: It is gone.\n",
        {"event": "rules-troubled", "about": "/in", "text": "It is gone."},
    ),
    (RulesMended(about="/in"), "I: /in is in order again\n", {"event": "rules-mended", "about": "/in"}),
    (
        PeerPaused(peer="A", until=AT, reason="away"),
        f"W: A is tried again at {AT.astimezone():%H:%M:%S}: away\n",
        {"event": "peer-paused", "peer": "A", "until": AT.isoformat(), "reason": "away"},
    ),
    (PeerFree(peer="A"), "I: A is tried again\n", {"event": "peer-free", "peer": "A"}),
    (
        Notice(job_id="", level=NoticeLevel.WARNING, text="disk full"),
        "W: disk full\n",
        {"event": "notice", "level": "warning", "text": "disk full", "peer_host": None},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("fact", "line", "document"), TOLD)
def test_each_fact_has_its_line_and_its_object(
    fact: StationFact, line: str, document: dict[str, object], capfd: pytest.CaptureFixture[str]
) -> None:
    lines = RouteLines(console_log(Level.INFO), None)
    assert lines.wants(fact)
    lines.show([fact])
    RouteJsonReporter(lambda _event: ()).show([fact])
    out, err = capfd.readouterr()
    assert err == line
    found = json.loads(out)
    assert datetime.fromisoformat(found.pop("at"))
    assert found == document


def test_runs_that_went_well_and_the_end_have_no_words(capfd: pytest.CaptureFixture[str]) -> None:
    lines = RouteLines(console_log(Level.INFO), None)
    finished = JobFinished(job_id="j", outcome=JobOutcome.COMPLETED, counts={})
    lines.show([RunEnded(job_id="j", peer="A"), finished])
    lines.show([RunEnded(job_id="j", peer="A", reason="refused", advice="Look.")])
    RouteJsonReporter(lambda _event: ()).show([finished])
    assert capfd.readouterr() == ("", "W: A: refused Look.\n")


def read(*words: str) -> RouteOptions:
    return read_options(parse(TOOL, words))


def test_options_say_what_is_received_and_where_things_are_kept() -> None:
    options = read("--rules", "r.json", "--port", "104", "-od", "in", "--allow-calling", "CT1", "--json")
    assert (options.rules, options.journal) == (Path("r.json"), Path("r.json.journal"))
    assert options.reception is not None
    request = options.reception.request
    assert (request.port, request.storage.folder, request.acceptance.accept_all) == (104, Path("in"), True)
    assert request.acceptance.access.calling_ae_titles == {"CT1"}
    assert (request.identify, request.report_stored, options.writes_json) == (True, True, True)
    assert request.storage.mode is StorageMode.NORMAL
    assert read("--rules", "r.json", "--journal", "j").reception is None
    profiled = read("--rules", "r", "--port", "1", "-xf", "storescp.cfg", "Default").reception
    assert profiled is not None
    assert not profiled.request.acceptance.accept_all


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--rules", "r", "--port", "0"),
        ("--rules", "r", "--port", "1", "--ignore"),
        ("--rules", "r", "--test-sender", "CT1"),
        ("--rules", "r", "--list", "--test", "d"),
        ("--rules", "r", "--history", "a", "--list"),
    ],
)
def test_command_lines_that_make_no_sense_are_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(CommandLineError):
        read(*words)


RULES = {
    "dicomdesk_rules": 1,
    "rules": [
        {"name": "CT", "if": {"what": "modality", "is": "CT"}, "to": "NOBODY", "hours": "02:00-02:01"},
        {"name": "Off", "on": False, "to": {"ae_title": "A", "host": "127.0.0.1", "port": 104}},
        {"name": "All", "to": {"ae_title": "CT1", "host": "127.0.0.1", "port": 104}, "stop": True},
        {"name": "Rest", "to": {"ae_title": "B", "host": "127.0.0.1", "port": 104}},
    ],
}


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    file = tmp_path / "rules.json"
    file.write_text(json.dumps(RULES))
    write_instance(tmp_path / "study" / "1")
    write_instance(tmp_path / "study" / "2", uid="1.2.5")
    (tmp_path / "study" / "notes").write_text("no DICOM")
    return file


def answer(rules: Path, *words: str) -> int:
    return run_program(PROGRAM, ["--rules", str(rules), "--peers", str(rules.with_name("none.json")), *words])


def test_list_says_each_rule_and_which_peer_is_missing(rules: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert answer(rules, "--list") == 0
    out = capfd.readouterr().out
    assert "CT\n    When a study in which modality is CT has been quiet for 30 seconds, send the study to NOBODY" in out
    assert "    no peer is called NOBODY\n" in out
    assert "Off (off)\n" in out
    assert answer(rules, "--list", "--json") == 0
    documents = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [(document["name"], document["on"]) for document in documents] == [
        ("CT", True), ("Off", False), ("All", True), ("Rest", True)
    ]  # fmt: skip


def test_test_says_what_would_go_where_and_why_not(rules: Path, capfd: pytest.CaptureFixture[str]) -> None:
    study = str(rules.parent / "study")
    assert answer(rules, "--test", study, "--test-sender", "CT1", "--test-address", "127.0.0.1") == 0
    out = capfd.readouterr().out
    assert "study 1.2.3 (CT), 2 instances\n" in out
    assert "    CT: 2 instances to NOBODY" in out
    assert 'would wait: no peer is called "NOBODY"' in out
    assert "    All: not sent back to CT1@127.0.0.1:104, who has sent it: 2 instances\n" in out
    assert "    Rest: a rule above takes 2 instances and lets no rule below see them\n" in out
    assert out.endswith("1 of 1 study would go somewhere, 1 file passed over\n")
    assert answer(rules, "--test", study, "--json") == 0
    documents = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [document["event"] for document in documents] == ["file-unusable", "study-tried"]
    assert [result["verdict"] for result in documents[1]["results"]] == ["sent", "sent", "taken"]


def test_test_tells_by_its_exit_code_that_something_would_go_nowhere(
    rules: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert answer(rules, "--test", str(rules.parent / "nowhere")) == 80
    assert "No such file or directory" not in capfd.readouterr().out


def test_what_was_kept_is_shown_only_where_nobody_else_uses_it(rules: Path, capfd: pytest.CaptureFixture[str]) -> None:
    rules.with_name("rules.json.journal").write_text("no journal")
    assert answer(rules, "--list") == 0
    assert "what rules did before is not known" in capfd.readouterr().err
    assert Answers.answer.__doc__


def test_history_wants_a_rule_that_there_is(rules: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert answer(rules, "--history", "CT") == 0
    assert capfd.readouterr().out == ""
    assert answer(rules, "--history", "MR") == 22
    assert 'there is no rule called "MR"' in capfd.readouterr().err


def test_rules_that_cannot_be_used_are_told(rules: Path, capfd: pytest.CaptureFixture[str]) -> None:
    rules.write_text('{"dicomdesk_rules": 1, "rules": [{"name": "CT", "to": []}]}')
    assert answer(rules) == 22
    assert f'F: {rules}: rule 1 ("CT"): to: it has 1 to 50 peers\n' in capfd.readouterr().err
    rules.write_text('{"dicomdesk_rules": 1, "rules": []}')
    assert answer(rules) == 22
    assert "no rule is on, so there is nothing to do" in capfd.readouterr().err
    assert answer(rules.with_name("none")) == 22
