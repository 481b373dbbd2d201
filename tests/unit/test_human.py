import pytest

from dicomdesk import human


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 KB"), (525_000, "525 KB"), (999_500, "1.0 MB"), (1_200_000_000, "1.2 GB")],
)
def test_sizes_have_three_digits_at_most(size_bytes: int, text: str) -> None:
    assert human.size_text(size_bytes) == text


def test_rate_is_a_size_per_second() -> None:
    assert human.rate_text(41_000_000) == "41 MB/s"


@pytest.mark.parametrize(("seconds", "text"), [(-1, "0:00"), (12, "0:12"), (185, "3:05"), (3723, "1:02:03")])
def test_duration_counts_minutes_and_hours(seconds: float, text: str) -> None:
    assert human.duration_text(seconds) == text


def test_counts_come_with_their_noun() -> None:
    assert human.count_text(1, "instance") == "1 instance"
    assert human.count_text(12_000, "study", "studies") == "12,000 studies"


def test_foreign_text_is_one_harmless_line() -> None:
    assert human.printable("A\nB\x1b[0m") == "A\\nB\\x1b[0m"
