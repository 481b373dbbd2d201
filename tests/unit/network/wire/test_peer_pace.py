"""How long a peer has been waited for, and which messages come too slowly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.network.wire.peer_pace import Pace
from dicomdesk.settings import PlaceRules

RULES = PlaceRules(least_bytes_per_s=100, patience_s=60.0)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def receive(pace: Pace, clock: Clock, seconds: float, count: int) -> bool:
    pace.waits()
    clock.now += seconds
    return pace.received(count)


def inside_message(rules: PlaceRules = RULES) -> tuple[Pace, Clock]:
    clock = Clock()
    pace = Pace(rules, clock)
    assert not receive(pace, clock, 5, 10)
    pace.is_at(inside_message=True)
    return pace, clock


def test_byte_a_second_is_too_slow_once_patience_is_at_its_end() -> None:
    pace, clock = inside_message()
    late = [receive(pace, clock, 1, 1) for _ in range(60)]
    assert late == [False] * 59 + [True]


@pytest.mark.parametrize(("seconds", "count"), [(1, 100), (59, 5900), (0.01, 1), (50, 65536)])
def test_message_at_the_least_rate_goes_on_for_ever(seconds: float, count: int) -> None:
    pace, clock = inside_message()
    assert not any(receive(pace, clock, seconds, count) for _ in range(1000))
    assert pace.lingering_s() == 0


def test_much_that_came_before_buys_no_patience_later() -> None:
    pace, clock = inside_message()
    assert not receive(pace, clock, 1, 100_000_000)
    assert [receive(pace, clock, 1, 1) for _ in range(60)][-1]


def test_idle_association_is_never_too_slow_but_lingers() -> None:
    clock = Clock()
    pace = Pace(RULES, clock)
    pace.is_at(inside_message=False)
    assert pace.wait_limit_s is None
    pace.waits()
    clock.now += 1_000_000
    assert pace.lingering_s() == 1_000_000
    assert not pace.received(6)
    assert pace.lingering_s() == 0


def test_message_after_a_long_pause_has_all_the_time() -> None:
    pace, clock = inside_message()
    pace.is_at(inside_message=False)
    receive(pace, clock, 3600, 6)
    pace.is_at(inside_message=True)
    assert pace.wait_limit_s == RULES.patience_s
    assert not receive(pace, clock, 59, 1)


def test_pause_before_a_data_set_lingers_and_its_data_must_come_at_the_least_rate() -> None:
    pace, clock = inside_message()
    pace.is_at(inside_message=False)
    assert pace.wait_limit_s is None
    pace.waits()
    clock.now += 3600
    assert pace.lingering_s() == 3600
    assert not pace.received(6)
    pace.is_at(inside_message=True)
    assert [receive(pace, clock, 1, 1) for _ in range(60)] == [False] * 59 + [True]


def test_time_that_we_need_ourselves_does_not_count() -> None:
    pace, clock = inside_message()
    for _ in range(10):
        assert not receive(pace, clock, 1, 1)
        assert pace.lingering_s() == 0
        clock.now += 1000
    pace.waits()
    assert pace.lingering_s() == 10


def test_drip_lingers_from_its_beginning_and_data_does_not() -> None:
    pace, clock = inside_message()
    for _ in range(30):
        receive(pace, clock, 1, 1)
    pace.waits()
    assert pace.lingering_s() == 30
    pace.received(100_000)
    pace.waits()
    assert pace.lingering_s() == 0


def test_end_of_a_message_is_progress_however_short_it_is() -> None:
    pace, clock = inside_message()
    for _ in range(100):
        receive(pace, clock, 50, 1)
        pace.is_at(inside_message=False)
        receive(pace, clock, 0, 1)
        pace.is_at(inside_message=True)
    pace.waits()
    assert pace.lingering_s() == 0


def test_no_least_rate_bears_with_everything() -> None:
    pace, clock = inside_message(PlaceRules(least_bytes_per_s=0))
    assert pace.wait_limit_s is None
    assert not any(receive(pace, clock, 1000, 1) for _ in range(100))


@given(
    steps=st.lists(st.tuples(st.floats(0, 59), st.integers(1, 100_000)), min_size=1, max_size=60),
    least=st.integers(1, 10_000),
)
def test_message_is_too_slow_only_after_a_minute_below_the_least_rate(
    steps: list[tuple[float, int]], least: int
) -> None:
    pace, clock = inside_message(PlaceRules(least_bytes_per_s=least))
    since = 0
    for index, (seconds, count) in enumerate(steps, 1):
        is_late = receive(pace, clock, seconds, count)
        window = steps[since:index]
        waited_s, received = sum(step[0] for step in window), sum(step[1] for step in window)
        if is_late:
            assert waited_s >= 60 - 1e-6
            assert received < least * waited_s
            return
        if pace.lingering_s() == 0 and received >= least * waited_s:
            since = index
        assert waited_s < 60 + 1e-6 or since == index
