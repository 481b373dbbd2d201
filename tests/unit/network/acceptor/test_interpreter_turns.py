import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.network.acceptor import interpreter_turns
from dicomdesk.network.acceptor.interpreter_turns import LONG_TURN_S, SHORT_TURN_S, HeavyTurns, InterpreterTurns

DEADLINE_S = 30.0


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


HEAVY_BYTES, LIGHT_BYTES = 1 << 20, 9000


def _begin(turns: HeavyTurns, size: int, wait_for: threading.Event) -> tuple[threading.Thread, threading.Event]:
    """A thread that has its turn until it may end; whether it has begun."""
    begun = threading.Event()

    def run() -> None:
        with turns.turn(size):
            begun.set()
            assert wait_for.wait(DEADLINE_S)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, begun


def test_who_brings_little_waits_for_nobody_who_brought_much() -> None:
    turns, may_end = HeavyTurns(), threading.Event()
    heavy, begun = _begin(turns, HEAVY_BYTES, may_end)
    assert begun.wait(DEADLINE_S)
    light, is_light_begun = _begin(turns, LIGHT_BYTES, may_end)
    assert is_light_begun.wait(DEADLINE_S)
    may_end.set()
    heavy.join(DEADLINE_S)
    light.join(DEADLINE_S)


def test_those_that_brought_much_go_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreter_turns, "_LONGEST_WAIT_S", DEADLINE_S)
    turns, inside, most = HeavyTurns(), 0, 0

    def run() -> None:
        nonlocal inside, most
        for _ in range(200):
            with turns.turn(HEAVY_BYTES):
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE_S)
    assert most == 1


def test_a_turn_that_does_not_end_holds_nobody_up_for_ever() -> None:
    turns, may_end = HeavyTurns(), threading.Event()
    first, begun = _begin(turns, HEAVY_BYTES, may_end)
    assert begun.wait(DEADLINE_S)
    second, is_second_begun = _begin(turns, HEAVY_BYTES, may_end)
    assert is_second_begun.wait(DEADLINE_S)
    may_end.set()
    first.join(DEADLINE_S)
    second.join(DEADLINE_S)
    third, is_third_begun = _begin(turns, HEAVY_BYTES, may_end)
    assert is_third_begun.wait(DEADLINE_S)
    third.join(DEADLINE_S)
