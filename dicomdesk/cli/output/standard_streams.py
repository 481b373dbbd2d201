"""Standard input, output and errors as they may be given to a process: closed, full, or read by nobody.

A descriptor that is closed at the start would be taken by the first file or socket that is opened, and log lines would
land in a stored instance or at a peer. It is opened here, in a way that lets writing fail as if it were still closed.
"""

import io
import os
import sys
from contextlib import suppress
from enum import Enum
from typing import TextIO

from dicomdesk.human import SHOWN_BYTES
from dicomdesk.logs import Level, prefixed_lines


def open_missing_streams() -> None:
    """Put something in the place of each of the three descriptors that is closed; before any file is opened."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            opened = os.open(os.devnull, os.O_RDONLY)  # the lowest free descriptor, which is this one
            if opened != descriptor:
                os.dup2(opened, descriptor)
                os.close(opened)
    sys.stdin = sys.stdin or _text_stream(0, "r")
    sys.stdout = sys.stdout or _text_stream(1, "w")
    sys.stderr = sys.stderr or _text_stream(2, "w")


def make_output_tolerant(out: TextIO, err: TextIO) -> None:
    """Let file names that are not UTF-8, and anything that a terminal's encoding lacks, be written.

    What programs read on ``out`` has file names as they are, where it is UTF-8; people read ``err`` and logs.
    """
    for stream in (out, err):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            is_unicode = (stream.encoding or "").lower().replace("-", "") == "utf8"
            reconfigure(errors="surrogateescape" if is_unicode and stream is out else SHOWN_BYTES)


class Written(Enum):
    """What was written on stdout."""

    NOTHING = "nothing"
    TEXT = "text"
    EVENTS = "events"
    """The last was a line of JSON that is an event."""


_written = [Written.NOTHING]


def forget_written() -> None:
    """Take stdout for one on which nothing was written."""
    _written[0] = Written.NOTHING


def written_stdout() -> Written:
    """What was written on stdout since ``forget_written``."""
    return _written[0]


def write_stdout(text: str, kind: Written = Written.TEXT) -> bool:
    """Write on stdout at once; False where it cannot be written, which stderr then says.

    Where nobody reads it any more that is no trouble. In both cases all that is written later goes nowhere.
    """
    if text:
        _written[0] = kind
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        forget_stdout()
    except OSError as error:
        forget_stdout()
        write_stderr(prefixed_lines(Level.ERROR, f"cannot write to standard output: {error.strerror}"))
        return False
    return True


def write_stderr(text: str) -> None:
    """Write on stderr; nothing happens where that cannot be written."""
    with suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()


def forget_stdout() -> None:
    """Let what is written on stdout go nowhere."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


def _text_stream(descriptor: int, mode: str) -> TextIO:
    binary = io.FileIO(descriptor, mode, closefd=False)
    buffered = io.BufferedReader(binary) if mode == "r" else io.BufferedWriter(binary)
    return io.TextIOWrapper(buffered, encoding="utf-8", errors="surrogateescape")
