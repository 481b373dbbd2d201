import io
import os
import pty
import signal
import sys
import termios
import threading
from collections.abc import Iterator

import pytest

from dicomdesk.cli.output import terminal
from dicomdesk.cli.output.terminal import ProgressDisplay, ask_secret, details_text, is_terminal
from dicomdesk.cli.signals import EndedBySignalError
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


@pytest.fixture
def keyboard() -> Iterator[tuple[int, int]]:
    """A terminal: where a person types, and where a program reads."""
    person, program = pty.openpty()
    yield person, program
    os.close(person)
    os.close(program)


def echoes(descriptor: int) -> bool:
    return bool(termios.tcgetattr(descriptor)[3] & termios.ECHO)


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_a_question_also_where_it_does_not_wake_who_waits(
    number: signal.Signals, keyboard: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is delivered to another thread interrupts no system call of the main thread, as one that comes just
    before the call."""
    person, program = keyboard
    monkeypatch.setattr(terminal, "_TERMINAL", os.ttyname(program))
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip("ignored, as in the background of a shell: then nobody is told of it")
    before = signal.getsignal(number)
    me = threading.Event()

    def send() -> None:
        os.read(person, 2)  # the prompt
        assert not echoes(program)
        signal.pthread_kill(threading.get_ident(), number)
        me.set()

    sender = threading.Thread(target=send)
    sender.start()
    with pytest.raises(EndedBySignalError) as caught:
        ask_secret("? ")
    sender.join()
    assert me.is_set()
    assert caught.value.number == number
    assert signal.getsignal(number) is before
    assert echoes(program)


def test_secret_is_what_was_typed(keyboard: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    person, program = keyboard
    monkeypatch.setattr(terminal, "_TERMINAL", os.ttyname(program))

    def answer() -> None:
        os.read(person, 2)
        os.write(person, b"sesame\n")

    typing = threading.Thread(target=answer)
    typing.start()
    assert ask_secret("? ") == "sesame"
    typing.join()


def test_terminal_that_goes_away_ends_the_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(Screen):
        def write(self, _text: str) -> int:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(sys, "stderr", Gone())
    monkeypatch.setattr(terminal, "_PATIENCE_S", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    display = ProgressDisplay("sending")
    for _ in range(3):
        display.show_progress(progress())
    display.close()
