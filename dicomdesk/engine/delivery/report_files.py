"""Files of reports: in the format that is asked for, or that their name says, replaced as a whole or not at all."""

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Final

from dicomdesk.engine.delivery.report import Report, text_lines
from dicomdesk.errors import ReportError
from dicomdesk.named_files import open_to_write

__all__ = ["ReportFormat", "format_of_name", "report_pieces", "write_content", "write_report"]

_BATCH: Final = 500
"""Pieces of a report that are written at once."""


class ReportFormat(Enum):
    """Format of a report."""

    TEXT = "text"
    """DCMTK's layout, byte for byte."""
    JSON_LINES = "jsonl"
    """One JSON object per line, see ``report_json``."""
    JSON = "json"
    """One JSON object, see ``report_json``."""
    CSV = "csv"
    """RFC 4180, see ``report_table``."""
    PAGE = "html"
    """To be looked at and printed, see ``report_page``."""


_BY_SUFFIX: Final = {
    ".txt": ReportFormat.TEXT,
    ".jsonl": ReportFormat.JSON_LINES,
    ".json": ReportFormat.JSON,
    ".csv": ReportFormat.CSV,
    ".html": ReportFormat.PAGE,
    ".htm": ReportFormat.PAGE,
}


def format_of_name(name: str | os.PathLike[str]) -> ReportFormat:
    """Return the format that a file's name asks for by its end: text where it says nothing else."""
    return _BY_SUFFIX.get(Path(name).suffix.lower(), ReportFormat.TEXT)


def report_pieces(report: Report, report_format: ReportFormat, at: datetime) -> Iterator[str]:
    """Yield a report in pieces, which are never all in memory; ``at`` is an aware time in the zone to be shown."""
    match report_format:
        case ReportFormat.TEXT:
            separator = ""
            for line in text_lines(report, at):
                yield separator + line
                separator = "\n"
        case ReportFormat.JSON_LINES | ReportFormat.JSON:
            from dicomdesk.engine.delivery.report_json import (  # noqa: PLC0415 - only where asked for: start-up time
                json_document,
                json_lines,
            )

            make = json_lines if report_format is ReportFormat.JSON_LINES else json_document
            yield from make(report, at)
        case ReportFormat.CSV:
            from dicomdesk.engine.delivery.report_table import table_lines  # noqa: PLC0415 - as above

            yield from table_lines(report)
        case ReportFormat.PAGE:
            from dicomdesk.engine.delivery.report_page import page_pieces  # noqa: PLC0415 - as above

            yield from page_pieces(report, at)


def write_report(
    path: str | os.PathLike[str],
    report: Report,
    report_format: ReportFormat = ReportFormat.TEXT,
    *,
    at: datetime | None = None,
) -> None:
    """Write the report to a file; what is there already is replaced as a whole or not at all.

    A file in a folder where nothing can be created, or something that is no regular file (a pipe, a device), is
    written in place. ``at`` is the time shown, None takes the present. Raises ReportError.
    """
    shown = at or datetime.now().astimezone()
    errors = "backslashreplace" if report_format in {ReportFormat.PAGE, ReportFormat.CSV} else "surrogateescape"
    _write(path, lambda: _encoded(report_pieces(report, report_format, shown), errors), "detailed report")


def write_content(path: str | os.PathLike[str], content: bytes, name: str) -> None:
    """Write a report of any kind, as ``write_report`` does; ``name`` is what it is called in the ReportError."""
    _write(path, lambda: (content,), name)


Content = Callable[[], Iterable[bytes]]
"""Yields the pieces of a file, each time that it is called."""


def _encoded(pieces: Iterable[str], errors: str) -> Iterator[bytes]:
    batch: list[str] = []
    for piece in pieces:
        batch.append(piece)
        if len(batch) >= _BATCH:
            yield "".join(batch).encode("utf-8", errors)
            batch.clear()
    yield "".join(batch).encode("utf-8", errors)


def _write(path: str | os.PathLike[str], content: Content, name: str) -> None:
    target = os.path.realpath(path)
    try:
        if not _replace_file(target, content):
            _write_file(target, content, os.O_TRUNC)
    except OSError as error:
        raise ReportError(f"cannot write {name} to file '{os.fspath(path)}': {error.strerror}") from error


def _replace_file(target: str, content: Content) -> bool:
    """Write beside the target and rename; False where only writing in place is possible."""
    mode = None
    try:
        found = os.stat(target)
        if not stat.S_ISREG(found.st_mode):
            return False
        mode = stat.S_IMODE(found.st_mode)
        os.close(open_to_write(target, 0))  # what may not be written is not replaced either
    except FileNotFoundError:
        pass
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name[:200]}.{os.getpid()}.tmp")
    try:
        _write_file(temporary, content, os.O_EXCL)
        if mode is not None:
            Path(temporary).chmod(mode)
        os.replace(temporary, target)
    except OSError as error:
        if error.errno != errno.EEXIST:
            _remove_if_there(temporary)
        if mode is not None and error.errno in {errno.EACCES, errno.EPERM, errno.EROFS, errno.EEXIST, errno.EBUSY}:
            return False
        raise
    return True


def _write_file(path: str, content: Content, flag: int) -> None:
    with os.fdopen(open_to_write(path, os.O_CREAT | flag), "wb") as file:
        for piece in content():
            file.write(piece)


def _remove_if_there(path: str) -> None:
    try:
        os.remove(path)
    except OSError:
        return
