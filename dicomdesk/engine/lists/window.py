"""Times of the day in which a list may be worked off, such as the night; across midnight where the end comes first."""

import re
from datetime import datetime, timedelta

from dicomdesk.errors import SettingsError
from dicomdesk.human import printable
from dicomdesk.records import dataclass

__all__ = ["TimeWindow", "read_window"]

_DAY_MINUTES = 24 * 60
_WINDOW = re.compile(r"([0-2]?\d):([0-5]\d)\s*[-\u2013]\s*([0-2]?\d):([0-5]\d)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWindow:
    """From a minute of the day to another, local time, the last one not in it; the two differ."""

    start_minute: int
    """0 to 1439."""
    end_minute: int
    """0 to 1440."""

    def __str__(self) -> str:
        return f"{_clock(self.start_minute)}-{_clock(self.end_minute)}"

    def is_open(self, now: datetime) -> bool:
        """Whether this moment, local time, is in it."""
        minute = now.hour * 60 + now.minute
        if self.start_minute < self.end_minute:
            return self.start_minute <= minute < self.end_minute
        return minute >= self.start_minute or minute < self.end_minute

    def next_opening(self, now: datetime) -> datetime:
        """When it opens next: now where it is open, an aware time for one; the clock may be changed meanwhile."""
        if self.is_open(now):
            return now
        start = now.replace(hour=self.start_minute // 60, minute=self.start_minute % 60, second=0, microsecond=0)
        return start if start > now else start + timedelta(days=1)


def read_window(text: str) -> TimeWindow:
    """Read "20:00-06:00"; raises SettingsError."""
    found = _WINDOW.fullmatch(text.strip())
    if found is not None:
        start, end = (int(found[group]) * 60 + int(found[group + 1]) for group in (1, 3))
        if start < _DAY_MINUTES and end <= _DAY_MINUTES and start != end % _DAY_MINUTES:
            return TimeWindow(start_minute=start, end_minute=end)
    raise SettingsError(f"{printable(text)} is no window of time such as 20:00-06:00")


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
