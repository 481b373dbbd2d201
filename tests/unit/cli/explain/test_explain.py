"""The tool explain, and the page of failures."""

import io
import json
import sys
from pathlib import Path

import pytest

from dicomdesk.cli.explain.page import failures_page
from dicomdesk.cli.explain.tool import PROGRAM
from dicomdesk.cli.program import run_program
from dicomdesk.engine.explain.recognition import FAILURES

Output = pytest.CaptureFixture[str]


def test_a_status_is_explained_with_cause_and_what_to_do(capsys: Output) -> None:
    assert run_program(PROGRAM, ["--service", "C-MOVE", "a801"]) == 0
    text = capsys.readouterr().out
    assert "C-MOVE with the status A801H (Refused: Move Destination Unknown)" in text
    assert "  Cause: The peer does not know" in text
    assert "  Next:  Have the destination registered" in text


def test_several_words_are_one_text(capsys: Output) -> None:
    assert run_program(PROGRAM, ["Reason:", "Called", "AE", "Title", "Not", "Recognized"]) == 0
    assert "goes by another AE title" in capsys.readouterr().out


def test_a_file_is_looked_through_and_its_lines_are_named(tmp_path: Path, capsys: Output) -> None:
    log = tmp_path / "dcmsend.log"
    log.write_bytes(b"I: fine\nF: Connection refused\n\xff\xfe\nF: Connection refused\n")
    assert run_program(PROGRAM, [str(log)]) == 0
    assert f"{log}, line 2 and 1 more:" in capsys.readouterr().out


def test_json_has_the_same_words(capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("F: Connection refused\n1/1/7\n"))
    assert run_program(PROGRAM, ["--json", "-"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["key"], each["lines"]) for each in told] == [("port-closed", [1]), ("rejected-1-7", [2])]
    assert all(each["cause"] and each["advice"] and each["text"] for each in told)


def test_what_nobody_knows_is_said_and_is_not_success(capsys: Output) -> None:
    assert run_program(PROGRAM, ["hello"]) == 80
    assert "nothing in it is known" in capsys.readouterr().err


def test_a_service_that_does_not_exist_is_named(capsys: Output) -> None:
    assert run_program(PROGRAM, ["--service", "C-FETCH", "A700"]) == 1
    assert "C-FETCH" in capsys.readouterr().err


def test_every_failure_is_on_the_page_with_its_words() -> None:
    page = failures_page()
    for failure in FAILURES:
        assert f"| {failure.sentence} | {failure.cause} | {failure.advice} |" in page
    for number in ("A7xx", "A9xx", "Cxxx", "0110", "A702", "FF01"):
        assert f"| {number} |" in page
