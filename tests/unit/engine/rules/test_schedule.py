"""Hours of the week in which a rule may send."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.engine.lists.window import TimeWindow, read_window
from dicomdesk.engine.rules.schedule import Schedule

FRIDAY_NIGHT = Schedule(hours=read_window("20:00-06:00"), days=frozenset({4}))
START = datetime.fromisoformat("2026-11-30T00:00:00+01:00")  # a Monday
MOMENTS = st.integers(0, 14 * 1440 - 1).map(lambda minutes: START + timedelta(minutes=minutes))
HOURS = st.tuples(st.integers(0, 1439), st.integers(0, 1440)).filter(lambda pair: pair[0] != pair[1] % 1440)
SCHEDULES = st.builds(
    Schedule,
    hours=st.none() | HOURS.map(lambda pair: TimeWindow(start_minute=pair[0], end_minute=pair[1])),
    days=st.frozensets(st.integers(0, 6), min_size=1),
)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-12-04T19:59", False),
        ("2026-12-04T20:00", True),
        ("2026-12-05T05:59", True),  # Saturday morning belongs to the night of Friday
        ("2026-12-05T06:00", False),
        ("2026-12-05T20:00", False),
        ("2026-12-04T05:59", False),  # Friday morning belongs to the night of Thursday
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(moment: str, is_open: bool) -> None:
    assert FRIDAY_NIGHT.is_open(datetime.fromisoformat(f"{moment}+01:00")) == is_open


@given(SCHEDULES, MOMENTS)
def test_a_moment_is_in_it_as_minutes_counted_from_each_opening_say(schedule: Schedule, now: datetime) -> None:
    start = schedule.hours.start_minute if schedule.hours else 0
    length = ((schedule.hours.end_minute - start - 1) % 1440) + 1 if schedule.hours else 1440
    openings = [
        (START + timedelta(days=day, minutes=start))
        for day in range(-1, 15)
        if (START + timedelta(days=day)).weekday() in schedule.days
    ]
    assert schedule.is_open(now) == any(0 <= (now - opening).total_seconds() < length * 60 for opening in openings)


@given(SCHEDULES, MOMENTS)
def test_it_is_open_at_its_next_opening_and_not_before(schedule: Schedule, now: datetime) -> None:
    opening = schedule.next_opening(now)
    assert schedule.is_open(opening)
    assert timedelta(0) <= opening - now <= timedelta(days=7)
    before = now
    while before < opening:
        assert not schedule.is_open(before)
        before += timedelta(minutes=61)


def test_it_says_itself() -> None:
    assert str(FRIDAY_NIGHT) == "between 20:00 and 06:00 on Fridays"
    assert str(Schedule(days=frozenset(range(5)))) == "on Mondays to Fridays"
    assert str(Schedule(days=frozenset({5, 6, 0}))) == "on Mondays, Saturdays and Sundays"
    assert Schedule().is_always
