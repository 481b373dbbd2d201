from dicomdesk.engine.events import JobOutcome
from dicomdesk.engine.retrieve.facts import SubOperations
from dicomdesk.engine.retrieve.outcome import RetrieveOutcome, sum_counts
from dicomdesk.errors import PeerError


def outcome(stored: int | None = 3, missing: tuple[str, ...] = (), error: PeerError | None = None) -> RetrieveOutcome:
    return RetrieveOutcome(
        outcome=JobOutcome.COMPLETED,
        ended=(),
        announced=None,
        reported=SubOperations(completed=4),
        arrived=stored,
        stored=stored,
        missing=missing,
        refused=(),
        diagnoses=(),
        error=error,
    )


def test_a_sentence_says_what_came_of_it() -> None:
    assert outcome().text == "3 instances stored"
    assert outcome(missing=("1.2",)).text == "3 instances stored, 1 missing"
    assert outcome(stored=None).text == "The peer reports 4 instances sent"
    assert outcome(error=PeerError("lost")).text == "lost"


def test_counters_are_added_and_none_counts_nothing() -> None:
    counts = [SubOperations(completed=1, remaining=2), None, SubOperations(completed=3, failed=4, warning=5)]
    assert sum_counts(counts) == SubOperations(completed=4, failed=4, warning=5, remaining=2)
