"""Writes the report that a command line asks for."""

import os

from dicomdesk.engine.delivery.report import Report, ReportFormat, write_report
from dicomdesk.errors import ReportError
from dicomdesk.human import printable
from dicomdesk.logs import Level, Logger


def write_report_file(report: Report, path: str, report_format: ReportFormat, logger: Logger) -> bool:
    """Write the report, telling so as DCMTK's dcmsend does; False when that failed."""
    logger.info("creating detailed report on the transfer ...")
    if os.path.exists(path) and not os.path.isdir(path):
        logger.warn(f"file '{printable(path)}' already exists, overwriting")
    try:
        write_report(path, report, report_format)
    except ReportError as error:
        logger.write(Level.ERROR, f"cannot write detailed report to file '{printable(path)}'")
        if isinstance(error.__cause__, OSError):
            logger.debug(printable(error.__cause__.strerror or ""))
        return False
    return True
