"""Log lines and exit code of ``echoscu``, as those of DCMTK's tool."""

from typing import TYPE_CHECKING

from dicomdesk.cli.exit_codes import ExitCode, died_of_signal
from dicomdesk.cli.output.log_lines import write_notice
from dicomdesk.cli.output.requestor_lines import RequestorLines, condition_of
from dicomdesk.engine import events
from dicomdesk.engine.check.echo import EchoFailure
from dicomdesk.human import printable
from dicomdesk.logs import Log
from dicomdesk.settings import AssociationSettings, Peer

if TYPE_CHECKING:
    from dicomdesk.engine.check.echo import EchoResult

_EXIT_CODES = {
    EchoFailure.ASSOCIATION: ExitCode.FAILED,
    EchoFailure.NO_PRESENTATION_CONTEXT: ExitCode.FAILED,
    EchoFailure.ABORTED_BY_PEER: ExitCode.SUCCESS,
    EchoFailure.RELEASED_BY_PEER: ExitCode.NO_ECHO,
    EchoFailure.ECHO: ExitCode.NO_ECHO,
    EchoFailure.RELEASE: ExitCode.FAILED,
}


class EchoLines(RequestorLines[events.Event]):
    """Lines of echoscu; see ``LogLines``."""

    _ALWAYS_WANTED = (events.AssociationFailed, events.Notice)

    def __init__(self, log: Log, peer: Peer, association: AssociationSettings) -> None:
        super().__init__(log, "echoscu", peer, association)

    def _show(self, event: events.Event) -> None:
        match event:
            case events.AssociationRequested():
                self._show_requested(event)
            case events.AssociationAccepted():
                self._show_accepted(event.negotiation)
            case events.AssociationFailed() if event.advice:
                self._show_failed(event)
            case events.EchoSent() | events.EchoAnswered():
                for notice in echo_words(event):
                    self._tool.info(notice.text)
            case events.Notice():
                write_notice(self._tool, event)
            case _:  # the end of the association is told with the result
                pass

    def show_end(self, result: "EchoResult", *, aborts_at_end: bool) -> None:
        """Write the last lines, which the result decides."""
        condition = condition_of(result.error)
        match result.failure:
            case None | EchoFailure.RELEASE:
                self._tool.info("Aborting Association" if aborts_at_end else "Releasing Association")
                if result.status:
                    self._log.remark(self._tool, printable(f"{result.text} {result.advice}"))
                if result.failure is not None:
                    self._tool.fatal(f"Association Release Failed: {condition}")
            case EchoFailure.NO_PRESENTATION_CONTEXT:
                self._tool.fatal("No Acceptable Presentation Contexts")
            case EchoFailure.ASSOCIATION:
                self._show_no_association(result.error)
            case EchoFailure.ABORTED_BY_PEER:
                self._tool.error(f"Echo Failed: {condition}")
                self._tool.info("Peer Aborted Association")
            case EchoFailure.RELEASED_BY_PEER:
                self._tool.error(f"Echo Failed: {condition}")
                self._tool.fatal("Protocol Error: Peer requested release (Aborting)")
            case EchoFailure.ECHO:
                self._tool.error(f"Echo Failed: {condition}")
                self._tool.error(f"Echo SCU Failed: {condition}")
                self._tool.info("Aborting Association")


def echo_words(event: events.Event) -> tuple[events.Notice, ...]:
    """Notices in the words of DCMTK's echoscu for a fact, none where it has no line."""
    match event:
        case events.EchoSent(message_id=number):
            text = f"Sending Echo Request (MsgID {number})"
        case events.EchoAnswered(status=status):  # DCMTK knows no other statuses of a C-ECHO
            text = f"Received Echo Response ({f'Unknown Status: 0x{status:x}' if status else 'Success'})"
        case _:
            return ()
    return (events.Notice(job_id=event.job_id, level=events.NoticeLevel.INFO, text=text),)


def exit_code(result: "EchoResult", last_signal: int, *, writes_json: bool = False) -> int:
    """The exit code of the process; ``last_signal`` is 0 where none came.

    DCMTK's tool ends with 0 where the peer aborts, or answers that it failed; where JSON says so, the code does too.
    """
    if result.outcome is events.JobOutcome.CANCELLED and last_signal:
        return died_of_signal(last_signal)
    code = int(_EXIT_CODES[result.failure]) if result.failure is not None else int(ExitCode.SUCCESS)
    has_failed = result.outcome is events.JobOutcome.FAILED
    return int(ExitCode.NO_ECHO) if writes_json and has_failed and not code else code
