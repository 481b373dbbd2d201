"""What a retrieve job reports, as the lines that DCMTK's movescu logs; and how it ends on the command line."""

from typing import TYPE_CHECKING, assert_never

from dicomdesk.cli.exit_codes import ExitCode, died_of_signal
from dicomdesk.cli.movescu.options import MoveOptions
from dicomdesk.cli.output.association_dump import incoming_request_lines, negotiation_lines, store_request_lines
from dicomdesk.cli.output.log_lines import write_notice
from dicomdesk.cli.output.requestor_lines import RequestorLines, condition_of
from dicomdesk.cli.output.standard_streams import write_stdout
from dicomdesk.cli.query.inputs import Identifiers
from dicomdesk.cli.query.message_lines import (
    counts_of,
    retrieve_request_lines,
    retrieve_response_lines,
    retrieve_status_word,
    status_detail_lines,
)
from dicomdesk.cli.query.retrieve_lines import diagnosis_lines, overwriting_text
from dicomdesk.dicom.documents.data_set import read_data_set
from dicomdesk.dicom.documents.dump import data_set_lines
from dicomdesk.dicom.sop_classes import modality_prefix
from dicomdesk.engine import events
from dicomdesk.engine.retrieve.facts import (
    RetrieveAnswered,
    RetrieveCancelled,
    RetrieveEnded,
    RetrieveFact,
    RetrieveStarted,
)
from dicomdesk.engine.retrieve.outcome import RetrieveFailure
from dicomdesk.errors import AssociationRejectedError, DataError
from dicomdesk.human import printable
from dicomdesk.logs import Level, Log

if TYPE_CHECKING:
    from dicomdesk.engine.retrieve.outcome import RetrieveOutcome

__all__ = ["MoveLines", "exit_code"]

_LISTENER = "receive-"
_SUCCESS, _WARNING, _CANCELLED = 0x0000, 0xB000, 0xFE00
_PDV_OVERHEAD_BYTES = 12
_MOST_DOTS = 1000
_PEER_REQUESTED_RELEASE = "DUL Peer Requested Release"
_NO_DATA_TO_SEND = "0006:0202 DIMSE Inappropriate data for message"
"""What DCMTK says where there is no identifier."""


class MoveLines(RequestorLines[RetrieveFact]):
    """Lines of movescu; see ``LogLines``."""

    _ALWAYS_WANTED = (events.AssociationFailed, events.Notice, RetrieveStarted, RetrieveEnded)

    def __init__(self, log: Log, options: MoveOptions, identifiers: Identifiers) -> None:
        super().__init__(log, "movescu", options.peer, options.association)
        self._identifiers = identifiers
        self._started: RetrieveStarted | None = None
        self._context_id = 3
        self.is_any_context_accepted = False
        """By the peer, on the association that asks."""
        self._shows_dots = log.logger("dcmtk.apps.movescu.progress").is_enabled(Level.INFO) and not self._is_debugging

    def _is_remarkable(self, event: RetrieveFact) -> bool:
        if isinstance(event, events.AssociationAccepted):
            return True
        if not isinstance(event, events.ItemFinished):
            return False
        return event.outcome is not events.ItemOutcome.STORED

    def _show(self, event: RetrieveFact) -> None:
        if event.job_id.startswith(_LISTENER):
            self._show_sub_association(event)
            return
        match event:
            case events.AssociationRequested():
                self._show_requested(event)
            case events.AssociationAccepted():
                self.is_any_context_accepted = self._show_accepted(event.negotiation)
            case events.AssociationFailed():
                self._show_failed(event)
            case events.Notice():
                write_notice(self._tool, event)
            case RetrieveStarted():
                self._show_started(event)
            case RetrieveAnswered():
                self._show_answered(event)
            case RetrieveCancelled():
                self._tool.info(f"Sending Cancel Request (MsgID {event.message_id}, PresID {self._context_id})")
            case RetrieveEnded():
                self._show_ended(event)
            case _:  # the end of the association is told with the result
                pass

    def _show_sub_association(self, event: RetrieveFact) -> None:
        match event:
            case events.AssociationReceived():
                self._tool.info("Sub-Association Received")
                if self._is_debugging:
                    lines = incoming_request_lines(event, self._association.max_pdu_bytes)
                    self._tool.debug("\n".join(["Parameters:", *lines]))
            case events.AssociationAccepted(negotiation=negotiation):
                self._tool.info(f"Sub-Association Acknowledged (Max Send PDV: {negotiation.max_send_pdv_bytes})")
                if self._is_debugging:
                    self._tool.debug("\n".join(negotiation_lines(negotiation)))
            case events.AssociationFailed():
                self._tool.warn(printable(f"Sub-Association refused: {event.reason}"))
            case events.ItemStarted():
                self._show_item_started(event)
            case events.ItemFinished():
                self._show_item_finished(event)
            case events.Notice():
                write_notice(self._tool, overwriting_text(event))
            case _:
                pass

    def _show_item_started(self, event: events.ItemStarted) -> None:
        if self._is_debugging:
            self._tool.info("Received Store Request")
            self._tool.debug("\n".join(store_request_lines(event, is_outgoing=False)))
        else:
            modality = modality_prefix(event.sop_class_uid)
            self._tool.info(f"Received Store Request (MsgID {event.message_id}, {modality})")

    def _show_item_finished(self, event: events.ItemFinished) -> None:
        if self._shows_dots and event.size_bytes:
            dots = 1 + event.size_bytes // max(1, self._association.max_pdu_bytes - _PDV_OVERHEAD_BYTES)
            write_stdout(f"RECV: {'.' * min(dots, _MOST_DOTS)}\n")
        if event.outcome is not events.ItemOutcome.STORED:
            reason = printable(event.reason)
            words = "" if event.status is None else f", answered {events.status_text(event.status)}"
            self._tool.warn(f"received object not stored{words}: {reason}")

    def _show_started(self, event: RetrieveStarted) -> None:
        self._started = event
        self._context_id = event.context_id
        if self._is_debugging:
            lines = retrieve_request_lines(
                event.context_id, event.message_id, event.sop_class_uid, destination=event.destination
            )
            end = "======================= END DIMSE MESSAGE ======================="
            self._tool.info("Sending Move Request")
            self._tool.debug("\n".join([*lines, end]))
        else:
            self._tool.info(f"Sending Move Request (MsgID {event.message_id})")
        if self._is_verbose:
            data_set = self._identifiers.data_sets[event.number]
            self._tool.info("\n".join(["Request Identifiers:", *data_set_lines(data_set, is_trimmed=True)]))

    def _show_answered(self, event: RetrieveAnswered) -> None:
        word = retrieve_status_word(event.status, is_move=True)
        if self._is_debugging and self._started is not None:
            self._tool.info(f"Received Move Response {event.count}")
            self._tool.debug("\n".join(retrieve_response_lines(self._started, event.status, counts_of(event.counts))))
        else:
            self._tool.info(f"Received Move Response {event.count} ({word})")

    def _show_ended(self, event: RetrieveEnded) -> None:
        word = retrieve_status_word(event.status, is_move=True)
        if event.status == _WARNING:
            self._tool.warn(f"Move response with warning status ({word})")
        elif event.status not in (_SUCCESS, _CANCELLED):
            self._tool.warn(f"Move response with error status ({word})")
        if self._is_debugging and self._started is not None:
            counts = counts_of(event.counts, event.elements)
            lines = retrieve_response_lines(self._started, event.status, counts, has_data_set=bool(event.data_set))
            self._tool.info("Received Final Move Response")
            self._tool.debug("\n".join([*lines, *status_detail_lines(event.elements)]))
            if event.data_set:
                self._show_failed_instances(event.data_set, event.transfer_syntax_uid)
        else:
            self._tool.info(f"Received Final Move Response ({word})")

    def _show_failed_instances(self, data: bytes, transfer_syntax_uid: str) -> None:
        try:
            lines = data_set_lines(read_data_set(data, transfer_syntax_uid), is_trimmed=True)
        except DataError as error:
            lines = [f"# cannot be read: {printable(str(error))}"]
        self._tool.debug("\n".join(["Response Identifiers:", *lines]))

    def show_end(self, result: "RetrieveOutcome", *, aborts_at_end: bool) -> None:
        """Write how it ended, and why something did not arrive."""
        match result.failure:
            case None | RetrieveFailure.RELEASE:
                self._show_usual_end(result, aborts_at_end=aborts_at_end)
            case RetrieveFailure.NO_PRESENTATION_CONTEXT | RetrieveFailure.ASSOCIATION:
                self._show_not_begun(result)
            case RetrieveFailure.ABORTED_BY_PEER:
                self._tool.error(f"Move Request Failed: {condition_of(result.error)}")
                self._tool.info("Peer Aborted Association")
            case RetrieveFailure.REQUEST | RetrieveFailure.IDENTIFIER | RetrieveFailure.LISTENER:
                condition = condition_of(result.error)
                self._tool.error(f"Move Request Failed: {condition}")
                is_release = _PEER_REQUESTED_RELEASE in condition
                text = "Protocol Error: Peer requested release (Aborting)" if is_release else ""
                self._tool.error(text or f"Move SCU Failed: {condition}")
                self._tool.info("Aborting Association")
            case _:
                assert_never(result.failure)
        if self._explains:
            for line in diagnosis_lines(result.diagnoses, has_told_failure=self._has_warned_of_failure):
                self._tool.warn(line)

    def _show_usual_end(self, result: "RetrieveOutcome", *, aborts_at_end: bool) -> None:
        fault = self._identifiers.fault
        if fault is not None:
            self._tool.error(fault.text.replace("Bad DICOM", "bad DICOM", 1))
            self._tool.error(f"Move SCU Failed: {_NO_DATA_TO_SEND}")
        self._tool.info("Aborting Association" if aborts_at_end else "Releasing Association")
        if result.failure is not None:
            self._tool.fatal(f"Association Release Failed:\n{condition_of(result.error)}")

    def _show_not_begun(self, result: "RetrieveOutcome") -> None:
        if isinstance(result.error, AssociationRejectedError):
            self._show_no_association(result.error)
        elif result.failure is RetrieveFailure.ASSOCIATION:
            self._tool.fatal(f"Association Request Failed:\n{condition_of(result.error)}")
        elif self.is_any_context_accepted:
            self._tool.error("Move SCU Failed: 0006:0208 DIMSE No valid Presentation Context ID")
            self._tool.info("Aborting Association")
        else:
            self._tool.fatal("No Acceptable Presentation Contexts")


def exit_code(result: "RetrieveOutcome", last_signal: int, *, is_any_context_accepted: bool) -> int:
    """The exit code of the process; ``last_signal`` is 0 where none came."""
    if result.outcome is events.JobOutcome.CANCELLED and last_signal:
        return died_of_signal(last_signal)
    match result.failure:
        case RetrieveFailure.ASSOCIATION:
            return int(ExitCode.CANNOT_NEGOTIATE_ASSOCIATION)
        case RetrieveFailure.NO_PRESENTATION_CONTEXT if not is_any_context_accepted:
            return int(ExitCode.NO_PRESENTATION_CONTEXT)
        case RetrieveFailure.RELEASE:
            return int(ExitCode.CANNOT_RELEASE_ASSOCIATION)
        case _:
            statuses = {ended.status for ended in result.ended} - {_SUCCESS, _CANCELLED}
            if statuses - {_WARNING}:
                return int(ExitCode.MOVE_HAS_FAILED)
            return int(ExitCode.MOVE_HAS_WARNING if statuses else ExitCode.SUCCESS)
