from dicomdesk.engine.check_findings import CheckStage, CheckState, CheckStep
from dicomdesk.gui.models.check_steps import (
    check_text,
    ended_look,
    running_look,
    stage_word,
    step_mark,
    stopped_look,
    waiting_look,
)
from dicomdesk.gui.theme import Tone
from dicomdesk.paths import resource
from tests.helpers.window import scenes


def test_every_step_and_state_has_word_and_icon() -> None:
    assert len({stage_word(stage) for stage in CheckStage}) == len(CheckStage)
    marks = [step_mark(state) for state in CheckState]
    marks += [waiting_look(CheckStage.TCP).mark, running_look(CheckStage.TCP, 0.0).mark]
    marks.append(stopped_look(CheckStage.TCP).mark)
    assert len({mark.word for mark in marks}) == len(marks)
    assert all(resource(f"icons/{mark.icon}.svg") for mark in marks)


def test_failure_says_what_why_and_what_next() -> None:
    look = ended_look(scenes.failed_check_steps()[2])
    assert look.time == "18 ms"
    said, cause, advice = look.lines
    assert said[0].startswith("The peer's certificate is not from")
    assert cause[0].startswith("Likely cause: It was issued by")
    assert advice[0].startswith("Next: Get the certificate")
    assert advice[1] is Tone.ACTIVE


def test_success_tells_its_facts_and_what_was_skipped_tells_nothing() -> None:
    look = ended_look(scenes.check_steps()[3])
    assert look.lines[-1] == ("SOME_PACS_42, largest PDU 16 KB", Tone.QUIET)
    skipped = ended_look(CheckStep(stage=CheckStage.ECHO, state=CheckState.SKIPPED, text="Not tried."))
    assert (skipped.lines, skipped.time) == ((), "")
    assert running_look(CheckStage.ECHO, 1.5, "on the way").lines == (("on the way", Tone.QUIET),)


def test_whole_check_is_told_as_text() -> None:
    text = check_text("PACS@pacs.example:104", scenes.failed_check_steps(), [])
    assert text.splitlines()[0] == "Connection check of PACS@pacs.example:104"
    assert "Encryption (TLS)  Failed  18 ms" in text
    assert "    Next: Get the certificate" in text
