"""The frame of a delivery: TLS made ready, the job shown, and at its end last lines, report and exit code."""

import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from dicomdesk.cli.exit_codes import ExitCode, died_of_signal
from dicomdesk.cli.options.grammar import CommandLine
from dicomdesk.cli.options.tls import TlsRole
from dicomdesk.cli.output.explaining import explain_text
from dicomdesk.cli.output.job_watch import JobWatch, json_reporter
from dicomdesk.cli.output.requestor_lines import RequestorLines
from dicomdesk.cli.sender.options import SenderOptions
from dicomdesk.engine.delivery.delivery import SendFailure, SendResult
from dicomdesk.engine.delivery.report import Report
from dicomdesk.engine.delivery.report_files import ReportFormat, format_of_name, write_report
from dicomdesk.engine.events import Event, ItemOutcome, JobOutcome
from dicomdesk.errors import DicomdeskError, ReportError
from dicomdesk.human import count_text, printable
from dicomdesk.logs import Level, Log, Logger

if TYPE_CHECKING:
    from dicomdesk.cli.output.json_lines import Words
    from dicomdesk.engine.delivery.stamped_ledger import StampedLedger
    from dicomdesk.engine.job import Job, JobRequest
    from dicomdesk.engine.send.request import SendRequest
    from dicomdesk.engine.send_exactly.request import ExactSendRequest

    AnySenderOptions = SenderOptions[SendRequest] | SenderOptions[ExactSendRequest]

__all__ = ["DeliveryOutcome", "deliver", "watch_delivery", "with_tls", "write_report_file"]

RequestT = TypeVar("RequestT", "SendRequest", "ExactSendRequest")

_STORED = (ItemOutcome.STORED, ItemOutcome.WARNING)


class DeliveryOutcome:
    """Outcome of a job that sends, for one command line. Used by the main thread only."""

    _commit_signal = 0
    """That came while the peer was asked to commit."""
    _is_json_lost = False
    """Whether what was told meanwhile could not be written."""
    is_end_told = False
    """Whether ``show_failure`` tells how the association ended, so that no line on that is to follow."""

    def __init__(
        self, options: "AnySenderOptions", result: SendResult, log: Log, ledger: "StampedLedger | None" = None
    ) -> None:
        """``ledger`` has the stamps of files that are to be deleted once committed."""
        self._options = options
        self._log = log
        self._ledger = ledger
        self._result = result
        self._tool = log.logger(f"dcmtk.apps.{options.tool}")
        self._network = log.logger("dcmtk.dcmnet")

    @property
    def report(self) -> Report:
        """The report; with what the peer has committed to, once concluded."""
        return self._result.report

    def conclude(self, lines: RequestorLines[Event], last_signal: int) -> int:
        """Write the last lines and the report; return the exit code, ``last_signal`` is 0 where none came."""
        self.show_failure()
        if not self.is_end_told:
            lines.show_last()
        if self._options.commit is not None:
            last_signal = self._commit(last_signal)
        is_report_written = self.write_report()
        if is_report_written:
            self.show_summary()
        return self.exit_code(last_signal=last_signal, is_report_written=is_report_written)

    def _commit(self, last_signal: int) -> int:
        """Ask the peer to commit to what it has stored, unless a signal has come; return the last one."""
        from dicomdesk.cli.sender.committing import commit_and_delete  # noqa: PLC0415 - only where asked for

        is_cut_short = bool(last_signal)
        end = commit_and_delete(self._options, self._result, self._log, self._ledger, is_cut_short=is_cut_short)
        self._result, self._commit_signal, self._is_json_lost = end.result, end.last_signal, end.is_json_lost
        return end.last_signal or last_signal

    def show_failure(self) -> None:
        """Write why the job ended early, if it did."""
        if self._result.failure is not None and self._result.error is not None:
            self._show_failure(self._result.failure, self._result.error)

    def _show_failure(self, failure: SendFailure, error: DicomdeskError) -> None:
        raise NotImplementedError

    def write_report(self) -> bool:
        """Write the report file where one is asked for; False when that failed."""
        options, report, is_written = self._options, self._result.report, True
        named = ReportFormat(options.report_format) if options.report_format else None
        if options.report_file:
            is_written = write_report_file(report, options.report_file, named or ReportFormat.TEXT, self._tool)
        if options.own_report_file:
            wanted = named or format_of_name(options.own_report_file)
            is_written = write_report_file(report, options.own_report_file, wanted, self._tool) and is_written
        return is_written

    def show_summary(self) -> None:
        """Write a warning where a job that did not fail has left something unstored."""
        items = self._result.report.items
        left = sum(item.outcome not in _STORED for item in items)
        if left and self._result.failure is None:
            self._tool.warn(f"{left:,} of {count_text(len(items), 'instance')} not stored by the peer")

    def exit_code(self, *, last_signal: int, is_report_written: bool) -> int:
        """The exit code of the process; ``last_signal`` is 0 where none came."""
        result = self._result
        if (result.outcome is JobOutcome.CANCELLED and last_signal) or self._commit_signal:
            return died_of_signal(last_signal)
        code = 0 if result.failure is None else self._failure_code(result.failure)
        if code:
            return code
        if not is_report_written or self._is_json_lost:
            return int(ExitCode.CANNOT_WRITE_REPORT_FILE)
        if self._options.is_strict and (not result.report.is_all_stored or result.outcome is not JobOutcome.COMPLETED):
            return int(ExitCode.NOT_ALL_STORED)
        if not _is_all_committed(result.report):
            return int(ExitCode.NOT_ALL_COMMITTED)
        return int(ExitCode.SUCCESS)

    def _failure_code(self, failure: SendFailure) -> int:
        raise NotImplementedError


def _is_all_committed(report: Report) -> bool:
    """Whether the peer has committed to all that it has stored, or was not to be asked."""
    states = (report.commitment_of(item) for item in report.items if item.outcome in _STORED)
    return all(commitment is None or commitment.state.value == "committed" for commitment in states)


def deliver(
    options: "AnySenderOptions",
    log: Log,
    lines: RequestorLines[Event],
    outcome: "Callable[[SendResult, StampedLedger | None], DeliveryOutcome]",
    words: "Words",
) -> int:
    """Send what the options say, show it with these lines and words, and return the exit code."""
    watch = watch_delivery(options, log, lines, words)
    request: JobRequest[Event, Job[SendResult]] = options.request
    ledger: StampedLedger | None = None
    if options.commit is not None and options.commit.deletes:
        from dicomdesk.cli.sender.committing import StampedRequest  # noqa: PLC0415 - only where asked for
        from dicomdesk.engine.delivery import stamped_ledger  # noqa: PLC0415 - as above

        ledger = stamped_ledger.StampedLedger()
        request = StampedRequest(options.request, ledger)
    return watch.carry_out(request, lambda result: outcome(result, ledger).conclude(lines, watch.last_signal))


def watch_delivery(
    options: "AnySenderOptions", log: Log, lines: RequestorLines[Event], words: "Words"
) -> JobWatch[Event]:
    """Make the display of a delivery."""
    return JobWatch(
        lines,
        log.logger(f"dcmtk.apps.{options.tool}"),
        json=json_reporter(is_wanted=options.writes_json, words=words),
        progress_word="sending" if options.shows_progress else "",
    )


def with_tls(
    options: SenderOptions[RequestT], line: CommandLine, log: Log, role: TlsRole
) -> SenderOptions[RequestT] | None:
    """Check the TLS settings and complete them; None where they cannot be used, which is then written."""
    request = options.request
    if request.peer.tls is None:
        return options
    from dicomdesk.cli.tls_preparation import prepare_tls  # noqa: PLC0415 - only with TLS: start-up time

    tls = prepare_tls(request.peer.tls, line, log.logger(f"dcmtk.apps.{options.tool}"), role)
    if tls is None:
        return None
    return replace(options, request=replace(request, peer=replace(request.peer, tls=tls)))


def write_report_file(report: Report, path: str, report_format: ReportFormat, logger: Logger) -> bool:
    """Write the report, with the lines of DCMTK's dcmsend on it; False when that failed."""
    logger.info("creating detailed report on the transfer ...")
    if os.path.exists(path) and not os.path.isdir(path):
        logger.warn(f"file '{printable(path)}' already exists, overwriting")
    try:
        write_report(path, report, report_format)
    except ReportError as error:
        text = f"cannot write detailed report to file '{printable(path)}'"
        cause = error.__cause__
        if isinstance(cause, OSError):
            logger.hold(cause.strerror or "", explain_text(text))
            logger.note_failure(f"{text}: {cause.strerror}")
        logger.write(Level.ERROR, text)
        if isinstance(error.__cause__, OSError):
            logger.debug(printable(error.__cause__.strerror or ""))
        return False
    return True
