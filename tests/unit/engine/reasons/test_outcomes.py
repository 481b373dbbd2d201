"""Why facts happened, in one way for every front end."""

from datetime import UTC, datetime

import pytest

from dicomdesk.engine import events
from dicomdesk.engine.delivery.transfer_list import judge_status
from dicomdesk.engine.events import ItemOutcome, NotSentCause
from dicomdesk.engine.explain.peer_words import split_peer_words
from dicomdesk.engine.explain.recognition import find_failure
from dicomdesk.engine.reasons.outcomes import explain_event, explain_outcome
from dicomdesk.logs import UNEXPLAINED
from dicomdesk.network.status import DimseService
from dicomdesk.network.status_meanings import explain_status


def item(outcome: ItemOutcome, status: int | None = None, path: str = "f", fault: str = "") -> events.ItemFinished:
    return events.ItemFinished(
        job_id="j", association=1, index=0, path=path, outcome=outcome, status=status, fault=fault
    )


@pytest.mark.parametrize("status", [0x0106, 0x0111, 0x0122, 0x0213, 0xA700, 0xA9FF, 0xC123, 0xB007, 0xFF00, 0x1234])
def test_a_refusal_has_the_words_of_its_status(status: int) -> None:
    meaning = explain_status(status, DimseService.C_STORE)
    assert explain_event(item(ItemOutcome.REFUSED, status)) == (meaning.cause, meaning.advice)
    assert meaning.advice


@pytest.mark.parametrize("cause", list(NotSentCause))
def test_whatever_is_not_sent_has_a_cause_and_advice(cause: NotSentCause) -> None:
    told = explain_outcome(ItemOutcome.NOT_SENT, None, cause, "a reason that nobody knows")
    assert told.cause
    assert told.advice


def test_the_reason_of_an_unreadable_file_says_more_than_its_outcome() -> None:
    told = explain_outcome(ItemOutcome.NOT_SENT, None, NotSentCause.UNREADABLE, "f: Permission denied")
    assert told.cause == find_failure("file-not-readable").cause


def test_what_is_stored_is_not_explained() -> None:
    assert explain_event(item(ItemOutcome.STORED, 0)) == UNEXPLAINED
    assert explain_event(events.JobStarted(job_id="j", at=datetime.now(UTC))) == UNEXPLAINED


def test_a_receiver_speaks_of_itself() -> None:
    fault = "cannot create file '/in/a': No space left on device"
    told = explain_event(item(ItemOutcome.REFUSED, 0xA700, path="", fault=fault))
    assert told.cause == find_failure("disk-full").cause


def test_words_of_the_peer_stand_apart() -> None:
    reason = judge_status(0xA700, 'Disk "D:" is full').reason
    before, said = split_peer_words(reason)
    assert (said, "Disk" in before) == ('The peer says: "Disk "D:" is full"', False)
    assert split_peer_words("Gone") == ("Gone", "")
