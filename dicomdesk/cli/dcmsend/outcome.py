"""Outcome of a ``dcmsend`` run: last lines, status summary, exit code."""

from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.output.dcmtk_conditions import condition_text, numbered_condition
from dicomdesk.cli.sender.delivery import DeliveryOutcome
from dicomdesk.engine.delivery.delivery import InstanceHaltError, NoContextError, SendFailure
from dicomdesk.engine.delivery.report import summary_lines
from dicomdesk.errors import ConversionError, DicomdeskError, InvalidUidError, PduLimitError, PeerError
from dicomdesk.human import printable

EXIT_CODES = {
    SendFailure.NO_INPUT_FILES: int(ExitCode.NO_INPUT_FILES),
    SendFailure.INVALID_INPUT_FILE: int(ExitCode.INVALID_INPUT_FILE),
    SendFailure.NO_VALID_INPUT_FILES: int(ExitCode.NO_VALID_INPUT_FILES),
    SendFailure.ASSOCIATION: int(ExitCode.CANNOT_NEGOTIATE_ASSOCIATION),
    SendFailure.SEND: int(ExitCode.CANNOT_SEND_REQUEST),
    SendFailure.NO_PRESENTATION_CONTEXT: int(ExitCode.CANNOT_ADD_PRESENTATION_CONTEXT),
}
"""For each way in which sending ends early."""


class SendOutcome(DeliveryOutcome):
    """Outcome of dcmsend's job; see ``DeliveryOutcome``."""

    def _show_failure(self, failure: SendFailure, error: DicomdeskError) -> None:
        if failure is SendFailure.ASSOCIATION:
            self._tool.fatal(f"cannot negotiate network association: {_condition(error)}")
        elif failure is SendFailure.SEND:
            if isinstance(error, PduLimitError):
                self._network.error(f"Failed sending C-STORE request: {_condition(error)}")
            elif isinstance(error, PeerError):
                self._network.error(f"Failed receiving DIMSE response: {numbered_condition(_condition(error))}")
            self._tool.fatal(f"cannot send SOP instance: {_condition(error)}")
        elif failure is SendFailure.NO_PRESENTATION_CONTEXT:
            self._tool.error("cannot add presentation contexts: Unsupported compression or encryption")
        else:
            self._tool.fatal(printable(str(error)))

    def show_summary(self) -> None:
        """Write the status summary too, as DCMTK's tool does."""
        if self._result.failure is None:
            self._tool.info("\n".join(["", *summary_lines(self._result.report)]))
        super().show_summary()

    def _failure_code(self, failure: SendFailure) -> int:
        return EXIT_CODES[failure]


def _condition(error: DicomdeskError) -> str:
    """The error in DCMTK's words where there are some."""
    cause = error.cause if isinstance(error, InstanceHaltError) and not error.was_begun else error
    if isinstance(cause, NoContextError):
        return "DIMSE No valid Presentation Context ID"
    if isinstance(cause, ConversionError):
        return "Pixel representation cannot be changed"
    return condition_text(cause if isinstance(cause, InvalidUidError) else error)
