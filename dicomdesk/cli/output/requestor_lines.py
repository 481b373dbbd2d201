"""Log lines for the association of a requestor, as DCMTK's tools log them."""

from typing import TypeVar

from dicomdesk.cli.output.association_dump import negotiated_lines, outgoing_request_lines
from dicomdesk.cli.output.dcmtk_conditions import condition_text, numbered_condition
from dicomdesk.cli.output.explaining import explain_fact
from dicomdesk.cli.output.log_lines import LogLines
from dicomdesk.engine import events
from dicomdesk.engine.explain.peer_words import split_peer_words
from dicomdesk.errors import AssociationRejectedError, DicomdeskError, IllegalAeTitleError
from dicomdesk.human import printable
from dicomdesk.logs import Explanation, Level, Log
from dicomdesk.settings import LARGE_MAX_PDU_BYTES, AssociationSettings, Peer

__all__ = ["RequestorLines", "condition_of"]

FactT = TypeVar("FactT")

_PDV_OVERHEAD_BYTES = 12


class RequestorLines(LogLines[FactT]):
    """Lines of a tool that asks for associations; see ``LogLines``."""

    def __init__(
        self,
        log: Log,
        tool: str,
        peer: Peer,
        association: AssociationSettings,
        *,
        is_of_network: bool = False,
        shows_contexts: bool = False,
    ) -> None:
        super().__init__(log, tool, is_of_network=is_of_network, shows_contexts=shows_contexts)
        self._peer = peer
        self._association = association
        self._explains = log.explains
        log.peer = f"{peer.ae_title} ({peer.host}:{peer.port})"
        self._last_line = ""
        self._has_warned_of_failure = False
        """Whether it was told with our advice why there is no association."""

    def show_last(self) -> None:
        """Write the line that DCMTK's tool logs after its last error, if there is one, and what no line came for."""
        self._log.tell_held()
        if self._last_line:
            self._main.info(self._last_line)

    def _show_requested(self, event: events.AssociationRequested, label: str = "") -> None:
        """Write the request; ``label`` tells the lines of parallel associations apart."""
        self._log.tell_held()
        if self._main.is_enabled(self._block_level):
            self._write_block(outgoing_request_lines(event, self._peer, self._association))
        self._main.info(f"{label}Requesting Association")

    def _show_accepted(self, negotiation: events.Negotiation, label: str = "") -> bool:
        """Write the answer; return whether any presentation context is accepted, else the tool reports a failure."""
        if self._main.is_enabled(self._block_level):
            self._write_block(negotiated_lines(negotiation))
        is_any_accepted = any(context.is_accepted for context in negotiation.contexts)
        if is_any_accepted:
            self._main.info(f"{label}Association Accepted (Max Send PDV: {_shown_max_pdv_bytes(negotiation)})")
        return is_any_accepted

    def _show_failed(self, event: events.AssociationFailed) -> None:
        """Have our words follow DCMTK's line, which comes at the end of the job, where there are more than a reason."""
        reason = printable(event.reason).removesuffix(".")
        words = Explanation(printable(event.cause), printable(event.advice))
        if words.text:
            self._has_warned_of_failure = self._explains
            self._log.hold(self._tool, reason, words)
        if not self._has_warned_of_failure:
            self._tool.debug(reason)

    def _explain(self, event: events.Event) -> None:
        """Have a line below ERROR followed by why it happened and what to do, and by what the peer says."""
        if not self._explains:
            return
        about = said = ""
        if isinstance(event, events.ItemFinished):
            _, said = split_peer_words(event.reason)
            uid = event.header.sop_instance_uid if event.header is not None else ""
            about = f"Peer {self._peer}{f', SOP Instance UID {uid}' if uid else ''}: "
        self._log.remark(self._tool, printable(explain_fact(event).text), printable(said), printable(about))

    def _show_no_association(self, error: DicomdeskError | None, level: Level = Level.FATAL) -> None:
        """Write why there is none, at the end of the job."""
        if isinstance(error, AssociationRejectedError):
            self._main.write(level, "\n".join(["Association Rejected:", *events.dcmtk_rejection_lines(error)]))
            return
        if isinstance(error, IllegalAeTitleError):
            self._main.error(condition_text(error))
        self._main.write(level, f"Association Request Failed: {condition_of(error)}")


def condition_of(error: DicomdeskError | None) -> str:
    """The error in DCMTK's words where there are some, with their number."""
    return numbered_condition(condition_text(error))


def _shown_max_pdv_bytes(negotiation: events.Negotiation) -> int:
    """The peer's limit as DCMTK shows it, whatever our own option for it says."""
    return min(negotiation.peer_max_pdu_bytes or LARGE_MAX_PDU_BYTES, LARGE_MAX_PDU_BYTES) - _PDV_OVERHEAD_BYTES
