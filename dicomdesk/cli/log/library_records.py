"""Records of Python's own logging, as the layers below use it, in the log of a tool."""

import logging

from dicomdesk.logs import Level, Log

_LEVELS = (
    (logging.CRITICAL, Level.FATAL),
    (logging.ERROR, Level.ERROR),
    (logging.WARNING, Level.WARN),
    (logging.INFO, Level.INFO),
    (logging.DEBUG, Level.DEBUG),
)


class LogHandler(logging.Handler):
    """Writes records to a log, tracebacks included. Callable from any thread."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        level = next((ours for theirs, ours in _LEVELS if record.levelno >= theirs), Level.TRACE)
        self._log.logger(record.name).write(level, self.format(record))


def show_library_records(log: Log) -> LogHandler:
    """Show from now on what dicomdesk's own modules log; returns the handler, for removal."""
    handler = LogHandler(log)
    logger = logging.getLogger("dicomdesk")
    logger.addHandler(handler)
    logger.propagate = False
    return handler
