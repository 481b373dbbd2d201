"""The end of a ``storescu`` run: last lines, report file, exit code."""

from dicomdesk.cli.exit_codes import ExitCode, died_of_signal
from dicomdesk.cli.output.dcmtk_conditions import numbered_condition
from dicomdesk.cli.output.report_file import write_report_file
from dicomdesk.cli.storescu.lines import FAILED_TO_SEND
from dicomdesk.cli.storescu.options import StoreOptions
from dicomdesk.engine.delivery.delivery import InstanceHaltError, NoContextError, SendFailure, SendResult
from dicomdesk.engine.delivery.report import ReportFormat
from dicomdesk.engine.events import ItemOutcome, JobOutcome
from dicomdesk.errors import (
    AssociationAbortedError,
    AssociationRejectedError,
    ConversionError,
    DataError,
    DicomdeskError,
    InvalidUidError,
    UserIdentityError,
)
from dicomdesk.human import count_text, printable
from dicomdesk.logs import Log

_FATAL = {
    SendFailure.NO_INPUT_FILES: "{text}",
    SendFailure.INVALID_INPUT_FILE: "{text}",
    SendFailure.PROPOSAL: "{condition}",
    SendFailure.NO_PRESENTATION_CONTEXT: "No Acceptable Presentation Contexts",
}
_ERRORS = {
    SendFailure.PROFILE_FILE: "reading config file: {condition}",
    SendFailure.SEND: "Store SCU Failed: {condition}",
    SendFailure.ASSOCIATION_LOST: "Store SCU Failed: {condition}",
    SendFailure.RELEASE: "Association Release Failed: {condition}",
}
_TOO_MANY = "ASC Bad presentation context ID"
_TOLD_TWICE = ("Illegal service parameter", "Total length of user items")
"""Where DCMTK's library has told of it already when its tool does."""

_FILE_CONDITIONS = {
    "End of stream": "0001:0005",
    "I/O suspension or premature end of stream": "0001:000a",
    "File meta information header missing": "0001:001c",
}
_SENDING = (SendFailure.SEND, SendFailure.ASSOCIATION_LOST)
_STORED = (ItemOutcome.STORED, ItemOutcome.WARNING)


class StoreOutcome:
    """What came of an exact send job, for one command line. Used by the main thread only."""

    def __init__(self, options: StoreOptions, result: SendResult, log: Log) -> None:
        self._options = options
        self._result = result
        self._tool = log.logger("dcmtk.apps.storescu")
        self._network = log.logger("dcmtk.dcmnet")

    def show_failure(self) -> None:
        """Write why the job ended early, if it did."""
        failure, error = self._result.failure, self._result.error
        if failure is None or error is None:
            return
        condition = numbered_condition(dcmtk_condition(error))
        if failure is SendFailure.ASSOCIATION:
            self._show_no_association(error, condition)
        elif failure in _FATAL:
            if failure is SendFailure.PROPOSAL and condition.endswith(_TOO_MANY):
                self._network.error("Too many presentation contexts")
            self._tool.fatal(_FATAL[failure].format(text=printable(str(error)), condition=condition))
        elif failure in _ERRORS and not (isinstance(error, AssociationAbortedError) and failure in _SENDING):
            if failure is SendFailure.RELEASE:
                self._tool.info("Releasing Association")
            self._tool.error(_ERRORS[failure].format(condition=condition))

    @property
    def is_end_told(self) -> bool:
        """Whether ``show_failure`` tells how the association ended, so that no line on that is to follow."""
        return self._result.failure is SendFailure.RELEASE

    def _show_no_association(self, error: DicomdeskError, condition: str) -> None:
        if isinstance(error, AssociationRejectedError):
            from dicomdesk.engine.events import dcmtk_rejection_lines  # noqa: PLC0415 - start-up time

            self._tool.fatal("\n".join(["Association Rejected:", *dcmtk_rejection_lines(error)]))
        elif isinstance(error, UserIdentityError):
            self._tool.error(printable(error.explanation))
            self._tool.fatal(condition)
        else:
            if dcmtk_condition(error).startswith(_TOLD_TWICE):
                self._network.error(dcmtk_condition(error))
            self._tool.fatal(f"Association Request Failed: {condition}")

    def write_report(self) -> bool:
        """Write the report file where one is asked for; False when that failed."""
        options = self._options
        if not options.report_file:
            return True
        report_format = ReportFormat.JSON_LINES if options.is_jsonl_report else ReportFormat.TEXT
        return write_report_file(self._result.report, options.report_file, report_format, self._tool)

    def show_summary(self) -> None:
        """Write a warning where a job that did not fail has left something unstored."""
        left = self._count_not_stored()
        if left and self._result.failure is None:
            self._tool.warn(
                f"{left:,} of {count_text(len(self._result.report.items), 'instance')} not stored by the peer"
            )

    def exit_code(self, *, last_signal: int, is_report_written: bool) -> int:
        """The exit code of the process; ``last_signal`` is 0 where none came."""
        result = self._result
        if result.outcome is JobOutcome.CANCELLED and last_signal:
            return died_of_signal(last_signal)
        code = int(ExitCode.SUCCESS) if result.failure is None else self._failure_code(result.failure)
        if code:
            return code
        if not is_report_written:
            return int(ExitCode.CANNOT_WRITE_REPORT_FILE)
        if self._options.is_strict and (not result.report.is_all_stored or result.outcome is not JobOutcome.COMPLETED):
            return int(ExitCode.NOT_ALL_STORED)
        return code

    def _failure_code(self, failure: SendFailure) -> int:
        if failure is SendFailure.STATUS and self._result.status is not None:
            # As with DCMTK, hence 0 for a status below 0100H.
            return self._result.status >> 8
        if failure is SendFailure.ASSOCIATION_LOST and isinstance(self._result.error, AssociationAbortedError):
            return int(ExitCode.ASSOCIATION_LOST)
        return int(ExitCode.FAILED)

    def _count_not_stored(self) -> int:
        return sum(item.outcome not in _STORED for item in self._result.report.items)


def dcmtk_condition(error: DicomdeskError) -> str:
    """The error in DCMTK's words where there are some."""
    if isinstance(error, InstanceHaltError):
        return printable(FAILED_TO_SEND if error.was_begun else _file_condition(error.cause))
    return printable(getattr(error, "condition", "") or str(error))


def _file_condition(error: DataError | OSError) -> str:
    """What DCMTK calls a file that cannot be sent, with its number where there is one."""
    if isinstance(error, OSError):
        return f"0001:0012 {error.strerror or error}"
    if isinstance(error, NoContextError):
        return "0006:0208 DIMSE No valid Presentation Context ID"
    if isinstance(error, InvalidUidError):
        return "0006:0202 DIMSE Inappropriate data for message"
    if isinstance(error, ConversionError):
        return FAILED_TO_SEND
    return f"{_FILE_CONDITIONS.get(str(error), '')} {error}".lstrip()
