from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.engine.events import (
    ArrivalKind,
    AssociationReleased,
    EchoReceived,
    Event,
    ItemFinished,
    ItemOutcome,
    ItemStarted,
    JobFinished,
    JobOutcome,
)
from dicomdesk.engine.facts.arrivals import ReceptionSum
from dicomdesk.engine.host.desk.condenser import MOST_FACTS, Condenser
from tests.unit.engine.receive.book.test_arrival_book import header

ITEMS = st.tuples(st.integers(1, 3), st.sampled_from("12"), st.sampled_from("89"), st.sampled_from(ItemOutcome))
STEPS = st.lists(st.one_of(ITEMS, st.sampled_from(["read", "release", "echo"])), max_size=60)


def item(association: int, study: str, series: str, outcome: ItemOutcome, index: int = 0) -> ItemFinished:
    return ItemFinished(
        job_id="j",
        association=association,
        index=index,
        path="/in/x" if outcome is ItemOutcome.STORED else "",
        outcome=outcome,
        status=None,
        reason=f"{index}",
        size_bytes=10,
        header=header(study, series, str(index)),
    )


def added_up(told: list[Event | ReceptionSum]) -> Counter[object]:
    """What the sums say in all."""
    found = Counter[object]()
    for fact in told:
        if isinstance(fact, ReceptionSum):
            for each in fact.associations:
                found["messages", each.association] += each.messages
                found["stored", each.association] += each.stored
                found["bytes", each.association] += each.size_bytes
            for study in fact.studies:
                found.update({(study.study_instance_uid, uid): size for uid, size in study.series})
    return found


@given(STEPS)
def test_sums_are_what_was_taken_and_come_before_the_end_of_their_association(steps: list[object]) -> None:
    condenser, told, wanted, messages = (
        Condenser[Event](),
        list[Event | ReceptionSum](),
        Counter[object](),
        Counter[int](),
    )
    released, echoed = (
        AssociationReleased(job_id="j", association=1),
        EchoReceived(job_id="j", association=1, message_id=1),
    )
    for index, step in enumerate(steps):
        match step:
            case "read":
                told += [fact for _, fact in condenser.read()]
            case "release":
                condenser.take(released)
            case "echo":
                condenser.take(echoed)
            case (int() as association, str() as study, str() as series, ItemOutcome() as outcome):
                event = item(association, study, series, outcome, index)
                condenser.take(event)
                stored = outcome in (ItemOutcome.STORED, ItemOutcome.WARNING)
                messages[association] += 1
                wanted["stored", association] += stored
                wanted["bytes", association] += 10 * stored
                wanted[study, series] += 10 * bool(event.path)
    told += [fact for _, fact in condenser.read()]
    wanted.update({("messages", number): count for number, count in messages.items()})
    assert +added_up(told) == +wanted
    others = [step for step in steps if step in ("release", "echo")]
    assert [fact for fact in told if not isinstance(fact, ReceptionSum)] == [
        released if step == "release" else echoed for step in others
    ]
    for number, count in messages.items():
        total, kept = condenser.messages("j", number, 0)
        assert (total, len(kept)) == (count, count)
        assert condenser.messages("j", number, count - 1)[1] == kept[-1:]


def test_what_is_not_stored_is_told_with_its_latest_reason_and_a_repeat_that_is_refused_is_no_trouble() -> None:
    condenser: Condenser[Event] = Condenser()
    condenser.take(item(1, "1", "8", ItemOutcome.REFUSED, 4))
    condenser.take(item(1, "1", "8", ItemOutcome.FAILED, 5))
    again = item(1, "2", "8", ItemOutcome.REFUSED)
    condenser.take(
        ItemFinished(
            job_id="j",
            association=1,
            index=9,
            path="",
            outcome=again.outcome,
            status=0x0111,
            header=again.header,
            arrival=ArrivalKind.REFUSED_AGAIN,
        )
    )
    ((_, told),) = condenser.read()
    assert isinstance(told, ReceptionSum)
    assert [(each.is_troubled, each.reason) for each in told.studies] == [(True, "5"), (False, "")]


def test_facts_that_nobody_reads_are_bounded_and_the_last_is_there() -> None:
    condenser: Condenser[Event] = Condenser()
    for number in range(MOST_FACTS + 10):
        condenser.take(EchoReceived(job_id="j", association=1, message_id=number))
    condenser.take(JobFinished(job_id="j", outcome=JobOutcome.COMPLETED, counts={}))
    facts = condenser.read()
    assert len(facts) == MOST_FACTS
    assert isinstance(facts[-1][1], JobFinished)


def test_every_fact_is_heard_while_somebody_listens() -> None:
    condenser: Condenser[Event] = Condenser()
    finished = item(1, "1", "8", ItemOutcome.STORED)
    started = ItemStarted(job_id="j", association=1, index=0, message_id=1, sop_class_uid="1", sop_instance_uid="1")
    condenser.hear(is_heard=True)
    assert condenser.take(started)
    assert condenser.take(finished)
    assert condenser.read_heard() == (started, finished)
    condenser.hear(is_heard=False)
    assert not condenser.take(finished)
    assert condenser.read_heard() == ()
