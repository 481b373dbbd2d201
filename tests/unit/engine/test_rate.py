import pytest

from dicomdesk.engine.rate import RateMeter, seconds_left


def test_rate_of_steady_growth_is_its_slope() -> None:
    meter = RateMeter(window_s=4)
    rates = [meter.observe(step * 0.1, step * 50.0) for step in range(100)]
    assert rates[0] == 0
    assert rates[1:] == pytest.approx([500.0] * 99)


def test_rate_forgets_what_is_older_than_the_window() -> None:
    meter = RateMeter(window_s=2)
    for step in range(10):
        meter.observe(float(step), step * 1000.0)
    rates = [meter.observe(9.0 + step, 9000.0) for step in range(1, 4)]
    assert rates[0] < 1000
    assert rates[-1] == 0


def test_two_samples_at_the_same_time_give_no_rate() -> None:
    meter = RateMeter()
    assert meter.observe(1.0, 0) == 0
    assert meter.observe(1.0, 500) == 0


def test_many_looks_in_a_short_time_do_not_pile_up_samples() -> None:
    meter = RateMeter(interval_s=0.05)
    for step in range(10_000):
        meter.observe(step * 0.0001, step)
    assert len(meter._samples) < 100


def test_what_shrinks_has_no_negative_rate() -> None:
    meter = RateMeter()
    meter.observe(0, 100)
    assert meter.observe(1, 50) == 0


@pytest.mark.parametrize(
    ("remaining", "rate", "expected"), [(0, 0, 0), (-5, 10, 0), (100, 0, None), (100, 50, 2), (1, 0.5, 2)]
)
def test_seconds_left(remaining: float, rate: float, expected: float | None) -> None:
    assert seconds_left(remaining, rate) == expected
