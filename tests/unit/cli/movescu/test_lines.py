import pytest

from dicomdesk.cli.movescu.lines import MoveLines, exit_code
from dicomdesk.cli.movescu.options import TOOL, read_options
from dicomdesk.cli.options.grammar import parse
from dicomdesk.cli.query.inputs import make_identifiers
from dicomdesk.engine import events
from dicomdesk.engine.retrieve.facts import RetrieveEnded, SubOperations
from dicomdesk.engine.retrieve.outcome import RetrieveFailure, RetrieveOutcome
from dicomdesk.logs import Level, console_log

FAILURES = {
    RetrieveFailure.ASSOCIATION: 61,
    RetrieveFailure.NO_PRESENTATION_CONTEXT: 66,
    RetrieveFailure.IDENTIFIER: 0,
    RetrieveFailure.ABORTED_BY_PEER: 0,
    RetrieveFailure.REQUEST: 0,
    RetrieveFailure.RELEASE: 67,
}


def ended(status: int) -> RetrieveEnded:
    return RetrieveEnded(job_id="retrieve-1", association=1, number=0, message_id=1, status=status)


def outcome(
    *statuses: int,
    failure: RetrieveFailure | None = None,
    how: events.JobOutcome = events.JobOutcome.COMPLETED,
) -> RetrieveOutcome:
    return RetrieveOutcome(
        outcome=how,
        ended=tuple(map(ended, statuses)),
        announced=None,
        reported=SubOperations(completed=0, failed=0, warning=0, remaining=0),
        arrived=None,
        stored=None,
        missing=(),
        refused=(),
        diagnoses=(),
        failure=failure,
    )


@pytest.mark.parametrize(("failure", "code"), FAILURES.items())
def test_failures_have_the_codes_of_dcmtk(failure: RetrieveFailure, code: int) -> None:
    assert exit_code(outcome(failure=failure), 0, is_any_context_accepted=False) == code


def test_a_context_for_something_else_is_no_failure_for_dcmtk() -> None:
    refused = outcome(failure=RetrieveFailure.NO_PRESENTATION_CONTEXT)
    assert exit_code(refused, 0, is_any_context_accepted=True) == 0


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ((0,), 0),
        ((0xFE00,), 0),
        ((0, 0xB000), 68),
        ((0xA801,), 69),
        ((0xB000, 0xC001), 69),
        ((0xC001, 0xB000), 69),
        ((0xB001,), 69),
    ],
)
def test_final_statuses_have_the_codes_of_dcmtk(statuses: tuple[int, ...], code: int) -> None:
    assert exit_code(outcome(*statuses), 0, is_any_context_accepted=True) == code


def test_signal_has_its_code() -> None:
    assert exit_code(outcome(how=events.JobOutcome.CANCELLED), 15, is_any_context_accepted=True) == 143


def lines(level: Level) -> MoveLines:
    options = read_options(parse(TOOL, ["h", "1", "-k", "PatientID", "+P", "1"]))
    return MoveLines(console_log(level), options, make_identifiers((), ("PatientID",)))


def received(outcome_: events.ItemOutcome, reason: str = "") -> events.ItemFinished:
    return events.ItemFinished(
        job_id="receive-1",
        association=1,
        index=0,
        path="CT.1",
        outcome=outcome_,
        status=0 if outcome_ is events.ItemOutcome.STORED else 0xA700,
        reason=reason,
        size_bytes=20_000,
    )


def test_what_is_received_is_drawn_in_verbose_mode(capsys: pytest.CaptureFixture[str]) -> None:
    for level in (Level.WARN, Level.INFO, Level.DEBUG):
        lines(level).show([received(events.ItemOutcome.STORED)])
    assert capsys.readouterr().out == "RECV: ..\n"


def test_what_was_not_stored_is_told_at_the_default_level(capsys: pytest.CaptureFixture[str]) -> None:
    made = lines(Level.WARN)
    refused = received(events.ItemOutcome.REFUSED, "disk\nfull")
    assert made.wants(refused)
    assert not made.wants(received(events.ItemOutcome.STORED))
    made.show([refused, ended(0xB000), ended(0xA801), ended(0xFE00)])
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith("W: received object not stored, answered ")
    assert told[0].endswith(": disk\\nfull")
    assert told[1:] == [
        "W: Move response with warning status (Warning: SubOperationsCompleteOneOrMoreFailures)",
        "W: Move response with error status (Refused: MoveDestinationUnknown)",
    ]
