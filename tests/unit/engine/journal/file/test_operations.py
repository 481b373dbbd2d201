"""What waits for the disk is the same in less room, and in less trouble."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.engine.journal.file.operations import (
    AddErrand,
    AddInstances,
    ChangeErrand,
    DeleteErrand,
    Discard,
    DiscardOlder,
    Identify,
    Keep,
    NoteCommitment,
    Operation,
    PutAway,
    condensed,
    replay,
    replay_texts,
    write_all,
)
from dicomdesk.engine.journal.file.tables import Noted
from dicomdesk.engine.journal.kept_instance import KeptInstance
from dicomdesk.engine.journal.records import Commitment, ErrandRecord, InstanceNote, InstanceState
from tests.unit.engine.journal.test_journal import found

FOLLOWING = {
    InstanceState.WAITING: (InstanceState.UNDER_WAY, InstanceState.NOT_SENT),
    InstanceState.UNDER_WAY: (InstanceState.WAITING, InstanceState.STORED, InstanceState.REFUSED, InstanceState.FAILED),
}
"""What may become of an instance; all else is tried again."""


@st.composite
def lives(draw: st.DrawFn) -> list[Operation | Noted]:
    """Notes of some instances as a run makes them."""
    states = [InstanceState.WAITING] * 3
    attempts = [0] * 3
    made: list[Operation | Noted] = []
    for at_ms in range(draw(st.integers(0, 25))):
        number = draw(st.integers(0, 2))
        state = draw(st.sampled_from(FOLLOWING.get(states[number], (InstanceState.UNDER_WAY, InstanceState.WAITING))))
        attempts[number] += state is InstanceState.UNDER_WAY
        states[number] = state
        made.append(Noted(1, number, InstanceNote(state, attempts[number], None, f"reason {at_ms}"), at_ms))
        if draw(st.booleans()) and draw(st.booleans()):
            made.append(NoteCommitment(1, number, Commitment.COMMITTED, ""))
    return made


def after(operations: list[Operation | Noted]) -> list[object]:
    kept = replay({number: KeptInstance(found(number)) for number in range(3)}, operations, 1, "PACS")
    return [(each.standing, each.attempts("PACS"), each.commitment) for each in kept.values()]


@given(lives())
def test_what_is_condensed_says_the_same(operations: list[Operation | Noted]) -> None:
    few = condensed(operations)
    assert after(few) == after(operations)
    assert condensed(few) == few


def test_the_beginning_and_the_end_of_an_attempt_become_one() -> None:
    begun = Noted(1, 0, InstanceNote(InstanceState.UNDER_WAY, 1), 5)
    ended = Noted(1, 0, InstanceNote(InstanceState.STORED, 1, 0), 9)
    assert condensed([begun, ended]) == [ended._replace(began_ms=5)]


def test_what_is_replayed_adds_identifies_and_deletes() -> None:
    added = replay({}, [AddInstances(1, 0, [found(0), found(1)]), AddInstances(2, 0, [found(7)])], 1, "PACS")
    assert [each.found.name for each in added.values()] == ["study.zip:0.dcm", "study.zip:1.dcm"]
    identified = replay(added, [Identify(1, 1, found(9)), Noted(1, 5, InstanceNote(InstanceState.STORED, 1), 0)], 1, "")
    assert [each.found.name for each in identified.values()] == ["study.zip:0.dcm", "study.zip:9.dcm"]
    assert replay(identified, [DeleteErrand(2)], 1, "") == identified
    assert not replay(identified, [DeleteErrand(1)], 1, "")


def test_texts_are_replayed_by_kind() -> None:
    operations: list[Operation | Noted] = [Keep("a", "x", "1", 5), Keep("b", "x", "2", 5), Keep("a", "y", "3", 7)]
    assert replay_texts({"z": ("0", 1)}, operations, "a") == {"z": ("0", 1), "x": ("1", 5), "y": ("3", 7)}
    assert replay_texts({}, [*operations, Discard("a", "y"), Discard("b", "x")], "a") == {"x": ("1", 5)}
    assert replay_texts({}, [*operations, DiscardOlder("a", 6)], "a") == {"y": ("3", 7)}


class Recorder:
    """Tables that only note what is asked of them."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> object:
        return lambda *_: self.calls.append(name)


def test_notes_that_follow_each_other_are_written_together_and_all_in_order() -> None:
    errand = ErrandRecord(id=1, title="", peer="", added_at=datetime.now(UTC))
    note = Noted(1, 0, InstanceNote(InstanceState.STORED, 1), 0)
    recorder = Recorder()
    write_all(
        recorder,  # type: ignore[arg-type] # has all that is called
        [AddErrand(errand), note, note, ChangeErrand(errand), note, PutAway(1)],
    )
    assert recorder.calls == ["add_errand", "note_all", "change_errand", "note_all", "put_away"]
