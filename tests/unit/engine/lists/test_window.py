"""Times of the day in which lines may begin."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.engine.lists.window import TimeWindow, read_window
from dicomdesk.errors import SettingsError

NIGHT = read_window("20:00-06:00")
MINUTES = st.integers(0, 1439)
MOMENTS = st.integers(0, 3 * 1440 * 60 - 1).map(
    lambda s: datetime.fromisoformat("2026-03-01T00:00:00+01:00") + timedelta(seconds=s)
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-30T{text}+01:00")


@pytest.mark.parametrize(
    ("time", "is_open"),
    [
        ("19:59:59", False),
        ("20:00:00", True),
        ("23:59:59", True),
        ("00:00:00", True),
        ("05:59:59", True),
        ("06:00:00", False),
        ("12:00:00", False),
    ],
)
def test_the_night_is_across_midnight(time: str, is_open: bool) -> None:
    assert NIGHT.is_open(at(time)) == is_open


def test_it_opens_next_today_or_tomorrow() -> None:
    assert NIGHT.next_opening(at("12:34:56")) == at("20:00:00")
    assert NIGHT.next_opening(at("21:00:00")) == at("21:00:00")
    assert read_window("06:00-07:30").next_opening(at("08:00:00")) == at("06:00:00") + timedelta(days=1)


@given(start=MINUTES, end=MINUTES, now=MOMENTS)
def test_it_is_open_at_its_next_opening_and_not_before(start: int, end: int, now: datetime) -> None:
    if start == end:
        return
    window = TimeWindow(start_minute=start, end_minute=end)
    opening = window.next_opening(now)
    assert now <= opening <= now + timedelta(days=1)
    assert window.is_open(opening)
    assert window.is_open(now) == (opening == now)
    before = opening - timedelta(seconds=1)
    assert opening == now or before < now or not window.is_open(before)


@given(start=MINUTES, end=st.integers(0, 1440))
def test_a_window_is_read_as_it_is_written(start: int, end: int) -> None:
    if start == end % 1440:
        return
    window = TimeWindow(start_minute=start, end_minute=end)
    assert read_window(str(window)) == window


@pytest.mark.parametrize(
    "text", ["", "20:00", "20-6", "25:00-06:00", "20:60-06:00", "20:00-20:00", "00:00-24:00", "night", "24:00-06:00"]
)
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="no window of time"):
        read_window(text)
