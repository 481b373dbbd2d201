"""What a retrieve job reports, as the lines that DCMTK's getscu logs; and how it ends on the command line."""

from typing import TYPE_CHECKING, assert_never

from dicomdesk.cli.exit_codes import ExitCode, died_of_signal
from dicomdesk.cli.getscu.options import GetOptions
from dicomdesk.cli.output.association_dump import store_request_lines, store_response_lines
from dicomdesk.cli.output.log_lines import write_notice
from dicomdesk.cli.output.requestor_lines import RequestorLines, condition_of
from dicomdesk.cli.query.inputs import Fault, Identifiers
from dicomdesk.cli.query.message_lines import (
    counts_of,
    retrieve_request_lines,
    retrieve_response_lines,
    retrieve_status_word,
)
from dicomdesk.cli.query.retrieve_lines import diagnosis_lines, overwriting_text
from dicomdesk.dicom.documents.dump import data_set_lines
from dicomdesk.engine import events
from dicomdesk.engine.retrieve.facts import RetrieveAnswered, RetrieveEnded, RetrieveFact, RetrieveStarted
from dicomdesk.engine.retrieve.outcome import RetrieveFailure
from dicomdesk.errors import AssociationRejectedError
from dicomdesk.human import printable
from dicomdesk.logs import Level, Log

if TYPE_CHECKING:
    from dicomdesk.engine.retrieve.outcome import RetrieveOutcome

__all__ = ["GetLines", "exit_code"]

_SUCCESS, _WARNING = 0x0000, 0xB000


class GetLines(RequestorLines[RetrieveFact]):
    """Lines of getscu; see ``LogLines``."""

    _ALWAYS_WANTED = (
        events.AssociationFailed,
        events.AssociationAccepted,
        events.Notice,
        RetrieveStarted,
        RetrieveEnded,
    )

    def __init__(self, log: Log, options: GetOptions, identifiers: Identifiers) -> None:
        super().__init__(
            log,
            "getscu",
            options.peer,
            options.association,
            is_of_network=True,
            shows_contexts=options.shows_contexts,
        )
        self._identifiers = identifiers
        self._started: RetrieveStarted | None = None
        self._is_any_context_accepted = False
        self._items: dict[tuple[int, int], events.ItemStarted] = {}

    def _is_remarkable(self, event: RetrieveFact) -> bool:
        return isinstance(event, events.ItemFinished) and event.outcome is not events.ItemOutcome.STORED

    def _show(self, event: RetrieveFact) -> None:
        match event:
            case events.AssociationRequested():
                self._show_requested(event)
            case events.AssociationAccepted():
                self._is_any_context_accepted = self._show_accepted(event.negotiation)
                if self._is_any_context_accepted:
                    self._show_bad_keys()
            case events.AssociationFailed():
                self._show_failed(event)
            case events.Notice():
                write_notice(self._main, overwriting_text(event))
            case RetrieveStarted():
                self._show_started(event)
            case RetrieveAnswered():
                word = retrieve_status_word(event.status, is_move=False)
                self._show_response(word, event.status, counts_of(event.counts))
            case RetrieveEnded():
                self._show_ended(event)
            case events.ItemStarted() | events.ItemFinished():
                self._show_item(event)
            case _:  # the end of the association is told with the result
                pass

    def _show_bad_keys(self) -> None:
        for fault in self._identifiers.bad_keys:
            self._tool.error(f"{fault.text}: {_without_number(fault)}")

    def _show_started(self, event: RetrieveStarted) -> None:
        self._started = event
        self._show_sending(event.message_id)
        if not self._is_debugging:
            return
        lines = retrieve_request_lines(event.context_id, event.message_id, event.sop_class_uid)
        dumped = data_set_lines(self._identifiers.data_sets[event.number])[1:-1]
        rule = "-----------------------------------------------------------------"
        end = "======================= END DIMSE MESSAGE ======================="
        self._main.debug("\n".join([*lines, rule, *dumped, end]))

    def _show_sending(self, message_id: int) -> None:
        self._main.info("Sending C-GET Request" + ("" if self._is_debugging else f" (MsgID {message_id})"))

    def _show_response(self, word: str, status: int, counts: tuple[int | None, ...]) -> None:
        if not self._is_debugging:
            self._main.info(f"Received C-GET Response ({word})")
        elif self._started is not None:
            self._main.info("Received C-GET Response")
            self._main.debug("\n".join(retrieve_response_lines(self._started, status, counts)))

    def _show_ended(self, event: RetrieveEnded) -> None:
        word = retrieve_status_word(event.status, is_move=False)
        self._show_response(word, event.status, counts_of(event.counts, event.elements))
        if event.status != _SUCCESS:
            self._main.write(Level.WARN if event.status == _WARNING else Level.ERROR, f"DIMSE status is: {word}")
        if event.number + 1 < len(self._identifiers.data_sets) or self._identifiers.fault is not None:
            return  # DCMTK reports after the last file
        remaining, completed, failed, warning = (count or 0 for count in counts_of(event.counts))
        self._tool.info("Final status report from last C-GET message:")
        self._main.info(f"  Number of Remaining Suboperations : {remaining}")
        self._main.info(f"  Number of Completed Suboperations : {completed}")
        self._main.info(f"  Number of Failed Suboperations    : {failed}")
        self._main.info(f"  Number of Warning Suboperations   : {warning}")

    def _show_item(self, event: events.ItemStarted | events.ItemFinished) -> None:
        key = event.association, event.index
        if isinstance(event, events.ItemStarted):
            self._items[key] = event
            self._main.info("Received C-STORE Request" + ("" if self._is_debugging else f" (MsgID {event.message_id})"))
            if self._is_debugging:
                self._main.debug("\n".join(store_request_lines(event, is_outgoing=False)))
            return
        started = self._items.pop(key, None)
        if event.status is None:
            self._main.warn(f"received object not stored: {printable(event.reason)}")
            return
        word = events.status_text(event.status)
        self._main.info("Sending C-STORE Response" + ("" if self._is_debugging else f" ({word})"))
        if self._is_debugging and started is not None:
            self._main.debug("\n".join(store_response_lines(started, event.status, is_outgoing=True)))
        if event.outcome is not events.ItemOutcome.STORED:
            reason = f": {printable(event.reason)}" if event.reason else ""
            self._main.warn(f"received object not stored, answered {word}{reason}")

    def show_end(self, result: "RetrieveOutcome", *, aborts_at_end: bool) -> None:
        """Write how it ended, and why something did not arrive."""
        condition = condition_of(result.error)
        match result.failure:
            case None | RetrieveFailure.RELEASE:
                if self._identifiers.fault is not None:
                    self._show_fault(self._identifiers.fault)
                    return
                self._main.info("Aborting Association" if aborts_at_end else "Releasing Association")
                if result.failure is not None:
                    self._main.error(f"Association Release Failed: {condition}")
                    self._main.info("Aborting Association")
            case RetrieveFailure.NO_PRESENTATION_CONTEXT if self._is_any_context_accepted:
                self._tool.fatal("No adequate Presentation Contexts for sending C-GET")
            case RetrieveFailure.NO_PRESENTATION_CONTEXT:
                self._main.error("No Acceptable Presentation Contexts")
                self._tool.fatal("Could not negotiate association: No acceptable Presentation Contexts")
            case RetrieveFailure.ASSOCIATION:
                self._tool.fatal(f"Could not negotiate association: {_words(result)}")
            case (
                RetrieveFailure.ABORTED_BY_PEER
                | RetrieveFailure.REQUEST
                | RetrieveFailure.IDENTIFIER
                | RetrieveFailure.LISTENER
            ):
                self._main.error(f"Failed receiving DIMSE command: {condition}")
            case _:
                assert_never(result.failure)
        if self._explains:
            for line in diagnosis_lines(result.diagnoses, has_told_failure=self._has_warned_of_failure):
                self._tool.warn(line)

    def _show_fault(self, fault: Fault) -> None:
        if fault.text:  # a file
            self._tool.fatal(fault.condition)
            return
        self._show_sending(1 if self._started is None else self._started.message_id + 1)
        titles = f"{self._association.calling_ae_title},{self._peer.ae_title}"
        self._main.warn(printable(f"DIMSE Warning: ({titles}): sendMessage: dataset is empty"))
        self._main.error(f"Failed sending C-GET request: {fault.condition}")


def _without_number(fault: Fault) -> str:
    return fault.condition.partition(" ")[2]


def _words(result: "RetrieveOutcome") -> str:
    if isinstance(result.error, AssociationRejectedError):
        return "DUL Association Rejected"
    return printable(getattr(result.error, "condition", "") or str(result.error or ""))


def exit_code(result: "RetrieveOutcome", identifiers: Identifiers, last_signal: int) -> int:
    """The exit code of the process; ``last_signal`` is 0 where none came."""
    if result.outcome is events.JobOutcome.CANCELLED and last_signal:
        return died_of_signal(last_signal)
    is_fine = result.failure in (None, RetrieveFailure.RELEASE) and identifiers.fault is None
    return int(ExitCode.SUCCESS if is_fine else ExitCode.FAILED)
