"""Compiles queries to SQL (PS3.4 C.2.2.2)."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, true

from dicomdesk.archive.query import Match, Query


def find_matches(connection: Connection, query: Query, area: str) -> Iterator[Match]:
    """Yield what matches."""
    raise NotImplementedError


def retrieval_condition(query: Query) -> ColumnElement[bool]:
    """What the instances of a retrieval meet."""
    return true()
