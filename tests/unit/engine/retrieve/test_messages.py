"""Requests, cancels and ends are messages of their association; other facts are none."""

from datetime import UTC, datetime

from dicomdesk.engine.events import AssociationReleased
from dicomdesk.engine.query.facts import QueryAnswered, QueryCancelled, QueryEnded, QueryStarted
from dicomdesk.engine.retrieve.facts import (
    RetrieveCancelled,
    RetrieveEnded,
    RetrieveFact,
    RetrieveStarted,
    SubOperations,
)
from dicomdesk.engine.retrieve.messages import message_of

FIND, MOVE, GET = (f"1.2.840.10008.5.1.4.1.2.2.{number}" for number in (1, 2, 3))
AT = datetime(2026, 11, 30, 12, tzinfo=UTC)


def retrieve_started(sop_class_uid: str, destination: str = "") -> RetrieveStarted:
    return RetrieveStarted(
        job_id="r",
        association=2,
        repetition=0,
        message_id=3,
        context_id=1,
        sop_class_uid=sop_class_uid,
        identifier=b"",
        transfer_syntax_uid="",
        number=0,
        destination=destination,
        at=AT,
    )


def shown(fact: RetrieveFact) -> tuple[str, int | None, str, str]:
    message = message_of(fact)
    assert message is not None
    assert (message.job_id, message.association, message.message_id, message.at) == ("r", 2, 3, AT)
    return message.name, message.status, message.status_words, message.detail


def ended(status: int, field: int, counts: SubOperations | None = None, comment: str = "") -> RetrieveEnded:
    return RetrieveEnded(
        job_id="r",
        association=2,
        number=0,
        message_id=3,
        status=status,
        counts=counts,
        comment=comment,
        elements={0x0100: field.to_bytes(2, "little")},
        at=AT,
    )


def test_requests_have_their_names() -> None:
    started = QueryStarted(
        job_id="r",
        association=2,
        repetition=0,
        message_id=3,
        context_id=1,
        sop_class_uid=FIND,
        identifier=b"",
        transfer_syntax_uid="",
        query=0,
        at=AT,
    )
    assert shown(started) == ("C-FIND-RQ", None, "", "")
    assert shown(retrieve_started(MOVE, "DESK")) == ("C-MOVE-RQ", None, "", "to DESK")
    assert shown(retrieve_started(GET)) == ("C-GET-RQ", None, "", "")


def test_cancels_are_messages_too() -> None:
    cancelled = "C-CANCEL-RQ", None, "", ""
    assert shown(QueryCancelled(job_id="r", association=2, query=0, message_id=3, at=AT)) == cancelled
    assert shown(RetrieveCancelled(job_id="r", association=2, number=0, message_id=3, at=AT)) == cancelled


def test_ends_have_status_and_counts() -> None:
    end = QueryEnded(job_id="r", association=2, query=0, message_id=3, status=0, matches=1200, at=AT)
    assert shown(end) == ("C-FIND-RSP", 0, "Success", "1,200 matches")
    counts = SubOperations(completed=5, failed=1, remaining=0)
    assert shown(ended(0xA801, 0x8021)) == ("C-MOVE-RSP", 0xA801, "Refused: MoveDestinationUnknown", "")
    name, status, _, detail = shown(ended(0xB000, 0x8010, counts, "no\nway"))
    assert (name, status, detail) == ("C-GET-RSP", 0xB000, "5 sent, 1 failed, no\\nway")


def test_other_facts_are_no_messages() -> None:
    assert message_of(AssociationReleased(job_id="r", association=2)) is None
    assert message_of(QueryAnswered("r", 1, 0, 1, 1, 1, 0xFF00, b"", "")) is None


def test_a_fact_has_the_time_at_which_it_is_told() -> None:
    before = datetime.now(UTC)
    made = QueryCancelled(job_id="r", association=1, query=0, message_id=1)
    assert before <= made.at <= datetime.now(UTC)
