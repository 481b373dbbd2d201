import pytest

from dicomdesk.cli.getscu.lines import GetLines, exit_code
from dicomdesk.cli.getscu.options import TOOL, read_options
from dicomdesk.cli.options.grammar import parse
from dicomdesk.cli.query.inputs import Fault, Identifiers, make_identifiers
from dicomdesk.engine import events
from dicomdesk.engine.retrieve.facts import RetrieveEnded, SubOperations
from dicomdesk.engine.retrieve.outcome import Diagnosis, DiagnosisKind, RetrieveFailure, RetrieveOutcome
from dicomdesk.logs import Level, console_log

SOUND = Identifiers(data_sets=())


def outcome(
    failure: RetrieveFailure | None = None,
    *,
    cancelled: bool = False,
    diagnoses: tuple[Diagnosis, ...] = (),
) -> RetrieveOutcome:
    return RetrieveOutcome(
        outcome=events.JobOutcome.CANCELLED if cancelled else events.JobOutcome.COMPLETED,
        ended=(),
        announced=None,
        reported=SubOperations(completed=0, failed=0, warning=0, remaining=0),
        arrived=0,
        stored=0,
        missing=(),
        refused=(),
        diagnoses=diagnoses,
        failure=failure,
    )


@pytest.mark.parametrize("failure", [None, *RetrieveFailure])
def test_exit_codes_are_those_of_dcmtk(failure: RetrieveFailure | None) -> None:
    assert exit_code(outcome(failure), SOUND, 0) == (0 if failure in (None, RetrieveFailure.RELEASE) else 1)


def test_faults_and_signals_have_their_codes() -> None:
    faulty = Identifiers(data_sets=(), fault=Fault(text="", condition="x"))
    assert exit_code(outcome(), faulty, 0) == 1
    assert exit_code(outcome(cancelled=True), SOUND, 2) == 130


def lines(level: Level = Level.WARN) -> GetLines:
    options = read_options(parse(TOOL, ["h", "1", "-k", "PatientID"]))
    return GetLines(console_log(level), options, make_identifiers((), ("PatientID",)))


def test_failures_are_told_at_the_default_level(capsys: pytest.CaptureFixture[str]) -> None:
    ended = RetrieveEnded(job_id="j", association=1, number=0, message_id=1, status=0xA702)
    finished = events.ItemFinished(
        job_id="j",
        association=1,
        index=0,
        path="",
        outcome=events.ItemOutcome.REFUSED,
        status=0xA700,
        reason="disk\nfull",
    )
    made = lines()
    made.show([finished, ended])
    diagnosis = Diagnosis(kind=DiagnosisKind.NOTHING_FOUND, text="The peer has nothing.", advice="Ask again.")
    made.show_end(outcome(diagnoses=(diagnosis,)), aborts_at_end=False)
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith("W: received object not stored, answered ")
    assert told[0].endswith(": disk\\nfull")
    assert told[1:] == [
        "E: DIMSE status is: Refused: OutOfResourcesSubOperations",
        "W: The peer has nothing. Ask again.",
    ]
