import pytest

from dicomdesk.cli.echoscu.lines import exit_code
from dicomdesk.engine.check.echo import EchoFailure, EchoResult
from dicomdesk.engine.events import JobOutcome

CODES = {
    None: 0,
    EchoFailure.ASSOCIATION: 1,
    EchoFailure.NO_PRESENTATION_CONTEXT: 1,
    EchoFailure.ABORTED_BY_PEER: 0,
    EchoFailure.RELEASED_BY_PEER: 70,
    EchoFailure.ECHO: 70,
    EchoFailure.RELEASE: 1,
}


@pytest.mark.parametrize("failure", [None, *EchoFailure])
def test_exit_codes_are_those_of_dcmtk(failure: EchoFailure | None) -> None:
    result = EchoResult(outcome=JobOutcome.COMPLETED, text="x", failure=failure)
    assert exit_code(result, 0) == CODES[failure]


def test_signal_has_its_code() -> None:
    result = EchoResult(outcome=JobOutcome.CANCELLED, text="x", failure=EchoFailure.ECHO)
    assert exit_code(result, 2) == 130


@pytest.mark.parametrize("failure", [None, *EchoFailure])
def test_where_json_tells_of_a_failure_the_exit_code_does_too(failure: EchoFailure | None) -> None:
    result = EchoResult(outcome=JobOutcome.FAILED, text="x", failure=failure)
    assert exit_code(result, 0, writes_json=True) == (CODES[failure] or 70)
