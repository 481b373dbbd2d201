"""The search for how many associations help, against peers whose throughput is known."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.engine.send.pace import MOST_ASSOCIATIONS, Pace, after_interval, after_rejection


def searched(rate_of: Callable[[int], float], intervals: int, pace: Pace | None = None, places: int = 99) -> list[Pace]:
    """The search over time, at a peer with a throughput for each number and so many places."""
    paces = [pace or Pace()]
    for _ in range(intervals):
        after = after_interval(paces[-1], rate_of(paces[-1].count))
        paces.append(after if after.count <= places else after_rejection(after, places))
    return paces


def mean_rate(paces: list[Pace], rate_of: Callable[[int], float]) -> float:
    return sum(rate_of(pace.count) for pace in paces) / len(paces)


@pytest.mark.parametrize("best", [1, 2, 3, 4, 6, 8])
def test_it_finds_the_number_from_which_on_nothing_is_gained(best: int) -> None:
    def rate_of(count: int) -> float:
        return min(count, best) * 100.0

    paces = searched(rate_of, 200)
    assert mean_rate(paces[100:], rate_of) >= 0.9 * rate_of(best)
    assert sum(pace.count for pace in paces[100:]) / 101 <= best + 1


def test_more_that_brings_nothing_is_given_back() -> None:
    paces = searched(lambda _count: 100.0, 100)
    assert max(pace.count for pace in paces) == 2
    assert sum(pace.count == 1 for pace in paces) > 80


def test_it_shrinks_where_more_is_worse_and_where_the_peer_gets_slower() -> None:
    many = searched(lambda count: count * 100.0, 30)[-1]
    assert many.count == MOST_ASSOCIATIONS
    fewer = searched(lambda count: 100.0 / count, 400, many)[-1]
    assert fewer.count <= 2


def test_a_rejection_is_yielded_to_at_once_and_tried_again_only_after_a_rest() -> None:
    paces = searched(lambda count: count * 100.0, 300, places=3)
    assert max(pace.count for pace in paces) == 3
    rejected = [number for number, pace in enumerate(paces) if pace.limit == 3 and pace.rest == 40]
    assert len(rejected) >= 2
    assert all(other - one >= 40 for one, other in pairwise(rejected))
    assert mean_rate(paces[20:], lambda count: count * 100.0) >= 270


def test_a_peer_that_has_no_place_at_all_is_not_taken_to_have_only_one() -> None:
    none = after_rejection(Pace(count=4), 0)
    assert (none.count, none.limit) == (1, MOST_ASSOCIATIONS)
    assert searched(lambda count: count * 100.0, 20, none)[-1].count >= 4


def test_places_that_were_not_there_are_found_later() -> None:
    few = searched(lambda count: count * 100.0, 20, places=1)[-1]
    assert (few.count, few.limit) == (1, 1)
    assert searched(lambda count: count * 100.0, 2000, few)[-1].count >= 4


@given(st.lists(st.one_of(st.floats(0, 1e12), st.integers(0, 9)), max_size=200))
def test_whatever_happens_it_stays_within_its_bounds(happenings: list[float | int]) -> None:
    pace = Pace()
    for each in happenings:
        pace = after_rejection(pace, each) if isinstance(each, int) else after_interval(pace, each)
        assert 1 <= pace.count <= MOST_ASSOCIATIONS
        assert pace.count <= pace.limit or pace.trial.value == "fewer"
        assert pace.rest >= 0
