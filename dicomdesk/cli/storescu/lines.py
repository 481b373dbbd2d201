"""What an exact send job reports, as the lines that DCMTK's storescu logs."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace

from dicomdesk.cli.output.association_dump import store_request_lines, store_response_lines
from dicomdesk.cli.output.dcmtk_conditions import numbered_condition
from dicomdesk.cli.output.log_lines import write_notice
from dicomdesk.cli.output.requestor_lines import RequestorLines
from dicomdesk.cli.output.standard_streams import write_stdout
from dicomdesk.dicom.sop_classes import modality_prefix
from dicomdesk.dicom.transfer_syntaxes import transfer_syntax_name
from dicomdesk.engine import events
from dicomdesk.engine.send_exactly.request import ExactSendRequest
from dicomdesk.human import printable
from dicomdesk.logs import Level, Log

_SILENT_OUTCOMES = (events.ItemOutcome.STORED, events.ItemOutcome.WARNING)
_UNANSWERED = (events.NotSentCause.NOT_CONVERTED, None)
"""The request had begun, as far as DCMTK's lines tell."""


class StoreLines(RequestorLines[events.Event]):
    """Lines of storescu; see ``LogLines``."""

    _ALWAYS_WANTED = (events.Notice, events.InputSkipped, events.AssociationFailed, events.AssociationAborted)

    def __init__(self, log: Log, request: ExactSendRequest, *, shows_contexts: bool, shows_dots: bool) -> None:
        """``shows_dots`` puts a dot on stdout for each PDU, in verbose mode."""
        super().__init__(log, "storescu", request.peer, request.association, shows_contexts=shows_contexts)
        self._shows_dots = shows_dots and self._is_verbose and not self._is_debugging
        self._max_pdv_bytes = 0
        """0 until something can be sent."""
        self._current: events.ItemStarted | None = None
        """Begun, and not answered."""
        self._has_told = False
        """Whether a notice has come since the last file that was not sent."""
        self._last_line = ""

    def _is_remarkable(self, event: events.Event) -> bool:
        if isinstance(event, events.ItemStarted):
            return event.invented is not None and bool(event.invented.missing)
        return isinstance(event, events.ItemFinished) and event.outcome not in _SILENT_OUTCOMES

    def show(self, batch: Sequence[events.Event]) -> None:
        """Write the lines of these events; one by one where dots stand between them on a terminal."""
        with nullcontext() if self._shows_dots else self._log.batch():
            for event in batch:
                self._show(event)

    def show_last(self) -> None:
        """Write the line that DCMTK's tool logs after its last error."""
        if self._last_line:
            self._tool.info(self._last_line)

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
                self._show_association(event)

    def _show_notice(self, event: events.Notice) -> None:
        """Below a first line may be a condition, which DCMTK shows with its number."""
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

    def _show_unanswered(self, event: events.ItemFinished) -> None:
        """What DCMTK says of it has come as notices; none come on repetitions that are not tried."""
        if event.not_sent_cause is events.NotSentCause.NOT_REACHED:
            self._tool.debug(f"not sent: {printable(event.path)}: {printable(event.reason)}")
        elif self._has_told and event.not_sent_cause in _UNANSWERED:
            self._has_told = False
            self._write_dots(event, is_complete=event.not_sent_cause is None)

    def _write_dots(self, event: events.ItemFinished, *, is_complete: bool) -> None:
        """A dot for each PDU of the data set, as DCMTK's tool shows its progress; no line end where it broke off."""
        if not self._shows_dots:
            return
        size_bytes = event.size_bytes if is_complete else 0
        dots = "." * -(-size_bytes // self._max_pdv_bytes) if self._max_pdv_bytes else ""
        write_stdout(f"XMIT: {dots}" + ("\n" if is_complete else ""))
