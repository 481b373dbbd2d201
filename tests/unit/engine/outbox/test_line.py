"""Order of errands."""

from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.engine.outbox.line import Order, positions_between

PLACES = st.lists(st.tuples(st.floats(-1e6, 1e6), st.integers(1, 50)), unique=True, max_size=30)


@given(PLACES, st.data())
def test_an_order_is_that_of_a_sorted_list(places: list[tuple[float, int]], data: st.DataObject) -> None:
    order, there = Order(), set(places)
    for place in places:
        order.add(place)
    for place in data.draw(st.lists(st.sampled_from(places), unique=True)) if places else ():
        order.discard(place)
        order.discard(place)
        there.discard(place)
    listed = sorted(there)
    assert list(order) == [errand_id for _, errand_id in listed]
    assert (order.first(), order.last()) == ((listed[0], listed[-1]) if listed else (None, None))
    for number, place in enumerate(listed):
        assert place in order
        assert order.before(place) == (listed[number - 1] if number else None)


@given(st.none() | st.floats(-1e9, 1e9), st.none() | st.floats(-1e9, 1e9), st.integers(0, 20))
def test_positions_between_neighbours_are_in_order_or_there_is_no_room(
    one: float | None, other: float | None, count: int
) -> None:
    before, after = (one, other) if one is None or other is None or one <= other else (other, one)
    positions = positions_between(before, after, count)
    if positions is None:
        assert before is not None
        assert after is not None
        assert after - before < 1e-3
        return
    bounded = [each for each in (before, *positions, after) if each is not None]
    assert len(positions) == count
    assert bounded == sorted(set(bounded))
