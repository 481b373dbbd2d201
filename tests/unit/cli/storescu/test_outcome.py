from pathlib import Path

import pytest

from dicomdesk.cli.options.grammar import parse
from dicomdesk.cli.storescu.options import TOOL, StoreOptions, read_options
from dicomdesk.cli.storescu.outcome import StoreOutcome
from dicomdesk.engine.delivery.delivery import InstanceHaltError, NoContextError, SendResult
from dicomdesk.engine.delivery.delivery import SendFailure as Failure
from dicomdesk.engine.events import ItemOutcome, JobOutcome
from dicomdesk.errors import (
    AssociationAbortedError,
    AssociationRejectedError,
    ConversionError,
    DataError,
    DicomdeskError,
    InvalidUidError,
    NotDicomError,
    PeerTimeoutError,
    PeerUnreachableError,
    ProfileError,
    ProposalError,
    TruncatedError,
    UserIdentityError,
)
from dicomdesk.logs import Level, console_log
from tests.helpers.jobs.sample_events import send_result

STORED, REFUSED = ItemOutcome.STORED, ItemOutcome.REFUSED
PREMATURE_END = "0001:000a I/O suspension or premature end of stream"
GONE = AssociationAbortedError("Gone.", condition="Peer aborted Association (or never connected)")
LATE = PeerTimeoutError("Late.", condition="DIMSE No data available (timeout in non-blocking mode)")


def options(*words: str) -> StoreOptions:
    return read_options(parse(TOOL, [*words, "peer", "104", "f"]))


FILE_CONDITIONS = [
    (FileNotFoundError(2, "No such file or directory"), "0001:0012 No such file or directory"),
    (OSError("odd"), "0001:0012 odd"),
    (NoContextError("none"), "0006:0208 DIMSE No valid Presentation Context ID"),
    (InvalidUidError("no UID"), "0006:0202 DIMSE Inappropriate data for message"),
    (ConversionError("no codec"), "0006:020e DIMSE Failed to send message"),
    (NotDicomError("End of stream"), "0001:0005 End of stream"),
    (TruncatedError("I/O suspension or premature end of stream"), PREMATURE_END),
    (NotDicomError("File meta information header missing"), "0001:001c File meta information header missing"),
    (DataError("something of our own"), "something of our own"),
]


@pytest.mark.parametrize(("cause", "condition"), FILE_CONDITIONS)
def test_file_that_cannot_be_sent_has_a_condition_of_dcmtk(
    cause: DataError | OSError, condition: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for was_begun in (False, True):
        error = InstanceHaltError("No.", cause, was_begun=was_begun)
        _, outcome = ended(send_result(ItemOutcome.NOT_SENT, failure=Failure.SEND, error=error))
        outcome.show_failure()
        shown = "0006:020e DIMSE Failed to send message" if was_begun else condition
        assert capsys.readouterr().err == f"E: Store SCU Failed: {shown}\n"


def ended(what: SendResult, *words: str, signal: int = 0, is_report_written: bool = True) -> tuple[int, StoreOutcome]:
    outcome = StoreOutcome(options(*words), what, console_log(Level.WARN))
    return outcome.exit_code(last_signal=signal, is_report_written=is_report_written), outcome


@pytest.mark.parametrize(
    ("failure", "error", "lines"),
    [
        (Failure.PROFILE_FILE, ProfileError("bad file"), ["E: reading config file: bad file"]),
        (Failure.NO_INPUT_FILES, DataError("no input files to be sent"), ["F: no input files to be sent"]),
        (Failure.INVALID_INPUT_FILE, DataError("cannot access file: {f}"), ["F: cannot access file: {f}"]),
        (
            Failure.PROPOSAL,
            ProfileError("profile key undefined: X"),
            ["F: 0006:0426 profile key undefined: X"],
        ),
        (
            Failure.PROPOSAL,
            ProposalError("Too many.", condition="ASC Bad presentation context ID"),
            ["E: Too many presentation contexts", "F: 0006:0101 ASC Bad presentation context ID"],
        ),
        (
            Failure.ASSOCIATION,
            PeerUnreachableError("No.", condition="Illegal service parameter: Called AP Title"),
            [
                "E: Illegal service parameter: Called AP Title",
                "F: Association Request Failed: 0006:030c Illegal service parameter: Called AP Title",
            ],
        ),
        (
            Failure.ASSOCIATION,
            PeerUnreachableError("No.", condition="TCP Initialization Error: Connection refused"),
            ["F: Association Request Failed: 0006:031c TCP Initialization Error: Connection refused"],
        ),
        (
            Failure.ASSOCIATION,
            AssociationRejectedError("No.", result=2, source=3, reason=2),
            [
                "F: Association Rejected:",
                "F: Result: Rejected Transient, Source: Service Provider (Presentation Related)",
                "F: Reason: Local Limit Exceeded",
            ],
        ),
        (
            Failure.ASSOCIATION,
            UserIdentityError("No.", explanation="no response", condition="ASC User Identification Negotiation failed"),
            ["E: no response", "F: 0006:0108 ASC User Identification Negotiation failed"],
        ),
        (Failure.NO_PRESENTATION_CONTEXT, DataError("none"), ["F: No Acceptable Presentation Contexts"]),
        (
            Failure.ASSOCIATION_LOST,
            LATE,
            ["E: Store SCU Failed: 0006:0207 DIMSE No data available (timeout in non-blocking mode)"],
        ),
        (
            Failure.RELEASE,
            GONE,
            ["E: Association Release Failed: 0006:0317 Peer aborted Association (or never connected)"],
        ),
    ],
)
def test_failure_is_told_in_dcmtks_words(
    failure: Failure, error: DicomdeskError, lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, outcome = ended(send_result(STORED, failure=failure, error=error))
    outcome.show_failure()
    assert code == 1
    assert capsys.readouterr().err.splitlines() == lines


@pytest.mark.parametrize(
    ("status", "code"),
    [(0xA700, 167), (0xA900, 169), (0xC001, 192), (0x0122, 1), (0x0210, 2), (0xFE00, 254), (0xFF00, 255)],
)
def test_refusal_is_the_upper_byte_of_the_status(status: int, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    refused = send_result(REFUSED, failure=Failure.STATUS, error=DataError("no"), status=status)
    found, outcome = ended(refused, "--strict")
    outcome.show_failure()
    outcome.show_summary()
    assert found == code
    assert capsys.readouterr().err == ""


def test_status_without_an_upper_byte_is_a_failure_for_strict_only() -> None:
    refused = send_result(REFUSED, failure=Failure.STATUS, error=DataError("no"), status=0x0023)
    assert ended(refused)[0] == 0
    assert ended(refused, is_report_written=False)[0] == 43
    assert ended(refused, "--strict")[0] == 80


def test_lost_association_is_ten(capsys: pytest.CaptureFixture[str]) -> None:
    code, outcome = ended(send_result(STORED, failure=Failure.ASSOCIATION_LOST, error=GONE))
    outcome.show_failure()
    assert (code, capsys.readouterr().err) == (10, "")


def test_without_halt_zero_says_nothing_unless_strict(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(send_result(STORED, REFUSED), "-nh")[0] == 0
    code, outcome = ended(send_result(STORED, REFUSED), "-nh", "--strict")
    outcome.show_summary()
    assert code == 80
    assert capsys.readouterr().err == "W: 1 of 2 instances not stored by the peer\n"
    assert ended(send_result(STORED, ItemOutcome.WARNING), "--strict")[0] == 0


def test_signal_is_told_by_the_exit_code() -> None:
    cancelled = send_result(STORED, ItemOutcome.NOT_SENT, outcome=JobOutcome.CANCELLED)
    assert ended(cancelled, signal=15)[0] == 143
    assert ended(cancelled, "--strict")[0] == 80


def test_report_is_written_where_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    _, outcome = ended(send_result(STORED), "--create-report-file", str(path))
    assert outcome.write_report()
    assert path.read_text()
    assert ended(send_result(STORED))[1].write_report()
    assert ended(send_result(STORED), is_report_written=False)[0] == 43
