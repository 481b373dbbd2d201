"""Decision whether a study is complete: how many instances are known to be, and how many of them are here."""

from enum import Enum

from dicomdesk.records import dataclass

__all__ = ["Completeness", "CompletenessState", "CountSource", "better_count", "completeness", "related_instances"]

_MOST_DIGITS = 12
"""An IS has at most 12 characters (PS3.5 6.2)."""


class CountSource(Enum):
    """Who says how many instances a study has; later ones are believed before earlier ones."""

    UNKNOWN = "unknown"
    DATA = "data"
    """Number of Study Related Instances (0020,1208) in an instance of it."""
    RETRIEVE = "retrieve"
    """Sub-operations that a C-MOVE or C-GET announced."""
    USER = "user"


class CompletenessState(Enum):
    """How far a study is."""

    UNKNOWN = "unknown"
    """Nobody said how many there are."""
    INCOMPLETE = "incomplete"
    COMPLETE = "complete"
    MORE = "more"
    """There are more here than were said to be."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """How far a study is, in instances."""

    state: CompletenessState
    here: int
    expected: int | None
    missing: int = 0


def completeness(here: int, expected: int | None) -> Completeness:
    """Decide by counts of distinct instances; ``expected`` None is unknown."""
    if expected is None:
        return Completeness(CompletenessState.UNKNOWN, here, None)
    if here < expected:
        return Completeness(CompletenessState.INCOMPLETE, here, expected, expected - here)
    state = CompletenessState.COMPLETE if here == expected else CompletenessState.MORE
    return Completeness(state, here, expected)


def better_count(
    known: tuple[int | None, CountSource], told: tuple[int | None, CountSource]
) -> tuple[int | None, CountSource]:
    """Choose whom to believe: the better source, and of two of the same the later. None told takes back one's own."""
    order = list(CountSource)
    if told[0] is None:
        return (None, CountSource.UNKNOWN) if told[1] is known[1] else known
    return told if order.index(told[1]) >= order.index(known[1]) else known


def related_instances(text: str) -> int | None:
    """Read the value of (0020,1208) or (0020,1209); None for what is no count, 0 included, which says nothing."""
    digits = text.strip(" \0")
    if not digits.isascii() or not digits.isdigit() or len(digits) > _MOST_DIGITS:
        return None
    return int(digits) or None
