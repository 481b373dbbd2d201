"""Log lines of ``dcmsend``, as DCMTK's tool writes them."""

from collections.abc import Sequence
from typing import assert_never

from dicomdesk.cli.output.association_dump import store_request_lines, store_response_lines
from dicomdesk.cli.output.dcmtk_conditions import numbered_condition
from dicomdesk.cli.output.explaining import explain_fact
from dicomdesk.cli.output.log_lines import write_notice
from dicomdesk.cli.output.requestor_lines import RequestorLines
from dicomdesk.dicom.sop_classes import modality_prefix, uid_symbol
from dicomdesk.dicom.transfer_syntaxes import transfer_syntax_name
from dicomdesk.engine import events
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.human import count_text, printable
from dicomdesk.logs import Level, Log

_ON_INSTANCES = (events.Notice, events.InstanceNotSent)
_SILENT_OUTCOMES = (events.ItemOutcome.STORED, events.ItemOutcome.WARNING)
_EMPTY_NAME = "<empty string>"
_ABORT_FAILED = (
    "Association Abort Failed: 0006:0303 DUL Finite State Machine Error: No action defined, state 1 event 14"
)
"""What DCMTK's library says besides where the peer is gone at the release."""


class SendLines(RequestorLines[events.Event]):
    """Lines of dcmsend; see ``LogLines``."""

    _ALWAYS_WANTED = (
        events.Notice,
        events.ContextsRefused,
        events.InstanceNotSent,
        events.ReleaseFailed,
        events.InputSkipped,
        events.AssociationFailed,
        events.RetryScheduled,
    )

    def __init__(self, log: Log, request: SendRequest, *, shows_contexts: bool) -> None:
        super().__init__(
            log, "dcmsend", request.peer, request.association, is_of_network=True, shows_contexts=shows_contexts
        )
        self._request = request
        self._started: dict[tuple[int, int], events.ItemStarted] = {}
        self._held_back: list[events.Event] = []
        self._reasons: dict[str, str] = {}
        """In DCMTK's words, why an instance is not sent."""
        self._is_under_way = False
        """Whether an instance was begun and not answered, where there is one at a time."""
        self._is_checking = False

    def _is_remarkable(self, event: events.Event) -> bool:
        return isinstance(event, events.ItemFinished) and event.outcome not in _SILENT_OUTCOMES

    def show(self, batch: Sequence[events.Event]) -> None:
        """Write the lines of these events."""
        with self._log.batch():
            for event in batch:
                if self._is_early(event):
                    self._held_back.append(event)
                    continue
                self._show(event)
                self._show_held_back(event)

    def _is_early(self, event: events.Event) -> bool:
        """Whether the event is about an instance that is prepared while the one before is still being sent.

        DCMTK does one thing after the other, and so its lines come; with parallel associations there is no such order.
        """
        if not self._is_under_way:
            return False
        return isinstance(event, _ON_INSTANCES) or (isinstance(event, events.ItemFinished) and event.status is None)

    def _show_held_back(self, event: events.Event) -> None:
        if isinstance(event, events.ItemStarted):
            self._is_under_way = self._request.parallel == 1
        else:
            self._is_under_way = False
            for early in self._held_back:
                self._show(early)
            self._held_back.clear()

    def _show(self, event: events.Event) -> None:
        match event:
            case events.ItemStarted():
                self._show_started(event)
            case events.ItemFinished():
                self._show_finished(event)
            case events.Notice():
                write_notice(self._network, event)
            case events.ContextsRefused() | events.InstanceNotSent() | events.ReleaseFailed():
                if isinstance(event, events.InstanceNotSent):
                    self._reasons[event.path] = event.reason
                for notice in send_words(event):
                    self._show(notice)
            case _:
                self._show_preparation(event)
                self._show_association(event)

    def _show_preparation(self, event: events.Event) -> None:
        match event:
            case events.JobStarted():
                if self._request.inputs.scan_directories:
                    self._tool.info("determining input files ...")
            case events.InputSkipped():
                self._show_skipped(event)
            case events.ScanFinished():
                if event.items:
                    self._note_checking()
                total, ignored = event.items, event.skipped
                self._tool.debug(
                    f"in total, there are {total} SOP instances to be sent, {ignored} invalid files are ignored"
                )
            case events.RetryScheduled():
                self._log.tell_held()
                what = count_text(event.items, "instance")
                self._tool.warn(f"trying again with {what} at {event.at.astimezone():%H:%M:%S}: {event.reason}")
            case _:
                pass

    def _note_checking(self) -> None:
        if not self._is_checking:
            self._is_checking = True
            self._tool.info("checking input files ...")

    def _show_skipped(self, event: events.InputSkipped) -> None:
        path, reason = printable(event.path), printable(event.reason)
        if not event.is_failure:
            self._tool.warn(f"{reason}: {path}")
            return
        self._note_checking()
        if event.path == _EMPTY_NAME:
            self._network.error("cannot add DICOM file with empty filename")
        else:
            self._network.error(f"cannot add DICOM file to the transfer list: {path}: {reason}")
        if not self._request.halt_on_error:
            self._tool.warn(f"bad DICOM file: {path}: {reason}, ignoring file")

    def _show_association(self, event: events.Event) -> None:
        match event:
            case events.AssociationRequested():
                self._show_begun(event)
            case events.AssociationAccepted():
                if self._show_accepted(event.negotiation, self._label(event.association)):
                    self._tool.info("sending SOP instances ...")
            case events.AssociationFailed():
                self._show_failed(event)
            case events.AssociationReleased():
                self._network.info(f"{self._label(event.association)}Releasing Association")
            case events.AssociationAborted():
                self._show_aborted(event)
            case _:
                pass

    def _show_begun(self, event: events.AssociationRequested) -> None:
        if self._request.multiple_associations:
            level = Level.DEBUG if self._is_debugging else Level.INFO
            self._tool.write(level, f"starting association #{event.association}")
        self._tool.info("initializing network ...")
        self._tool.info("negotiating network association ...")
        self._show_requested(event, self._label(event.association))

    def _show_aborted(self, event: events.AssociationAborted) -> None:
        text = self._label(event.association)
        text += "Peer Aborted Association" if event.by_peer else "Aborting Association"
        if self._request.halt_on_error:
            self._last_line = text
        else:
            self._network.info(text)

    def _show_started(self, event: events.ItemStarted) -> None:
        label = self._label(event.association)
        if event.converted_to:
            source, target = transfer_syntax_name(event.converted_from), transfer_syntax_name(event.converted_to)
            self._network.info(f"{label}Converting transfer syntax: {source} -> {target}")
        modality = modality_prefix(event.sop_class_uid)
        self._network.info(f"{label}Sending C-STORE Request (MsgID {event.message_id}, {modality})")
        if self._is_debugging:
            self._started[event.association, event.message_id] = event
            self._network.debug("\n".join(store_request_lines(event, is_outgoing=True)))

    def _show_finished(self, event: events.ItemFinished) -> None:
        path = printable(event.path)
        if event.status is None:
            self._show_unanswered(event)
            return
        words = events.status_text(event.status)
        self._network.info(f"{self._label(event.association)}Received C-STORE Response ({words})")
        started = self._started.pop((event.association, event.message_id), None)
        if started is not None:
            self._network.debug("\n".join(store_response_lines(started, event.status, is_outgoing=False)))
        if event.outcome not in _SILENT_OUTCOMES:
            self._tool.warn(f"not stored by the peer: {path}: {words}")
            self._explain(event)

    def _show_unanswered(self, event: events.ItemFinished) -> None:
        path, reason = printable(event.path), printable(event.reason)
        match event.not_sent_cause:
            case events.NotSentCause.NO_CONTEXT:
                self._tool.info(f"not sent: {path}: {reason}")
                self._log.remark(self._tool, f"{reason} {printable(explain_fact(event).text)}", about=f"{path}: ")
            case events.NotSentCause.NOT_CONVERTED:
                self._tool.warn(f"not sent: {path}: {reason}")
                self._explain(event)
            case events.NotSentCause.NOT_REACHED:
                self._tool.debug(f"not sent: {path}: {reason}")
            case events.NotSentCause.UNREADABLE:
                reason = printable(self._reasons.pop(event.path, event.reason))
                self._network.error(f"cannot send SOP instance from file: {path}: {reason}")
            case None:
                self._tool.warn(f"not answered by the peer: {path}: {reason}")
                self._explain(event)
            case _:
                assert_never(event.not_sent_cause)

    def _label(self, association: int) -> str:
        """Label that tells the lines of parallel associations apart; DCMTK has one after the other."""
        return f"[{association}] " if self._request.parallel > 1 else ""


def send_words(event: events.Event) -> tuple[events.Notice, ...]:
    """Notices in the words of DCMTK's dcmsend for a fact, none where it has no line."""
    error = events.NoticeLevel.ERROR
    told: list[tuple[events.NoticeLevel, str]] = []
    match event:
        case events.ContextsRefused(items_later=later):
            told.append((error, "No Acceptable Presentation Contexts"))
            text = "cannot negotiate network association: No acceptable Presentation Contexts"
            told.append((error, text))
            if later:
                text = "trying to continue with a new association in order to send the remaining"
                told.append((events.NoticeLevel.WARNING, f"{text} {later} SOP instances"))
        case events.ReleaseFailed():
            told.append((error, f"Association Release Failed: {numbered_condition(event.condition)}"))
            told.append((error, _ABORT_FAILED))
        case events.InstanceNotSent(cause=events.NotSentCause.NO_CONTEXT, sop_class_uid=uid):
            what = f"{uid_symbol(uid) or uid} / {transfer_syntax_name(event.transfer_syntax_uid)}"
            text = "No presentation context found for sending C-STORE with SOP Class / Transfer Syntax"
            told.append((error, f"{text}: {what}"))
        case events.InstanceNotSent(cause=events.NotSentCause.NOT_CONVERTED):
            source = transfer_syntax_name(event.transfer_syntax_uid)
            target = transfer_syntax_name(event.wanted_transfer_syntax_uid)
            told.append((events.NoticeLevel.INFO, f"Converting transfer syntax: {source} -> {target}"))
            told.append((error, f"No conversion to transfer syntax {target} possible!"))
        case _:
            pass
    return tuple(events.Notice(job_id=event.job_id, level=level, text=text) for level, text in told)
