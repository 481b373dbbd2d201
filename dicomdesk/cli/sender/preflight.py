"""The pre-flight of ``--check``: log lines, a table, and an exit code as sending would give.

The exit code is 0 where everything can go, that of sending where that would end early, and 80 where sending would end
with 0 though something cannot go.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from dicomdesk.cli.exit_codes import ExitCode, died_of_signal
from dicomdesk.cli.output.job_watch import JobWatch, json_reporter
from dicomdesk.cli.output.standard_streams import write_stdout
from dicomdesk.dicom.transfer_syntaxes import transfer_syntax_name
from dicomdesk.engine import events
from dicomdesk.engine.forecast import ForecastGroup, Help, Verdict
from dicomdesk.engine.preflight.request import PreflightRequest
from dicomdesk.human import count_text, printable, size_text
from dicomdesk.logs import Log

if TYPE_CHECKING:
    from dicomdesk.cli.sender.delivery import AnySenderOptions
    from dicomdesk.engine.delivery.delivery import SendFailure
    from dicomdesk.engine.preflight.preflight import PreflightResult

_SWITCHES = {
    Help.ALLOW_LOSSLESS_DECOMPRESSION: "--decompress-lossless",
    Help.ALLOW_LOSSY_DECOMPRESSION: "--decompress-lossy",
    Help.FALLBACK_CONTEXTS: "--fallback-contexts",
    Help.ALLOW_ILLEGAL_PROPOSAL: "without --no-illegal-proposal",
    Help.MORE_ASSOCIATIONS: "--multi-associations",
    Help.PROPOSE_REQUIRED: "--required",
    Help.COMBINE_CONTEXTS: "--combine",
}
_WORDS = {Verdict.CANNOT_GO: "cannot go", Verdict.CONVERTED: "converted", Verdict.AS_IS: "as is"}
_COLUMN = 11


def run_check(options: "AnySenderOptions", log: Log, failure_codes: "Mapping[SendFailure, int]") -> int:
    """Run the pre-flight of ``--check`` and return the exit code; ``failure_codes`` are those of sending.

    For the main thread, in place of the job that sends.
    """
    logger = log.logger(f"dcmtk.apps.{options.tool}")
    watch = JobWatch(
        PreflightLines(log, options.tool),
        logger,
        json=json_reporter(is_wanted=options.writes_json),
        progress_word="checking" if options.shows_progress else "",
    )

    def conclude(result: "PreflightResult") -> int:
        if not options.writes_json:
            write_stdout("".join(f"{line}\n" for line in result_lines(result)))
        if result.error is not None:
            logger.error(f"sending would end early: {printable(str(result.error))}")
        return exit_code(result, failure_codes, watch.last_signal)

    return watch.carry_out(PreflightRequest(send=options.request), conclude)


def exit_code(result: "PreflightResult", failure_codes: "Mapping[SendFailure, int]", last_signal: int) -> int:
    """The exit code of the process; ``last_signal`` is 0 where none came."""
    if result.outcome is events.JobOutcome.CANCELLED and last_signal:
        return died_of_signal(last_signal)
    code = failure_codes.get(result.failure, int(ExitCode.INTERNAL_FAULT)) if result.failure is not None else 0
    return code or int(ExitCode.SUCCESS if result.can_all_go else ExitCode.NOT_ALL_STORED)


class PreflightLines:
    """Writes events of a pre-flight to a log."""

    def __init__(self, log: Log, tool: str) -> None:
        self._tool = log.logger(f"dcmtk.apps.{tool}")
        self._network = log.logger("dcmtk.dcmnet")

    def wants(self, event: events.Event) -> bool:
        """Whether there is a line for the event."""
        return isinstance(event, tuple(self._writers()))

    def show(self, batch: Sequence[events.Event]) -> None:
        """Write the lines of these events."""
        writers = self._writers()
        for event in batch:
            if type(event) in writers:
                writers[type(event)](event)

    def _writers(self) -> "Mapping[type, Callable[[events.Event], None]]":
        return {
            events.InputSkipped: self._show_skipped,
            events.AssociationRequested: lambda _event: self._network.info("Requesting Association"),
            events.AssociationAccepted: self._show_accepted,
            events.AssociationReleased: lambda _event: self._network.info("Releasing Association"),
            events.AssociationFailed: self._show_failed,
            events.ScanFinished: self._show_scanned,
        }

    def _show_skipped(self, event: events.Event) -> None:
        """Warn of an input that is passed over; those that count as failures are in the table."""
        assert isinstance(event, events.InputSkipped)
        if not event.is_failure:
            self._tool.warn(f"{printable(event.reason)}: {printable(event.path)}")

    def _show_accepted(self, event: events.Event) -> None:
        assert isinstance(event, events.AssociationAccepted)
        contexts = event.negotiation.contexts
        accepted = sum(context.is_accepted for context in contexts)
        self._network.info(f"Association Accepted ({accepted} of {count_text(len(contexts), 'context')})")

    def _show_failed(self, event: events.Event) -> None:
        assert isinstance(event, events.AssociationFailed)
        text = f"{event.reason.removesuffix('.')}. {event.cause} {event.advice}".replace("  ", " ").strip()
        self._tool.warn(printable(text))

    def _show_scanned(self, event: events.Event) -> None:
        assert isinstance(event, events.ScanFinished)
        self._tool.info(f"checking {count_text(event.items, 'instance')}, {size_text(event.size_bytes)}")


def result_lines(result: "PreflightResult") -> Iterator[str]:
    """The table, and a line that sums up."""
    for group in result.groups:
        yield from _group_lines(group)
    counts = [f"{result.count(verdict):,} {_WORDS[verdict]}" for verdict in Verdict]
    where = count_text(len(result.negotiations), "association")
    total = count_text(len(result.items), "instance")
    yield f"{total}: {', '.join(counts)}; {where} opened, nothing sent"


def _group_lines(group: ForecastGroup) -> Iterator[str]:
    indent = " " * _COLUMN
    amount = f"{count_text(group.items, 'instance')}, {size_text(group.size_bytes)}"
    if not group.sop_class_uid:
        amount, what = count_text(group.items, "file"), "not usable"
    else:
        what = f"{group.sop_class_name}, {transfer_syntax_name(group.transfer_syntax_uid)}"
    if group.converted_to and group.converted_to != group.transfer_syntax_uid:
        what += f" -> {transfer_syntax_name(group.converted_to)}"
    yield printable(f"{_WORDS[group.verdict]:{_COLUMN}}{what}: {amount}")
    if group.verdict is not Verdict.AS_IS and group.reason:
        yield printable(f"{indent}{group.reason}")
    if group.advice:
        switches = ", ".join(_SWITCHES[each] for each in group.helps if each in _SWITCHES)
        yield printable(f"{indent}{group.advice}" + (f" ({switches})" if switches else ""))
    if group.verdict is Verdict.CANNOT_GO:
        more = group.items - len(group.paths)
        yield from (printable(f"{indent}  {path}") for path in group.paths)
        if more:
            yield f"{indent}  and {more:,} more"
