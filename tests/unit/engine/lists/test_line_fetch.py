"""What a retrieve comes to for its line."""

from dataclasses import replace

import pytest

from dicomdesk.engine.events import ItemFinished, ItemOutcome, ItemStarted, JobOutcome
from dicomdesk.engine.lists.line_fetch import StoredHere, describe_fetch
from dicomdesk.engine.lists.results import LineResult, LineState
from dicomdesk.engine.retrieve.facts import RetrieveEnded, SubOperations
from dicomdesk.engine.retrieve.outcome import RetrieveOutcome
from dicomdesk.engine.retrieve.request import ExpectedInstance
from dicomdesk.errors import PeerError

FOUND = LineResult(number=1, state=LineState.FOUND, matches=1, attempts=1)
ENDED = RetrieveEnded(job_id="r", association=1, number=0, message_id=1, status=0)
WHOLE = RetrieveOutcome(
    outcome=JobOutcome.COMPLETED,
    ended=(ENDED,),
    announced=3,
    reported=SubOperations(completed=3),
    arrived=3,
    stored=3,
    missing=(),
    refused=(),
    diagnoses=(),
)
ELSEWHERE = replace(WHOLE, arrived=None, stored=None)
UNTOLD = replace(WHOLE, announced=None)
LOST = PeerError("The peer is gone")


@pytest.mark.parametrize(
    ("outcome", "state", "counts"),
    [
        (WHOLE, LineState.FETCHED, (3, 3, 0)),
        (replace(WHOLE, missing=("1",)), LineState.INCOMPLETE, (3, 2, 1)),
        (replace(WHOLE, missing=("1", "2", "3"), stored=0), LineState.FAILED, (3, 0, 3)),
        (replace(WHOLE, ended=(), stored=0), LineState.FETCHED, (3, 3, 0)),
        (replace(WHOLE, outcome=JobOutcome.FAILED, error=LOST), LineState.FETCHED, (3, 3, 0)),
        (ELSEWHERE, LineState.FETCHED, (3, 3, 0)),
        (replace(ELSEWHERE, reported=SubOperations(completed=2, failed=1)), LineState.INCOMPLETE, (3, 2, 1)),
        (replace(ELSEWHERE, reported=SubOperations(completed=2)), LineState.INCOMPLETE, (3, 2, 1)),
        (UNTOLD, LineState.FETCHED, (None, 3, 0)),
        (replace(UNTOLD, ended=(replace(ENDED, status=0xA702),)), LineState.INCOMPLETE, (None, 3, 0)),
        (replace(UNTOLD, stored=0, reported=SubOperations()), LineState.FAILED, (None, 0, 0)),
        (replace(UNTOLD, outcome=JobOutcome.FAILED, error=LOST), LineState.INCOMPLETE, (None, 3, 0)),
    ],
)
def test_a_line_is_what_is_here_or_what_the_peer_says(
    outcome: RetrieveOutcome, state: LineState, counts: tuple[int | None, int, int]
) -> None:
    result = describe_fetch(FOUND, outcome)
    assert (result.state, (result.announced, result.stored, result.missing)) == (state, counts)
    assert bool(result.reason) == (state is not LineState.FETCHED)


def test_what_is_here_is_known_by_uid_whoever_stored_it() -> None:
    here = StoredHere()
    here.add(["1.1"])
    for index, (uid, outcome) in enumerate([("1.2", ItemOutcome.STORED), ("1.3", ItemOutcome.REFUSED)]):
        here.take(started(index, uid))
        here.take(finished(index, outcome))
    here.take(started(9, "1.4"))
    expected = [ExpectedInstance(sop_instance_uid=f"1.{number}") for number in range(1, 6)]
    assert here.among(expected) == {"1.1", "1.2"}


def started(index: int, uid: str) -> ItemStarted:
    return ItemStarted(
        job_id="j", association=1, index=index, message_id=1, sop_class_uid="1.2.840", sop_instance_uid=uid
    )


def finished(index: int, outcome: ItemOutcome) -> ItemFinished:
    return ItemFinished(
        job_id="j", association=1, index=index, path="", outcome=outcome, status=0, reason="", size_bytes=1
    )
