"""One question to one peer, as it goes on: what came, and how it ended."""

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.engine.query.request import Identifier, QueryModel, QueryRequest
from dicomdesk.gui.models.found_entities import AskedPeer

if TYPE_CHECKING:
    from dicomdesk.engine.query.query import QueryJob, QueryOutcome
    from dicomdesk.gui.query.result_nodes import ResultNode

__all__ = ["Asking", "AskingState", "Question"]


class AskingState(Enum):
    """How far a peer is with its answers."""

    ASKING = "asking"
    DONE = "done"
    CUT = "cut"
    """There may be more."""
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of each peer."""

    identifier: Identifier
    level: Level = Level.STUDY
    model: QueryModel = QueryModel.STUDY_ROOT
    splits_dates: bool = False
    """Whether the range of dates is bisected until no answer is cut."""

    def request(self, asked: AskedPeer) -> QueryRequest:
        """Return the request to a peer."""
        return QueryRequest(
            peer=asked.peer,
            identifiers=(self.identifier,),
            association=asked.association,
            model=self.model,
            character_set=asked.character_set,
            splits_dates=self.splits_dates,
        )


@dataclass(slots=True, kw_only=True, eq=False)
class Asking:
    """A question to a peer that was begun."""

    question: Question
    asked: AskedPeer
    parent: "ResultNode | None" = None
    """What is below this is asked for; None for the rows at the top."""
    state: AskingState = AskingState.ASKING
    matches: int = 0
    """Answers that were shown."""
    unreadable: int = 0
    """Answers that were no data sets."""
    odd_levels: int = 0
    """Answers that say another level than was asked for."""
    nameless: int = 0
    """Answers without the unique key of their level."""
    reason: str = ""
    """Why it failed, or was cut; one sentence."""
    job: "QueryJob | None" = field(default=None, repr=False)
    is_cancel_wanted: bool = False
    is_forgotten: bool = False
    """Whether something else was asked meanwhile: what still comes is of no use."""

    def end(self, outcome: "QueryOutcome") -> None:
        """Take note of how the job ended."""
        final = outcome.ended[-1] if outcome.ended else None
        if outcome.error is not None and self.state is not AskingState.CANCELLED:
            self._fail(str(outcome.error))
        elif self.is_cancel_wanted:
            self.state = AskingState.CANCELLED
        elif outcome.cuts:
            self.state, self.reason = AskingState.CUT, outcome.cuts[0].text
        elif final is not None and final.status:
            self._fail(f"The peer ended the query with status {final.status:04X}{_said(final.comment)}")
        else:
            self.state = AskingState.DONE

    def _fail(self, reason: str) -> None:
        self.state, self.reason = AskingState.FAILED, reason


def _said(comment: str) -> str:
    return f": {comment}" if comment.strip() else ""
