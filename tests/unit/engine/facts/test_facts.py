from dicomdesk.engine import events
from dicomdesk.engine.facts.reception import ArrivalKind, StudySender, StudySettled


def test_facts_have_one_place_where_they_are_named() -> None:
    assert (events.ArrivalKind, events.StudySender, events.StudySettled) == (ArrivalKind, StudySender, StudySettled)
