"""What a peer has said of keeping an instance, as one value with words; the same in window, log, JSON and report."""

from collections.abc import Iterable
from enum import Enum

from dicomdesk.dicom.commitment.failure_reasons import failure_text
from dicomdesk.records import dataclass

__all__ = [
    "NOT_ASKED",
    "Commitment",
    "CommitmentState",
    "count_states",
    "join_outcomes",
    "judge_outcome",
    "refused",
]


class CommitmentState(Enum):
    """State of an instance towards storage commitment."""

    NOT_ASKED = "not-asked"
    """The peer was not asked, as it has not stored it, or could not be asked."""
    ASKED = "asked"
    """The peer was asked; its report may still come."""
    COMMITTED = "committed"
    NOT_COMMITTED = "not-committed"
    """The peer says that it does not keep it, or does not take the request."""
    UNANSWERED = "unanswered"
    """The peer was asked and has not reported in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """State of one instance, and why."""

    state: CommitmentState
    text: str = ""
    """Plain words: why it is not committed, and what to do; "" where it is."""
    failure_reason: int | None = None
    """Failure Reason (0008,1197) that the peer gave, -1 where it gave none; None where it said no such thing."""


NOT_ASKED = Commitment(state=CommitmentState.NOT_ASKED)
_COMMITTED = Commitment(state=CommitmentState.COMMITTED)


def judge_outcome(outcome: int | None, waited: str, *, may_come: bool) -> Commitment:
    """Return what an outcome means: None is that no report has named the instance, 0 that it is committed.

    ``waited`` ends a sentence on how long a report was waited for; ``may_come`` says that a later one would be taken.
    """
    if outcome is None:
        later = "It would still be taken: do not delete the file yet." if may_come else "Ask again before deleting it."
        text = f"The peer has not reported on it {waited}. {later}"
        return Commitment(state=CommitmentState.UNANSWERED, text=text)
    if outcome == 0:
        return _COMMITTED
    return Commitment(state=CommitmentState.NOT_COMMITTED, text=failure_text(outcome), failure_reason=outcome)


def refused(text: str) -> Commitment:
    """The peer does not take the request, for a reason in words."""
    return Commitment(state=CommitmentState.NOT_COMMITTED, text=text)


def join_outcomes(known: int | None, reported: int) -> int:
    """Return what two statements on one instance come to, in either order: once failed it is not committed.

    Several Failure Reasons come to one of them.
    """
    if not known or not reported:
        return known or reported
    return max(known, reported)


def count_states(commitments: Iterable[Commitment]) -> dict[CommitmentState, int]:
    """Return how many are in which state; every state is a key."""
    counts = dict.fromkeys(CommitmentState, 0)
    for commitment in commitments:
        counts[commitment.state] += 1
    return counts
