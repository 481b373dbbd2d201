"""Records of Python's own logging, as the layers below use it, in the log of a tool."""

import logging
import re

from dicomdesk.cli.output.repeated_causes import RepeatedCauses, cause_of
from dicomdesk.logs import Level, Log

_LEVELS = (
    (logging.CRITICAL, Level.FATAL),
    (logging.ERROR, Level.ERROR),
    (logging.WARNING, Level.WARN),
    (logging.INFO, Level.INFO),
    (logging.DEBUG, Level.DEBUG),
)
_ASSOCIATION = re.compile(r"association-([0-9]+)-from-(.*):[0-9]+")


class LogHandler(logging.Handler):
    """Writes records to a log, tracebacks included. Callable from any thread."""

    def __init__(self, log: Log, causes: RepeatedCauses | None = None) -> None:
        super().__init__()
        self._log = log
        self._causes = causes

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        level = next((ours for theirs, ours in _LEVELS if record.levelno >= theirs), Level.TRACE)
        logger = self._log.logger(record.name)
        text = self.format(record)
        if self._causes is None:
            logger.write(level, text)
            return
        found = _ASSOCIATION.fullmatch(record.threadName or "")
        about = logger.about(f"{found[1]} {found[2]}" if found else "")
        self._causes.write(about, level, text, (record.name, record.msg, cause_of(record.getMessage())))


def show_library_records(log: Log, causes: RepeatedCauses | None = None) -> LogHandler:
    """Show from now on what dicomdesk's own modules log; returns the handler, for removal.

    With ``causes``, where many peers are served at once, each cause has one line, which says whom it is about.
    """
    handler = LogHandler(log, causes)
    logger = logging.getLogger("dicomdesk")
    logger.addHandler(handler)
    logger.propagate = False
    return handler
