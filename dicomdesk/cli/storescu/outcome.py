"""Outcome of a ``storescu`` run: last lines, exit code."""

from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.output.dcmtk_conditions import condition_text, numbered_condition
from dicomdesk.cli.sender.delivery import DeliveryOutcome
from dicomdesk.cli.storescu.lines import FAILED_TO_SEND
from dicomdesk.engine.delivery.delivery import InstanceHaltError, NoContextError, SendFailure
from dicomdesk.errors import (
    AssociationAbortedError,
    AssociationRejectedError,
    ConversionError,
    DataError,
    DicomdeskError,
    InvalidUidError,
    UserIdentityError,
)
from dicomdesk.human import printable

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


class StoreOutcome(DeliveryOutcome):
    """Outcome of storescu's job; see ``DeliveryOutcome``."""

    def _show_failure(self, failure: SendFailure, error: DicomdeskError) -> None:
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
                self.is_end_told = True
            self._tool.error(_ERRORS[failure].format(condition=condition))

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

    def _failure_code(self, failure: SendFailure) -> int:
        if failure is SendFailure.STATUS and self._result.status is not None:
            # As with DCMTK, hence 0 for a status below 0100H; but what our own options write tells of a failure.
            options = self._options
            is_told = options.writes_json or options.report_file or options.own_report_file
            return self._result.status >> 8 or (int(ExitCode.FAILED) if is_told else 0)
        if failure is SendFailure.ASSOCIATION_LOST and isinstance(self._result.error, AssociationAbortedError):
            return int(ExitCode.ASSOCIATION_LOST)
        return int(ExitCode.FAILED)


def dcmtk_condition(error: DicomdeskError) -> str:
    """The error in DCMTK's words where there are some."""
    if isinstance(error, InstanceHaltError):
        return printable(FAILED_TO_SEND if error.was_begun else _file_condition(error.cause))
    return condition_text(error)


def _file_condition(error: DataError | OSError) -> str:
    """DCMTK's condition for a file that cannot be sent, with its number where there is one."""
    if isinstance(error, OSError):
        return f"0001:0012 {error.strerror or error}"
    if isinstance(error, NoContextError):
        return "0006:0208 DIMSE No valid Presentation Context ID"
    if isinstance(error, InvalidUidError):
        return "0006:0202 DIMSE Inappropriate data for message"
    if isinstance(error, ConversionError):
        return FAILED_TO_SEND
    return f"{_FILE_CONDITIONS.get(str(error), '')} {error}".lstrip()
