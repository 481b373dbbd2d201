"""Carries out a command: errors become a line and an exit code, a signal ends it before the next item."""

import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from dicomdesk.cli.exit_codes import ExitCode, died_of_signal
from dicomdesk.errors import DicomdeskError
from dicomdesk.human import error_text, printable
from dicomdesk.logs import Log, Logger

__all__ = ["carry_out", "command_logger"]


class _EndedBySignalError(KeyboardInterrupt):
    """End of a command by a signal; ``number`` is the signal's."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def command_logger(log: Log) -> Logger:
    """The logger of all commands."""
    return log.logger("dcmtk.apps.archive")


def carry_out(log: Log, work: Callable[[Logger], int]) -> int:
    """Do the work, which gets a logger and returns the exit code; returns that of an error or signal instead.

    A signal raises KeyboardInterrupt in the work, on the main thread: what it changes is done so that it can be ended
    at any moment.
    """
    from dicomdesk.cli.log.library_records import show_library_records  # noqa: PLC0415 - start-up time

    logger = command_logger(log)
    library = logging.getLogger("dicomdesk")
    propagates = library.propagate
    handler = show_library_records(log)
    try:
        with _raising_signals():
            return work(logger)
    except _EndedBySignalError as ended:
        logger.warn("ended by a signal, before all was done")
        return died_of_signal(ended.number)
    except DicomdeskError as error:
        logger.fatal(printable(str(error)))
    except OSError as error:
        logger.fatal(printable(error_text(error)))
    finally:
        library.removeHandler(handler)
        library.propagate = propagates
    return int(ExitCode.ARCHIVE_CANNOT_START)


@contextmanager
def _raising_signals() -> Iterator[None]:
    def end(number: int, _frame: FrameType | None) -> None:
        raise _EndedBySignalError(number)

    numbers = [
        number
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is not signal.SIG_IGN
    ]
    before = [signal.signal(number, end) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
