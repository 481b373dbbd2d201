"""How a send job ends on the command line: last lines, report file, exit code."""

from dicomdesk.cli.dcmsend.options import SendOptions
from dicomdesk.cli.exit_codes import ExitCode, died_of_signal
from dicomdesk.cli.output.dcmtk_conditions import numbered_condition
from dicomdesk.cli.output.report_file import write_report_file
from dicomdesk.engine.delivery.delivery import InstanceHaltError, NoContextError, SendFailure, SendResult
from dicomdesk.engine.delivery.report import ReportFormat, summary_lines
from dicomdesk.engine.events import ItemOutcome, JobOutcome
from dicomdesk.errors import ConversionError, DicomdeskError, PeerError
from dicomdesk.human import count_text, printable
from dicomdesk.logs import Log

EXIT_CODES = {
    SendFailure.NO_INPUT_FILES: ExitCode.NO_INPUT_FILES,
    SendFailure.INVALID_INPUT_FILE: ExitCode.INVALID_INPUT_FILE,
    SendFailure.NO_VALID_INPUT_FILES: ExitCode.NO_VALID_INPUT_FILES,
    SendFailure.ASSOCIATION: ExitCode.CANNOT_NEGOTIATE_ASSOCIATION,
    SendFailure.SEND: ExitCode.CANNOT_SEND_REQUEST,
    SendFailure.NO_PRESENTATION_CONTEXT: ExitCode.CANNOT_ADD_PRESENTATION_CONTEXT,
}
"""For each way in which sending ends early."""
_STORED = (ItemOutcome.STORED, ItemOutcome.WARNING)


class SendOutcome:
    """What came of a send job, for one command line. Used by the main thread only."""

    def __init__(self, options: SendOptions, result: SendResult, log: Log) -> None:
        self._options = options
        self._result = result
        self._tool = log.logger("dcmtk.apps.dcmsend")
        self._network = log.logger("dcmtk.dcmnet")

    def show_failure(self) -> None:
        """Write why the job ended early, if it did."""
        failure, error = self._result.failure, self._result.error
        if failure is None or error is None:
            return
        text = printable(str(error))
        if failure is SendFailure.ASSOCIATION:
            self._tool.fatal(f"cannot negotiate network association: {_condition(error)}")
        elif failure is SendFailure.SEND:
            if isinstance(error, PeerError):
                self._network.error(f"Failed receiving DIMSE response: {numbered_condition(_condition(error))}")
            self._tool.fatal(f"cannot send SOP instance: {_condition(error)}")
        elif failure is SendFailure.NO_PRESENTATION_CONTEXT:
            self._tool.error("cannot add presentation contexts: Unsupported compression or encryption")
        else:
            self._tool.fatal(text)

    def write_report(self) -> bool:
        """Write the report file where one is asked for; False when that failed."""
        path = self._options.report_file
        if not path:
            return True
        report_format = ReportFormat.JSON_LINES if self._options.is_jsonl_report else ReportFormat.TEXT
        return write_report_file(self._result.report, path, report_format, self._tool)

    def show_summary(self) -> None:
        """Write the status summary of a job that did not fail, and a warning where not everything was stored."""
        report = self._result.report
        if self._result.failure is not None:
            return
        self._tool.info("\n".join(["", *summary_lines(report)]))
        left = self._count_not_stored()
        if left:
            self._tool.warn(f"{left:,} of {count_text(len(report.items), 'instance')} not stored by the peer")

    def exit_code(self, *, last_signal: int, is_report_written: bool) -> int:
        """The exit code of the process; ``last_signal`` is 0 where none came."""
        result = self._result
        if result.outcome is JobOutcome.CANCELLED and last_signal:
            return died_of_signal(last_signal)
        if result.failure is not None:
            return int(EXIT_CODES[result.failure])
        if not is_report_written:
            return int(ExitCode.CANNOT_WRITE_REPORT_FILE)
        if self._options.is_strict and (not result.report.is_all_stored or result.outcome is not JobOutcome.COMPLETED):
            return int(ExitCode.NOT_ALL_STORED)
        return int(ExitCode.SUCCESS)

    def _count_not_stored(self) -> int:
        return sum(item.outcome not in _STORED for item in self._result.report.items)


def _condition(error: DicomdeskError) -> str:
    """The error in DCMTK's words where there are some."""
    cause = error.cause if isinstance(error, InstanceHaltError) and not error.was_begun else error
    if isinstance(cause, NoContextError):
        return "DIMSE No valid Presentation Context ID"
    if isinstance(cause, ConversionError):
        return "Pixel representation cannot be changed"
    return printable(getattr(cause, "condition", "") or str(error))
