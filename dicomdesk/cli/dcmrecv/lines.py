"""Log lines of ``dcmrecv``, as DCMTK's tool writes them."""

from dicomdesk.cli.output.association_dump import (
    incoming_request_lines,
    negotiation_lines,
    store_request_lines,
    store_response_lines,
)
from dicomdesk.cli.output.explaining import explain_fact
from dicomdesk.cli.output.log_lines import LogLines, write_notice
from dicomdesk.cli.output.repeated_causes import cause_of
from dicomdesk.engine import events
from dicomdesk.engine.receive.book.words import counts_text
from dicomdesk.human import printable
from dicomdesk.logs import Level, Log

_NO_CONTEXTS = "no acceptable presentation contexts"
"""The one reason of a refusal that DCMTK tells twice."""


class ReceiveLines(LogLines[events.Event]):
    """Lines of dcmrecv; see ``LogLines``."""

    _ALWAYS_WANTED = (
        events.Notice,
        events.StorageChanged,
        events.RequestFailed,
        events.AssociationReceived,
        events.AssociationAborted,
        events.AssociationFailed,
        events.AssociationReleased,
    )

    def __init__(self, log: Log, *, max_pdu_bytes: int, shows_contexts: bool) -> None:
        super().__init__(log, "dcmrecv", is_of_network=True, shows_contexts=shows_contexts)
        self._max_pdu_bytes = max_pdu_bytes
        self._started: dict[int, events.ItemStarted] = {}
        self._open: set[int] = set()
        """Numbers of the associations that are there now."""
        self._senders: dict[int, str] = {}
        """Who they are."""

    @property
    def shows_stored(self) -> bool:
        """Whether there are lines for an instance that is stored without trouble."""
        return self._is_verbose

    def _is_remarkable(self, event: events.Event) -> bool:
        if isinstance(event, events.StudySettled):
            return bool(event.command_exit_code)
        return isinstance(event, events.ItemFinished) and event.outcome is not events.ItemOutcome.STORED

    def _show(self, event: events.Event) -> None:
        for notice in (event,) if isinstance(event, events.Notice) else receive_words(event):
            if isinstance(event, events.ItemFinished):
                text = printable(notice.text)
                self._causes.write(self._network, Level.ERROR, text, cause_of(text))
            else:
                write_notice(self._network, notice)
        match event:
            case events.ItemStarted():
                self._show_started(event)
            case events.ItemFinished():
                self._show_finished(event)
            case events.StudySettled():
                uid = printable(event.study_instance_uid)
                state = "complete" if event.expected == event.here else "quiet"
                words = counts_text(event.here, event.again, event.refused, event.expected)
                self._tool.info(f"Study {state}: {uid} ({words})")
            case events.ListenerStarted():
                self._tool.info("starting service class provider and listening ...")
            case (
                events.AssociationReceived()
                | events.AssociationAccepted()
                | events.AssociationFailed()
                | events.AssociationReleased()
                | events.AssociationAborted()
            ):
                self._show_association(event)
            case _:
                pass

    def _show_association(self, event: events.AssociationEvent) -> None:
        self._open.add(event.association)
        if isinstance(event, events.AssociationReceived):
            self._senders[event.association] = f"{printable(event.calling_ae_title)} ({printable(event.peer_host)})"
        label = self._label(event.association)
        if isinstance(event, events.AssociationFailed | events.AssociationReleased | events.AssociationAborted):
            self._open.discard(event.association)
            self._senders.pop(event.association, None)
        match event:
            case events.AssociationReceived():
                self._show_received(event)
            case events.AssociationAccepted():
                pdv_bytes = event.negotiation.max_send_pdv_bytes
                self._network.info(f"{label}Association Acknowledged (Max Send PDV: {pdv_bytes})")
                self._write_block(negotiation_lines(event.negotiation))
            case events.AssociationFailed():
                if event.reason == _NO_CONTEXTS:
                    self._network.info(f"{label}No Acceptable Presentation Contexts")
                self._network.info(f"{label}Refusing Association ({printable(event.reason)})")
            case events.AssociationReleased():
                self._network.info(f"{label}Received Association Release Request")
            case events.AssociationAborted():
                self._show_aborted(event, label)
            case _:
                pass

    def _show_received(self, event: events.AssociationReceived) -> None:
        calling, called = printable(event.calling_ae_title), printable(event.called_ae_title)
        self._network.info(
            f"{self._label(event.association)}Association Received {printable(event.peer_host)}: {calling} -> {called}"
        )
        if not self._network.is_enabled(self._block_level):
            return
        self._write_block(["Incoming Association Request:", *incoming_request_lines(event, self._max_pdu_bytes)])

    def _show_aborted(self, event: events.AssociationAborted, label: str) -> None:
        self._started.pop(event.association, None)
        if event.by_peer:
            self._network.info(f"{label}Received Association Abort Request")
            self._network.debug(printable(event.reason))
        else:
            self._network.error(printable(event.reason))
            self._network.info(f"{label}Aborting Association")

    def _show_started(self, event: events.ItemStarted) -> None:
        self._network.info(f"{self._label(event.association)}Received C-STORE Request (MsgID {event.message_id})")
        if self._is_debugging:
            self._started[event.association] = event
            self._network.debug("\n".join(store_request_lines(event, is_outgoing=False)))

    def _show_finished(self, event: events.ItemFinished) -> None:
        label = self._label(event.association)
        if event.path:
            self._network.info(f"{label}Stored received object to file: {printable(event.path)}")
        if event.status is None:
            reason = printable(event.reason)
            self._causes.write(self._network, Level.WARN, f"{_what(event)}: {reason}", (_what(event), cause_of(reason)))
            return
        words = events.status_text(event.status)
        self._network.info(f"{label}Sending C-STORE Response ({words})")
        started = self._started.pop(event.association, None)
        if started is not None:
            self._network.debug("\n".join(store_response_lines(started, event.status, is_outgoing=True)))
        if event.outcome is not events.ItemOutcome.STORED:
            reason = f": {printable(event.reason)}" if event.reason else ""
            text = f"received object not stored, answered {words}{reason}{self._names(event)}"
            self._causes.write(self._network, Level.WARN, text, (words, cause_of(reason)))
            if not event.fault:
                self._network.remark(printable(explain_fact(event).text))

    def _names(self, event: events.ItemFinished) -> str:
        """Which instance it was, and who sent it, as far as that is known."""
        uid = event.header.sop_instance_uid if event.header is not None else event.asked_uid
        named = (f"SOP Instance UID {printable(uid)}" if uid else "", self._senders.get(event.association, ""))
        names = " from ".join(filter(None, named))
        return f" ({names})" if names else ""

    def _label(self, association: int) -> str:
        """Label that tells the lines of simultaneous associations apart; DCMTK has one after the other."""
        return f"[{association}] " if len(self._open) > 1 else ""


def _what(event: events.ItemFinished) -> str:
    return "stored, but not answered" if event.path else "received object not stored"


_STORAGE_LEVELS = {
    events.StorageState.OK: events.NoticeLevel.INFO,
    events.StorageState.LOW: events.NoticeLevel.WARNING,
    events.StorageState.FULL: events.NoticeLevel.ERROR,
    events.StorageState.GONE: events.NoticeLevel.ERROR,
    events.StorageState.READ_ONLY: events.NoticeLevel.ERROR,
}


def receive_words(event: events.Event) -> tuple[events.Notice, ...]:
    """Notices for a fact in the words of DCMTK's dcmrecv or in its manner, none where the fact speaks for itself."""
    match event:
        case events.RequestFailed(peer_host=host, reason=reason):  # the host is not in DCMTK's line
            text = f"Could not receive association request: {reason}"
            level = events.NoticeLevel.INFO if event.is_bare_connection else events.NoticeLevel.ERROR
            return (events.Notice(job_id=event.job_id, level=level, text=text, peer_host=host),)
        case events.EchoReceived(job_id=job, message_id=number):
            texts = (f"Received C-ECHO Request (MsgID {number})", "Sending C-ECHO Response (Success)")
            return tuple(events.Notice(job_id=job, level=events.NoticeLevel.INFO, text=text) for text in texts)
        case events.ItemFinished(fault=fault) if fault:
            return (_error(event, f"cannot store received object: {fault}"),)
        case events.StudySettled(command_exit_code=code) if code:
            return (_error(event, f"the command for a received study ended with exit code {code}"),)
        case events.StorageChanged(state=state, text=text, advice=advice, folder=folder):
            said = f"{text}; {advice}" if advice else text
            said += f" ({folder})"
            return (events.Notice(job_id=event.job_id, level=_STORAGE_LEVELS[state], text=said),)
        case _:
            return ()


def _error(event: events.Event, text: str, peer_host: str = "") -> events.Notice:
    return events.Notice(job_id=event.job_id, level=events.NoticeLevel.ERROR, text=text, peer_host=peer_host)
