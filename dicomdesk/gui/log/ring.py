"""The latest lines of the log, in memory: bounded in number and length."""

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence

from dicomdesk.human import printable
from dicomdesk.records import dataclass

MOST_LINES = 5000
LONGEST_LINE = 2000
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
"""Names of levels that the user can choose, from the one with most lines."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line."""

    at_s: float
    """Seconds since the epoch."""
    level: int
    """As ``logging`` counts."""
    text: str
    """Printable."""


class LogRing(logging.Handler):
    """Keeps lines of records, and others that are written to it. Any thread may write and read."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: deque[Line] = deque(maxlen=MOST_LINES)
        self._written = 0
        self._turn = threading.Lock()

    @property
    def written(self) -> int:
        """How many lines were ever written."""
        return self._written

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record, tracebacks included; one that cannot be formatted is a line, too."""
        try:
            text = self.format(record)
        except Exception as error:  # noqa: BLE001 - whoever logs something odd must not be stopped by it
            text = f"a record that cannot be shown: {type(error).__name__}"
        self._write(record.levelno, text, record.created)

    def write(self, level: int, text: str) -> None:
        """Write a line now, if lines of its level are wanted."""
        if level >= self.level:
            self._write(level, text, time.time())

    def since(self, number: int) -> tuple[int, Sequence[Line]]:
        """Return how many lines were ever written, and those after the first ``number`` that are still kept."""
        with self._turn:
            new = min(max(self._written - number, 0), len(self._lines))
            kept = list(self._lines)
            return self._written, kept[len(kept) - new :]

    def _write(self, level: int, text: str, at_s: float) -> None:
        lines = [Line(at_s, level, printable(part[:LONGEST_LINE])) for part in text.splitlines() or [""]]
        with self._turn:
            self._lines.extend(lines)
            self._written += len(lines)


def line_text(line: Line) -> str:
    """Return a line as it is shown and written to files."""
    clock = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(line.at_s))
    return f"{clock}.{int(line.at_s % 1 * 1000):03} {logging.getLevelName(line.level):<7} {line.text}"
