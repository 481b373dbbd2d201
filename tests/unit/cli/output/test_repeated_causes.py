"""A cause is told once, then counted; the log stays short, and nothing is lost from the counts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.cli.output.repeated_causes import RepeatedCauses, cause_of
from dicomdesk.logs import Appender, Level, Log, Record, Route


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Lines:
    """An appender that keeps what it takes."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def append(self, record: Record) -> None:
        self.texts.append(record.text)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is open."""


def log_to(appender: Appender) -> Log:
    return Log({"": Route(level=Level.WARN, appenders=(appender,))})


def test_the_first_is_written_at_once_and_the_others_are_counted() -> None:
    clock, lines = Clock(), Lines()
    causes, logger = RepeatedCauses(clock), log_to(lines).logger("t")
    for number in range(92_000):
        causes.write(logger, Level.WARN, f"not stored: {number}", "disk full")
    assert lines.texts == ["not stored: 0"]
    assert causes.due_s() == 5.0
    clock.now_s = 5.0
    causes.write_due()
    assert lines.texts[1:] == ["not stored: 91999 (91,999 more like it within 0:05)"]
    assert causes.due_s() is None


def test_a_cause_that_does_not_strike_again_is_forgotten() -> None:
    clock, lines = Clock(), Lines()
    causes, logger = RepeatedCauses(clock), log_to(lines).logger("t")
    causes.write(logger, Level.WARN, "one", "a")
    clock.now_s = 6.0
    causes.write(logger, Level.WARN, "two", "a")
    assert lines.texts == ["one", "two"]


def test_what_is_below_the_level_is_neither_written_nor_counted() -> None:
    lines = Lines()
    causes, logger = RepeatedCauses(Clock()), log_to(lines).logger("t")
    for _ in range(3):
        causes.write(logger, Level.INFO, "one", "a")
    causes.write_all()
    assert lines.texts == []


@given(st.lists(st.tuples(st.integers(0, 900), st.sampled_from([0.0, 0.1, 4.0, 6.0, 400.0])), max_size=300))
def test_whatever_strikes_is_counted_once(strikes: list[tuple[int, float]]) -> None:
    clock, lines = Clock(), Lines()
    causes, logger = RepeatedCauses(clock), log_to(lines).logger("t")
    for cause, wait_s in strikes:
        clock.now_s += wait_s
        causes.write(logger, Level.WARN, "it", cause)
        due_s = causes.due_s()
        assert due_s is None or due_s <= clock.now_s + 300.0
    causes.write_all()
    told = sum(int(found[1]) if (found := re.search(r"\((\d+) more", text)) else 1 for text in lines.texts)
    assert told == len(strikes)


def test_no_more_causes_are_remembered_than_there_is_room_for() -> None:
    clock, lines = Clock(), Lines()
    causes, logger = RepeatedCauses(clock), log_to(lines).logger("t")
    for _ in range(2):
        causes.write(logger, Level.WARN, "first", "first")
    for number in range(600):
        causes.write(logger, Level.WARN, str(number), number)
    assert "first (1 more like it within 0:00)" in lines.texts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ab/1.2/1.3/1.4.dcm: no file", "cd/1.9/1.8/1.7.dcm: no file"),
        ("PixelData of 512 bytes is cut after 3", "PixelData of 8 bytes is cut after 1"),
    ],
)
def test_paths_and_figures_make_no_other_cause(one: str, other: str) -> None:
    assert cause_of(one) == cause_of(other) != cause_of("no space left on device")
