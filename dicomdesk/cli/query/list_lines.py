"""What a list job reports, as lines of a log: one for each line of the list, by its place in the file alone."""

from collections.abc import Sequence

from dicomdesk.cli.output.log_lines import write_notice
from dicomdesk.cli.output.requestor_lines import RequestorLines
from dicomdesk.dicom.lists.entries import ListEntry
from dicomdesk.engine import events
from dicomdesk.engine.lists.facts import LineEnded, LineStarted, ListFact, ListPaused, ListResumed
from dicomdesk.engine.lists.results import LineResult, LineState, count_states, summary_text
from dicomdesk.human import count_text, printable
from dicomdesk.logs import Level, Log, Logger
from dicomdesk.settings import AssociationSettings, Peer

__all__ = ["ListLines", "line_text"]

_LEVELS = {LineState.FAILED: Level.WARN, LineState.INCOMPLETE: Level.WARN}


class ListLines(RequestorLines[ListFact]):
    """Lines of a tool that works off a list; see ``LogLines``."""

    _ALWAYS_WANTED = (events.Notice, events.AssociationFailed, LineEnded, ListPaused, ListResumed)

    def __init__(
        self,
        log: Log,
        tool: str,
        peer: Peer,
        association: AssociationSettings,
        entries: Sequence[ListEntry],
        told: Logger,
    ) -> None:
        """``told`` is the logger for what has come of each line."""
        super().__init__(log, tool, peer, association)
        self._entries = entries
        self._told = told

    def _show(self, event: ListFact) -> None:
        match event:
            case events.Notice():
                write_notice(self._tool, event)
            case events.AssociationRequested():
                self._show_requested(event)
            case events.AssociationAccepted() if event.negotiation.is_requestor:
                self._show_accepted(event.negotiation)
            case events.AssociationFailed():
                self._show_failed(event)
            case ListResumed(results=results):
                self._told.info(f"taken up again, {summary_text(count_states(results))}")
            case LineStarted():
                entry = self._entries[event.number - 1]
                self._tool.debug(f"line {entry.line}: asking for {entry.text}")
            case LineEnded(result=result):
                entry = self._entries[result.number - 1]
                self._told.write(_LEVELS.get(result.state, Level.INFO), f"line {entry.line}: {line_text(result)}")
            case ListPaused():
                self._told.info(f"waiting until {event.until:%Y-%m-%d %H:%M:%S}: {printable(event.reason)}")
            case _:
                pass


def line_text(result: LineResult) -> str:
    """What has come of a line, in words: "fetched, 12 of 12 instances"."""
    reason = f": {printable(result.reason)}" if result.reason else ""
    match result.state:
        case LineState.FOUND:
            return f"found, {count_text(result.matches, 'match', 'matches')}{reason}"
        case LineState.AMBIGUOUS:
            return f"ambiguous, {count_text(result.matches, 'match', 'matches')}"
        case LineState.FETCHED | LineState.INCOMPLETE:
            stored = result.stored or 0
            of = f"{stored:,} of {result.announced:,} instances" if result.announced else count_text(stored, "instance")
            return f"{result.state.value}, {of}{reason}"
        case LineState.NOT_FOUND:
            return f"not found{reason}"
        case _:
            return f"{result.state.value}{reason}"
