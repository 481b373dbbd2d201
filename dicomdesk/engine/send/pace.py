"""How many associations at once help: a search that goes up while the throughput grows, and yields; pure decisions.

It climbs by doubling until a step brings less than it costs, goes back, and rests; after each rest it tries one more or
one less, since peers and networks change. A rejection for want of places tells the limit for a while.
"""

from dataclasses import replace
from enum import Enum

from dicomdesk.records import dataclass

__all__ = ["MOST_ASSOCIATIONS", "Pace", "Trial", "after_interval", "after_rejection"]

MOST_ASSOCIATIONS = 8
"""That are ever opened without being asked for."""
WORTH_IT = 1.10
"""What the throughput has to grow by for more associations to stay."""
NO_LOSS = 0.97
"""What it has to keep for fewer to stay."""
_SHORTEST_REST = 4
_LONGEST_REST = 64
_REST_AFTER_REJECTION = 40


class Trial(Enum):
    """What is being tried."""

    NOTHING = "nothing"
    MORE = "more"
    FEWER = "fewer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Where the search is."""

    count: int = 1
    """Associations that are wanted now."""
    trial: Trial = Trial.NOTHING
    before: int = 1
    """Associations before the trial."""
    rate_before: float = 0.0
    """Throughput before the trial."""
    rest: int = 0
    """Intervals until the next trial."""
    next_rest: int = _SHORTEST_REST
    """Intervals to rest after the next trial that does not help."""
    is_climbing: bool = True
    """Whether the next trial doubles; afterwards it is one more, or one less."""
    tried_more: bool = False
    """Whether the last trial that did not help was for more: the next one is for fewer."""
    limit: int = MOST_ASSOCIATIONS
    """That the peer has shown, for as long as it is known."""


def after_interval(pace: Pace, rate: float) -> Pace:
    """Return where the search is after an interval with a throughput, in any unit that stays the same."""
    if pace.trial is Trial.NOTHING:
        if pace.rest:
            return replace(pace, rest=pace.rest - 1)
        return _try_other(pace, rate)
    needed = WORTH_IT if pace.trial is Trial.MORE else NO_LOSS
    if rate >= pace.rate_before * needed:
        return _try_other(replace(pace, trial=Trial.NOTHING, tried_more=pace.trial is Trial.FEWER), rate)
    return replace(
        pace,
        count=pace.before,
        trial=Trial.NOTHING,
        rest=pace.next_rest,
        next_rest=min(2 * pace.next_rest, _LONGEST_REST),
        is_climbing=False,
        tried_more=pace.trial is Trial.MORE,
    )


def after_rejection(pace: Pace, opened: int) -> Pace:
    """Return where the search is when the peer has no place for more than ``opened`` associations.

    Where it has none at all they are taken by others, which says nothing of how many there are: it begins anew.
    """
    if not opened:
        return Pace(rest=_SHORTEST_REST)
    return replace(
        pace,
        count=min(pace.count, opened),
        trial=Trial.NOTHING,
        rest=_REST_AFTER_REJECTION,
        is_climbing=False,
        tried_more=True,
        limit=opened,
    )


def _try_other(pace: Pace, rate: float) -> Pace:
    """Begin a trial from a throughput that is known."""
    more = min(pace.count * 2 if pace.is_climbing else pace.count + 1, pace.limit)
    if more > pace.count and not pace.tried_more:
        return replace(pace, trial=Trial.MORE, before=pace.count, rate_before=rate, count=more)
    limit = min(pace.limit + 1, MOST_ASSOCIATIONS)  # it may have more places by now
    if pace.count > 1:
        fewer = replace(pace, trial=Trial.FEWER, before=pace.count, rate_before=rate, count=pace.count - 1)
        return replace(fewer, limit=limit, tried_more=False)
    return replace(pace, rest=pace.next_rest, limit=limit, tried_more=False)
