"""Layouts of log records as text, as log4cplus has them in its configuration files."""

import os
import platform
import re
import sys
import threading
import time
from collections.abc import Callable, Mapping

from dicomdesk.logs import Record

Layout = Callable[[Record], str]
"""Gives the text of a record, line end included where the layout has one."""

Report = Callable[[str], None]
"""Takes a sentence about a mistake in the configuration."""

DEFAULT_DATE_FORMAT = "%Y-%m-%d %H:%M:%S"

_DIRECTIVE = re.compile(
    r"%(?P<left>-?)(?P<width>[0-9]*)(?:\.(?P<limit>[0-9]+))?(?P<letter>.)(?:\{(?P<argument>[^}]{0,256})\})?",
    re.DOTALL,
)
_NUMBER = re.compile(r"[0-9]{1,9}")
_LARGEST_WIDTH = 4096
"""Wider columns are cut to this."""
_started_s = time.time()


def simple_layout(record: Record) -> str:
    """The layout "LEVEL - message"."""
    return f"{record.level.name} - {record.text}\n"


def ttcc_layout(date_format: str, report: Report) -> Layout:
    """The layout "time [thread] LEVEL logger <> - message"; without a date format, milliseconds since start."""
    date_format = date_format and _usable_format(date_format, report)

    def lay_out(record: Record) -> str:
        when = format_time(date_format, record.at_s) if date_format else str(round((record.at_s - _started_s) * 1000))
        return f"{when} [{threading.get_ident()}] {record.level.name} {record.logger} <> - {record.text}\n"

    return lay_out


def pattern_layout(pattern: str, report: Report) -> Layout:
    """The layout of a conversion pattern; unknown directives are reported and stay as they are."""
    pieces: list[Callable[[Record], str]] = []
    end = 0
    for found in _DIRECTIVE.finditer(pattern):
        pieces.append(_constant(pattern[end : found.start()]))
        pieces.append(_piece(found, report))
        end = found.end()
    pieces.append(_constant(pattern[end:]))
    return lambda record: "".join(piece(record) for piece in pieces)


def format_time(date_format: str, at_s: float, *, is_local: bool = True) -> str:
    """The time as ``strftime`` would write it, with ``%q`` for milliseconds and ``%Q`` for fractions of these."""
    microseconds = int(at_s * 1_000_000) % 1_000_000
    milliseconds, rest = divmod(microseconds, 1000)
    date_format = _replace_directive(date_format, "q", f"{milliseconds:03}")
    date_format = _replace_directive(date_format, "Q", f"{milliseconds:03}.{rest:03}")
    return time.strftime(date_format, time.localtime(at_s) if is_local else time.gmtime(at_s))


def _replace_directive(date_format: str, letter: str, text: str) -> str:
    return re.sub(f"(?<!%)((?:%%)*)%{letter}", lambda found: found[1] + text, date_format)


def _piece(found: re.Match[str], report: Report) -> Callable[[Record], str]:
    letter, argument = found["letter"], found["argument"]
    if letter == "%":
        return _constant("%")
    if letter in "dD":
        return _justified(_clock(argument or DEFAULT_DATE_FORMAT, report, is_local=letter == "D"), found)
    if letter == "c":
        return _justified(_logger_name(argument, report), found)
    value = _VALUES.get(letter)
    if value is None:
        report(f"Unexpected char [{letter}] at position {found.start('letter') + 1} in conversion pattern.")
        return _constant(found[0])
    tail = _constant("{" + argument + "}") if argument is not None else None
    justified = _justified(value, found)
    return (lambda record: justified(record) + tail(record)) if tail else justified


def _justified(value: Callable[[Record], str], found: re.Match[str]) -> Callable[[Record], str]:
    width, limit = _width(found["width"]), _width(found["limit"])
    is_left = bool(found["left"])
    if not width and not limit:
        return value

    def justify(record: Record) -> str:
        text = value(record)
        text = text[-limit:] if limit else text
        return text.ljust(width) if is_left else text.rjust(width)

    return justify


def _width(digits: str | None) -> int:
    return min(int((digits or "0")[:9]), _LARGEST_WIDTH)


def _constant(text: str) -> Callable[[Record], str]:
    return lambda _record: text


def _clock(date_format: str, report: Report, *, is_local: bool) -> Callable[[Record], str]:
    date_format = _usable_format(date_format, report)
    return lambda record: format_time(date_format, record.at_s, is_local=is_local)


def _usable_format(date_format: str, report: Report) -> str:
    """The format, or the default one where this system cannot make anything of it."""
    try:
        format_time(date_format, _started_s)
    except ValueError:
        report(f"Date format cannot be used: {date_format}")
        return DEFAULT_DATE_FORMAT
    return date_format


def _logger_name(argument: str | None, report: Report) -> Callable[[Record], str]:
    """The last parts of the name, as many as the argument says; all of them without, or where it is no number."""
    if argument and not _NUMBER.fullmatch(argument):
        report(f"Number of parts of a logger's name expected: {{{argument}}}")
        argument = None
    parts = int(argument or 0)
    if not parts:
        return lambda record: record.logger
    return lambda record: ".".join(record.logger.split(".")[-parts:])


def _nothing(_record: Record) -> str:
    return ""


_VALUES: Mapping[str, Callable[[Record], str]] = {
    "m": lambda record: record.text,
    "n": lambda _record: "\n",
    "p": lambda record: record.level.name,
    "P": lambda record: record.level.name[0],
    "i": lambda _record: str(os.getpid()),
    "T": lambda _record: str(threading.get_native_id()),
    "t": lambda _record: str(threading.get_ident()),
    "h": lambda _record: platform.node().partition(".")[0],
    "H": lambda _record: platform.node(),
    "r": lambda record: str(round((record.at_s - _started_s) * 1000)),
    "b": lambda _record: os.path.basename(sys.argv[0]),
    "F": lambda _record: sys.argv[0],
    "l": _nothing,
    "L": _nothing,
    "M": _nothing,
    "x": lambda record: record.context or "",
    "X": _nothing,
}
"""Directives without a parameter; source locations are empty, for there is nothing to tell."""
