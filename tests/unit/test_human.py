import pytest

from dicomdesk import human


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (-5, "0 B"),
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 KB"),
        (9_949, "9.9 KB"),
        (9_950, "10 KB"),
        (525_000, "525 KB"),
        (999_499, "999 KB"),
        (999_500, "1.0 MB"),
        (1_200_000_000, "1.2 GB"),
        (10**19, "10000 PB"),
    ],
)
def test_sizes_are_decimal_with_two_or_three_figures(size_bytes: int, text: str) -> None:
    assert human.size_text(size_bytes) == text


def test_rate_is_a_size_per_second() -> None:
    assert human.rate_text(41_000_000) == "41 MB/s"


@pytest.mark.parametrize(
    ("seconds", "text"), [(-1, "0:00"), (0.9, "0:00"), (12, "0:12"), (185, "3:05"), (3723, "1:02:03")]
)
def test_clock_counts_minutes_and_hours(seconds: float, text: str) -> None:
    assert human.clock_text(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.008, "8 ms"), (0.9996, "1.0 s"), (1.34, "1.3 s"), (12.2, "12 s"), (59.6, "0:59"), (185, "3:05")],
)
def test_duration_takes_the_unit_that_fits(seconds: float, text: str) -> None:
    assert human.duration_text(seconds) == text


def test_counts_are_grouped_without_breaking() -> None:
    assert human.count_text(812) == "812"
    assert human.count_text(12_400) == "12\u202f400"
