"""Lines of ``--diagnose``: the steps of a connection check as they end, and at last what the peer accepts."""

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from dicomdesk.cli.exit_codes import ExitCode, died_of_signal
from dicomdesk.cli.output.standard_streams import write_stdout
from dicomdesk.dicom.transfer_syntaxes import transfer_syntax_name
from dicomdesk.engine import events
from dicomdesk.engine.check_findings import (
    Capabilities,
    CheckStage,
    CheckState,
    CheckStep,
    ServiceGroup,
    SopClassCapability,
)
from dicomdesk.human import count_text, printable

if TYPE_CHECKING:
    from dicomdesk.engine.check.check import CheckResult

_STAGES = {
    CheckStage.RESOLUTION: "name",
    CheckStage.TCP: "connection",
    CheckStage.TLS: "TLS",
    CheckStage.ASSOCIATION: "association",
    CheckStage.ECHO: "echo",
    CheckStage.CAPABILITIES: "capabilities",
}
_STATES = {
    CheckState.OK: "ok",
    CheckState.WARNING: "WARNING",
    CheckState.FAILED: "FAILED",
    CheckState.SKIPPED: "skipped",
}
_GROUPS = {
    ServiceGroup.VERIFICATION: "Verification",
    ServiceGroup.STORAGE: "Storage",
    ServiceGroup.QUERY_RETRIEVE: "Query and retrieve",
    ServiceGroup.WORKLIST: "Worklist",
    ServiceGroup.PROCEDURE_STEP: "Performed procedure step",
    ServiceGroup.COMMITMENT: "Storage commitment",
    ServiceGroup.PRINT: "Print",
    ServiceGroup.OTHER: "Other services",
}
_EXIT_CODES = {
    CheckStage.RESOLUTION: ExitCode.NAME_NOT_KNOWN,
    CheckStage.TCP: ExitCode.CANNOT_CONNECT,
    CheckStage.TLS: ExitCode.CANNOT_AGREE_ON_TLS,
    CheckStage.ASSOCIATION: ExitCode.CANNOT_ASSOCIATE,
    CheckStage.ECHO: ExitCode.CANNOT_ECHO,
    CheckStage.CAPABILITIES: ExitCode.CANNOT_ASK_FOR_CAPABILITIES,
}
_INDENT = " " * 9
_WIDTH = 110


class DiagnosisLines:
    """Writes steps to stdout as they end. ``wants`` may be called from any thread, the rest from the main thread."""

    def __init__(self, *, is_shown: bool = True) -> None:
        """``is_shown`` is False where stdout is for something else."""
        self._is_shown = is_shown

    def wants(self, event: events.Event) -> bool:
        """Whether there is a line for the event."""
        return isinstance(event, events.CheckStepFinished)

    def show(self, batch: Sequence[events.Event]) -> None:
        """Write the lines of these events."""
        for event in batch:
            if isinstance(event, events.CheckStepFinished):
                self._write(step_lines(event.step))

    def show_capabilities(self, capabilities: Capabilities | None) -> None:
        """Write what the peer accepts."""
        if capabilities is not None:
            self._write(capability_lines(capabilities))

    def _write(self, lines: Iterator[str]) -> None:
        if self._is_shown:
            write_stdout("".join(f"{line}\n" for line in lines))


def exit_code(result: "CheckResult", last_signal: int) -> int:
    """The exit code of the process; ``last_signal`` is 0 where none came."""
    if result.outcome is events.JobOutcome.CANCELLED and last_signal:
        return died_of_signal(last_signal)
    failed = result.failed_step
    return int(ExitCode.SUCCESS if failed is None else _EXIT_CODES[failed.stage])


def step_lines(step: CheckStep) -> Iterator[str]:
    """Lines of one step: state, name, time, result, and below it the likely cause and the next thing to do."""
    took = "" if step.duration_s is None else f"{step.duration_s * 1000:,.0f} ms"
    yield printable(f"{_STATES[step.state]:9}{_STAGES[step.stage]:13}{took:>9}  {step.text}")
    for detail in step.details:
        yield printable(f"{_INDENT}  {detail}")
    if step.cause:
        yield printable(f"{_INDENT}Likely cause: {step.cause}")
    if step.advice:
        yield printable(f"{_INDENT}Next: {step.advice}")


def capability_lines(capabilities: Capabilities) -> Iterator[str]:
    """Lines of what the peer accepts, by service; SOP classes with the same transfer syntaxes stand together."""
    yield ""
    yield f"Accepted: {len(capabilities.accepted)} of {count_text(capabilities.asked, 'SOP class', 'SOP classes')}"
    for group, title in _GROUPS.items():
        accepted = capabilities.of(group)
        if not accepted:
            continue
        yield ""
        yield f"{title} ({len(accepted)})"
        for syntaxes, members in _by_syntaxes(accepted):
            names = "; ".join(transfer_syntax_name(uid) for uid in syntaxes)
            yield from wrap(f"as {names}:", _WIDTH, initial_indent="  ", subsequent_indent="     ")
            yield from (
                printable(f"    {member.name}{'' if member.is_complete else ' (maybe more)'}") for member in members
            )


def _by_syntaxes(
    accepted: Sequence[SopClassCapability],
) -> list[tuple[tuple[str, ...], list[SopClassCapability]]]:
    found: dict[tuple[str, ...], list[SopClassCapability]] = {}
    for capability in accepted:
        found.setdefault(capability.transfer_syntaxes, []).append(capability)
    return list(found.items())
