"""Logging in the manner of the DCMTK tools: levels from trace to fatal, a letter before each line, on stderr.

A ``Log`` knows which appenders each logger name has; a ``Logger`` is one name of it. Nothing here starts a thread or
reads a file; configuration files are read by the command line layer, which then builds a ``Log`` from what they say.
Callers take care that no patient identifier is written at INFO or above.
"""

import re
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import field
from enum import IntEnum
from typing import NamedTuple, Protocol

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
    shown: str = ""
    """The text with what is for the user alone, for who writes where the user is; "" where there is no more."""


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
    text = record.shown or record.text
    if record.context is None:
        return prefixed_lines(record.level, text)
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.at_s))
    whom = f" [{record.context}]" if record.context else ""
    return f"{record.level.name[0]}: {when}{whom} {text}\n"


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
        """Write a record of this level for each line, if enabled; what is of ERROR or above is explained."""
        if level >= Level.ERROR:
            self.write_failure(text, level)
        else:
            self.write_unexplained(level, text)

    def write_failure(self, text: str, level: Level = Level.WARN) -> None:
        """Write what the tool fails for, and what explains it."""
        self._log.note_failure(text)
        if self.write_unexplained(level, text):
            self._log.explain(self, text)

    def write_unexplained(self, level: Level, text: str) -> bool:
        """Write what needs no explanation, such as another line for what was explained; whether that is enabled."""
        if level < self.level:
            return False
        now_s = time.time()
        records = [Record(level, self.name, line, now_s, self._context) for line in text.split("\n")]
        self._log.append(self._appenders, records)
        return True

    def note_failure(self, text: str, explanation: "Explanation | None" = None) -> None:
        """Remember what failed, where the line of the log says less, or is a warning; see ``Log``."""
        self._log.note_failure(text, explanation)

    def hold(self, sentence: str, explanation: "Explanation") -> None:
        """Keep what explains the next failure better than its line can."""
        self._log.hold(self, sentence, explanation)

    def remark(self, words: str, about: str = "") -> None:
        """Explain what was just written below ERROR; see ``Log``."""
        self._log.remark(self, words, about=about)

    def explain_no_more(self) -> None:
        """Leave what fails from now on without explanation: whoever reads knows why, such as after a signal."""
        self._log.explains = False

    def write_remark(self, text: str, private: str = "") -> None:
        """Write an indented line at WARN; ``private`` is what follows where only the user reads."""
        if self.level <= Level.WARN:
            line = f"{_INDENT}{text}"
            shown = f"{line} {private}" if private else ""
            record = Record(Level.WARN, self.name, line, time.time(), self._context, shown)
            self._log.append(self._appenders, [record])

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


_INDENT = "  "
"""Before lines that say why and what to do: DCMTK has none of these, and whoever parses its lines passes them over."""
_THE_PEER = re.compile(r"\b[Tt]he peer\b(?!')")
_AGAIN_S = 300.0
"""What was explained is not explained again so soon."""
_MOST_EXPLAINED = 256


class Explanation(NamedTuple):
    """Why something failed, and what to do; each a sentence or two, or ""."""

    cause: str
    advice: str

    @property
    def text(self) -> str:
        """Cause and advice in one line."""
        return f"{self.cause} {self.advice}".strip()


UNEXPLAINED = Explanation("", "")


@dataclass(slots=True)
class Log:
    """All loggers of a process. ``routes`` has an entry for each configured name; "" is the root and has a level.

    What is written at ERROR or above is followed by an indented line that explains it, where an ``explainer`` knows
    how: within a batch after the last of several such lines, and not again for a while.
    """

    routes: Mapping[str, Route]
    explains: bool = True
    """Whether lines that say why something failed, and what to do, are wanted beside those that DCMTK has."""
    peer: str = ""
    """Whom the tool calls, as "PACS (host:port)": explanations name it; "" where it serves others, or nobody."""
    explainer: Callable[[str], Explanation] | None = None
    """Knows what a line means; called under the lock."""
    first_failure: tuple[str, Explanation | None] = ("", None)
    """The first text of ERROR or above, written or not, and what explains it better than its words; "" for none."""
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _is_batch: bool = False
    _pending: list[tuple[Logger, str, str]] = field(default_factory=list)
    """Explanations that wait for the end of the lines that they are about."""
    _held: tuple[Logger, str, Explanation] | None = None
    """What explains the next failure."""
    _explained: dict[tuple[str, str], float] = field(default_factory=dict)
    """When it was, by the monotonic clock."""

    def note_failure(self, text: str, explanation: Explanation | None = None) -> None:
        """Remember what failed first; what explains it is what is held, where nothing is given."""
        if not self.first_failure[0]:
            held = None if self._held is None else self._held[2]
            self.first_failure = (text, explanation or held)

    def remark(self, logger: Logger, words: str, private: str = "", about: str = "") -> None:
        """Explain what was just written below ERROR; ``private`` is what only the user may read.

        ``about`` names what it is about, where the line did not: it makes no other explanation of the same words.
        """
        if self.explains and words:
            with self._lock:
                self._tell(logger, words if about else self._named(words), private, about)

    def hold(self, logger: Logger, sentence: str, explanation: Explanation) -> None:
        """Keep what explains the next failure better than its line can; what was held is told now."""
        with self._lock:
            self.tell_held()
            self._held = (logger, sentence, explanation)

    def tell_held(self) -> None:
        """Write what is held: no line will come that it is to follow."""
        with self._lock:
            held, self._held = self._held, None
            if held is not None and self.explains:
                logger, sentence, explanation = held
                self._tell(logger, self._named(f"{sentence}. {explanation.text}"))

    def explain(self, logger: Logger, text: str) -> None:
        """Explain a line that was just written."""
        with self._lock:
            words = self._named(self.explainer(text).text) if self.explains and self.explainer is not None else ""
            if self._held is not None:
                self.tell_held()
                self._explained[words, ""] = time.monotonic()  # what is told instead stands for other lines of it, too
            elif words:
                self._tell(logger, words)

    def _named(self, words: str) -> str:
        """The words, with the name of the peer behind its first mention."""
        if not self.peer or self.peer in words:
            return words
        return _THE_PEER.sub(lambda found: f"{found[0]} {self.peer}", words, count=1)

    def _tell(self, logger: Logger, words: str, private: str = "", about: str = "") -> None:
        now_s, said = time.monotonic(), (words, private)
        is_known = (words in before and private in more for before, more in self._explained)
        if any(is_known) and now_s - self._explained.get(said, now_s) < _AGAIN_S:
            return
        if len(self._explained) >= _MOST_EXPLAINED:
            self._explained.clear()
        self._explained[said] = now_s
        if self._is_batch:
            self._pending.append((logger, about + words, private))
        else:
            logger.write_remark(about + words, private)

    def _tell_pending(self) -> None:
        pending, self._pending = self._pending, []
        for logger, words, private in pending:
            logger.write_remark(words, private)

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
            if self._pending and records[0].level < Level.ERROR:
                self._tell_pending()
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
                self._tell_pending()
                self._is_batch = False
                for appender in self._appenders():
                    appender.flush()

    def close(self) -> None:
        """Flush and close all appenders."""
        with self._lock:
            self.tell_held()
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
