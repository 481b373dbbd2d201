import pytest

from dicomdesk.cli.echoscu.diagnosis_lines import capability_lines, exit_code, step_lines
from dicomdesk.engine.check.check import CheckResult
from dicomdesk.engine.check_findings import (
    Capabilities,
    CheckStage,
    CheckState,
    CheckStep,
    ServiceGroup,
    SopClassCapability,
)
from dicomdesk.engine.events import JobOutcome

EXPLICIT, IMPLICIT = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"


def test_step_is_shown_with_cause_and_what_to_do() -> None:
    step = CheckStep(
        stage=CheckStage.TCP,
        state=CheckState.FAILED,
        text="No connection.",
        duration_s=1.2345,
        cause="Because.",
        advice="Do this.",
        details=("a\x1b: refused",),
    )
    assert list(step_lines(step)) == [
        "FAILED   connection    1,234 ms  No connection.",
        "           a\\x1b: refused",
        "         Likely cause: Because.",
        "         Next: Do this.",
    ]


def test_skipped_step_has_no_time() -> None:
    step = CheckStep(stage=CheckStage.ECHO, state=CheckState.SKIPPED, text="Not tried.")
    assert list(step_lines(step)) == ["skipped  echo                    Not tried."]


def test_classes_with_the_same_transfer_syntaxes_stand_together() -> None:
    def capability(name: str, *uids: str, group: ServiceGroup = ServiceGroup.STORAGE) -> SopClassCapability:
        return SopClassCapability(group=group, sop_class_uid=name, name=name, transfer_syntaxes=uids)

    accepted = (
        capability("CT", EXPLICIT, IMPLICIT),
        capability("SR", IMPLICIT),
        capability("MR", EXPLICIT, IMPLICIT),
        capability("Echo", IMPLICIT, group=ServiceGroup.VERIFICATION),
    )
    capabilities = Capabilities(accepted=accepted, asked=9, total=9, associations=1, is_complete=True)
    assert list(capability_lines(capabilities)) == [
        "",
        "Accepted: 4 of 9 SOP classes",
        "",
        "Verification (1)",
        "  as Little Endian Implicit:",
        "    Echo",
        "",
        "Storage (3)",
        "  as Little Endian Explicit; Little Endian Implicit:",
        "    CT",
        "    MR",
        "  as Little Endian Implicit:",
        "    SR",
    ]


@pytest.mark.parametrize(("stage", "code"), list(zip(CheckStage, range(81, 87), strict=True)))
def test_exit_code_names_the_step_that_failed(stage: CheckStage, code: int) -> None:
    steps = (CheckStep(stage=stage, state=CheckState.FAILED, text="x"),)
    result = CheckResult(outcome=JobOutcome.FAILED, steps=steps, capabilities=None)
    assert exit_code(result, 0) == code


def test_warnings_are_no_failures() -> None:
    steps = (CheckStep(stage=CheckStage.TLS, state=CheckState.WARNING, text="x"),)
    assert exit_code(CheckResult(outcome=JobOutcome.COMPLETED, steps=steps, capabilities=None), 0) == 0
    assert exit_code(CheckResult(outcome=JobOutcome.CANCELLED, steps=steps, capabilities=None), 2) == 130
