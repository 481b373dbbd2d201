"""What has come of the lines of a list."""

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import Enum

from dicomdesk.engine.events import JobOutcome
from dicomdesk.errors import DicomdeskError
from dicomdesk.human import count_text
from dicomdesk.records import dataclass

__all__ = ["LineResult", "LineState", "ListOutcome", "count_states", "is_settled", "summary_text"]


class LineState(Enum):
    """Where a line is; the values stand in state files and reports."""

    WAITING = "waiting"
    FOUND = "found"
    """By a query; nothing is to be fetched, or not yet."""
    AMBIGUOUS = "ambiguous"
    """Several answers where one was meant; nothing is fetched."""
    NOT_FOUND = "not-found"
    FETCHED = "fetched"
    """All that was announced is here, or was sent to where it was to go."""
    INCOMPLETE = "incomplete"
    """Some of it is."""
    FAILED = "failed"
    """It was not asked for, not answered, or nothing of it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineResult:
    """What has come of one line."""

    number: int
    """From 1; see ``ListEntry``."""
    state: LineState = LineState.WAITING
    matches: int = 0
    """Different ones that fit the line."""
    announced: int | None = None
    """Instances that there are, where the peer has told; None also where nothing was to be fetched."""
    stored: int | None = None
    """Instances of these that are here, or that the peer reports sent where they go elsewhere."""
    missing: int | None = None
    reason: str = ""
    """Plain words; "" where there is nothing to say."""
    uids: tuple[str, ...] = ()
    """Study Instance UIDs, or those of the level that was asked for; not more than a few."""
    at: str = ""
    """When it ended, ISO 8601 with offset; "" while it waits."""
    attempts: int = 0


def is_settled(state: LineState, *, fetches: bool, takes_all: bool = False) -> bool:
    """Whether nothing more is to be done for a line: what failed or is incomplete is tried again with the next run.

    ``takes_all`` is whether what is ambiguous is fetched too.
    """
    if state is LineState.FOUND:
        return not fetches
    if state is LineState.AMBIGUOUS:
        return not (fetches and takes_all)
    return state in {LineState.NOT_FOUND, LineState.FETCHED}


def count_states(results: Iterable[LineResult]) -> dict[LineState, int]:
    """How many lines there are in each state, all states named."""
    counts = Counter(result.state for result in results)
    return {state: counts[state] for state in LineState}


_WORDS = {
    LineState.FETCHED: "fetched",
    LineState.FOUND: "found",
    LineState.INCOMPLETE: "incomplete",
    LineState.AMBIGUOUS: "ambiguous",
    LineState.NOT_FOUND: "not found",
    LineState.FAILED: "failed",
    LineState.WAITING: "to do",
}


def summary_text(counts: Mapping[LineState, int]) -> str:
    """One line for all: "50 lines: 48 fetched, 1 ambiguous, 1 not found"."""
    parts = [f"{counts[state]:,} {word}" for state, word in _WORDS.items() if counts.get(state)]
    total = count_text(sum(counts.values()), "line")
    return f"{total}: {', '.join(parts)}" if parts else total


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOutcome:
    """What came of a list job."""

    outcome: JobOutcome
    """COMPLETED where no line waits, whatever has come of each."""
    results: tuple[LineResult, ...]
    """Of all lines, in their order."""
    error: DicomdeskError | None = None
    """Why it ended early."""
    was_associated: bool = True
    """Whether the peer has ever accepted an association of this job, or none was needed."""

    @property
    def counts(self) -> dict[LineState, int]:
        """How many lines there are in each state."""
        return count_states(self.results)

    @property
    def is_all_well(self) -> bool:
        """Whether each line is found, or fetched where that was asked for."""
        return all(result.state in {LineState.FOUND, LineState.FETCHED} for result in self.results)

    @property
    def text(self) -> str:
        """What happened, in one line."""
        return f"{self.error}; {summary_text(self.counts)}" if self.error is not None else summary_text(self.counts)
