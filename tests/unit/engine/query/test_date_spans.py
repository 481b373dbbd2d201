"""Spans are divided into two that together are the whole, until they are a second."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.engine.query.date_spans import DateSpan, halve, read_span

TODAY = date(2026, 11, 30)
DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("", DateSpan()),
        ("20260101", DateSpan(first=date(2026, 1, 1), last=date(2026, 1, 1))),
        ("20260101-20261231", DateSpan(first=date(2026, 1, 1), last=date(2026, 12, 31))),
        ("20260101-", DateSpan(first=date(2026, 1, 1))),
        ("-20261231", DateSpan(last=date(2026, 12, 31))),
        ("-", DateSpan()),
    ],
)
def test_ranges_are_read_and_written(text: str, span: DateSpan) -> None:
    assert read_span(text) == span
    assert read_span(span.date_text) == span


@pytest.mark.parametrize(
    "text", ["2026", "20260230", "20261231-20260101", "2026*", "20260101\\20260102", "1-2-3", "x-"]
)
def test_what_is_no_range_cannot_be_divided(text: str) -> None:
    assert read_span(text) is None


def days(span: DateSpan) -> set[date]:
    assert span.first is not None
    assert span.last is not None
    return {span.first + timedelta(days=number) for number in range((span.last - span.first).days + 1)}


@given(DAYS, st.integers(1, 800))
def test_halves_share_nothing_and_leave_nothing_out(first: date, length: int) -> None:
    span = DateSpan(first=first, last=first + timedelta(days=length))
    halves = halve(span, TODAY)
    assert halves is not None
    assert days(halves[0]) | days(halves[1]) == days(span)
    assert not days(halves[0]) & days(halves[1])


@given(st.one_of(st.none(), DAYS), st.one_of(st.none(), DAYS))
def test_open_ends_stay_open_and_dividing_comes_to_an_end(first: date | None, last: date | None) -> None:
    if first is not None and last is not None and first > last:
        first, last = last, first
    span, depth = DateSpan(first=first, last=last), 0
    while (halves := halve(span, TODAY)) is not None:
        earlier, later = halves
        assert (earlier.first, later.last) == (span.first, span.last)
        span, depth = (later if depth % 2 else earlier), depth + 1
        assert depth < 60


def test_a_day_is_divided_by_its_times_down_to_a_second() -> None:
    day = DateSpan(first=TODAY, last=TODAY)
    assert halve(day, TODAY, by_time=False) is None
    halves = halve(day, TODAY)
    assert halves is not None
    assert [half.time_text for half in halves] == ["000000-115959.999999", "120000-235959.999999"]
    assert [half.date_text for half in halves] == ["20261130"] * 2
    assert halve(DateSpan(first=TODAY, last=TODAY, seconds=(7, 7)), TODAY) is None
