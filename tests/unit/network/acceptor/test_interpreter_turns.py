from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.network.acceptor.interpreter_turns import LONG_TURN_S, SHORT_TURN_S, InterpreterTurns


def test_turns_are_short_once_eight_connections_failed_within_two_seconds() -> None:
    turns = InterpreterTurns()
    lengths = [turns.ended(100.0 + number / 5, is_failure=True) for number in range(8)]
    assert lengths == [LONG_TURN_S] * 7 + [SHORT_TURN_S]


def test_turns_are_long_again_when_the_failures_are_over() -> None:
    turns = InterpreterTurns()
    for _ in range(8):
        turns.ended(100.0, is_failure=True)
    assert turns.ended(101.9, is_failure=False) == SHORT_TURN_S
    assert turns.ended(102.1, is_failure=False) == LONG_TURN_S


@given(st.lists(st.floats(0.0, 0.2), max_size=200))
def test_turns_stay_long_however_many_connections_end_as_they_should(pauses: list[float]) -> None:
    turns, now = InterpreterTurns(), 0.0
    for pause in pauses:
        now += pause
        assert turns.ended(now, is_failure=False) == LONG_TURN_S


@given(st.lists(st.floats(0.3, 10.0), max_size=100))
def test_failures_now_and_then_shorten_no_turn(pauses: list[float]) -> None:
    turns, now = InterpreterTurns(), 0.0
    for pause in pauses:
        now += pause
        assert turns.ended(now, is_failure=True) == LONG_TURN_S
