"""Sizes, rates, times and foreign text as people read them."""

import codecs
import os
import re

_UNITS = ("KB", "MB", "GB", "TB", "PB")


def size_text(size_bytes: float) -> str:
    """A size in powers of 1000 with three digits at most: "525 KB", "1.2 MB"."""
    if size_bytes < 1000:
        return f"{int(size_bytes)} B"
    steps = 1
    while size_bytes / 1000**steps >= 999.5 and steps < len(_UNITS):
        steps += 1
    value, unit = size_bytes / 1000**steps, _UNITS[steps - 1]
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"


def rate_text(bytes_per_s: float) -> str:
    """A rate: "41 MB/s"."""
    return size_text(bytes_per_s) + "/s"


def duration_text(seconds: float) -> str:
    """A time span: "0:12", "1:02:03", "2 d 3:00:00"."""
    whole = max(0, round(seconds))
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    if not hours:
        return f"{minute}:{second:02}"
    days, hour = divmod(hours, 24)
    return (f"{days} d " if days else "") + f"{hour}:{minute:02}:{second:02}"


def count_text(count: int, singular: str, plural: str = "") -> str:
    """A number with its noun: "1 instance", "12,000 instances"."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def error_text(error: BaseException, *, names_file: bool = True) -> str:
    """What an error says to people: an OSError without its number, after the file that it is about, if wanted.

    One harmless line; a sentence or a few words without a full stop.
    """
    if not isinstance(error, OSError) or not error.strerror:
        return printable(str(error)) or type(error).__name__
    name = error.filename
    is_named = names_file and isinstance(name, str | bytes) and bool(name)
    return printable(f"{os.fsdecode(name)}: {error.strerror}" if is_named else error.strerror)


def printable(text: str) -> str:
    """Foreign text in one harmless line: what is not printable is shown as an escape."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or _is_undecodable_byte(character) else _escape(character)
        for character in text
    )


def show_bytes(error: UnicodeError) -> tuple[str, int]:
    """Handle what an encoding lacks: a byte of a file name is shown as \\xe9, everything else as an escape of it.

    For streams that people read, in any locale; see ``codecs.register_error``.
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    shown = (f"\\x{ord(each) & 0xFF:02x}" if _is_undecodable_byte(each) else _escape(each) for each in lacking)
    return "".join(shown), error.end


SHOWN_BYTES = "dicomdesk.shown-bytes"
"""The name of ``show_bytes`` among the handlers of encoding errors."""
codecs.register_error(SHOWN_BYTES, show_bytes)


def valid_json(text: str) -> str:
    """JSON whose strings are text only: a byte of a file name that is not UTF-8 is written as \\xE9 is in logs.

    A surrogate by itself is not text, and many readers refuse it; ``text`` has escapes for all that is not ASCII.
    """
    return _ESCAPES.sub(_as_text, text) if "\\udc" in text else text


_ESCAPES = re.compile(r"\\\\|\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|\\udc([89a-f][0-9a-f])")


def _as_text(found: re.Match[str]) -> str:
    return f"\\\\x{found[1]}" if found[1] else found[0]


def _is_undecodable_byte(character: str) -> bool:
    """Whether it stands for one byte of 128 or above of a file name that is not UTF-8."""
    return "\udc80" <= character <= "\udcff"


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
