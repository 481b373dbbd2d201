"""Appenders of the log: files, rotated files, system log, filters; as log4cplus has them in its configuration files."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from typing import IO

from dicomdesk.cli.log.layouts import Layout
from dicomdesk.cli.output.standard_streams import write_stderr
from dicomdesk.human import SHOWN_BYTES, printable
from dicomdesk.logs import Appender, Level, Record
from dicomdesk.named_files import open_to_write
from dicomdesk.records import dataclass

SMALLEST_ROLLING_BYTES = 200 * 1024
"""Files are not rotated before they have this size, whatever is configured."""


_FACILITIES = frozenset(
    ("AUTH", "AUTHPRIV", "CRON", "DAEMON", "FTP", "KERN", "LPR", "MAIL", "NEWS", "SYSLOG", "USER", "UUCP")
) | {f"LOCAL{number}" for number in range(8)}


class FilterDecision(Enum):
    """Decision of a filter on a record."""

    ACCEPT = "accept"
    NEUTRAL = "neutral"
    DENY = "deny"


Filter = Callable[[Record], FilterDecision]


@dataclass(slots=True, frozen=True, eq=False)
class FilteredAppender:
    """Passes on records of a level that the first decided filter accepts."""

    target: Appender
    threshold: Level
    filters: tuple[Filter, ...]

    def append(self, record: Record) -> None:
        """Take one record."""
        if record.level >= self.threshold and self._is_accepted(record):
            self.target.append(record)

    def _is_accepted(self, record: Record) -> bool:
        for decide in self.filters:
            verdict = decide(record)
            if verdict is not FilterDecision.NEUTRAL:
                return verdict is FilterDecision.ACCEPT
        return True

    def flush(self) -> None:
        """Flush the target."""
        self.target.flush()

    def close(self) -> None:
        """Close the target."""
        self.target.close()


class NullAppender:
    """Takes records nowhere."""

    def append(self, record: Record) -> None:
        """Forget the record."""

    def flush(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class FileAppender:
    """Writes laid out records to a file, UTF-8. The constructor raises OSError when it cannot be opened.

    Trouble with writing is told once on stderr.
    """

    def __init__(self, layout: Layout, path: str, *, is_appending: bool) -> None:
        self.path = path
        self._layout = layout
        self._is_in_trouble = False
        self._file: IO[str] = self._open(is_appending=is_appending)

    def append(self, record: Record) -> None:
        """Take one record."""
        with self._telling_trouble():
            self._file.write(self._layout(record))

    def flush(self) -> None:
        """Write what was taken."""
        with self._telling_trouble():
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        with self._telling_trouble():
            self._file.close()

    @contextmanager
    def _telling_trouble(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:
            if self._is_in_trouble:
                return
            self._is_in_trouble = True
            reason = error.strerror if isinstance(error, OSError) else str(error)
            write_stderr(f"log4cplus:ERROR Unable to write to file: {printable(self.path)}: {reason}\n")

    def size_bytes(self) -> int:
        """Size of the file now."""
        try:
            return self._file.tell()
        except (OSError, ValueError):
            return 0

    def start_again(self, renamed: str, backups: int) -> None:
        """Close the file, move it to ``renamed`` (older ones to ``renamed.1`` and so on), and begin a new one."""
        self.close()
        _shift_backups(renamed, backups)
        with suppress(OSError):
            os.replace(self.path, renamed)
        with self._telling_trouble():
            self._file = self._open(is_appending=False)

    def _open(self, *, is_appending: bool) -> IO[str]:
        mode = "a" if is_appending else "w"
        return open(self.path, mode, encoding="utf-8", errors=SHOWN_BYTES, opener=open_to_write)


class RollingFileAppender(FileAppender):
    """Begins a new file when the present one has a size; ``backups`` older ones stay as FILE.1, FILE.2, ..."""

    def __init__(self, layout: Layout, path: str, *, is_appending: bool, limit_bytes: int, backups: int) -> None:
        super().__init__(layout, path, is_appending=is_appending)
        self._limit_bytes = max(limit_bytes, SMALLEST_ROLLING_BYTES)
        self._backups = max(backups, 1)

    def append(self, record: Record) -> None:
        """Take one record, then look at the size."""
        super().append(record)
        if self.size_bytes() >= self._limit_bytes:
            self.start_again(f"{self.path}.1", self._backups)


class Schedule(Enum):
    """Interval at which a file is rotated; values are the ``strftime`` suffixes of the old files."""

    MONTHLY = "%Y-%m"
    WEEKLY = "%Y-%W"
    DAILY = "%Y-%m-%d"
    TWICE_DAILY = "%Y-%m-%d-%p"
    HOURLY = "%Y-%m-%d-%H"
    MINUTELY = "%Y-%m-%d-%H-%M"


class DailyRollingFileAppender(FileAppender):
    """Begins a new file when a period of the schedule is over; the old one stays as FILE.PERIOD."""

    def __init__(self, layout: Layout, path: str, *, is_appending: bool, schedule: Schedule, backups: int) -> None:
        super().__init__(layout, path, is_appending=is_appending)
        self._schedule = schedule
        self._backups = backups
        self._period = self._period_of(time.time())

    def append(self, record: Record) -> None:
        """Take one record, in the file of its time."""
        period = self._period_of(record.at_s)
        if period != self._period:
            self._roll_over()
            self._period = period
        super().append(record)

    def close(self) -> None:
        """Close the file; it is kept under the name of its period."""
        super().close()

    def _roll_over(self) -> None:
        renamed = f"{self.path}.{self._period}"
        self.start_again(renamed, self._backups)

    def _period_of(self, at_s: float) -> str:
        return time.strftime(self._schedule.value, time.localtime(at_s))


class SyslogAppender:
    """Writes to the system log of this machine."""

    def __init__(self, layout: Layout, *, ident: str, facility: str) -> None:
        import syslog  # noqa: PLC0415 - not on all systems

        name = facility.upper()
        number = getattr(syslog, f"LOG_{name}", syslog.LOG_USER) if name in _FACILITIES else syslog.LOG_USER
        syslog.openlog(_as_utf8(ident), 0, number)
        self._layout = layout
        self._syslog = syslog.syslog
        self._priorities = {
            Level.FATAL: syslog.LOG_CRIT,
            Level.ERROR: syslog.LOG_ERR,
            Level.WARN: syslog.LOG_WARNING,
            Level.INFO: syslog.LOG_INFO,
        }
        self._lowest = syslog.LOG_DEBUG

    def append(self, record: Record) -> None:
        """Send one record."""
        self._syslog(self._priorities.get(record.level, self._lowest), _as_utf8(self._layout(record).rstrip("\n")))

    def flush(self) -> None:
        """Do nothing: records are sent at once."""

    def close(self) -> None:
        """Do nothing."""


def _as_utf8(text: str) -> str:
    """Encode the text without the characters that the system log cannot take."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def _shift_backups(first: str, backups: int) -> None:
    """Make room for a file named ``first``: "x.1" moves to "x.2", another name to "name.1"; the oldest goes."""
    stem, _, last = first.rpartition(".")
    names = [f"{stem}.{n}" for n in range(1, backups + 1)] if last == "1" else _with_numbers(first, backups)
    for older, newer in zip(reversed(names[1:]), reversed(names[:-1]), strict=True):
        with suppress(OSError):
            os.replace(newer, older)


def _with_numbers(name: str, backups: int) -> list[str]:
    return [name, *(f"{name}.{n}" for n in range(1, backups + 1))]
