"""What a peer has said of an instance has one state and words."""

from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.commitment.documents import NO_REASON
from dicomdesk.engine.commit.states import (
    NOT_ASKED,
    CommitmentState,
    count_states,
    join_outcomes,
    judge_outcome,
    refused,
)

OUTCOMES = st.sampled_from((0, NO_REASON, 0x0110, 0x0112))


@given(st.lists(OUTCOMES, min_size=1))
def test_what_was_ever_reported_as_failed_is_not_committed_in_any_order(reported: list[int]) -> None:
    forwards: int | None = None
    backwards: int | None = None
    for outcome, other in zip(reported, reversed(reported), strict=True):
        forwards, backwards = join_outcomes(forwards, outcome), join_outcomes(backwards, other)
    assert forwards == backwards
    assert (forwards == 0) == (not any(reported))


def test_every_outcome_has_a_state_and_every_state_but_the_best_has_words() -> None:
    committed = judge_outcome(0, "within 60 s", may_come=True)
    assert (committed.state, committed.text) == (CommitmentState.COMMITTED, "")
    failed = judge_outcome(0x0112, "within 60 s", may_come=True)
    assert (failed.state, failed.failure_reason) == (CommitmentState.NOT_COMMITTED, 0x0112)
    assert "0112H" in failed.text
    late = judge_outcome(None, "within 60 s", may_come=True)
    assert (late.state, late.text) == (
        CommitmentState.UNANSWERED,
        "The peer has not reported on it within 60 s. It would still be taken: do not delete the file yet.",
    )
    assert "Ask again" in judge_outcome(None, "within 60 s", may_come=False).text
    assert refused("No.").state is CommitmentState.NOT_COMMITTED


def test_every_state_is_counted() -> None:
    counts = count_states([NOT_ASKED, NOT_ASKED, judge_outcome(0, "", may_come=False)])
    assert counts == {**dict.fromkeys(CommitmentState, 0), CommitmentState.NOT_ASKED: 2, CommitmentState.COMMITTED: 1}
