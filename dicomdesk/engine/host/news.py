"""What the engine's process tells of its own accord."""

from typing import TYPE_CHECKING, NamedTuple

from dicomdesk.engine.events import Event
from dicomdesk.engine.facts.arrivals import ReceptionSum, StoredSum
from dicomdesk.engine.outbox.facts import OutboxFact
from dicomdesk.engine.receive.book.book_news import BookNews
from dicomdesk.engine.receive.listening_job import ReceiveResult
from dicomdesk.engine.stats import Progress
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from dicomdesk.engine.routing.facts import RuleFact
    from dicomdesk.engine.routing.route_job import RouteResult

__all__ = ["JobResult", "JournalState", "ReceptionNews", "RuleNews", "SendingNews", "TimedReception", "TimedSending"]

TimedReception = tuple[float, Event | ReceptionSum]
"""When it happened, seconds since the epoch, and what."""
TimedSending = tuple[float, OutboxFact | Event | ReceptionSum | StoredSum]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceptionNews:
    """What has happened since the last time; a few times a second while something does."""

    book: BookNews | None
    """None where the arrival book is as it was."""
    facts: tuple[TimedReception, ...]
    gauges: dict[str, Progress]
    """Of the receive jobs that run, by job."""
    heard: tuple[Event, ...]
    """Every fact as it is, where somebody listens to all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingNews:
    """What the Outbox and its runs have reported since the last time."""

    facts: tuple[TimedSending, ...]
    gauges: dict[str, Progress]
    """Of the runs that go on, by job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleNews:
    """What rules have reported since the last time."""

    facts: "tuple[RuleFact, ...]"
    result: "RouteResult | None" = None
    """How the work on them has ended, and all that it reported has been told; None while it goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResult:
    """A receive job is over, and all that it reported has been told."""

    job_id: str
    result: ReceiveResult


class JournalState(NamedTuple):
    """What a user should know of the journal; "" for nothing."""

    fault: str = ""
    """Why there is none on the disk."""
    notice: str = ""
    trouble: str = ""
