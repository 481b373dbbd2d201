from collections.abc import Sequence
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.engine.retrieve.messages import AssociationMessage
from dicomdesk.gui.associations.timeline import Pause, is_problem, longest_pause, marks_of
from dicomdesk.gui.models.association_log import AssociationRecord, Message

TIMES = st.lists(st.integers(0, 100), max_size=30)


def message(at: float, status: int = 0) -> Message:
    told = AssociationMessage(
        job_id="query-1",
        association=1,
        message_id=1,
        name="C-FIND-RSP",
        at=datetime.fromtimestamp(at, UTC),
        status=status,
    )
    return Message(told, at)


def record(times: Sequence[float], lasted_s: float = 100.0, status: int = 0) -> AssociationRecord:
    made = AssociationRecord(1, is_requestor=True, at=0.0)
    made.ended_at = lasted_s
    made.messages.extend(message(at, status) for at in sorted(times))
    return made


def test_the_longest_pause_is_told_with_its_begin() -> None:
    assert longest_pause(record([1, 2, 7, 8], 9.0)) == Pause(2.0, 5.0)
    assert longest_pause(record([6], 9.0)) == Pause(0.0, 6.0)
    assert longest_pause(record([1], 9.0)) == Pause(1.0, 8.0)


@given(TIMES)
def test_no_message_lies_in_the_longest_pause(times: list[int]) -> None:
    pause = longest_pause(record(times))
    assert not any(pause.after_s < at < pause.after_s + pause.lasted_s for at in times)
    assert pause.lasted_s * (len(times) + 1) >= 100


@given(TIMES, st.integers(0, 40))
def test_each_message_has_its_place_and_nothing_else_is_marked(times: list[int], places: int) -> None:
    marks = marks_of(record(times, status=0xA700), places)
    assert len(marks) == max(places, 1)
    assert set(marks) <= {None, True}
    assert {min(int(at / 100 * len(marks)), len(marks) - 1) for at in times} == {
        place for place, mark in enumerate(marks) if mark
    }


def test_pending_answers_and_cancellations_are_no_problems() -> None:
    assert [is_problem(message(0, status)) for status in (0, 0xFF00, 0xFF01, 0xFE00, 0xB000, 0xC000)] == [
        *[False] * 4,
        True,
        True,
    ]
