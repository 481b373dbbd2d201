from dicomdesk.engine.lists.window import read_window
from dicomdesk.engine.routing.facts import SendingEnded
from dicomdesk.engine.routing.words import ended_text, hours_text, withheld_text
from dicomdesk.engine.rules.deciding import Verdict
from dicomdesk.engine.rules.schedule import Schedule
from tests.helpers.jobs.routing import make_rule


def test_each_thing_that_a_rule_does_has_its_words() -> None:
    nights = make_rule("NIGHT", "PACS", schedule=Schedule(hours=read_window("22:00-06:00")))
    assert hours_text(nights) == 'The rule "NIGHT" sends between 22:00 and 06:00'
    assert withheld_text(Verdict.BEFORE, "PACS", 2) == "PACS was sent the same before: 2 instances"
    ended = SendingEnded(rule="NIGHT", destination="PACS", errand_id=1, stored=3, failed=1, reason="refused")
    assert ended_text(ended) == "3 of 4 instances stored by PACS: refused"
