"""Log lines of ``dcmqrscp``, as DCMTK's tool writes them, and a few more that name the peers that are refused and why.

At the default level there are warnings and errors only, and no patient identifiers; verbose mode shows what was asked.
"""

from dicomdesk.archive import facts
from dicomdesk.archive.facts import ServingEvent
from dicomdesk.cli.output.association_dump import (
    incoming_request_lines,
    message_uid,
    negotiation_lines,
    store_request_lines,
    store_response_lines,
)
from dicomdesk.cli.output.log_lines import LogLines, write_notice
from dicomdesk.cli.output.repeated_causes import RepeatedCauses, cause_of
from dicomdesk.dicom.query.identifier_dump import identifier_lines
from dicomdesk.dicom.query.sop_classes import Service
from dicomdesk.dicom.sop_classes import modality_prefix
from dicomdesk.engine import events
from dicomdesk.human import count_text, printable, size_text
from dicomdesk.logs import Level, Log, Logger

_WORDS = {Service.FIND: "Find", Service.MOVE: "Move", Service.GET: "Get"}
_DIMSE_SERVICES = {
    Service.FIND: events.DimseService.C_FIND,
    Service.MOVE: events.DimseService.C_MOVE,
    Service.GET: events.DimseService.C_GET,
}
_PRIORITIES = {0: "medium", 1: "high", 2: "low"}
_NO_PLACE = "too many associations"
"""A notice says more about it, now and then."""
_ENDS = (events.AssociationFailed, events.AssociationReleased, events.AssociationAborted)


class ArchiveLines(LogLines[ServingEvent]):
    """Lines of dcmqrscp; see ``LogLines``."""

    _ALWAYS_WANTED = (
        events.Notice,
        events.RequestFailed,
        events.AssociationReceived,
        *_ENDS,
        facts.OperationEnded,
        facts.CommitmentAnswered,
        facts.RetentionApplied,
        facts.ShutdownRequested,
    )

    def __init__(
        self, log: Log, *, max_pdu_bytes: int, shows_contexts: bool, causes: RepeatedCauses | None = None
    ) -> None:
        super().__init__(log, "dcmqrscp", shows_contexts=shows_contexts, causes=causes)
        self._nobody = self._tool = self._main = self._tool.about("")
        self._about: dict[int, Logger] = {}
        """Loggers that name the association and its address, by number of the association."""
        self._max_pdu_bytes = max_pdu_bytes
        self._callers: dict[int, str] = {}
        """Who is there now: host, calling and called AE title, by number of the association."""
        self._started: dict[int, events.ItemStarted] = {}
        self._sub_operations: dict[int, int] = {}
        """How many instances the retrieval of an association has tried to send."""

    def _is_remarkable(self, event: ServingEvent) -> bool:
        if isinstance(event, events.ItemFinished):
            return event.outcome is not events.ItemOutcome.STORED
        return isinstance(event, facts.SubOperationEnded) and bool(event.status is None or event.status)

    def _show(self, event: ServingEvent) -> None:
        self._tool = self._main = self._logger_about(event)
        for notice in (event,) if isinstance(event, events.Notice) else archive_words(event):
            write_notice(self._tool, notice)
        match event:
            case events.ListenerStarted():
                self._tool.info(f"listening on port {event.port}")
            case events.ItemStarted():
                self._show_store(event)
            case events.ItemFinished():
                self._show_stored(event)
            case facts.OperationStarted():
                self._show_operation(event)
            case facts.SubOperationEnded():
                self._show_sub_operation(event)
            case facts.OperationEnded():
                self._show_operation_end(event)
            case (
                facts.CommitmentAnswered()
                | facts.KeptMoveEnded()
                | facts.RetentionApplied()
                | facts.ShutdownRequested()
            ):
                self._show_archive(event)
            case _:
                self._show_association(event)

    # -- the archive itself

    def _show_archive(
        self,
        event: facts.CommitmentAnswered | facts.KeptMoveEnded | facts.RetentionApplied | facts.ShutdownRequested,
    ) -> None:
        match event:
            case facts.KeptMoveEnded():
                sent = f"{count_text(event.stored, 'instance')} sent, {event.failed} given up"
                self._tool.info(f"Kept move to {printable(event.destination)}: {sent}")
            case facts.CommitmentAnswered():
                self._show_commitment(event)
            case facts.RetentionApplied():
                self._show_retention(event)
            case facts.ShutdownRequested():
                self._tool.warn(f"{self._who(event.association)} asks the archive to end, and it does")

    def _logger_about(self, event: ServingEvent) -> Logger:
        number = getattr(event, "association", 0)
        if not number:
            return self._nobody
        if isinstance(event, events.AssociationReceived):
            address = printable(event.peer_address or event.peer_host)
            self._about[number] = self._nobody.about(f"{number} {address}")
        return self._about.get(number) or self._nobody.about(str(number))

    def _warn(self, text: str, *cause: object, level: Level = Level.WARN) -> None:
        """Write what may happen often in one way: once for each cause, then how often."""
        self._causes.write(self._tool, level, text, cause)

    # -- associations

    def _show_association(self, event: ServingEvent) -> None:
        match event:
            case events.AssociationReceived():
                self._show_received(event)
            case events.AssociationAccepted():
                pdv_bytes = event.negotiation.max_send_pdv_bytes
                self._tool.info(f"Association Acknowledged (Max Send PDV: {pdv_bytes})")
                if not any(context.is_accepted for context in event.negotiation.contexts):
                    self._tool.info("    (but no valid presentation contexts)")
                self._write_block(negotiation_lines(event.negotiation))
            case events.AssociationFailed() if event.reason == _NO_PLACE:
                self._tool.info(f"Refusing Association of {self._who(event.association)}: {event.reason}")
            case events.AssociationFailed():
                who, reason = self._who(event.association), printable(event.reason)
                self._warn(f"Refusing Association of {who}: {reason}", who, cause_of(reason))
            case events.AssociationReleased():
                self._tool.info("Association Release")
            case events.AssociationAborted() if event.by_peer:
                self._tool.info("Association Aborted")
                self._tool.debug(printable(event.reason))
            case events.AssociationAborted():
                who, reason = self._who(event.association), printable(event.reason)
                self._warn(f"Aborting Association of {who}: {reason}", who, cause_of(reason), level=Level.ERROR)
            case _:
                pass
        if isinstance(event, _ENDS):
            self._callers.pop(event.association, None)
            self._about.pop(event.association, None)
            self._started.pop(event.association, None)
            self._sub_operations.pop(event.association, None)

    def _show_received(self, event: events.AssociationReceived) -> None:
        who = f"{printable(event.peer_host)}:{printable(event.calling_ae_title)} -> {printable(event.called_ae_title)}"
        self._callers[event.association] = who
        self._tool.info(f"Association Received ({who})")
        if not self._tool.is_enabled(self._block_level):
            return
        self._write_block(incoming_request_lines(event, self._max_pdu_bytes))

    def _who(self, association: int) -> str:
        return self._callers.get(association, f"association {association}")

    # -- storing

    def _show_store(self, event: events.ItemStarted) -> None:
        if self._is_verbose:
            self._started[event.association] = event
            self._tool.info("\n".join(["Received Store SCP:", *store_request_lines(event, is_outgoing=False)]))

    def _show_stored(self, event: events.ItemFinished) -> None:
        started = self._started.pop(event.association, None)
        reason = f": {printable(event.reason)}" if event.reason else ""
        if event.status is None:
            what = "stored, but not answered" if event.path else "not stored"
            who = self._who(event.association)
            self._warn(f"StoreSCP: {what}, from {who}{reason}", what, who, cause_of(reason))
            return
        if event.outcome is not events.ItemOutcome.STORED:
            words, who = events.status_text(event.status), self._who(event.association)
            self._warn(f"NOTICE: StoreSCP: answered {words} to {who}{reason}", words, who, cause_of(reason))
        if started is not None:
            lines = ["Sending:", *store_response_lines(started, event.status, is_outgoing=True)]
            self._tool.info("\n".join(lines))
        if event.path:
            self._tool.debug(f"Stored {printable(event.path)} ({count_text(event.size_bytes, 'byte')})")

    # -- queries and retrievals

    def _show_operation(self, event: facts.OperationStarted) -> None:
        if not self._is_verbose:
            return
        word = _WORDS[event.service]
        destination = (
            [f"Move Destination              : {printable(event.destination)}"] if event.service is Service.MOVE else []
        )
        block = [
            f"Received {word} SCP:",
            "===================== INCOMING DIMSE MESSAGE ====================",
            f"Message Type                  : C-{word.upper()} RQ",
            f"Message ID                    : {event.message_id}",
            f"Affected SOP Class UID        : {message_uid(event.sop_class_uid)}",
            f"Data Set                      : {'present' if event.identifier else 'none'}",
            f"Priority                      : {_PRIORITIES.get(event.priority, 'unknown')}",
            *destination,
            "======================= END DIMSE MESSAGE =======================",
        ]
        self._tool.info("\n".join(block))
        lines = [f"{word} SCP Request Identifiers:", *identifier_lines(event.identifier, event.transfer_syntax_uid)]
        self._tool.info("\n".join(lines))

    def _show_sub_operation(self, event: facts.SubOperationEnded) -> None:
        word = _WORDS[event.service]
        count = self._sub_operations[event.association] = self._sub_operations.get(event.association, 0) + 1
        if event.status is None:
            reason, who = printable(event.reason), self._who(event.association)
            text = f"{word} SCP: not sent: {printable(event.path)}: {reason}"
            self._warn(text, event.service, who, cause_of(reason), level=Level.ERROR)
        else:
            words = events.status_text(event.status)
            self._tool.info(f"Store SCU RQ: MsgID {count}, ({modality_prefix(event.sop_class_uid)})")
            if event.status:
                who = self._who(event.association)
                self._warn(f"{word} SCP: {printable(event.path)} was answered {words}", event.service, who, words)
            else:
                self._tool.info(f"{word} SCP: Received Store SCU RSP [Status={words}]")
        self._tool.info(f"{word} SCP Response {count} [status: Pending]")

    def _show_operation_end(self, event: facts.OperationEnded) -> None:
        word = _WORDS[event.service]
        words = events.status_text(event.status, _DIMSE_SERVICES[event.service])
        count = self._sub_operations.pop(event.association, 0) + event.matches
        self._tool.info(f"{word} SCP Response {count + 1} [status: {words}]")
        to = f" to {printable(event.destination)}" if event.destination else ""
        if (event.status or event.comment) and event.status != events.Status.CANCEL:
            comment = f": {printable(event.comment)}" if event.comment else ""
            who = self._who(event.association)
            text = f"{word} SCP{to}: answered {words} to {who}{comment}"
            self._warn(text, event.service, to, who, event.status, cause_of(comment))
        self._tool.debug(f"{word} SCP{to}: {self._figures(event)} in {event.elapsed_s:.3f} s")

    @staticmethod
    def _figures(event: facts.OperationEnded) -> str:
        counts = event.counts
        if counts is None:
            return count_text(event.matches, "match")
        return f"{counts.completed} sent, {counts.failed} failed, {counts.warning} with warnings"

    def _show_commitment(self, event: facts.CommitmentAnswered) -> None:
        who = self._who(event.association) if event.association else "a peer of an earlier start"
        text = f"Storage Commitment: {event.committed} committed, {event.failed} not, asked for by {who}"
        if event.is_reported and not event.failed:
            self._tool.info(text)
        else:
            self._tool.warn(text if event.is_reported else f"{text}, who could not be told")

    def _show_retention(self, event: facts.RetentionApplied) -> None:
        studies, instances = count_text(event.studies, "study", "studies"), count_text(event.instances, "instance")
        held = f", {count_text(event.held, 'study stays', 'studies stay')} for a hold" if event.held else ""
        if event.studies:
            text = f"Retention of {printable(event.area)}: {studies} with {instances} removed"
            self._tool.warn(f"{text} ({size_text(event.size_bytes)}){held}")
        if event.missing_bytes:
            missing = size_text(event.missing_bytes)
            text = f"Retention of {printable(event.area)}: {missing} are missing to the free space, and nothing may go"
            self._warn(f"{text}{held}", event.area, "missing")


def archive_words(event: ServingEvent) -> tuple[events.Notice, ...]:
    """Notices in the words of DCMTK's dcmqrscp for a fact, none where it has no line."""
    match event:
        case events.RequestFailed(job_id=job, peer_host=host, reason=reason):
            text = f"Could not receive association request from {host}: {reason}"
            level = events.NoticeLevel.INFO if event.is_bare_connection else events.NoticeLevel.ERROR
            return (events.Notice(job_id=job, level=level, text=text, peer_host=host),)
        case events.EchoReceived(job_id=job, message_id=number):
            text = f"Received Echo SCP RQ: MsgID {number}"
            return (events.Notice(job_id=job, level=events.NoticeLevel.INFO, text=text),)
        case _:
            return ()
