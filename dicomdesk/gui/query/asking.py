"""One question to one peer, as it goes on: what came, and how it ended."""

from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING

from dicomdesk import human
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.engine.events import Status
from dicomdesk.engine.query.request import Identifier, QueryModel, QueryRequest
from dicomdesk.errors import DicomdeskError
from dicomdesk.gui.models.found_entities import AskedPeer
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from dicomdesk.engine.query.query import QueryJob, QueryOutcome
    from dicomdesk.gui.query.results.result_nodes import ResultNode

__all__ = ["Asking", "AskingState", "Question"]

_UNICODE = "ISO_IR 192"
MOST_ANSWERS = 50_000
"""Of one peer to one question: nobody looks through more, and the memory of this machine has an end."""


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
    below: Identifier | None = None
    """Of patients: what is asked of the studies of each."""
    splits_dates: bool = False
    """Whether the range of dates is bisected until no answer is cut."""

    def request(self, asked: AskedPeer) -> QueryRequest:
        """Return the request to a peer."""
        return QueryRequest(
            peer=asked.peer,
            identifiers=(self.identifier,),
            association=asked.association,
            model=self.model,
            character_set=self._character_set(asked),
            splits_dates=self.splits_dates,
            limit=MOST_ANSWERS,
        )

    def _character_set(self, asked: AskedPeer) -> str:
        """What keys are encoded in: as is known of the peer, else Unicode where ASCII is not enough."""
        is_plain = all(key.value.isascii() for key in self.identifier.keys)
        return asked.character_set or ("" if is_plain else _UNICODE)


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
    repeated: int = 0
    """Answers for what the peer has named before."""
    partial: int = 0
    """Answers of a peer that says that it does not support all keys."""
    undecodable: int = 0
    """Answers with text that means nothing in its character set."""
    reason: str = ""
    """Why it failed, or was cut; one sentence."""
    job: "QueryJob | None" = field(default=None, repr=False)
    is_cancel_wanted: bool = False
    is_forgotten: bool = False
    """Whether something else was asked meanwhile: what still comes is of no use."""

    def end(self, outcome: "QueryOutcome | DicomdeskError") -> None:
        """Take note of how the job ended, or why it did not begin."""
        if isinstance(outcome, DicomdeskError):
            self._fail(str(outcome))
            if self.is_cancel_wanted:
                self.state = AskingState.CANCELLED
            return
        final = outcome.ended[-1] if outcome.ended else None
        said = "" if final is None else _said(final.comment)
        if outcome.error is not None and not self.is_cancel_wanted:
            self._fail(str(outcome.error))
        elif self.is_cancel_wanted:
            self.state = AskingState.CANCELLED
        elif final is not None and final.is_cancelled:
            count = human.count_text(self.matches, "answer")
            self.state, self.reason = AskingState.CUT, f"Stopped by us after {count}: narrow the query"
        elif outcome.cuts:
            self.state, self.reason = AskingState.CUT, human.printable(outcome.cuts[0].text)
        elif final is not None and final.status & 0xFF00 == Status.OUT_OF_RESOURCES:
            self.state, self.reason = AskingState.CUT, f"The peer answers nothing, for it would be too much{said}"
        elif final is not None and final.status:
            self._fail(f"The peer ended the query with status {final.status:04X}{said}")
        else:
            self.state = AskingState.DONE

    def _fail(self, reason: str) -> None:
        self.state, self.reason = AskingState.FAILED, human.printable(reason)


def _said(comment: str) -> str:
    return f": {human.printable(comment.strip())}" if comment.strip() else ""
