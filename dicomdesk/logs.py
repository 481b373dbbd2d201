"""Logging in the manner of the DCMTK tools: levels from trace to fatal, a letter before each line, on stderr.

A ``Log`` knows which appenders each logger name has; a ``Logger`` is one name of it. Nothing here starts a thread or
reads a file; configuration files are read by the command line layer, which then builds a ``Log`` from what they say.
Callers take care that no patient identifier is written at INFO or above.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import field
from enum import IntEnum
from typing import Protocol

from dicomdesk.records import dataclass


class Level(IntEnum):
    """How loud a record is; the numbers are those of log4cplus."""

    ALL = 0
    TRACE = 1
    DEBUG = 10000
    INFO = 20000
    WARN = 30000
    ERROR = 40000
    FATAL = 50000
    OFF = 60000


def find_level(name: str) -> Level | None:
    """The level of this name in any case, None when there is none."""
    return Level.__members__.get(name.upper())


@dataclass(frozen=True, slots=True)
class Record:
    """One line."""

    level: Level
    logger: str
    """Dotted name."""
    text: str
    at_s: float
    """Seconds since the epoch."""
    context: str | None = None
    """Which of several simultaneous peers it is about, as "7 192.0.2.1"; "" for none of them, None where there is one
    at a time."""


class Appender(Protocol):
    """Where records go. Called under the log's lock."""

    def append(self, record: Record) -> None:
        """Take one record; trouble with writing is not raised."""

    def flush(self) -> None:
        """Bring what was taken to where it belongs."""

    def close(self) -> None:
        """Flush and let go; nothing follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What one logger name was configured to do."""

    level: Level | None = None
    """None takes the level of the parent."""
    appenders: tuple[Appender, ...] = ()
    is_additive: bool = True
    """Whether records also go to the parent's appenders."""


class StreamAppender:
    """Writes laid out records to stdout or stderr."""

    def __init__(self, layout: Callable[[Record], str], *, is_error_stream: bool) -> None:
        self._layout = layout
        self._is_error_stream = is_error_stream
        self._pending: list[str] = []

    def append(self, record: Record) -> None:
        """Take one record."""
        self._pending.append(self._layout(record))

    def flush(self) -> None:
        """Write what was taken, in one piece."""
        if not self._pending:
            return
        text = "".join(self._pending)
        self._pending.clear()
        stream = sys.stderr if self._is_error_stream else sys.stdout
        with suppress(OSError, ValueError):
            stream.write(text)
            stream.flush()

    def close(self) -> None:
        """Write what was taken."""
        self.flush()


class ConsoleAppender(StreamAppender):
    """Writes to stderr or stdout, each line of a record after the letter of its level.

    Where several peers are served at once the local time follows, and whom the record is about.
    """

    def __init__(self, *, is_error_stream: bool = True) -> None:
        super().__init__(_console_line, is_error_stream=is_error_stream)


def _console_line(record: Record) -> str:
    if record.context is None:
        return prefixed_lines(record.level, record.text)
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.at_s))
    whom = f" [{record.context}]" if record.context else ""
    return f"{record.level.name[0]}: {when}{whom} {record.text}\n"


def prefixed_lines(level: Level, text: str) -> str:
    """The text with the level's letter before each line, line end included."""
    prefix = level.name[0] + ": "
    return prefix + text.replace("\n", "\n" + prefix) + "\n"


class Logger:
    """One name of a log. Callable from any thread; each line of a text becomes a record, and they stay together."""

    __slots__ = ("_appenders", "_context", "_log", "level", "name")

    def __init__(
        self, log: "Log", name: str, level: Level, appenders: tuple[Appender, ...], context: str | None = None
    ) -> None:
        self.name = name
        self.level = level
        self._log = log
        self._appenders = appenders
        self._context = context

    def is_enabled(self, level: Level) -> bool:
        """Whether records of this level are written."""
        return level >= self.level

    def with_level(self, level: Level) -> "Logger":
        """The same logger, which writes what is of another level or above."""
        return Logger(self._log, self.name, level, self._appenders, self._context)

    def about(self, context: str) -> "Logger":
        """The same logger, whose records have this context."""
        return Logger(self._log, self.name, self.level, self._appenders, context)

    def write(self, level: Level, text: str) -> None:
        """Write a record of this level for each line, if enabled."""
        if level >= self.level:
            now_s = time.time()
            records = [Record(level, self.name, line, now_s, self._context) for line in text.split("\n")]
            self._log.append(self._appenders, records)

    def trace(self, text: str) -> None:
        """Write at TRACE."""
        self.write(Level.TRACE, text)

    def debug(self, text: str) -> None:
        """Write at DEBUG."""
        self.write(Level.DEBUG, text)

    def info(self, text: str) -> None:
        """Write at INFO."""
        self.write(Level.INFO, text)

    def warn(self, text: str) -> None:
        """Write at WARN."""
        self.write(Level.WARN, text)

    def error(self, text: str) -> None:
        """Write at ERROR."""
        self.write(Level.ERROR, text)

    def fatal(self, text: str) -> None:
        """Write at FATAL."""
        self.write(Level.FATAL, text)


@dataclass(slots=True)
class Log:
    """All loggers of a process. ``routes`` has an entry for each configured name; "" is the root and has a level."""

    routes: Mapping[str, Route]
    explains: bool = True
    """Whether lines that say why something failed, and what to do, are wanted beside those that DCMTK has."""
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _is_batch: bool = False

    def logger(self, name: str) -> Logger:
        """The logger of this dotted name."""
        level: Level | None = None
        appenders: list[Appender] = []
        is_additive = True
        for ancestor in _lineage(name):
            route = self.routes.get(ancestor)
            if route is None:
                continue
            level = route.level if level is None else level
            if is_additive:
                appenders.extend(route.appenders)
            is_additive = is_additive and route.is_additive
        return Logger(self, name, Level.WARN if level is None else level, tuple(appenders))

    def append(self, appenders: tuple[Appender, ...], records: Sequence[Record]) -> None:
        """Give the records to the appenders."""
        with self._lock:
            for record in records:
                for appender in appenders:
                    appender.append(record)
            if not self._is_batch:
                for appender in appenders:
                    appender.flush()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Write records in one piece when the block ends, not one by one."""
        with self._lock:
            self._is_batch = True
        try:
            yield
        finally:
            with self._lock:
                self._is_batch = False
                for appender in self._appenders():
                    appender.flush()

    def close(self) -> None:
        """Flush and close all appenders."""
        with self._lock:
            for appender in self._appenders():
                appender.close()

    def _appenders(self) -> list[Appender]:
        return list(dict.fromkeys(appender for route in self.routes.values() for appender in route.appenders))


def console_log(level: Level) -> Log:
    """A log that writes what is of ``level`` or above to stderr."""
    return Log({"": Route(level=level, appenders=(ConsoleAppender(),))})


def _lineage(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.rpartition(".")[0]
    yield ""
