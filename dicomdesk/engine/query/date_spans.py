"""Ranges of dates, and of the times of one day, that are divided until no answer is cut (PS3.4 C.2.2.2.5)."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from dicomdesk.records import dataclass

__all__ = ["DateSpan", "halve", "read_span"]

_EARLIEST: Final = date(1990, 1, 1)
"""Where an open range is divided as if it began here: before there was DICOM there were few studies."""
_FIRST_OF_ALL: Final = date(1900, 1, 1)
_DATE = re.compile(r"[0-9]{8}", re.ASCII)
_SECONDS_A_DAY: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class DateSpan:
    """Days from the first to the last, both included; None where the range is open."""

    first: date | None = None
    last: date | None = None
    seconds: tuple[int, int] | None = None
    """Of a single day: from and up to which of its seconds, both included; None for all of it."""

    @property
    def date_text(self) -> str:
        """The value of a key of VR DA."""
        if self.first == self.last:
            return "" if self.first is None else _date_text(self.first)
        return f"{_date_text(self.first)}-{_date_text(self.last)}"

    @property
    def time_text(self) -> str:
        """The value of a key of VR TM, "" for the whole day."""
        if self.seconds is None:
            return ""
        first, last = self.seconds
        return f"{_time_text(first)}-{_time_text(last)}.999999"


def read_span(text: str) -> DateSpan | None:
    """The range that the value of a key of VR DA asks for; None for one that cannot be divided."""
    text = text.strip()
    if not text:
        return DateSpan()
    first, dash, last = text.partition("-")
    try:
        begin, end = _read_date(first), _read_date(last) if dash else _read_date(first)
    except ValueError:
        return None
    if begin is not None and end is not None and begin > end:
        return None
    return DateSpan(first=begin, last=end)


def halve(span: DateSpan, today: date, *, by_time: bool = True) -> tuple[DateSpan, DateSpan] | None:
    """Two spans that together are this one, of which open ends stay open; None where it cannot be divided.

    ``today`` is about where an open range ends, ``by_time`` whether the times of a single day are divided too.
    """
    if span.first is not None and span.first == span.last:
        return _halve_day(span) if by_time else None
    first, last = _bounds(span, today)
    if first >= last:
        return None
    middle = first + (last - first) // 2
    return replace(span, last=middle), replace(span, first=middle + timedelta(days=1))


def _bounds(span: DateSpan, today: date) -> tuple[date, date]:
    """Where a span begins and ends for being divided."""
    last = span.last or max(today, span.first or today) + timedelta(days=1)
    first = span.first or (_EARLIEST if last > _EARLIEST else _FIRST_OF_ALL)
    return first, last


def _halve_day(span: DateSpan) -> tuple[DateSpan, DateSpan] | None:
    first, last = span.seconds or (0, _SECONDS_A_DAY - 1)
    if first == last:
        return None
    middle = (first + last) // 2
    return replace(span, seconds=(first, middle)), replace(span, seconds=(middle + 1, last))


def _read_date(text: str) -> date | None:
    """Raises ValueError for what is no date."""
    if not text:
        return None
    if not _DATE.fullmatch(text):
        raise ValueError(text)
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _date_text(day: date | None) -> str:
    return "" if day is None else f"{day:%Y%m%d}" if day.year >= 1000 else f"{day.year:04}{day:%m%d}"


def _time_text(second: int) -> str:
    return f"{second // 3600:02}{second // 60 % 60:02}{second % 60:02}"
