"""Wildcard matching of key values, in SQL and in memory (PS3.4 C.2.2.2.4).

A pattern never becomes part of a statement: it is always a bound parameter, with whatever the database takes for
special made harmless.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ARRAY, ColumnElement, Dialect, Text, any_, false, func, literal, or_, select, true

_LAST_CHARACTER: Final = "\U0010ffff"
_ESCAPE: Final = "!"
_MOST_COMPONENTS: Final = 5
_MANY_STARS = re.compile(r"\*+")
_WILDCARD = re.compile(r"[*?]")

TextColumn = ColumnElement[Any]


def like(column: TextColumn, pattern: str, dialect: Dialect) -> ColumnElement[bool]:
    """Return the condition that a column matches the pattern, whole and with case; an index finds a literal start."""
    pattern = _MANY_STARS.sub("*", pattern)
    if pattern == "*":
        return true()
    wildcard = _WILDCARD.search(pattern)
    if wildcard is None:
        return column == pattern
    start = pattern[: wildcard.start()]
    if dialect.name == "sqlite":
        condition = column.op("GLOB", is_comparison=True)(pattern.replace("[", "[[]"))
    else:
        condition = column.like(_for_like(pattern), escape=_ESCAPE)
    if not start:
        return condition
    return (column >= start) & (column < start + _LAST_CHARACTER) & condition


def _for_like(pattern: str) -> str:
    for special in (_ESCAPE, "%", "_"):
        pattern = pattern.replace(special, _ESCAPE + special)
    return pattern.replace("*", "%").replace("?", "_")


def one_of(column: TextColumn, values: Sequence[str], dialect: Dialect) -> ColumnElement[bool]:
    """Return the condition that the column is one of any number of values: they are one parameter together."""
    if not values:
        return false()
    if len(values) == 1:
        return column == values[0]
    if dialect.name == "sqlite":
        import json  # noqa: PLC0415  # only for lists

        listed = func.json_each(literal(json.dumps(list(values)))).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(literal(list(values), ARRAY(Text)))


def name_alternatives(pattern: str) -> tuple[str, ...]:
    """The pattern, and for one that ends in components that may be empty, those without them.

    ``DOE^*`` matches the name DOE, whose other components are empty and so not written (PS3.5 6.2.1.1).
    """
    if not pattern.endswith("*"):
        return (pattern,)
    start = len(pattern.rstrip("*^"))
    cuts = [position for position in range(start, len(pattern)) if pattern[position] == "^"]
    return (pattern, *(pattern[:position] for position in cuts[-_MOST_COMPONENTS:]))


def like_name(column: TextColumn, pattern: str, dialect: Dialect) -> ColumnElement[bool]:
    """A folded component group of a name matches the folded pattern."""
    return or_(*(like(column, one, dialect) for one in name_alternatives(pattern)))


@lru_cache(maxsize=256)
def _pieces(pattern: str) -> tuple[re.Pattern[str], ...]:
    """Return what stands between the stars."""
    return tuple(
        re.compile("".join("." if sign == "?" else re.escape(sign) for sign in piece), re.DOTALL)
        for piece in pattern.split("*")
    )


def matches(value: str, pattern: str) -> bool:
    """Whether a value in memory matches as with ``like``; takes no longer than the product of both lengths."""
    first, *others = _pieces(pattern)
    if not others:
        return first.fullmatch(value) is not None
    found = first.match(value)
    for piece in others[:-1]:
        found = piece.search(value, found.end()) if found else None
    end = len(value) - len(pattern.rpartition("*")[2])
    return found is not None and found.end() <= end and others[-1].fullmatch(value, end) is not None


def matches_name(group: str, pattern: str) -> bool:
    """Whether a value in memory matches as with ``like_name``."""
    return any(matches(group, one) for one in name_alternatives(pattern))
