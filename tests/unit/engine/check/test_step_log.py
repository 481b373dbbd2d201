import pytest

from dicomdesk.engine.check.step_log import StepLog
from dicomdesk.engine.check_findings import CheckStage, CheckState
from dicomdesk.engine.events import CheckStepFinished, CheckStepStarted, Event
from dicomdesk.engine.explain.remedies import Remedy

REMEDY = Remedy("why", "what to do")


def test_steps_are_told_as_they_begin_and_end() -> None:
    told: list[Event] = []
    log = StepLog("job", told.append)
    with log.step(CheckStage.TCP) as step:
        assert [type(event) for event in told] == [CheckStepStarted]
        step.warn("slow", REMEDY, ["detail"])
    assert isinstance(told[1], CheckStepFinished)
    assert told[1].step == log.steps[0]
    (ended,) = log.steps
    assert (ended.state, ended.text, ended.cause, ended.advice) == (CheckState.WARNING, "slow", *REMEDY)
    assert ended.details == ("detail",)
    assert ended.duration_s is not None


def test_step_that_is_left_without_a_word_was_cancelled() -> None:
    log = StepLog("job", lambda _event: None)
    with pytest.raises(KeyError), log.step(CheckStage.TCP):
        raise KeyError
    assert (log.steps[0].state, log.steps[0].text) == (CheckState.SKIPPED, "Cancelled.")


def test_steps_that_were_not_begun_are_skipped() -> None:
    log = StepLog("job", lambda _event: None)
    with log.step(CheckStage.TCP) as step:
        step.fail("no", REMEDY)
    log.skip_missing([CheckStage.TCP, CheckStage.ECHO])
    assert [(step.stage, step.state) for step in log.steps] == [
        (CheckStage.TCP, CheckState.FAILED),
        (CheckStage.ECHO, CheckState.SKIPPED),
    ]
    assert log.steps[1].duration_s is None
