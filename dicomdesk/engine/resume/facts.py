"""Facts of a job that takes up a journal, besides those of the Outbox and of the jobs that it begins."""

from collections.abc import Callable

from dicomdesk.engine.lists.facts import ListFact
from dicomdesk.engine.outbox.facts import OutboxFact
from dicomdesk.engine.resume.kept_work import WorkState
from dicomdesk.records import dataclass

__all__ = ["ResumeFact", "ResumeSink", "WorkEnded", "WorkStarted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkStarted:
    """A retrieve or list is taken up."""

    key: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkEnded:
    """It has ended, or is left to be taken up another time."""

    key: str
    state: WorkState
    text: str
    """What has come of it, in one line."""


ResumeFact = OutboxFact | ListFact | WorkStarted | WorkEnded
ResumeSink = Callable[[ResumeFact], None]
