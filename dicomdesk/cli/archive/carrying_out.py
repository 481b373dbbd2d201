"""Carries out a command: errors become a line and an exit code, a signal ends it before the next item."""

import logging
from collections.abc import Callable

from dicomdesk.cli.exit_codes import ExitCode, died_of_signal
from dicomdesk.cli.signals import EndedBySignalError, raising_signals
from dicomdesk.errors import DicomdeskError
from dicomdesk.human import error_text, printable
from dicomdesk.logs import Log, Logger

__all__ = ["carry_out", "command_logger"]


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
        with raising_signals():
            return work(logger)
    except EndedBySignalError as ended:
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
