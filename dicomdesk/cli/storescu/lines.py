"""Log lines of ``storescu``, as DCMTK's tool writes them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace

from dicomdesk.cli.output.association_dump import store_request_lines, store_response_lines
from dicomdesk.cli.output.dcmtk_conditions import numbered_condition
from dicomdesk.cli.output.explaining import explain_fact
from dicomdesk.cli.output.log_lines import write_notice
from dicomdesk.cli.output.requestor_lines import RequestorLines
from dicomdesk.cli.output.standard_streams import write_stdout
from dicomdesk.dicom.sop_classes import find_sop_class, modality_prefix, uid_symbol
from dicomdesk.dicom.transfer_syntaxes import transfer_syntax_name
from dicomdesk.engine import events
from dicomdesk.engine.send_exactly.request import ExactSendRequest
from dicomdesk.human import printable
from dicomdesk.logs import Level, Log

_SILENT_OUTCOMES = (events.ItemOutcome.STORED, events.ItemOutcome.WARNING)
FAILED_TO_SEND = "0006:020e DIMSE Failed to send message"
"""DCMTK's condition, with its number."""
_UNANSWERED = (events.NotSentCause.NOT_CONVERTED, None)
"""The request had begun, as far as DCMTK's lines tell."""


class StoreLines(RequestorLines[events.Event]):
    """Lines of storescu; see ``LogLines``."""

    _ALWAYS_WANTED = (
        events.Notice,
        events.InputSkipped,
        events.InputIgnored,
        events.InstanceNotSent,
        events.StoreBrokenOff,
        events.FileRenamed,
        events.AssociationFailed,
        events.AssociationAborted,
    )

    def __init__(self, log: Log, request: ExactSendRequest, *, shows_contexts: bool, shows_dots: bool) -> None:
        """``shows_dots`` puts a dot on stdout for each PDU, in verbose mode."""
        super().__init__(log, "storescu", request.peer, request.association, shows_contexts=shows_contexts)
        self._words = store_words(request)
        self._shows_dots = shows_dots and self._is_verbose and not self._is_debugging
        self._max_pdv_bytes = 0
        """0 until something can be sent."""
        self._current: events.ItemStarted | None = None
        """Begun, and not answered."""
        self._has_told = False
        self._explained_classes: set[str] = set()
        """SOP classes of which it was told why they are not sent."""
        """Whether a notice has come since the last file that was not sent."""

    def _is_remarkable(self, event: events.Event) -> bool:
        if isinstance(event, events.ItemStarted):
            return event.invented is not None and bool(event.invented.missing)
        return isinstance(event, events.ItemFinished) and event.outcome not in _SILENT_OUTCOMES

    def show(self, batch: Sequence[events.Event]) -> None:
        """Write the lines of these events; one by one where dots stand between them on a terminal."""
        with nullcontext() if self._shows_dots else self._log.batch():
            for event in batch:
                self._show(event)

    def _show(self, event: events.Event) -> None:
        match event:
            case events.InputSkipped():
                if not event.is_failure:
                    self._tool.warn(f"{printable(event.reason)}: {printable(event.path)}")
            case events.ItemStarted():
                self._show_started(event)
            case events.ItemFinished():
                self._show_finished(event)
            case events.Notice():
                self._show_notice(event)
            case _:
                if isinstance(event, events.InstanceNotSent):
                    self._hold_reason(event)
                for notice in self._words(event):
                    self._show_notice(notice)
                if isinstance(event, events.InputIgnored):
                    self._explain(event)
                self._show_association(event)

    def _hold_reason(self, event: events.InstanceNotSent) -> None:
        """Have DCMTK's line followed by why an instance is not sent; the same for all of a SOP class only once."""
        if event.cause is events.NotSentCause.NOT_CONVERTED:
            self._log.hold(self._tool, printable(event.reason).removesuffix("."), explain_fact(event))
        elif event.cause is events.NotSentCause.NO_CONTEXT and event.sop_class_uid not in self._explained_classes:
            self._explained_classes.add(event.sop_class_uid)
            self._log.hold(self._tool, f"{printable(event.path)} is not sent", explain_fact(event))

    def _show_notice(self, event: events.Notice) -> None:
        """Write a notice; below its first line may be a condition, which DCMTK shows with its number."""
        self._has_told = True
        first, *rest = event.text.split("\n")
        write_notice(self._network, replace(event, text="\n".join([first, *map(numbered_condition, rest)])))

    def _show_association(self, event: events.Event) -> None:
        match event:
            case events.AssociationRequested():
                self._show_requested(event)
            case events.AssociationAccepted():
                if self._show_accepted(event.negotiation):
                    self._max_pdv_bytes = event.negotiation.max_send_pdv_bytes
            case events.AssociationFailed():
                self._show_failed(event)
            case events.AssociationReleased():
                if self._max_pdv_bytes:
                    self._tool.info("Releasing Association")
            case events.AssociationAborted():
                self._last_line = "Peer Aborted Association" if event.by_peer else "Aborting Association"
            case _:
                pass

    def _show_started(self, event: events.ItemStarted) -> None:
        self._current = event
        self._tool.info(f"Sending file: {printable(event.path)}")
        if event.invented is not None:
            self._show_invented(event.invented)
        target = event.converted_to or event.transfer_syntax_uid
        source = event.converted_from or target
        self._tool.info(f"Converting transfer syntax: {transfer_syntax_name(source)} -> {transfer_syntax_name(target)}")
        self._tool.info(f"Sending Store Request (MsgID {event.message_id}, {modality_prefix(event.sop_class_uid)})")
        if self._is_debugging:
            self._tool.debug("\n".join(store_request_lines(replace(event, context_id=0), is_outgoing=True)))

    def _show_invented(self, invented: events.InventedIdentity) -> None:
        self._tool.info("\n".join(invented.lines()))
        for missing in invented.missing:
            self._tool.write(Level.ERROR, f"updateStringAttributeValue: cannot find: {missing}: Tag not found")

    def _show_finished(self, event: events.ItemFinished) -> None:
        started, self._current = self._current, None
        if event.status is None:
            self._show_unanswered(event)
            return
        self._write_dots(event, is_complete=True)
        words = events.status_text(event.status)
        if self._is_debugging:
            self._tool.info("Received Store Response")
            if started is not None:
                self._tool.debug("\n".join(store_response_lines(started, event.status, is_outgoing=False)))
        else:
            self._tool.info(f"Received Store Response ({words})")
        if event.outcome not in _SILENT_OUTCOMES:
            self._tool.warn(f"not stored by the peer: {printable(event.path)}: {words}")
            self._explain(event)

    def _show_unanswered(self, event: events.ItemFinished) -> None:
        """Write the dots of an instance without answer; why it has none was a notice, but for repetitions not tried."""
        if event.not_sent_cause is events.NotSentCause.NOT_REACHED:
            self._tool.debug(f"not sent: {printable(event.path)}: {printable(event.reason)}")
        elif self._has_told and event.not_sent_cause in _UNANSWERED:
            self._has_told = False
            self._write_dots(event, is_complete=event.not_sent_cause is None)
            if event.not_sent_cause is None and self._explains:
                self._tool.write_remark(f"{printable(event.path)}: {printable(event.reason)}")

    def _write_dots(self, event: events.ItemFinished, *, is_complete: bool) -> None:
        """Write a dot for each PDU of the data set, as DCMTK's tool does; no line end where it broke off."""
        if not self._shows_dots:
            return
        size_bytes = event.size_bytes if is_complete else 0
        dots = "." * -(-size_bytes // self._max_pdv_bytes) if self._max_pdv_bytes else ""
        write_stdout(f"XMIT: {dots}" + ("\n" if is_complete else ""))


def store_words(request: ExactSendRequest) -> Callable[[events.Event], Sequence[events.Notice]]:
    """Make the function from an event to notices in the words of DCMTK's storescu."""
    titles = f"{request.association.calling_ae_title},{request.peer.ae_title}"

    def words(event: events.Event) -> Sequence[events.Notice]:
        told = _told(event, titles)
        return [events.Notice(job_id=event.job_id, level=level, text=text) for level, text in told]

    return words


def _told(event: events.Event, titles: str) -> Iterator[tuple[events.NoticeLevel, str]]:
    levels = events.NoticeLevel
    match event:
        case events.InputListingStarted():
            yield levels.INFO, "determining input files ..."
        case events.InputCheckStarted():
            yield levels.INFO, "checking input files ..."
        case events.InputIgnored():
            yield levels.WARNING, f"{event.problem}, ignoring file"
        case events.InstanceNotSent():
            yield levels.INFO, f"Sending file: {event.path}"
            if event.invented is not None:
                yield levels.INFO, "\n".join(event.invented.lines())
            yield from _not_sent(event, titles)
        case events.StoreBrokenOff():
            yield levels.ERROR, f"Store Failed, file: {event.path}:\n{event.reason}"
        case events.FileRenamed() if event.problem:
            yield levels.WARNING, f"cannot rename file '{event.path}' to '{event.new_path}'"
        case events.FileRenamed():
            yield levels.DEBUG, f"renamed file '{event.path}' to '{event.new_path}'"
            if event.has_replaced:
                yield levels.WARNING, f"replaced file '{event.new_path}', which was there before"
        case _:
            pass


def _not_sent(event: events.InstanceNotSent, titles: str) -> Iterator[tuple[events.NoticeLevel, str]]:
    levels, uid = events.NoticeLevel, event.sop_class_uid
    if event.cause is events.NotSentCause.NO_CONTEXT:
        known = find_sop_class(uid)
        name = (known.prefix if known else "") or uid_symbol(uid) or "unknown SOP class"
        yield levels.ERROR, f"No presentation context for: ({name}) {uid}"
    elif event.cause is events.NotSentCause.NOT_CONVERTED:
        own = transfer_syntax_name(event.transfer_syntax_uid)
        wanted = transfer_syntax_name(event.wanted_transfer_syntax_uid)
        cannot = f"unable to convert dataset from '{own}' transfer syntax to '{wanted}'"
        yield levels.INFO, f"Converting transfer syntax: {own} -> {wanted}"
        yield levels.INFO, f"Sending Store Request (MsgID {event.message_id}, {modality_prefix(uid)})"
        yield levels.WARNING, f"DIMSE Warning: ({titles}): sendMessage: {cannot}"
        yield levels.ERROR, f"Store Failed, file: {event.path}:\n{FAILED_TO_SEND}"
    elif event.has_invalid_uids:
        yield levels.ERROR, f"No SOP Class or Instance UID in file: {event.path}"
    else:
        yield levels.ERROR, f"Bad DICOM file: {event.path}: {event.reason}"
