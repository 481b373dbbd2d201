"""JSON Lines of a list: associations as ``json_lines`` has them, and these.

===================  ===================================================================================================
``list-resumed``     ``counts`` (lines by state), of a list that is taken up again
``line-started``     ``line`` (of the file), ``number`` (of the list, both from 1)
``line-ended``       ``line``, ``number``, ``state`` (found, ambiguous, not-found, fetched, incomplete, failed),
                     ``matches``, ``announced``, ``stored``, ``missing`` (each a number, or null where nobody has told),
                     ``reason``, ``uids``, ``ended_at`` (ISO 8601 with offset), ``attempts``
``list-paused``      ``until`` (ISO 8601 with offset), ``reason``
``list-ended``       ``counts``, ``outcome`` (completed, failed, cancelled), ``error``; the last
===================  ===================================================================================================

What stands in the lines, which may tell who a patient is, does not appear.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from dicomdesk.cli.output.json_lines import Fields, JsonLinesReporter, Value, describe, keys
from dicomdesk.dicom.lists.entries import ListEntry
from dicomdesk.engine import events
from dicomdesk.engine.lists.facts import LineEnded, LineStarted, ListFact, ListPaused, ListResumed
from dicomdesk.engine.lists.results import LineState, ListOutcome, count_states
from dicomdesk.engine.stats import Progress
from dicomdesk.human import printable

__all__ = ["ListJsonReporter"]

_TOLD = (
    events.Notice,
    events.AssociationRequested,
    events.AssociationAccepted,
    events.AssociationFailed,
    events.AssociationReleased,
    events.AssociationAborted,
)
_RESULT = keys(
    "number state=state.value matches announced stored missing reason uids ended_at=at attempts",
    reason=printable,
    uids=list,
)
_PAUSED = keys("until reason", until=datetime.isoformat, reason=printable)


class ListJsonReporter:
    """Writes what a list job reports to stdout; see ``JsonReporter``. Used by the main thread only."""

    def __init__(self, entries: Sequence[ListEntry]) -> None:
        self._entries = entries
        self._reporter = JsonLinesReporter()

    @property
    def is_lost(self) -> bool:
        """See ``JsonReporter``."""
        return self._reporter.is_lost

    def show(self, batch: Sequence[ListFact]) -> None:
        """See ``JsonReporter``."""
        described = [one for fact in batch for one in self._describe(fact)]
        if described:
            self._reporter.write(described)

    def show_progress(self, progress: Progress) -> None:
        """See ``JsonReporter``."""
        self._reporter.show_progress(progress)

    def end(self, result: ListOutcome) -> None:
        """Write what came of it."""
        error = printable(str(result.error)) if result.error is not None else ""
        fields: Fields = {"counts": _counts(result.counts), "outcome": result.outcome.value, "error": error}
        self._reporter.write([("list-ended", fields)])

    def _describe(self, fact: ListFact) -> Iterator[tuple[str, Fields]]:
        match fact:
            case ListResumed(results=results):
                yield "list-resumed", {"counts": _counts(count_states(results))}
            case LineStarted(number=number):
                yield "line-started", {"line": self._line(number), "number": number}
            case LineEnded(result=result):
                yield "line-ended", {"line": self._line(result.number), **_RESULT(result)}
            case ListPaused():
                yield "list-paused", _PAUSED(fact)
            case _ if isinstance(fact, _TOLD):
                yield describe(fact)
            case _:
                pass

    def _line(self, number: int) -> int:
        return self._entries[number - 1].line


def _counts(counts: Mapping[LineState, int]) -> Value:
    return {state.value: count for state, count in counts.items()}
