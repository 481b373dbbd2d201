"""What the engine's process tells of its own accord."""

from dicomdesk.engine.events import Event
from dicomdesk.engine.host.condenser import TimedFact
from dicomdesk.engine.receive.book.book_news import BookNews
from dicomdesk.engine.receive.listening_job import ReceiveResult
from dicomdesk.engine.stats import Progress
from dicomdesk.records import dataclass

__all__ = ["JobResult", "ReceptionNews"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceptionNews:
    """What has happened since the last time; a few times a second while something does."""

    book: BookNews | None
    """None where the arrival book is as it was."""
    facts: tuple[TimedFact, ...]
    gauges: dict[str, Progress]
    """Of the receive jobs that run, by job."""
    heard: tuple[Event, ...]
    """Every fact as it is, where somebody listens to all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResult:
    """A receive job is over, and all that it reported has been told."""

    job_id: str
    result: ReceiveResult
