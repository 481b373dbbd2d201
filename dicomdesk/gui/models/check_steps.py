"""Steps of a connection check as they are shown: word, state and findings of each."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.engine.check_findings import CheckStage, CheckState, CheckStep
from dicomdesk.gui import wording
from dicomdesk.gui.models.capability_nodes import ServiceNode, SopClassNode
from dicomdesk.gui.outline.model import Mark
from dicomdesk.gui.theme import Tone
from dicomdesk.records import dataclass


def _say(text: str) -> str:
    return QCoreApplication.translate("check_steps", text)


def stage_word(stage: CheckStage) -> str:
    """Return what a step is called."""
    return {
        CheckStage.RESOLUTION: _say("Name"),
        CheckStage.TCP: _say("Connection (TCP)"),
        CheckStage.TLS: _say("Encryption (TLS)"),
        CheckStage.ASSOCIATION: _say("Association"),
        CheckStage.ECHO: _say("Echo"),
        CheckStage.CAPABILITIES: _say("Capabilities"),
    }[stage]


def step_mark(state: CheckState) -> Mark:
    """Return how the end of a step looks."""
    return {
        CheckState.OK: Mark("stored", _say("OK"), Tone.GOOD),
        CheckState.WARNING: Mark("warning", _say("Warning"), Tone.WARNING),
        CheckState.FAILED: Mark("failed", _say("Failed"), Tone.BAD),
        CheckState.SKIPPED: Mark("skipped", _say("Not tried"), Tone.QUIET),
    }[state]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLook:
    """One step as it is shown now."""

    stage: CheckStage
    mark: Mark
    time: str = ""
    lines: tuple[tuple[str, Tone], ...] = ()
    """Sentences with their tones, one below the other."""


def waiting_look(stage: CheckStage) -> StepLook:
    """Return how a step looks that has not begun."""
    return StepLook(stage=stage, mark=Mark("waiting", _say("Waiting"), Tone.QUIET))


def running_look(stage: CheckStage, elapsed_s: float, text: str = "") -> StepLook:
    """Return how a step looks that is under way."""
    lines = ((text, Tone.QUIET),) if text else ()
    mark = Mark("sending", _say("Under way"), Tone.ACTIVE)
    return StepLook(stage=stage, mark=mark, time=wording.elapsed_text(elapsed_s), lines=lines)


def stopped_look(stage: CheckStage) -> StepLook:
    """Return how a step looks that was under way when the check was cancelled."""
    return StepLook(stage=stage, mark=Mark("stop", _say("Stopped"), Tone.QUIET))


def ended_look(step: CheckStep) -> StepLook:
    """Return how a step looks that has ended: what happened, the likely cause, the next thing to do."""
    lines: list[tuple[str, Tone]] = []
    if step.text and step.state is not CheckState.SKIPPED:
        lines.append((human.printable(step.text), Tone.PLAIN))
    if step.cause:
        pattern = _say("Likely cause: {cause}") if step.state is CheckState.FAILED else "{cause}"
        lines.append((pattern.format(cause=human.printable(step.cause)), Tone.PLAIN))
    if step.advice:
        lines.append((_say("Next: {advice}").format(advice=human.printable(step.advice)), Tone.ACTIVE))
    if step.details and not step.cause:
        lines.append((", ".join(human.printable(detail) for detail in step.details), Tone.QUIET))
    time = "" if step.duration_s is None else wording.elapsed_text(step.duration_s)
    return StepLook(stage=step.stage, mark=step_mark(step.state), time=time, lines=tuple(lines))


def check_text(peer: str, steps: Sequence[CheckStep], services: Sequence[ServiceNode]) -> str:
    """Return a whole check as text, to be sent to whoever has to see to it."""
    lines = [_say("Connection check of {peer}").format(peer=peer), ""]
    for step in steps:
        look = ended_look(step)
        lines.append("  ".join(part for part in (stage_word(step.stage), look.mark.word, look.time) if part))
        lines += [f"    {text}" for text, _ in look.lines]
        if step.cause:
            lines += [f"    {human.printable(detail)}" for detail in step.details]
    for service in services:
        lines += ["", service.text(0)]
        for node in service.children:
            if isinstance(node, SopClassNode):
                names = [wording.transfer_syntax_text(uid) for uid in node.capability.transfer_syntaxes]
                lines.append(f"    {node.text(0)} ({node.capability.sop_class_uid}): {', '.join(names)}")
    return "\n".join(lines) + "\n"
