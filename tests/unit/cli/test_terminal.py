import io
import sys

import pytest

from dicomdesk.cli import terminal
from dicomdesk.cli.terminal import ProgressDisplay, details_text, is_terminal
from dicomdesk.engine.stats import Progress


class Screen(io.StringIO):
    """Says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def progress(items_total: int = 620, bytes_per_s: float = 41_000_000.0, seconds_left: float | None = 12.0) -> Progress:
    return Progress(
        items_total=items_total,
        items_done=412,
        bytes_total=1000 if items_total else 0,
        bytes_done=500,
        bytes_per_s=bytes_per_s,
        items_per_s=1.0,
        seconds_left=seconds_left,
        associations=1,
    )


def test_details_say_count_rate_and_time_left() -> None:
    assert details_text(progress()) == "412/620, 41 MB/s, 0:12 left"


def test_details_say_only_what_is_known() -> None:
    assert details_text(progress(items_total=0, bytes_per_s=0.0, seconds_left=None)) == "412 instances"


def test_file_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert not is_terminal()


def test_nothing_is_drawn_in_the_first_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    assert is_terminal()
    display = ProgressDisplay("sending")
    display.show_progress(progress())
    display.close()
    assert screen.getvalue() == ""


def test_line_is_drawn_and_log_lines_appear_above(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(terminal, "_PATIENCE_S", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    display = ProgressDisplay("sending")
    display.show_progress(progress())
    sys.stderr.write("W: take care\n")
    display.show_progress(progress())
    display.close()
    text = screen.getvalue()
    assert "sending" in text
    assert "412/620, 41 MB/s, 0:12 left" in text
    assert "W: take care" in text
    assert sys.stderr is screen
