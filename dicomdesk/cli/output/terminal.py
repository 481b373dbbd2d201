"""Progress lines and questions on a terminal.

Progress is drawn with rich, which is imported only when there is something to draw.
"""

import os
import select
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from dicomdesk.cli.signals import raising_signals
from dicomdesk.human import count_text, duration_text, rate_text

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from dicomdesk.engine.stats import Progress

_TERMINAL = "/dev/tty"
REDRAW_S = 0.1
_PATIENCE_S = 0.5
"""What is over sooner shows no progress."""
_PIPE_PATIENCE_S = 3.0
"""What was not written to a pipe by then is not going to be."""
_SIGNAL_DELAY_S = 0.5
"""Python runs signal handlers between instructions: a signal that comes just before a wait begins does not end it."""
_LONGEST_SECRET_BYTES = 4096
_COUNTED = {"querying": "response"}
"""What is counted while something is done, where that is no instances."""


def is_terminal() -> bool:
    """Whether a person can watch stderr."""
    return sys.stderr.isatty()


def has_terminal() -> bool:
    """Whether there is a terminal to ask somebody on."""
    try:
        os.close(os.open(_TERMINAL, os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def ask_secret(prompt: str) -> str | None:
    """Ask for a secret, which is typed unseen; None when there is nobody to ask or nothing comes.

    Without a terminal the first line of stdin is taken, as OpenSSL does, unless it fails to come at once. For the main
    thread: a signal meanwhile raises EndedBySignalError, and what is typed is seen again.
    """
    try:
        descriptor = os.open(_TERMINAL, os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return _read_secret(sys.stdin.fileno(), _PIPE_PATIENCE_S)
    try:
        with raising_signals(), _unseen(descriptor):
            os.write(descriptor, prompt.encode())
            secret = _read_secret(descriptor, None)
            os.write(descriptor, b"\n")
    finally:
        os.close(descriptor)
    return secret


@contextmanager
def _unseen(descriptor: int) -> Iterator[None]:
    """Let a terminal not show what is typed."""
    import termios  # noqa: PLC0415 - only where it is asked: there is none but on POSIX

    before = termios.tcgetattr(descriptor)
    silent = list(before)
    silent[3] = before[3] & ~termios.ECHO
    termios.tcsetattr(descriptor, termios.TCSAFLUSH, silent)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)


def _read_secret(descriptor: int, patience_s: float | None) -> str | None:
    """One line without its end; None at the end of the input, and where it takes longer than ``patience_s``."""
    typed = bytearray()
    while not typed.endswith(b"\n") and len(typed) < _LONGEST_SECRET_BYTES:
        ready, _, _ = select.select([descriptor], [], [], _SIGNAL_DELAY_S if patience_s is None else patience_s)
        if not ready and patience_s is None:
            continue
        try:
            byte = os.read(descriptor, 1) if ready else b""
        except OSError:  # it is closed, or no terminal any more
            byte = b""
        if not byte:
            break
        typed += byte
    return os.fsdecode(bytes(typed)).rstrip("\r\n") if typed else None


class ProgressDisplay:
    """Progress line of a job. Used by the main thread only.

    While it is there, what is written to ``sys.stderr`` and ``sys.stdout`` appears above it.
    """

    def __init__(self, word: str) -> None:
        """``word`` says what is done, such as "sending"."""
        self._word = word
        self._begun_s = time.monotonic()
        self._bar: Bar | None = None
        self._is_gone = False
        self._task: TaskID | None = None

    def show_progress(self, progress: "Progress") -> None:
        """Draw the progress, as long as there is a terminal."""
        if self._is_gone:
            return
        try:
            self._draw(progress)
        except OSError:
            self._is_gone = True
            self.close()

    def _draw(self, progress: "Progress") -> None:
        if self._bar is None:
            if time.monotonic() - self._begun_s < _PATIENCE_S:
                return
            self._bar = self._make_bar()
            self._task = self._bar.add_task(self._word, total=None, details="")
            self._bar.start()
        if self._task is not None:
            self._bar.update(
                self._task,
                total=progress.bytes_total or None,
                completed=progress.bytes_done,
                details=details_text(progress, _COUNTED.get(self._word, "instance")),
            )
            self._bar.refresh()

    def close(self) -> None:
        """Take the line away."""
        bar, self._bar = self._bar, None
        if bar is not None:
            with suppress(OSError):
                bar.stop()

    @staticmethod
    def _make_bar() -> "Bar":
        from rich.console import Console  # noqa: PLC0415 - only where there is something to draw: start-up time
        from rich.progress import BarColumn, TextColumn  # noqa: PLC0415 - as above
        from rich.progress import Progress as Bar  # noqa: PLC0415 - as above

        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[details]}", markup=False),
        )
        return Bar(*columns, console=Console(stderr=True), auto_refresh=False, transient=True)


def details_text(progress: "Progress", noun: str = "instance") -> str:
    """Counts, rate and time left: "412/620, 41 MB/s, 0:12 left"."""
    total = progress.items_total
    parts = [f"{progress.items_done:,}/{total:,}" if total else count_text(progress.items_done, noun)]
    if progress.bytes_per_s:
        parts.append(rate_text(progress.bytes_per_s))
    if progress.seconds_left is not None:
        parts.append(f"{duration_text(progress.seconds_left)} left")
    return ", ".join(parts)
