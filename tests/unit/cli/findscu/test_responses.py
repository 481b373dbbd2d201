from pathlib import Path

import pytest

from dicomdesk.cli.findscu.lines import FindLines
from dicomdesk.cli.findscu.options import TOOL, read_options
from dicomdesk.cli.findscu.responses import Responses
from dicomdesk.cli.options.grammar import parse
from dicomdesk.cli.query.inputs import make_identifiers
from dicomdesk.engine.query.facts import QueryAnswered, QueryEnded
from dicomdesk.logs import Level, console_log
from tests.helpers.data.datasets import EXPLICIT, Builder

RESPONSE = Builder().element(0x00100020, "LO", "P1")
ENDED = QueryEnded(job_id="j", association=1, query=0, message_id=1, status=0)


def responses(words: str) -> Responses:
    options = read_options(parse(TOOL, [*words.split(), "-q", "h", "1", "-k", "PatientID"]))
    identifiers = make_identifiers(options.files, options.keys)
    log = console_log(Level.ERROR)
    return Responses(FindLines(log, options, identifiers), log, options, identifiers)


def answered(data: bytes = RESPONSE) -> QueryAnswered:
    return QueryAnswered("j", 1, 0, 1, 1, 1, 0xFF00, data, EXPLICIT)


@pytest.mark.parametrize(("words", "wanted"), [("", False), ("--csv", True), ("-Xx", True)])
def test_responses_are_wanted_where_they_go_somewhere(words: str, wanted: bool) -> None:
    assert responses(words).wants(answered()) is wanted


def test_files_and_stdout_are_given_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = responses(f"--csv -X -od {tmp_path}")
    made.show([answered(), answered(), ENDED, answered()])
    made.end()
    assert capsys.readouterr().out.split() == ["PatientID", "P1", "P1", "P1"]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["rsp0001.dcm", "rsp0002.dcm", "rsp0004.dcm"]
    assert not made.is_lost


def test_a_response_that_is_none_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    made = responses("--json")
    made.show([answered(RESPONSE[:-1]), answered()])
    made.end()
    out, err = capsys.readouterr()
    assert out == '{"00100020":{"vr":"LO","Value":["P1"]}}\n'
    assert err.startswith("E: response 1 cannot be read: ")
