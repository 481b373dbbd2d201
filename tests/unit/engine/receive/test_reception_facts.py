import pytest

from dicomdesk.engine import events
from dicomdesk.engine.receive.arrivals import Arrival
from dicomdesk.engine.receive.reception_facts import ReceptionFacts
from dicomdesk.network.dimse.store_reception import IncomingStore, StoreAnswer
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT


def arrival(association: int = 1, index: int = 0) -> Arrival:
    request = IncomingStore(
        association=association,
        message_id=7,
        context_id=1,
        sop_class_uid=CT_IMAGE,
        sop_instance_uid="1.2.3.4",
        transfer_syntax_uid=EXPLICIT,
        calling_ae_title="MR1",
        peer_host="localhost",
    )
    return Arrival(request, index, size_bytes=100, path="a")


@pytest.mark.parametrize(("status", "outcome"), [(0, events.ItemOutcome.STORED), (0xA700, events.ItemOutcome.REFUSED)])
def test_an_instance_that_is_answered_has_ended_once(status: int, outcome: events.ItemOutcome) -> None:
    told: list[events.Event] = []
    facts, one = ReceptionFacts("job", told.append), arrival()
    facts.begun(one)
    facts.store_answered(one.request, StoreAnswer(status=status, comment="why"))
    facts.association_released(1)
    started, finished, released = told
    assert isinstance(started, events.ItemStarted)
    assert isinstance(finished, events.ItemFinished)
    assert (finished.outcome, finished.status, finished.reason, finished.size_bytes) == (outcome, status, "why", 100)
    assert isinstance(released, events.AssociationReleased)
    assert (facts.counts(), facts.items) == ({outcome: 1}, 1)


@pytest.mark.parametrize(("path", "outcome"), [("a", events.ItemOutcome.STORED), ("", events.ItemOutcome.FAILED)])
def test_what_is_not_answered_ends_with_its_association(path: str, outcome: events.ItemOutcome) -> None:
    told: list[events.Event] = []
    facts = ReceptionFacts("job", told.append)
    for number in (1, 2):
        one = arrival(number, number)
        one.path = path
        facts.begun(one)
    facts.association_aborted(1, "gone", by_peer=True)
    facts.end_all()
    facts.association_aborted(2, "gone", by_peer=True)
    finished = [event for event in told if isinstance(event, events.ItemFinished)]
    assert [(event.association, event.outcome, event.status) for event in finished] == [
        (1, outcome, None),
        (2, outcome, None),
    ]
    assert facts.counts() == {outcome: 2}


def test_stored_instances_are_counted_also_where_nobody_hears_of_them() -> None:
    told: list[events.Event] = []
    facts, one, other = ReceptionFacts("job", told.append, report_stored=False), arrival(), arrival(2)
    one.warnings.append("careful")
    facts.begun(one)
    facts.store_answered(one.request, StoreAnswer(status=0))
    facts.begun(other)
    facts.discarded(other)
    notice, failed = told
    assert isinstance(notice, events.Notice)
    assert notice.text == "careful"
    assert isinstance(failed, events.ItemFinished)
    assert failed.outcome is events.ItemOutcome.FAILED
    assert facts.items == 2


def test_the_beginning_is_told_when_the_rest_is_waited_for_or_else_with_the_end_once() -> None:
    told: list[events.Event] = []
    facts, slow, quick = ReceptionFacts("job", told.append), arrival(), arrival(2, 1)
    facts.begun(slow)
    facts.begun(quick)
    assert told == []
    facts.store_awaited(slow.request)
    facts.store_answered(quick.request, StoreAnswer(status=0))
    facts.discarded(slow)
    assert [(type(event).__name__, getattr(event, "index", None)) for event in told] == [
        ("ItemStarted", 0),
        ("ItemStarted", 1),
        ("ItemFinished", 1),
        ("ItemFinished", 0),
    ]
