"""Facts that a list job reports beside those of its associations, queries and retrieves.

Retrieves are jobs within the job: their facts have job IDs of their own.
"""

from collections.abc import Callable
from datetime import datetime

from dicomdesk.engine.lists.results import LineResult
from dicomdesk.engine.retrieve.facts import RetrieveFact
from dicomdesk.records import dataclass

__all__ = ["LineEnded", "LineStarted", "ListFact", "ListPaused", "ListResumed", "ListSink"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListResumed:
    """The list was begun before: this is what it comes with."""

    job_id: str
    results: tuple[LineResult, ...]
    """Of the lines that do not wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStarted:
    """A line is about to be asked for."""

    job_id: str
    number: int
    """See ``ListEntry``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineEnded:
    """A line has its result, which is in the state file when this is told."""

    job_id: str
    result: LineResult


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPaused:
    """Nothing is asked for until a time: the window is closed, or the peer cannot be reached."""

    job_id: str
    until: datetime
    """Local time; aware."""
    reason: str


ListFact = RetrieveFact | ListResumed | LineStarted | LineEnded | ListPaused
ListSink = Callable[[ListFact], None]
