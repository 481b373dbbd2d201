"""Hours of the week in which a rule may send, such as the nights before working days."""

from datetime import datetime, timedelta

from dicomdesk.engine.lists.window import TimeWindow
from dicomdesk.records import dataclass

__all__ = ["ALL_DAYS", "DAY_NAMES", "Schedule"]

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""In the order of ``datetime.weekday``."""
ALL_DAYS = frozenset(range(7))
_WORKING_DAYS = frozenset(range(5))
_SHOWN = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Hours of some days, local time; hours that go over midnight belong to the day on which they begin."""

    hours: TimeWindow | None = None
    """None: the whole day."""
    days: frozenset[int] = ALL_DAYS
    """Monday is 0; never empty."""

    @property
    def is_always(self) -> bool:
        """Whether it restricts nothing."""
        return self.hours is None and self.days == ALL_DAYS

    def is_open(self, now: datetime) -> bool:
        """Whether this moment, local time, is in it."""
        if self.hours is None:
            return now.weekday() in self.days
        if not self.hours.is_open(now):
            return False
        begins_today = now.hour * 60 + now.minute >= self.hours.start_minute
        return (now if begins_today else now - timedelta(days=1)).weekday() in self.days

    def next_opening(self, now: datetime) -> datetime:
        """When it opens next, local time: now where it is open. The clock may be changed meanwhile."""
        if self.is_open(now):
            return now
        start = 0 if self.hours is None else self.hours.start_minute
        day = now.replace(hour=start // 60, minute=start % 60, second=0, microsecond=0)
        while day <= now or day.weekday() not in self.days:
            day += timedelta(days=1)
        return day

    def __str__(self) -> str:
        parts = [] if self.hours is None else [f"between {str(self.hours).replace('-', ' and ')}"]
        if self.days != ALL_DAYS:
            parts.append(f"on {_days_text(self.days)}")
        return " ".join(parts) or "at any time"


def _days_text(days: frozenset[int]) -> str:
    if days == _WORKING_DAYS:
        return "Mondays to Fridays"
    names = [_SHOWN[day] for day in sorted(days)]
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
