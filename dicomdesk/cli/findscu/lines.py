"""What a query job reports, as the lines that DCMTK's findscu logs; and how it ends on the command line."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, assert_never

from dicomdesk.cli.exit_codes import ExitCode, died_of_signal
from dicomdesk.cli.findscu.options import FindOptions
from dicomdesk.cli.output.explaining import explain_status
from dicomdesk.cli.output.requestor_lines import RequestorLines, condition_of
from dicomdesk.cli.query.inputs import Identifiers, as_sent
from dicomdesk.cli.query.message_lines import (
    find_request_lines,
    find_response_lines,
    find_status_word,
    status_detail_lines,
)
from dicomdesk.dicom.documents.data_set import DataSet, read_data_set
from dicomdesk.dicom.documents.dump import data_set_lines
from dicomdesk.engine import events
from dicomdesk.engine.query.facts import QueryAnswered, QueryCancelled, QueryEnded, QueryFact, QueryStarted
from dicomdesk.engine.query.query import QueryFailure
from dicomdesk.errors import DataError
from dicomdesk.human import printable
from dicomdesk.logs import Level, Log, Logger

if TYPE_CHECKING:
    from dicomdesk.engine.query.query import QueryOutcome

__all__ = ["FindLines", "exit_code"]

_RULE = "---------------------------"
_PEER_REQUESTED_RELEASE = "DUL Peer Requested Release"
_SUCCESS, _CANCELLED = 0x0000, 0xFE00


class FindLines(RequestorLines[QueryFact]):
    """Lines of findscu; see ``LogLines``."""

    _ALWAYS_WANTED = (events.AssociationFailed, events.Notice, QueryStarted, QueryEnded)

    def __init__(self, log: Log, options: FindOptions, identifiers: Identifiers) -> None:
        super().__init__(log, "findscu", options.peer, options.association, is_of_network=True)
        self._identifiers = identifiers
        self._is_trimmed = options.is_corrected
        self._responses = _response_logger(log, options.shows_responses)
        self._count = 0
        """Of all responses, final ones too: DCMTK numbers its files by it."""
        self._started: QueryStarted | None = None
        self._context: events.NegotiatedContext | None = None
        self._files = options.files
        self._splits_dates = options.splits_dates

    @property
    def shows_responses(self) -> bool:
        """Whether there are lines for responses."""
        return self._is_verbose or self._responses.is_enabled(Level.INFO)

    @property
    def count(self) -> int:
        """The number of the last response that was shown."""
        return self._count

    def _is_remarkable(self, event: QueryFact) -> bool:
        return isinstance(event, QueryAnswered) and self._responses.is_enabled(Level.INFO)

    def show_fact(self, fact: QueryFact) -> None:
        """Write the lines of one fact, which is inside a batch of the log."""
        self._show(fact)

    def _show(self, event: QueryFact) -> None:
        match event:
            case events.AssociationRequested():
                self._show_requested(event)
            case events.AssociationAccepted():
                self._context = next(iter(event.negotiation.contexts), None)
                self._show_accepted(event.negotiation)
            case events.AssociationFailed():
                self._show_failed(event)
            case QueryStarted():
                self._show_started(event)
            case QueryAnswered():
                self._count += 1
                self._show_answered(event)
            case QueryCancelled():
                context_id = self._context.context_id if self._context is not None else 1
                self._main.info(f"Sending Cancel Request (MsgID {event.message_id}, PresID {context_id})")
            case QueryEnded():
                self._count += 1
                self._show_ended(event)
            case _:  # the end of the association is told with the result
                pass

    def _show_started(self, event: QueryStarted) -> None:
        self._started = event
        data_set = self._identifiers.data_sets[event.query]
        if self._splits_dates:  # each part has dates of its own
            data_set = read_data_set(event.identifier, event.transfer_syntax_uid)
        elif event.repetition:
            data_set = as_sent(data_set, event.transfer_syntax_uid)
        self._show_sending(event.message_id, data_set)

    def _show_sending(self, message_id: int, data_set: DataSet) -> None:
        if self._is_debugging and self._context is not None:
            lines = find_request_lines(self._context.context_id, message_id, self._context.abstract_syntax)
            self._main.info("Sending Find Request")
            self._main.debug("\n".join(lines))
        else:
            self._main.info(f"Sending Find Request (MsgID {message_id})")
        if self._main.is_enabled(Level.INFO):
            lines = ["Request Identifiers:", *data_set_lines(data_set, is_trimmed=self._is_trimmed)]
            self._main.info("\n".join(lines))

    def _show_answered(self, event: QueryAnswered) -> None:
        is_shown = self._responses.is_enabled(Level.INFO)
        if not (is_shown or self._is_verbose):
            return
        word = find_status_word(event.status)
        if self._is_debugging:
            self._main.info(f"Received Find Response {self._count}")
            self._show_response(event.message_id, event.status, has_data_set=True)
            if is_shown:
                self._main.debug("\n".join(["Response Identifiers:", *self._dumped(event)]))
        elif is_shown:
            head = [_RULE, f"Find Response: {self._count} ({word})"]
            self._responses.info("\n".join([*head, *self._dumped(event)]))
        else:
            self._main.info(f"Received Find Response {self._count} ({word})")

    def _dumped(self, event: QueryAnswered) -> list[str]:
        try:
            data_set = read_data_set(event.identifier, event.transfer_syntax_uid)
        except DataError as error:
            return ["", f"# cannot be read: {printable(str(error))}", ""]
        return data_set_lines(data_set, is_trimmed=self._is_trimmed)

    def _show_ended(self, event: QueryEnded) -> None:
        word = find_status_word(event.status)
        if self._is_debugging:
            self._main.info("Received Final Find Response")
            self._show_response(event.message_id, event.status, has_data_set=False)
            detail = status_detail_lines(event.elements)
            if detail:
                self._main.debug("\n".join(detail))
        else:
            self._main.info(f"Received Final Find Response ({word})")
        # a part that is cut is divided, or told of at the end
        level = Level.INFO if event.is_cut and self._splits_dates else Level.WARN
        is_expected = event.status == _CANCELLED and (event.is_cancelled or event.cut is not None)
        if event.status != _SUCCESS and not is_expected:
            comment = f": {printable(event.comment)}" if event.comment else ""
            self._tool.write(level, f"the peer ended the query with {word} ({event.status:04X}H){comment}")
            if level is Level.WARN:
                known = explain_status(event.status, "C-FIND")
                self._tool.note_failure(f"{self._peer} ended the query with {word} ({event.status:04X}H)", known)
                self._log.remark(self._tool, known.text, about=f"Peer {self._peer}: ")
        if event.cut is not None:
            self._tool.write(level, printable(event.cut.text))

    def _show_response(self, message_id: int, status: int, *, has_data_set: bool) -> None:
        sop_class_uid = self._context.abstract_syntax if self._context is not None else ""
        lines = find_response_lines(message_id, sop_class_uid, status, has_data_set=has_data_set)
        self._main.debug("\n".join(lines))

    def show_end(self, result: "QueryOutcome", *, aborts_at_end: bool) -> None:
        """Write how it ended."""
        for cut in result.cuts if self._splits_dates else ():
            self._tool.warn(printable(cut.text))
        condition = condition_of(result.error)
        fault = self._identifiers.fault
        match result.failure:
            case None | QueryFailure.RELEASE:
                if fault is not None:
                    self._show_fault()
                self._main.info("Aborting Association" if aborts_at_end else "Releasing Association")
                if result.failure is not None:
                    self._main.error(f"Association Release Failed: {condition}")
            case QueryFailure.NO_PRESENTATION_CONTEXT:
                self._main.error("No Acceptable Presentation Contexts")
            case QueryFailure.ASSOCIATION:
                self._show_no_association(result.error, Level.ERROR)
            case QueryFailure.ABORTED_BY_PEER:
                self._show_query_failed(condition)
                self._main.info("Peer Aborted Association")
            case QueryFailure.QUERY | QueryFailure.IDENTIFIER:
                self._show_query_failed(condition)
                is_release = _PEER_REQUESTED_RELEASE in condition
                text = "Protocol Error: Peer requested release (Aborting)" if is_release else ""
                self._main.error(text or f"Find SCU Failed: {condition}")
                self._main.info("Aborting Association")
            case _:
                assert_never(result.failure)

    def _show_fault(self) -> None:
        fault = self._identifiers.fault
        assert fault is not None
        if fault.text:
            self._main.error(fault.text)
        else:  # nothing to ask for, which DCMTK notices when it is about to be sent
            data_set = DataSet()
            self._show_sending(1 if self._started is None else self._started.message_id + 1, data_set)
            titles = f"{self._association.calling_ae_title},{self._peer.ae_title}"
            self._main.warn(printable(f"DIMSE Warning: ({titles}): sendMessage: dataset is empty"))
            self._main.error("\n".join(["Find Failed, query keys:", *_file_lines(data_set), fault.condition]))
        self._main.error(f"Find SCU Failed: {fault.condition}")

    def _show_query_failed(self, condition: str) -> None:
        query = self._started.query if self._started is not None else 0
        if self._files:
            self._main.error(f"Find Failed, file: {printable(self._files[query])}:\n{condition}")
            return
        data_set = self._identifiers.data_sets[query]
        if self._started is not None:
            data_set = as_sent(data_set, self._started.transfer_syntax_uid)
        self._main.error("\n".join(["Find Failed, query keys:", *_file_lines(data_set), condition]))


def _response_logger(log: Log, shows: bool | None) -> Logger:  # noqa: FBT001 - three answers
    logger = log.logger("dcmtk.dcmnet.responses")
    if shows is None:
        return logger
    return logger.with_level(Level.INFO if shows else Level.OFF)


def _file_lines(data_set: DataSet) -> Sequence[str]:
    """A data set as DCMTK dumps a file that has no meta information yet."""
    head = ["", "# Dicom-File-Format", "", "# Dicom-Meta-Information-Header"]
    return [*head, "# Used TransferSyntax: Little Endian Explicit", *data_set_lines(data_set)]


def exit_code(result: "QueryOutcome", last_signal: int) -> int:
    """The exit code of the process; ``last_signal`` is 0 where none came."""
    if result.outcome is events.JobOutcome.CANCELLED and last_signal:
        return died_of_signal(last_signal)
    failures = (QueryFailure.ASSOCIATION, QueryFailure.NO_PRESENTATION_CONTEXT, QueryFailure.RELEASE)
    return int(ExitCode.NO_ASSOCIATION if result.failure in failures else ExitCode.SUCCESS)
