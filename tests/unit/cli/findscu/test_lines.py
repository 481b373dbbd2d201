from dataclasses import replace

import pytest

from dicomdesk.cli.findscu.lines import FindLines, exit_code
from dicomdesk.cli.findscu.options import TOOL, read_options
from dicomdesk.cli.options.grammar import parse
from dicomdesk.cli.query.inputs import make_identifiers
from dicomdesk.engine.events import JobOutcome
from dicomdesk.engine.query.cuts import Cut, CutSign
from dicomdesk.engine.query.facts import QueryAnswered, QueryEnded
from dicomdesk.engine.query.query import QueryFailure, QueryOutcome
from dicomdesk.logs import Level, console_log
from tests.helpers.data.datasets import EXPLICIT, Builder

CODES = {
    None: 0,
    QueryFailure.ASSOCIATION: 2,
    QueryFailure.NO_PRESENTATION_CONTEXT: 2,
    QueryFailure.IDENTIFIER: 0,
    QueryFailure.ABORTED_BY_PEER: 0,
    QueryFailure.QUERY: 0,
    QueryFailure.RELEASE: 2,
}
RESPONSE = Builder().element(0x00100020, "LO", "P1")


@pytest.mark.parametrize("failure", [None, *QueryFailure])
def test_exit_codes_are_those_of_dcmtk(failure: QueryFailure | None) -> None:
    outcome = QueryOutcome(outcome=JobOutcome.COMPLETED, ended=(), matches=0, failure=failure)
    assert exit_code(outcome, 0) == CODES[failure]


def test_signal_has_its_code() -> None:
    assert exit_code(QueryOutcome(outcome=JobOutcome.CANCELLED, ended=(), matches=0), 15) == 143


def lines(words: str = "", level: Level = Level.WARN) -> FindLines:
    options = read_options(parse(TOOL, [*words.split(), "h", "1", "-k", "PatientID"]))
    return FindLines(console_log(level), options, make_identifiers((), ("PatientID",)))


def answered(data: bytes = RESPONSE) -> QueryAnswered:
    return QueryAnswered("j", 1, 0, 1, 1, 1, 0xFF00, data, EXPLICIT)


def ended(status: int = 0, comment: str = "", cut: Cut | None = None) -> QueryEnded:
    return QueryEnded(job_id="j", association=1, query=0, message_id=1, status=status, comment=comment, cut=cut)


def test_responses_are_numbered_with_the_final_ones(capsys: pytest.CaptureFixture[str]) -> None:
    lines().show([answered(), ended(), answered(), answered(), ended()])
    heads = [line for line in capsys.readouterr().err.splitlines() if "Find Response" in line]
    assert heads == [f"I: Find Response: {number} (Pending)" for number in (1, 3, 4)]


def test_a_response_that_is_none_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    lines().show([answered(RESPONSE[:-1])])
    assert "I: # cannot be read: " in capsys.readouterr().err


@pytest.mark.parametrize(("words", "wanted"), [("", True), ("-q", False), ("-X", False), ("-q +sr", True)])
def test_responses_are_wanted_where_they_are_shown(words: str, wanted: bool) -> None:
    level = Level.FATAL if "-q" in words else Level.WARN
    assert lines(words, level).wants(answered()) is wanted


def test_of_parts_only_what_stays_cut_is_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    cut = Cut(sign=CutSign.ROUND, matches=100, text="Exactly 100 answers: there may be more")
    parts = [ended(cut=cut), ended(0xA700), ended(0xA700, cut=cut)]
    lines("--split-dates").show(parts)
    assert capsys.readouterr().err == ""
    lines("--split-dates").show([ended(0xC000)])
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "W: the peer ended the query with Failed: UnableToProcess (C000H)"
    assert [line[:5] for line in told[1:]] == ["W:   "]
    lines("--split-dates", Level.INFO).show(parts)
    told = capsys.readouterr().err.splitlines()
    assert (told.count(f"I: {cut.text}"), sum("(A700H)" in line for line in told)) == (2, 2)
    assert not [line for line in told if line.startswith("W: ")]


def test_what_went_wrong_is_told_at_the_default_level(capsys: pytest.CaptureFixture[str]) -> None:
    cut = Cut(sign=CutSign.ROUND, matches=500, text="Exactly 500 answers: there may be more")
    cancelled_here = replace(ended(0xFE00), is_cancelled=True)
    lines().show([ended(0xA700, "too\nmany"), ended(cut=cut), cancelled_here])
    told = capsys.readouterr().err.splitlines()
    assert told.pop(1).startswith("W:   Peer ANY-SCP@h:1: The peer could not search now.")
    assert told == [
        "W: the peer ended the query with Refused: OutOfResources (A700H): too\\nmany",
        "W: Exactly 500 answers: there may be more",
    ]


def test_peer_that_cancels_of_itself_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    lines().show([ended(0xFE00)])
    said, words = capsys.readouterr().err.splitlines()
    assert said.endswith("(FE00H)")
    assert words.startswith("W:   Peer ANY-SCP@h:1: ")
