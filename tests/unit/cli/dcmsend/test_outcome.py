from collections.abc import Sequence
from pathlib import Path

import pytest

from dicomdesk.cli.dcmsend.options import TOOL, SendOptions, read_options
from dicomdesk.cli.dcmsend.outcome import SendOutcome
from dicomdesk.cli.options.grammar import parse
from dicomdesk.engine.delivery.delivery import SendFailure, SendResult
from dicomdesk.engine.events import ItemOutcome, JobOutcome
from dicomdesk.errors import (
    AssociationAbortedError,
    DataError,
    DicomdeskError,
    InvalidUidError,
    PeerUnreachableError,
)
from dicomdesk.logs import Level, console_log
from tests.helpers.jobs.sample_events import send_result

STORED, REFUSED, NOT_SENT = ItemOutcome.STORED, ItemOutcome.REFUSED, ItemOutcome.NOT_SENT
PEER_GONE = AssociationAbortedError("Gone.", condition="Peer aborted Association (or never connected)")

PLANNED_FAILURES = (
    SendFailure.NO_INPUT_FILES,
    SendFailure.INVALID_INPUT_FILE,
    SendFailure.NO_VALID_INPUT_FILES,
    SendFailure.ASSOCIATION,
    SendFailure.SEND,
    SendFailure.NO_PRESENTATION_CONTEXT,
)


def options(*words: str) -> SendOptions:
    return read_options(parse(TOOL, [*words, "peer", "104", "f"]))


def told(
    found: SendResult,
    capsys: pytest.CaptureFixture[str],
    words: Sequence[str] = (),
    *,
    level: Level = Level.WARN,
) -> list[str]:
    outcome = SendOutcome(options(*words), found, console_log(level))
    outcome.show_failure()
    outcome.show_summary()
    return capsys.readouterr().err.splitlines()


@pytest.mark.parametrize(
    ("failure", "error", "code", "lines"),
    [
        (SendFailure.NO_INPUT_FILES, DataError("no input files"), 21, ["F: no input files"]),
        (SendFailure.INVALID_INPUT_FILE, DataError("bad DICOM file: f: r"), 22, ["F: bad DICOM file: f: r"]),
        (SendFailure.NO_VALID_INPUT_FILES, DataError("no valid"), 23, ["F: no valid"]),
        (
            SendFailure.ASSOCIATION,
            PeerUnreachableError("Nobody listens.", condition="TCP Initialization Error: Connection refused"),
            61,
            ["F: cannot negotiate network association: TCP Initialization Error: Connection refused"],
        ),
        (
            SendFailure.SEND,
            PEER_GONE,
            62,
            [
                "E: Failed receiving DIMSE response: 0006:0317 Peer aborted Association (or never connected)",
                "F: cannot send SOP instance: Peer aborted Association (or never connected)",
            ],
        ),
        (SendFailure.SEND, DataError("Gone"), 62, ["F: cannot send SOP instance: Gone"]),
        (
            SendFailure.SEND,
            InvalidUidError("there is no data set in the file", condition="Invalid SOP Class UID"),
            62,
            ["F: cannot send SOP instance: Invalid SOP Class UID"],
        ),
        (
            SendFailure.NO_PRESENTATION_CONTEXT,
            DataError("x"),
            65,
            ["E: cannot add presentation contexts: Unsupported compression or encryption"],
        ),
    ],
)
def test_failure_has_dcmtks_words_and_code(
    failure: SendFailure, error: DicomdeskError, code: int, lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    found = send_result(NOT_SENT, failure=failure, error=error)
    assert told(found, capsys) == lines
    outcome = SendOutcome(options(), found, console_log(Level.OFF))
    assert outcome.exit_code(last_signal=0, is_report_written=True) == code
    assert outcome.exit_code(last_signal=0, is_report_written=False) == code


def test_every_failure_of_a_planned_job_has_a_code() -> None:
    for failure in PLANNED_FAILURES:
        outcome = SendOutcome(options(), send_result(failure=failure), console_log(Level.OFF))
        assert outcome.exit_code(last_signal=0, is_report_written=True) > 20


@pytest.mark.parametrize(
    ("found", "words", "signal", "is_written", "code"),
    [
        (send_result(STORED), [], 0, True, 0),
        (send_result(STORED), ["--strict"], 0, True, 0),
        (send_result(STORED, REFUSED), [], 0, True, 0),
        (send_result(STORED, REFUSED), ["--strict"], 0, True, 80),
        (send_result(ItemOutcome.WARNING), ["--strict"], 0, True, 0),
        (send_result(STORED), [], 0, False, 43),
        (send_result(REFUSED), ["--strict"], 0, False, 43),
        (send_result(STORED, NOT_SENT, outcome=JobOutcome.CANCELLED), [], 2, True, 130),
        (send_result(STORED, NOT_SENT, outcome=JobOutcome.CANCELLED), ["--strict"], 15, False, 143),
        (send_result(STORED), [], 15, True, 0),
    ],
)
def test_exit_code(found: SendResult, words: list[str], signal: int, *, is_written: bool, code: int) -> None:
    outcome = SendOutcome(options(*words), found, console_log(Level.OFF))
    assert outcome.exit_code(last_signal=signal, is_report_written=is_written) == code


def test_summary_is_shown_at_info_and_losses_always(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(send_result(STORED), capsys) == []
    assert told(send_result(STORED, REFUSED), capsys) == ["W: 1 of 2 instances not stored by the peer"]
    lines = told(send_result(STORED, REFUSED), capsys, level=Level.INFO)
    assert lines[:3] == ["I: ", "I: Status Summary", "I: --------------"]
    assert lines[-1] == "W: 1 of 2 instances not stored by the peer"


def test_report_is_written_and_an_older_one_announced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "report"
    outcome = SendOutcome(options("+crf", str(path)), send_result(STORED), console_log(Level.WARN))
    assert outcome.write_report()
    assert capsys.readouterr().err == ""
    assert outcome.write_report()
    assert capsys.readouterr().err == f"W: file '{path}' already exists, overwriting\n"
    assert path.read_text().startswith("Detailed Report")


def test_report_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "nofolder" / "report"
    assert not SendOutcome(options("+crf", str(path)), send_result(STORED), console_log(Level.WARN)).write_report()
    said, words = capsys.readouterr().err.splitlines()
    assert said == f"E: cannot write detailed report to file '{path}'"
    assert words.startswith("W:   No such file or directory. ")


def test_no_report_is_written_where_none_is_asked_for() -> None:
    assert SendOutcome(options(), send_result(STORED), console_log(Level.WARN)).write_report()
