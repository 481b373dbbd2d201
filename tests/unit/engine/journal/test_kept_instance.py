"""An instance keeps which attempt went to whom, through redirections and ends of the program."""

from dicomdesk.engine.journal.kept_instance import KeptInstance
from dicomdesk.engine.journal.records import InstanceNote, InstanceState
from tests.unit.engine.journal.test_journal import found


def test_an_attempt_that_ends_after_its_errand_was_redirected_went_to_the_first_peer() -> None:
    kept = KeptInstance(found(0))
    kept.note(InstanceNote(InstanceState.UNDER_WAY, 1), 5, "PACS")
    kept.keep_last_attempt("PACS")
    kept.note(InstanceNote(InstanceState.FAILED, 1, None, "no answer"), 6, "OTHER")
    assert [(each.peer, each.state, each.reason) for each in kept.attempts("OTHER")] == [
        ("PACS", InstanceState.FAILED, "no answer")
    ]
    kept.note(InstanceNote(InstanceState.UNDER_WAY, 2), 7, "OTHER")
    assert [(each.peer, each.state, each.reason) for each in kept.past] == [("PACS", InstanceState.FAILED, "no answer")]


def test_only_what_was_tried_is_touched() -> None:
    kept = KeptInstance(found(0))
    assert not kept.is_touched
    kept.note(InstanceNote(InstanceState.WAITING, 0, None, "the peer does not answer"), 5, "PACS")
    assert not kept.is_touched
    kept.note(InstanceNote(InstanceState.NOT_SENT, 0, None, "unreadable"), 6, "PACS")
    assert kept.is_touched
    assert not kept.attempts("PACS")
