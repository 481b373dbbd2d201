import pytest

from dicomdesk.cli.sender.preflight import PreflightLines, exit_code, result_lines
from dicomdesk.engine.delivery.delivery import SendFailure
from dicomdesk.engine.events import InputSkipped, JobOutcome
from dicomdesk.engine.forecast import ForecastGroup, Help, Verdict
from dicomdesk.engine.preflight.preflight import PreflightResult
from dicomdesk.errors import DataError
from dicomdesk.logs import Level, console_log

CODES: dict[SendFailure, int] = {SendFailure.SEND: 62}


def group(verdict: Verdict, **values: object) -> ForecastGroup:
    fields: dict[str, object] = {
        "verdict": verdict,
        "sop_class_uid": "1.2.840.10008.5.1.4.1.1.2",
        "sop_class_name": "CT Image Storage",
        "transfer_syntax_uid": "1.2.840.10008.1.2.4.50",
        "converted_to": "",
        "reason": "",
        "advice": "",
        "helps": (),
        "items": 7,
        "size_bytes": 7000,
        "paths": ("a.dcm", "b\x1b.dcm"),
        "association": 1,
    }
    return ForecastGroup(**{**fields, **values})  # type: ignore[arg-type] # values of a test


def result(*groups: ForecastGroup, failure: SendFailure | None = None, cancelled: bool = False) -> PreflightResult:
    outcome = JobOutcome.FAILED if failure else JobOutcome.COMPLETED
    return PreflightResult(
        outcome=JobOutcome.CANCELLED if cancelled else outcome,
        failure=failure,
        error=DataError("x") if failure else None,
        groups=groups,
        items=(),
        skipped=(),
        negotiations=(),
    )


def test_groups_are_shown_with_what_would_help() -> None:
    lines = list(
        result_lines(
            result(
                group(
                    Verdict.CANNOT_GO,
                    reason="The peer does not take it.",
                    advice="Allow more.",
                    helps=(Help.ALLOW_LOSSY_DECOMPRESSION, Help.CHANGE_PEER),
                ),
                group(Verdict.CONVERTED, converted_to="1.2.840.10008.1.2.1", reason="So it is."),
                group(Verdict.AS_IS),
            )
        )
    )
    assert lines == [
        "cannot go  CT Image Storage, JPEG Baseline: 7 instances, 7.0 KB",
        "           The peer does not take it.",
        "           Allow more. (--decompress-lossy)",
        "             a.dcm",
        "             b\\x1b.dcm",
        "             and 5 more",
        "converted  CT Image Storage, JPEG Baseline -> Little Endian Explicit: 7 instances, 7.0 KB",
        "           So it is.",
        "as is      CT Image Storage, JPEG Baseline: 7 instances, 7.0 KB",
        "0 instances: 7 as is, 7 converted, 7 cannot go; 0 associations opened, nothing sent",
    ]


@pytest.mark.parametrize("is_failure", [False, True])
def test_inputs_that_are_passed_over_are_warned_of(is_failure: bool, capsys: pytest.CaptureFixture[str]) -> None:
    event = InputSkipped(job_id="j", path="locked/in\x1b", reason="Permission denied", is_failure=is_failure)
    lines = PreflightLines(console_log(Level.WARN), "dcmsend")
    assert lines.wants(event)
    lines.show([event])
    assert capsys.readouterr().err == ("" if is_failure else "W: Permission denied: locked/in\\x1b\n")


def test_files_that_are_not_usable_are_shown() -> None:
    (first, *_) = result_lines(result(group(Verdict.CANNOT_GO, sop_class_uid="", items=1)))
    assert first == "cannot go  not usable: 1 file"


@pytest.mark.parametrize(
    ("found", "signal", "code"),
    [
        (result(group(Verdict.AS_IS), group(Verdict.CONVERTED)), 0, 0),
        (result(group(Verdict.CANNOT_GO)), 0, 80),
        (result(group(Verdict.CANNOT_GO), failure=SendFailure.SEND), 0, 62),
        (result(failure=SendFailure.ASSOCIATION), 0, 70),
        (result(cancelled=True), 15, 143),
    ],
)
def test_exit_code_is_as_sending_would_give(found: PreflightResult, signal: int, code: int) -> None:
    assert exit_code(found, CODES, signal) == code
