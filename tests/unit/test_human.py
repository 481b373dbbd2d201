import errno
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@pytest.mark.parametrize(
    ("error", "text", "reason"),
    [
        (
            OSError(2, "No such file or directory", "/a/b"),
            "/a/b: No such file or directory",
            "No such file or directory",
        ),
        (OSError(13, "Permission denied", b"/a/\nb"), "/a/\\nb: Permission denied", "Permission denied"),
        (OSError(28, "No space left on device"), "No space left on device", "No space left on device"),
        (OSError("a text of its own"), "a text of its own", "a text of its own"),
        (OSError(), "OSError", "OSError"),
        (ValueError("A sentence"), "A sentence", "A sentence"),
    ],
)
def test_errors_are_told_without_numbers(error: Exception, text: str, reason: str) -> None:
    assert human.error_text(error) == text
    assert human.error_text(error, names_file=False) == reason


@given(st.sampled_from(sorted(errno.errorcode)), st.none() | st.text(min_size=1))
def test_no_error_of_the_system_shows_its_number(number: int, name: str | None) -> None:
    words = os.strerror(number)
    text = human.error_text(OSError(number, words, name))
    assert text == (words if name is None else f"{human.printable(name)}: {words}")


@given(st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from("\\\udce9\udcff"), max_size=20))
def test_json_of_any_file_name_is_text_and_says_which_bytes_there_were(name: str) -> None:
    made = human.valid_json(json.dumps({"path": name}))
    read: str = json.loads(made)["path"]
    read.encode("utf-8")
    assert read == "".join(f"\\x{ord(c) - 0xDC00:02x}" if "\udc80" <= c <= "\udcff" else c for c in name)
